#![no_main]

#[path = "../../examples/fuzz/targets.rs"]
#[allow(dead_code, reason = "one of several targets")]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::text(data));
