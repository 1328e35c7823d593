//! Measures one token: which settings and which offset its codes fit.

use super::{ClockVerdict, Fit, MAX_STEPS, NEAR_STEPS, Offset, OwnClock};
use crate::{
    issue::Issue,
    otp::{self, CodeKey, Reading},
    ports::NewToken,
    seed::Seed,
    seed_file::{Field, SeedRow},
    token::{HashFunction, Interval},
};

/// The steps to either side in which two codes are searched that fit nothing within [`MAX_STEPS`]: a week at 30 seconds.
const LOST_STEPS: i64 = 7 * MAX_STEPS;
/// By how many steps the offsets of two codes of one token may differ: one of them may have been typed late, and each is known
/// to half a step.
const JITTER: i64 = 2;

/// What codes say of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measurement {
    /// All that can be known.
    Done(ClockVerdict),
    /// The code fits far from now, or more than once: the token's next code decides.
    NextCode,
    /// The last code is the one before: the display has not changed yet.
    SameCode,
}

/// A place where a code fits.
#[derive(Debug, Clone, Copy)]
struct StepMatch {
    hash: HashFunction,
    interval: Interval,
    step: u64,
}

/// The offset of a clock that shows the code of `step` at a time: that of the middle of the step.
pub(super) fn offset_of(interval: Interval, step: u64, at_ms: u64) -> Offset {
    let length = u64::from(interval.seconds());
    let shown = (step.saturating_mul(length) + length / 2).cast_signed();
    Offset::from_seconds(shown - (at_ms / 1_000).cast_signed())
}

/// The steps around `now`, the nearest first and the past before the future, within `most` to either side and outside
/// `nearer` (-1 for none).
pub(super) fn outward(now: u64, nearer: i64, most: i64) -> impl Iterator<Item = (i64, u64)> {
    let both = (nearer + 1..=most).flat_map(|off| [Some(-off), (off > 0).then_some(off)]);
    both.flatten().filter_map(move |off| Some((off, now.checked_add_signed(off)?)))
}

/// Measures a token by the codes that were read from its display one after the other, with the settings that its seed file or the
/// tenant states.
///
/// Near steps are searched first, under the token's own hash and interval and then under the other three. One code within
/// [`NEAR_STEPS`] is enough. An unrelated code fits one of the 5,761 steps of a day by chance with a probability of 0.6 %, two
/// codes in a row with less than 10⁻⁶.
pub fn measure(token: &NewToken, readings: &[Reading]) -> Measurement {
    match readings {
        [] => Measurement::NextCode,
        [one] => by_one(token, one),
        [.., before, last] if before.code.expose() == last.code.expose() => Measurement::SameCode,
        [first, later @ ..] => by_several(token, first, later),
    }
}

/// What is known of the clock of a row's token when it is activated: by the code that the file has beside its seed, else by the
/// drift that the file states.
///
/// Near clocks alone are searched, so that the rows of a large file take moments.
///
/// # Errors
/// When the code shows that the token makes its codes in another way than the row says, or fits nothing near now.
pub fn row_clock(row: &SeedRow) -> Result<OwnClock, Issue> {
    let Some(reading) = &row.shown else { return Ok(OwnClock::of(row.offset())) };
    match near(&row.token, reading) {
        Ok(ClockVerdict::SignsIn(fit) | ClockVerdict::OwnDrift(fit)) => {
            Ok(OwnClock { offset: fit.offset, typed_at_ms: Some(reading.at_ms) })
        }
        Ok(verdict) => Err(Issue::in_column(Field::Code.name(), verdict.headline(), verdict.advice())),
        Err(_) => Err(Issue::in_column(
            Field::Code.name(),
            "The code does not tell the token's clock: it fits the secret key at no time near now, or more than once",
            "Write the digits that the token shows now, and open the file at once. If they do not fit either, measure this token \
             alone: its row may be swapped with another.",
        )),
    }
}

fn by_one(token: &NewToken, one: &Reading) -> Measurement {
    match near(token, one) {
        Ok(verdict) => Measurement::Done(verdict),
        Err(0) if everywhere(token, [one]).iter().all(Vec::is_empty) => {
            Measurement::Done(ClockVerdict::NotThisToken)
        }
        Err(_) => Measurement::NextCode,
    }
}

/// What a code says that fits one near time alone; else how many it fits.
fn near(token: &NewToken, one: &Reading) -> Result<ClockVerdict, usize> {
    let [mut found] = candidates(token, [one], &own_settings(token), NEAR_STEPS);
    if found.len() != 1 {
        let [others] = candidates(token, [one], &other_settings(token), NEAR_STEPS);
        found.extend(others);
    }
    match found.as_slice() {
        [StepMatch { hash, interval, step }] => {
            let offset = offset_of(*interval, *step, one.at_ms);
            Ok(ClockVerdict::of(token, Fit { hash: *hash, interval: *interval, offset }))
        }
        none_or_several => Err(none_or_several.len()),
    }
}

