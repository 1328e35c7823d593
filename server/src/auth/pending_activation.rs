//! What somebody had entered when Microsoft asked who they are: kept in memory, briefly, for them alone.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use token_core::self_service::{ActivationTarget, PendingActivation};
use tokio::time::sleep;

/// How long it is kept, asked for or not: it holds a code.
pub const MAX_AGE: Duration = Duration::from_mins(10);

type SharedSlot = Arc<Mutex<Option<PendingActivation>>>;

/// One such thing, or nothing. The code in it wipes itself when it goes.
#[derive(Default)]
pub struct PendingActivationSlot(Mutex<SharedSlot>);

impl PendingActivationSlot {
    /// Keeps this, in place of what was kept before.
    pub fn put(&self, pending: PendingActivation) {
        let slot: SharedSlot = Arc::new(Mutex::new(Some(pending)));
        let kept = Arc::downgrade(&slot);
        tokio::spawn(async move {
            sleep(MAX_AGE).await;
            if let Some(slot) = kept.upgrade() {
                lock(&slot).take();
            }
        });
        *lock(&self.0) = slot;
    }

    /// Takes it out: it is there once.
    pub fn take(&self) -> Option<PendingActivation> {
        lock(&lock(&self.0)).take()
    }

    /// What it was for, if it is there.
    pub fn target(&self) -> Option<ActivationTarget> {
        lock(&lock(&self.0)).as_ref().map(|pending| pending.target.clone())
    }

    /// Hands it on with what is left of its time; here is nothing afterwards.
    pub fn transfer(&self) -> Self {
        Self(Mutex::new(std::mem::take(&mut lock(&self.0))))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
    async fn is_handed_on_and_out_once() {
        let before = PendingActivationSlot::default();
        before.put(pending("A-1"));
        before.put(pending("A-2"));
        let after = before.transfer();
        assert!(before.take().is_none());
        assert_eq!(after.take().unwrap().target, pending("A-2").target);
        assert!(after.take().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn is_gone_after_ten_minutes_wherever_it_is() {
        let before = PendingActivationSlot::default();
        before.put(pending("A-1"));
        sleep(MAX_AGE - Duration::from_secs(1)).await;
        let after = before.transfer();
        sleep(Duration::from_secs(2)).await;
        assert!(after.take().is_none());
    }
}
