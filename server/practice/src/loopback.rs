//! The tenant's base URL under the loopback names by which clients reach it.

use http::{HeaderMap, header};
use url::Url;

/// The URL under which a request reached the tenant, if its host is a loopback name; else the base URL.
pub fn loopback_base(base_url: &Url, headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_loopback = |host: &&str| {
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        ["localhost", "127.0.0.1"].contains(&name) && port.bytes().all(|digit| digit.is_ascii_digit())
    };
    host.filter(is_loopback).map_or_else(|| base_url.to_string(), |host| format!("http://{host}/"))
}

/// The base URL under either loopback name.
pub fn loopback_urls(base_url: &Url) -> [String; 2] {
    let base_url = base_url.to_string();
    [base_url.replacen("127.0.0.1", "localhost", 1), base_url]
}
