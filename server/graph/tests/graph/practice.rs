//! The directory against the practice tenant, which has state like Entra.

use graph::{Credential, GraphDirectory, GraphSettings, Secret, parse_endpoint};
use practice::{Practice, PracticeSettings};
use token_core::{
    otp::totp,
    ports::{
        Activation, Assignment, Change, Directory, HashCorrection, NewToken, Outcome, RefusalKind, Rename,
    },
    token::{HashFunction, Token, TokenStatus},
    user::{User, UserId},
};

use crate::mock_graph::{RETRIES, changes, creations, new_token, token_id};

async fn start(settings: PracticeSettings) -> (Practice, GraphDirectory) {
    let practice = Practice::start(&settings, 0).await.unwrap();
    let here = parse_endpoint(practice.base_url.as_str()).unwrap();
    let settings = GraphSettings {
        endpoint: here.clone(),
        authority: here,
        tenant_id: practice.tenant_id.clone(),
        client_id: practice.client_id.clone(),
        credential: Credential::Secret(Secret::new(practice.client_secret.clone())),
    };
    let directory = GraphDirectory::with_retries(settings, RETRIES).unwrap();
    (practice, directory)
}

async fn small() -> (Practice, GraphDirectory) {
    start(PracticeSettings { tokens: 20, users: 60, ..PracticeSettings::default() }).await
}

async fn created(directory: &GraphDirectory, serial: &str) -> (NewToken, Token) {
    let new = new_token(serial);
    let outcome =
        directory.apply(changes(Change::Create, vec![new.clone()]), None).await.unwrap().outcomes.pop();
    let token = if let Some(Outcome::Done(token)) = outcome { token } else { None };
    (new, token.unwrap())
}

async fn find(directory: &GraphDirectory, text: &str) -> Vec<User> {
    directory.search_users(text.to_owned(), None).await.unwrap().items
}

async fn named(directory: &GraphDirectory, text: &str) -> UserId {
    find(directory, text).await.swap_remove(0).id
}

async fn seen(directory: &GraphDirectory, token: &Token) -> Option<Token> {
    directory.tokens_by_id(vec![token.id.clone()]).await.unwrap().remove(0).unwrap()
}

fn refused(outcomes: &[Outcome<Option<Token>>]) -> Option<RefusalKind> {
    if let [Outcome::Refused(refusal)] = outcomes { Some(refusal.kind) } else { None }
}

/// A token that is activated for a user of the practice tenant.
async fn activated(directory: &GraphDirectory) -> (Token, Assignment) {
    let (new, token) = created(directory, "P-1").await;
    let user = named(directory, "siobhan.o'brien").await;
    let now_ms = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap();
    let code = totp(&new.seed, new.hash, new.interval, now_ms);
    let activation = Activation { token: token.id.clone(), user: user.clone(), code };
    assert_eq!(
        directory.apply(changes(Change::AssignAndActivate, vec![activation]), None).await.unwrap().outcomes,
        [Outcome::Done(None)]
    );
    let assignment = Assignment { token: token.id.clone(), user };
    (token, assignment)
}

#[tokio::test]
async fn a_deactivated_token_stays_assigned() {
    let (_practice, directory) = small().await;
    let (token, assignment) = activated(&directory).await;
    assert_eq!(seen(&directory, &token).await.unwrap().status, TokenStatus::Activated);
    assert_eq!(
        directory.apply(changes(Change::Deactivate, vec![assignment.clone()]), None).await.unwrap().outcomes,
        [Outcome::Done(None)]
    );
    let now = seen(&directory, &token).await.unwrap();
    assert_eq!((now.status, now.assigned_to.unwrap().id), (TokenStatus::Assigned, assignment.user.clone()));
    assert_eq!(
        refused(
            &directory.apply(changes(Change::Deactivate, vec![assignment]), None).await.unwrap().outcomes
        ),
        Some(RefusalKind::BadRequest)
    );
}

#[tokio::test]
async fn unassigns_a_token_only_from_its_user() {
    let (_practice, directory) = small().await;
    let (token, assignment) = activated(&directory).await;
    let other = Assignment { user: named(&directory, "robin.left").await, ..assignment.clone() };
    assert_eq!(
        refused(&directory.apply(changes(Change::Unassign, vec![other]), None).await.unwrap().outcomes),
        Some(RefusalKind::NotFound)
    );
    assert_eq!(
        directory.apply(changes(Change::Unassign, vec![assignment.clone()]), None).await.unwrap().outcomes,
        [Outcome::Done(None)]
    );
    let now = seen(&directory, &token).await.unwrap();
    assert_eq!((now.status, now.assigned_to), (TokenStatus::Available, None));
    assert_eq!(
        refused(&directory.apply(changes(Change::Unassign, vec![assignment]), None).await.unwrap().outcomes),
        Some(RefusalKind::NotFound)
    );
}

#[tokio::test]
async fn deletes_unassigned_tokens_only() {
    let (_practice, directory) = small().await;
    let (token, assignment) = activated(&directory).await;
    assert_eq!(
        refused(
            &directory.apply(changes(Change::Delete, vec![token.id.clone()]), None).await.unwrap().outcomes
        ),
        Some(RefusalKind::BadRequest)
    );
    directory.apply(changes(Change::Unassign, vec![assignment]), None).await.unwrap();
    assert_eq!(
        directory.apply(changes(Change::Delete, vec![token.id.clone()]), None).await.unwrap().outcomes,
        [Outcome::Done(None)]
    );
    assert_eq!(seen(&directory, &token).await, None);
    assert_eq!(
        refused(&directory.apply(changes(Change::Delete, vec![token.id]), None).await.unwrap().outcomes),
        Some(RefusalKind::NotFound)
    );
}

