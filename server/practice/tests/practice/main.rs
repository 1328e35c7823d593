//! The practice tenant over real HTTP: each call's success and each refusal.

#[cfg(test)]
mod assignments;
#[cfg(test)]
mod batch;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod certificates;
#[cfg(test)]
mod company;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod create;
#[cfg(test)]
mod delegated;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod directory_audits;
#[cfg(test)]
mod entra;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod inventory;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod sign_in_refusals;
#[cfg(test)]
mod step_up;
#[cfg(test)]
mod test_client;
#[cfg(test)]
mod throttling;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod users;
