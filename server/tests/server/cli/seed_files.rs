//! Seed files of all formats, and the flags that open them.

use std::io::{Cursor, Write as _};

use zip::{AesMode, ZipWriter, write::SimpleFileOptions};

use crate::support::test_cli::TestCli;

const PASSWORD: &str = "Grüße an alle";
/// Encrypted with a pre-shared key; its key is event-based (RFC 6030, figure 6).
const PSKC: &str = include_str!("../../../../app/seed-readers/tests/readers/rfc6030_figure6.xml");
const PSKC_KEY: &str = "12345678901234567890123456789012";

/// Writes an archive into the folder; with a password, encrypted by AES.
fn archive(cli: &TestCli, name: &str, members: &[(&str, &[u8])], password: Option<&str>) -> String {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (member, bytes) in members {
        let options = SimpleFileOptions::default();
        match password {
            Some(password) => {
                writer.start_file(*member, options.with_aes_encryption(AesMode::Aes256, password)).unwrap();
            }
            None => writer.start_file(*member, options).unwrap(),
        }
        writer.write_all(bytes).unwrap();
    }
    std::fs::write(cli.folder.join(name), writer.finish().unwrap().into_inner()).unwrap();
    name.to_owned()
}

/// A workbook of two sheets: one with a note, one with the rows of a CSV.
fn workbook(cli: &TestCli, csv: &str) -> String {
    let cell = |text: &str| format!(r#"<c t="inlineStr"><is><t>{text}</t></is></c>"#);
    let row = |line: &str| format!("<row>{}</row>", line.split(',').map(cell).collect::<String>());
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let sheet = |lines: &str| {
        let rows: String = lines.lines().map(row).collect();
        format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#)
    };
    let parts = [
        ("[Content_Types].xml", format!(r#"<Types xmlns="{package}/content-types"/>"#)),
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}/relationships"><Relationship Id="r" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="Order" sheetId="1" r:id="a"/><sheet name="Seeds" sheetId="2" r:id="b"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<Relationships xmlns="{package}/relationships"><Relationship Id="a" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="{office}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>"#
            ),
        ),
        ("xl/worksheets/sheet1.xml", sheet("order,date\nA-17,2026-01-01")),
        ("xl/worksheets/sheet2.xml", sheet(csv)),
    ];
    let members: Vec<(&str, &[u8])> = parts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    archive(cli, "seeds.xlsx", &members, None)
}

#[tokio::test]
async fn a_workbook_in_an_archive_with_a_password_is_imported() {
    let cli = TestCli::small().await;
    let workbook = workbook(&cli, &cli.practice.sample_csv(3));
    let bytes = std::fs::read(cli.folder.join(&workbook)).unwrap();
    let members: [(&str, &[u8]); 2] = [("read me.txt", b"Seeds of order A-17"), ("tokens.xlsx", &bytes)];
    let file = archive(&cli, "delivery.zip", &members, Some(PASSWORD));
    cli.file("password", &format!("{PASSWORD}\r\n"));
    cli.file("wrong", "grüße an alle");

    for (flags, told) in [
        (&[][..], "read me.txt, tokens.xlsx. Name the one with the secret keys: --member NAME."),
        (&["--member", "tokens.xlsx"], "Write the password into a file, and name it: --password-file FILE."),
        (
            &["--member", "tokens.xlsx", "--password-file", "wrong"],
            "The password of the archive is wrong. Check",
        ),
        (&["--member", "tokens.xlsx", "--password-file", "password"], "--map"),
        (
            &["--member", "tokens.xlsx", "--password-file", "password", "--sheet", "Tokens"],
            "Name one of them: --sheet NAME.",
        ),
    ] {
        let result = cli.run(&[&["import", &file], flags].concat()).await;
        assert_eq!(result.code, 2, "{result:?}");
        assert!(result.err.contains(told), "{}", result.err);
    }
    let flags = ["--member", "tokens.xlsx", "--password-file", "password", "--sheet", "Seeds", "--json"];
    let result = cli.run(&[&["import", &file], &flags[..]].concat()).await;
    assert_eq!((result.code, &result.summary()["done"]), (0, &3.into()), "{result:?}");
    assert!(result.out.contains("Read from tokens.xlsx, Seeds."), "{}", result.out);
}

#[tokio::test]
async fn a_key_container_is_opened_with_its_key_and_what_entra_cannot_use_is_refused() {
    let cli = TestCli::small().await;
    let file = cli.file("keys.xml", PSKC);
    cli.file("wrong", &PSKC_KEY.replace('1', "2"));
    cli.file("key", PSKC_KEY);
    let locked = cli.run(&["import", &file]).await;
    assert!(locked.code == 2 && locked.err.contains("--pskc-key-file FILE"), "{locked:?}");
    let wrong = cli.run(&["import", &file, "--pskc-key-file", "wrong"]).await;
    assert!(wrong.code == 2 && wrong.err.contains("Check the file that --pskc-key-file names"), "{wrong:?}");
    let opened =
        cli.run(&["import", &file, "--pskc-key-file", "key", "--map", "model=const:T1", "--json"]).await;
    assert_eq!((opened.code, &opened.summary()["notPossible"]), (1, &1.into()), "{opened:?}");
    assert!(opened.out.to_lowercase().contains("hotp"), "{}", opened.out);
    let everything = [&locked, &wrong, &opened].map(|result| result.out.clone() + &result.err).concat();
    assert!(!everything.contains(PSKC_KEY), "{everything}");
}

