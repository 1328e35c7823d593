//! What the pages for end users say: one file a language, one form for all, so that the compiler finds what is missing.
//!
//! A name in braces is a place for a value: `{serial}`. A test holds the places of every language against the English
//! ones.

mod de;
mod en;
mod es;
mod fr;
mod it;

use crate::language::Language;

/// What the header says on these pages. It is there on every page, so it stands for itself.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct HeaderTexts {
    /// The link that jumps over the header.
    pub skip: &'static str,
    /// The name of the navigation.
    pub pages: &'static str,
    /// The page about one's own tokens.
    pub my_tokens: &'static str,
    /// The name of the choice of a language.
    pub language: &'static str,
    /// Before the person's name, with a blank at its end; not shown, but read.
    pub signed_in_as: &'static str,
    /// Ends the session.
    pub sign_out: &'static str,
    /// Leads to the choice of another person of the practice tenant.
    pub switch_person: &'static str,
    /// What a practice tenant is called.
    pub practice: &'static str,
    /// What it is.
    pub practice_more: &'static str,
}

/// Everything that the page about one's own tokens says.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct PageTexts {
    /// Before anything is asked.
    pub entry: EntryTexts,
    /// The list of tokens.
    pub list: ListTexts,
    /// The digits.
    pub code: CodeTexts,
    /// A token that is nobody's.
    pub claim: ClaimTexts,
    /// The camera.
    pub camera: CameraTexts,
    /// Why something did not work.
    pub refusal: RefusalTexts,
    /// What comes after.
    pub done: DoneTexts,
}

/// What is said before anything is asked.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct EntryTexts {
    /// The title of the page.
    pub title: &'static str,
    /// What the page is about.
    pub lead: &'static str,
    /// Why to sign in.
    pub why_sign_in: &'static str,
    /// Begins to sign in.
    pub sign_in: &'static str,
    /// With which account, and what comes then.
    pub come_back: &'static str,
    /// Signs in as somebody else.
    pub other_account: &'static str,
    /// The last attempt to sign in failed.
    pub sign_in_failed: &'static str,
    /// The practice tenant's administrator is nobody who could hold tokens.
    pub practice_nobody: &'static str,
    /// Begins the choice of a person of the practice tenant.
    pub choose_person: &'static str,
    /// Nobody signs in where one person works at the machine.
    pub local: &'static str,
    /// The organisation does not want people to activate tokens here.
    pub off: &'static str,
    /// Before the organisation's own words about its help desk.
    pub help_desk: &'static str,
    /// In their place when there are none.
    pub help_desk_unnamed: &'static str,
}

/// What is said about the tokens that one has.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ListTexts {
    /// While they are being read.
    pub reading: &'static str,
    /// They could not be read.
    pub unread: &'static str,
    /// Reads them again.
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
    /// It is in a state that this version does not know.
    pub other: &'static str,
}

/// What is said about the six digits.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CodeTexts {
    /// Opens the form of a token.
    pub open: &'static str,
    /// What to do.
    pub ask: &'static str,
    /// How to get the token to show them.
    pub press: &'static str,
    /// How long they are shown.
    pub every: &'static str,
    /// The same when the token is not known yet.
    pub every_unknown: &'static str,
    /// The name of the field.
    pub digits: &'static str,
    /// Sends them.
    pub activate: &'static str,
    /// They are being sent.
    pub activating: &'static str,
    /// They are not six digits.
    pub missing: &'static str,
    /// After signing in once more: what was typed is here again.
    pub restored: &'static str,
}

/// What is said about a token that is nobody's yet.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct ClaimTexts {
    /// The title of the form.
    pub title: &'static str,
    /// What to do.
    pub lead: &'static str,
    /// Opens the form when there are other tokens.
    pub open: &'static str,
    /// There is no such form: who hands out tokens.
    pub off: &'static str,
    /// The name of the field.
    pub serial: &'static str,
    /// Where the number stands.
    pub hint: &'static str,
    /// It is missing.
    pub missing: &'static str,
}

