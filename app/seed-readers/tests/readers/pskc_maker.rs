//! Makes encrypted containers, to be read by the tests.

use aes::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7};
use aes_kw::KeyInit as _;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};

pub const SECRET: &[u8] = b"12345678901234567890";
pub const MAC_KEY: &[u8] = b"a MAC key of 20 byte";
const VECTOR: [u8; 16] = [7; 16];

/// Where the MAC is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MacOver {
    Ciphertext,
    Plaintext,
    WithoutVector,
}

/// A container to be made.
#[derive(Clone, Copy)]
pub struct Maker<'a> {
    pub key: &'a [u8],
    pub cipher: &'a str,
    pub mac: Option<&'a str>,
    pub over: MacOver,
    pub mac_under_encryption_key: bool,
    pub has_mac_key: bool,
    pub encryption_key: &'a str,
}

impl<'a> Maker<'a> {
    pub fn new(key: &'a [u8], cipher: &'a str, mac: Option<&'a str>) -> Self {
        Self {
            key,
            cipher,
            mac,
            over: MacOver::Ciphertext,
            mac_under_encryption_key: false,
            has_mac_key: true,
            encryption_key: "<ds:KeyName>Our key</ds:KeyName>",
        }
    }

    /// The container with one TOTP key.
    pub fn xml(&self) -> String {
        let encrypted = self.encrypted(SECRET);
        let mac = self.mac.map(|name| {
            let bytes = match self.over {
                MacOver::Ciphertext => encrypted.clone(),
                MacOver::Plaintext => SECRET.to_vec(),
                MacOver::WithoutVector => encrypted[16..].to_vec(),
            };
            let key = if self.mac_under_encryption_key || !self.has_mac_key { self.key } else { MAC_KEY };
            format!("<ValueMAC>{}</ValueMAC>", STANDARD.encode(hmac(name, key, &bytes)))
        });
        let method = self.mac.map(|name| {
            let key = if self.has_mac_key {
                format!("<MACKey>{}</MACKey>", self.element(&self.encrypted(MAC_KEY)))
            } else {
                String::new()
            };
            format!(
                r#"<MACMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#{name}">{key}</MACMethod>"#
            )
        });
        format!(
            r#"<?xml version="1.0"?><KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="d" xmlns:xenc="x"><EncryptionKey>{}</EncryptionKey>{}<KeyPackage><DeviceInfo><Manufacturer>C</Manufacturer><SerialNo>0012</SerialNo><Model>M</Model></DeviceInfo><Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp"><AlgorithmParameters><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters><Data><Secret><EncryptedValue>{}</EncryptedValue>{}</Secret><TimeInterval><PlainValue>30</PlainValue></TimeInterval></Data></Key></KeyPackage></KeyContainer>"#,
            self.encryption_key,
            method.unwrap_or_default(),
            self.element(&encrypted),
            mac.unwrap_or_default()
        )
    }

    fn element(&self, bytes: &[u8]) -> String {
        format!(
            r#"<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#{}"/><xenc:CipherData><xenc:CipherValue>{}</xenc:CipherValue></xenc:CipherData>"#,
            self.cipher,
            STANDARD.encode(bytes)
        )
    }

    /// The vector and the encrypted bytes.
    pub fn encrypted(&self, plain: &[u8]) -> Vec<u8> {
        let key = self.key;
        let mut out = vec![0; plain.len() + 32];
        match self.cipher {
            "aes128-cbc" => cbc::<cbc::Encryptor<aes::Aes128>>(key, &VECTOR, plain),
            "aes192-cbc" => cbc::<cbc::Encryptor<aes::Aes192>>(key, &VECTOR, plain),
            "aes256-cbc" => cbc::<cbc::Encryptor<aes::Aes256>>(key, &VECTOR, plain),
            "tripledes-cbc" => {
                let key = if key.len() == 16 { [key, &key[..8]].concat() } else { key.to_vec() };
                cbc::<cbc::Encryptor<des::TdesEde3>>(&key, &VECTOR[..8], plain)
            }
            // Key wrap takes whole blocks of eight bytes; with padding it takes any length.
            "kw-aes128-pad" => {
                aes_kw::KwpAes128::new_from_slice(key).unwrap().wrap_key(plain, &mut out).unwrap().to_vec()
            }
            "kw-aes192-pad" => {
                aes_kw::KwpAes192::new_from_slice(key).unwrap().wrap_key(plain, &mut out).unwrap().to_vec()
            }
            "kw-aes256-pad" => {
                aes_kw::KwpAes256::new_from_slice(key).unwrap().wrap_key(plain, &mut out).unwrap().to_vec()
            }
            other => unreachable!("{other}"),
        }
    }
}

fn cbc<E: KeyIvInit + BlockModeEncrypt>(key: &[u8], vector: &[u8], plain: &[u8]) -> Vec<u8> {
    let encrypted = E::new_from_slices(key, vector).unwrap().encrypt_padded_vec::<Pkcs7>(plain);
    [vector, &encrypted].concat()
}

/// A MAC of this algorithm.
pub fn hmac(name: &str, key: &[u8], bytes: &[u8]) -> Vec<u8> {
    fn of<M: Mac + hmac::KeyInit>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
        <M as hmac::KeyInit>::new_from_slice(key)
            .unwrap()
            .chain_update(bytes)
            .finalize()
            .into_bytes()
            .to_vec()
    }
    match name {
        "hmac-sha1" => of::<Hmac<sha1::Sha1>>(key, bytes),
        "hmac-sha224" => of::<Hmac<sha2::Sha224>>(key, bytes),
        "hmac-sha256" => of::<Hmac<sha2::Sha256>>(key, bytes),
        "hmac-sha384" => of::<Hmac<sha2::Sha384>>(key, bytes),
        "hmac-sha512" => of::<Hmac<sha2::Sha512>>(key, bytes),
        other => unreachable!("{other}"),
    }
}
