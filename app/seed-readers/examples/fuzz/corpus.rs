//! Whole files of each kind to begin with, made up, and the words of each format.

use std::io::{Cursor, Write};

use seed_readers::pskc::Document;
use zip::{AesMode, CompressionMethod, ZipWriter, unstable::write::FileOptionsExt, write::SimpleFileOptions};

use super::{
    pskc_maker::{MacOver, Maker},
    targets::{KEY_BYTES, PASSWORD, packed},
};

const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model,hash function";
const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/// The first files of a target.
pub fn files(target: &str) -> Vec<Vec<u8>> {
    match target {
        "csv" => csv(),
        "json" => json(),
        "otpauth" => otpauth(),
        "pskc" => pskc(),
        "zip" => {
            csv().into_iter().chain(pskc()).map(|bytes| packed(&[("tokens", &bytes)])).chain(zips()).collect()
        }
        "xlsx" => xlsx(),
        _ => ods(),
    }
}

/// Words of a target that are put into files.
pub fn words(target: &str) -> &'static [&'static str] {
    match target {
        "csv" => &[
            "\"",
            "\"\"",
            ",",
            ";",
            "\t",
            "|",
            "\r\n",
            "\n",
            "sep=;",
            "#TYPE x\r\n",
            "\u{feff}",
            "\u{200b}",
            "='",
            "=\"",
            "serial",
            "secret (hex)",
            "period (s)",
            "otpauth://totp/A:1?secret=JBSWY3DP",
            "HOTP",
            "8",
            "1.2E+10",
            "0x",
            "AB:CD",
            "?",
            "''",
            "@",
            "\0",
        ],
        "json" => &[
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "null",
            "true",
            "1e9",
            "-0",
            "\\u0000",
            "\\ud800",
            "\"value\"",
            "\"inventory\"",
            "\"assignments\"",
            "\"serialNumber\"",
            "\"secretFormat\"",
            "\"text\"",
            "\"assignTo\"",
            "{\"id\":\"a@b\"}",
        ],
        "otpauth" => &[
            "otpauth://",
            "otpauth-migration://offline?data=",
            "totp/",
            "hotp/",
            "?secret=",
            "&period=60",
            "&digits=8",
            "&algorithm=SHA512",
            "%3A",
            "%",
            "\n",
            ",",
            "CjMKFEhlbGxvId6tvu9IZWxsbyHerb7v",
            "serial;address\n",
        ],
        "pskc" | "zip" => &[
            "<",
            ">",
            "</",
            "/>",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&#0;",
            "&x;",
            "<!DOCTYPE x>",
            "KeyContainer",
            "KeyPackage",
            "<Key>",
            "</Key>",
            "<Data>",
            "<Secret>",
            "PlainValue",
            "EncryptedValue",
            "ValueMAC",
            "MACMethod",
            "<IV>AAAA</IV>",
            "kw-aes128",
            "kw-tripledes",
            "tripledes-cbc",
            "aes256-cbc",
            "IterationCount>9<",
            "KeyLength>1<",
            "PK\u{1}\u{2}",
            "PK\u{5}\u{6}",
        ],
        _ => &[
            "<",
            ">",
            "/>",
            "<row>",
            "</row>",
            "<c r=\"",
            "XFD1048576",
            "ZZZZZZ9",
            "<v>",
            "</v>",
            "t=\"s\"",
            "t=\"inlineStr\"",
            "t=\"d\"",
            "<mergeCell ref=\"A1:A1048576\"/>",
            "B3:B2",
            "s=\"1\"",
            "<f>A1</f>",
            "1E+308",
            "_x000D_",
            "<si><t>",
            "</t></si>",
            "<table:table-row",
            "number-columns-repeated=\"999999999\"",
            "number-rows-repeated=\"4294967295\"",
            "office:value-type=\"float\"",
            "<text:p>",
            "<text:s text:c=\"9999999999\"/>",
            "</table:table>",
            "<office:annotation>",
            "\0",
        ],
    }
}

