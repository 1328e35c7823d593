//! Authentication and authorization, tested on the whole router with the practice tenant.

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
mod fixture;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod my_tokens;
#[cfg(test)]
mod my_tokens_access;
#[cfg(test)]
mod my_tokens_config;
#[cfg(test)]
mod my_tokens_forged_requests;
#[cfg(test)]
mod my_tokens_lost_responses;
#[cfg(test)]
mod my_tokens_rate_limits;
#[cfg(test)]
mod my_tokens_step_up;
#[cfg(test)]
mod operator;
#[cfg(test)]
#[path = "../audit/postgres_server.rs"]
mod postgres_server;
#[cfg(test)]
mod rate_limits;
#[cfg(test)]
mod recording_proxy;
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
mod sign_in_errors;
#[cfg(test)]
mod test_app;
#[cfg(test)]
mod trusted_proxies;
