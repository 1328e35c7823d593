//! Parts that pages are made of: one component a file, no routes' logic, no server calls beyond what they show.

pub mod announcer;
pub mod dialog;
pub mod fault_note;
pub mod figure_bar;
pub mod figures;
pub mod file_drop;
pub mod header;
pub mod history;
pub mod outcome;
pub mod outcome_figures;
pub mod page_language;
pub mod policy_note;
pub mod ring;
pub mod run_progress;
pub mod sign_in_link;
pub mod status_badge;
pub mod text_field;
pub mod user_picker;
pub mod virtual_table;
pub mod visitor_menu;
