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

    /// The first child of one of these names.
    pub fn child(&self, names: &[&str]) -> Option<&Self> {
        names.iter().find_map(|name| self.children.iter().find(|child| child.name == *name))
    }

    /// The first descendant of this name.
    pub fn descendant(&self, name: &str) -> Option<&Self> {
        self.children.iter().find_map(
            |child| {
                if child.name == name { Some(child) } else { child.descendant(name) }
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

/// The root of a document, and whether the text ended before it was closed: one vendor's tool appends to its file. Only
/// whole children of the root are kept then.
pub(super) struct Tree {
    pub root: Element,
    pub is_cut: bool,
}

/// Parses a text.
pub(super) fn parse(text: &str) -> Result<Tree, PskcError> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let at = |reader: &Reader<&[u8]>, reason| {
            let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(text.len());
            let line =
                1 + text.as_bytes().get(..end).map_or(0, |read| read.iter().filter(|b| **b == b'\n').count());
            PskcError::Xml { line, reason }
        };
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(
                quick_xml::Error::Syntax(
                    SyntaxError::UnclosedTag
                    | SyntaxError::UnclosedComment
                    | SyntaxError::UnclosedSingleQuotedAttributeValue
                    | SyntaxError::UnclosedDoubleQuotedAttributeValue,
                )
                | quick_xml::Error::IllFormed(IllFormedError::MissingEndTag(_)),
            ) if !open.is_empty() => Event::Eof,
            Err(_) => return Err(at(&reader, "a tag is not closed or not well formed")),
        };
        match event {
            Event::Start(start) => {
                if open.len() >= MAX_DEPTH {
                    return Err(at(&reader, "elements are nested too deeply"));
                }
                open.push(element(&start).ok_or_else(|| at(&reader, "an attribute is not well formed"))?);
            }
            Event::Empty(start) => {
                let empty = element(&start).ok_or_else(|| at(&reader, "an attribute is not well formed"))?;
                close(empty, &mut open, &mut root);
            }
            Event::End(_) => {
                let closed = open.pop().ok_or_else(|| at(&reader, "an end tag has no beginning"))?;
                close(closed, &mut open, &mut root);
            }
            Event::Text(part) => append(&mut open, &part),
            Event::CData(part) => append(&mut open, &part),
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character,
                    _ => match &*reference {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "apos" => '\'',
                        "quot" => '"',
                        _ => return Err(at(&reader, "it uses an entity of its own")),
                    },
                };
                append(&mut open, character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => {
                return Err(at(&reader, "it has a document type, which a key container must not have"));
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    match (root, open.into_iter().next()) {
        (Some(root), None) => Ok(Tree { root, is_cut: false }),
        (None, Some(root)) => Ok(Tree { root, is_cut: true }),
        _ => Err(PskcError::Xml { line: 1, reason: "it has no root element, or more than one" }),
    }
}

fn append(open: &mut [Element], part: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(part);
    }
}

fn close(closed: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(closed),
        None => *root = Some(closed),
    }
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let name: &str = attribute.key.local_name().into_inner();
        let value: &str = &attribute.value;
        attributes.push((name.to_owned(), value.to_owned()));
    }
    let name: &str = start.local_name().into_inner();
    Some(Element { name: name.to_owned(), attributes, ..Element::default() })
}
