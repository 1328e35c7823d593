//! Steps about the inventory: create, read, find, name and delete a token.

use graph::trial::{TokenForm, TrialAnswer, TrialRequest};
use token_core::{
    audit::AuditAction,
    ports::{NewToken, Rename},
    token::Token,
    trial::TRIAL_MANUFACTURER,
};

use super::assignment::ensure_unassigned;
use crate::trial::{
    context::Context,
    made::made_up_token,
    observed::{Observed, StepError},
};

/// The name that the token gets.
const NAME: &str = "Trial";

/// Creates the main token.
pub async fn create(context: &mut Context) -> Result<Observed, StepError> {
    let (main, token) = (context.main.clone(), context.token_ref());
    let answer = context.tenant.write(AuditAction::Create, token, TrialRequest::Create(&main)).await?;
    let created = answer.token();
    if let Some((token, _)) = created.as_ref().filter(|_| answer.is_success()) {
        context.note_made(token);
        context.token = Some(token.id.clone());
    }
    let secret = if answer.shows_secret() { ", and it shows the secret key" } else { "" };
    let shape = match &created {
        _ if !answer.is_success() => "",
        Some((_, TokenForm::Flat)) => " with the token",
        Some((_, TokenForm::Nested)) => " with the token in device",
        None => " without a token that can be read",
    };
    let as_assumed = answer.status == 201 && context.token.is_some() && secret.is_empty();
    Ok(Observed::judge(as_assumed, format!("{}{shape}{secret}.", context.tenant.describe(&answer))))
}

/// Reads the main token by its id.
pub async fn read_by_id(context: &mut Context) -> Result<Observed, StepError> {
    let seen = context.look(|token| token.is_some()).await?;
    let shown = if seen.as_wanted { "The token is shown" } else { "The token is not shown" };
    Ok(Observed::judge(seen.as_wanted, format!("{shown} {}.", seen.when)))
}

/// Finds the main token by its serial number.
pub async fn find_by_serial(context: &mut Context) -> Result<Observed, StepError> {
    let serial = context.main.serial.clone();
    let mut pauses = context.tenant.access.pace.pauses();
    let mut looks = 1;
    loop {
        let answer = context.tenant.read(TrialRequest::FindBySerial(&serial)).await?;
        let found = answer.tokens();
        if let ([(token, form)], true) = (found.as_slice(), answer.count() == 1) {
            let is_main = context.made.include(token) && token.serial == serial;
            // An answer to the creation that could not be read left the id unknown.
            if is_main {
                context.note_made(token);
                context.token.get_or_insert_with(|| token.id.clone());
            }
            let flat = *form == TokenForm::Flat;
            let form = if flat { "with flat properties" } else { "in device" };
            let what = if is_main { "exactly this token" } else { "another token" };
            return Ok(Observed::judge(
                is_main && flat,
                format!("200 with {what} {form}, after {looks} looks."),
            ));
        }
        match pauses.next() {
            Some(pause) if answer.is_success() && found.is_empty() && context.stop.pause(pause).await => {
                context.tenant.drop_last_exchange();
                looks += 1;
            }
            _ => {
                let text = format!("{} with {} tokens.", context.tenant.describe(&answer), answer.count());
                return Ok(Observed::judge(false, text));
            }
        }
    }
}

/// Reads the first page of the list.
pub async fn list_page(context: &mut Context) -> Result<Observed, StepError> {
    let answer = context.tenant.read(TrialRequest::FirstPage).await?;
    let tokens = answer.tokens();
    let flat = tokens.iter().all(|(_, form)| *form == TokenForm::Flat);
    let readable = tokens.len() == answer.count();
    let form = if flat { "flat" } else { "in device" };
    let more = if answer.has_next_page() { "a link to the next page" } else { "no further page" };
    let unreadable = if readable { "" } else { ", some of which cannot be read" };
    let text =
        format!("{} with {} tokens ({form}){unreadable}, and {more}.", answer.status, round(answer.count()));
    Ok(Observed::judge(answer.is_success() && flat && readable, text))
}

/// The size of a page; of small tenants only that it is small.
fn round(count: usize) -> String {
    if count < 100 { "fewer than 100".to_owned() } else { count.to_string() }
}

