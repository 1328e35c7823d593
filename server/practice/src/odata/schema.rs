//! The properties of a type, to validate `$select` and `$filter`.

use serde_json::{Map, Value};

use super::filter::{self, Filter, Literal, Test};
use crate::errors::GraphRefusal;

/// The type of a property.
#[derive(Debug, Clone, Copy)]
pub enum PropertyKind {
    Text,
    /// One of a few strings.
    Word(&'static [&'static str]),
    Number,
    Bool,
    /// Can be ordered, too.
    Time,
    /// Can be selected but not compared.
    Opaque,
}

/// A type of Graph.
pub struct Schema {
    pub name: &'static str,
    /// Properties that can be selected. A path like `assignedTo/id` can only be compared.
    pub properties: &'static [(&'static str, PropertyKind)],
}

impl Schema {
    /// Parses a `$filter` and validates each property and constant.
    pub fn filter(&self, text: Option<&str>) -> Result<Option<Filter>, GraphRefusal> {
        let Some(text) = text else { return Ok(None) };
        let filter = filter::parse(text).ok_or_else(|| bad("Invalid filter clause"))?;
        for condition in filter.conditions() {
            let kind = self.kind(&condition.field)?;
            let texts_only = condition.test.literals().is_empty();
            let orders = matches!(condition.test, Test::Ge(_) | Test::Le(_));
            let fits = match kind {
                PropertyKind::Opaque => false,
                PropertyKind::Time => !texts_only,
                _ if orders => false,
                PropertyKind::Text => true,
                _ => !texts_only,
            };
            if !fits || !condition.test.literals().iter().all(|literal| kind.admits(literal)) {
                return Err(bad("A binary operator with incompatible types was detected."));
            }
        }
        Ok(Some(filter))
    }

    /// Parses a `$select`.
    pub fn select(&self, text: Option<&str>) -> Result<Option<Vec<&'static str>>, GraphRefusal> {
        let Some(text) = text else { return Ok(None) };
        text.split(',').map(|name| self.property(name.trim())).collect::<Result<_, _>>().map(Some)
    }

    fn property(&self, name: &str) -> Result<&'static str, GraphRefusal> {
        let found = self.properties.iter().find(|(known, _)| *known == name && !known.contains('/'));
        found.map(|(known, _)| *known).ok_or_else(|| self.no_such_property(name))
    }

    fn kind(&self, field: &str) -> Result<PropertyKind, GraphRefusal> {
        let found = self.properties.iter().find(|(known, _)| *known == field);
        found.map(|(_, kind)| *kind).ok_or_else(|| self.no_such_property(field))
    }

    fn no_such_property(&self, name: &str) -> GraphRefusal {
        bad(&format!("Could not find a property named '{name}' on type '{}'.", self.name))
    }
}

impl PropertyKind {
    fn admits(self, literal: &Literal) -> bool {
        match (self, literal) {
            (Self::Word(words), Literal::Text(text)) => words.contains(&text.as_str()),
            (Self::Text, Literal::Text(_) | Literal::Null)
            | (Self::Number, Literal::Number(_))
            | (Self::Bool, Literal::Bool(_))
            | (Self::Time, Literal::Time(_)) => true,
            _ => false,
        }
    }
}

/// The selected properties of an object.
pub fn pick(object: Value, select: Option<&[&str]>) -> Value {
    match (object, select) {
        (Value::Object(fields), Some(select)) => {
            let chosen =
                |(name, _): &(String, Value)| select.contains(&name.as_str()) || name.starts_with('@');
            Value::Object(fields.into_iter().filter(chosen).collect::<Map<_, _>>())
        }
        (object, _) => object,
    }
}

fn bad(message: &str) -> GraphRefusal {
    GraphRefusal::new(400, "BadRequest", message)
}
