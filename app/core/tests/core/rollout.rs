//! The rollout against an in-memory tenant with delays and injected faults, in virtual time.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first thing that is not as expected"
)]

mod clocks;
mod fake;
mod fault_plan;
mod faults;
mod giving_up;
mod outages;
mod plan;
mod privileged;
mod random_faults;
mod read_back;
mod replan;
mod report;
mod rows;
mod run;
mod run_rows;
mod snapshot;
mod tasks;
mod time;
mod watch;