fn csv() -> Vec<Vec<u8>> {
    let row = format!("ann@contoso.com,0012,{SEED},30,Contoso,HT-1,\r\n");
    let utf16: Vec<u8> =
        format!("\u{feff}{HEADER}\n{row}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut two = format!("{HEADER}\r\n{row}").into_bytes();
    two.extend(row.encode_utf16().flat_map(u16::to_le_bytes));
    let texts = [
        format!("{HEADER}\r\n{row}{row}"),
        "#TYPE Selected\r\n\"UPN\";\"SN\";\"Seed (hex)\";\"Period (s)\";\"Maker\";\"Model\"\r\n\"p.o''b@c\";\"7\";\"26:46:E1:40\";\"60 s\";\"GA\";\"LT\"\r\n".to_owned(),
        "sep=|\nserial|key|type|digits|t0|drift\n1|0x2646E1400D483AF3|TOTP-SHA256|6|0|-3\n".to_owned(),
        "2000123456789 8141DF2B62E88C51C2C2488626B52735F03D0C62\n2000123456790\t1669EBDCC7108C272FD876ED6E7F562583BE16A9\n".to_owned(),
        "7169235,c841ff5870e161da5d2f9e1af95962\n7169236,2646E1400D483AF3309D84659147E65D0A937126,60\n".to_owned(),
        "token01, 3132333435363738, hotp, 6\ntoken02, 3132333435363739, totp, 6, 30\n".to_owned(),
        "LOGGING START,1\nOATH-HOTP,1,1,c,,9168,,,0\n".to_owned(),
        "dn: sccAuthenticatorId=1\nsccTokenData: sccMode=E;\n".to_owned(),
        "-----BEGIN PGP MESSAGE-----\n\nx\n".to_owned(),
    ];
    texts.into_iter().map(String::into_bytes).chain([utf16, two, b"\x85\x01\x0c\x03".to_vec()]).collect()
}

fn json() -> Vec<Vec<u8>> {
    let token = format!(
        r##"{{"@contentId":"1","serialNumber":"007","manufacturer":"C","model":"M","secretKey":"{SEED}","timeIntervalInSeconds":30,"hashFunction":"hmacsha1","assignTo":{{"id":"0b1d2a44-64bb-4f6c-9a3b-0d3f6c1f9a10"}}}}"##
    );
    let other = r#"{"serial":7,"secretHex":"ABCDEF27","secretFormat":"text","period":"60","vendor":"C","digits":8,"type":"hotp"}"#;
    let texts = [
        format!(r##"{{"@context":"#$delta","value":[{token},{other}]}}"##),
        format!(r#"{{"inventory":[{token}],"assignments":[{{"tokenId":"x"}}]}}"#),
        format!("[{token},{other},7,null]"),
        format!(r#"{{"tokens":[{other}]}}"#),
        token,
        r#"{"db":{},"header":{}}"#.to_owned(),
        format!("{other}\n{other}\n"),
    ];
    texts.into_iter().map(String::into_bytes).collect()
}

fn otpauth() -> Vec<Vec<u8>> {
    let export = "otpauth-migration://offline?data=CjMKFEhlbGxvId6tvu9IZWxsbyHerb7vEgxDb250b3NvOjAwMTIaB0NvbnRvc28gAigBMAIKLQoUSGVsbG8h3q2%2B70hlbGxvId6tvu8SBDAwMTMaB0NvbnRvc28gASgBMAE4BQ%3D%3D\n";
    let texts = [
        format!(
            "otpauth://totp/C:0012?secret={SEED}&period=60&algorithm=SHA256&digits=6\notpauth://hotp/x?secret={SEED}\n"
        ),
        format!("serial;address\n0012;otpauth://totp/C:ada%40contoso.com?secret={SEED}&issuer=C\n"),
        format!(
            "secret,sn,period,vendor,digits\notpauth://totp/8?secret={SEED}&digits=8,8,30,C,6\n,9,30,C,6\n"
        ),
        export.to_owned(),
    ];
    texts.into_iter().map(String::into_bytes).collect()
}

fn pskc() -> Vec<Vec<u8>> {
    let plain = r#"<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"><KeyPackage><DeviceInfo><Manufacturer>C</Manufacturer><SerialNo>1</SerialNo><Model>M</Model></DeviceInfo><Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp"><AlgorithmParameters><Suite>HMAC-SHA256</Suite><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters><Data><Secret><PlainValue>SGVsbG8h3q2+70hlbGxvId6tvu8=</PlainValue></Secret><Time><PlainValue>0</PlainValue></Time><TimeInterval><PlainValue>60</PlainValue></TimeInterval><TimeDrift><PlainValue>-4</PlainValue></TimeDrift></Data><UserId>a@b</UserId><Policy><ExpiryDate>2022-09-01T00:00:00Z</ExpiryDate><KeyUsage>OTP</KeyUsage><PINPolicy PINUsageMode="Local"/></Policy></Key></KeyPackage></KeyContainer>"#;
    let draft = r#"<KeyContainer version="1.0"><EncryptionMethod Algorithm="x#aes128-cbc"><IV>BwcHBwcHBwcHBwcHBwcHBw==</IV></EncryptionMethod><DigestMethod Algorithm="x#hmac-sha1"/><Device><DeviceId><SerialNo>1</SerialNo></DeviceId><Key KeyAlgorithm="x#totp"><Usage OTP="true"><ResponseFormat Format="DECIMAL" Length="6"/></Usage><Data Name="SECRET"><Value>1HBJThmzYDCU7YCrML6OZKMsRQriSvZpoqeMfBui9dI=</Value><ValueDigest>SlinEB9YUzcR04MUZDF5dBLtK1c=</ValueDigest></Data></Key></Device></KeyContainer>"#;
    // Few rounds: all of them are the same code.
    let figure_7 = include_str!("../../tests/readers/rfc6030_figure7.xml").replace(">1000<", ">10<");
    let mut files = encrypted_pskc();
    files.extend([
        plain.as_bytes().to_vec(),
        draft.as_bytes().to_vec(),
        include_bytes!("../../tests/readers/rfc6030_figure6.xml").to_vec(),
        figure_7.into_bytes(),
        b"<Tokens><Token serial=\"1\"><ProductName>x</ProductName><Seed>1</Seed></Token></Tokens>".to_vec(),
    ]);
    files
}

/// Containers under the key and under the password, of several ciphers and MACs.
fn encrypted_pskc() -> Vec<Vec<u8>> {
    let under_key = |cipher, mac| Maker::new(&KEY_BYTES, cipher, mac);
    let derived = r#"<DerivedKey><KeyDerivationMethod Algorithm="x#pbkdf2"><P><Salt><Specified>c2FsdA==</Specified></Salt><IterationCount>4</IterationCount><KeyLength>16</KeyLength></P></KeyDerivationMethod></DerivedKey>"#;
    let under_password = Maker { encryption_key: derived, ..under_key("aes128-cbc", Some("hmac-sha256")) };
    let key = Document::parse(&under_password.xml()).ok().and_then(|document| {
        let (derivation, bytes) = document.derivation()?;
        derivation.begin(PASSWORD, bytes).step(u32::MAX)
    });
    let key = key.unwrap_or_default();
    let makers = [
        under_key("aes128-cbc", Some("hmac-sha1")),
        under_key("tripledes-cbc", Some("hmac-sha512")),
        under_key("kw-aes128-pad", None),
        under_key("aes128-cbc", None),
        Maker { over: MacOver::Plaintext, ..under_key("aes128-cbc", Some("hmac-sha224")) },
        Maker { has_mac_key: false, ..under_key("aes128-cbc", Some("hmac-sha384")) },
        Maker { over: MacOver::WithoutVector, ..under_key("aes128-cbc", Some("hmac-sha1")) },
        Maker { key: &key, ..under_password },
    ];
    makers.iter().map(|maker| maker.xml().into_bytes()).collect()
}

/// Archives of several members, and of an archive.
fn zips() -> Vec<Vec<u8>> {
    let inner = packed(&[("a.csv", b"serial,secret\n1,JBSWY3DP\n")]);
    let mut files = vec![packed(&[("a", b"x"), ("b", b"y")]), packed(&[("a.zip", &inner)]), packed(&[])];
    let options = || SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    files.extend(options().with_deprecated_encryption(PASSWORD.as_bytes()).map(encrypted));
    files.push(encrypted(options().with_aes_encryption(AesMode::Aes128, PASSWORD)));
    files
}

/// An archive of one list; its salt is another in each run.
fn encrypted(options: zip::write::FileOptions<'_, '_, ()>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    // Writing to memory cannot fail.
    let _ = writer.start_file("list.csv", options);
    let _ = writer.write_all(b"serial,secret,maker,model\n1,JBSWY3DP,C,M\n");
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn xlsx() -> Vec<Vec<u8>> {
    let strings = format!(
        "<sst><si><t>serial number</t></si><si><r><t>secret </t></r><r><t>key</t></r></si><si><t>{SEED}</t></si></sst>"
    );
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy"/><numFmt numFmtId="165" formatCode="0000"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"#;
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c t="inlineStr"><is><t>time interval</t></is></c></row><row r="2"><c r="A2"><v>712</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" s="1"><f>X</f><v>45000</v></c></row><row r="3"><c r="A3" s="2"><v>9</v></c></row></sheetData><mergeCells><mergeCell ref="B2:B3"/></mergeCells></worksheet>"#;
    vec![[sheet, "\0", &strings, "\0", styles].concat().into_bytes()]
}

fn ods() -> Vec<Vec<u8>> {
    let cell = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let number = r#"<table:table-cell office:value-type="float" office:value="30" table:number-columns-repeated="2"><text:p>30</text:p></table:table-cell>"#;
    let content = format!(
        r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><table:table table:name="T"><table:table-row>{}{}{}</table:table-row><table:table-row table:number-rows-repeated="2">{}{}{number}</table:table-row></table:table></office:body></office:document-content>"#,
        cell("serial number"),
        cell("secret key"),
        cell("time interval"),
        cell("00<text:s text:c=\"2\"/>12"),
        cell(SEED)
    );
    vec![content.into_bytes()]
}
