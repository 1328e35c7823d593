//! Containers of the drafts before RFC 6030, and of producers who follow them.

use base64::{Engine, engine::general_purpose::STANDARD};
use seed_readers::{
    PskcSecret,
    pskc::{Document, Integrity, MacInput, MacVariant, Need, PskcError, Unlock},
};

use super::{
    pskc_maker::{Maker, SECRET, hmac},
    *,
};

const KEY: [u8; 16] = [0x2a; 16];

/// A container of a draft with one TOTP key: what it says of its protection, and the element `Data` of the secret.
fn draft(protection: &str, data: &str) -> String {
    format!(
        r#"<KeyContainer xmlns="urn:ietf:params:xml:ns:keyprov:container:1.0" version="1.0">{protection}<Device><DeviceId><Manufacturer>C</Manufacturer><SerialNo>0012</SerialNo><Model>M</Model></DeviceId><Key KeyAlgorithm="http://www.ietf.org/keyprov/pskc#totp" KeyId="1"><Usage OTP="true"><ResponseFormat Format="DECIMAL" Length="6"/></Usage>{data}<Data Name="TIME_INTERVAL"><Value>AAAAAAAAADw=</Value></Data></Key></Device></KeyContainer>"#
    )
}

fn with_key() -> OpenRequest {
    OpenRequest { pskc: Some(PskcSecret::Key(secret(&"2a".repeat(16)))), ..OpenRequest::default() }
}

#[test]
fn values_with_a_digest_are_plain_where_no_encryption_is_named() {
    let data = r#"<Data Name="SECRET"><Value>SGVsbG8h3q2+70hlbGxvId6tvu8=</Value><ValueDigest>AAAA</ValueDigest></Data>"#;
    for protection in
        ["", r#"<EncryptionMethod algorithm="NONE"/><DigestMethod algorithm="HMAC-SHA1"></DigestMethod>"#]
    {
        let row = good(draft(protection, data).as_bytes(), &OpenRequest::default()).remove(0);
        assert_eq!((row.token.interval.seconds(), row.token.seed.expose_base32().as_str()), (60, SEED));
    }
    let old =
        draft("", data).replace("KeyContainer", "SecretContainer").replace("<Key Key", "<Secret Secret");
    let old = old.replace(" KeyId", " SecretId").replace("</Key>", "</Secret>").replace("\"1.0\"", "\"1.2\"");
    assert_eq!(good(old.as_bytes(), &OpenRequest::default()).len(), 1, "{old}");
}

#[test]
fn one_algorithm_and_vector_for_all_values_are_obeyed() {
    let maker = Maker::new(&KEY, "aes128-cbc", None);
    let encrypted = maker.encrypted(SECRET);
    let (vector, value) = encrypted.split_at(16);
    let digest = STANDARD.encode(hmac("hmac-sha1", &KEY, SECRET));
    let protection = format!(
        r#"<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"><IV>{}</IV></EncryptionMethod><DigestMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"/>"#,
        STANDARD.encode(vector)
    );
    let data = format!(
        r#"<Data Name="SECRET"><Value>{}</Value><ValueDigest>{digest}</ValueDigest></Data>"#,
        STANDARD.encode(value)
    );
    let xml = draft(&protection, &data);
    assert!(matches!(need(xml.as_bytes(), &OpenRequest::default()), OpenNeed::PskcKey(None, None)));
    assert!(matches!(need(xml.as_bytes(), &with_key()), OpenNeed::MacVariant(_)), "over the plain value");
    let accepted = OpenRequest { accepts_mac_variant: true, ..with_key() };
    let row = good(xml.as_bytes(), &accepted).remove(0);
    assert_eq!((row.token.seed.bytes(), row.token.interval.seconds()), (SECRET, 60));
}

#[test]
fn a_password_by_pbes2_is_read() {
    let figure = include_str!("rfc6030_figure7.xml");
    let scheme = r#"<xenc:EncryptionMethod Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5#pbes2"><EncryptionScheme Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></xenc:EncryptionMethod>"#;
    let (before, rest) = figure.split_once("<pskc:MACMethod").unwrap();
    let (_, after) = rest.split_once("</pskc:MACMethod>").unwrap();
    let (package, cipher) = after.split_once("<xenc:EncryptionMethod").unwrap();
    let (_, cipher) = cipher.split_once("/>").unwrap();
    let xml = format!("{before}{package}{scheme}{cipher}").replace("MasterKeyName", "CarriedKeyName");
    let document = Document::parse(&xml).unwrap();
    assert_eq!(document.need(), Need::Password(Some("My Password 1".into())));
    let unlocked = document.unlock(&Unlock::Password(secret("qwerty")), false).unwrap();
    assert_eq!(unlocked.integrity, Integrity::Unprotected, "no algorithm of the MAC is named");
    let key = document.into_keys(unlocked).next().unwrap();
    assert_eq!(key.secret.unwrap().0.as_slice(), SECRET);
    let bits = figure.replace("KeyLength>16<", "KeyLength>128<");
    assert_ne!(bits, figure);
    assert!(Document::parse(&bits).unwrap().unlock(&Unlock::Password(secret("qwerty")), false).is_ok());
}

#[test]
fn the_algorithm_of_macs_may_stand_in_an_element() {
    let maker = Maker { has_mac_key: false, ..Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")) };
    let xml = maker.xml();
    let (before, rest) = xml.split_once("<MACMethod").unwrap();
    let (_, after) = rest.split_once("</MACMethod>").unwrap();
    let xml = format!(
        "{before}<MACAlgorithm>\n http://www.w3.org/2000/09/xmldsig#hmac-sha1 </MACAlgorithm>{after}"
    );
    let unlocked = Document::parse(&xml).unwrap().unlock(&Unlock::Key(KEY.to_vec().into()), false).unwrap();
    assert_eq!(unlocked.integrity, Integrity::Verified(MacVariant::STANDARD));
}

#[test]
fn macs_that_are_named_and_missing_are_no_wrong_key() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml().replace("ValueMAC>", "NoMAC>");
    let error =
        Document::parse(&xml).unwrap().unlock(&Unlock::Key(KEY.to_vec().into()), false).err().unwrap();
    assert!(matches!(error, PskcError::Incomplete(_)), "{error}");
    let wrapped = Maker::new(&KEY, "kw-aes128-pad", Some("hmac-sha1")).xml().replace("ValueMAC>", "NoMAC>");
    let unlocked =
        Document::parse(&wrapped).unwrap().unlock(&Unlock::Key(KEY.to_vec().into()), false).unwrap();
    assert_eq!(unlocked.integrity, Integrity::Wrapped, "key wrap notices a change itself");
}

/// RFC 3217 section 4.4.
#[test]
fn triple_des_key_wrap_agrees_with_the_published_vector() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let key = bytes("255e0d1c07b646dfb3134cc843ba8aa71f025b7c0838251f");
    let wrapped = "aQEHYY7wkrO0jKF5ayNK6foz67QVlgQDfbXWqE6zqsJ2jGMndaRn1A==";
    let xml = Maker::new(&KEY, "kw-aes128-pad", None).xml().replace("kw-aes128-pad", "kw-tripledes");
    let (before, rest) = xml.split_once("<xenc:CipherValue>").unwrap();
    let (_, after) = rest.split_once("</xenc:CipherValue>").unwrap();
    let xml = format!("{before}<xenc:CipherValue>{wrapped}</xenc:CipherValue>{after}");
    let document = Document::parse(&xml).unwrap();
    let unlocked = document.unlock(&Unlock::Key(key.clone().into()), false).unwrap();
    let opened = document.into_keys(unlocked).next().unwrap().secret.unwrap();
    assert_eq!(opened.0.as_slice(), bytes("2923bf85e06dd6ae529149f1f1bae9eab3a7da3d860d3e98"));
    let wrong: Vec<u8> = key.iter().rev().copied().collect();
    let document = Document::parse(&xml).unwrap();
    assert!(matches!(document.unlock(&Unlock::Key(wrong.into()), false), Err(PskcError::WrongKey(_))));
}

