//! Components that pages share: one per file, without routing, and with server calls only for what they show.

pub mod audit_labels;
pub mod code_input;
pub mod countdown;
pub mod dialog;
pub mod error_note;
pub mod file_drop;
pub mod first_rows;
pub mod header;
pub mod history;
pub mod live_region;
pub mod measure;
pub mod needs_app;
pub mod outcome;
pub mod outcome_filters;
pub mod page_language;
pub mod policy_note;
pub mod run_progress;
pub mod seed_question;
pub mod sign_in_link;
pub mod stat_bar;
pub mod stat_filters;
pub mod status_badge;
pub mod text_field;
pub mod user_menu;
pub mod user_picker;
pub mod virtual_table;
