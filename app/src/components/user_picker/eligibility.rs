//! How many tokens a user has, and why they cannot be given another.

use std::collections::HashMap;

use token_core::{
    inventory::Inventory,
    plan::can_receive,
    user::{User, UserId},
};

use crate::format::tokens;

/// How many tokens each user has in the inventory.
pub fn counts(inventory: &Inventory) -> HashMap<UserId, usize> {
    let mut counts = HashMap::new();
    for assigned_to in inventory.tokens().iter().filter_map(|token| token.assigned_to.as_ref()) {
        *counts.entry(assigned_to.id.clone()).or_default() += 1;
    }
    counts
}

/// Why this user, who has `held` tokens, cannot be given another; shorter than in the plan, to fit on one line.
pub fn disabled_reason(user: &User, held: usize) -> Option<String> {
    can_receive(user, held).err()?;
    Some(if user.is_guest() {
        "Guest: guests cannot hold a token.".to_owned()
    } else if user.is_disabled() {
        "Disabled: enable the account first.".to_owned()
    } else {
        format!("Holds {}, as many as Microsoft allows: unassign one first.", tokens(held))
    })
}

/// The line below the addresses: why the user is disabled, or how many tokens they have.
pub fn status_line(user: &User, held: usize) -> String {
    disabled_reason(user, held)
        .unwrap_or_else(|| if held == 0 { "No tokens".to_owned() } else { tokens(held) })
}

/// The user principal name, and the mail address when it differs.
pub fn addresses(user: &User) -> String {
    match user.mail.as_deref() {
        Some(mail) if !mail.is_empty() && !mail.eq_ignore_ascii_case(&user.upn) => {
            format!("{} · {mail}", user.upn)
        }
        _ => user.upn.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        User {
            id: UserId::parse("00000000-0000-0000-0000-000000000001").unwrap(),
            name: "Ann O'Brien".to_owned(),
            upn: "ann@contoso.com".to_owned(),
            mail: None,
            enabled: Some(true),
            guest: Some(false),
        }
    }

    #[test]
    fn says_why_a_user_cannot_be_chosen() {
        let guest = User { guest: Some(true), ..user() };
        let disabled = User { enabled: Some(false), ..user() };
        assert!(status_line(&guest, 0).starts_with("Guest"));
        assert!(status_line(&disabled, 0).starts_with("Disabled"));
        assert!(status_line(&user(), 5).contains("unassign one first"));
        assert_eq!([0, 1, 4].map(|held| status_line(&user(), held)), ["No tokens", "1 token", "4 tokens"]);
        assert!(disabled_reason(&user(), 4).is_none());
    }

    #[test]
    fn shows_the_mail_address_only_when_it_differs() {
        let with = |mail: &str| addresses(&User { mail: Some(mail.to_owned()), ..user() });
        assert_eq!(with("Ann@Contoso.com"), "ann@contoso.com");
        assert_eq!(with("a.obrien@contoso.com"), "ann@contoso.com · a.obrien@contoso.com");
        assert_eq!(addresses(&user()), "ann@contoso.com");
    }
}
