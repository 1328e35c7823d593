//! A write on one token among a user's methods: what is common to all of them, collisions included.

use super::{
    call::{GraphCall, GraphResult},
    company::{Company, TokenKey, UserKey},
    state::Tenant,
    token_history::TokenWrite,
};

/// The write, with the user and the token.
pub struct MethodWrite<'a> {
    pub tenant: &'a Tenant,
    pub call: &'a GraphCall,
    pub kind: TokenWrite,
    pub person: UserKey,
    pub token: TokenKey,
}

impl MethodWrite<'_> {
    /// Carries the write out. One that collides is answered as if it had been, and leaves the token as it was.
    pub fn carry_out(
        &self,
        company: &mut Company,
        write: impl FnOnce(&mut Company) -> GraphResult,
    ) -> GraphResult {
        let now_ms = self.call.now_ms;
        let before = company.device(self.token).cloned();
        let answer = write(company);
        let Some(before) = before else { return answer };
        let serial = before.serial.clone();
        let mut collisions = self.tenant.collisions();
        if collisions.collides(self.person, now_ms) {
            company.restore(self.token, before);
            if answer.is_ok() {
                self.tenant.history().lost(&serial, self.kind);
            }
            return answer;
        }
        company.remember(self.token, Some(before), now_ms);
        if answer.is_ok() {
            collisions.note(self.person, now_ms);
            self.tenant.history().done(&serial, self.kind);
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{
        settings::PracticeSettings,
        state::Tenant,
        test_calls::{code, item, settings, tenant},
        token_history::HistorySums,
    };

    const NOW_MS: u64 = 1_768_471_200_000;

    fn colliding() -> Tenant {
        tenant(PracticeSettings { collision_ms: 400, ..settings() })
    }

    fn assign(tenant: &Tenant, user: usize, id: &str, now_ms: u64) -> u16 {
        tenant.post(&tenant.methods_of(user), json!({ "device": { "id": id } }), now_ms).status
    }

    fn statuses(tenant: &Tenant) -> Vec<String> {
        tenant.inventory(NOW_MS).into_iter().map(|(_, status)| status).collect()
    }

    #[test]
    fn a_write_within_the_time_is_answered_well_and_has_no_effect() {
        let tenant = colliding();
        let [a, b, c] = ["A", "B", "C"].map(|serial| tenant.create(serial, NOW_MS));
        assert_eq!(assign(&tenant, 0, &a, NOW_MS), 201);
        assert_eq!(assign(&tenant, 0, &b, NOW_MS + 399), 201);
        assert_eq!(assign(&tenant, 1, &c, NOW_MS + 399), 201);
        assert_eq!(statuses(&tenant), ["assigned", "available", "assigned"]);
        assert_eq!(assign(&tenant, 0, &b, NOW_MS + 400), 201, "the lost write does not make others collide");
        assert_eq!(statuses(&tenant), ["assigned"; 3]);
        assert_eq!(tenant.history().sums().lost, 1);
        assert_eq!(
            json!(*tenant.history())["B"],
            json!({ "created": 1, "activated": 0, "writes": ["create", "assign"], "lost": ["assign"] })
        );
    }

    #[test]
    fn every_kind_of_write_collides() {
        let tenant = colliding();
        let ids = ["A", "B", "C"].map(|serial| tenant.create(serial, NOW_MS));
        let methods = tenant.methods_of(0);
        let with = |name: &str, value: Value| {
            let mut body = code(NOW_MS);
            body[name] = value;
            body
        };
        let both = |id: &str| with("device", json!({ "id": id }));
        let first = tenant.post(&format!("{methods}/assignAndActivate"), both(&ids[0]), NOW_MS);
        assert_eq!((first.status, assign(&tenant, 0, &ids[1], NOW_MS + 1_000)), (204, 201));
        let before = statuses(&tenant);
        let at = NOW_MS + 1_001;
        let post = |path: &str, body| tenant.post(&format!("{methods}/{path}"), body, at).status;
        assert_eq!(post("assignAndActivate", both(&ids[2])), 204);
        assert_eq!(post("assignAndActivateBySerialNumber", with("serialNumber", "B".into())), 204);
        assert_eq!(post(&format!("{}/activate", ids[1]), code(NOW_MS)), 204);
        assert_eq!(post(&format!("{}/deactivate", ids[0]), json!({})), 204);
        assert_eq!(tenant.delete(&format!("{methods}/{}", ids[0]), at), 204);
        assert_eq!(statuses(&tenant), before);
        assert_eq!(tenant.history().sums(), HistorySums { lost: 5, created_twice: 0, activated_twice: 0 });
    }

    #[test]
    fn what_would_be_refused_is_refused() {
        let tenant = colliding();
        let [a, b] = ["A", "B"].map(|serial| tenant.create(serial, NOW_MS));
        assert_eq!(assign(&tenant, 0, &a, NOW_MS), 201);
        assert_eq!(assign(&tenant, 0, &a, NOW_MS + 1), 409);
        let activate = format!("{}/{b}/activate", tenant.methods_of(0));
        assert_eq!(tenant.post(&activate, code(NOW_MS), NOW_MS + 1).status, 404);
        assert_eq!(tenant.history().sums().lost, 0);
    }

    #[test]
    fn the_items_of_a_batch_arrive_together() {
        let tenant = colliding();
        let ids = ["A", "B", "C"].map(|serial| tenant.create(serial, NOW_MS));
        let assign = |user: usize, id: &str| {
            item(id, "POST", &tenant.methods_of(user), json!({ "device": { "id": id } }))
        };
        let items = [assign(0, &ids[0]), assign(0, &ids[1]), assign(1, &ids[2])];
        assert!(tenant.batch(&items, NOW_MS).iter().all(|response| response["status"] == 201));
        assert_eq!(statuses(&tenant), ["assigned", "available", "assigned"]);
    }

    #[test]
    fn nothing_collides_unless_asked_for() {
        let tenant = tenant(settings());
        let ids = ["A", "B"].map(|serial| tenant.create(serial, NOW_MS));
        assert_eq!(ids.map(|id| assign(&tenant, 0, &id, NOW_MS)), [201, 201]);
        assert_eq!(statuses(&tenant), ["assigned"; 2]);
    }
}
