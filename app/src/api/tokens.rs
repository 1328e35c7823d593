//! Server functions about tokens.

mod activate;
mod assign;
mod assign_and_activate;
mod by_serial;
mod create;
mod list;

pub use activate::activate_tokens;
pub use assign::assign_tokens;
pub use assign_and_activate::assign_and_activate_tokens;
pub use by_serial::tokens_by_serial;
pub use create::create_tokens;
pub use list::list_tokens;
