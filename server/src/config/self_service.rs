//! The settings of self-service: what users may do with their own tokens without an administrator.

use app::api::boot_info::SelfService as AboutSelfService;
use clap::Args;
use token_core::token::MAX_TOKENS_PER_USER;

use super::{non_empty, ok_or_record};

/// Longest help desk line, in characters.
const LONGEST_LINE: usize = 200;

/// What users may do with their own tokens.
#[derive(Debug, Clone, Args)]
pub struct SelfServiceArgs {
    /// What users may do with their own tokens: "claim" (activate those assigned to them, and take one that is nobody's
    /// by its serial number), "activate" (only those assigned to them) or "off".
    #[arg(long, env = "SELF_SERVICE", default_value = "claim")]
    pub self_service: String,
    /// How many tokens a user may hold before they can take no other, from 1 to 5.
    #[arg(long, env = "SELF_SERVICE_MOST_TOKENS", default_value = "5")]
    pub self_service_most_tokens: String,
    /// As whom Microsoft is asked.
    #[command(flatten)]
    pub access: SelfServiceAccessArgs,
    /// Where users get help: one line of plain text.
    #[arg(long, env = "HELP_DESK")]
    pub help_desk: Option<String>,
}

/// With whose permissions users' own tokens are read and changed.
#[derive(Debug, Clone, Args)]
pub struct SelfServiceAccessArgs {
    /// As whom Microsoft is asked about a user's own tokens: "delegated" (the user, whose sign-in must grant it) or
    /// "application" (the app itself, for the user who signed in).
    #[arg(long, env = "SELF_SERVICE_ACCESS", default_value = "delegated")]
    pub self_service_access: String,
}

impl SelfServiceAccessArgs {
    /// Whether it is the user.
    ///
    /// # Errors
    /// When the value is unknown.
    pub fn delegated(&self) -> Result<bool, String> {
        delegated(&self.self_service_access)
    }
}

/// Which self-service actions are offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offer {
    /// Nothing.
    Off,
    /// Activating tokens that an administrator has assigned.
    Activate,
    /// Also claiming unassigned tokens.
    Claim,
}

/// The validated settings of self-service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfService {
    /// Which actions are offered.
    pub offer: Offer,
    /// The number of tokens at which a user can claim no other.
    pub most: usize,
    /// Whether every user's sign-in requests delegated access to their own tokens.
    pub delegated: bool,
    /// Where users get help.
    pub help_desk: Option<String>,
}

impl Default for SelfService {
    fn default() -> Self {
        Self { offer: Offer::Claim, most: MAX_TOKENS_PER_USER, delegated: true, help_desk: None }
    }
}

impl SelfService {
    /// Whether every user's sign-in requests access to Graph.
    pub fn asks_people(&self) -> bool {
        self.delegated && self.is_offered()
    }

    /// Whether anything is offered.
    pub fn is_offered(&self) -> bool {
        self.offer != Offer::Off
    }

    /// The settings that the pages get.
    pub fn shown(&self) -> AboutSelfService {
        AboutSelfService {
            activate: self.is_offered(),
            claim: self.offer == Offer::Claim,
            max_tokens: self.most,
            help_desk: self.help_desk.clone(),
        }
    }
}

impl SelfServiceArgs {
    /// Validates the settings; adds every error to `problems`.
    pub(crate) fn check(self, problems: &mut Vec<String>) -> Option<SelfService> {
        let offer = ok_or_record(offer(&self.self_service), problems);
        let most = ok_or_record(most(&self.self_service_most_tokens), problems);
        let delegated = ok_or_record(self.access.delegated(), problems);
        let help_desk = ok_or_record(help_desk(self.help_desk), problems);
        Some(SelfService { offer: offer?, most: most?, delegated: delegated?, help_desk: help_desk? })
    }
}

fn offer(text: &str) -> Result<Offer, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "claim" => Ok(Offer::Claim),
        "activate" => Ok(Offer::Activate),
        "off" => Ok(Offer::Off),
        _ => Err(format!("SELF_SERVICE: {text:?} is neither claim, activate nor off")),
    }
}

fn most(text: &str) -> Result<usize, String> {
    let most = if text.trim().is_empty() { Some(MAX_TOKENS_PER_USER) } else { text.trim().parse().ok() };
    most.filter(|most| (1..=MAX_TOKENS_PER_USER).contains(most)).ok_or_else(|| {
        format!("SELF_SERVICE_MOST_TOKENS: {text:?} is no number from 1 to {MAX_TOKENS_PER_USER}, Microsoft's limit")
    })
}

fn delegated(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "delegated" => Ok(true),
        "application" => Ok(false),
        _ => Err(format!("SELF_SERVICE_ACCESS: {text:?} is neither application nor delegated")),
    }
}

fn help_desk(text: Option<String>) -> Result<Option<String>, String> {
    let Some(line) = non_empty(text).map(|text| text.trim().to_owned()) else { return Ok(None) };
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    match line.chars().count() {
        _ if line.contains(breaks) => Err("HELP_DESK: must be one line of plain text".to_owned()),
        length if length > LONGEST_LINE => {
            Err(format!("HELP_DESK: has {length} characters, where {LONGEST_LINE} are allowed"))
        }
        _ => Ok(Some(line)),
    }
}
