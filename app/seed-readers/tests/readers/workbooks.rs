//! Workbooks, made of the few parts that readers need.

use std::future::Future;

use zip::CompressionMethod;

use super::{
    archives::{Protection, archive},
    *,
};

/// A workbook with these sheets: names, and the XML of their rows.
pub fn xlsx(sheets: &[(&str, &str)]) -> Vec<u8> {
    let list = |part: fn(usize, &str) -> String| -> String {
        sheets.iter().enumerate().map(|(index, (name, _))| part(index + 1, name)).collect()
    };
    let workbook = format!(
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{}</sheets></workbook>"#,
        list(|id, name| format!(r#"<sheet name="{name}" sheetId="{id}" r:id="rId{id}"/>"#))
    );
    let relations = format!(
        r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"#,
        list(|id, _| format!(
            r#"<Relationship Id="rId{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{id}.xml"/>"#
        ))
    );
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;
    let mut parts: Vec<(String, String)> = vec![
        (
            "[Content_Types].xml".into(),
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.into(),
        ),
        (
            "_rels/.rels".into(),
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.into(),
        ),
        ("xl/workbook.xml".into(), workbook),
        ("xl/_rels/workbook.xml.rels".into(), relations),
        ("xl/styles.xml".into(), styles.into()),
    ];
    for (index, (_, rows)) in sheets.iter().enumerate() {
        let sheet = format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
        );
        parts.push((format!("xl/worksheets/sheet{}.xml", index + 1), sheet));
    }
    let members: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&members, CompressionMethod::Deflated, Protection::None)
}

