//! The stages of a long command, each with a heading and its duration; the first failure ends the command.

use std::{
    fmt::Display,
    io::Write,
    time::{Duration, Instant},
};

use crate::error::{Context as _, Result};

/// Runs one stage. Its title is added to an error.
///
/// # Errors
/// The stage's own.
pub fn stage<T, E: Display>(title: &str, work: impl FnOnce() -> std::result::Result<T, E>) -> Result<T> {
    println!("\n==> {title}");
    std::io::stdout().flush()?;
    let started = Instant::now();
    let done = work().context(|| format!("stopped at \"{title}\""))?;
    println!("    {title}: {}", shown(started.elapsed()));
    Ok(done)
}

/// Formats a duration.
pub fn shown(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_stage() {
        let error =
            stage("Format", || -> Result<()> { Err("two files differ".to_owned().into()) }).unwrap_err();
        assert_eq!(error.to_string(), "stopped at \"Format\": two files differ");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(shown(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(309)), "5 min 9 s");
    }
}
