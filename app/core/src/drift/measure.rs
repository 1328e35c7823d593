//! Measures one token: which settings and which offset its codes fit.

use super::{Fit, MAX_STEPS, NEAR_STEPS, Offset, Verdict};
use crate::{
    otp::{self, Code, CodeKey},
    ports::NewToken,
    seed::Seed,
    token::{HashFunction, Interval},
};

/// The steps to either side in which two codes are searched that fit nothing within [`MAX_STEPS`]: a week at 30 seconds.
const LOST_STEPS: i64 = 7 * MAX_STEPS;
/// By how many steps the offsets of two codes of one token may differ: one of them may have been typed late, and each is known
/// to half a step.
const JITTER: i64 = 2;

/// A code that was read from a display, and when it was typed. Holds a secret, which `Debug` hides.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The code.
    pub code: Code,
    /// The server's time, in milliseconds since 1970.
    pub at_ms: u64,
}

/// What codes say of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measurement {
    /// All that can be known.
    Done(Verdict),
    /// The code fits far from now, or more than once: the token's next code decides.
    NextCode,
    /// The last code is the one before: the display has not changed yet.
    SameCode,
}

/// A place where a code fits.
#[derive(Debug, Clone, Copy)]
struct Candidate {
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
/// The nearest step is searched first, under the token's own hash and interval and then under the other three. One code within
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

fn by_one(token: &NewToken, one: &Reading) -> Measurement {
    let near = |settings: &[_]| candidates(token, one, settings, (-1, NEAR_STEPS));
    let mut found = near(&own_settings(token));
    if found.len() != 1 {
        found.extend(near(&other_settings(token)));
    }
    match found.as_slice() {
        [Candidate { hash, interval, step }] => {
            let offset = offset_of(*interval, *step, one.at_ms);
            Measurement::Done(Verdict::of(token, Fit { hash: *hash, interval: *interval, offset }))
        }
        [] if everywhere(token, one).is_empty() => Measurement::Done(Verdict::NotThisToken),
        _ => Measurement::NextCode,
    }
}

fn by_several(token: &NewToken, first: &Reading, later: &[Reading]) -> Measurement {
    let mut confirmed = everywhere(token, first);
    confirmed.retain(|one| {
        let key = CodeKey::new(&token.seed, one.hash);
        confirms(&key, one.interval, (one.step, first.at_ms), later).is_some()
    });
    let done = |fit| Measurement::Done(Verdict::of(token, fit));
    match (confirmed.as_slice(), later) {
        ([one], _) => done(fit(&token.seed, *one, first, later)),
        ([_, _, ..], _) => Measurement::NextCode,
        // The first code may have been mistyped; what one alone says is not enough then.
        ([], [last]) => match by_one(token, last) {
            Measurement::Done(Verdict::NotThisToken) => {
                lost(token, first, later).map_or(Measurement::Done(Verdict::NotThisToken), done)
            }
            _ => Measurement::NextCode,
        },
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

/// Where a code fits within a day, under all settings.
fn everywhere(token: &NewToken, one: &Reading) -> Vec<Candidate> {
    let within = (-1, MAX_STEPS);
    let own = candidates(token, one, &own_settings(token), within);
    own.into_iter().chain(candidates(token, one, &other_settings(token), within)).collect()
}

/// Where a code fits under these settings.
fn candidates(
    token: &NewToken,
    one: &Reading,
    settings: &[(HashFunction, Interval)],
    (nearer, most): (i64, i64),
) -> Vec<Candidate> {
    let code = one.code.value();
    let mut found = Vec::new();
    for (hash, interval) in settings.iter().copied() {
        let key = CodeKey::new(&token.seed, hash);
        let steps = outward(otp::step(interval, one.at_ms), nearer, most);
        let fits = steps.filter(|(_, step)| key.value(*step) == code);
        found.extend(fits.map(|(_, step)| Candidate { hash, interval, step }));
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
fn fit(seed: &Seed, candidate: Candidate, first: &Reading, later: &[Reading]) -> Fit {
    let Candidate { hash, interval, step } = candidate;
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
    Some(fit(seed, Candidate { hash: *hash, interval: *interval, step }, first, later))
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
