//! A small tree of XML elements, with limits: no document type, no entities but the five of XML, no deep nesting.

use quick_xml::{
    errors::{IllFormedError, SyntaxError},
    events::{BytesStart, Event},
    reader::Reader,
};
use zeroize::Zeroizing;

use super::PskcError;

/// Deepest nesting of elements.
const MAX_DEPTH: usize = 32;

/// An element without its namespace: vendors use any prefix, and the drafts have namespaces of their own.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub name: String,
    attributes: Vec<(String, String)>,
    text: Zeroizing<String>,
    pub children: Vec<Self>,
}

impl Element {
    /// The attribute of one of these names, whatever its case.
    pub fn attribute(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let found = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim())
        })
    }

    /// The names of the attributes, without declarations of namespaces.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    /// Whether it has one of these names, whatever its case: privacyIDEA writes all of them in lower case.
    pub fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// Whether it is a container of packages.
    pub fn is_container(&self) -> bool {
        self.is(&["KeyContainer", "SecretContainer"])
    }

    /// The first child of one of these names.
    pub fn child(&self, names: &[&str]) -> Option<&Self> {
        names.iter().find_map(|name| self.children.iter().find(|child| child.is(&[name])))
    }

    /// The first descendant of this name.
    pub fn descendant(&self, name: &str) -> Option<&Self> {
        self.children.iter().find_map(
            |child| {
                if child.is(&[name]) { Some(child) } else { child.descendant(name) }
            },
        )
    }

    /// The text, without blanks around it; `None` when there is none.
    pub fn text(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    /// The text of a child.
    pub fn child_text(&self, name: &str) -> Option<&str> {
        self.child(&[name])?.text()
    }
}

/// Parses a text child by child of its root, so that a long one can be parsed in slices.
///
/// When the text ends before the root is closed, its whole children are kept: one vendor's tool appends to its file.
pub(super) struct Parser<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// The elements that are open, the root first.
    open: Vec<Element>,
    /// The root without its children, once it is closed or the text has ended.
    root: Option<Element>,
    /// Whether the text ended before the root was closed.
    pub is_cut: bool,
    /// Whether something follows the root, which is not read.
    pub has_more: bool,
}

/// What a step of a [`Parser`] came to.
pub(super) enum Step {
    /// A child of the root was closed.
    Child(Element),
    /// As many events were read as were allowed.
    Paused,
    /// The text has ended.
    End,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            reader: Reader::from_str(text),
            open: Vec::new(),
            root: None,
            is_cut: false,
            has_more: false,
        }
    }

    /// Reads to the end of the next child of the root, at most so many events, which are counted down.
    pub fn next_child(&mut self, events: &mut usize) -> Result<Step, PskcError> {
        loop {
            if self.is_cut {
                return Ok(Step::End);
            }
            let Some(left) = events.checked_sub(1) else { return Ok(Step::Paused) };
            *events = left;
            let event = self.event()?;
            if self.root.is_some() && matches!(event, Event::Start(_) | Event::Empty(_) | Event::DocType(_)) {
                self.has_more = true;
                return Ok(Step::End);
            }
            let closed = match event {
                Event::Start(start) => {
                    if self.open.len() >= MAX_DEPTH {
                        return Err(self.damage("elements are nested too deeply"));
                    }
                    let begun = element(&start);
                    self.open.push(begun.ok_or_else(|| self.damage("an attribute is not well formed"))?);
                    continue;
                }
                Event::Empty(start) => {
                    element(&start).ok_or_else(|| self.damage("an attribute is not well formed"))?
                }
                Event::End(_) => self.open.pop().ok_or_else(|| self.damage("an end tag has no beginning"))?,
                Event::Eof => return Ok(self.end().map_or(Step::End, Step::Child)),
                other => {
                    self.append(&other)?;
                    continue;
                }
            };
            match self.open.as_mut_slice() {
                [] => self.root = Some(closed),
                [_] => return Ok(Step::Child(closed)),
                [.., parent] => parent.children.push(closed),
            }
        }
    }

    /// The root without its children.
    pub fn root(self) -> Result<Element, PskcError> {
        self.root.ok_or(PskcError::Xml { line: 1, reason: "it has no root element" })
    }

    /// Keeps the root when the text ends before it is closed; returns a container that was appended to it and is not
    /// closed either, with its whole children.
    fn end(&mut self) -> Option<Element> {
        self.is_cut |= !self.open.is_empty();
        let mut inner: Option<Element> = None;
        while let Some(mut element) = self.open.pop() {
            if self.open.is_empty() {
                self.root = Some(element);
            } else if element.is_container() {
                element.children.extend(inner.take());
                inner = Some(element);
            }
        }
        inner
    }

    /// The next event; the end also where the text ends inside a tag.
    fn event(&mut self) -> Result<Event<'a>, PskcError> {
        match self.reader.read_event() {
            Ok(event) => Ok(event),
            Err(
                quick_xml::Error::Syntax(
                    SyntaxError::UnclosedTag
                    | SyntaxError::UnclosedComment
                    | SyntaxError::UnclosedSingleQuotedAttributeValue
                    | SyntaxError::UnclosedDoubleQuotedAttributeValue,
                )
                | quick_xml::Error::IllFormed(IllFormedError::MissingEndTag(_)),
            ) if !self.open.is_empty() => Ok(Event::Eof),
            Err(_) if self.root.is_some() => {
                self.has_more = true;
                Ok(Event::Eof)
            }
            Err(_) => Err(self.damage("a tag is not closed or not well formed")),
        }
    }

    /// Appends what an event says to the text of the element that is open.
    fn append(&mut self, event: &Event<'_>) -> Result<(), PskcError> {
        let mut buffer = [0; 4];
        let part: &str = match event {
            Event::Text(part) => part,
            Event::CData(part) => part,
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => character.encode_utf8(&mut buffer),
                _ => match &**reference {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "apos" => "'",
                    "quot" => "\"",
                    _ => return Err(self.damage("it uses an entity of its own")),
                },
            },
            Event::DocType(_) => {
                return Err(self.damage("it has a document type, which a key container must not have"));
            }
            _ => return Ok(()),
        };
        if let Some(element) = self.open.last_mut()
            && (!element.text.is_empty() || !part.trim_ascii().is_empty())
        {
            element.text.push_str(part);
        }
        Ok(())
    }

    fn damage(&self, reason: &'static str) -> PskcError {
        let end = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.text.len());
        let read = self.text.as_bytes().get(..end).unwrap_or_default();
        PskcError::Xml { line: 1 + read.iter().filter(|b| **b == b'\n').count(), reason }
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let name: &str = attribute.key.local_name().into_inner();
        attributes.push((name.to_owned(), unescaped(&attribute.value)?));
    }
    let name: &str = start.local_name().into_inner();
    Some(Element { name: name.to_owned(), attributes, ..Element::default() })
}

/// The value of an attribute with its entities decoded; `None` for an entity that is not one of XML. An `&` that begins no
/// entity stays as it is.
fn unescaped(value: &str) -> Option<String> {
    let mut parts = value.split('&');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        let name = part.split_once(';').map(|(name, _)| name);
        let is_entity = name.is_some_and(|name| {
            !name.is_empty() && name.bytes().all(|b| b == b'#' || b.is_ascii_alphanumeric())
        });
        let part = format!("&{part}");
        if is_entity {
            text.push_str(&quick_xml::escape::unescape(&part).ok()?);
        } else {
            text.push_str(&part);
        }
    }
    Some(text)
}
