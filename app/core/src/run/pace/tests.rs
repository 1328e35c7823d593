//! Each rule of the pace.

use super::{BACKOFF_MS, HIGHEST_LIMIT, Pace, PaceAnswer, PaceMode, TRY_MS, WINDOW_MS};

const START_MS: u64 = 1_000_000;

/// A call of so many writes, of which some are refused, with the percentage; answered at once.
fn call(pace: &mut Pace, writes: usize, refused: usize, percentage: Option<u32>, now_ms: u64) {
    pace.sent(writes, now_ms);
    answer(pace, writes, refused, None, percentage, now_ms);
}

fn answer(
    pace: &mut Pace,
    writes: usize,
    refused: usize,
    retry_after_ms: Option<u64>,
    percentage: Option<u32>,
    now_ms: u64,
) {
    pace.answered(
        PaceAnswer { sent: writes, sent_ms: now_ms, writes, refused, retry_after_ms, percentage },
        now_ms,
    );
}

/// Sends all that is allowed until `until_ms`, all of it accepted; how many that is.
fn send_all(pace: &mut Pace, from_ms: u64, until_ms: u64, percentage: Option<u32>) -> usize {
    let (mut now_ms, mut sum) = (from_ms, 0);
    while now_ms < until_ms {
        let writes = pace.allowance(now_ms);
        if writes > 0 {
            call(pace, writes, 0, percentage, now_ms);
            sum += writes;
        }
        now_ms = pace.ready_at_ms(now_ms);
    }
    sum
}

fn rate(pace: &Pace) -> f64 {
    match pace.mode {
        PaceMode::Steady { rate, .. } => rate,
        PaceMode::Window { .. } => panic!("{pace:?}"),
    }
}

#[test]
fn a_third_at_once_then_an_even_flow() {
    let mut pace = Pace::new();
    let at_once = pace.allowance(START_MS);
    assert!((1_020..=1_040).contains(&at_once), "{at_once}");
    pace.sent(at_once, START_MS);
    assert_eq!(pace.allowance(START_MS), 0);
    let ready_ms = pace.ready_at_ms(START_MS);
    assert!((400..=600).contains(&(ready_ms - START_MS)), "{ready_ms}");
    assert_eq!(pace.allowance(ready_ms - 50), 0);
    assert!(pace.allowance(ready_ms) > 0);
    answer(&mut pace, at_once, 0, None, None, ready_ms);
    for minute in 0..2 {
        let from_ms = START_MS + 1_000 + minute * 60_000;
        let sent = send_all(&mut pace, from_ms, from_ms + 60_000, None);
        assert!((740..=810).contains(&sent), "{sent}");
    }
}

#[test]
fn no_more_than_the_limit_in_the_first_window() {
    let mut pace = Pace::new();
    let sent = send_all(&mut pace, START_MS, START_MS + WINDOW_MS, None);
    assert!((2_950..3_000).contains(&sent), "{sent}");
    // The third that went first has come back.
    assert!(pace.allowance(START_MS + WINDOW_MS) > 1_000);
}

#[test]
fn no_more_than_a_third_after_an_idle_hour() {
    let mut pace = Pace::new();
    call(&mut pace, 500, 0, None, START_MS);
    assert!(pace.allowance(START_MS + 3_600_000) <= 1_040);
}

#[test]
fn a_slow_run_does_not_save_up() {
    let mut pace = Pace::new();
    for minute in 0..60 {
        call(&mut pace, 10, 0, None, START_MS + minute * 60_000);
    }
    assert!(pace.allowance(START_MS + 3_600_000) <= 1_100);
}

#[test]
fn retry_after_stops_everything_then_one_write_goes_first() {
    let mut pace = Pace::new();
    pace.sent(40, START_MS);
    pace.sent(40, START_MS);
    answer(&mut pace, 40, 40, Some(7_000), None, START_MS);
    answer(&mut pace, 40, 40, Some(9_000), None, START_MS + 100);
    let resume_ms = START_MS + 9_100;
    assert_eq!(pace.allowance(resume_ms - 1), 0);
    assert_eq!(pace.remaining_ms(0, START_MS + 100), 9_000);
    let ready_ms = pace.ready_at_ms(START_MS + 100);
    assert!((resume_ms..=resume_ms + TRY_MS).contains(&ready_ms), "{ready_ms}");
    assert_eq!(pace.allowance(ready_ms), 1);
    pace.sent(1, ready_ms);
    assert_eq!(pace.allowance(ready_ms + 500), 0, "the answer is awaited");
    answer(&mut pace, 1, 0, None, None, ready_ms + 600);
    assert!(pace.allowance(ready_ms + 1_500) > 1);
}

