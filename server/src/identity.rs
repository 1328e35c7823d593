//! Who the app is to Microsoft Entra.
