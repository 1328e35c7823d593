//! Forms that were sent: the same form, sent twice by a double click or again by Back, is carried out once, and both are
//! answered alike.

use std::{collections::VecDeque, sync::Mutex};

use app::api::my_form::FormResult;
use audit::sync::lock;
use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use token_core::error::ServiceError;

use super::digest::SecretHash;

/// How many are remembered of one session: more than a user sends before they leave the page.
const REMEMBERED: usize = 16;

type SharedResult = Shared<BoxFuture<'static, FormResult>>;

/// The forms that one session sent last, by a hash of all that makes them the same: the key of the rendered form, the token
/// and the code.
#[derive(Default)]
pub struct SentForms(Mutex<VecDeque<(SecretHash, SharedResult)>>);

impl SentForms {
    /// Runs the attempt in a task of its own, unless this form was sent before: then the result is that of the first.
    pub fn once(
        &self,
        form: SecretHash,
        attempt: impl Future<Output = FormResult> + Send + 'static,
    ) -> SharedResult {
        let mut known = lock(&self.0);
        if let Some((_, result)) = known.iter().find(|(other, _)| *other == form) {
            return result.clone();
        }
        // The browser drops the first of two requests; the attempt goes on.
        let task = tokio::spawn(attempt);
        let lost = || FormResult::Failed(ServiceError::Internal { reference: "own token".to_owned() });
        let result = async move { task.await.unwrap_or_else(|_| lost()) }.boxed().shared();
        if known.len() == REMEMBERED {
            known.pop_front();
        }
        known.push_back((form, result.clone()));
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[tokio::test]
    async fn the_same_form_is_carried_out_once_even_if_its_first_request_is_dropped() {
        let (sent, count) = (SentForms::default(), Arc::new(AtomicUsize::new(0)));
        let send = |form: &str| {
            let count = Arc::clone(&count);
            sent.once(SecretHash::of(form), async move {
                count.fetch_add(1, Ordering::Relaxed);
                FormResult::CodeMissing
            })
        };
        drop(send("a"));
        assert_eq!(send("a").await, FormResult::CodeMissing);
        assert_eq!(count.load(Ordering::Relaxed), 1);
        send("b").await;
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn only_the_last_ones_are_remembered() {
        let sent = SentForms::default();
        for number in 0..2 * REMEMBERED {
            sent.once(SecretHash::of(&number.to_string()), async { FormResult::CodeMissing }).await;
        }
        assert_eq!(lock(&sent.0).len(), REMEMBERED);
    }
}
