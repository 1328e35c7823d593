//! Parts that pages are made of: one component a file, no routes' logic, no server calls beyond what they show.

pub mod announcer;
pub mod dialog;
pub mod fault_note;
pub mod figure_bar;
pub mod figures;
pub mod header;
pub mod policy_note;
pub mod status_badge;
pub mod virtual_table;
