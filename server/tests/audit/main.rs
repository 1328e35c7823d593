//! The audit log: every write is recorded before and after, no secret gets into it, and any alteration is detected.

#[cfg(test)]
mod bench;
#[cfg(test)]
#[path = "../auth/browser.rs"]
#[expect(dead_code, reason = "shared with the auth tests")]
mod browser;
#[cfg(test)]
mod command;
#[cfg(test)]
mod crash;
#[cfg(test)]
#[path = "../auth/device.rs"]
#[expect(dead_code, reason = "shared with the auth tests")]
mod device;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod export;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod mock_directory;
#[cfg(test)]
mod order;
#[cfg(test)]
mod people;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod postgres_server;
#[cfg(test)]
mod program;
#[cfg(test)]
mod reconcile;
#[cfg(test)]
#[path = "../auth/recording_proxy.rs"]
#[expect(dead_code, reason = "shared with the auth tests")]
mod recording_proxy;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
#[cfg(unix)]
mod shutdown;
#[cfg(test)]
mod siem;
#[cfg(test)]
mod stores;
#[cfg(test)]
#[path = "../auth/test_app.rs"]
#[expect(dead_code, reason = "shared with the auth tests")]
mod test_app;
#[cfg(test)]
mod unwritable_store;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod writes;
