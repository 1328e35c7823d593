//! The test users who can sign in: five users of the company, each with other rights.

use super::company::{Company, DirectoryUser, Status, UserKey};

/// A test user, by their rights in the app and in Entra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestUser {
    /// App role; Authentication Policy Administrator and Authentication Administrator in Entra.
    Administrator,
    /// App role; Global Reader in Entra.
    Reader,
    /// Assigned to the app without a role; no role in Entra.
    EndUser,
    /// Not assigned to the app.
    Outsider,
    /// App role of auditors; no role in Entra.
    Auditor,
}

impl TestUser {
    pub const ALL: [Self; 5] =
        [Self::Administrator, Self::Reader, Self::EndUser, Self::Outsider, Self::Auditor];

    /// The value of the button.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Reader => "reader",
            Self::EndUser => "enduser",
            Self::Outsider => "outsider",
            Self::Auditor => "auditor",
        }
    }

    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|test_user| test_user.word() == word)
    }

    /// The title of the button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Administrator => "An administrator",
            Self::Reader => "An administrator who is Global Reader",
            Self::EndUser => "An end user",
            Self::Outsider => "Somebody without access",
            Self::Auditor => "An auditor",
        }
    }

    /// The explanation on the button.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Administrator => {
                "Has the app role. Authentication Policy Administrator and Authentication Administrator."
            }
            // Only a person in whose name the app acts is bound by their roles in Entra.
            Self::Reader => {
                "Has the app role. May only read with delegated access (GRAPH_ACCESS=delegated); with the app's own permissions the role in Entra does not count."
            }
            Self::EndUser => "May use the app without a role, and holds a token that is not activated yet.",
            Self::Outsider => "Is not assigned to the app: Microsoft Entra refuses the sign-in.",
            Self::Auditor => "Has the app role of auditors: sees the audit trail and nothing else.",
        }
    }

    /// Whether the user has the administrators' app role and a role in Entra.
    pub const fn is_administrator(self) -> bool {
        matches!(self, Self::Administrator | Self::Reader)
    }

    /// The user's directory roles.
    const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Administrator => &["Authentication Administrator", "Authentication Policy Administrator"],
            Self::Reader => &["Global Reader"],
            Self::EndUser | Self::Outsider | Self::Auditor => &[],
        }
    }

    /// Whether the user is assigned to the app.
    pub const fn is_assigned(self) -> bool {
        !matches!(self, Self::Outsider)
    }
}

/// Which users are the test users, and who is the Global Administrator. A company of very few users lacks the last ones.
pub struct TestUsers {
    test_users: Vec<UserKey>,
    global_administrator: Option<UserKey>,
}

/// The number of edge cases at the beginning of the users, chosen only if there are no others.
const EDGE_CASES: usize = 6;

impl TestUsers {
    /// Chooses enabled members by position, so that the choice depends on the seed number alone, and gives the end user a token
    /// that is assigned and not activated.
    pub fn choose(company: &mut Company) -> Self {
        let may = |person: &DirectoryUser| person.enabled && !person.guest;
        let (last, first): (Vec<_>, Vec<_>) = company
            .people
            .iter()
            .enumerate()
            .filter(|(_, p)| may(p))
            .map(|(key, _)| key)
            .partition(|key| *key < EDGE_CASES);
        let test_users: Vec<UserKey> = first.iter().chain(&last).take(TestUser::ALL.len()).copied().collect();
        let global_administrator = first.last().copied().filter(|key| !test_users.contains(key));
        let test_users = Self { test_users, global_administrator };
        if let Some(end_user) = test_users.key(TestUser::EndUser) {
            assign_unactivated_token(company, end_user);
        }
        test_users
    }

    pub fn key(&self, test_user: TestUser) -> Option<UserKey> {
        TestUser::ALL
            .into_iter()
            .zip(&self.test_users)
            .find(|(other, _)| *other == test_user)
            .map(|(_, key)| *key)
    }

    /// The directory roles of a user.
    pub fn roles(&self, key: UserKey) -> &'static [&'static str] {
        if self.global_administrator == Some(key) {
            return &["Global Administrator"];
        }
        self.find(key).map_or(&[], TestUser::roles)
    }

    /// The user who is Global Administrator, whom no test user is.
    pub fn global_administrator(&self) -> Option<UserKey> {
        self.global_administrator
    }

    pub fn find(&self, key: UserKey) -> Option<TestUser> {
        TestUser::ALL
            .into_iter()
            .zip(&self.test_users)
            .find(|(_, other)| **other == key)
            .map(|(test_user, _)| test_user)
    }
}

fn assign_unactivated_token(company: &mut Company, person: UserKey) {
    let assigned = company.tokens_of(person).find(|(_, device)| !device.legacy);
    let free = || company.inventory(0).find(|(_, device)| device.assigned_to.is_none());
    let Some(token) = assigned.or_else(free).map(|(key, _)| key) else { return };
    let since = company.inventory(0).find_map(|(_, device)| device.assigned_at.clone());
    company.set_assigned_to(token, Some(person));
    if let Some(device) = company.device_mut(token) {
        device.status = Status::Assigned;
        device.activated_ms = None;
        device.last_used = None;
        device.assigned_at = device.assigned_at.take().or(since);
    }
}
