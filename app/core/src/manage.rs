//! Token management before the plan: what is selected, listed in a file, held by a person or exported.
//!
//! [`selection`], [`assignment_csv`], [`seeds`] and [`hash_question`] make the requests that [`crate::plan`] plans. [`person`] joins the
//! tokens of one person, [`people`] gives the rows of a seed file their people, [`file_role`] tells a list of them from
//! a seed file, [`export`] writes tokens to a file.

pub mod assignment_csv;
pub mod export;
pub mod file_role;
pub mod hash_question;
pub mod people;
pub mod person;
pub mod seeds;
pub mod selection;
mod serials;
