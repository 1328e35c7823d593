//! The audit trail: every write leaves its mark before and after, nothing secret gets into it, and whatever is altered
//! shows.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod broken;
#[cfg(test)]
#[path = "../reception/browser.rs"]
#[expect(dead_code, reason = "shared with the tests of the reception")]
mod browser;
#[cfg(test)]
mod command;
#[cfg(test)]
mod crash;
#[cfg(test)]
#[path = "../reception/device.rs"]
#[expect(dead_code, reason = "shared with the tests of the reception")]
mod device;
#[cfg(test)]
#[cfg(unix)]
mod end;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod export;
#[cfg(test)]
mod filters;
#[cfg(test)]
#[path = "../reception/house.rs"]
#[expect(dead_code, reason = "shared with the tests of the reception")]
mod house;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod order;
#[cfg(test)]
mod own_postgres;
#[cfg(test)]
mod people;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod program;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod resolve;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod runs;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod siem;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod verify;
#[cfg(test)]
#[path = "../reception/wiretap.rs"]
#[expect(dead_code, reason = "shared with the tests of the reception")]
mod wiretap;
#[cfg(test)]
mod writes;
