//! Measures the program: size, time to the first page, and memory while idle.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use crate::running::RunningProgram;

/// Limits of the project's goals.
const MOST_BYTES: u64 = 25_000_000;
const LONGEST_START: Duration = Duration::from_millis(100);
const MOST_IDLE_KB: u64 = 40_000;
/// The number of starts of which the median is reported.
const STARTS: usize = 15;
/// The idle time before memory is measured.
const IDLE: Duration = Duration::from_secs(5);

/// Prints the measurements of a release program, and fails when one exceeds its limit.
pub fn measure(program: &Path) -> Result<()> {
    let bytes = fs::metadata(program)?.len();
    let starts: Vec<Duration> = (0..STARTS).map(|_| start(program)).collect::<Result<_>>()?;
    let start = median(starts).context("nothing was measured")?;
    let idle = idle(program)?;
    println!(
        "{:<48} {:>12}",
        "size of the program",
        format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
    );
    println!("{:<48} {:>12}", "start to first answered page, median", format!("{} ms", start.as_millis()));
    println!(
        "{:<48} {:>12}",
        "memory while idle",
        idle.map_or("unknown".to_owned(), |kb| format!("{kb} kB"))
    );
    ensure!(bytes <= MOST_BYTES, "the program is larger than {MOST_BYTES} bytes");
    ensure!(start <= LONGEST_START, "the first answer takes longer than {} ms", LONGEST_START.as_millis());
    ensure!(idle.is_none_or(|kb| kb <= MOST_IDLE_KB), "idle, it takes more than {MOST_IDLE_KB} kB");
    Ok(())
}

/// The time from the start of the process to the complete first page.
fn start(program: &Path) -> Result<Duration> {
    let began = Instant::now();
    let running = RunningProgram::start(program, None)?;
    running.get("/")?;
    Ok(began.elapsed())
}

/// Resident memory in kB after the first page and its style sheet; on Linux only.
fn idle(program: &Path) -> Result<Option<u64>> {
    let running = RunningProgram::start(program, None)?;
    running.get("/")?;
    running.get("/pkg/token-inventory.css")?;
    thread::sleep(IDLE);
    let status = fs::read_to_string(format!("/proc/{}/status", running.id())).ok();
    Ok(status.as_deref().and_then(resident))
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn median(mut times: Vec<Duration>) -> Option<Duration> {
    times.sort();
    times.get(times.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_resident_memory() {
        assert_eq!(resident("VmPeak:\t  9 kB\nVmRSS:\t   31204 kB\nThreads:\t3\n"), Some(31_204));
        assert_eq!(resident("Threads:\t3\n"), None);
    }

    #[test]
    fn one_slow_start_does_not_count() {
        let times = [9, 1, 2].map(Duration::from_millis).to_vec();
        assert_eq!(median(times), Some(Duration::from_millis(2)));
        assert_eq!(median(Vec::new()), None);
    }
}
