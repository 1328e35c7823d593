//! Generates the users: a few edge cases that every client must handle, then ordinary ones.

use std::collections::HashMap;

use rand::{Rng, RngCore, seq::IndexedRandom};

use super::{
    DOMAIN, DirectoryUser,
    names::{CULTURES, Culture, Joined},
};
use crate::{seeded_rng, settings::PracticeSettings};

/// One in this many users is a guest.
const GUESTS: usize = 25;
/// One in this many accounts is disabled.
const DISABLED: usize = 20;

/// Names that break pages which do not escape markup or isolate text direction. Each with the local part of its UPN.
const HOSTILE: [(&str, &str); 4] = [
    (r#"<img src=x onerror="window.hacked=1">"#, "img.onerror"),
    (r#"Ann "Desk" O'Hara & <b>Sons</b>"#, "ann.o'hara"),
    ("\u{202e}moor revres\u{202c}", "right.to.left"),
    ("שלום עולם (1)", "shalom.olam"),
];

/// Generates the number of users in the settings; the edge cases come first.
pub fn make_up(settings: &PracticeSettings, rng: &mut impl RngCore) -> Vec<DirectoryUser> {
    let count = settings.users;
    let mut taken = HashMap::new();
    let mut people = edge_cases(rng);
    if settings.hostile_names {
        people.extend(HOSTILE.map(|(name, local)| hostile(name, local, rng)));
    }
    people.truncate(count);
    for number in people.len()..count {
        // Never `None`, since `CULTURES` is not empty.
        let Some(culture) = CULTURES.get(number % CULTURES.len()) else { break };
        people.push(person(number, culture, &mut taken, rng));
    }
    people
}

/// An apostrophe in name and UPN, a guest with `#EXT#`, a disabled account, and two users of one name.
fn edge_cases(rng: &mut impl RngCore) -> Vec<DirectoryUser> {
    let mut member = |given: &str, family: &str, local: &str, enabled| DirectoryUser {
        id: seeded_rng::guid(rng),
        name: format!("{given} {family}"),
        given: given.to_owned(),
        family: family.to_owned(),
        upn: format!("{local}@{DOMAIN}"),
        mail: format!("{local}@{DOMAIN}"),
        enabled,
        guest: false,
    };
    let mut people = vec![
        member("Siobhán", "O'Brien", "siobhan.o'brien", true),
        member("Ines", "Fontana", "ines.fontana", true),
        member("Robin", "Left-Already", "robin.left-already", false),
        member("Alex", "Kim", "alex.kim", true),
        member("Alex", "Kim", "alex.kim2", true),
        member("Petra", "Fivetokens", "petra.fivetokens", true),
    ];
    if let Some(person) = people.get_mut(1) {
        make_guest(person);
    }
    people
}

/// A user with a hostile name, as anybody with write access to the directory may set it.
fn hostile(name: &str, local: &str, rng: &mut impl RngCore) -> DirectoryUser {
    DirectoryUser {
        id: seeded_rng::guid(rng),
        name: name.to_owned(),
        given: name.to_owned(),
        family: String::new(),
        upn: format!("{local}@{DOMAIN}"),
        mail: format!("{local}@{DOMAIN}"),
        enabled: true,
        guest: false,
    }
}

fn person(
    number: usize,
    culture: &Culture,
    taken: &mut HashMap<String, usize>,
    rng: &mut impl RngCore,
) -> DirectoryUser {
    let (given, given_latin) = culture.given.choose(rng).copied().unwrap_or_default();
    let (family, family_latin) = culture.family.choose(rng).copied().unwrap_or_default();
    let local = unique(format!("{given_latin}.{family_latin}"), taken);
    let mut person = DirectoryUser {
        id: seeded_rng::guid(rng),
        name: joined(given, family, culture.joined),
        given: given.to_owned(),
        family: family.to_owned(),
        upn: format!("{local}@{DOMAIN}"),
        mail: format!("{local}@{DOMAIN}"),
        enabled: !rng.random_ratio(1, DISABLED as u32),
        guest: false,
    };
    if number % GUESTS == GUESTS - 1 {
        make_guest(&mut person);
    }
    person
}

fn joined(given: &str, family: &str, how: Joined) -> String {
    match how {
        Joined::GivenFirst => format!("{given} {family}"),
        Joined::FamilyFirst => format!("{family} {given}"),
        Joined::FamilyFirstUnspaced => format!("{family}{given}"),
    }
}

/// Appends 2 for the second user of a name, and so on.
fn unique(local: String, taken: &mut HashMap<String, usize>) -> String {
    let count = taken.entry(local.clone()).or_default();
    *count += 1;
    if *count == 1 { local } else { format!("{local}{count}") }
}

/// Turns a user into a guest, whose UPN contains the home domain.
fn make_guest(person: &mut DirectoryUser) {
    let local = person.upn.split('@').next().unwrap_or_default().to_owned();
    person.guest = true;
    person.mail = format!("{local}@partner.example");
    person.upn = format!("{local}_partner.example#EXT#@{DOMAIN}");
}
