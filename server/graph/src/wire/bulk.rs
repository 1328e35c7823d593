//! Many creations in one `PATCH` of the collection: the request, and which part of the answer belongs to which token
//! (MICROSOFT_GRAPH.md 1.5).

use serde::Serialize;
use serde_json::{Value, json};
use token_core::token::SerialNumber;

use super::body::WriteBody;

/// The body of the request.
#[derive(Serialize)]
pub(crate) struct Creations<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    value: Vec<Creation<'a>>,
}

#[derive(Serialize)]
struct Creation<'a> {
    #[serde(rename = "@contentId")]
    content_id: String,
    #[serde(flatten)]
    body: &'a WriteBody,
}

impl<'a> Creations<'a> {
    /// Of these tokens, whose content ids count from 1.
    pub fn of(bodies: impl Iterator<Item = &'a WriteBody>) -> Self {
        let value = bodies.enumerate().map(|(at, body)| Creation { content_id: content_id(at), body });
        Self { context: "#$delta", value: value.collect() }
    }
}

fn content_id(at: usize) -> String {
    (at + 1).to_string()
}

/// The names of a token in the request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentToken<'a> {
    /// Its serial number.
    pub serial: &'a str,
    /// Its manufacturer.
    pub manufacturer: &'a str,
}

/// The items of an answer: methods with a nested `device`, flat tokens, or refusals.
pub(crate) fn items(body: Value) -> Vec<Value> {
    let value = match body {
        Value::Object(mut fields) => fields.remove("value").unwrap_or_default(),
        other => other,
    };
    if let Value::Array(items) = value { items } else { Vec::new() }
}

