//! The command line of the bundler.

use std::process::Command;

#[test]
fn an_unknown_task_is_reported() {
    let output = Command::new(env!("CARGO_BIN_EXE_bundler")).arg("squeeze").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && stderr.contains("no task of the bundler: squeeze"), "{stderr}");
}
