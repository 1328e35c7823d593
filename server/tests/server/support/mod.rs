//! What the tests share: servers, tenants and directories to test with, and clients of them.

pub mod audit_entries;
pub mod audit_stores;
pub mod browser;
pub mod closed_port;
pub mod connect;
pub mod connected_program;
pub mod deviating_tenant;
pub mod device;
pub mod mock_directory;
pub mod mock_tenant;
pub mod my_page;
pub mod postgres_server;
pub mod recording_proxy;
pub mod remote;
pub mod self_service;
#[cfg(unix)]
pub mod server_process;
pub mod test_app;
pub mod test_cli;
