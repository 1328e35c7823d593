//! PSKC by itself: published vectors, each encryption and MAC, and what is refused.

use seed_readers::pskc::{Document, Integrity, Key, KeyFault, MacInput, MacVariant, Need, PskcError, Unlock};

use super::{
    pskc_maker::{MacOver, Maker, SECRET},
    *,
};

const FIGURE_6: &str = include_str!("rfc6030_figure6.xml");
const FIGURE_7: &str = include_str!("rfc6030_figure7.xml");
/// The pre-shared key of figure 6.
const KEY: [u8; 16] =
    [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12];

/// The keys of a container, and how they were protected.
struct OpenedKeys {
    keys: Vec<Key>,
    integrity: Integrity,
}

impl std::fmt::Debug for OpenedKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.keys.len())
    }
}

fn keys(xml: &str, unlock: &Unlock) -> Result<OpenedKeys, PskcError> {
    opened_keys(xml, unlock, false)
}

fn opened_keys(xml: &str, unlock: &Unlock, accepts_variant: bool) -> Result<OpenedKeys, PskcError> {
    let document = Document::parse(xml)?;
    let unlocked = document.unlock(unlock, accepts_variant)?;
    let integrity = unlocked.integrity;
    Ok(OpenedKeys { keys: document.into_keys(unlocked).collect(), integrity })
}

fn with_key(key: &[u8]) -> Unlock {
    Unlock::Key(key.to_vec().into())
}

fn secret_of(xml: &str, unlock: &Unlock) -> Vec<u8> {
    keys(xml, unlock).unwrap().keys.remove(0).secret.unwrap().0.to_vec()
}

#[test]
fn figure_6_of_rfc_6030_opens_with_its_key() {
    let opened = keys(FIGURE_6, &with_key(&KEY)).unwrap();
    assert_eq!(opened.integrity, Integrity::Verified(MacVariant::STANDARD));
    let key = &opened.keys[0];
    assert_eq!(key.secret.as_ref().unwrap().0.as_slice(), SECRET);
    assert_eq!((key.serial.as_deref(), key.algorithm.as_deref()), (Some("987654321"), Some("hotp")));
    assert_eq!(Document::parse(FIGURE_6).unwrap().need(), Need::Key(Some("Pre-shared-key".into())));
}

#[test]
fn figure_7_of_rfc_6030_opens_with_its_password() {
    let password = Unlock::Password(secret("qwerty"));
    assert_eq!(secret_of(FIGURE_7, &password), SECRET);
    let document = Document::parse(FIGURE_7).unwrap();
    assert_eq!(document.need(), Need::Password(Some("My Password 1".into())));
    let (derivation, key_bytes) = document.derivation().unwrap();
    assert_eq!((derivation.rounds(), key_bytes), (1000, 16));
    let mut derived = derivation.begin("qwerty", key_bytes);
    let mut steps = 0;
    let key = loop {
        steps += 1;
        if let Some(key) = derived.step(300) {
            break key;
        }
        assert!(derived.progress() < 1.0);
    };
    let expected =
        [0x65, 0x1e, 0x63, 0xcd, 0x57, 0x00, 0x84, 0x76, 0xaf, 0x1f, 0xf6, 0x42, 0x2c, 0xd0, 0x2e, 0x41];
    assert_eq!((steps, key.as_slice()), (4, &expected[..]));
    assert_eq!(secret_of(FIGURE_7, &Unlock::Key(key)), SECRET);
    let wrong = keys(FIGURE_7, &Unlock::Password(secret("qwertz"))).unwrap_err();
    assert!(matches!(wrong, PskcError::WrongKey(Need::Password(_))));
}

