//! The steps of a trial, as data: what is tried, what the program assumes, and what depends on it.

use serde::{Deserialize, Serialize};

/// A step of a trial. The order is that in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialStep {
    /// Create one token.
    Create,
    /// Read it by its id.
    ReadById,
    /// Find it by its serial number.
    FindBySerial,
    /// Read a page of the list.
    ListPage,
    /// Create another token with the same serial number.
    SameSerial,
    /// Name it.
    Rename,
    /// Assign it.
    Assign,
    /// Read it after the assignment.
    ReadAssigned,
    /// Read the tokens of the user.
    ReadUser,
    /// Delete it while it is assigned.
    DeleteAssigned,
    /// Activate it with a wrong code.
    WrongCode,
    /// Activate it with the right code.
    Activate,
    /// Activate it while it is activated.
    ActivateAgain,
    /// Deactivate it.
    Deactivate,
    /// Activate it with a fresh code after deactivating.
    Reactivate,
    /// Activate it with a code of some steps before.
    EarlierCode,
    /// Unassign it.
    Unassign,
    /// Assign and activate it in one call, with a wrong code.
    CombinedWrongCode,
    /// Assign and activate it in one call.
    Combined,
    /// Activate it by its serial number while it is assigned.
    BySerialAssigned,
    /// Assign and activate it by its serial number, with a wrong code.
    BySerialWrongCode,
    /// Assign and activate it by its serial number.
    BySerial,
    /// Create a token of another manufacturer with the same serial number.
    SameSerialOtherManufacturer,
    /// Create a token of the other interval and hash.
    CreateSha256,
    /// Assign and activate that token.
    ActivateSha256,
    /// Create two tokens in one call, one of them with an invalid secret key.
    BulkInvalidKey,
    /// Create two tokens in one call, one of them with a serial number that exists.
    BulkSameSerial,
    /// Two writes for one user at once.
    TwoAtOnce,
    /// Delete it.
    Delete,
}

/// What is known of a step.
struct Facts {
    /// What is done.
    title: &'static str,
    /// The section of `MICROSOFT_GRAPH.md`.
    section: &'static str,
    /// What the program assumes.
    assumes: &'static str,
    /// What depends on it.
    affects: &'static str,
}

impl TrialStep {
    /// All steps.
    pub const ALL: [Self; 29] = [
        Self::Create,
        Self::ReadById,
        Self::FindBySerial,
        Self::ListPage,
        Self::SameSerial,
        Self::Rename,
        Self::Assign,
        Self::ReadAssigned,
        Self::ReadUser,
        Self::DeleteAssigned,
        Self::WrongCode,
        Self::Activate,
        Self::ActivateAgain,
        Self::Deactivate,
        Self::Reactivate,
        Self::EarlierCode,
        Self::Unassign,
        Self::CombinedWrongCode,
        Self::Combined,
        Self::BySerialAssigned,
        Self::BySerialWrongCode,
        Self::BySerial,
        Self::SameSerialOtherManufacturer,
        Self::CreateSha256,
        Self::ActivateSha256,
        Self::BulkInvalidKey,
        Self::BulkSameSerial,
        Self::TwoAtOnce,
        Self::Delete,
    ];

