//! What answers say in headers about the budget (MICROSOFT_GRAPH.md 5).

use super::{budget::Spending, clock, reply::HttpReply, settings::RetryAfterForm, state::Tenant};

const RETRY_AFTER: &str = "Retry-After";
/// Answers mention the used share of the budget from this share on.
const MENTIONED: f64 = 0.8;
/// The largest share that answers mention.
const LARGEST: f64 = 1.8;

/// Adds the used share of the budget, and to a refusal by the budget what was exceeded.
pub fn add_headers(reply: &mut HttpReply, spending: &Spending, tenant: &Tenant) {
    if spending.used >= MENTIONED {
        let share = format!("{:.2}", spending.used.min(LARGEST));
        reply.headers.push(("x-ms-throttle-limit-percentage", share));
    }
    if spending.wait_s.is_some() {
        let (limit, exceeded) = match tenant.settings.count_reads {
            false => ("Write", "WriteLimitExceeded"),
            true => ("ReadWrite", "ResourceUnitLimitExceeded"),
        };
        let (app, id) = (&tenant.registration.client_id, &tenant.registration.tenant_id);
        reply.headers.push(("x-ms-throttle-scope", format!("Tenant_Application/{limit}/{app}/{id}")));
        reply.headers.push(("x-ms-throttle-information", exceeded.to_owned()));
    }
}

/// Gives the header `Retry-After` the form that is asked for.
pub fn form_retry_after(reply: &mut HttpReply, form: RetryAfterForm, now_ms: u64) {
    match form {
        RetryAfterForm::Seconds => {}
        RetryAfterForm::Date => {
            for (_, value) in reply.headers.iter_mut().filter(|(name, _)| *name == RETRY_AFTER) {
                if let Ok(seconds) = value.parse::<f64>() {
                    #[expect(
                        clippy::cast_possible_truncation,
                        clippy::cast_sign_loss,
                        reason = "a short pause"
                    )]
                    let pause_ms = (seconds.ceil() as u64).saturating_mul(1_000);
                    // The header `Date` drops the milliseconds, too.
                    *value = clock::http_date(now_ms.saturating_add(pause_ms));
                }
            }
        }
        RetryAfterForm::None => reply.headers.retain(|(name, _)| *name != RETRY_AFTER),
    }
}
