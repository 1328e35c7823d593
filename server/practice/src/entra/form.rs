//! The parameters of a request to Entra, from a query or a form.

use std::collections::HashMap;

use url::form_urlencoded;

use crate::oauth::aadsts::{AadstsError, malformed, refuse};

/// The parameters of a request. No `Debug`: some of them are secrets.
pub struct FormParams(HashMap<String, String>);

impl FormParams {
    /// Reads a body; 9002313 unless it is form-encoded.
    pub fn of_body(content_type: &str, body: &[u8]) -> Result<Self, AadstsError> {
        if !content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return malformed();
        }
        Ok(Self(form_urlencoded::parse(body).into_owned().collect()))
    }

    /// Reads a query.
    pub fn of_query(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// A parameter that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A required parameter; 900144 without it.
    pub fn required(&self, name: &str) -> Result<&str, AadstsError> {
        let message = || format!("The request body must contain the following parameter: '{name}'.");
        self.get(name).map_or_else(|| refuse(400, "invalid_request", 900144, message()), Ok)
    }
}