#[tokio::test]
async fn a_list_without_header_is_mapped() {
    let cli = TestCli::small().await;
    let sample = cli.practice.sample_csv(2);
    let rows: Vec<&str> = sample.lines().skip(1).collect();
    let list: String = rows
        .iter()
        .map(|row| row.split(',').collect::<Vec<_>>())
        .map(|cells| format!("{};{}\n", cells[1], cells[2]))
        .collect();
    let file = cli.file("list.txt", &list);
    let asked = cli.run(&["import", &file]).await;
    assert_eq!(asked.code, 2, "{asked:?}");
    assert!(asked.err.contains("--map '") && asked.err.contains("maker=const:\"NAME\""), "{}", asked.err);
    let mapping = "serial=1,secret=2,interval=const:30,maker=const:Token2,model=const:C202";
    let flags = ["--map", mapping, "--hash", "sha1", "--mode", "import", "--json"];
    let mapped = cli.run(&[&["import", &file], &flags[..]].concat()).await;
    assert_eq!((mapped.code, &mapped.summary()["done"]), (0, &2.into()), "{mapped:?}");
    for row in &rows {
        let cells: Vec<&str> = row.split(',').collect();
        assert!(!asked.err.contains(cells[2]), "no key is shown");
        assert_eq!(cli.token(cells[1]).await["manufacturer"], "Token2");
    }
    let senseless = cli.run(&["import", &file, "--map", "serial"]).await;
    assert!(senseless.code == 2 && senseless.err.contains("field=source"), "{senseless:?}");
}

#[tokio::test]
async fn a_decryption_that_failed_is_told_by_its_empty_output() {
    let cli = TestCli::small().await;
    let empty = cli.run_with_input(&["import", "-"], "").await;
    assert!(empty.code == 2 && empty.err.contains("came out of a decryption"), "{empty:?}");
    let armored = "-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----\n";
    let locked = cli.run_with_input(&["import", "-"], armored).await;
    assert!(
        locked.code == 2 && locked.err.contains("gpg --decrypt FILE | token-inventory import -"),
        "{locked:?}"
    );
}

#[tokio::test]
async fn another_spelling_of_the_manufacturer_is_one_question_for_the_whole_file() {
    let cli = TestCli::small().await;
    let sample = cli.practice.sample_csv(3);
    let file = cli.file("tokens.csv", &sample);
    assert_eq!(cli.run(&["import", &file, "--mode", "import"]).await.code, 0);
    let maker = sample.lines().nth(1).unwrap().split(',').nth(4).unwrap().to_owned();
    let other = cli.file("other.csv", &sample.replace(&maker, "GA/Thales"));
    let asked = cli.run(&["import", &other, "--mode", "import", "--dry-run"]).await;
    assert!(asked.code == 1 && asked.err.contains("--same-maker"), "{asked:?}");
    let same = cli.run(&["import", &other, "--mode", "import", "--same-maker"]).await;
    assert!(same.code == 0 && same.err.contains("taken for the same manufacturer"), "{same:?}");
}

#[tokio::test]
async fn rows_get_their_people_from_a_list() {
    let cli = TestCli::small().await;
    let sample = cli.practice.sample_csv(3);
    let cells: Vec<Vec<&str>> = sample.lines().skip(1).map(|row| row.split(',').collect()).collect();
    let nobody: String = sample.lines().map(|row| format!("{}\n", row.split_once(',').unwrap().1)).collect();
    let file = cli.file("tokens.csv", &nobody);
    let people = |lines: &[String]| cli.file("people.csv", &lines.join("\n"));
    let holder = async |row: usize| cli.token(cells[row][1]).await["userPrincipalName"].clone();

    let swapped = [format!("{};{}", cells[1][0], cells[0][1]), format!("{};{}", cells[0][0], cells[1][1])];
    let list = people(&swapped);
    let by_serial = cli.run(&["import", &file, "--people", &list, "--mode", "assign"]).await;
    assert!(
        by_serial.code == 0 && by_serial.err.contains("paired by serial number: 2 of 3 rows have a user"),
        "{by_serial:?}"
    );
    assert_eq!((holder(0).await, holder(1).await), (cells[1][0].into(), cells[0][0].into()));

    let list =
        people(&[cells[1][0].into(), cells[0][0].into(), cells[2][0].into(), "one@more.example".into()]);
    let in_order = cli.run(&["import", &file, "--people", &list, "--mode", "assign"]).await;
    assert!(in_order.err.contains("No row for one@more.example."), "{in_order:?}");
    assert_eq!(holder(2).await, cells[2][0]);

    let none = cli.run(&["import", &file, "--people", &cli.file("none.csv", "nobody")]).await;
    assert!(none.code == 2 && none.err.contains("no user principal name"), "{none:?}");
    let twice = cli.run_with_input(&["import", "-", "--people", "-"], &nobody).await;
    assert!(twice.code == 2 && twice.err.contains("Only one"), "{twice:?}");
}

#[tokio::test]
async fn standard_input_is_one_file() {
    let cli = TestCli::small().await;
    let result = cli.run_with_input(&["import", "-", "--password-file", "-"], "x").await;
    assert!(result.code == 2 && result.err.contains("Only one"), "{result:?}");
    let file = cli.file("keys.xml", PSKC);
    let flags = ["--pskc-key-file", "-", "--map", "model=const:T1", "--dry-run"];
    let piped = cli.run_with_input(&[&["activate", &file], &flags[..]].concat(), PSKC_KEY).await;
    assert_eq!(piped.code, 1, "{piped:?}");
}
