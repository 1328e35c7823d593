//! The lifecycle of a token: which actions each status allows, and what Graph refuses (MICROSOFT_GRAPH.md 1.9 and 2).

use token_core::{
    otp::{self, Code},
    token::MAX_TOKENS_PER_USER,
};

use super::{
    clock,
    company::{Company, HardwareToken, Status, TokenKey, UserKey},
    errors::GraphRefusal,
};

/// The activation window in steps to either side: a day at 30 s, and two days at 60 s.
const WINDOW_STEPS: i64 = 2_880;
/// The window of a sign-in in steps to either side: a minute at 30 s, and two minutes at 60 s.
const SIGN_IN_STEPS: i64 = 2;

impl Company {
    /// Refuses a user to whom no (further) token may be assigned.
    pub fn check_assignable_to(&self, person: UserKey) -> Result<(), GraphRefusal> {
        if self.person(person).is_some_and(|person| person.guest) {
            return Err(GraphRefusal::bad_request("Hardware OATH tokens cannot be assigned to guest users."));
        }
        if self.tokens_of(person).count() >= MAX_TOKENS_PER_USER {
            return Err(GraphRefusal::bad_request(
                "The user already has the maximum number of OATH tokens and authenticator apps (5).",
            ));
        }
        Ok(())
    }

    /// Assigns an unassigned token to a user.
    pub fn assign(&mut self, token: TokenKey, person: UserKey, now_ms: u64) -> Result<(), GraphRefusal> {
        if self.device(token).is_some_and(|device| device.assigned_to.is_some()) {
            return Err(GraphRefusal::conflict("The hardware OATH token is already assigned."));
        }
        self.check_assignable_to(person)?;
        self.set_assigned_to(token, Some(person));
        if let Some(device) = self.device_mut(token) {
            device.status = Status::Assigned;
            device.assigned_at = Some(clock::utc(now_ms));
        }
        Ok(())
    }

    /// Activates an assigned token. A wrong code sets its status to `failedActivation`.
    pub fn activate(&mut self, token: TokenKey, code: &Code, now_ms: u64) -> Result<(), GraphRefusal> {
        let device = self.device_mut(token).ok_or_else(GraphRefusal::no_such_token)?;
        if device.status == Status::Activated {
            return Err(GraphRefusal::bad_request("The hardware OATH token is already activated."));
        }
        let steps = steps_of(device, code, now_ms, (0, WINDOW_STEPS));
        let is_valid = steps.is_some();
        // Entra keeps the drift that it sees at activation (MICROSOFT_GRAPH.md 2.9).
        device.learnt_steps = steps.unwrap_or_default();
        device.status = if is_valid { Status::Activated } else { Status::FailedActivation };
        device.activated_ms = is_valid.then_some(now_ms);
        if is_valid { Ok(()) } else { Err(GraphRefusal::bad_request("The verification code is not valid.")) }
    }

    /// A simulated sign-in with a code: accepted around the drift that was learnt, which it corrects.
    pub fn sign_in(&mut self, token: TokenKey, code: &Code, now_ms: u64) -> bool {
        let Some(device) = self.device_mut(token) else { return false };
        let learnt = device.learnt_steps;
        let steps = steps_of(device, code, now_ms, (learnt, SIGN_IN_STEPS));
        let steps = steps.filter(|_| device.status == Status::Activated);
        if let Some(steps) = steps {
            device.learnt_steps = steps;
            device.last_used = Some(clock::utc(now_ms));
        }
        steps.is_some()
    }

    /// Deactivates a token, which stays assigned.
    pub fn deactivate(&mut self, token: TokenKey) -> Result<(), GraphRefusal> {
        let device = self.device_mut(token).ok_or_else(GraphRefusal::no_such_token)?;
        if device.status != Status::Activated {
            return Err(GraphRefusal::bad_request("The hardware OATH token is not activated."));
        }
        device.status = Status::Assigned;
        device.activated_ms = None;
        Ok(())
    }

    /// The user's default method: of the activated tokens the one that was activated first. A user with one token has none:
    /// there is nothing to change it to.
    pub fn default_method(&self, person: UserKey) -> Option<TokenKey> {
        let activated = self.tokens_of(person).filter_map(|(key, device)| Some((device.activated_ms?, key)));
        let (_, first) = activated.min()?;
        (self.tokens_of(person).count() > 1).then_some(first)
    }

    /// Unassigns a token.
    pub fn unassign(&mut self, token: TokenKey) {
        self.set_assigned_to(token, None);
        if let Some(device) = self.device_mut(token) {
            device.status = Status::Available;
            device.activated_ms = None;
            device.assigned_at = None;
            device.last_used = None;
        }
    }

    /// Deletes an unassigned token.
    pub fn delete(&mut self, token: TokenKey) -> Result<(), GraphRefusal> {
        if self.device(token).is_some_and(|device| device.assigned_to.is_some()) {
            return Err(GraphRefusal::bad_request(
                "The hardware OATH token is assigned to a user; unassign it first.",
            ));
        }
        self.take_out(token);
        Ok(())
    }
}

/// By how many steps the code is ahead of now, if it is one of the `window` steps to either side of `middle`. Nearest steps come
/// first, so that a right code costs two or three HMACs and a wrong one of an activation some 5,760.
fn steps_of(device: &HardwareToken, code: &Code, now_ms: u64, (middle, window): (i64, i64)) -> Option<i64> {
    let now = otp::step(device.interval, now_ms);
    let matches = |steps: &i64| {
        let step = now.checked_add_signed(*steps);
        step.is_some_and(|step| otp::hotp(&device.seed, device.hash, step).expose() == code.expose())
    };
    (0..=window).flat_map(|off| [middle + off, middle - off]).find(matches)
}

#[cfg(test)]
mod tests {
    use token_core::{
        seed::Seed,
        token::{HashFunction, Interval},
    };

    use super::*;

    const NOW_MS: u64 = 1_768_471_200_000;
    const DAY_MS: u64 = 86_400_000;

    fn device(interval: Interval, hash: HashFunction) -> HardwareToken {
        HardwareToken {
            id: String::new(),
            serial: String::new(),
            manufacturer: String::new(),
            model: String::new(),
            interval,
            hash,
            seed: Seed::from_bytes(b"12345678901234567890".to_vec()).unwrap(),
            name: None,
            status: Status::Assigned,
            assigned_to: Some(0),
            last_used: None,
            activated_ms: None,
            clock_s: 0,
            learnt_steps: 0,
            assigned_at: None,
            visible_from: 0,
            legacy: false,
        }
    }

    #[test]
    fn accepts_codes_within_the_documented_window_and_none_outside() {
        for (interval, days) in [(Interval::S30, 1), (Interval::S60, 2)] {
            for hash in [HashFunction::Sha1, HashFunction::Sha256] {
                let device = device(interval, hash);
                let shown = |ms| otp::totp(&device.seed, hash, interval, ms);
                let step_ms = u64::from(interval.seconds()) * 1000;
                let edge = days * DAY_MS;
                for ms in [NOW_MS, NOW_MS - edge, NOW_MS + edge] {
                    assert!(
                        steps_of(&device, &shown(ms), NOW_MS, (0, WINDOW_STEPS)).is_some(),
                        "{interval:?} {hash:?}"
                    );
                }
                for ms in [NOW_MS - edge - step_ms, NOW_MS + edge + step_ms] {
                    assert!(
                        steps_of(&device, &shown(ms), NOW_MS, (0, WINDOW_STEPS)).is_none(),
                        "{interval:?} {hash:?}"
                    );
                }
            }
        }
    }
}
