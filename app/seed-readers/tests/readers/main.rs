//! Seed files in containers and XML, made by the tests themselves or published in RFC 6030.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails on unexpected values")]

mod archives;
mod containers;
mod properties;
mod pskc_drafts;
mod pskc_files;
mod pskc_maker;
mod workbooks;

use seed_readers::{OpenNeed, OpenRequest, Opened, open};
use token_core::seed_file::{FileIssue, Mapping, Owner, ParsedRow, ReadOptions, SeedRow};
use zeroize::Zeroizing;

const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const CSV: &str = "serial number,secret key,time interval,manufacturer,model\n0012,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,HT-1\n";

/// A request that gives a model to files that name none.
fn with_model() -> OpenRequest {
    let options =
        ReadOptions { mapping: Some(Mapping::parse("model=const:M").unwrap()), ..ReadOptions::default() };
    OpenRequest { options, ..OpenRequest::default() }
}

fn secret(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.to_owned())
}

fn opened(bytes: &[u8], request: &OpenRequest) -> Opened {
    match open(bytes.to_vec(), request) {
        Ok(opened) => opened,
        Err(need) => unreachable!("{need:?}"),
    }
}

fn need(bytes: &[u8], request: &OpenRequest) -> OpenNeed {
    open(bytes.to_vec(), request).err().unwrap()
}

fn error(bytes: &[u8], request: &OpenRequest) -> String {
    FileIssue::from(need(bytes, request)).message
}

fn rows(bytes: &[u8], request: &OpenRequest) -> Vec<ParsedRow> {
    opened(bytes, request).file.read(1_000)
}

fn good(bytes: &[u8], request: &OpenRequest) -> Vec<SeedRow> {
    rows(bytes, request).into_iter().map(|row| row.result.unwrap()).collect()
}

fn messages(row: &ParsedRow) -> Vec<&str> {
    row.result.as_ref().unwrap_err().iter().map(|issue| issue.message.as_str()).collect()
}
