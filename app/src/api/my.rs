//! Server functions about the tokens of whoever is signed in. None takes a user: the session says who it is.

mod activate;
mod claim;
mod tokens;

pub use activate::activate_own;
pub use claim::claim_token;
pub use tokens::own_tokens;