#[test]
fn pauses_double_without_retry_after() {
    let mut pace = Pace::new();
    let mut now_ms = START_MS;
    for pause_ms in [1_000, 2_000, 4_000, 8_000, 8_000] {
        call(&mut pace, 1, 1, None, now_ms);
        assert_eq!(pace.resume_ms, now_ms + pause_ms);
        now_ms = pace.resume_ms;
    }
    call(&mut pace, 1, 0, None, now_ms);
    assert_eq!(pace.backoff_ms, BACKOFF_MS.0);
}

#[test]
fn a_refusal_that_ends_with_the_window_keeps_the_window() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 0, None, START_MS);
    pace.sent(10, START_MS + 60_000);
    answer(&mut pace, 10, 5, Some(90_000), None, START_MS + 60_000);
    match pace.mode {
        PaceMode::Window { limit, .. } => assert!((990.0..=1_010.0).contains(&limit), "{limit}"),
        PaceMode::Steady { .. } => panic!("{pace:?}"),
    }
}

#[test]
fn a_refusal_that_ends_earlier_means_a_steady_rate() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 0, None, START_MS);
    call(&mut pace, 10, 5, None, START_MS + 1_000);
    assert_eq!(rate(&pace), 16.0);
}

#[test]
fn more_than_the_documented_limit_means_a_steady_rate() {
    let mut pace = Pace::new();
    send_all(&mut pace, START_MS, START_MS + WINDOW_MS + 30_000, None);
    assert!((20.0..22.0).contains(&rate(&pace)));
}

#[test]
fn more_back_than_sent_means_a_steady_rate() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 0, Some(100), START_MS);
    call(&mut pace, 1, 0, Some(95), START_MS + 3_000);
    assert!(matches!(pace.mode, PaceMode::Window { .. }));
    call(&mut pace, 1, 0, None, START_MS + 6_000);
    assert!((20.0..21.0).contains(&rate(&pace)));
}

#[test]
fn one_decrease_for_refusals_of_one_moment_then_a_slow_rise() {
    let mut pace =
        Pace { mode: PaceMode::Steady { rate: 20.0, saved: 40.0, at_ms: START_MS }, ..Pace::new() };
    pace.sent(10, START_MS);
    pace.sent(10, START_MS);
    answer(&mut pace, 10, 10, None, None, START_MS + 150);
    answer(&mut pace, 10, 10, None, None, START_MS + 150);
    assert_eq!(rate(&pace), 16.0);
    let from_ms = pace.resume_ms;
    let sent = send_all(&mut pace, from_ms, from_ms + 80_000, None);
    assert!((19.5..20.5).contains(&rate(&pace)), "{pace:?}");
    assert!((1_350..=1_480).contains(&sent), "{sent}");
}

#[test]
fn what_a_percentage_leaves_is_spread_over_the_window() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 0, Some(89), START_MS);
    // 11 % are 330 writes, and none come back within 150 s.
    let sent = send_all(&mut pace, START_MS, START_MS + 10_000, Some(89));
    assert!((10..=40).contains(&sent), "{sent}");
}

#[test]
fn a_full_budget_is_only_tried() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 0, Some(105), START_MS);
    assert_eq!(pace.ready_at_ms(START_MS), START_MS + TRY_MS);
    assert_eq!(pace.allowance(START_MS + TRY_MS), 1);
}

#[test]
fn a_percentage_lowers_a_steady_rate() {
    let steady = PaceMode::Steady { rate: 20.0, saved: 0.0, at_ms: START_MS };
    for (percentage, expected) in [(79, 20.0), (89, 10.1), (99, 0.5), (150, 0.5)] {
        let pace = Pace { mode: steady, percentage: Some(percentage), ..Pace::new() };
        assert!((pace.rate() - expected).abs() < 0.01, "{percentage} {}", pace.rate());
    }
}

#[test]
fn a_refusal_never_raises_a_rate() {
    for before in [0.5, 1.0, 2.0, 20.0] {
        let mode = PaceMode::Steady { rate: before, saved: 5.0, at_ms: START_MS };
        let mut pace = Pace { mode, percentage: Some(99), ..Pace::new() };
        call(&mut pace, 1, 1, None, START_MS);
        assert!(rate(&pace) <= before, "{before}: {}", rate(&pace));
    }
}

#[test]
fn more_than_the_documented_average_lasts_where_more_was_accepted() {
    let mode = PaceMode::Steady { rate: 40.0, saved: 0.0, at_ms: START_MS };
    for (total, left_ms) in [(3_000, 195_000..=205_000), (30_000, 100_000..=150_000)] {
        let started_ms = START_MS;
        let mut pace =
            Pace { mode, total, started_ms, answered_ms: START_MS, was_refused: true, ..Pace::new() };
        for second in 1..=60 {
            call(&mut pace, 20, 0, None, START_MS + second * 1_000);
        }
        let remaining_ms = pace.remaining_ms(4_000, START_MS + 60_000);
        assert!(left_ms.contains(&remaining_ms), "{total}: {remaining_ms}");
    }
}

