//! Reads the data of the tenant that a command needs for its plan.

use std::time::Duration;

use async_trait::async_trait;
use graph::clock;
use token_core::{
    error::ServiceError,
    inventory::Inventory,
    ports::{Clock, Directory, MAX_USERS, Sleeper},
    token::Token,
    user::{User, UserId},
};

use super::{output::Output, progress::spinner};

/// Microsoft's time, as far as the answers so far tell it, and timers. Codes are computed and measured by it.
///
/// It differs from the system clock by the same amount as long as it is used, so that it runs evenly.
#[derive(Debug, Clone, Copy)]
pub struct TenantClock {
    /// By how much Microsoft's time is ahead of the system clock, in milliseconds.
    ahead_ms: i64,
}

impl TenantClock {
    /// The clock that says `microsoft_ms` now, in milliseconds since 1970.
    pub fn reading(microsoft_ms: u64) -> Self {
        Self { ahead_ms: microsoft_ms.cast_signed().saturating_sub(clock::now_ms().cast_signed()) }
    }

    /// What it said when the system clock said this, in milliseconds since 1970.
    pub const fn at(self, system_ms: u64) -> u64 {
        system_ms.saturating_add_signed(self.ahead_ms)
    }
}

impl Clock for TenantClock {
    fn now_ms(&self) -> u64 {
        self.at(clock::now_ms())
    }
}

#[async_trait]
impl Sleeper for TenantClock {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Reads, and retries after each delay that Microsoft asks for.
///
/// # Errors
/// When it fails for another reason.
pub async fn retry_throttled<T, F>(output: Output, read: impl Fn() -> F) -> Result<T, ServiceError>
where
    F: Future<Output = Result<T, ServiceError>>,
{
    loop {
        match read().await {
            Err(ServiceError::Throttled { after_ms }) => {
                let seconds = after_ms.div_ceil(1000);
                output.print_note(&format!(
                    "Microsoft asks for a pause of {seconds} s. Then the tenant is read."
                ));
                tokio::time::sleep(Duration::from_millis(after_ms)).await;
            }
            read => return read,
        }
    }
}

/// The whole inventory, without the names of assigned users.
///
/// # Errors
/// When a page cannot be read.
pub async fn inventory(
    directory: &(impl Directory + ?Sized),
    output: Output,
) -> Result<Inventory, ServiceError> {
    let spinner = spinner("Reading the tenant …");
    let mut inventory = Inventory::new();
    let mut next = None;
    loop {
        let page = retry_throttled(output, || directory.tokens(next.clone())).await?;
        inventory.merge_page(page.items);
        spinner.set_message(format!("Reading the tenant: {} tokens …", inventory.len()));
        next = page.next;
        if next.is_none() {
            spinner.finish_and_clear();
            return Ok(inventory);
        }
    }
}

/// Users by id. Without the permission to read users it prints a notice and returns none.
///
/// # Errors
/// When they cannot be read for another reason.
pub async fn users(
    directory: &(impl Directory + ?Sized),
    ids: &[UserId],
    output: Output,
) -> Result<Vec<User>, ServiceError> {
    let mut users = Vec::new();
    for chunk in ids.chunks(MAX_USERS) {
        match retry_throttled(output, || directory.users_by_id(chunk.to_vec())).await {
            Err(error @ ServiceError::Forbidden { .. }) => {
                output.print_note(&format!("The users' names are missing. {error}"));
                return Ok(Vec::new());
            }
            read => users.extend(read?),
        }
    }
    Ok(users)
}

/// The users to whom these tokens are assigned.
///
/// # Errors
/// As [`users`].
pub async fn assigned_users<'a>(
    directory: &(impl Directory + ?Sized),
    tokens: impl Iterator<Item = &'a Token>,
    output: Output,
) -> Result<Vec<User>, ServiceError> {
    let mut ids: Vec<UserId> =
        tokens.filter_map(|token| Some(token.assigned_to.as_ref()?.id.clone())).collect();
    ids.sort();
    ids.dedup();
    users(directory, &ids, output).await
}

/// The whole inventory with the assigned users.
///
/// # Errors
/// When it cannot be read.
pub async fn inventory_with_users(
    directory: &(impl Directory + ?Sized),
    output: Output,
) -> Result<Inventory, ServiceError> {
    let mut inventory = inventory(directory, output).await?;
    let ids = inventory.users_to_look_up(usize::MAX);
    let users = users(directory, &ids, output).await?;
    if !users.is_empty() {
        inventory.set_users(users);
        inventory.mark_deleted(&ids);
    }
    Ok(inventory)
}
