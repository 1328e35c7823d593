//! Chosen tokens and a seed file: which row proves which token.

use std::collections::HashMap;

use super::{Action, Ask, Proof, Wish, allowed::reason, serials::BySerial};
use crate::{
    rollout::{plan::Obstacle, tenant::is_other_maker},
    seed_file::Entry,
    token::Token,
    user::User,
};

/// An ask for each token, activated with the seed that the file has for it, and the proofs that go with them.
///
/// With a `user`, tokens that nobody holds are assigned and activated in one; without one, each is activated for its own.
pub fn activations(tokens: &[&Token], entries: &[Entry], user: Option<&User>) -> (Vec<Ask>, Vec<Proof>) {
    let mut rows: HashMap<String, Vec<&Entry>> = HashMap::new();
    for entry in entries {
        rows.entry(entry.serial.trim().to_lowercase()).or_default().push(entry);
    }
    let mut proofs = Vec::new();
    let asks = tokens.iter().zip(1..).map(|(token, line)| {
        let rows = rows.get(&token.serial.key()).map_or(&[][..], Vec::as_slice);
        let wish = proof(token, rows).map(|found| {
            proofs.push(found);
            let index = proofs.len() - 1;
            let action = match user {
                Some(user) => Action::AssignAndActivate(user.clone(), index),
                None => Action::Activate(index),
            };
            Wish { token: Box::new((*token).clone()), legacy: false, action }
        });
        let owner = user.map(|user| user.upn.clone()).unwrap_or_default();
        Ask { line, serial: token.serial.to_string(), owner, wish }
    });
    (asks.collect(), proofs)
}

/// An ask for each row of a seed file: its token activated for whoever holds it, or why there is none; and the proofs.
pub fn of_file(entries: &[Entry], inventory: &[Token]) -> (Vec<Ask>, Vec<Proof>) {
    let by_serial = BySerial::new(inventory);
    let named: Vec<_> = entries.iter().map(|entry| by_serial.named(&entry.serial)).collect();
    let tokens: Vec<&Token> = named.iter().filter_map(|token| token.as_ref().ok().copied()).collect();
    let (asks, proofs) = activations(&tokens, entries, None);
    let mut asks = asks.into_iter();
    let rows = entries.iter().zip(named).filter_map(|(entry, token)| {
        let ask = match (token, &entry.result) {
            (Ok(_), _) => asks.next()?,
            (Err(_), Err(problems)) => impossible(entry, problems.iter().map(Obstacle::from).collect()),
            (Err(obstacle), Ok(_)) => impossible(entry, vec![obstacle]),
        };
        Some(Ask { line: entry.line, ..ask })
    });
    (rows.collect(), proofs)
}

fn impossible(entry: &Entry, why: Vec<Obstacle>) -> Ask {
    Ask { line: entry.line, serial: entry.serial.clone(), owner: String::new(), wish: Err(why) }
}

/// The seed of a token among the rows of its serial.
fn proof(token: &Token, rows: &[&Entry]) -> Result<Proof, Vec<Obstacle>> {
    let is_its = |entry: &&&Entry| match &entry.result {
        Ok(row) => !is_other_maker(&row.token.manufacturer, &token.manufacturer),
        Err(_) => true,
    };
    let mut rows = rows.iter().filter(is_its);
    let Some(entry) = rows.next() else {
        let what = format!("The seed file has no row for token {}", token.serial);
        return Err(vec![reason(what, "Open the file that has its seed, or type the code on its display.")]);
    };
    let row =
        entry.result.as_ref().map_err(|problems| problems.iter().map(Obstacle::from).collect::<Vec<_>>())?;
    let differs =
        |other: &&&Entry| other.result.as_ref().is_ok_and(|other| !other.token.seed.same_as(&row.token.seed));
    if let Some(other) = rows.find(differs) {
        let what =
            format!("Lines {} and {} of the seed file give it different seeds", entry.line, other.line);
        return Err(vec![reason(what, "Keep the row that is right and remove the other.")]);
    }
    Ok(Proof::Seed(Box::new(row.token.clone())))
}
