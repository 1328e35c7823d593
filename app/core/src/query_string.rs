//! Values in the query string of a URL.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the characters that RFC 3986 section 2.3 leaves unencoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value. In a browser this is not left to `encodeURIComponent`: the server renders URLs too, and lacks it.
pub fn encode_value(value: &str) -> impl fmt::Display {
    utf8_percent_encode(value, RESERVED)
}