#[test]
fn writes_in_flight_are_not_yet_reported() {
    let mut pace = Pace::new();
    call(&mut pace, 100, 0, Some(90), START_MS);
    let before = pace.reported_room();
    pace.sent(200, START_MS);
    assert!((before - pace.reported_room() - 200.0).abs() < 1e-6);
    pace.unanswered(200);
    assert!((before - pace.reported_room()).abs() < 1e-6);
}

#[test]
fn repeated_writes_are_counted() {
    let mut pace = Pace::new();
    let room = pace.room(START_MS);
    pace.sent(1, START_MS);
    let answer = PaceAnswer { sent: 1, writes: 41, ..PaceAnswer::default() };
    pace.answered(answer, START_MS);
    assert!((room - pace.room(START_MS) - 41.0).abs() < 1.0);
}

#[test]
fn the_time_left_counts_windows() {
    let pace = Pace { was_refused: true, ..Pace::new() };
    assert_eq!(pace.remaining_ms(1_000, START_MS), 0);
    let window_s = pace.remaining_ms(2_970, START_MS) / 1_000;
    assert!((149..=150).contains(&window_s), "{window_s}");
    assert_eq!(pace.remaining_ms(2 * 2_973, START_MS), 300_000);
}

fn limit(pace: &Pace) -> f64 {
    match pace.mode {
        PaceMode::Window { limit, .. } => limit,
        PaceMode::Steady { .. } => panic!("{pace:?}"),
    }
}

#[test]
fn the_answer_to_the_write_that_asks_is_awaited() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 5, Some(100), START_MS);
    let asks_ms = pace.ready_at_ms(START_MS);
    pace.sent(pace.allowance(asks_ms), asks_ms);
    assert_eq!(pace.ready_at_ms(asks_ms), asks_ms + TRY_MS);
    assert_eq!(pace.allowance(asks_ms + TRY_MS - 1), 0);
    assert_eq!(pace.allowance(asks_ms + TRY_MS), 1, "no answer came");
}

#[test]
fn what_graph_reported_is_not_spent_twice_before_the_next_answer() {
    let mut pace = Pace { percentage: Some(98), ..Pace::new() };
    // 1.1 % of 3,000 are left.
    let left = pace.allowance(START_MS);
    assert!((32..=33).contains(&left), "{left}");
    pace.sent(left, START_MS);
    assert_eq!(pace.allowance(START_MS + 1_000), 0);
    assert_eq!(pace.ready_at_ms(START_MS), START_MS + TRY_MS);
}

#[test]
fn a_refusal_within_a_window_lowers_the_limit_by_twice_what_was_too_much() {
    let mut pace = Pace::new();
    call(&mut pace, 1_000, 0, None, START_MS);
    pace.sent(200, START_MS + 60_000);
    answer(&mut pace, 200, 100, Some(90_000), None, START_MS + 60_000);
    assert_eq!(limit(&pace), 1_000.0);
}

#[test]
fn the_limit_grows_after_a_window_and_slowly_after_a_sign_of_throttling() {
    for (pace, grown) in [
        (Pace::new(), 30.0),
        (Pace { was_refused: true, ..Pace::new() }, 1.0),
        (Pace { percentage: Some(10), ..Pace::new() }, 1.0),
        (Pace { mode: PaceMode::Window { limit: HIGHEST_LIMIT, flow: 1.0 }, ..Pace::new() }, 0.0),
    ] {
        let mut pace = Pace { started_ms: START_MS, total: 1, answered_ms: START_MS, ..pace };
        let before = limit(&pace);
        pace.answered_ms = START_MS + WINDOW_MS - 10_001;
        call(&mut pace, 1, 0, None, START_MS + WINDOW_MS - 1);
        assert_eq!(limit(&pace), before, "the first window is not over");
        call(&mut pace, 1, 0, None, START_MS + WINDOW_MS + 9_999);
        assert!((limit(&pace) - before - grown).abs() < 0.01, "{before} {pace:?}");
    }
}

#[test]
fn the_time_left_at_a_rising_rate_ends_when_the_first_budget_is_spent() {
    let mode = PaceMode::Steady { rate: 20.0, saved: 0.0, at_ms: START_MS };
    let left_s = |total, elapsed_s: u64| {
        let pace = Pace { mode, total, started_ms: START_MS, ..Pace::new() };
        pace.remaining_ms(1_000, START_MS + elapsed_s * 1_000) as f64 / 1_000.0
    };
    // 1,000 writes at a rate that rises from 20 by 0.05 each second take 47.2 s.
    assert!((left_s(1_000, 0) - 47.2).abs() < 0.1);
    assert!((left_s(3_000, 60) - 47.2).abs() < 0.1, "20 writes a second came back");
    assert_eq!((left_s(3_000, 0), left_s(4_200, 60)), (50.0, 50.0), "the documented average");
}

