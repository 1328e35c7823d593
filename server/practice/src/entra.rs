//! The Entra half over HTTP: user sign-in, and the token endpoint (MICROSOFT_GRAPH.md 6 and 7). Each endpoint has a module of its
//! own; what they share without HTTP is in [`super::oauth`].

pub mod access;
mod app;
mod assertion;
mod authorize;
mod consent;
mod context;
mod discovery;
mod form;
mod id_token;
mod jwt;
mod logout;
pub mod page;
mod redirect;
pub mod routes;
mod test_controls;
mod token;
