//! Server functions about the tenant and the program itself.

mod missing;
mod policy;

pub use missing::missing_permissions;
pub use policy::read_method_policy;
