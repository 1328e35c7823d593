//! Steps about creating several tokens in one call.

use graph::trial::{TrialAnswer, TrialRequest};
use token_core::{
    ports::NewToken,
    token::{SerialNumber, Token},
};

use crate::trial::{
    context::Context,
    made::made_up_token,
    observed::{Observed, StepError},
};

/// Creates two tokens, one of them with an invalid secret key.
pub async fn invalid_key(context: &mut Context) -> Result<Observed, StepError> {
    let [good, _, invalid] = context.bulk.clone();
    let answer = create(context, &good, &invalid, true).await?;
    let made = look(context, &answer, &good.serial).await?;
    let wrong = find(context, &invalid.serial).await?.len();
    Ok(judge(context, &answer, made, wrong, "the invalid one"))
}

/// Creates two tokens, one of them with the serial number of the main one.
pub async fn same_serial(context: &mut Context) -> Result<Observed, StepError> {
    context.token()?;
    let [_, good, _] = context.bulk.clone();
    let again = NewToken { serial: context.main.serial.clone(), ..made_up_token()? };
    context.tenant.hide(&again.seed.expose_base32(), "‹key›");
    let before = find(context, &again.serial).await?.len();
    let answer = create(context, &good, &again, false).await?;
    let made = look(context, &answer, &good.serial).await?;
    let wrong = find(context, &again.serial).await?.len().saturating_sub(before.max(1));
    Ok(judge(context, &answer, made, wrong, "a second one with the same serial number"))
}

async fn create(
    context: &Context,
    good: &NewToken,
    other: &NewToken,
    invalid_key: bool,
) -> Result<TrialAnswer, StepError> {
    let request = TrialRequest::CreateTwo { good, other, invalid_key };
    Ok(context.tenant.create_two([&good.serial, &other.serial], request).await?)
}

/// The number of tokens that the valid item made; waits until there is one if the call was answered well.
async fn look(
    context: &mut Context,
    answer: &TrialAnswer,
    serial: &SerialNumber,
) -> Result<usize, StepError> {
    let mut pauses = context.tenant.access.pace.pauses();
    loop {
        let found = find(context, serial).await?;
        if let Some(token) = found.first() {
            context.second = Some(token.id.clone());
        }
        match pauses.next() {
            Some(pause) if found.is_empty() && answer.is_success() && context.stop.pause(pause).await => {
                context.tenant.drop_last_exchange();
            }
            _ => return Ok(found.len()),
        }
    }
}

/// The tokens of the trial with this serial number.
async fn find(context: &mut Context, serial: &SerialNumber) -> Result<Vec<Token>, StepError> {
    let answer = context.tenant.read(TrialRequest::FindBySerial(serial)).await?;
    let found: Vec<Token> = answer
        .tokens()
        .into_iter()
        .map(|(token, _)| token)
        .filter(|token| context.made.include(token))
        .collect();
    for token in &found {
        context.note_made(token);
    }
    Ok(found)
}

fn judge(context: &Context, answer: &TrialAnswer, made: usize, wrong: usize, what: &str) -> Observed {
    let said = context.tenant.describe(answer);
    let valid = if made > 0 { "the valid one exists" } else { "the valid one does not exist" };
    let invalid = if wrong > 0 { "exists" } else { "does not exist" };
    let form = match answer.status {
        404 | 405 | 501 => "the tenant has no such call",
        400..=499 if answer.has_error_details() => "the whole call is refused, with details",
        400..=499 => "the whole call is refused",
        _ if answer.has_failed_item() => "the failing one is marked",
        _ => "no failure is marked",
    };
    let as_assumed = match answer.status {
        404 | 405 | 501 => false,
        400..=499 => made == 0 && wrong == 0,
        200..300 => answer.has_failed_item() && made == 1 && wrong == 0,
        _ => false,
    };
    Observed::judge(as_assumed, format!("{said}: {form}; {valid}, {what} {invalid}."))
}
