//! stub
pub(super) struct PaceAnswer {
    pub writes: usize,
    pub throttled: usize,
    pub after_ms: Option<u64>,
    pub limit_percentage: Option<u32>,
}
#[derive(Debug)]
pub(super) struct Pace;
impl Pace {
    pub fn new() -> Self {
        Self
    }
    pub fn allowance(&self, _: u64) -> usize {
        100_000
    }
    pub fn ready_at_ms(&self, _: usize, now_ms: u64) -> u64 {
        now_ms
    }
    pub fn sent(&mut self, _: usize, _: u64) {}
    pub fn answered(&mut self, _: PaceAnswer, _: u64) {}
    pub fn remaining_ms(&self, _: usize, _: u64) -> u64 {
        0
    }
}
