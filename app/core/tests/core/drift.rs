//! Measuring tokens, finding one among many, and proving a delivery: the arithmetic, with properties.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what it did not expect"
)]

use std::collections::HashSet;

use proptest::{collection::vec, prelude::*};
use token_core::{
    drift::{
        ClockVerdict, Fit, MAX_STEPS, Measurement, NEAR_STEPS, Offset, Reading, measure,
        proof::{ActivationChoice, Proof, ProofVerdict, Sample, row_of},
        search::{Search, SearchState},
    },
    otp::{self, Code},
    ports::NewToken,
    seed::Seed,
    seed_file::{Field, ParsedRow, RowEdit, SeedFile},
    token::{HashFunction, Interval, SerialNumber},
};

/// In the middle of a step of either interval.
const NOW_MS: u64 = 1_800_000_015_000;

fn token(seed: Vec<u8>, hash: HashFunction, interval: Interval) -> NewToken {
    NewToken {
        serial: SerialNumber::parse("8659875205967").unwrap(),
        manufacturer: "Contoso".to_owned(),
        model: "T1".to_owned(),
        seed: Seed::from_bytes(seed).unwrap(),
        interval,
        hash,
    }
}

fn plain() -> NewToken {
    token(b"12345678901234567890".to_vec(), HashFunction::Sha1, Interval::S30)
}

/// What a token whose clock is off by `offset_ms` shows at a time.
fn shown(token: &NewToken, at_ms: u64, offset_ms: i64) -> Reading {
    let clock = at_ms.checked_add_signed(offset_ms).unwrap();
    Reading { code: otp::totp(&token.seed, token.hash, token.interval, clock), at_ms }
}

fn verdict(measurement: Measurement) -> ClockVerdict {
    match measurement {
        Measurement::Done(verdict) => verdict,
        other => panic!("{other:?}"),
    }
}

fn settings() -> impl Strategy<Value = (HashFunction, Interval)> {
    (any::<bool>(), any::<bool>()).prop_map(|(is_256, is_60)| {
        let hash = if is_256 { HashFunction::Sha256 } else { HashFunction::Sha1 };
        (hash, if is_60 { Interval::S60 } else { Interval::S30 })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10))]

    /// Whatever its seed, settings, clock and the moment: two codes in a row find it, and say nothing wrong.
    #[test]
    fn two_codes_find_every_clock_within_a_day(
        seed in vec(any::<u8>(), 10..=64),
        (hash, interval) in settings(),
        (stated_hash, stated_interval) in settings(),
        share in -1.0_f64..1.0,
        moment_ms in 0_u64..120_000,
        typing_ms in 0_u64..8_000,
    ) {
        let real = token(seed.clone(), hash, interval);
        let stated = token(seed, stated_hash, stated_interval);
        let length = i64::from(interval.seconds());
        #[expect(clippy::cast_possible_truncation, reason = "within a day or two")]
        let offset_ms = ((MAX_STEPS - 1) as f64 * share) as i64 * length * 1_000;
        let first = shown(&real, NOW_MS + moment_ms, offset_ms);
        let mut second = shown(&real, first.at_ms + real.interval.seconds() as u64 * 1_000, offset_ms);
        second.at_ms += typing_ms;
        prop_assume!(first.code.expose() != second.code.expose());
        let found = verdict(measure(&stated, &[first, second]));
        let fit = found.fit().expect("it fits");
        prop_assert_eq!((fit.hash, fit.interval), (hash, interval));
        prop_assert!((fit.offset.seconds() - offset_ms / 1_000).abs() <= length, "{:?}", fit.offset);
        prop_assert_eq!(found.is_as_stated(), (hash, interval) == (stated_hash, stated_interval));
    }

    /// One code of a token whose clock is nearly right is enough.
    #[test]
    fn one_code_is_enough_near_now(
        seed in vec(any::<u8>(), 20),
        (hash, interval) in settings(),
        steps in -NEAR_STEPS + 1..NEAR_STEPS,
    ) {
        let token = token(seed, hash, interval);
        let offset_ms = steps * i64::from(interval.seconds()) * 1_000;
        let measured = measure(&token, &[shown(&token, NOW_MS, offset_ms)]);
        // A second place among 160 would be asked about, not guessed.
        prop_assume!(measured != Measurement::NextCode);
        let fit = verdict(measured).fit().expect("it fits");
        prop_assert!((fit.offset.seconds() * 1_000 - offset_ms).abs() <= i64::from(interval.seconds()) * 500);
    }

    /// Codes of another token never give a verdict about this one.
    #[test]
    fn two_codes_of_another_token_fit_nothing(
        seed in vec(any::<u8>(), 20),
        other in vec(any::<u8>(), 20),
        offset_s in -3_000_i64..3_000,
    ) {
        prop_assume!(seed != other);
        let (mine, theirs) = (
            token(seed, HashFunction::Sha1, Interval::S30),
            token(other, HashFunction::Sha1, Interval::S30),
        );
        let readings =
            [shown(&theirs, NOW_MS, offset_s * 1_000), shown(&theirs, NOW_MS + 30_000, offset_s * 1_000)];
        // The last code alone may fit somewhere: then a third one is asked for.
        let measured = measure(&mine, &readings);
        prop_assert!(
            matches!(measured, Measurement::Done(ClockVerdict::NotThisToken) | Measurement::NextCode),
            "{measured:?}"
        );
    }
}

