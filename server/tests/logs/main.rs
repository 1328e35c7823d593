//! Tests that install the global logger, which a process can do once. The other tests are in the binary `server`.

#[cfg(test)]
mod secrecy;
#[cfg(test)]
#[path = "../server/support/mod.rs"]
#[expect(dead_code, reason = "shared with the binary `server`")]
mod support;
