//! Server functions about the trial of the tenant.

mod read;
mod start;
mod stop;

pub use read::read_trial;
pub use start::start_trial;
pub use stop::stop_trial;