/// A code is asked about or believed where it is that of a step, and nowhere else: of a million codes as many fit as there are
/// different ones among 5,761 steps under four settings, which is what chance predicts.
#[test]
fn chance_hits_are_as_rare_as_predicted() {
    let token = plain();
    let mut shown = HashSet::new();
    for hash in [HashFunction::Sha1, HashFunction::Sha256] {
        for interval in [Interval::S30, Interval::S60] {
            let now = otp::step(interval, NOW_MS).cast_signed();
            let codes = (now - MAX_STEPS..=now + MAX_STEPS)
                .map(|step| otp::hotp(&token.seed, hash, step.cast_unsigned()).expose().to_owned());
            shown.extend(codes);
        }
    }
    // 23,044 draws from a million leave 22,781 different ones on average, with a standard deviation of 16.
    assert!((22_700..=22_860).contains(&shown.len()), "{}", shown.len());
    // Spread over all codes by a step that shares no factor with a million; the last ones are known to fit.
    let tried = (1..=12_u32).map(|number| format!("{:06}", number * 698_387 % 1_000_000));
    for code in tried.chain(shown.iter().take(4).cloned()) {
        let reading = Reading { code: Code::parse(&code).unwrap(), at_ms: NOW_MS };
        let fits = measure(&token, &[reading]) != Measurement::Done(ClockVerdict::NotThisToken);
        assert_eq!(fits, shown.contains(&code), "{code}");
    }
}

#[test]
fn the_verdict_follows_the_windows_of_sign_in_and_activation() {
    for (interval, offset_s, expected) in [
        (Interval::S30, 0, "clock is right (on time)"),
        (Interval::S30, -60, "clock is right (1 min slow)"),
        (Interval::S30, -90, "clock is 1 min 30 s slow: activated by its secret key alone"),
        (Interval::S60, -90, "clock is right"),
        (Interval::S60, 180, "clock is 3 min fast"),
        (Interval::S30, -90_000, "clock is 1 day 1 h slow: Microsoft accepts none"),
    ] {
        let token = token(b"12345678901234567890".to_vec(), HashFunction::Sha1, interval);
        let at_ms = if interval == Interval::S30 { NOW_MS } else { NOW_MS + 15_000 };
        let next_ms = at_ms + u64::from(interval.seconds()) * 1_000;
        let readings = [at_ms, next_ms].map(|at_ms| shown(&token, at_ms, offset_s * 1_000));
        let found = verdict(measure(&token, &readings));
        let words = found.headline();
        assert!(words.contains(expected), "{words}");
        assert!(!words.contains("step") && !found.advice().contains("step"), "{words}");
    }
}

#[test]
fn a_wrong_hash_is_told_with_its_repair() {
    let real = plain();
    let stated = NewToken { hash: HashFunction::Sha256, ..real.clone() };
    let found = verdict(measure(&stated, &[shown(&real, NOW_MS, 0)]));
    assert_eq!(
        found.headline(),
        "The token makes its codes with SHA-1, 30 s, not with SHA-256, 30 s as stated."
    );
    assert!(found.advice().contains("choose it for the whole file"));
    assert!(found.advice().contains("the plan offers to correct the hash in the tenant"));
    assert!(!found.is_as_stated() && !found.can_be_activated());
}

