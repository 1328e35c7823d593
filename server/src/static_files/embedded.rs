//! Serves files from inside the program.

use std::{borrow::Cow, io::Read as _};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::read::GzDecoder;
use percent_encoding::percent_decode_str;
use rust_embed::EmbeddedFile;

/// The suffix of files that gzip has compressed.
const GZIP: &str = ".gz";
/// Content codings and the suffixes of files in them, the smallest first.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", GZIP)];

/// The file at the request's path, or 304 when the browser has it; `None` when there is no such file.
pub fn answer(find: fn(&str) -> Option<EmbeddedFile>, request: &Request<Body>) -> Option<Response> {
    let path = percent_decode_str(request.uri().path().strip_prefix('/')?).decode_utf8().ok()?;
    // Files that compress well are embedded in compressed form only.
    let file = find(&path).or_else(|| find(&format!("{path}{GZIP}")))?;
    let tag = tag(&file);
    if is_current(request.headers(), &tag) {
        return Some((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).ok()?);
    let kind = mime_guess::from_path(&*path).first_or_octet_stream();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind.as_ref()).ok()?);
    let accepted = |(coding, _): &&(&str, &str)| accepts(request.headers(), coding);
    let compressed = CODINGS.iter().filter(accepted).find_map(|(coding, end)| {
        let compressed = find(&format!("{path}{end}"))?;
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        Some(compressed)
    });
    let body = match compressed {
        Some(compressed) => bytes(compressed),
        // For clients that accept no coding.
        None => uncompressed(find, &path)?,
    };
    Some((headers, Body::from(body)).into_response())
}

/// A file in uncompressed form.
pub fn uncompressed(find: fn(&str) -> Option<EmbeddedFile>, path: &str) -> Option<Bytes> {
    find(path).map(bytes).or_else(|| gunzip(&find(&format!("{path}{GZIP}"))?))
}

fn gunzip(file: &EmbeddedFile) -> Option<Bytes> {
    let mut bytes = Vec::new();
    GzDecoder::new(&*file.data).read_to_end(&mut bytes).ok()?;
    Some(bytes.into())
}

fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}

/// A weak ETag: the same for the file and its compressed variants.
fn tag(file: &EmbeddedFile) -> String {
    let hash = file.metadata.sha256_hash();
    let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{digits}\"")
}

/// Whether `If-None-Match` holds this ETag.
fn is_current(headers: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    list_items(headers, &header::IF_NONE_MATCH).any(|known| known == "*" || bare(&known) == bare(tag))
}

/// Whether the browser accepts this coding, by name or as `*`; a quality of zero excludes it.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    let quality = |wanted: &str| {
        list_items(headers, &header::ACCEPT_ENCODING).find_map(|word| {
            let (name, parameter) = word.split_once(';').unwrap_or((&word, ""));
            let is_it = name.trim().eq_ignore_ascii_case(wanted);
            let quality =
                parameter.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
            is_it.then(|| quality.unwrap_or(0.0))
        })
    };
    quality(coding).or_else(|| quality("*")).is_some_and(|quality| quality > 0.0)
}

/// The items of a comma-separated header.
fn list_items(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(|word| word.trim().to_owned()).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(line: &'static str, coding: &str) -> bool {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(line))]);
        super::accepts(&headers, coding)
    }

    #[test]
    fn only_codings_that_the_browser_accepts_are_used() {
        for (line, brotli, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("GZIP", false, true),
            ("br;q=0, gzip;q=0.5", false, true),
            ("br; q=0.001", true, false),
            ("*", true, true),
            ("gzip;q=0, *;q=0.1", true, false),
            ("br;q=nonsense", false, false),
            ("identity", false, false),
            ("", false, false),
        ] {
            assert_eq!((accepts(line, "br"), accepts(line, "gzip")), (brotli, gzip), "{line}");
        }
    }
}
