//! Entries for the tests.

use token_core::audit::{
    Actor, ActorKind, AuditAction, AuditEntry, EntryStatus, PersonRef, RunId, RunRow, TokenRef,
};

/// An entry with an actor and no token, person or run.
pub fn plain(action: AuditAction, result: EntryStatus) -> AuditEntry {
    AuditEntry {
        number: 0,
        intent: None,
        at_ms: 1_000,
        actor: Actor {
            kind: ActorKind::Person,
            name: "Ann Admin".to_owned(),
            upn: "ann@contoso.example".to_owned(),
            id: "11111111-1111-4111-8111-111111111111".to_owned(),
        },
        role: "administrator".to_owned(),
        address: "192.0.2.1".to_owned(),
        tenant: "contoso.example".to_owned(),
        action,
        token: None,
        person: None,
        run: None,
        before: String::new(),
        after: String::new(),
        result,
        reason: String::new(),
        request_id: None,
        duration_ms: None,
    }
}

fn pick<'a, T: ?Sized>(of: &[&'a T], number: u64) -> &'a T {
    of[usize::try_from(number).unwrap() % of.len()]
}

/// The entry for this number: a deterministic mix of fields, of which neighbours share some.
pub fn various(number: u64) -> AuditEntry {
    let actors = ["ann@contoso.example", "bob@contoso.example", "ZOE@contoso.example"];
    let upn = pick(&actors, number / 3);
    let action = AuditAction::ALL[usize::try_from(number * 7 % 10).unwrap()];
    let result = [EntryStatus::Done, EntryStatus::Done, EntryStatus::Refused, EntryStatus::Unknown]
        [usize::try_from(number % 4).unwrap()];
    let serial = format!("SN-{:05}", number % 41);
    let person = format!("user{}@contoso.example", number % 17);
    let run = (number % 5 > 1)
        .then(|| RunRow { id: run(number / 20), row: u32::try_from(number % 20 + 1).unwrap() });
    let actor = Actor {
        kind: ActorKind::Person,
        name: pick(&["Ann Admin", "Bob Builder", "Zoë Zebra"], number / 3).to_owned(),
        upn: upn.to_owned(),
        id: format!("00000000-0000-4000-8000-{:012}", number / 3 % 3),
    };
    AuditEntry {
        at_ms: 1_700_000_000_000 + number * 1_000 + number % 3 * 1_500,
        actor,
        token: Some(TokenRef {
            id: Some(format!("aaaaaaaa-0000-4000-8000-{:012}", number % 41)),
            serial: Some(serial),
        }),
        person: (!number.is_multiple_of(6)).then(|| PersonRef {
            id: None,
            upn: Some(person.clone()),
            name: Some(format!("User {}", number % 17)),
        }),
        run,
        before: "unassigned".to_owned(),
        after: format!("assigned to {person}"),
        reason: if result == EntryStatus::Done {
            String::new()
        } else {
            format!("Reason-{} said no", number % 4)
        },
        request_id: Some(format!("request-{number}")),
        duration_ms: Some(number),
        ..plain(action, result)
    }
}

pub fn run(number: u64) -> RunId {
    RunId::from_random(u128::from(number) + 1)
}
