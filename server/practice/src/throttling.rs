//! What answers say in headers about the budget (MICROSOFT_GRAPH.md 5).

use super::{budget::Spending, reply::HttpReply, state::Tenant};

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
