//! The practice tenant over real HTTP: each call's success and each refusal.

#[cfg(test)]
mod batch;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod company;
#[cfg(test)]
mod create;
#[cfg(test)]
mod entra;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod holding;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod users;