/// Creates another token with the serial number of the main one.
pub async fn same_serial(context: &mut Context) -> Result<Observed, StepError> {
    let again = NewToken { serial: context.main.serial.clone(), ..made_up_token()? };
    let answer = create_again(context, &again).await?;
    Ok(Observed::judge(answer.status == 409, said(context, &answer)))
}

/// Creates a token of another manufacturer with the serial number of the main one.
pub async fn same_serial_of_another(context: &mut Context) -> Result<Observed, StepError> {
    let (serial, manufacturer) = (context.main.serial.clone(), format!("{TRIAL_MANUFACTURER} 2"));
    let other = NewToken { serial, manufacturer, ..made_up_token()? };
    let answer = create_again(context, &other).await?;
    Ok(Observed::judge(answer.is_success() || answer.status == 409, said(context, &answer)))
}

async fn create_again(context: &mut Context, again: &NewToken) -> Result<TrialAnswer, StepError> {
    context.token()?;
    context.tenant.hide(&again.seed.expose_base32(), "‹key›");
    let token = token_core::audit::TokenRef { id: None, ..context.token_ref() };
    let answer = context.tenant.write(AuditAction::Create, token, TrialRequest::Create(again)).await?;
    if let Some((token, _)) = answer.token().filter(|_| answer.is_success()) {
        context.note_made(&token);
    }
    Ok(answer)
}

fn said(context: &Context, answer: &TrialAnswer) -> String {
    format!("{}.", context.tenant.describe(answer).trim_end_matches('.'))
}

/// Names the main token.
pub async fn rename(context: &mut Context) -> Result<Observed, StepError> {
    let rename = Rename { token: context.token()?, name: NAME.to_owned() };
    let answer =
        context.tenant.write(AuditAction::Rename, context.token_ref(), TrialRequest::Rename(&rename)).await?;
    let said = context.tenant.describe(&answer);
    if !answer.is_success() {
        return Ok(Observed::judge(false, format!("{said}.")));
    }
    let seen = context.look(|token| token.is_some_and(|token| token.name.as_deref() == Some(NAME))).await?;
    let shown = if seen.as_wanted { "shown" } else { "not shown" };
    Ok(Observed::judge(seen.as_wanted, format!("{said}, and the name is {shown} {}.", seen.when)))
}

/// Deletes the main token while it is assigned.
pub async fn delete_assigned(context: &mut Context) -> Result<Observed, StepError> {
    let id = context.token()?;
    if !context.assigned {
        return Err(StepError::Missing("The token is not assigned."));
    }
    let answer =
        context.tenant.write(AuditAction::Delete, context.token_ref(), TrialRequest::Delete(&id)).await?;
    let said = context.tenant.describe(&answer);
    if answer.is_success() {
        context.note_deleted();
        return Ok(Observed::judge(false, format!("{said}: it was deleted.")));
    }
    let seen = context.look(|token| token.is_some()).await?;
    let stays = if seen.as_wanted { "stays" } else { "is gone" };
    let is_refused = (400..500).contains(&answer.status);
    Ok(Observed::judge(is_refused && seen.as_wanted, format!("{said}; the token {stays}.")))
}

/// Deletes the main token once it is unassigned.
pub async fn delete(context: &mut Context) -> Result<Observed, StepError> {
    let id = context.token()?;
    ensure_unassigned(context).await?;
    let mut pauses = context.tenant.access.pace.pauses();
    let mut tries = 1;
    let answer = loop {
        let request = TrialRequest::Delete(&id);
        let answer = context.tenant.write(AuditAction::Delete, context.token_ref(), request).await?;
        let pause = if answer.is_success() { None } else { pauses.next() };
        match pause {
            Some(pause) if context.stop.pause(pause).await => tries += 1,
            _ => break answer,
        }
    };
    let said = context.tenant.describe(&answer);
    if !answer.is_success() {
        return Ok(Observed::judge(false, format!("{said}, after {tries} tries.")));
    }
    let seen = context.look(|token: Option<&Token>| token.is_none()).await?;
    let shown = if seen.as_wanted { "no longer shown" } else { "still shown" };
    let after = if tries == 1 { String::new() } else { format!(" after {tries} tries") };
    context.note_deleted();
    Ok(Observed::judge(seen.as_wanted, format!("{said}{after}; the token is {shown}, {}.", seen.when)))
}
