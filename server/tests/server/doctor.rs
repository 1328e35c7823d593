//! The doctor against mock servers and the practice tenant: its findings, and its output on a terminal.

mod clock;
mod connectivity;
mod credentials;
mod login;
mod network;
mod permissions;
mod person;
mod policy;
mod practice;
mod terminal;
