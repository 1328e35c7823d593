//! Activation of tokens with the seeds of a seed file.

use std::collections::HashMap;

use super::serials::BySerial;
use crate::{
    drift::row_clock,
    issue::Issue,
    plan::{ActionRequest, CodeSource, ResolvedAction, TokenAction, snapshot::is_other_manufacturer},
    seed_file::ParsedRow,
    token::Token,
    user::User,
};

/// A request to activate each token with the seed that the file has for it, and the code sources.
///
/// With a `user`, unassigned tokens are assigned and activated in one write; without, each is activated for its own
/// user.
pub fn activations(
    tokens: &[&Token],
    entries: &[ParsedRow],
    user: Option<&User>,
) -> (Vec<ActionRequest>, Vec<CodeSource>) {
    let mut rows: HashMap<String, Vec<&ParsedRow>> = HashMap::new();
    for entry in entries {
        rows.entry(entry.serial.trim().to_lowercase()).or_default().push(entry);
    }
    let mut code_sources = Vec::new();
    let requests = tokens.iter().zip(1..).map(|(token, line)| {
        let rows = rows.get(&token.serial.key()).map_or(&[][..], Vec::as_slice);
        let resolved = code_source(token, rows).map(|found| {
            code_sources.push(found);
            let index = code_sources.len() - 1;
            let action = match user {
                Some(user) => TokenAction::AssignAndActivate(user.clone(), index),
                None => TokenAction::Activate(index),
            };
            ResolvedAction { token: Box::new((*token).clone()), legacy: false, action }
        });
        let owner = user.map(|user| user.upn.clone()).unwrap_or_default();
        ActionRequest { line, serial: token.serial.to_string(), owner, resolved }
    });
    (requests.collect(), code_sources)
}

/// A request to activate the token of each row of a seed file for its user, or why there is none; and the code sources.
pub fn of_file(entries: &[ParsedRow], inventory: &[Token]) -> (Vec<ActionRequest>, Vec<CodeSource>) {
    let by_serial = BySerial::new(inventory);
    let named: Vec<_> = entries.iter().map(|entry| by_serial.named(&entry.serial)).collect();
    let tokens: Vec<&Token> = named.iter().filter_map(|token| token.as_ref().ok().copied()).collect();
    let (requests, code_sources) = activations(&tokens, entries, None);
    let mut requests = requests.into_iter();
    let rows = entries.iter().zip(named).filter_map(|(entry, token)| {
        let request = match (token, &entry.result) {
            (Ok(_), _) => requests.next()?,
            (Err(_), Err(issues)) => impossible(entry, issues.clone()),
            (Err(issue), Ok(_)) => impossible(entry, vec![issue]),
        };
        Some(ActionRequest { line: entry.line, ..request })
    });
    (rows.collect(), code_sources)
}

/// A request to correct the hash function of the token of each row of a seed file where the tenant has another, or why there
/// is none; and the code sources. Rows with nothing to correct say so.
pub fn hash_repairs(entries: &[ParsedRow], inventory: &[Token]) -> (Vec<ActionRequest>, Vec<CodeSource>) {
    let (mut requests, code_sources) = of_file(entries, inventory);
    for resolved in requests.iter_mut().filter_map(|request| request.resolved.as_mut().ok()) {
        if let TokenAction::Activate(code_source) = resolved.action
            && let Some(CodeSource::Seed(seed, _)) = code_sources.get(code_source)
        {
            resolved.action = TokenAction::RepairHash { hash: seed.hash, code_source };
        }
    }
    (requests, code_sources)
}

fn impossible(entry: &ParsedRow, why: Vec<Issue>) -> ActionRequest {
    ActionRequest { line: entry.line, serial: entry.serial.clone(), owner: String::new(), resolved: Err(why) }
}

/// The seed of a token among the rows of its serial.
fn code_source(token: &Token, rows: &[&ParsedRow]) -> Result<CodeSource, Vec<Issue>> {
    let is_its = |entry: &&&ParsedRow| match &entry.result {
        Ok(row) => !is_other_manufacturer(&row.token.manufacturer, &token.manufacturer),
        Err(_) => true,
    };
    let mut rows = rows.iter().filter(is_its);
    let Some(entry) = rows.next() else {
        let message = format!("The seed file has no row for token {}", token.serial);
        return Err(vec![Issue::new(
            message,
            "Open the file that has its secret key, or type the code on its display.",
        )]);
    };
    let row = entry.result.as_ref().map_err(Clone::clone)?;
    let differs = |other: &&&ParsedRow| {
        other.result.as_ref().is_ok_and(|other| !other.token.seed.same_as(&row.token.seed))
    };
    if let Some(other) = rows.find(differs) {
        let message =
            format!("Lines {} and {} of the seed file give it different secret keys", entry.line, other.line);
        return Err(vec![Issue::new(message, "Keep the row that is right and remove the other.")]);
    }
    let clock = row_clock(row).map_err(|issue| vec![issue])?;
    Ok(CodeSource::Seed(Box::new(row.token.clone()), clock))
}
