//! The whole router with the practice tenant behind it: who gets in, who may do what, and what nobody gets to see.

#[cfg(test)]
mod access;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod callback;
#[cfg(test)]
mod connect;
#[cfg(test)]
mod delegated;
#[cfg(test)]
mod device;
#[cfg(test)]
mod files;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod house;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod own;
#[cfg(test)]
mod own_access;
#[cfg(test)]
mod own_doubt;
#[cfg(test)]
mod own_forged;
#[cfg(test)]
mod own_limits;
#[cfg(test)]
mod own_rules;
#[cfg(test)]
mod own_step_up;
#[cfg(test)]
mod person;
#[cfg(test)]
#[path = "../audit/postgres_server.rs"]
mod postgres_server;
#[cfg(test)]
mod proxies;
#[cfg(test)]
mod requests;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod shared_sessions;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod sign_in_words;
#[cfg(test)]
mod wiretap;
