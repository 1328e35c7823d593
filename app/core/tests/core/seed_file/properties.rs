//! Properties: reading never panics; rows that are written and read again are equal.

use super::*;
use proptest::{collection::vec, option, prelude::*};
use token_core::{
    ports::NewToken,
    seed::Seed,
    seed_file::{Field, MappingSource, OpenIssue, Owner, ReadOptions, graph_json},
    token::{HashFunction, Interval, SerialNumber},
    user::UserId,
};

/// How a file is encoded.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Utf8,
    Utf8Marked,
    Utf16Le,
    Utf16BeMarked,
    Windows1252,
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Marked => format!("\u{feff}{text}").into_bytes(),
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16BeMarked => {
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
        }
        // The letters used here have the same code in Windows-1252 as in Unicode.
        Encoding::Windows1252 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
    }
}

/// Names that every encoding can represent, with all characters that a CSV has to quote.
fn name() -> impl Strategy<Value = String> {
    "[A-Za-zäöüéß0-9][A-Za-zäöüéß0-9 ,;\"'=\t-]{0,20}[A-Za-z0-9]"
        .prop_filter("no control characters", |s| !s.contains('\t'))
}

fn rows_to_write() -> impl Strategy<Value = Vec<SeedRow>> {
    let owner = option::of("[a-zäöü'.]{1,12}(_[a-z]{3}\\.com#EXT#)?@[a-z]{1,9}\\.com");
    let token = ("[0-9]{1,14}|[A-Z]{2}[0-9]{6}", vec(any::<u8>(), 10..=80), any::<bool>(), any::<bool>());
    let row = (owner, token, name(), name()).prop_map(
        |(owner, (serial, seed, is_60, is_256), manufacturer, model)| {
            let token = NewToken {
                serial: SerialNumber::parse(&serial).unwrap(),
                manufacturer,
                model,
                seed: Seed::from_bytes(seed).unwrap(),
                interval: if is_60 { Interval::S60 } else { Interval::S30 },
                hash: if is_256 { HashFunction::Sha256 } else { HashFunction::Sha1 },
            };
            SeedRow::new(token, owner.map(Owner::Upn))
        },
    );
    vec(row, 1..8)
}

fn csv_text(rows: &[SeedRow], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(HEADER.split(',')).unwrap();
    for row in rows {
        let [_, serial, seed, interval, manufacturer, model, hash] = values(row);
        let owner = match &row.owner {
            Some(Owner::Upn(upn)) => upn.clone(),
            _ => String::new(),
        };
        writer.write_record([owner, serial, seed, interval, manufacturer, model, hash]).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn all_values(rows: &[SeedRow]) -> Vec<[String; 7]> {
    rows.iter().map(values).collect()
}

/// Serial, result and raw fields: an entry without its line.
type Comparable = (String, Result<[String; 7], Vec<Issue>>, Vec<String>);

fn comparable(entries: &[ParsedRow]) -> Vec<Comparable> {
    let of = |entry: &ParsedRow| {
        let result = entry.result.as_ref().map(values).map_err(Clone::clone);
        (entry.serial.clone(), result, entry.raw.cells.to_vec())
    };
    entries.iter().map(of).collect()
}

fn messy_cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "[A-Z2-7]{32}",
        "30|60|45||SHA-1|ada@contoso\\.com",
        "[a-z,;\"\n\t]{0,6}",
        "\\PC{0,5}"
    ]
}

