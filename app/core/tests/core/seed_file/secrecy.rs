//! No message, note, notice, serial or debug output contains any part of a seed, whichever cell the seed is in.

use super::*;
use proptest::prelude::*;

/// Length of a part of a seed that does not occur by chance.
const PIECE: usize = 8;

fn all_output(bytes: &[u8]) -> String {
    let mut file = match open(bytes) {
        Ok(file) => file,
        Err(issue) => return format!("{issue} {issue:?}"),
    };
    let mut output = String::new();
    for entry in read_all(&mut file) {
        output += &format!("{} {:?}", entry.serial, entry.raw);
        match &entry.result {
            Ok(row) => output += &row.notes.join(" "),
            Err(issues) => output += &format!("{issues:?}"),
        }
    }
    output + &file.notices().join(" ")
}

fn assert_secret(output: &str, seed: &str) {
    for start in 0..=seed.len() - PIECE {
        let piece = &seed[start..start + PIECE];
        assert!(!output.to_uppercase().contains(&piece.to_uppercase()), "{piece} in {output}");
    }
}

proptest! {
    #[test]
    fn a_seed_in_any_cell_is_never_quoted(seed in "[A-Z2-7]{32}", at in 0..8_usize, with_hash in any::<bool>()) {
        let mut cells = vec!["ada@contoso.com", "0012345", "", "30", "Contoso", "HT-1", "SHA-1"];
        cells.insert(at, &seed);
        cells.truncate(if with_hash { 8 } else { 6 });
        // Without a header the first row must not be quoted either.
        for header in [HEADER, "note", "x,y,upn"] {
            assert_secret(&all_output(format!("{header}\n{}\n", cells.join(",")).as_bytes()), &seed);
        }
        assert_secret(&all_output(cells.join(",").as_bytes()), &seed);
    }

    #[test]
    fn a_damaged_seed_is_never_quoted(seed in "[A-Z2-7]{30}[0189!ä]{2}") {
        assert_secret(&all_output(format!("{HEADER}\n,7,{seed},30,C,M,\n").as_bytes()), &seed[..30]);
    }

    #[test]
    fn json_errors_never_quote_a_seed(seed in "[A-Z2-7]{32}") {
        let files = [
            format!("[{{\"secretKey\":\"{seed}\",}}]"),
            format!("[{{\"secretKey\":[\"{seed}\"]}}]"),
            format!("{{\"secretKey\":\"{seed}\",\"timeIntervalInSeconds\":\"{seed}\",\"hashFunction\":\"{seed}\"}}"),
            format!("{{\"value\":\"{seed}\"}}"),
            format!("{{\"{seed}\":1}}"),
            format!("[{{\"serialNumber\":\"{seed}\"}},\"{seed}\"]"),
        ];
        for file in files {
            assert_secret(&all_output(file.as_bytes()), &seed);
        }
    }
}

#[test]
fn debug_output_of_a_raw_row_is_its_number_of_fields() {
    let entry = read(format!("{HEADER}\n,7,{SEED},30,C,M,\n")).remove(0);
    assert_eq!(format!("{:?}", entry.raw), "RawRow(7 fields)");
}
