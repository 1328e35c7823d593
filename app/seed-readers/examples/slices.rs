//! Measures how long large files take, and the longest time between two pauses, in which a page is blocked. On Linux it is the
//! processor's time, which other programs do not lengthen.
//!
//! ```sh
//! cargo run --profile fuzz -p seed-readers --example slices
//! ```
#![expect(clippy::print_stdout, reason = "a program for a terminal")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it fails on unexpected values")]
#![allow(dead_code, reason = "the tests use all of the maker")]

#[path = "../tests/readers/pskc_maker.rs"]
mod pskc_maker;

use std::{
    cell::Cell,
    fmt::Write as _,
    future::Future,
    io::{Cursor, Write as _},
    pin::pin,
    sync::LazyLock,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use pskc_maker::Maker;
use seed_readers::{OpenRequest, PskcSecret, open_in_slices};
use zeroize::Zeroizing;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

const KEY: [u8; 16] = [0x2a; 16];
const ROWS: usize = 20_000;
const KEYS: usize = 50_000;
/// Rows that are read between two pauses, as in the page.
const ROWS_PER_PAUSE: usize = 50;

fn main() {
    let key = PskcSecret::Key(Zeroizing::new("2a".repeat(16)));
    let encrypted = OpenRequest { pskc: Some(key), ..OpenRequest::default() };
    let maker = Maker { has_mac_key: false, ..Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")) };
    let container = keys(&maker.xml());
    measure("PSKC, 50,000 encrypted keys", container.clone().into_bytes(), &encrypted);
    measure("the same in a zip", packed(&[("keys.xml", &container)]), &encrypted);
    measure("PSKC, 50,000 plain keys", keys(&plain(&maker.xml())).into_bytes(), &OpenRequest::default());
    measure("xlsx, 20,000 rows", workbook(), &OpenRequest::default());
    measure("ods, 20,000 rows", open_document(), &OpenRequest::default());
}

/// The time that this thread has used.
fn used() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = statistics.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

/// Opens and reads a file, and prints how long it took.
fn measure(name: &str, bytes: Vec<u8>, request: &OpenRequest) {
    let megabytes = bytes.len() / 1024 / 1024;
    let begun = used();
    let (last, longest) = (Cell::new(begun), Cell::new(Duration::ZERO));
    let (slices, at) = (Cell::new(0_usize), Cell::new(0_usize));
    let slice = || {
        let now = used();
        let time = now.saturating_sub(last.get());
        if time > longest.get() {
            longest.set(time);
            at.set(slices.get());
        }
        slices.set(slices.get() + 1);
        last.set(now);
    };
    let pause = async || slice();
    let mut opening = pin!(open_in_slices(bytes, request, &pause));
    let Poll::Ready(opened) = opening.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("no pause waits")
    };
    slice();
    let mut file = opened.ok().unwrap().file;
    let (opened, mut rows) = (used().saturating_sub(begun), Vec::new());
    loop {
        let next = file.read(ROWS_PER_PAUSE);
        slice();
        if next.is_empty() {
            break;
        }
        rows.extend(next);
    }
    let good = rows.iter().filter(|row| row.result.is_ok()).count();
    println!(
        "{name} ({megabytes} MB): {good} of {} rows good; opened in {opened:.2?}, read in {:.2?}; longest slice {:.1?}, the {}th of {}",
        rows.len(),
        used().saturating_sub(begun),
        longest.get(),
        at.get() + 1,
        slices.get()
    );
}

/// The container with its package for each of many serials.
fn keys(one: &str) -> String {
    let (start, end) = (one.find("<KeyPackage>").unwrap(), one.find("</KeyContainer>").unwrap());
    let mut many = one[..start].to_owned();
    for serial in 0..KEYS {
        many.push_str(&one[start..end].replace(">0012<", &format!(">{}<", 7_000_000 + serial)));
    }
    many + &one[end..]
}

/// The container with a plain secret.
fn plain(one: &str) -> String {
    let (before, rest) = one.split_once("<Secret>").unwrap();
    let (_, after) = rest.split_once("</Secret>").unwrap();
    format!("{before}<Secret><PlainValue>SGVsbG8h3q2+70hlbGxvId6tvu8=</PlainValue></Secret>{after}")
}

fn packed(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The cells of each row, the headings first.
fn table() -> impl Iterator<Item = [String; 5]> {
    let header = ["serial number", "secret key", "time interval", "manufacturer", "model"].map(str::to_owned);
    let row = |number: usize| {
        let key: String = (0..40)
            .map(|at| char::from(b"0123456789abcdef"[(number * 31 + at * 7 + number / 16) % 16]))
            .collect();
        [format!("{}", 7_000_000 + number), key, "30".to_owned(), "Contoso".to_owned(), "HT-1".to_owned()]
    };
    std::iter::once(header).chain((0..ROWS).map(row))
}

fn workbook() -> Vec<u8> {
    let (mut strings, mut rows) = (String::from("<sst>"), String::from("<worksheet><sheetData>"));
    let mut count = 0;
    for cells in table() {
        rows.push_str("<row>");
        for cell in cells {
            write!(strings, "<si><t>{cell}</t></si>").unwrap();
            write!(rows, r#"<c t="s"><v>{count}</v></c>"#).unwrap();
            count += 1;
        }
        rows.push_str("</row>");
    }
    let relations =
        r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="sheet.xml"/></Relationships>"#;
    packed(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "xl/workbook.xml",
            r#"<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>"#,
        ),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/sharedStrings.xml", &(strings + "</sst>")),
        ("xl/sheet.xml", &(rows + "</sheetData></worksheet>")),
    ])
}

fn open_document() -> Vec<u8> {
    let mut content =
        String::from(r#"<d xmlns:table="t" xmlns:text="x" xmlns:office="o"><table:table table:name="T">"#);
    for cells in table() {
        content.push_str("<table:table-row>");
        for cell in cells {
            write!(
                content,
                r#"<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>"#
            )
            .unwrap();
        }
        content.push_str("</table:table-row>");
    }
    packed(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<m/>"),
        ("content.xml", &(content + "</table:table></d>")),
    ])
}
