//! Properties: no reader panics, and reading in slices pauses.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use proptest::{collection::vec, prelude::*};
use seed_readers::PskcSecret;

use super::{
    archives::{Protection, archive},
    pskc_maker::Maker,
    workbooks::{row, xlsx},
    *,
};

/// Whole files of each kind, to be damaged.
fn files() -> Vec<Vec<u8>> {
    let sheet = [
        row(1, &["serial number", "secret key", "time interval", "manufacturer", "model"]),
        row(2, &["0012", SEED, "30", "C", "M"]),
    ];
    vec![
        archive(&[("t.csv", CSV.as_bytes())], zip::CompressionMethod::Deflated, Protection::None),
        archive(&[("t.csv", CSV.as_bytes())], zip::CompressionMethod::Stored, Protection::ZipCrypto("p")),
        xlsx(&[("S", &sheet.concat())]),
        Maker::new(&[0x2a; 16], "aes128-cbc", Some("hmac-sha256")).xml().into_bytes(),
        include_bytes!("rfc6030_figure7.xml").to_vec(),
    ]
}

fn read_all(bytes: Vec<u8>) {
    for pskc in [PskcSecret::Key(secret(&"2a".repeat(16))), PskcSecret::Password(secret("qwerty"))] {
        let request = OpenRequest { pskc: Some(pskc), password: Some(secret("p")), ..with_model() };
        if let Ok(mut opened) = open(bytes.clone(), &request) {
            opened.file.read(1_000);
            opened.file.notices();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn damaged_files_never_panic(kind in 0..5_usize, changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in option_cut()) {
        let mut bytes = files().swap_remove(kind);
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_all(bytes);
    }

    #[test]
    fn any_xml_never_panics(parts in vec("<(/)?(KeyContainer|KeyPackage|Key|Data|Secret|EncryptedValue|CipherData)( Id=\"1\")?(/)?>|[A-Za-z0-9+/=&; ]{0,8}", 0..20)) {
        read_all(format!("<KeyContainer>{}", parts.concat()).into_bytes());
    }
}

#[test]
fn a_large_file_is_opened_in_slices() {
    let one = Maker::new(&[0x2a; 16], "aes128-cbc", Some("hmac-sha1")).xml();
    let (start, end) = (one.find("<KeyPackage>").unwrap(), one.find("</KeyContainer>").unwrap());
    let many = format!("{}{}{}", &one[..start], one[start..end].repeat(1_000), &one[end..]);
    let pauses = std::cell::Cell::new(0);
    let request =
        OpenRequest { pskc: Some(PskcSecret::Key(secret(&"2a".repeat(16)))), ..OpenRequest::default() };
    let pause = async || pauses.set(pauses.get() + 1);
    let mut opening = pin!(seed_readers::open_in_slices(many.into_bytes(), &request, &pause));
    let Poll::Ready(opened) = opening.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("no pause waits")
    };
    assert_eq!(opened.ok().unwrap().file.read(2_000).len(), 1_000);
    assert!(pauses.get() > 10, "{}", pauses.get());
}

/// The key of a password is derived in slices wherever the file stands.
#[test]
fn a_password_in_an_archive_is_turned_into_a_key_in_slices() {
    let figure = include_str!("rfc6030_figure7.xml").replace("IterationCount>1000<", "IterationCount>20000<");
    let zip = archive(&[("keys.xml", figure.as_bytes())], zip::CompressionMethod::Deflated, Protection::None);
    let pauses = std::cell::Cell::new(0);
    let request = OpenRequest { pskc: Some(PskcSecret::Password(secret("qwerty"))), ..with_model() };
    let pause = async || pauses.set(pauses.get() + 1);
    let mut opening = pin!(seed_readers::open_in_slices(zip, &request, &pause));
    let Poll::Ready(opened) = opening.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("no pause waits")
    };
    assert!(
        matches!(opened.err().unwrap(), OpenNeed::PskcPassword(_, Some(_))),
        "of other rounds another key comes"
    );
    assert!(pauses.get() >= 39, "{}", pauses.get());
}

fn option_cut() -> impl Strategy<Value = Option<prop::sample::Index>> {
    prop::option::of(any::<prop::sample::Index>())
}
