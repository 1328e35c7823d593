//! Walks through the XML of a workbook's parts, in slices.

use quick_xml::{
    events::{BytesStart, Event},
    reader::Reader,
};

/// Events that are read between two pauses.
const EVENTS_PER_PAUSE: usize = 2_000;

/// A part that is damaged: not well formed, or ended too early.
pub(super) struct Damaged;

/// The events of a part.
pub(super) struct Walk<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    read: usize,
}

/// What the walk came to.
pub(super) enum Tag<'a> {
    /// A tag that begins an element.
    Start(BytesStart<'a>),
    /// The end of the element of this local name.
    End(String),
    /// Text within the element that is open.
    Text(String),
}

impl<'a> Walk<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, depth: 0, read: 0 }
    }

    /// The next tag or text; `None` at the end.
    pub async fn next(&mut self, pause: &impl AsyncFn()) -> Result<Option<Tag<'a>>, Damaged> {
        loop {
            self.read += 1;
            if self.read.is_multiple_of(EVENTS_PER_PAUSE) {
                pause().await;
            }
            let event = self.reader.read_event().map_err(|_| Damaged)?;
            return Ok(Some(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    Tag::Start(start)
                }
                Event::End(end) => {
                    self.depth = self.depth.checked_sub(1).ok_or(Damaged)?;
                    Tag::End(end.local_name().into_inner().to_owned())
                }
                Event::Eof if self.depth == 0 => return Ok(None),
                Event::Eof | Event::DocType(_) => return Err(Damaged),
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                    Tag::Text(text(&event).ok_or(Damaged)?)
                }
                _ => continue,
            }));
        }
    }
}

/// What a text, a CDATA section or a reference stands for.
fn text(event: &Event<'_>) -> Option<String> {
    let text: &str = match event {
        Event::Text(part) => part,
        Event::CData(part) => part,
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(character)) => return Some(character.to_string()),
            _ => match &**reference {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "apos" => "'",
                "quot" => "\"",
                _ => return None,
            },
        },
        _ => return None,
    };
    Some(text.to_owned())
}

/// The value of an attribute, by its local name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| {
        attribute.key.local_name().into_inner() == name && attribute.key.as_namespace_binding().is_none()
    })?;
    let value: &str = &found.value;
    Some(quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned))
}
