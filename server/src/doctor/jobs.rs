//! The kinds of work, what each needs, and what each is for (FACTS section 8).

use token_core::checkup::Capability;

use crate::graph::permission::{READ_METHODS, READ_TOKENS, READ_USERS, WRITE_METHODS, WRITE_TOKENS};

/// All of a person's ways to sign in, to read and to change: more than hardware tokens.
pub(super) const ALL_METHODS_READ: &str = "UserAuthenticationMethod.Read.All";
/// See [`ALL_METHODS_READ`].
pub(super) const ALL_METHODS_WRITE: &str = "UserAuthenticationMethod.ReadWrite.All";
/// People with whether they are enabled or guests.
pub(super) const READ_WHOLE_USERS: &str = "User.Read.All";
/// More than reading people.
pub(super) const WRITE_USERS: &str = "User.ReadWrite.All";
/// More than reading people.
pub(super) const READ_DIRECTORY: &str = "Directory.Read.All";
/// More than reading people.
pub(super) const WRITE_DIRECTORY: &str = "Directory.ReadWrite.All";

/// A kind of work.
pub(super) struct Job {
    /// Which.
    pub work: Capability,
    /// "The app may …".
    pub verb: &'static str,
    /// What of the app stops without it.
    pub buttons: &'static str,
    /// The permissions of which one suffices, the best first.
    pub serving: &'static [&'static str],
    /// The least of them.
    pub least: &'static str,
    /// The Entra roles of which a signed-in person needs one.
    pub roles: &'static str,
}

/// In the order in which a person meets them.
pub(super) const JOBS: [Job; 5] = [
    Job {
        work: Capability::ReadTokens,
        verb: "read the inventory",
        buttons: "\"Inventory\", and the check of a file before \"Import\"",
        serving: &[READ_TOKENS, WRITE_TOKENS],
        least: READ_TOKENS,
        roles: "Global Reader or Authentication Policy Administrator",
    },
    Job {
        work: Capability::WriteTokens,
        verb: "create and delete tokens",
        buttons: "\"Import only\", \"Import and assign\" and \"Import, assign and activate\"",
        serving: &[WRITE_TOKENS],
        least: WRITE_TOKENS,
        roles: "Authentication Policy Administrator",
    },
    Job {
        work: Capability::ReadUserTokens,
        verb: "read people's tokens",
        buttons: "the check of what became of a token in \"Import and assign\" and \"Import, assign and activate\"",
        serving: &[READ_METHODS, WRITE_METHODS, ALL_METHODS_READ, ALL_METHODS_WRITE],
        least: READ_METHODS,
        roles: "Global Reader, Authentication Administrator or Privileged Authentication Administrator",
    },
    Job {
        work: Capability::WriteUserTokens,
        verb: "assign and activate tokens",
        buttons: "\"Import and assign\" and \"Import, assign and activate\"",
        serving: &[WRITE_METHODS, ALL_METHODS_WRITE],
        least: WRITE_METHODS,
        roles: "Authentication Administrator (for administrators' tokens: Privileged Authentication Administrator)",
    },
    Job {
        work: Capability::ReadUsers,
        verb: "find people",
        buttons: "the search of people, the names of holders in \"Inventory\", \"Import and assign\" and \"Import, \
                  assign and activate\"",
        serving: &[READ_WHOLE_USERS, READ_USERS, READ_DIRECTORY, WRITE_USERS, WRITE_DIRECTORY],
        least: READ_USERS,
        roles: "any, unless the tenant keeps its members from reading other people",
    },
];
