//! Server functions about the connection to a tenant.

mod check;
mod connect;
mod credentials;
mod disconnect;
mod read;

pub use check::check;
pub use connect::connect;
pub use credentials::{ClientSecret, Credentials};
pub use disconnect::disconnect;
pub use read::{ConnectionView, read_settings};
