//! Handles a call to Graph, alone or in a batch: counting, throttling, fault injection, execution.

use super::{
    call::GraphCall,
    errors::GraphRefusal,
    faults::{FaultKind, InjectedFault},
    oauth::claims,
    reply::HttpReply,
    routes,
    state::Tenant,
};

/// Answers a call.
pub fn answer(tenant: &Tenant, call: &GraphCall) -> HttpReply {
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
fn refused_writes(tenant: &Tenant, call: &GraphCall) -> Option<GraphRefusal> {
    let (kind, count) = routes::writes(call)?;
    tenant.stats.writes(kind, count);
    let spent = tenant.budget().spend(count, tenant.settings.write_budget, call.now_ms);
    spent.err().map(GraphRefusal::throttled)
}

fn answer_or_fail(tenant: &Tenant, call: &GraphCall) -> HttpReply {
    let fault = tenant.faults().of_answer(&tenant.settings, call);
    match fault {
        None => execute(tenant, call),
        Some(InjectedFault { kind, carried_out }) => {
            if carried_out {
                execute(tenant, call);
            }
            let seconds = tenant.settings.retry_after_seconds;
            let refusal = match kind {
                FaultKind::Throttled => GraphRefusal::throttled(seconds),
                FaultKind::Unavailable | FaultKind::Dropped => GraphRefusal::unavailable(seconds),
            };
            refusal.reply(&call.ids, call.now_ms)
        }
    }
}

fn execute(tenant: &Tenant, call: &GraphCall) -> HttpReply {
    let answer = challenged(tenant, call).map_or_else(|| routes::dispatch(tenant, call, answer), Err);
    answer.unwrap_or_else(|refusal| refusal.reply(&call.ids, call.now_ms))
}

/// The claims challenge of a user's write: always with `--practice-step-up`, and on the user's own tokens when the sign-in is
/// too old (MICROSOFT_GRAPH.md 2).
fn challenged(tenant: &Tenant, call: &GraphCall) -> Option<GraphRefusal> {
    let person = call.caller.person.as_ref().filter(|_| routes::writes(call).is_some())?;
    let is_old = call.now_ms.saturating_sub(person.at_ms) > claims::FRESH_MS;
    let insufficient = (tenant.settings.step_up && !person.stepped_up) || (call.via_me && is_old);
    let challenge = || claims::challenge(&call.base, &tenant.registration.tenant_id);
    insufficient.then(|| GraphRefusal::insufficient_claims(challenge()))
}

fn with_ids(mut reply: HttpReply, call: &GraphCall) -> HttpReply {
    reply.headers.push(("request-id", call.ids.request.clone()));
    reply.headers.push(("client-request-id", call.ids.client.clone()));
    reply
}
