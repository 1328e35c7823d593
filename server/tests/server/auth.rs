//! Authentication and authorization, tested on the whole router with the practice tenant.

mod access;
mod callback;
mod connect;
mod delegated;
mod files;
mod headers;
mod my_tokens;
mod my_tokens_access;
mod my_tokens_config;
mod my_tokens_forged_requests;
mod my_tokens_lost_responses;
mod my_tokens_rate_limits;
mod my_tokens_refresh;
mod my_tokens_step_up;
mod operator;
mod rate_limits;
mod requests;
mod sessions;
mod shared_sessions;
mod sign_in;
mod sign_in_errors;
mod trusted_proxies;
mod user_locks;
