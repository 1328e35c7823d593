//! Reads a JSON body property by property, and refuses unknown properties. No message repeats a value.

use serde_json::{Map, Value};

use super::errors::GraphRefusal;

/// A JSON object of a request.
pub struct Fields<'a>(&'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// Refuses anything but an object with these properties. `@odata.type` is always allowed.
    pub fn read(value: &'a Value, known: &[&str]) -> Result<Self, GraphRefusal> {
        let fields =
            value.as_object().ok_or_else(|| GraphRefusal::bad_request("A JSON object was expected."))?;
        match fields.keys().find(|name| *name != "@odata.type" && !known.contains(&name.as_str())) {
            None => Ok(Self(fields)),
            Some(name) => Err(GraphRefusal::bad_request(format!(
                "The property '{name}' does not exist here or cannot be set."
            ))),
        }
    }

    /// Accepts any object: official clients add properties of their own to a batch's items.
    pub fn read_leniently(value: &'a Value) -> Result<Self, GraphRefusal> {
        value.as_object().map(Self).ok_or_else(|| GraphRefusal::bad_request("A JSON object was expected."))
    }

    /// The property's raw value.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// A required string that is not empty.
    pub fn text(&self, name: &str) -> Result<&'a str, GraphRefusal> {
        let text = self.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| {
            GraphRefusal::bad_request(format!("The property '{name}' is required and must be a string."))
        })
    }

    /// A string that may be missing or null.
    pub fn text_if_any(&self, name: &str) -> Result<Option<&'a str>, GraphRefusal> {
        match self.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(GraphRefusal::bad_request(format!("The property '{name}' must be a string."))),
        }
    }

    /// `{"id": "…"}`, a reference to a token or user.
    pub fn reference(&self, name: &str) -> Result<&'a str, GraphRefusal> {
        let target = self
            .get(name)
            .ok_or_else(|| GraphRefusal::bad_request(format!("The property '{name}' is required.")))?;
        Fields::read(target, &["id"])?.text("id")
    }

    /// The number of properties.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
