//! The texts for end users: one file per language, with values of the same structs, so that the compiler finds missing
//! texts.
//!
//! A name in braces is a placeholder: `{serial}`. A test compares the placeholders of every language with the English
//! ones.

#![cfg_attr(
    not(feature = "ssr"),
    expect(
        dead_code,
        reason = "the browser shows the texts of the header and of slips; the server renders *My tokens*"
    )
)]

mod de;
mod en;
mod es;
mod fr;
mod it;

use crate::language::Language;

/// The texts of the header. Separate from the others, because every page needs them.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct HeaderTexts {
    /// The link that jumps over the header.
    pub skip: &'static str,
    /// The accessible name of the navigation.
    pub pages: &'static str,
    /// The link to *My tokens*.
    pub my_tokens: &'static str,
    /// The accessible name of the language links.
    pub language: &'static str,
    /// Before the user's name, with a trailing space; for screen readers only.
    pub signed_in_as: &'static str,
    /// The sign-out button.
    pub sign_out: &'static str,
    /// The link that switches to another person of the practice tenant.
    pub switch_person: &'static str,
    /// The label of the practice tenant.
    pub practice: &'static str,
    /// Its explanation.
    pub practice_more: &'static str,
}

/// All texts of the page *My tokens*.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PageTexts {
    /// Title, introduction and sign-in.
    pub entry: EntryTexts,
    /// The list of tokens.
    pub list: ListTexts,
    /// The code.
    pub code: CodeTexts,
    /// Claiming an unassigned token.
    pub claim: ClaimTexts,
    /// The camera.
    pub camera: CameraTexts,
    /// Errors.
    pub refusal: RefusalTexts,
    /// After the activation.
    pub done: DoneTexts,
    /// When the codes of an activated token are refused.
    pub refresh: RefreshTexts,
}

/// Title, introduction and sign-in.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct EntryTexts {
    /// The title of the page.
    pub title: &'static str,
    /// What the page is about.
    pub lead: &'static str,
    /// Why to sign in.
    pub why_sign_in: &'static str,
    /// The sign-in link.
    pub sign_in: &'static str,
    /// With which account, and what happens next.
    pub come_back: &'static str,
    /// The link for another account.
    pub other_account: &'static str,
    /// The button that ends the user's sessions in all browsers.
    pub end_sessions: &'static str,
    /// The last attempt to sign in failed.
    pub sign_in_failed: &'static str,
    /// The practice administrator has no tokens.
    pub practice_nobody: &'static str,
    /// The link that chooses a person of the practice tenant.
    pub choose_person: &'static str,
    /// There is no sign-in in local mode.
    pub local: &'static str,
    /// The organisation has turned off self-service.
    pub off: &'static str,
    /// Before the configured contact text of the help desk.
    pub help_desk: &'static str,
    /// Shown when none is configured.
    pub help_desk_unnamed: &'static str,
}

/// The list of tokens.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ListTexts {
    /// While they are being loaded.
    pub reading: &'static str,
    /// They could not be loaded.
    pub unread: &'static str,
    /// Microsoft has not answered in time.
    pub slow: &'static str,
    /// The button that loads them again.
    pub try_again: &'static str,
    /// There is none.
    pub none: &'static str,
    /// The name of a token.
    pub token: &'static str,
    /// It is activated.
    pub ready: &'static str,
    /// It is assigned.
    pub waiting: &'static str,
    /// Its last activation failed.
    pub failed: &'static str,
    /// It has a status that this version does not know.
    pub other: &'static str,
    /// The title of the user's latest activations.
    pub recent: &'static str,
    /// One of them.
    pub activated_on: &'static str,
}

/// The form for the code.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CodeTexts {
    /// The button that opens the form of a token.
    pub open: &'static str,
    /// What to do.
    pub ask: &'static str,
    /// How to make the token show a code.
    pub press: &'static str,
    /// How often the code changes.
    pub every: &'static str,
    /// The same, for a token that is not known yet.
    pub every_unknown: &'static str,
    /// The label of the field.
    pub digits: &'static str,
    /// The submit button.
    pub activate: &'static str,
    /// While the request is under way.
    pub activating: &'static str,
    /// The code is not six digits.
    pub missing: &'static str,
    /// The typed code was restored after a step-up sign-in.
    pub restored: &'static str,
}

/// The form for claiming an unassigned token.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ClaimTexts {
    /// The title of the form.
    pub title: &'static str,
    /// What to do.
    pub lead: &'static str,
    /// The button that opens the form when there are other tokens.
    pub open: &'static str,
    /// Claiming is turned off: who hands out tokens.
    pub off: &'static str,
    /// The label of the field.
    pub serial: &'static str,
    /// Where to find the serial number.
    pub hint: &'static str,
    /// The serial number is missing.
    pub missing: &'static str,
}