proptest! {
    #[test]
    fn never_panics_on_any_bytes(bytes in vec(any::<u8>(), 0..400)) {
        if let Ok(mut file) = open(&bytes) {
            read_all(&mut file);
            file.notices();
            prop_assert!((0.0..=1.0).contains(&file.progress()));
        }
    }

    #[test]
    fn never_panics_after_a_valid_beginning(bytes in vec(any::<u8>(), 0..400), json in any::<bool>()) {
        let beginning = if json { "{\"value\":[{\"serialNumber\":" } else { "sep=;\r\nupn;serial number;secret key;time interval;manufacturer;model\n" };
        if let Ok(mut file) = open([beginning.as_bytes(), &bytes].concat()) {
            read_all(&mut file);
        }
    }

    #[test]
    fn mapping_never_panics(text in "(\\PC{0,8}[,;\\| \n\t]){0,20}", indices in vec(0..6_usize, 5)) {
        let options = ReadOptions { asks_for_mapping: true, ..ReadOptions::default() };
        if let Err(OpenIssue::NeedsMapping(file)) = SeedFile::open_with(text.into_bytes(), &options) {
            let mut mapping = file.first().suggestion();
            prop_assert!(file.first().preview(&mapping).is_ok());
            for (field, index) in Field::REQUIRED.into_iter().zip(indices) {
                mapping.set(field, Some(MappingSource::Column(index)));
            }
            let _ = (file.first().columns(), file.first().fingerprint(), file.first().preview(&mapping));
            if let Ok(mut file) = file.with_mapping(&mapping, &options) {
                read_all(&mut file);
            }
        }
    }

    #[test]
    fn a_csv_reads_back_with_every_delimiter_and_encoding(
        rows in rows_to_write(),
        delimiter in prop::sample::select(b",;\t".to_vec()),
        encoding in prop::sample::select(vec![
            Encoding::Utf8, Encoding::Utf8Marked, Encoding::Utf16Le, Encoding::Utf16BeMarked, Encoding::Windows1252,
        ]),
    ) {
        // Ambiguous keys are read as Base32 or hex by rule, not as they were written.
        prop_assume!(rows.iter().all(|row| Seed::ambiguous_notation(&row.token.seed.expose_base32()).is_none()));
        let read = super::rows(encode(&csv_text(&rows, delimiter), encoding));
        prop_assert_eq!(all_values(&read), all_values(&rows));
    }

    #[test]
    fn rows_to_correct_of_a_csv_read_back_equal(
        cells in vec(vec(messy_cell(), 1..9), 1..6),
        delimiter in prop::sample::select(b",;\t".to_vec()),
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(HEADER.split(',')).unwrap();
        cells.iter().for_each(|row| writer.write_record(row).unwrap());
        let mut file = open(writer.into_inner().unwrap()).unwrap();
        let entries = read_all(&mut file);
        let written = to_correct(file.format(), entries.iter().map(|entry| &entry.raw));
        let mut again = open(written.as_bytes()).unwrap();
        prop_assert_eq!(again.format(), file.format());
        // Messages about rows of several lines contain line numbers, which change when rows move up.
        let without_lines = |entries: &[ParsedRow]| {
            let mut rows = comparable(entries);
            rows.iter_mut().filter_map(|e| e.1.as_mut().err()).for_each(|issues| {
                issues.retain(|issue| !issue.message.starts_with("The row goes on to line"));
            });
            // A row that is shorter than the header is filled up, so that the added columns stand in theirs.
            for (_, _, cells) in &mut rows {
                cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
            }
            rows
        };
        let entries_again = read_all(&mut again);
        prop_assert_eq!(without_lines(&entries_again), without_lines(&entries));
        let lines = |entries: &[ParsedRow]| entries.iter().map(|entry| entry.line).collect::<Vec<_>>();
        prop_assert_eq!(lines(&entries_again), lines(&entries));
    }

    #[test]
    fn failed_entries_of_json_read_back_equal(serials in vec("[0-9a-z]{0,5}", 1..6), interval in "30|45") {
        let entries: Vec<String> = serials
            .iter()
            .map(|serial| format!("{{ \"serialNumber\":\"{serial}\", \"secretKey\":\"{SEED}\",\n\"timeIntervalInSeconds\":{interval} }}"))
            .collect();
        let mut file = open(format!("[{}]", entries.join(" , "))).unwrap();
        let entries = read_all(&mut file);
        let written = to_correct(file.format(), entries.iter().map(|entry| &entry.raw));
        prop_assert_eq!(comparable(&read(written.as_bytes())), comparable(&entries));
    }

    #[test]
    fn graphs_json_reads_back(rows in rows_to_write()) {
        let id = UserId::parse("0b1d2a44-64bb-4f6c-9a3b-0d3f6c1f9a10").unwrap();
        let json = graph_json(rows.iter(), |_| Some(id.clone()));
        let mut expected = rows;
        expected.iter_mut().filter(|row| row.owner.is_some()).for_each(|row| row.owner = Some(Owner::Id(id.clone())));
        prop_assert_eq!(all_values(&super::rows(json.as_bytes())), all_values(&expected));
    }
}

#[test]
fn graphs_json_is_the_documented_body() {
    let row = row(format!("{HEADER}\nada@contoso.com,7,{SEED},60,Contoso,HT-1,SHA-256\n"));
    let json = graph_json([row].iter(), |_| None);
    let body: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!({"@context": "#$delta", "value": [{
        "@contentId": "1", "serialNumber": "7", "manufacturer": "Contoso", "model": "HT-1", "secretKey": SEED,
        "timeIntervalInSeconds": 60, "hashFunction": "hmacsha256",
    }]});
    assert_eq!(body, expected);
}

#[test]
fn no_rows_to_correct_make_a_file_without_rows() {
    let file = open(format!("{HEADER}\n")).unwrap();
    let empty = to_correct(file.format(), std::iter::empty::<&RawRow>());
    assert_eq!(read(empty.as_bytes()).len(), 0);
}
