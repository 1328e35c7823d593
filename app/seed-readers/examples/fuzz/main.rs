//! Tries the readers on damaged files, without a nightly compiler.
//!
//! ```sh
//! cargo run --profile fuzz -p seed-readers --example fuzz -- all 1000000
//! cargo run --profile fuzz -p seed-readers --example fuzz -- pskc 1000000 7   # one reader, another seed
//! ```
//!
//! Each input is a file of the corpus with up to eight changes by a seeded generator, so that a finding can be repeated. It fails
//! on a panic, on an input that takes longer than two seconds (on Linux of the processor's time, which other programs do not
//! lengthen), and on one that needs more than 256 MB. `cargo fuzz`
//! explores further, since it sees which code an input reaches: see `fuzz/README.md`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(unsafe_code, reason = "an allocator that counts can only be written so")]

mod corpus;
#[path = "../../tests/readers/pskc_maker.rs"]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "written for tests")]
mod pskc_maker;
mod targets;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use self::targets::{TARGETS, Target};

const MOST_TIME: Duration = Duration::from_secs(2);
const MOST_MEMORY: usize = 256 * 1024 * 1024;
/// Inputs between two lines of progress.
const PROGRESS: u64 = 1_000_000;

/// Counts the bytes that are held.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is handed to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(held, Ordering::Relaxed);
        // SAFETY: the caller's layout.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: it was allocated by `alloc` with this layout.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// SplitMix64: the next number of a seeded sequence.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when that is 0.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap_or_default().checked_rem(end).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes().first().copied().unwrap_or_default()
    }
}

/// The time that this thread has used.
fn used() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = statistics.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| BEGUN.elapsed(), Duration::from_nanos)
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "all".to_owned());
    let inputs: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let seed: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let chosen: Vec<&Target> = TARGETS.iter().filter(|one| name == "all" || one.name == name).collect();
    if chosen.is_empty() {
        eprintln!("No reader is called {name}.");
        return ExitCode::FAILURE;
    }
    let is_fine = chosen.iter().filter(|target| !run(target, inputs, seed)).count() == 0;
    if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs one reader on so many inputs; whether nothing was found.
fn run(target: &Target, inputs: u64, seed: u64) -> bool {
    let files = corpus::files(target.name);
    let words = corpus::words(target.name);
    let (begun, mut slowest, mut largest, mut found) = (used(), Duration::ZERO, 0, 0_u32);
    for number in 0..inputs {
        let input = changed(&files, words, &mut Random(seed ^ number.wrapping_mul(0xd134_2543_de82_ef95)));
        let (held, start) = (HELD.load(Ordering::Relaxed), Instant::now());
        PEAK.store(held, Ordering::Relaxed);
        let result = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
        let memory = PEAK.load(Ordering::Relaxed).saturating_sub(held);
        let mut time = start.elapsed();
        if time > MOST_TIME {
            // Another program may have had the processor: once more, by the thread's own time.
            let before = used();
            let _ = catch_unwind(AssertUnwindSafe(|| (target.run)(&input)));
            time = used().saturating_sub(before);
        }
        slowest = slowest.max(time);
        if (number + 1).is_multiple_of(PROGRESS) {
            eprintln!("{}: {} inputs so far, {found} findings", target.name, number + 1);
        }
        largest = largest.max(memory);
        if result.is_err() || time > MOST_TIME || memory > MOST_MEMORY {
            found += 1;
            let path = std::env::temp_dir().join(format!("fuzz-{}-{seed}-{number}", target.name));
            let kept = std::fs::write(&path, &input).is_ok();
            eprintln!(
                "{}: input {number} of seed {seed}: panic {}, {time:.1?}, {memory} bytes; kept in {} ({kept})",
                target.name,
                result.is_err(),
                path.display()
            );
            if found >= 10 {
                return false;
            }
        }
    }
    let seconds = used().saturating_sub(begun).as_secs_f64();
    println!(
        "{}: {inputs} inputs of seed {seed} in {seconds:.0} s; {found} findings; slowest {slowest:.0?}; most memory {} kB",
        target.name,
        largest / 1024
    );
    found == 0
}

/// A file of the corpus with one to eight changes.
fn changed(files: &[Vec<u8>], words: &[&str], random: &mut Random) -> Vec<u8> {
    let pick = |random: &mut Random| files.get(random.below(files.len())).cloned().unwrap_or_default();
    let mut file = pick(random);
    for _ in 0..=random.below(8) {
        let at = random.below(file.len() + 1);
        let end = (at + random.below(40)).min(file.len());
        match random.below(8) {
            0 => {
                let byte = random.byte();
                file.get_mut(at).into_iter().for_each(|place| *place = byte);
            }
            1 => {
                let bit = 1 << random.below(8);
                file.get_mut(at).into_iter().for_each(|place| *place ^= bit);
            }
            2 => drop(file.drain(at..end)),
            3 => {
                let part: Vec<u8> = file.get(at..end).unwrap_or_default().to_vec();
                let to = random.below(file.len() + 1);
                file.splice(to..to, part);
            }
            4 | 5 => {
                let word = words.get(random.below(words.len())).copied().unwrap_or_default();
                let end = if random.below(2) == 0 { at } else { end };
                file.splice(at..end, word.bytes());
            }
            6 => {
                let other = pick(random);
                let from = random.below(other.len() + 1);
                let to = (from + random.below(200)).min(other.len());
                file.splice(at..at, other.get(from..to).unwrap_or_default().iter().copied());
            }
            _ if random.below(4) == 0 => file.truncate(at),
            _ => {
                // A number of another size, where there is one.
                let digits = file.iter().skip(at).position(u8::is_ascii_digit).map(|found| found + at);
                if let Some(from) = digits {
                    let numbers =
                        ["0", "-1", "255", "65536", "4294967296", "18446744073709551616", "00", "1.5"];
                    let number = numbers.get(random.below(numbers.len())).copied().unwrap_or_default();
                    file.splice(from..=from, number.bytes());
                }
            }
        }
    }
    file
}
