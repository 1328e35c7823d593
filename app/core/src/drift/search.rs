//! Finds the token whose serial number is worn off among the rows of a seed file, by its codes.
//!
//! The search is cut into slices, so that a browser stays responsive, and into stages, so that the likely clocks come first.

use super::{
    MAX_STEPS, NEAR_STEPS, Offset, Reading,
    measure::{confirms, offset_of, outward},
};
use crate::{
    otp::{self, CodeKey},
    seed_file::ParsedRow,
};

/// How far the clocks are off that each stage searches, in steps.
const STAGES: [i64; 4] = [3, NEAR_STEPS, 240, MAX_STEPS];

/// A row whose token shows the codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The row's place in the file.
    pub row: usize,
    /// How far its clock is off.
    pub offset: Offset,
}

/// A row that the first code fits.
#[derive(Debug, Clone, Copy)]
struct RowMatch {
    row: usize,
    step: u64,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchState {
    /// A slice of this stage is left: the clocks that are off by at most this many seconds, at 30 s.
    Searching {
        /// How far the clocks of this stage are off, in seconds of 30-second tokens.
        within_s: u64,
        /// The share of the stage that is done, in percent.
        percent: u8,
    },
    /// So many rows fit the first code: the next code decides.
    NextCode(usize),
    /// The last code is the one before: the display has not changed yet.
    SameCode,
    /// This is the token.
    Found(Found),
    /// More than one row has the same seed.
    Several(usize),
    /// None fits within a day.
    NotFound,
}

/// A search of the rows of one seed file. Holds codes, which `Debug` hides.
#[derive(Debug)]
pub struct Search {
    readings: Vec<Reading>,
    candidates: Vec<RowMatch>,
    stage: usize,
    next: usize,
    rows: usize,
}

impl Search {
    /// A search for the token that shows this code, among so many rows.
    pub fn new(rows: usize, first: Reading) -> Self {
        Self { readings: vec![first], candidates: Vec::new(), stage: 0, next: 0, rows }
    }

    /// Searches a slice: at least one row, and rows until so many codes are computed. `entries` are the same in each call.
    pub fn advance(&mut self, entries: &[ParsedRow], codes: usize) -> SearchState {
        let mut computed = 0;
        while computed < codes && self.is_searching() {
            let Some(entry) = entries.get(self.next) else {
                self.next_stage();
                continue;
            };
            computed += self.search_row(entry);
            self.next += 1;
        }
        self.state(entries)
    }

    /// Adds the token's next code.
    pub fn next_code(&mut self, next: Reading, entries: &[ParsedRow]) -> SearchState {
        if self.readings.last().is_some_and(|last| last.code.expose() == next.code.expose()) {
            return SearchState::SameCode;
        }
        self.readings.push(next);
        let confirmed = std::mem::take(&mut self.candidates);
        self.candidates = confirmed.into_iter().filter(|one| self.offset(*one, entries).is_some()).collect();
        if self.candidates.is_empty() {
            self.next_stage();
        }
        self.state(entries)
    }

    fn is_searching(&self) -> bool {
        self.stage < STAGES.len() && (self.next < self.rows || self.candidates.is_empty())
    }

    /// Goes on to farther clocks when nothing was found among the nearer ones.
    fn next_stage(&mut self) {
        self.stage += 1;
        self.next = 0;
    }

    /// Searches one row; returns how many codes it took.
    fn search_row(&mut self, entry: &ParsedRow) -> usize {
        let (Ok(row), Some(first)) = (&entry.result, self.readings.first()) else { return 1 };
        let token = &row.token;
        let nearer = self.stage.checked_sub(1).and_then(|before| STAGES.get(before)).copied().unwrap_or(-1);
        let most = STAGES.get(self.stage).copied().unwrap_or(nearer);
        let key = CodeKey::new(&token.seed, token.hash);
        let code = first.code.value();
        let now = otp::step(token.interval, first.at_ms);
        let later = self.readings.get(1..).unwrap_or_default();
        let fits = outward(now, nearer, most)
            .map(|(_, step)| step)
            .filter(|step| key.value(*step) == code)
            .filter(|step| confirms(&key, token.interval, (*step, first.at_ms), later).is_some());
        self.candidates.extend(fits.map(|step| RowMatch { row: self.next, step }));
        usize::try_from(2 * (most - nearer)).unwrap_or(1).max(1)
    }

    /// The offset of a candidate, if all codes are those of its clock.
    fn offset(&self, candidate: RowMatch, entries: &[ParsedRow]) -> Option<Offset> {
        let (first, later) = self.readings.split_first()?;
        let token = &entries.get(candidate.row)?.result.as_ref().ok()?.token;
        let key = CodeKey::new(&token.seed, token.hash);
        confirms(&key, token.interval, (candidate.step, first.at_ms), later)?;
        Some(offset_of(token.interval, candidate.step, first.at_ms))
    }

    fn state(&self, entries: &[ParsedRow]) -> SearchState {
        if self.is_searching() {
            let most = STAGES.get(self.stage).copied().unwrap_or_default();
            let percent = self.next.saturating_mul(100) / self.rows.max(1);
            return SearchState::Searching {
                within_s: most.unsigned_abs() * 30,
                percent: u8::try_from(percent).unwrap_or(100),
            };
        }
        match (self.candidates.as_slice(), self.readings.len()) {
            ([], _) => SearchState::NotFound,
            (several, 1) => SearchState::NextCode(several.len()),
            ([one], _) => match self.offset(*one, entries) {
                Some(offset) => SearchState::Found(Found { row: one.row, offset }),
                None => SearchState::NotFound,
            },
            (several, 2) => SearchState::NextCode(several.len()),
            (several, _) => SearchState::Several(several.len()),
        }
    }
}