/// RFC 6070 and RFC 7914 section 11 have vectors of PBKDF2 with SHA-1 and SHA-256.
#[test]
fn pbkdf2_agrees_with_published_vectors() {
    let of = |prf: &str, salt: &str, rounds: u32, length: usize, password: &str| {
        let encoded = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, salt);
        let key = format!(
            r#"<DerivedKey><KeyDerivationMethod Algorithm="x#pbkdf2"><P><Salt><Specified>{encoded}</Specified></Salt><IterationCount>{rounds}</IterationCount><KeyLength>{length}</KeyLength>{prf}</P></KeyDerivationMethod></DerivedKey>"#
        );
        let maker = Maker { encryption_key: &key, ..Maker::new(&KEY, "aes128-cbc", None) };
        let document = Document::parse(&maker.xml()).unwrap();
        let (derivation, _) = document.derivation().unwrap();
        let key = derivation.begin(password, 16).step(u32::MAX).unwrap();
        key.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    assert_eq!(of("", "salt", 4096, 20, "password"), "4b007901b765489abead49d926f721d065a429c1");
    assert_eq!(
        of("", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096, 25, "passwordPASSWORDpassword"),
        "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"
    );
    assert_eq!(
        of(r#"<PRF Algorithm="x#hmac-sha256"/>"#, "salt", 1, 64, "passwd"),
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
    );
}

#[test]
fn every_encryption_and_mac_is_read() {
    let key: Vec<u8> = (1..=32).collect();
    let ciphers = [
        ("aes128-cbc", 16),
        ("aes192-cbc", 24),
        ("aes256-cbc", 32),
        ("tripledes-cbc", 24),
        ("tripledes-cbc", 16),
        ("kw-aes128-pad", 16),
        ("kw-aes192-pad", 24),
        ("kw-aes256-pad", 32),
    ];
    let macs = ["hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"];
    for (cipher, bytes) in ciphers {
        for mac in macs.map(Some).into_iter().chain([None]) {
            let maker = Maker::new(&key[..bytes], cipher, mac);
            assert_eq!(secret_of(&maker.xml(), &with_key(&key[..bytes])), SECRET, "{cipher} {mac:?}");
            let wrong: Vec<u8> = (2..=33).collect();
            let error = keys(&maker.xml(), &with_key(&wrong[..bytes])).unwrap_err();
            assert!(matches!(error, PskcError::WrongKey(_)), "{cipher} {mac:?}: {error}");
            let short = keys(&maker.xml(), &with_key(&key[..5])).unwrap_err();
            assert_eq!(short, PskcError::KeyLength(5));
        }
    }
}

/// RFC 3394 sections 4.1 and 4.6, and RFC 5649 section 6.
#[test]
fn key_wrap_agrees_with_published_vectors() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let vectors = [
        (
            "kw-aes128",
            "000102030405060708090A0B0C0D0E0F",
            "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
            "00112233445566778899AABBCCDDEEFF",
        ),
        (
            "kw-aes256",
            "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
            "00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F",
        ),
        (
            "kw-aes192-pad",
            "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8",
            "afbeb0f07dfbf5419200f2ccb50bb24f",
            "466f7250617369",
        ),
    ];
    for (cipher, key, wrapped, plain) in vectors {
        let value = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes(wrapped));
        let xml = Maker::new(&KEY, "kw-aes128-pad", None).xml().replace("kw-aes128-pad", cipher);
        let (before, rest) = xml.split_once("<xenc:CipherValue>").unwrap();
        let (_, after) = rest.split_once("</xenc:CipherValue>").unwrap();
        let xml = format!("{before}<xenc:CipherValue>{value}</xenc:CipherValue>{after}");
        assert_eq!(secret_of(&xml, &with_key(&bytes(key))), bytes(plain), "{cipher}");
    }
}

#[test]
fn known_variants_of_macs_are_accepted_by_choice_only() {
    let standard = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha256"));
    let variants = [
        (Maker { over: MacOver::Plaintext, ..standard }, MacInput::Plaintext, false),
        (Maker { over: MacOver::WithoutVector, ..standard }, MacInput::WithoutVector, false),
        (Maker { mac_under_encryption_key: true, ..standard }, MacInput::Ciphertext, true),
        (
            Maker { over: MacOver::Plaintext, mac_under_encryption_key: true, ..standard },
            MacInput::Plaintext,
            true,
        ),
    ];
    for (maker, over, with_encryption_key) in variants {
        let variant = MacVariant { over, with_encryption_key };
        assert_eq!(keys(&maker.xml(), &with_key(&KEY)).unwrap_err(), PskcError::Variant(variant));
        let accepted = opened_keys(&maker.xml(), &with_key(&KEY), true).unwrap();
        assert_eq!(accepted.integrity, Integrity::Verified(variant));
        assert_eq!(accepted.keys[0].secret.as_ref().unwrap().0.as_slice(), SECRET);
    }
    let without_mac_key = Maker { has_mac_key: false, ..standard };
    assert_eq!(secret_of(&without_mac_key.xml(), &with_key(&KEY)), SECRET, "then it is the encryption key");
}