/// What is said about the camera.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct CameraTexts {
    /// Starts it.
    pub scan: &'static str,
    /// How to hold the token.
    pub lead: &'static str,
    /// The name of its picture.
    pub picture: &'static str,
    /// Stops it.
    pub stop: &'static str,
    /// It has read a number.
    pub found: &'static str,
    /// It was not allowed.
    pub denied: &'static str,
    /// There is none.
    pub none: &'static str,
    /// It does not work.
    pub broken: &'static str,
}

/// Why something did not work, and what to do.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct RefusalTexts {
    /// The digits were refused.
    pub code: &'static str,
    /// What to do then.
    pub code_next: [&'static str; 3],
    /// No token with this number can be activated.
    pub not_available: &'static str,
    /// What to do then.
    pub not_available_next: [&'static str; 2],
    /// It works already.
    pub already: &'static str,
    /// The person has as many as they may.
    pub full: &'static str,
    /// What to do then.
    pub full_next: &'static str,
    /// The person may not, or the organisation does not want it.
    pub not_allowed: &'static str,
    /// It is the person's no longer.
    pub gone: &'static str,
    /// Microsoft is busy.
    pub later: &'static str,
    /// When to try again.
    pub wait: &'static str,
    /// The same when nobody says when.
    pub wait_unknown: &'static str,
    /// Nobody knows whether it worked.
    pub unclear: &'static str,
    /// Looks whether it did.
    pub look: &'static str,
    /// Too many attempts.
    pub too_many: &'static str,
    /// Microsoft wants the person to prove who they are.
    pub step_up: &'static str,
    /// Begins that.
    pub confirm: &'static str,
    /// The session is over.
    pub signed_out: &'static str,
    /// The server does not answer.
    pub offline: &'static str,
    /// Something else.
    pub broken: &'static str,
    /// By what the help desk finds it.
    pub reference: &'static str,
    /// A time.
    pub second: &'static str,
    /// A time.
    pub seconds: &'static str,
    /// A time.
    pub minute: &'static str,
    /// A time.
    pub minutes: &'static str,
}

/// What is said once a token is activated.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct DoneTexts {
    /// That it is.
    pub title: &'static str,
    /// What to expect.
    pub next: &'static str,
    /// What the token needs.
    pub keep: &'static str,
    /// The title of what to do when it does not work.
    pub trouble: &'static str,
    /// What to do then.
    pub trouble_next: [&'static str; 3],
}

/// What is printed on a slip.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub struct SlipTexts {
    /// The title.
    pub title: &'static str,
    /// Whose it is.
    pub holder: &'static str,
    /// What the number is.
    pub serial: &'static str,
    /// What to do. The address follows after the first.
    pub steps: [&'static str; 3],
    /// Before the organisation's own words about its help desk.
    pub help_desk: &'static str,
}

/// What the header says in a language.
pub fn header_texts(language: Language) -> &'static HeaderTexts {
    match language {
        Language::En => &en::HEADER,
        Language::De => &de::HEADER,
        Language::Fr => &fr::HEADER,
        Language::Es => &es::HEADER,
        Language::It => &it::HEADER,
    }
}

/// What the page says in a language.
pub fn page_texts(language: Language) -> &'static PageTexts {
    match language {
        Language::En => &en::PAGE,
        Language::De => &de::PAGE,
        Language::Fr => &fr::PAGE,
        Language::Es => &es::PAGE,
        Language::It => &it::PAGE,
    }
}

/// What a slip says in a language.
pub fn slip_texts(language: Language) -> &'static SlipTexts {
    match language {
        Language::En => &en::SLIP,
        Language::De => &de::SLIP,
        Language::Fr => &fr::SLIP,
        Language::Es => &es::SLIP,
        Language::It => &it::SLIP,
    }
}

/// Puts a value into its place.
pub fn interpolate(template: &str, place: &str, value: &str) -> String {
    template.replace(&format!("{{{place}}}"), value)
}

/// A time in seconds or minutes, never less than it is.
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