#[test]
fn a_wrong_interval_is_told_with_its_repair() {
    let real = plain();
    let stated = NewToken { interval: Interval::S60, ..real.clone() };
    let readings = [shown(&real, NOW_MS, 0), shown(&real, NOW_MS + 30_000, 0)];
    let found = verdict(measure(&stated, &readings));
    assert!(found.advice().contains("deleted and imported again"), "{}", found.advice());
}

#[test]
fn a_far_clock_takes_the_next_code_and_not_the_same_one_again() {
    let token = plain();
    let first = shown(&token, NOW_MS, -7_200_000);
    assert_eq!(measure(&token, std::slice::from_ref(&first)), Measurement::NextCode);
    let again = Reading { at_ms: NOW_MS + 5_000, ..first.clone() };
    assert_eq!(measure(&token, &[first.clone(), again]), Measurement::SameCode);
    let found = verdict(measure(&token, &[first, shown(&token, NOW_MS + 30_000, -7_200_000)]));
    assert_eq!(found.summary(), "SHA-1, 30 s, 2 h slow");
}

#[test]
fn a_mistyped_first_code_is_overruled_by_two_good_ones() {
    let token = plain();
    let wrong = Reading { code: Code::parse("000001").unwrap(), at_ms: NOW_MS - 30_000 };
    let (second, third) = (shown(&token, NOW_MS, 0), shown(&token, NOW_MS + 30_000, 0));
    assert_eq!(measure(&token, &[wrong.clone(), second.clone()]), Measurement::NextCode);
    assert!(matches!(verdict(measure(&token, &[wrong, second, third])), ClockVerdict::SignsIn(_)));
}

#[test]
fn the_code_of_the_last_moment_is_searched() {
    // Typed one second after the display has changed.
    let token = plain();
    let code = otp::totp(&token.seed, token.hash, token.interval, NOW_MS);
    let late = Reading { code, at_ms: NOW_MS + 16_000 };
    assert!(matches!(verdict(measure(&token, &[late])), ClockVerdict::SignsIn(_)));
}

fn file(rows: usize) -> Vec<ParsedRow> {
    let mut text = "serial number,secret key,time interval,manufacturer,model,hash function\n".to_owned();
    for row in 0..rows {
        let interval = if row % 3 == 0 { 60 } else { 30 };
        text += &format!(
            "{row:010},{:040X},{interval},Contoso,T1,sha1\n",
            (row as u128 + 7) * 0x9E37_79B9_7F4A_7C15
        );
    }
    SeedFile::open(text.into_bytes()).unwrap().read(usize::MAX)
}

fn seed_of(entries: &[ParsedRow], row: usize) -> &NewToken {
    &entries[row].result.as_ref().unwrap().token
}

fn to_the_end(search: &mut Search, entries: &[ParsedRow]) -> SearchState {
    loop {
        match search.advance(entries, 2_000) {
            SearchState::Searching { .. } => {}
            state => return state,
        }
    }
}

#[test]
fn finds_the_token_of_two_codes_among_many() {
    let entries = file(600);
    for (row, offset_ms) in [(0, 0), (599, -75_000), (301, 300_000), (17, -3_600_000)] {
        let token = seed_of(&entries, row);
        let mut search = Search::new(entries.len(), shown(token, NOW_MS, offset_ms));
        assert!(matches!(to_the_end(&mut search, &entries), SearchState::NextCode(_)));
        let next = shown(token, NOW_MS + u64::from(token.interval.seconds()) * 1_000, offset_ms);
        search.next_code(next, &entries);
        let SearchState::Found(found) = to_the_end(&mut search, &entries) else { panic!("row {row}") };
        assert_eq!(found.row, row);
        assert!((found.offset.seconds() * 1_000 - offset_ms).abs() <= 60_000, "{:?}", found.offset);
    }
}

#[test]
fn a_token_of_another_delivery_is_not_found() {
    let entries = file(40);
    let stranger = token(b"another seed, another".to_vec(), HashFunction::Sha1, Interval::S30);
    let mut search = Search::new(entries.len(), shown(&stranger, NOW_MS, 0));
    let state = match to_the_end(&mut search, &entries) {
        SearchState::NextCode(_) => {
            search.next_code(shown(&stranger, NOW_MS + 30_000, 0), &entries);
            to_the_end(&mut search, &entries)
        }
        state => state,
    };
    assert_eq!(state, SearchState::NotFound);
}

