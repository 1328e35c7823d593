//! The activation that a step-up interrupted: kept in memory, for ten minutes, for the same user's next session.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use app::api::my_form::KeptActivation;
use audit::sync::lock;
use token_core::self_service::{ActivationTarget, PendingActivation};
use tokio::time::sleep;

/// How long it is kept at most, because it contains a code.
pub const MAX_AGE: Duration = Duration::from_mins(10);

type SharedSlot = Arc<Mutex<Option<PendingActivation>>>;

/// Holds at most one pending activation. The code in it is zeroized on drop.
#[derive(Default)]
pub struct PendingActivationSlot(Mutex<SharedSlot>);

impl PendingActivationSlot {
    /// Replaces the pending activation.
    pub fn put(&self, pending: PendingActivation) {
        let slot: SharedSlot = Arc::new(Mutex::new(Some(pending)));
        let expiring = Arc::downgrade(&slot);
        tokio::spawn(async move {
            sleep(MAX_AGE).await;
            if let Some(slot) = expiring.upgrade() {
                lock(&slot).take();
            }
        });
        *lock(&self.0) = slot;
    }

    /// Removes and returns it.
    pub fn take(&self) -> Option<PendingActivation> {
        lock(&lock(&self.0)).take()
    }

    /// What it is for, and whether its code is still here, without removing it.
    pub fn kept(&self) -> Option<KeptActivation> {
        let slot = lock(&self.0);
        let pending = lock(&slot);
        let kept = |pending: &PendingActivation| KeptActivation {
            target: pending.target.clone(),
            has_code: pending.code.is_some(),
        };
        pending.as_ref().map(kept)
    }

    /// The token that it is for, without removing it.
    pub fn target(&self) -> Option<ActivationTarget> {
        lock(&lock(&self.0)).as_ref().map(|pending| pending.target.clone())
    }

    /// Takes over the pending activation of another slot, which expires when it would have there.
    pub fn take_over(&self, from: &Self) {
        *lock(&self.0) = std::mem::take(&mut lock(&from.0));
    }

    /// Moves it to a new slot, where it expires at the same time. This slot is empty afterwards.
    pub fn transfer(&self) -> Self {
        Self(Mutex::new(std::mem::take(&mut lock(&self.0))))
    }
}

#[cfg(test)]
mod tests {
    use token_core::{otp::Code, self_service::ActivationTarget, token::SerialNumber};

    use super::*;

    fn pending(serial: &str) -> PendingActivation {
        let target = ActivationTarget::Serial(SerialNumber::parse(serial).unwrap());
        PendingActivation { target, code: Code::parse("123456") }
    }

    #[tokio::test]
    async fn is_transferred_and_taken_once() {
        let before = PendingActivationSlot::default();
        before.put(pending("A-1"));
        before.put(pending("A-2"));
        let after = before.transfer();
        assert!(before.take().is_none());
        assert_eq!(after.take().unwrap().target, pending("A-2").target);
        assert!(after.take().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn expires_after_ten_minutes_also_when_transferred() {
        let before = PendingActivationSlot::default();
        before.put(pending("A-1"));
        sleep(MAX_AGE - Duration::from_secs(1)).await;
        let after = PendingActivationSlot::default();
        after.take_over(&before.transfer());
        assert!(after.target().is_some());
        sleep(Duration::from_secs(2)).await;
        assert!(after.take().is_none());
    }
}