#[test]
fn a_changed_value_is_noticed_by_its_mac_alone() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    let (start, end) = (xml.find("<KeyPackage>").unwrap(), xml.find("</KeyContainer>").unwrap());
    let package = &xml[start..end];
    let place = package.rfind("</xenc:CipherValue>").unwrap() - 8;
    let letter = if package.as_bytes()[place] == b'A' { "B" } else { "A" };
    let changed = format!("{}{letter}{}", &package[..place], &package[place + 1..]);
    let both = format!("{}{changed}{}", &xml[..end], &xml[end..]);
    let opened = keys(&both, &with_key(&KEY)).unwrap();
    assert!(opened.keys[0].secret.is_ok());
    assert_eq!(opened.keys[1].secret.as_ref().unwrap_err(), &KeyFault::NotAuthentic);
    let removed = both.replace(&changed, &package.replace("ValueMAC>", "NoMAC>"));
    assert_eq!(
        keys(&removed, &with_key(&KEY)).unwrap().keys[1].secret.as_ref().unwrap_err(),
        &KeyFault::NotAuthentic
    );
}

#[test]
fn protection_that_cannot_be_read_is_named() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    let unsupported = |xml: &str| match keys(xml, &with_key(&KEY)).unwrap_err() {
        PskcError::Unsupported(name) => name,
        other => unreachable!("{other}"),
    };
    assert!(unsupported(&xml.replace("aes128-cbc", "camellia128-cbc")).ends_with("camellia128-cbc"));
    assert!(unsupported(&xml.replace("hmac-sha1", "hmac-md5")).ends_with("hmac-md5"));
    assert_eq!(
        unsupported(&xml.replace("<ds:KeyName>Our key</ds:KeyName>", "<ds:X509Data/>")),
        "X.509 certificates"
    );
    assert_eq!(
        keys(&xml, &Unlock::Nothing).unwrap_err(),
        PskcError::Locked(Need::Key(Some("Our key".into())))
    );
}

#[test]
fn xml_that_no_container_needs_is_refused() {
    let reason = |xml: &str| match Document::parse(xml).err().unwrap() {
        PskcError::Xml { reason, .. } => reason.to_owned(),
        other => other.to_string(),
    };
    assert!(reason("<!DOCTYPE x [<!ENTITY a \"b\">]><KeyContainer/>").contains("document type"));
    assert!(reason("<KeyContainer>&a;</KeyContainer>").contains("entity"));
    assert!(reason(&"<a>".repeat(40)).contains("nested too deeply"));
    assert!(reason("<KeyContainer></Wrong>").contains("well formed"));
    assert!(reason("<html><body/></html>").contains("its root is \"html\""));
    assert!(reason("").contains("no root"));
    let Err(PskcError::Xml { line, .. }) = Document::parse("<KeyContainer>\n\n</x>") else { unreachable!() };
    assert_eq!(line, 3);
}

/// A key in hex is Base64 of another length as well: its length is not what is wrong.
#[test]
fn a_wrong_key_in_hex_is_not_told_by_the_length_that_it_has_as_base64() {
    let xml = Maker::new(&KEY, "aes128-cbc", Some("hmac-sha1")).xml();
    let with =
        |key: &str| OpenRequest { pskc: Some(seed_readers::PskcSecret::Key(secret(key))), ..with_model() };
    let wrong = error(xml.as_bytes(), &with("00112233445566778899aabbccddeeff"));
    assert_eq!(wrong, "The key or password does not fit the file.");
    assert!(error(xml.as_bytes(), &with("001122")).contains("3 bytes"));
}
