//! Server functions about the user's session.

mod sign_out;

pub use sign_out::sign_out;