#[test]
fn the_time_left_lies_between_both_kinds_of_budget_until_a_sign_decides() {
    let (pace, decided) = (Pace::new(), Pace { was_refused: true, ..Pace::new() });
    assert_eq!(pace.remaining_ms(2 * 2_973, START_MS), 270_000);
    assert_eq!(decided.remaining_ms(2 * 2_973, START_MS), 300_000);
    let mode = PaceMode::Steady { rate: 40.0, saved: 0.0, at_ms: START_MS };
    let usual = Pace { mode, usual_rate: 10.0, percentage: Some(10), ..Pace::new() };
    assert_eq!(usual.remaining_ms(1_000, START_MS), 100_000, "at the usual rate, not at that of this moment");
}

#[test]
fn at_a_steady_rate_a_call_is_ready_when_its_writes_are_saved_up() {
    // Ten writes make a call.
    for (saved, wait_ms) in [(0.0, 500), (5.0, 250), (-5.0, 750), (10.0, 1)] {
        let mode = PaceMode::Steady { rate: 20.0, saved, at_ms: START_MS };
        let pace = Pace { mode, sent_ms: START_MS, ..Pace::new() };
        assert_eq!(pace.ready_at_ms(START_MS), START_MS + wait_ms, "{saved}");
    }
}

#[test]
fn the_time_left_follows_the_rate_of_the_last_minute() {
    let mode = PaceMode::Steady { rate: 10.0, saved: 0.0, at_ms: START_MS };
    let mut pace = Pace {
        mode,
        total: 1,
        was_refused: true,
        answered_ms: START_MS,
        started_ms: START_MS,
        ..Pace::new()
    };
    assert_eq!(pace.remaining_ms(2_000, START_MS), 100_000, "the documented average");
    call(&mut pace, 1, 0, None, START_MS + 6_000);
    // Six seconds at 10 a second are a tenth of the minute: 19 a second.
    assert_eq!(pace.remaining_ms(1_900, START_MS + 6_000), 100_000);
}

#[test]
fn reads_take_the_place_of_writes_only_at_a_steady_rate() {
    let steady = PaceMode::Steady { rate: 20.0, saved: 40.0, at_ms: START_MS };
    let mut pace = Pace { mode: steady, ..Pace::new() };
    pace.read(15, START_MS);
    assert_eq!(pace.allowance(START_MS), 25);
    let mut pace = Pace::new();
    let before = pace.allowance(START_MS);
    pace.read(15, START_MS);
    assert_eq!(pace.allowance(START_MS), before);
}

#[test]
fn the_rate_follows_a_percentage_within_ten_seconds() {
    // 89 % leave 10.1 writes a second.
    for (seconds, expected) in [(5, 15.05), (10, 10.1), (40, 10.1)] {
        let mode = PaceMode::Steady { rate: 20.0, saved: 0.0, at_ms: START_MS };
        let mut pace = Pace { mode, total: 1, started_ms: START_MS, answered_ms: START_MS, ..Pace::new() };
        call(&mut pace, 1, 0, Some(89), START_MS + seconds * 1_000);
        assert!((rate(&pace) - expected).abs() < 0.01, "{seconds} s: {}", rate(&pace));
    }
}

#[test]
fn after_a_refusal_the_time_left_counts_with_the_middle_of_the_old_and_the_new_rate() {
    let mode = PaceMode::Steady { rate: 20.0, saved: 40.0, at_ms: START_MS };
    let mut pace = Pace { mode, total: 1, ..Pace::new() };
    call(&mut pace, 10, 10, None, START_MS);
    assert_eq!(rate(&pace), 16.0);
    assert_eq!(pace.remaining_ms(1_800, pace.resume_ms), 100_000);
}

#[test]
fn a_steady_rate_rises_faster_while_graph_reports_that_there_is_room() {
    for (percentage, risen) in [(None, 0.5), (Some(50), 5.0)] {
        let mode = PaceMode::Steady { rate: 20.0, saved: 0.0, at_ms: START_MS };
        let mut pace = Pace { mode, total: 1, started_ms: START_MS, answered_ms: START_MS, ..Pace::new() };
        call(&mut pace, 1, 0, percentage, START_MS + 10_000);
        assert!((rate(&pace) - 20.0 - risen).abs() < 0.01, "{percentage:?}: {}", rate(&pace));
    }
}
