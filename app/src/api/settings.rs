//! Server functions about the connection to a tenant.

mod check;
mod connect;
mod disconnect;
mod read;

pub use check::check;
pub use connect::connect;
pub use disconnect::disconnect;
pub use read::read_settings;
