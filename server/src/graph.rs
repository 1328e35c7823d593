//! Microsoft Graph: the only place with its words.