/// A row of cells: a text, or the XML of a cell after `=`.
pub fn row(number: usize, cells: &[&str]) -> String {
    let cell = |(index, text): (usize, &&str)| {
        let place = format!("{}{number}", char::from(b'A' + u8::try_from(index).unwrap()));
        match text.strip_prefix('=') {
            Some(xml) => format!(r#"<c r="{place}" {xml}"#),
            None => format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#),
        }
    };
    let cells: String = cells.iter().enumerate().map(cell).collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

const HEADER: [&str; 5] = ["serial number", "secret key", "time interval", "manufacturer", "model"];

#[test]
fn texts_and_numbers_are_told_apart() {
    let sheet = [
        row(1, &HEADER),
        row(2, &["0012", SEED, "=><v>30</v></c>", "Contoso", "HT-1"]),
        row(3, &["=><v>13</v></c>", SEED, "60", "Contoso", "HT-1"]),
        row(4, &["=><v>1234567890123456789</v></c>", SEED, "60", "Contoso", "HT-1"]),
        row(5, &["=s=\"1\"><v>45000</v></c>", SEED, "60", "Contoso", "HT-1"]),
        row(6, &["=t=\"str\"><f>A1</f><v>0014</v></c>", SEED, "60", "Contoso", "HT-1"]),
    ];
    let bytes = xlsx(&[("Tokens", &sheet.concat())]);
    let mut opened = opened(&bytes, &OpenRequest::default());
    assert_eq!((opened.place.as_slice(), opened.sheets.len()), (&["Tokens".to_owned()][..], 1));
    let rows = opened.file.read(10);
    let first = rows[0].result.as_ref().unwrap();
    assert_eq!(
        (first.token.serial.as_str(), first.token.interval.seconds(), first.notes.len()),
        ("0012", 30, 0)
    );
    let number = rows[1].result.as_ref().unwrap();
    assert_eq!(number.token.serial.as_str(), "13");
    assert_eq!(
        number.notes,
        ["the serial number is stored as a number: zeros at its beginning, if there were any, are lost"]
    );
    assert!(messages(&rows[2])[0].starts_with("Excel has rounded the serial number"));
    assert_eq!(messages(&rows[3]), ["Excel has turned the serial number into a date."]);
    let formula = rows[4].result.as_ref().unwrap();
    assert_eq!(formula.token.serial.as_str(), "0014");
    assert_eq!(formula.notes, ["the serial number is the result of a formula"]);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert!(opened.file.notices()[0].starts_with("1 serial number is stored as a number"));
}

#[test]
fn the_first_sheet_with_values_is_read_or_the_chosen_one() {
    let tokens = |serial: &str| [row(1, &HEADER), row(2, &[serial, SEED, "30", "C", "M"])].concat();
    let bytes = xlsx(&[("Empty", ""), ("One", &tokens("1A")), ("Two", &tokens("2A"))]);
    assert_eq!(good(&bytes, &OpenRequest::default())[0].token.serial.as_str(), "1A");
    let of = |sheet: &str| OpenRequest { sheet: Some(sheet.to_owned()), ..OpenRequest::default() };
    assert_eq!(good(&bytes, &of("Two"))[0].token.serial.as_str(), "2A");
    assert_eq!(opened(&bytes, &of("Two")).sheets, ["One", "Two"]);
    assert!(error(&bytes, &of("Three")).contains("One, Two"));
    assert_eq!(error(&xlsx(&[("Empty", "")]), &OpenRequest::default()), "The workbook is empty.");
}

#[test]
fn titles_above_the_header_and_sheets_without_header_are_read() {
    for title in [vec!["Delivery 4711"], vec!["100 tokens", "6 digits", "hash algorithm SHA-1"]] {
        let titled = [row(1, &title), row(3, &HEADER), row(4, &["1A", SEED, "30", "C", "M"])].concat();
        assert_eq!(good(&xlsx(&[("S", &titled)]), &OpenRequest::default())[0].token.serial.as_str(), "1A");
    }
    let bare = [row(1, &["1A", SEED]), row(2, &["2A", SEED])].concat();
    let mapping = Mapping::parse("serial=1,secret=2,interval=const:30,maker=const:C,model=const:M").unwrap();
    let request = OpenRequest {
        options: ReadOptions { mapping: Some(mapping), ..ReadOptions::default() },
        ..OpenRequest::default()
    };
    assert!(matches!(need(&xlsx(&[("S", &bare)]), &OpenRequest::default()), OpenNeed::Mapping(..)));
    assert_eq!(good(&xlsx(&[("S", &bare)]), &request).len(), 2);
}

#[test]
fn a_workbook_in_an_archive_with_a_password_is_read() {
    let inner = xlsx(&[("Tokens", &[row(1, &HEADER), row(2, &["0012", SEED, "30", "C", "M"])].concat())]);
    let bytes = archive(&[("seeds.xlsx", &inner)], CompressionMethod::Deflated, Protection::ZipCrypto("p"));
    let request = OpenRequest { password: Some(secret("p")), ..OpenRequest::default() };
    assert_eq!(opened(&bytes, &request).place, ["seeds.xlsx", "Tokens"]);
    assert_eq!(good(&bytes, &request)[0].token.serial.as_str(), "0012");
}

/// The workbook with more parts, and parts replaced.
fn with_parts(sheets: &[(&str, &str)], more: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Read;
    let mut parts = Vec::new();
    let bytes = xlsx(sheets);
    let mut archive_of = zip::ZipArchive::new(std::io::Cursor::new(bytes.as_slice())).unwrap();
    for index in 0..archive_of.len() {
        let mut part = archive_of.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        parts.push((name, text));
    }
    parts.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    parts.extend(more.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    let members: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&members, CompressionMethod::Deflated, Protection::None)
}

#[test]
fn shared_strings_are_read_without_their_pronunciation() {
    let strings = format!(
        r#"<sst><si><t>serial number</t></si><si><r><t xml:space="preserve">secret </t></r><r><rPr/><t>key</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si><si><t>00_x0041_12_x000D_</t></si><si><t>{SEED}</t></si><si/></sst>"#
    );
    let shared = |place: &str, index: usize| format!(r#"<c r="{place}" t="s"><v>{index}</v></c>"#);
    let text = |text: &str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let sheet = format!(
        "<row>{}{}{}{}{}</row><row>{}{}{}{}{}</row>",
        shared("A1", 0),
        shared("B1", 1),
        text("time interval"),
        text("manufacturer"),
        text("model"),
        shared("A2", 2),
        shared("B2", 3),
        text("30"),
        text("C &amp; D"),
        text("M")
    );
    let bytes = with_parts(&[("S", &sheet)], &[("xl/sharedStrings.xml", &strings)]);
    let row = good(&bytes, &OpenRequest::default()).remove(0);
    assert_eq!((row.token.serial.as_str(), row.token.manufacturer.as_str()), ("00A12", "C & D"));
    let wrong = with_parts(&[("S", &sheet)], &[("xl/sharedStrings.xml", "<sst/>")]);
    assert_eq!(error(&wrong, &OpenRequest::default()), "The workbook is damaged.");
}

#[test]
fn numbers_in_formats_of_dates_are_dates_and_hidden_sheets_come_last() {
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/><numFmt numFmtId="165" formatCode="0 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
    let tokens = [
        row(1, &HEADER),
        row(2, &["=s=\"1\"><v>45000</v></c>", SEED, "30", "C", "M"]),
        row(3, &["=s=\"2\"><v>45000</v></c>", SEED, "30", "C", "M"]),
    ]
    .concat();
    let workbook = r#"<workbook xmlns:r="r"><sheets><sheet name="Old" state="hidden" r:id="rId2"/><sheet name="S" r:id="rId1"/></sheets></workbook>"#;
    let bytes = with_parts(
        &[("S", &tokens), ("Old", &tokens)],
        &[("xl/styles.xml", styles), ("xl/workbook.xml", workbook)],
    );
    let mut opened = opened(&bytes, &OpenRequest::default());
    assert_eq!((opened.place, opened.sheets), (vec!["S".to_owned()], vec!["S".to_owned(), "Old".to_owned()]));
    let rows = opened.file.read(9);
    assert_eq!(messages(&rows[0]), ["Excel has turned the serial number into a date."]);
    assert_eq!(rows[1].result.as_ref().unwrap().token.serial.as_str(), "45000");
}

#[test]
fn other_documents_of_office_programs_are_named() {
    let relations = r#"<Relationships><Relationship Id="r" Type="x/officeDocument" Target="word/document.xml"/></Relationships>"#;
    let document = archive(
        &[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", relations.as_bytes()),
            ("word/document.xml", b"<w/>"),
        ],
        CompressionMethod::Deflated,
        Protection::None,
    );
    assert_eq!(error(&document, &OpenRequest::default()), "The file is an Office document, and no workbook.");
    let relations = relations.replace("word/document.xml", "xl/workbook.bin");
    let binary = archive(
        &[
            ("[Content_Types].xml", b"<Types/>"),
            ("_rels/.rels", relations.as_bytes()),
            ("xl/workbook.bin", b"x"),
        ],
        CompressionMethod::Deflated,
        Protection::None,
    );
    assert!(error(&binary, &OpenRequest::default()).contains("xlsb"));
}

fn open_document(content: &str, manifest: &str) -> Vec<u8> {
    let members: [(&str, &[u8]); 3] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest.as_bytes()),
        ("content.xml", content.as_bytes()),
    ];
    archive(&members, CompressionMethod::Deflated, Protection::None)
}

#[test]
fn open_document_cells_are_read_as_they_are_meant() {
    let text =
        |text: &str| format!(r#"<table:table-cell office:value-type="string">{text}</table:table-cell>"#);
    let paragraph = |inner: &str| text(&format!("<text:p>{inner}</text:p>"));
    let header: String = HEADER.iter().map(|name| paragraph(name)).collect();
    let serial = text(
        "<office:annotation><text:p>a note</text:p></office:annotation><text:p>00<text:span>12</text:span></text:p>",
    );
    let number = r#"<table:table-cell office:value-type="float" office:value="4711" table:formula="of:=A1"><text:p>4.7E3</text:p></table:table-cell>"#;
    let date = r#"<table:table-cell office:value-type="date" office:date-value="2026-03-01"><text:p>1.3.26</text:p></table:table-cell>"#;
    let rest = format!(
        r#"{}<table:table-cell office:value-type="float" office:value="30"/>{}{}<table:table-cell table:number-columns-repeated="16000"/>"#,
        paragraph(SEED),
        paragraph("C"),
        paragraph("M<text:s text:c=\"2\"/>1")
    );
    let content = format!(
        r#"<d xmlns:table="t" xmlns:text="x" xmlns:office="o"><table:table table:name="T"><table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="1024"/></table:table-row><table:table-row>{header}</table:table-row><table:table-row table:number-rows-repeated="3">{serial}{rest}</table:table-row><table:table-row>{number}{rest}</table:table-row><table:table-row>{date}{rest}</table:table-row><table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row></table:table></d>"#
    );
    let mut opened = opened(&open_document(&content, "<m/>"), &OpenRequest::default());
    let rows = opened.file.read(9);
    let first = rows[0].result.as_ref().unwrap();
    assert_eq!((first.token.serial.as_str(), first.token.model.as_str(), rows[0].line), ("0012", "M  1", 4));
    let second = rows[1].result.as_ref().unwrap();
    assert_eq!((second.token.serial.as_str(), second.notes.len()), ("4711", 2), "a number, and a formula");
    assert_eq!(messages(&rows[2]), ["Excel has turned the serial number into a date."]);
    assert_eq!((rows.len(), rows[1].line), (3, 7), "a repeated row is read once");
    let locked =
        open_document("\u{1}", "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>");
    assert_eq!(error(&locked, &OpenRequest::default()), "The workbook has a password.");
}

/// Neither the shared strings nor the rows of a large workbook are read at once.
#[test]
fn a_large_workbook_is_read_in_slices() {
    let strings: String = (0..4_000).map(|n| format!("<si><t>S{n}</t></si>")).collect();
    let rows: String =
        (0..4_000).map(|n| format!(r#"<row r="{}"><c t="s"><v>{n}</v></c></row>"#, n + 2)).collect();
    let sheet = format!("{}{rows}", row(1, &HEADER));
    let bytes = with_parts(&[("S", &sheet)], &[("xl/sharedStrings.xml", &format!("<sst>{strings}</sst>"))]);
    let pauses = std::cell::Cell::new(0);
    let mapping = Mapping::parse("maker=const:C,model=const:M").unwrap();
    let options = ReadOptions { mapping: Some(mapping), ..ReadOptions::default() };
    let request = OpenRequest { options, ..OpenRequest::default() };
    let pause = async || pauses.set(pauses.get() + 1);
    let opening = seed_readers::open_in_slices(bytes, &request, &pause);
    let mut opening = std::pin::pin!(opening);
    let polled = opening.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    let std::task::Poll::Ready(opened) = polled else { unreachable!("no pause waits") };
    let mut opened = match opened {
        Ok(opened) => opened,
        Err(need) => unreachable!("{need:?}"),
    };
    assert_eq!(opened.file.read(9_000).len(), 4_000);
    assert!(pauses.get() > 20, "{}", pauses.get());
}

#[test]
fn open_document_sheets_are_read() {
    let cell = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let line = |cells: &[&str]| -> String {
        format!(
            "<table:table-row>{}</table:table-row>",
            cells.iter().map(|text| cell(text)).collect::<String>()
        )
    };
    let content = format!(
        r#"<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="T">{}{}</table:table></office:spreadsheet></office:body></office:document-content>"#,
        line(&HEADER),
        line(&["0012", SEED, "30", "C", "M"])
    );
    let members: [(&str, &[u8]); 3] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            b"<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>",
        ),
        ("content.xml", content.as_bytes()),
    ];
    let bytes = archive(&members, CompressionMethod::Deflated, Protection::None);
    assert_eq!(good(&bytes, &OpenRequest::default())[0].token.serial.as_str(), "0012");
}

#[test]
fn a_damaged_workbook_is_refused() {
    let members: [(&str, &[u8]); 1] = [("xl/workbook.xml", b"<workbook")];
    let bytes = archive(&members, CompressionMethod::Stored, Protection::None);
    assert_eq!(error(&bytes, &OpenRequest::default()), "The workbook is damaged.");
}

#[test]
fn sheets_that_expand_to_too_many_cells_are_refused() {
    let far = r#"<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>"#;
    let one = [row(1, &HEADER), row(2, &["0012", SEED, "30", "C", "M"]), far.to_owned()].concat();
    assert_eq!(rows(&xlsx(&[("S", &one)]), &OpenRequest::default()).len(), 2, "one far cell costs one row");
    let many: String = (1..400)
        .map(|n| format!(r#"<row r="{n}"><c r="XFD{n}" t="inlineStr"><is><t>x</t></is></c></row>"#))
        .collect();
    assert_eq!(error(&xlsx(&[("S", &many)]), &OpenRequest::default()), "The sheet is too large.");
    let cell = r#"<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>"#;
    let content = format!(
        r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table table:name="T"><table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#
    );
    let members: [(&str, &[u8]); 3] = [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", b"<m/>"),
        ("content.xml", content.as_bytes()),
    ];
    let bytes = archive(&members, CompressionMethod::Deflated, Protection::None);
    assert_eq!(
        error(&bytes, &OpenRequest::default()),
        "The file holds no tokens.",
        "a repeated row is read once"
    );
    let cut = content
        .replace("</table:table></office:spreadsheet></office:body></office:document-content>", "")
        .replace("16384", "1")
        .replace("1048576", "1");
    let members = [members[0], members[1], ("content.xml", cut.as_bytes())];
    let bytes = archive(&members, CompressionMethod::Deflated, Protection::None);
    assert_eq!(error(&bytes, &OpenRequest::default()), "The workbook is damaged.");
}

#[test]
fn a_column_of_addresses_says_what_the_others_leave_open() {
    let address =
        |n: usize| format!("otpauth://totp/C:ada%40contoso.com?secret={SEED}&amp;period=60&amp;issuer=C{n}");
    let with_header = [
        row(1, &["Tokens of 2026"]),
        row(2, &["Serial", "QR", "Model"]),
        row(3, &["0012", &address(1), "HT-1"]),
        row(4, &["=><v>13</v></c>", &address(2), "HT-1"]),
        row(5, &["0014", "", "HT-1"]),
    ];
    let bytes = xlsx(&[("Tokens", &with_header.concat())]);
    let found = rows(&bytes, &OpenRequest::default());
    let first = found[0].result.as_ref().unwrap();
    assert_eq!((first.token.serial.as_str(), first.token.interval.seconds()), ("0012", 60));
    assert_eq!((first.token.manufacturer.as_str(), first.token.model.as_str()), ("C1", "HT-1"));
    assert_eq!(first.owner, Some(Owner::Upn("ada@contoso.com".into())));
    assert!(found[1].result.as_ref().unwrap().notes[0].contains("stored as a number"));
    assert_eq!(messages(&found[2]), ["The secret key is empty.", "The manufacturer is missing."]);

    let list = [row(1, &[&address(1)]), row(2, &[&address(2)])].concat();
    let list = xlsx(&[("Tokens", &list.replace("C:ada%40contoso.com", "0012"))]);
    assert_eq!(good(&list, &with_model()).len(), 2, "no header, and labels for serials");
}

#[test]
fn a_cover_sheet_without_rows_is_passed_over_unless_it_is_chosen() {
    let seeds = [row(1, &HEADER), row(2, &["0012", SEED, "30", "Contoso", "HT-1"])].concat();
    let cover = row(1, &["Your tokens"]);
    let bytes = xlsx(&[("Cover", &cover), ("Seeds", &seeds)]);
    let found = opened(&bytes, &OpenRequest::default());
    assert_eq!((found.place, found.sheets), (vec!["Seeds".to_owned()], vec!["Cover".into(), "Seeds".into()]));
    let request = OpenRequest { sheet: Some("Cover".into()), ..OpenRequest::default() };
    assert_eq!(error(&bytes, &request), "The file holds no tokens.");
    assert_eq!(error(&xlsx(&[("Cover", &cover)]), &OpenRequest::default()), "The file holds no tokens.");
}

#[test]
fn a_formula_without_a_result_is_no_empty_cell() {
    let sheet = [row(1, &HEADER), row(2, &["=><f>A1</f></c>", SEED, "=><f>15*2</f></c>", "Contoso", "HT-1"])]
        .concat();
    let found = rows(&xlsx(&[("T", &sheet)]), &OpenRequest::default());
    let messages = messages(&found[0]);
    for field in ["serial number", "time interval"] {
        let message = format!("The {field} is a formula without a result.");
        assert!(messages.contains(&message.as_str()), "{messages:?}");
    }
}

/// The file's format shows zeros before the number, so that they were meant.
#[test]
fn a_number_is_read_with_the_zeros_that_its_format_shows() {
    let sheet = [
        row(1, &HEADER),
        row(2, &["=s=\"2\"><v>12</v></c>", SEED, "30", "Contoso", "HT-1"]),
        row(3, &["=s=\"2\"><v>123456789</v></c>", SEED, "30", "Contoso", "HT-1"]),
    ];
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#;
    let bytes = with_part(&xlsx(&[("T", &sheet.concat())]), "xl/styles.xml", styles);
    let found = good(&bytes, &OpenRequest::default());
    assert_eq!((found[0].token.serial.as_str(), found[0].notes.len()), ("00000012", 0));
    assert_eq!((found[1].token.serial.as_str(), found[1].notes.len()), ("123456789", 1));
}

#[test]
fn a_merged_cell_of_a_column_holds_for_all_its_rows() {
    let sheet = [
        row(1, &["Tokens of 2026"]),
        row(2, &HEADER),
        row(3, &["0012", SEED, "30", "Contoso", "HT-1"]),
        row(4, &["0013", SEED, "30"]),
        row(5, &["0014", SEED, "30", "", "HT-2"]),
        row(6, &["0015", SEED, "30", "", "HT-2"]),
    ];
    let sheet = xlsx(&[("T", &sheet.concat())]);
    let merged = r#"</sheetData><mergeCells><mergeCell ref="A1:E1"/><mergeCell ref="D3:D5"/><mergeCell ref="E3:E5"/><mergeCell ref="D9:D1048576"/><mergeCell ref="x"/><mergeCell ref="D6:D3"/><mergeCell ref="D0:D3"/></mergeCells>"#;
    let part = part(&sheet, "xl/worksheets/sheet1.xml").replace("</sheetData>", merged);
    let found = rows(&with_part(&sheet, "xl/worksheets/sheet1.xml", &part), &OpenRequest::default());
    let token = |row: usize| {
        let token = &found[row].result.as_ref().unwrap().token;
        (token.manufacturer.clone(), token.model.clone())
    };
    assert_eq!(token(1), ("Contoso".to_owned(), "HT-1".to_owned()));
    assert_eq!(token(2), ("Contoso".to_owned(), "HT-2".to_owned()));
    assert_eq!(messages(&found[3]), ["The manufacturer is missing."]);
}

/// The text of a part.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

/// The workbook with this text for a part.
fn with_part(workbook: &[u8], name: &str, text: &str) -> Vec<u8> {
    let archive_in = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let names: Vec<String> = archive_in.file_names().map(|one| one.unwrap().into_owned()).collect();
    let parts: Vec<(String, String)> = names
        .into_iter()
        .map(|one| if one == name { (one, text.to_owned()) } else { (one.clone(), part(workbook, &one)) })
        .collect();
    let members: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    archive(&members, CompressionMethod::Deflated, Protection::None)
}

#[test]
fn a_number_is_read_as_its_format_shows_it() {
    for (code, shown) in [
        ("0000000000;@", "0000012345"),
        ("000\\-000\\-000", "000-012-345"),
        ("&quot;SN&quot;000000", "SN012345"),
    ] {
        let sheet = [row(1, &HEADER), row(2, &["=s=\"2\"><v>12345</v></c>", SEED, "30", "Contoso", "HT-1"])];
        let styles = format!(
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#
        );
        let bytes = with_part(&xlsx(&[("T", &sheet.concat())]), "xl/styles.xml", &styles);
        let found = good(&bytes, &OpenRequest::default());
        assert_eq!((found[0].token.serial.as_str(), found[0].notes.len()), (shown, 0), "{code}");
    }
}

#[test]
fn cells_that_hold_no_serial_or_no_whole_key_are_refused() {
    let sheet = [
        row(1, &HEADER),
        row(2, &["=t=\"e\"><v>#N/A</v></c>", SEED, "30", "C", "M"]),
        row(3, &["=t=\"b\"><v>1</v></c>", SEED, "30", "C", "M"]),
        row(4, &["=><v>12345.5</v></c>", SEED, "30", "C", "M"]),
        row(5, &["14", "=><v>12345678901234</v></c>", "30", "C", "M"]),
        row(6, &["15", SEED, "30", "=t=\"e\"><v>#REF!</v></c>", "M"]),
    ];
    let rows = rows(&xlsx(&[("T", &sheet.concat())]), &OpenRequest::default());
    let expected = ["an Excel error", "a truth value", "has rounded", "stored as a number", "an Excel error"];
    for (row, expected) in rows.iter().zip(expected) {
        assert!(messages(row)[0].contains(expected), "{:?}", messages(row));
    }
    assert_eq!(rows.len(), expected.len());
}

#[test]
fn an_open_document_number_is_read_with_the_zeros_that_it_shows() {
    let cell =
        |text: &str| format!(r#"<t:table-cell o:value-type="string"><x:p>{text}</x:p></t:table-cell>"#);
    let header: String = HEADER.iter().map(|name| cell(name)).collect();
    let number = r#"<t:table-cell o:value-type="float" o:value="12345"><x:p>00012345</x:p></t:table-cell>"#;
    let rest: String = [SEED, "30", "C", "M"].iter().map(|text| cell(text)).collect();
    let content = format!(
        r#"<d xmlns:t="t" xmlns:x="x" xmlns:o="o"><t:table t:name="T"><t:table-row>{header}</t:table-row><t:table-row>{number}{rest}</t:table-row></t:table></d>"#
    );
    let found = good(&open_document(&content, "<m/>"), &OpenRequest::default());
    assert_eq!((found[0].token.serial.as_str(), found[0].notes.len()), ("00012345", 0));
}
