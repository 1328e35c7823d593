//! The program as `xtask` calls it.

use std::process::Command;

#[test]
fn a_task_that_there_is_none_of_is_named() {
    let output = Command::new(env!("CARGO_BIN_EXE_bundler")).arg("squeeze").output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && words.contains("no task of the bundler: squeeze"), "{words}");
}
