//! Counts tests by parsing the output of the test runners, and keeps their summary lines.

/// The results of both runners.
#[derive(Debug, Default)]
pub struct Tally {
    passed: u64,
    failed: u64,
    summaries: Vec<String>,
}

impl Tally {
    /// Parses a line of `cargo test`: `test result: ok. 3 passed; 0 failed; …`.
    pub fn read_cargo(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|result| result.split_once(". "))
        else {
            return;
        };
        let before = self.passed + self.failed;
        for (count, what) in counts.split("; ").filter_map(counted) {
            self.add(count, what);
        }
        if self.passed + self.failed > before {
            self.summaries.push(line.to_owned());
        }
    }

    /// Parses a line of Playwright's summary: `12 passed (5.0s)`.
    pub fn read_playwright(&mut self, line: &str) {
        let line = line.trim();
        let bare = line.split_once(" (").map_or(line, |(bare, _)| bare);
        let Some((count, what)) = counted(bare) else { return };
        if matches!(what, "passed" | "failed" | "flaky" | "interrupted" | "skipped" | "did not run") {
            self.add(count, what);
            self.summaries.push(line.to_owned());
        }
    }

    /// The runners' summary lines, then the total as the last line.
    pub fn closing_lines(&self) -> String {
        let sum = format!("{} passed, {} failed", self.passed, self.failed);
        self.summaries.iter().map(|line| format!("{line}\n")).chain([sum]).collect()
    }

    /// Whether any test ran.
    pub fn is_empty(&self) -> bool {
        self.passed + self.failed == 0
    }

    fn add(&mut self, count: u64, what: &str) {
        match what {
            "passed" => self.passed += count,
            // A flaky test is a failure.
            "failed" | "flaky" | "interrupted" => self.failed += count,
            _ => {}
        }
    }
}

fn counted(text: &str) -> Option<(u64, &str)> {
    let (count, what) = text.trim().split_once(' ')?;
    Some((count.parse().ok()?, what))
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn sums_both_runners() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test otp::tests::agrees ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ] {
            tally.read_cargo(line);
        }
        for line in
            ["  ok 1 [chromium] › smoke.spec.ts:3:1 › 9 passed (1s)", "  1 flaky", "  12 passed (1.5m)"]
        {
            tally.read_playwright(line);
        }
        let closing = tally.closing_lines();
        assert_eq!(closing.lines().last(), Some("19 passed, 3 failed"));
        assert!(closing.contains("12 passed (1.5m)\n"));
        assert_eq!(closing.lines().count(), 5);
    }
}