/// The barcode scanner.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CameraTexts {
    /// The button that starts it.
    pub scan: &'static str,
    /// How to hold the token.
    pub lead: &'static str,
    /// The accessible name of the picture.
    pub picture: &'static str,
    /// The button that stops it.
    pub stop: &'static str,
    /// A serial number was scanned.
    pub found: &'static str,
    /// Access was denied.
    pub denied: &'static str,
    /// There is no camera.
    pub none: &'static str,
    /// The camera does not work.
    pub broken: &'static str,
}

/// Errors, and what to do.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RefusalTexts {
    /// The code was refused.
    pub code: &'static str,
    /// What to do then.
    pub code_next: [&'static str; 3],
    /// No token with this number can be activated.
    pub not_available: &'static str,
    /// What to do then.
    pub not_available_next: [&'static str; 2],
    /// The token is activated already.
    pub already: &'static str,
    /// The user has the maximum number of tokens.
    pub full: &'static str,
    /// What to do then.
    pub full_next: &'static str,
    /// Not allowed for the user or by the organisation.
    pub not_allowed: &'static str,
    /// The token is no longer assigned to the user.
    pub gone: &'static str,
    /// Microsoft throttles requests.
    pub later: &'static str,
    /// When to try again.
    pub wait: &'static str,
    /// The same, without a known time.
    pub wait_unknown: &'static str,
    /// The outcome is unknown.
    pub unclear: &'static str,
    /// The button that checks the outcome.
    pub look: &'static str,
    /// Too many attempts.
    pub too_many: &'static str,
    /// Microsoft requires a step-up sign-in.
    pub step_up: &'static str,
    /// The link that starts it.
    pub confirm: &'static str,
    /// The sign-in had one factor only.
    pub second_factor: &'static str,
    /// The session has ended.
    pub signed_out: &'static str,
    /// The server does not answer.
    pub offline: &'static str,
    /// Any other error.
    pub broken: &'static str,
    /// The reference for the help desk.
    pub reference: &'static str,
    /// A duration.
    pub second: &'static str,
    /// A duration.
    pub seconds: &'static str,
    /// A duration.
    pub minute: &'static str,
    /// A duration.
    pub minutes: &'static str,
}

/// After the activation.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct DoneTexts {
    /// The token is activated.
    pub title: &'static str,
    /// What to expect.
    pub next: &'static str,
    /// How to keep the token.
    pub keep: &'static str,
    /// The title of the help for when the code is refused at sign-in.
    pub trouble: &'static str,
    /// What to do then.
    pub trouble_next: [&'static str; 3],
}

/// When the codes of an activated token are refused.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RefreshTexts {
    /// The title.
    pub title: &'static str,
    /// What to check first.
    pub check: [&'static str; 2],
    /// The button that opens the form.
    pub open: &'static str,
    /// What the form does.
    pub lead: &'static str,
    /// The submit button.
    pub send: &'static str,
    /// While the request is under way.
    pub sending: &'static str,
    /// The token was deactivated, and not activated again.
    pub deactivated: &'static str,
    /// Too many codes were refused.
    pub stop: &'static str,
}

/// The texts of a slip.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct SlipTexts {
    /// The title.
    pub title: &'static str,
    /// For whom it is.
    pub holder: &'static str,
    /// The label of the serial number.
    pub serial: &'static str,
    /// The steps. The URL follows after the first one.
    pub steps: [&'static str; 3],
    /// Before the configured contact text of the help desk.
    pub help_desk: &'static str,
}

/// The texts of the header in a language.
pub fn header_texts(language: Language) -> &'static HeaderTexts {
    match language {
        Language::En => &en::HEADER,
        Language::De => &de::HEADER,
        Language::Fr => &fr::HEADER,
        Language::Es => &es::HEADER,
        Language::It => &it::HEADER,
    }
}

/// The texts of the page in a language.
pub fn page_texts(language: Language) -> &'static PageTexts {
    match language {
        Language::En => &en::PAGE,
        Language::De => &de::PAGE,
        Language::Fr => &fr::PAGE,
        Language::Es => &es::PAGE,
        Language::It => &it::PAGE,
    }
}

/// The texts of a slip in a language.
pub fn slip_texts(language: Language) -> &'static SlipTexts {
    match language {
        Language::En => &en::SLIP,
        Language::De => &de::SLIP,
        Language::Fr => &fr::SLIP,
        Language::Es => &es::SLIP,
        Language::It => &it::SLIP,
    }
}

/// Replaces a placeholder by a value.
pub fn interpolate(template: &str, placeholder: &str, value: &str) -> String {
    template.replace(&format!("{{{placeholder}}}"), value)
}

/// A duration in seconds or minutes, rounded up.
pub fn duration(texts: &RefusalTexts, ms: u64) -> String {
    let seconds = ms.div_ceil(1000).max(1);
    let (template, count) = match seconds {
        1 => (texts.second, 1),
        2..90 => (texts.seconds, seconds),
        _ => match seconds.div_ceil(60) {
            1 => (texts.minute, 1),
            minutes => (texts.minutes, minutes),
        },
    };
    interpolate(template, "n", &count.to_string())
}

#[cfg(test)]
mod tests;
