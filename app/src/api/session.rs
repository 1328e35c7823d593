//! Server functions about the visitor's session.

mod sign_out;

pub use sign_out::sign_out;
