//! Server functions about users.

mod by_id;
mod by_upn;
mod roles;
mod search;
mod tokens_of_users;

pub use by_id::users_by_id;
pub use by_upn::users_by_upn;
pub use roles::roles_of_users;
pub use search::search_users;
pub use tokens_of_users::tokens_of_users;
