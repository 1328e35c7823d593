//! Server functions about tokens.

mod activate;
mod assign;
mod assign_and_activate;
mod by_id;
mod by_serial;
mod create;
mod deactivate;
mod delete;
mod list;
mod rename;
mod unassign;

pub use activate::activate_tokens;
pub use assign::assign_tokens;
pub use assign_and_activate::assign_and_activate_tokens;
pub use by_id::tokens_by_id;
pub use by_serial::tokens_by_serial;
pub use create::create_tokens;
pub use deactivate::deactivate_tokens;
pub use delete::delete_tokens;
pub use list::list_tokens;
pub use rename::rename_tokens;
pub use unassign::unassign_tokens;
