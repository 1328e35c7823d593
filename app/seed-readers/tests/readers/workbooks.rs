//! Workbooks, made of the few parts that readers need.

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
    assert_eq!(number.notes, ["the serial number is stored as a number: zeros at its beginning are lost"]);
    assert!(messages(&rows[2])[0].starts_with("Excel has rounded the serial number"));
    assert_eq!(messages(&rows[3]), ["Excel has turned the serial number into a date."]);
    let formula = rows[4].result.as_ref().unwrap();
    assert_eq!(formula.token.serial.as_str(), "0014");
    assert_eq!(formula.notes, ["the serial number is the result of a formula"]);
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
    assert!(opened.file.notices()[0].starts_with("1 serial number is stored as numbers"));
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
    let titled =
        [row(1, &["Delivery 4711"]), row(3, &HEADER), row(4, &["1A", SEED, "30", "C", "M"])].concat();
    assert_eq!(good(&xlsx(&[("S", &titled)]), &OpenRequest::default())[0].token.serial.as_str(), "1A");
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
    assert_eq!(error(&bytes, &OpenRequest::default()), "The sheet is too large.");
    let cut = content
        .replace("</table:table></office:spreadsheet></office:body></office:document-content>", "")
        .replace("16384", "1")
        .replace("1048576", "1");
    let members = [members[0], members[1], ("content.xml", cut.as_bytes())];
    let bytes = archive(&members, CompressionMethod::Deflated, Protection::None);
    assert_eq!(error(&bytes, &OpenRequest::default()), "The workbook is damaged.");
}
