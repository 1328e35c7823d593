//! One call to Graph, alone or inside a batch: counted, throttled, met by faults, carried out.

use super::{
    call::{Call, Reply},
    errors::Refusal,
    faults::{Fault, Kind},
    routes,
    state::Tenant,
};

/// Answers a call.
pub fn answer(tenant: &Tenant, call: &Call) -> Reply {
    let reply = match refused_writes(tenant, call) {
        Some(refusal) => refusal.reply(&call.ids, call.now_ms),
        None => answer_or_fail(tenant, call),
    };
    if reply.status == 429 {
        tenant.stats.throttled();
    }
    with_ids(reply, call)
}

/// Counts the writes of a call; throttles them when they exceed the budget.
fn refused_writes(tenant: &Tenant, call: &Call) -> Option<Refusal> {
    let (kind, count) = routes::writes(call)?;
    tenant.stats.writes(kind, count);
    let spent = tenant.budget().spend(count, tenant.settings.write_budget, call.now_ms);
    spent.err().map(Refusal::throttled)
}

fn answer_or_fail(tenant: &Tenant, call: &Call) -> Reply {
    let fault = tenant.faults().of_answer(&tenant.settings, call);
    match fault {
        None => carry_out(tenant, call),
        Some(Fault { kind, carried_out }) => {
            if carried_out {
                carry_out(tenant, call);
            }
            let seconds = tenant.settings.retry_after_seconds;
            let refusal = match kind {
                Kind::Throttled => Refusal::throttled(seconds),
                Kind::Unavailable | Kind::Dropped => Refusal::unavailable(seconds),
            };
            refusal.reply(&call.ids, call.now_ms)
        }
    }
}

fn carry_out(tenant: &Tenant, call: &Call) -> Reply {
    routes::dispatch(tenant, call).unwrap_or_else(|refusal| refusal.reply(&call.ids, call.now_ms))
}

fn with_ids(mut reply: Reply, call: &Call) -> Reply {
    reply.headers.push(("request-id", call.ids.request.clone()));
    reply.headers.push(("client-request-id", call.ids.client.clone()));
    reply
}
