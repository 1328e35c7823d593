//! No message, note, notice, name of a row or debug output holds any part of a seed, wherever the seed stands.

use super::*;
use proptest::prelude::*;

/// A piece long enough not to occur by chance.
const PIECE: usize = 8;

fn everything_said(bytes: &[u8]) -> String {
    let mut file = match open(bytes) {
        Ok(file) => file,
        Err(issue) => return format!("{issue} {issue:?}"),
    };
    let mut said = String::new();
    for entry in read_on(&mut file) {
        said += &format!("{} {:?}", entry.serial, entry.raw);
        match &entry.result {
            Ok(row) => said += &row.notes.join(" "),
            Err(issues) => said += &format!("{issues:?}"),
        }
    }
    said + &file.notices().join(" ")
}

fn assert_secret(said: &str, seed: &str) {
    for start in 0..=seed.len() - PIECE {
        let piece = &seed[start..start + PIECE];
        assert!(!said.to_uppercase().contains(&piece.to_uppercase()), "{piece} in {said}");
    }
}

proptest! {
    #[test]
    fn a_seed_in_any_cell_is_never_repeated(seed in "[A-Z2-7]{32}", at in 0..8_usize, with_hash in any::<bool>()) {
        let mut cells = vec!["ada@contoso.com", "0012345", "", "30", "Contoso", "HT-1", "SHA-1"];
        cells.insert(at, &seed);
        cells.truncate(if with_hash { 8 } else { 6 });
        // Without its header the first row must not be repeated either.
        for header in [HEADER, "note", "x,y,upn"] {
            assert_secret(&everything_said(format!("{header}\n{}\n", cells.join(",")).as_bytes()), &seed);
        }
        assert_secret(&everything_said(cells.join(",").as_bytes()), &seed);
    }

    #[test]
    fn a_damaged_seed_is_never_repeated(seed in "[A-Z2-7]{30}[0189!ä]{2}") {
        assert_secret(&everything_said(format!("{HEADER}\n,7,{seed},30,C,M,\n").as_bytes()), &seed[..30]);
    }

    #[test]
    fn json_never_repeats_a_seed(seed in "[A-Z2-7]{32}") {
        let files = [
            format!("[{{\"secretKey\":\"{seed}\",}}]"),
            format!("[{{\"secretKey\":[\"{seed}\"]}}]"),
            format!("{{\"secretKey\":\"{seed}\",\"timeIntervalInSeconds\":\"{seed}\",\"hashFunction\":\"{seed}\"}}"),
            format!("{{\"value\":\"{seed}\"}}"),
            format!("{{\"{seed}\":1}}"),
            format!("[{{\"serialNumber\":\"{seed}\"}},\"{seed}\"]"),
        ];
        for file in files {
            assert_secret(&everything_said(file.as_bytes()), &seed);
        }
    }
}
