//! Server functions about users.

mod by_id;
mod by_upn;
mod holdings;
mod search;

pub use by_id::users_by_id;
pub use by_upn::users_by_upn;
pub use holdings::holdings;
pub use search::search_users;
