//! Server functions about sessions.

mod end;
mod end_any;
mod list;
mod list_all;
mod sign_out;

pub use end::end_own_sessions;
pub use end_any::end_session;
pub use list::list_own_sessions;
pub use list_all::list_sessions;
pub use sign_out::sign_out;