fn named(serial: &str) -> NewToken {
    NewToken { serial: SerialNumber::parse(serial).unwrap(), ..plain() }
}

fn sample(serial: &str, offset_s: i64) -> Sample {
    let fit =
        Fit { hash: HashFunction::Sha1, interval: Interval::S30, offset: Offset::from_seconds(offset_s) };
    let verdict = if offset_s.abs() <= 60 { ClockVerdict::SignsIn(fit) } else { ClockVerdict::OwnDrift(fit) };
    Sample::new(&named(serial), verdict, NOW_MS)
}

fn proof(offsets: &[i64]) -> Proof {
    let mut proof = Proof::default();
    for (number, offset) in offsets.iter().enumerate() {
        proof.add(sample(&number.to_string(), *offset));
    }
    proof
}

#[test]
fn a_proof_says_in_a_line_what_was_proved() {
    assert_eq!(Proof::default().headline(), "Not proved");
    let mut one = Proof::default();
    one.add(sample("8659875205967", -12));
    assert_eq!(one.headline(), "Proved with token 8659875205967: SHA-1, 30 s, 12 s slow");
    let several = proof(&[-12, 0, -30]).headline();
    assert_eq!(
        several,
        "Proved with token 0 and 2 more: SHA-1, 30 s, median 12 s slow, from 30 s slow to on time"
    );
    let mut wrong = proof(&[0]);
    wrong.add(Sample::new(&named("9"), ClockVerdict::NotThisToken, NOW_MS));
    assert_eq!(wrong.headline(), "Not proved: token 9 does not fit, it shows no code of its secret key");
    assert!(matches!(wrong.verdict(), ProofVerdict::DoesNotFit(_)));
    let nevertheless = wrong.record(Some("One token was mislabelled".to_owned()));
    assert!(nevertheless.text().ends_with("Activated nevertheless: One token was mislabelled"));
    assert_eq!(nevertheless.validate(), None);
    assert!(wrong.record(Some("line\nbreak".to_owned())).validate().is_some());
}

#[test]
fn a_delivery_is_activated_so_that_most_people_can_sign_in() {
    for (offsets, choice) in [
        (&[0, -12, 20][..], ActivationChoice::Now),
        (&[-120, -130, -150][..], ActivationChoice::AtMedian),
        (&[0, -130, -200][..], ActivationChoice::ByDisplay),
        // One token says nothing about the others.
        (&[-130][..], ActivationChoice::ByDisplay),
    ] {
        let ProofVerdict::Fits(drift) = proof(offsets).verdict() else { panic!("{offsets:?}") };
        assert_eq!(drift.recommended(), choice, "{offsets:?}: {}", drift.advice());
    }
}

#[test]
fn asks_for_a_token_of_the_file() {
    let entries = file(3);
    assert_eq!(row_of(&entries, " 0000000001 ").unwrap().token.serial.as_str(), "0000000001");
    assert!(row_of(&entries, "4711").unwrap_err().message.contains("no token 4711"));
    for none in ["  ".to_owned(), "1".repeat(129)] {
        assert_eq!(row_of(&entries, &none).unwrap_err().message, "The serial number is missing");
    }
    let of_128 = row_of(&entries, &"1".repeat(128)).unwrap_err();
    assert!(of_128.message.starts_with("The file has no token 1"), "{}", of_128.message);
}

