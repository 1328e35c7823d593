//! The practice tenant: an embedded Entra and Graph over real HTTP on loopback.
