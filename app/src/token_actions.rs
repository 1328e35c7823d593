//! The dialog of actions on tokens: plan, confirmation, run, result and undo.
//!
//! Pages pass requests to [`TokenActions::propose`](crate::state::token_actions::TokenActions::propose). The dialog
//! plans them, asks for confirmation, runs the plan by the import's engine, refreshes the changed tokens in the
//! inventory, and offers to undo what can be undone. What can be undone, or whose form says what it does, and
//! concerns one token or one person is passed to [`TokenActions::act`](crate::state::token_actions::TokenActions::act)
//! instead: it runs at once, and the panel tells what came of it.

mod answer;
mod batch_view;
mod dialog;
mod dialog_text;
mod leave_guard;
mod next_code;
mod permissions;
mod refresh;
mod result;
mod single_view;
mod snapshot;
mod undo;
mod waiting_note;
mod workflow;

pub use self::{answer::ActionAnswer, dialog::TokenActionsDialog, leave_guard::provide_leave_guard};
