//! Server functions about the tenant and the program itself.

pub mod about;
mod policy;

pub use policy::read_method_policy;