/// Of 16 values about one in 16 files has one whose padding fits a wrong key by chance.
#[test]
fn a_wrong_key_opens_no_file_without_macs() {
    let one = Maker::new(&KEY, "aes128-cbc", None).xml();
    let (start, end) = (one.find("<KeyPackage>").unwrap(), one.find("</KeyContainer>").unwrap());
    let packages: String = (0_u8..40)
        .map(|n| {
            let plain: Vec<u8> = (0..20).map(|byte| byte * 7 + n).collect();
            let value = STANDARD.encode(Maker::new(&KEY, "aes128-cbc", None).encrypted(&plain));
            let (before, rest) = one[start..end].split_once("<xenc:CipherValue>").unwrap();
            let (_, after) = rest.split_once("</xenc:CipherValue>").unwrap();
            format!("{before}<xenc:CipherValue>{value}</xenc:CipherValue>{after}")
        })
        .collect();
    let document = Document::parse(&format!("{}{packages}{}", &one[..start], &one[end..])).unwrap();
    assert!(document.unlock(&Unlock::Key(KEY.to_vec().into()), false).is_ok());
    for wrong in 0..=255_u8 {
        let key = vec![wrong; 16];
        let is_open = document.unlock(&Unlock::Key(key.into()), false).is_ok();
        assert_eq!(is_open, wrong == 0x2a, "{wrong}");
    }
}

#[test]
fn an_unknown_version_is_named() {
    let xml = draft("", "").replace("version=\"1.0\"", "Version=\"2.0\"");
    assert_eq!(
        error(xml.as_bytes(), &OpenRequest::default()),
        "The file is PSKC of version \"2.0\", which is not known."
    );
}

#[test]
fn the_macs_of_a_variant_are_described() {
    let variant = MacVariant { over: MacInput::Plaintext, with_encryption_key: true };
    assert_eq!(variant.to_string(), "over the decrypted value with the encryption key");
}
