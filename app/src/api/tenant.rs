//! Server functions about the tenant and the program itself.

pub mod boot_info;
mod missing;
mod policy;

pub use missing::missing_permissions;
pub use policy::read_method_policy;