fn by_several(token: &NewToken, first: &Reading, later: &[Reading]) -> Measurement {
    let last = later.last().unwrap_or(first);
    let [mut confirmed, of_last] = everywhere(token, [first, last]);
    confirmed.retain(|one| {
        let key = CodeKey::new(&token.seed, one.hash);
        confirms(&key, one.interval, (one.step, first.at_ms), later).is_some()
    });
    let done = |fit| Measurement::Done(ClockVerdict::of(token, fit));
    match (confirmed.as_slice(), later) {
        ([one], _) => done(fit(&token.seed, *one, first, later)),
        ([_, _, ..], _) => Measurement::NextCode,
        // The first code may have been mistyped; what one alone says is not enough then.
        ([], [_]) if of_last.is_empty() => {
            lost(token, first, later).map_or(Measurement::Done(ClockVerdict::NotThisToken), done)
        }
        ([], [_]) => Measurement::NextCode,
        ([], [second, later @ ..]) => by_several(token, second, later),
        ([], []) => Measurement::NextCode,
    }
}

fn own_settings(token: &NewToken) -> [(HashFunction, Interval); 1] {
    [(token.hash, token.interval)]
}

fn other_settings(token: &NewToken) -> [(HashFunction, Interval); 3] {
    let (hash, interval) = (other_hash(token.hash), other_interval(token.interval));
    [(hash, token.interval), (token.hash, interval), (hash, interval)]
}

/// Where each of these codes fits within a day, under all settings.
fn everywhere<const N: usize>(token: &NewToken, readings: [&Reading; N]) -> [Vec<StepMatch>; N] {
    let [own] = own_settings(token);
    let [one, two, three] = other_settings(token);
    candidates(token, readings, &[own, one, two, three], MAX_STEPS)
}

/// Where each of these codes fits under these settings, within so many steps of when it was typed. The code of a step is computed
/// once for all of them.
fn candidates<const N: usize>(
    token: &NewToken,
    readings: [&Reading; N],
    settings: &[(HashFunction, Interval)],
    most: i64,
) -> [Vec<StepMatch>; N] {
    let most = most.unsigned_abs();
    let mut found = readings.map(|_| Vec::new());
    for (hash, interval) in settings.iter().copied() {
        let key = CodeKey::new(&token.seed, hash);
        let asked = readings.map(|reading| (reading.code.value(), otp::step(interval, reading.at_ms)));
        let first = asked.iter().map(|(_, now)| now.saturating_sub(most)).min().unwrap_or_default();
        let last = asked.iter().map(|(_, now)| now.saturating_add(most)).max().unwrap_or_default();
        for step in first..=last {
            let code = key.value(step);
            for ((wanted, now), found) in asked.iter().zip(&mut found) {
                if *wanted == code && step.abs_diff(*now) <= most {
                    found.push(StepMatch { hash, interval, step });
                }
            }
        }
    }
    found
}

/// The step of the last of the later codes, if all of them are those of the clock that showed `first_step` at `first_ms`.
pub(super) fn confirms(
    key: &CodeKey,
    interval: Interval,
    (first_step, first_ms): (u64, u64),
    later: &[Reading],
) -> Option<u64> {
    later.iter().try_fold(first_step, |before, reading| {
        let passed = otp::step(interval, reading.at_ms).saturating_sub(otp::step(interval, first_ms));
        let code = reading.code.value();
        let steps = outward(first_step.saturating_add(passed), -1, JITTER).map(|(_, step)| step);
        steps.filter(|step| *step > before).find(|step| key.value(*step) == code)
    })
}

/// The offset by the first and the last code: each says it to half a step, so that the middle of both is nearer.
fn fit(seed: &Seed, candidate: StepMatch, first: &Reading, later: &[Reading]) -> Fit {
    let StepMatch { hash, interval, step } = candidate;
    let by_first = offset_of(interval, step, first.at_ms);
    let last = confirms(&CodeKey::new(seed, hash), interval, (step, first.at_ms), later).zip(later.last());
    let by_last = last.map_or(by_first, |(step, last)| offset_of(interval, step, last.at_ms));
    let offset = Offset::from_seconds(i64::midpoint(by_first.seconds(), by_last.seconds()));
    Fit { hash, interval, offset }
}

/// Two codes far beyond a day, under the token's own settings: its clock has stopped or was never set.
fn lost(token: &NewToken, first: &Reading, later: &[Reading]) -> Option<Fit> {
    let NewToken { seed, hash, interval, .. } = token;
    let key = CodeKey::new(seed, *hash);
    let code = first.code.value();
    let (_, step) = outward(otp::step(*interval, first.at_ms), MAX_STEPS, LOST_STEPS)
        .filter(|(_, step)| key.value(*step) == code)
        .find(|(_, step)| confirms(&key, *interval, (*step, first.at_ms), later).is_some())?;
    Some(fit(seed, StepMatch { hash: *hash, interval: *interval, step }, first, later))
}

fn other_hash(hash: HashFunction) -> HashFunction {
    match hash {
        HashFunction::Sha1 => HashFunction::Sha256,
        HashFunction::Sha256 => HashFunction::Sha1,
    }
}

fn other_interval(interval: Interval) -> Interval {
    match interval {
        Interval::S30 => Interval::S60,
        Interval::S60 => Interval::S30,
    }
}