/// A row whose user is changed was proved nevertheless; one whose seed, hash or serial is changed was not.
#[test]
fn a_proof_outlives_changes_that_no_code_depends_on() {
    let mut file = SeedFile::open(
        b"upn,serial number,secret key,time interval,manufacturer,model,hash function\n\
          ann@contoso.com,A1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,Contoso,T1,SHA-1\n\
          bob@contoso.com,B2,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ,30,Contoso,T1,SHA-1\n"
            .to_vec(),
    )
    .unwrap();
    let rows = file.read(9);
    let mut table = file.into_table(rows);
    let mut proof = Proof::default();
    for serial in ["A1", "B2"] {
        let token = &row_of(table.rows(), serial).unwrap().token;
        proof.add(Sample::new(token, ClockVerdict::NotThisToken, NOW_MS));
    }
    let serials = |proof: &Proof| -> Vec<String> {
        proof.samples().iter().map(|sample| sample.serial.to_string()).collect()
    };
    for (field, value, kept) in [
        (Field::Upn, "eve@contoso.com", true),
        (Field::Model, "T2", true),
        (Field::Hash, "SHA-256", false),
        (Field::Key, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXX", false),
        (Field::Interval, "60", false),
        (Field::Serial, "A9", false),
        (Field::Hash, "MD5", false),
    ] {
        table.apply(&RowEdit { row: 0, field, value: value.to_owned() });
        let mut after = proof.clone();
        after.keep_unchanged(table.rows());
        let expected: &[&str] = if kept { &["A1", "B2"] } else { &["B2"] };
        assert_eq!(serials(&after), expected, "{field}: {value}");
        table.restore(0);
    }
}

#[test]
fn a_sample_that_was_asked_wrongly_is_dropped() {
    let mut proof = proof(&[0, -12]);
    proof.remove(&SerialNumber::parse("1").unwrap());
    let left: Vec<String> = proof.samples().iter().map(Sample::summary).collect();
    assert_eq!(left, ["Token 0: SHA-1, 30 s, on time"]);
}

#[test]
fn a_token_of_the_sample_is_activated_by_its_own_clock() {
    let mut proof = proof(&[0, -130]);
    proof.add(Sample::new(&named("9"), ClockVerdict::NotThisToken, NOW_MS));
    let clock = |serial: &str| proof.clock_of(&SerialNumber::parse(serial).unwrap());
    let measured = clock("1").unwrap();
    assert_eq!((measured.offset, measured.typed_at_ms), (Offset::from_seconds(-130), Some(NOW_MS)));
    assert_eq!(clock("9"), None, "its code says nothing about its clock");
    assert_eq!(clock("5"), None, "it was not asked");
}

#[test]
fn the_advice_says_who_can_sign_in_and_what_to_do() {
    let advice = |offsets: &[i64]| match proof(offsets).verdict() {
        ProofVerdict::Fits(drift) => drift.advice(),
        other => panic!("{other:?}"),
    };
    assert_eq!(advice(&[12]), "This token's clock is 12 s fast. Activated now, all of them can sign in.");
    let uniform = advice(&[-120, -130, -150]);
    assert!(
        uniform.starts_with("The clocks of these 3 tokens: 2 min 10 s slow in the middle, from "),
        "{uniform}"
    );
    assert!(
        uniform.ends_with("3 of 3 would be refused at sign-in. Activated at the median, all of them can.")
    );
    let differing = advice(&[0, -130, -200]);
    assert!(
        differing.contains("2 of 3 would be refused at sign-in. Their clocks differ too much"),
        "{differing}"
    );
}

#[test]
fn a_verdict_says_how_it_was_found() {
    let fits = proof(&[-12]).samples()[0].verdict.reasoning();
    assert!(
        fits.starts_with("The code on the display fits the secret key with SHA-1, 30 s, 12 s slow. "),
        "{fits}"
    );
    let fits_nothing = ClockVerdict::NotThisToken.reasoning();
    assert!(
        fits_nothing.starts_with("The code on the display fits the secret key at no time"),
        "{fits_nothing}"
    );
    assert!(fits_nothing.contains("a day before and after"), "{fits_nothing}");
}

#[test]
fn two_rows_of_a_token_with_different_keys_are_asked_about_neither() {
    let of = |second: &str| {
        let text = format!(
            "upn,serial number,secret key,time interval,manufacturer,model\n\
             ,A1,JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP,30,C,M\n,a1,{second},30,C,M\n"
        );
        let mut file = SeedFile::open(text.into_bytes()).unwrap();
        file.read(9)
    };
    assert!(row_of(&of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), "A1").is_ok(), "the same key twice");
    let entries = of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ");
    let message = row_of(&entries, "A1").unwrap_err().message;
    assert_eq!(message, "Lines 2 and 3 give token A1 different secret keys");
}

#[test]
fn a_record_has_at_most_eight_tokens_and_a_plain_reason_of_500_characters() {
    let mut full = proof(&[0; 9]).record(Some("é".repeat(500)));
    assert_eq!((full.samples.len(), full.validate()), (8, None));
    full.override_reason = Some("é".repeat(501));
    assert!(full.validate().is_some_and(|why| why.contains("longer than 500 characters")));
    full.override_reason = None;
    full.samples.push(full.samples[0].clone());
    assert_eq!(full.validate().as_deref(), Some("a proof has at most 8 tokens"));
}

