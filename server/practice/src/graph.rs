//! Handles a call to Graph, alone or in a batch: counting, throttling, fault injection, execution.

use http::Method;

use super::{
    budget::Spending,
    call::GraphCall,
    errors::GraphRefusal,
    faults::{FaultKind, InjectedFault},
    oauth::claims,
    reply::HttpReply,
    routes,
    state::Tenant,
    throttling,
};

/// Answers a call.
pub fn answer(tenant: &Tenant, call: &GraphCall) -> HttpReply {
    tenant.stats.priority(call.priority);
    let spending = spend(tenant, call);
    let mut reply = match spending.and_then(|spending| spending.wait_s) {
        Some(seconds) => GraphRefusal::throttled(seconds as f64).reply(&call.ids, call.now_ms),
        None => answer_or_fail(tenant, call),
    };
    if let Some(spending) = spending.filter(|_| tenant.settings.throttle_headers) {
        throttling::add_headers(&mut reply, &spending, tenant);
    }
    if reply.status == 429 {
        tenant.stats.throttled();
    }
    throttling::form_retry_after(&mut reply, tenant.settings.retry_after_form, call.now_ms);
    with_ids(reply, call)
}

/// Counts a write, and spends one of the budget on it, or on a read where reads count. A batch costs nothing beside its items.
fn spend(tenant: &Tenant, call: &GraphCall) -> Option<Spending> {
    let write = routes::writes(call);
    match write {
        Some((kind, tokens)) => tenant.stats.write(kind, tokens),
        None if !call.is_batch() => tenant.stats.read_request(),
        None => {}
    }
    let counts = write.is_some() || (tenant.settings.count_reads && !call.is_batch());
    counts.then(|| tenant.budget().spend(call.now_ms))
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
                FaultKind::Concurrency => GraphRefusal::concurrency_violation(),
                FaultKind::Unavailable | FaultKind::Dropped => GraphRefusal::unavailable(seconds),
            };
            refusal.reply(&call.ids, call.now_ms)
        }
    }
}

fn execute(tenant: &Tenant, call: &GraphCall) -> HttpReply {
    let answer = challenged(tenant, call).map_or_else(|| routes::dispatch(tenant, call, answer), Err);
    if let (Ok(_), Some((write, _))) = (&answer, routes::writes(call)) {
        tenant.audit_entries().record(call, write, call.method == Method::PATCH);
    }
    answer.unwrap_or_else(|refusal| refuse(tenant, call, refusal))
}

/// A refusal, in the form of the service behind the authentication methods if that is asked for (MICROSOFT_GRAPH.md 6).
fn refuse(tenant: &Tenant, call: &GraphCall, refusal: GraphRefusal) -> HttpReply {
    if tenant.settings.bare_errors && routes::is_about_methods(call) {
        return refusal.bare_reply();
    }
    refusal.reply(&call.ids, call.now_ms)
}

/// The claims challenge of a user's write: always with `--practice-step-up`, and on the user's own tokens when the sign-in is
/// too old (MICROSOFT_GRAPH.md 2).
fn challenged(tenant: &Tenant, call: &GraphCall) -> Option<GraphRefusal> {
    let person = call.caller.person.as_ref().filter(|_| routes::writes(call).is_some())?;
    let is_old = call.now_ms.saturating_sub(person.at_ms) > claims::FRESH_MS;
    let insufficient = (tenant.settings.step_up && !person.stepped_up) || (call.via_me && is_old);
    let challenge = || claims::challenge(&call.base, &tenant.registration.tenant_id);
    insufficient.then(|| match tenant.settings.hidden_challenge {
        false => GraphRefusal::insufficient_claims(challenge()),
        true => GraphRefusal::hidden_challenge(&claims::challenge_claims()),
    })
}

fn with_ids(mut reply: HttpReply, call: &GraphCall) -> HttpReply {
    reply.headers.push(("request-id", call.ids.request.clone()));
    reply.headers.push(("client-request-id", call.ids.client.clone()));
    reply
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        settings::PracticeSettings,
        test_calls::{DEVICES, device, header, item, settings, tenant},
    };

    const NOW_MS: u64 = 1_768_471_200_000;
    const SHARE: &str = "x-ms-throttle-limit-percentage";

    #[test]
    fn a_steady_budget_lets_writes_through_as_it_refills() {
        let tenant = tenant(PracticeSettings { write_budget: 150, steady_budget: true, ..settings() });
        let write = |n: usize, at| tenant.post(DEVICES, device(&format!("A-{n}")), at);
        assert!((0..150).all(|n| write(n, NOW_MS).status == 201));
        let refused = write(150, NOW_MS + 500);
        assert_eq!((refused.status, header(&refused, "Retry-After")), (429, Some("1")));
        assert_eq!([write(150, NOW_MS + 1_000).status, write(151, NOW_MS + 1_000).status], [201, 429]);
    }

    #[test]
    fn reads_cost_nothing_unless_asked_for() {
        for (count_reads, last) in [(false, 200), (true, 429)] {
            let tenant = tenant(PracticeSettings { write_budget: 2, count_reads, ..settings() });
            let items = ["1", "2"].map(|id| item(id, "GET", "/users", Value::Null));
            assert!(tenant.batch(&items, NOW_MS).iter().all(|response| response["status"] == 200));
            assert_eq!(tenant.get("/users", NOW_MS).status, last, "a batch costs what its items cost");
        }
    }

    #[test]
    fn answers_say_how_much_of_the_budget_is_used() {
        let tenant = tenant(PracticeSettings { write_budget: 10, throttle_headers: true, ..settings() });
        let write = |n: usize| tenant.post(DEVICES, device(&format!("A-{n}")), NOW_MS);
        assert!((0..7).all(|n| header(&write(n), SHARE).is_none()));
        let eighth = write(7);
        assert_eq!((eighth.status, header(&eighth, SHARE)), (201, Some("0.80")));
        assert_eq!(header(&eighth, "x-ms-throttle-scope"), None);
        let batch = tenant.batch(&["1", "2", "3"].map(|n| item(n, "POST", DEVICES, device(n))), NOW_MS);
        let shares: Vec<_> = batch.iter().map(|response| &response["headers"][SHARE]).collect();
        assert_eq!(shares, ["0.90", "1.00", "1.10"]);
        let refused = &batch[2]["headers"];
        assert_eq!(refused["x-ms-throttle-information"], "WriteLimitExceeded");
        assert!(refused["x-ms-throttle-scope"].as_str().unwrap().starts_with("Tenant_Application/Write/"));
        assert_eq!((0..20).map(write).last().map(|reply| header(&reply, SHARE) == Some("1.80")), Some(true));
        assert_eq!(header(&tenant.get("/users", NOW_MS), SHARE), None, "reads spend nothing");
    }

    #[test]
    fn answers_say_nothing_of_the_budget_unless_asked_for() {
        let tenant = tenant(PracticeSettings { write_budget: 1, ..settings() });
        tenant.create("A", NOW_MS);
        let refused = tenant.post(DEVICES, device("B"), NOW_MS);
        assert_eq!((refused.status, header(&refused, SHARE)), (429, None));
    }

    #[test]
    fn stats_count_the_priorities_that_are_asked_for() {
        let tenant = tenant(settings());
        tenant.batch(&["1", "2"].map(|id| item(id, "GET", "/users", Value::Null)), NOW_MS);
        assert_eq!(json!(tenant.stats.read())["throttlePriority"], json!({ "low": 2, "high": 0 }));
    }
}