    /// The steps of a trial; `collide` includes two writes for one user at once.
    pub fn of_trial(collide: bool) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |step| collide || *step != Self::TwoAtOnce)
    }

    /// What is done.
    pub fn title(self) -> &'static str {
        self.facts().title
    }

    /// The section of `MICROSOFT_GRAPH.md` with the assumption.
    pub fn section(self) -> &'static str {
        self.facts().section
    }

    /// What the program assumes.
    pub fn assumes(self) -> &'static str {
        self.facts().assumes
    }

    /// What in the program depends on it.
    pub fn affects(self) -> &'static str {
        self.facts().affects
    }

    fn facts(self) -> Facts {
        let (title, section, assumes, affects) = match self {
            Self::Create
            | Self::ReadById
            | Self::FindBySerial
            | Self::ListPage
            | Self::SameSerial
            | Self::SameSerialOtherManufacturer
            | Self::CreateSha256 => self.of_inventory(),
            Self::Rename
            | Self::Delete
            | Self::DeleteAssigned
            | Self::BulkInvalidKey
            | Self::BulkSameSerial => self.of_changes(),
            Self::Assign | Self::ReadAssigned | Self::ReadUser | Self::Unassign | Self::TwoAtOnce => {
                self.of_assignment()
            }
            Self::WrongCode
            | Self::Activate
            | Self::ActivateAgain
            | Self::Deactivate
            | Self::Reactivate
            | Self::EarlierCode
            | Self::CombinedWrongCode
            | Self::Combined
            | Self::BySerialWrongCode
            | Self::BySerialAssigned
            | Self::BySerial
            | Self::ActivateSha256 => self.of_activation(),
        };
        Facts { title, section, assumes, affects }
    }

    fn of_inventory(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Create => (
                "Create one token",
                "1.4",
                "201 with the token, whose secret key is not shown",
                "Import: every row begins with it",
            ),
            Self::ReadById => (
                "Read it by its id",
                "1.3",
                "200 with the token, after some seconds at most",
                "The panel of a token, and reading back after every change",
            ),
            Self::FindBySerial => (
                "Find it by its serial number",
                "1.2",
                "200 with exactly this token, as flat properties",
                "The check of a file before an import, and looking up after an uncertain answer",
            ),
            Self::ListPage => (
                "Read a page of the list",
                "1.2",
                "200 with flat tokens, up to about 1,000, and a link to the next page if there are more",
                "The inventory page, and the plan of every import",
            ),
            Self::SameSerialOtherManufacturer => (
                "Create a token of another manufacturer with the same serial number",
                "1.9",
                "201, or 409 and no second token",
                "Import: whether a row can be created whose serial number the tenant has under another manufacturer",
            ),
            Self::CreateSha256 => (
                "Create a token with SHA-256 and 60 seconds",
                "1.9",
                "201, and the token is shown with both, after some seconds at most",
                "Import: seed files with such tokens",
            ),
            _ => (
                "Create another token with the same serial number",
                "1.9",
                "409, and no second token",
                "Import: a row whose token exists; without the refusal a repeated import makes duplicates",
            ),
        }
    }

    fn of_changes(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Rename => ("Name it", "1.6", "204, and the name is shown", "Rename"),
            Self::Delete => (
                "Delete it",
                "1.7",
                "204 once it is unassigned, perhaps after some seconds, and then 404",
                "Delete, and Replace",
            ),
            Self::DeleteAssigned => (
                "Delete it while it is assigned",
                "1.7",
                "refused, and the token stays",
                "Delete: it unassigns first and relies on the refusal of a token that somebody was given meanwhile",
            ),
            Self::BulkInvalidKey => (
                "Create two tokens in one call, one of them with an invalid secret key",
                "1.5",
                "either the whole call is refused, or the failing one is marked; the invalid one is not created",
                "Import in bulk: how a failing row is found, and how many calls an import takes",
            ),
            _ => (
                "Create two tokens in one call, one of them with a serial number that exists",
                "1.5",
                "either the whole call is refused, or the failing one is marked; there is no second token with the serial",
                "Import in bulk: repeating a file, and continuing after an interruption",
            ),
        }
    }

    fn of_assignment(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Assign => ("Assign it to the user", "2.3", "201", "Import and assign, and Assign"),
            Self::ReadAssigned => (
                "Read it after the assignment",
                "1.4",
                "the user in assignedTo, after some seconds at most",
                "Who has which token: the inventory, and reading back after Assign",
            ),
            Self::ReadUser => (
                "Read the user's tokens",
                "2.1",
                "200 with the token in device, under the same id",
                "The panel of a user, and activating and unassigning, which use the token's id",
            ),
            Self::Unassign => (
                "Unassign it",
                "2.8",
                "204, and the token is available again after some seconds at most",
                "Unassign, Delete and Replace",
            ),
            _ => (
                "Assign two tokens to the user at once",
                "2",
                "one of them may be answered well without effect; each is seen or not seen afterwards",
                "The program sends one write at a time for each user and reads back; nothing depends on the result",
            ),
        }
    }

    fn of_activation(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::WrongCode => (
                "Activate it with a wrong code",
                "2.10",
                "400, and the token is not activated",
                "Every activation: a 400 is told as a refused code",
            ),
            Self::Activate => (
                "Activate it with the right code",
                "2.6",
                "204, and the token is activated, also after a wrong code",
                "Import, assign and activate, Activate, and My tokens",
            ),
            Self::ActivateAgain => (
                "Activate it while it is activated",
                "2",
                "refused, and the token stays activated",
                "Activate: a token that works is left alone; the remedy is Deactivate",
            ),
            Self::Deactivate => (
                "Deactivate it",
                "2.7",
                "204, and the token stays assigned",
                "Deactivate, and repairing a token whose clock is off",
            ),
            Self::Reactivate => (
                "Activate it again with a fresh code",
                "2",
                "204, and the token is activated",
                "Deactivate, then Activate: the repair of a token whose clock is off",
            ),
            Self::EarlierCode => (
                "Activate it with the code of three intervals before",
                "2.9",
                "204: codes of a whole day are accepted at activation",
                "Activation by a code that a user reads from a token whose clock is off",
            ),
            Self::CombinedWrongCode => (
                "Assign and activate it in one call, with a wrong code",
                "2.10",
                "400, and the token is not activated; it may be assigned",
                "Import, assign and activate: a row that failed is read before it is repeated. My tokens: a refused claim is undone",
            ),
            Self::BySerialWrongCode => (
                "Assign and activate it by its serial number, with a wrong code",
                "2.10",
                "400, and the token is not activated; it may be assigned",
                "My tokens: a user who mistypes the code of a token from the stock is told so, and the claim is undone",
            ),
            Self::BySerialAssigned => (
                "Activate it by its serial number while it is assigned",
                "2",
                "204, and the token is activated",
                "My tokens: a user may type the serial number of a token that is assigned to them already",
            ),
            Self::BySerial => (
                "Assign and activate it by its serial number",
                "2.5",
                "204, and the token is activated",
                "My tokens: a user takes a token from the stock",
            ),
            Self::ActivateSha256 => (
                "Assign and activate the token with SHA-256 and 60 seconds",
                "2.9",
                "204, and the token is activated",
                "Every activation of such a token by a code that is computed from its secret key",
            ),
            _ => (
                "Assign and activate it in one call",
                "2.4",
                "204, and the token is activated",
                "Import, assign and activate: one write after the creation",
            ),
        }
    }
}