#[test]
fn a_record_lists_the_clock_of_each_token_when_there_are_several() {
    let one = proof(&[-12]).record(None);
    assert_eq!(one.text(), one.headline());
    let mut wrong = proof(&[-12]);
    wrong.add(Sample::new(&named("9"), ClockVerdict::NotThisToken, NOW_MS));
    let record = wrong.record(Some(" Mislabelled ".to_owned()));
    let expected =
        format!("{}. 0 12 s slow, 9 no code fits. Activated nevertheless: Mislabelled", record.headline());
    assert_eq!(record.text(), expected);
}

#[test]
fn one_code_of_a_clock_that_is_a_step_ahead_or_behind_is_enough() {
    for steps in -2..=2 {
        let found = verdict(measure(&plain(), &[shown(&plain(), NOW_MS, steps * 30_000)]));
        assert_eq!(found.fit().unwrap().offset, Offset::from_seconds(steps * 30));
    }
}

#[test]
fn a_search_tells_which_part_of_the_rows_it_has_seen() {
    let entries = file(4);
    let stranger = token(b"another seed, another".to_vec(), HashFunction::Sha1, Interval::S30);
    let mut search = Search::new(entries.len(), shown(&stranger, NOW_MS, 0));
    let mut told = Vec::new();
    while let SearchState::Searching { within_s, percent } = search.advance(&entries, 1) {
        told.push((within_s, percent));
    }
    let nearest = told.iter().take_while(|(within_s, _)| *within_s == told[0].0);
    assert_eq!(nearest.map(|(_, percent)| *percent).collect::<Vec<_>>(), [25, 50, 75, 100]);
}

#[test]
fn a_slice_of_a_search_ends_after_as_many_codes_as_were_asked_for() {
    let entries = file(100);
    let stranger = token(b"another seed, another".to_vec(), HashFunction::Sha1, Interval::S30);
    let searched = |codes| {
        let mut search = Search::new(entries.len(), shown(&stranger, NOW_MS, 0));
        match search.advance(&entries, codes) {
            SearchState::Searching { within_s, percent } => (within_s, percent),
            other => panic!("{other:?}"),
        }
    };
    let (within_s, percent) = searched(1);
    assert_eq!(percent, 1, "one row at least");
    let codes_of_a_row = 2 * (usize::try_from(within_s).unwrap() / 30 + 1);
    assert_eq!(searched(10 * codes_of_a_row), (within_s, 10));
}

#[test]
fn the_median_of_an_even_sample_lies_between_both_middle_clocks() {
    let ProofVerdict::Fits(drift) = proof(&[-40, 10, -20, 20]).verdict() else { panic!("all fit") };
    assert_eq!(drift.median, Offset::from_seconds(-5));
    assert_eq!((drift.slowest, drift.fastest), (Offset::from_seconds(-40), Offset::from_seconds(20)));
}

#[test]
fn clocks_within_one_and_a_half_intervals_of_the_median_are_uniform() {
    for (farthest_s, is_uniform) in [(-175, true), (-176, false)] {
        let ProofVerdict::Fits(drift) = proof(&[-130, farthest_s, -130]).verdict() else { panic!("all fit") };
        assert_eq!(drift.fits_median(), is_uniform, "{farthest_s}");
    }
}

#[test]
fn a_clock_far_beyond_what_microsoft_accepts_is_measured_all_the_same() {
    let days_ms = -3 * 86_400_000;
    let readings = [shown(&plain(), NOW_MS, days_ms), shown(&plain(), NOW_MS + 30_000, days_ms)];
    let ClockVerdict::Dead(fit) = verdict(measure(&plain(), &readings)) else {
        panic!("three days are too many")
    };
    assert_eq!(fit.offset, Offset::from_seconds(days_ms / 1_000));
}

#[test]
fn a_search_goes_on_after_a_token_that_fits() {
    let mut entries = file(40);
    entries.push(entries[3].clone());
    let first = shown(seed_of(&entries, 3), NOW_MS, 0);
    let state = to_the_end(&mut Search::new(entries.len(), first), &entries);
    assert_eq!(state, SearchState::NextCode(2), "two rows have its key");
}
