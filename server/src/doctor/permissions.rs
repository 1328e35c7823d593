//! For each kind of work: may it be done, and what is missing?
//!
//! Two witnesses: the names of the permissions that were granted, and what Graph allowed when asked. What Graph
//! allowed counts more. A person needs both the permission and an Entra role.

use token_core::checkup::{Capability, Finding, MissingPermissions};

use super::{
    Who,
    finding::{advice, good, problem, unknown},
    grants::Grants,
    jobs::{JOBS, Job, READ_DIRECTORY, READ_WHOLE_USERS, WRITE_DIRECTORY, WRITE_USERS},
    portal::TO_THE_APP,
    probes::{Probe, Probes},
};
use crate::graph::permission::READ_USERS;

/// What the findings are called.
pub(super) const TOPIC: &str = "Permissions";

/// Both witnesses.
pub(super) struct Rights<'a> {
    /// What was granted.
    pub grants: &'a Grants,
    /// What Graph allowed.
    pub probes: &'a Probes,
    /// To whom.
    pub who: &'a Who,
}

/// How it stands with one kind of work.
enum Verdict {
    /// It may be done; by this permission, if known.
    May(Option<&'static str>),
    /// The permission is missing.
    Lacks,
    /// The permission is there, and yet Graph refuses.
    Refused,
    /// Nobody knows.
    Unclear(String),
}

impl Rights<'_> {
    /// What is known to be missing.
    pub fn missing(&self) -> MissingPermissions {
        let lacking = JOBS.iter().filter(|job| matches!(self.verdict(job), Verdict::Lacks));
        MissingPermissions(lacking.map(|job| (job.work, job.least.to_owned())).collect())
    }

    /// One finding for each kind of work, and what else is to be said.
    pub fn findings(&self) -> Vec<Finding> {
        let jobs = JOBS.iter().map(|job| self.finding(job));
        jobs.chain(self.basic_only()).collect()
    }

    fn verdict(&self, job: &Job) -> Verdict {
        let serving = self.grants.first_of(job.serving);
        let probe = self.probe(job.work);
        match probe {
            Some(Probe::Allowed(_)) => Verdict::May(serving),
            _ if self.grants.lacks(job.serving) => Verdict::Lacks,
            Some(Probe::Refused) if serving.is_some() => Verdict::Refused,
            Some(Probe::Refused) => Verdict::Lacks,
            _ if serving.is_some() => Verdict::May(serving),
            Some(Probe::Unclear(why) | Probe::Silent(why)) => Verdict::Unclear(why.clone()),
            None if self.cannot_even_read(job.work) => Verdict::Lacks,
            None => Verdict::Unclear("it cannot be tested without writing".to_owned()),
            Some(_) => Verdict::Unclear("Microsoft Graph could not be asked".to_owned()),
        }
    }

    /// The question that shows whether this may be done. Writing is never tried.
    fn probe(&self, work: Capability) -> Option<&Probe> {
        match work {
            Capability::ReadTokens => Some(&self.probes.tokens),
            Capability::ReadUserTokens => Some(&self.probes.holdings),
            Capability::ReadUsers if self.probes.whole_users.is_allowed() => Some(&self.probes.whole_users),
            Capability::ReadUsers => Some(&self.probes.users),
            Capability::WriteTokens | Capability::WriteUserTokens => None,
        }
    }

    /// Each permission to write allows reading too, so that who may not read may not write.
    fn cannot_even_read(&self, work: Capability) -> bool {
        let reading = match work {
            Capability::WriteTokens => &self.probes.tokens,
            Capability::WriteUserTokens => &self.probes.holdings,
            _ => return false,
        };
        matches!(self.who, Who::App) && reading.is_refused()
    }

    fn finding(&self, job: &Job) -> Finding {
        let Job { verb, buttons, least, .. } = job;
        let (subject, kind) = self.subject();
        match self.verdict(job) {
            Verdict::May(serving) => {
                let by = serving.map_or_else(String::new, |serving| format!(" ({serving})"));
                good(TOPIC, format!("{subject} may {verb}{by}.{}", self.role_for_writing(job)))
            }
            Verdict::Lacks => problem(
                TOPIC,
                format!(
                    "{subject} may not {verb}: the permission {least} is missing. Without it these do not work: {buttons}."
                ),
                format!(
                    "Add the {kind} permission {least} of Microsoft Graph and give admin consent, as described under \"Consent\"."
                ),
            ),
            Verdict::Refused => self.refused(job),
            Verdict::Unclear(why) => {
                let remedy = format!(
                    "The {kind} permission needed is {least}: {TO_THE_APP} → API permissions shows it."
                );
                unknown(
                    TOPIC,
                    format!("Whether {} may {verb} is not known: {why}.", lower(subject)),
                    Some(&remedy),
                )
            }
        }
    }

    fn refused(&self, job: &Job) -> Finding {
        let Job { verb, buttons, roles, .. } = job;
        match self.who {
            Who::Person { .. } => problem(
                TOPIC,
                format!(
                    "The app may {verb} in your name, but you may not: your Entra roles do not suffice. These do not work for you: {buttons}."
                ),
                format!(
                    "Have one of these roles assigned: {roles}. Entra admin center → Roles & admins. Activate it first if you hold it in Privileged Identity Management, then sign in again."
                ),
            ),
            Who::App | Who::Nobody => problem(
                TOPIC,
                format!(
                    "The app holds the permission to {verb}, and yet Microsoft Graph refuses. These do not work: {buttons}."
                ),
                "If it was granted just now, wait a few minutes and check again. Else look for a Conditional Access \
                 policy for workload identities, and whether the tenant has Entra ID P1 or P2.",
            ),
        }
    }

    /// A role for writing shows only when something is written.
    fn role_for_writing(&self, job: &Job) -> String {
        match (self.who, job.work) {
            (Who::Person { .. }, Capability::WriteTokens | Capability::WriteUserTokens) => {
                format!(
                    " Whether your Entra roles allow it shows only when it is done; it takes {}.",
                    job.roles
                )
            }
            _ => String::new(),
        }
    }

    fn subject(&self) -> (&'static str, &'static str) {
        match self.who {
            Who::App => ("The app", "application"),
            Who::Person { .. } => ("The app in your name", "delegated"),
            Who::Nobody => ("The app in an administrator's name", "delegated"),
        }
    }

    /// Without more than the basic profile nobody knows beforehand who is disabled or a guest.
    fn basic_only(&self) -> Option<Finding> {
        let whole = [READ_WHOLE_USERS, WRITE_USERS, READ_DIRECTORY, WRITE_DIRECTORY];
        let by_name = self.grants.holds(READ_USERS) && self.grants.lacks(&whole);
        let by_probe = self.probes.whole_users.is_refused() && self.probes.users.is_allowed();
        (by_name || by_probe).then(|| {
            advice(
                TOPIC,
                "With User.ReadBasic.All alone the app cannot tell disabled accounts and guests before it assigns a \
                 token: that shows only when Microsoft Graph refuses.",
                "Add User.Read.All instead, if you want to see it in advance.",
            )
        })
    }
}

/// With delegated permissions everything depends on the person, and at the terminal there is none.
pub(super) fn nobody() -> Finding {
    unknown(
        TOPIC,
        "What the app may do in an administrator's name, the administrator's Entra roles and the policy of the \
         hardware OATH method cannot be seen from here.",
        Some("Sign in to Token Inventory as that administrator and open Settings → Check."),
    )
}

fn lower(subject: &str) -> String {
    subject.replacen("The ", "the ", 1)
}

#[cfg(test)]
mod tests;