/// The item that answers each sent token, if one does: found by serial number (and manufacturer, where two have one), then
/// by content id, and by order only where an item has neither and there are as many items as tokens.
pub(crate) fn match_items(sent: &[SentToken<'_>], items: &[Value]) -> Vec<Option<usize>> {
    let names: Vec<ItemNames> = items.iter().map(ItemNames::of).collect();
    let is_serial =
        |item: &ItemNames, at: usize| sent.get(at).is_some_and(|sent| item.has_serial(sent.serial));
    let is_maker = |item: &ItemNames, at: usize| {
        sent.get(at).is_some_and(|sent| {
            item.manufacturer.as_ref().is_some_and(|maker| maker.trim() == sent.manufacturer.trim())
        })
    };
    let is_id = |item: &ItemNames, at: usize| item.content_id.as_deref() == Some(content_id(at).as_str());
    let has_order = sent.len() == items.len();
    let is_in_order = |item: &ItemNames, at: usize, number: usize| {
        has_order && number == at && item.serial.is_none() && item.content_id.is_none()
    };
    let rules: [Rule<'_>; 6] = [
        &|item, at, _| is_serial(item, at) && is_maker(item, at) && is_id(item, at),
        &|item, at, _| is_serial(item, at) && is_maker(item, at),
        &|item, at, _| is_serial(item, at) && is_id(item, at),
        &|item, at, _| is_serial(item, at),
        &|item, at, _| is_id(item, at),
        &is_in_order,
    ];
    let mut found: Vec<Option<usize>> = vec![None; sent.len()];
    for rule in rules {
        for (number, item) in names.iter().enumerate() {
            if found.contains(&Some(number)) {
                continue;
            }
            let mut free = found.iter_mut().enumerate().filter(|(_, place)| place.is_none());
            if let Some((_, place)) = free.find(|(at, _)| rule(item, *at, number)) {
                *place = Some(number);
            }
        }
    }
    found
}

/// Whether an item answers the sent token at a place; the last number is the item's own.
type Rule<'a> = &'a dyn Fn(&ItemNames, usize, usize) -> bool;

/// How an item of the answer names its token.
struct ItemNames {
    serial: Option<SerialNumber>,
    manufacturer: Option<String>,
    content_id: Option<String>,
}

impl ItemNames {
    fn of(item: &Value) -> Self {
        let device = item.get("device").filter(|device| device.is_object()).unwrap_or(item);
        let outside = text(item.get("@contentId"));
        Self {
            serial: text(device.get("serialNumber")).as_deref().and_then(SerialNumber::parse),
            manufacturer: text(device.get("manufacturer")),
            content_id: outside.or_else(|| text(device.get("@contentId"))),
        }
    }

    fn has_serial(&self, serial: &str) -> bool {
        self.serial.is_some() && self.serial == SerialNumber::parse(serial)
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The refusal in an item of the answer: its status, and an error envelope. `None` for an item that was created.
pub(crate) fn refusal(item: &Value) -> Option<(u16, Value)> {
    let is_exception = |name: &str| {
        name.starts_with('@') && name.to_ascii_lowercase().ends_with("datamodificationexception")
    };
    let (_, exception) = item.as_object()?.iter().find(|(name, _)| is_exception(name))?;
    let info = exception.get("info").unwrap_or(exception);
    let code = text(info.get("code")).unwrap_or_default();
    let message = text(info.get("message")).unwrap_or_default();
    let status = text(exception.get("responseCode")).and_then(|status| status.trim().parse().ok());
    let status = status.filter(|status| *status >= 400).or_else(|| status_of(&code)).unwrap_or(400);
    Some((status, json!({ "error": { "code": code, "message": message } })))
}

/// The HTTP status that an error code of Graph stands for, if that is known.
pub(crate) fn status_of(code: &str) -> Option<u16> {
    let code = code.to_ascii_lowercase();
    let is = |word: &str| code.contains(word);
    match () {
        () if is("conflict") || is("exist") || is("concurrency") => Some(409),
        () if is("notfound") => Some(404),
        () if is("denied") || is("forbidden") => Some(403),
        () if is("toomanyrequests") || is("throttled") => Some(429),
        () if is("unavailable") || is("generalexception") || is("internalserver") => Some(500),
        () if is("badrequest") || is("invalid") => Some(400),
        () => None,
    }
}

/// The token that the target of an error's detail names: `value[3]`, a serial number or a content id. `None` when it
/// names none, or when two are possible.
pub(crate) fn target(target: &str, sent: &[SentToken<'_>]) -> Option<usize> {
    if let Some(at) = position(target) {
        return Some(at).filter(|at| *at < sent.len());
    }
    let target = target.trim();
    let serial = SerialNumber::parse(target);
    let is_serial = |sent: &SentToken<'_>| serial.is_some() && SerialNumber::parse(sent.serial) == serial;
    let id =
        target.strip_prefix("@contentId").map_or(target, |id| id.trim_matches([' ', '=', ':', '\'', '"']));
    let mut named =
        (0..).zip(sent).filter(|(at, sent)| is_serial(sent) || content_id(*at) == id).map(|(at, _)| at);
    named.next().filter(|_| named.next().is_none())
}

/// The position in `value[3]`, `value[3].secretKey` or `value/3`, from 0.
fn position(target: &str) -> Option<usize> {
    let (_, after) = target.split_once("value[").or_else(|| target.split_once("value/"))?;
    let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [SentToken<'static>; 3] = [
        SentToken { serial: "A-1", manufacturer: "Contoso" },
        SentToken { serial: "A-1", manufacturer: "Fabrikam" },
        SentToken { serial: "7", manufacturer: "Contoso" },
    ];

    #[test]
    fn items_are_found_by_serial_and_maker_then_by_content_id_then_by_order() {
        let device = |serial: &str, maker: &str| json!({ "serialNumber": serial, "manufacturer": maker });
        let nested = json!({ "id": "x", "device": device("a-1", "Fabrikam") });
        let items = [device("7", "Contoso"), nested, device("A-1", "Contoso")];
        assert_eq!(match_items(&SENT, &items), [Some(2), Some(1), Some(0)]);
        let by_id = [json!({ "@contentId": "3" }), json!({ "@contentId": 1 })];
        assert_eq!(match_items(&SENT, &by_id), [Some(1), None, Some(0)]);
        let without_maker = [
            json!({ "serialNumber": "A-1", "@contentId": "2" }),
            json!({ "serialNumber": "A-1", "@contentId": "1" }),
        ];
        assert_eq!(match_items(&SENT, &without_maker), [Some(1), Some(0), None]);
        assert_eq!(match_items(&SENT, &[json!({}), json!({}), json!({})]), [Some(0), Some(1), Some(2)]);
        assert_eq!(match_items(&SENT, &[json!({}), json!({})]), [None, None, None]);
        let odd = [json!({}), device("7", "Contoso"), device("other", "Contoso")];
        assert_eq!(match_items(&SENT, &odd), [Some(0), None, Some(1)]);
    }

    #[test]
    fn an_exception_has_a_status_of_its_own_or_that_of_its_code() {
        let status = |exception: Value| {
            refusal(&json!({ "@Core.DataModificationException": exception })).map(|(status, _)| status)
        };
        assert_eq!(status(json!({ "responseCode": 409, "info": { "code": "badRequest" } })), Some(409));
        assert_eq!(status(json!({ "responseCode": "404" })), Some(404));
        assert_eq!(status(json!({ "info": { "code": "Request_Conflict" } })), Some(409));
        assert_eq!(status(json!({ "info": { "code": "accessDenied" } })), Some(403));
        assert_eq!(status(json!({ "responseCode": 201, "info": { "code": "what" } })), Some(400));
        assert_eq!(refusal(&json!({ "id": "x" })), None);
    }

    #[test]
    fn a_target_names_one_token_or_none() {
        for (text, expected) in [
            ("value[2]", Some(2)),
            ("value[1].secretKey", Some(1)),
            ("/value/0/serialNumber", Some(0)),
            ("value[3]", None),
            ("7", Some(2)),
            ("2", Some(1)),
            ("@contentId=3", Some(2)),
            ("A-1", None),
            ("serialNumber", None),
            ("", None),
        ] {
            assert_eq!(target(text, &SENT), expected, "{text}");
        }
        let ambiguous =
            [SentToken { serial: "2", manufacturer: "C" }, SentToken { serial: "x", manufacturer: "C" }];
        assert_eq!(target("2", &ambiguous), None, "a serial number and a content id");
    }
}