#[tokio::test]
async fn sets_and_removes_the_name_of_a_token() {
    let (_practice, directory) = small().await;
    let (_, token) = created(&directory, "P-1").await;
    for name in ["O'Brien's \"spare\" <img>", "Ersatz für Jürgen", ""] {
        let rename = Rename { token: token.id.clone(), name: name.to_owned() };
        assert_eq!(
            directory.apply(changes(Change::Rename, vec![rename]), None).await.unwrap().outcomes,
            [Outcome::Done(None)]
        );
        assert_eq!(seen(&directory, &token).await.unwrap().name.unwrap_or_default(), name);
    }
    let user = named(&directory, "siobhan.o'brien").await;
    directory
        .apply(changes(Change::Assign, vec![Assignment { token: token.id.clone(), user }]), None)
        .await
        .unwrap();
    let rename = Rename { token: token.id, name: "Held".to_owned() };
    assert_eq!(
        refused(&directory.apply(changes(Change::Rename, vec![rename]), None).await.unwrap().outcomes),
        Some(RefusalKind::BadRequest)
    );
}

#[tokio::test]
async fn corrects_the_hash_of_unassigned_tokens_only() {
    let (_practice, directory) = small().await;
    let (_, token) = created(&directory, "P-1").await;
    let correct = |hash| changes(Change::SetHash, vec![HashCorrection { token: token.id.clone(), hash }]);
    for hash in [HashFunction::Sha256, HashFunction::Sha1] {
        let applied = directory.apply(correct(hash), None).await.unwrap();
        assert_eq!(applied.outcomes, [Outcome::Done(None)]);
        assert_eq!(seen(&directory, &token).await.unwrap().hash, Some(hash));
    }
    let user = named(&directory, "siobhan.o'brien").await;
    let assignment = Assignment { token: token.id.clone(), user };
    directory.apply(changes(Change::Assign, vec![assignment]), None).await.unwrap();
    let applied = directory.apply(correct(HashFunction::Sha256), None).await.unwrap();
    assert_eq!(refused(&applied.outcomes), Some(RefusalKind::BadRequest));
}

#[tokio::test]
async fn returns_tokens_by_id_in_order_with_none_for_unknown_ids() {
    let (_practice, directory) = small().await;
    let mut ids: Vec<_> =
        directory.tokens(None).await.unwrap().items.into_iter().map(|token| token.id).collect();
    assert_eq!(ids.len(), 20);
    ids.insert(7, token_id(1));
    let seen = directory.tokens_by_id(ids.clone()).await.unwrap();
    for (at, (id, seen)) in ids.iter().zip(seen).enumerate() {
        assert_eq!(seen.unwrap().map(|token| token.id), (at != 7).then(|| id.clone()), "{at}");
    }
}

#[tokio::test]
async fn finds_people_by_any_name_and_address() {
    let (_practice, directory) = small().await;
    for text in ["O'Brien", "o'br", "Siobhán", "siobhan.o'brien@linden", "obrien siobhán"] {
        let names: Vec<_> = find(&directory, text).await.into_iter().map(|user| user.name).collect();
        let expected: &[&str] = if text.starts_with("obrien") { &[] } else { &["Siobhán O'Brien"] };
        assert_eq!(names, expected, "{text}");
    }
    let guest = find(&directory, "ines.fontana_partner.example#EXT#").await.remove(0);
    assert!(guest.is_guest());
    assert!(find(&directory, "left").await.remove(0).is_disabled());
    assert_eq!(find(&directory, "Kim").await.iter().filter(|user| user.name == "Alex Kim").count(), 2);
    for hostile in ["\"", "\\", "\" OR \"mail:a", "a&$top=1", "%27", "'", "(", ":", "<img onerror=1>"] {
        let found = directory.search_users(hostile.to_owned(), None).await;
        assert!(found.is_ok(), "{hostile}: {found:?}");
    }
}

#[tokio::test]
async fn reads_all_pages_of_a_search() {
    let (_practice, directory) =
        start(PracticeSettings { tokens: 0, users: 400, ..PracticeSettings::default() }).await;
    let (mut ids, mut sizes, mut cursor) = (std::collections::HashSet::new(), Vec::new(), None);
    loop {
        let page = directory.search_users("m".to_owned(), cursor).await.unwrap();
        sizes.push(page.items.len());
        ids.extend(page.items.into_iter().map(|user| user.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(sizes.len() > 1 && sizes[0] == 25, "{sizes:?}");
    assert_eq!(ids.len(), sizes.iter().sum::<usize>(), "nobody is listed twice");
}

#[tokio::test]
async fn finds_people_without_their_full_profile() {
    let grant = vec!["User.ReadBasic.All"];
    let (_practice, directory) =
        start(PracticeSettings { tokens: 0, users: 20, grant, ..PracticeSettings::default() }).await;
    let user = find(&directory, "siobhan").await.remove(0);
    assert_eq!((user.enabled, user.guest), (None, None));
}

#[tokio::test]
async fn many_tokens_are_created_by_one_write_and_a_second_time_they_exist() {
    let (_practice, directory) = small().await;
    let first = directory.apply(creations(30), None).await.unwrap();
    assert!(first.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Done(Some(_)))), "{first:?}");
    assert_eq!((first.writes, first.creation_size), (1, None));
    let again = directory.apply(creations(31), None).await.unwrap();
    let (last, others) = again.outcomes.split_last().unwrap();
    let exists = |outcome: &Outcome<Option<Token>>| matches!(outcome, Outcome::Refused(refusal) if refusal.kind == RefusalKind::Conflict);
    assert!(others.iter().all(exists) && matches!(last, Outcome::Done(Some(_))), "{again:?}");
}
