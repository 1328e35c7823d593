//! Server functions about the current user's own tokens. None takes a user: the session determines it.

mod activate;
mod claim;
mod refresh;
mod tokens;

pub use activate::activate_own;
pub use claim::claim_token;
pub use refresh::refresh_own;
pub use tokens::own_tokens;
