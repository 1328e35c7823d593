//! Reads a seed file of any format.

use std::path::Path;

use graph::clock;
use seed_readers::Opened;
use token_core::seed_file::SeedTable;

use super::{
    exit::CommandError,
    files,
    output::Output,
    seed_args::{self, SeedArgs},
    tenant_data::TenantClock,
};

/// Rows read at a time.
const SLICE: usize = 1_000;

/// The rows of a seed file.
pub struct Seeds {
    /// The rows. They hold seeds.
    pub table: SeedTable,
    /// When the codes in it were read at the latest, by the system clock; `None` for a file without codes.
    codes_read_ms: Option<u64>,
}

impl Seeds {
    /// Reads a whole seed file, and prints what was read and assumed.
    ///
    /// # Errors
    /// When the file cannot be used at all, or lacks a flag.
    pub fn read(path: &Path, args: &SeedArgs, output: Output) -> Result<Self, CommandError> {
        files::check_piped(path)?;
        let request = args.request(path)?;
        let begun_ms = clock::now_ms();
        let unusable =
            |need| CommandError::unusable(format!("{}: {}", files::name(path), seed_args::told(need)));
        let Opened { mut file, place, sheets } =
            seed_readers::open(files::read(path)?, &request).map_err(unusable)?;
        let codes_read_ms = file.has_codes().then_some(begun_ms);
        if let Some(read_ms) = codes_read_ms {
            file.date_codes(read_ms);
        }
        let mut entries = Vec::new();
        loop {
            let rows = file.read(SLICE);
            if rows.is_empty() {
                break;
            }
            entries.extend(rows);
        }
        if !place.is_empty() {
            output.print_note(&format!("Read from {}.", place.join(", ")));
        }
        if sheets.len() > 1 && request.sheet.is_none() {
            let sheets = sheets.join(", ");
            output.print_note(&format!(
                "The workbook has several sheets: {sheets}. --sheet NAME reads another."
            ));
        }
        file.notices().iter().for_each(|notice| output.print_note(notice));
        Ok(Self { table: file.into_table(entries), codes_read_ms })
    }

    /// Dates the codes in the file by Microsoft's time, once an answer has told it.
    pub fn date_codes(&mut self, clock: TenantClock) {
        if let Some(read_ms) = self.codes_read_ms {
            self.table.date_codes(clock.at(read_ms));
        }
    }
}
