//! Rate limits by address, session and user: high enough for people, too low for guessing.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use graph::entra::sign_in::PersonKey;
use token_core::error::ServiceError;

use super::digest::SecretHash;

/// Sign-ins from one address: a burst for a whole office, then one a second.
const SIGN_INS: NonZeroU32 = NonZeroU32::new(60).unwrap();
const SIGN_IN_EVERY: Duration = Duration::from_secs(1);
/// Codes of one session: as many as Microsoft Graph accepts (3,000 writes within 150 seconds), so that this limit does
/// not slow down a rollout.
const CODES: NonZeroU32 = NonZeroU32::new(3_000).unwrap();
const CODE_EVERY: Duration = Duration::from_millis(50);
/// Codes from one address, which several administrators may share.
const ADDRESS_CODES: NonZeroU32 = NonZeroU32::new(12_000).unwrap();
const ADDRESS_CODE_EVERY: Duration = Duration::from_micros(12_500);
/// Serial numbers that one user may try: nobody has many tokens, so more tries would be guesses.
const CLAIMS: NonZeroU32 = NonZeroU32::new(5).unwrap();
const CLAIM_EVERY: Duration = Duration::from_hours(1);
/// Serial numbers from one address, which a whole office may share.
const ADDRESS_CLAIMS: NonZeroU32 = NonZeroU32::new(30).unwrap();
const ADDRESS_CLAIM_EVERY: Duration = Duration::from_mins(1);
/// Codes of one user for tokens that are assigned to them.
const OWN_CODES: NonZeroU32 = NonZeroU32::new(10).unwrap();
const OWN_CODE_EVERY: Duration = Duration::from_mins(1);
/// Reads of one user's own tokens: a person who reloads the page again and again stays below.
const OWN_READS: NonZeroU32 = NonZeroU32::new(30).unwrap();
const OWN_READ_EVERY: Duration = Duration::from_secs(2);

/// A limit that the instances of the server share: a burst, and after it one every so often.
#[derive(Debug, Clone, Copy)]
pub struct SharedLimit {
    /// Its name in the store.
    pub name: &'static str,
    /// The burst.
    pub burst: NonZeroU32,
    /// The time between two after the burst.
    pub every: Duration,
}

impl SharedLimit {
    /// Sign-ins from one address.
    pub const SIGN_INS: Self = Self { name: "sign-ins", burst: SIGN_INS, every: SIGN_IN_EVERY };
    /// Serial numbers of one user.
    pub const CLAIMS: Self = Self { name: "claims", burst: CLAIMS, every: CLAIM_EVERY };
    /// Serial numbers from one address.
    pub const ADDRESS_CLAIMS: Self =
        Self { name: "address claims", burst: ADDRESS_CLAIMS, every: ADDRESS_CLAIM_EVERY };
    /// Codes of one user for their own tokens.
    pub const OWN_CODES: Self = Self { name: "own codes", burst: OWN_CODES, every: OWN_CODE_EVERY };
    /// Reads of one user's own tokens.
    pub const OWN_READS: Self = Self { name: "own reads", burst: OWN_READS, every: OWN_READ_EVERY };
}

/// The rate limiters.
pub struct RateLimits {
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    codes: DefaultKeyedRateLimiter<SecretHash>,
    address_codes: DefaultKeyedRateLimiter<IpAddr>,
    claims: DefaultKeyedRateLimiter<PersonKey>,
    address_claims: DefaultKeyedRateLimiter<IpAddr>,
    own_codes: DefaultKeyedRateLimiter<PersonKey>,
    own_reads: DefaultKeyedRateLimiter<PersonKey>,
}

impl RateLimits {
    /// All limiters start unused.
    pub fn new() -> Self {
        Self {
            sign_ins: limiter(SIGN_INS, SIGN_IN_EVERY),
            codes: limiter(CODES, CODE_EVERY),
            address_codes: limiter(ADDRESS_CODES, ADDRESS_CODE_EVERY),
            claims: limiter(CLAIMS, CLAIM_EVERY),
            address_claims: limiter(ADDRESS_CLAIMS, ADDRESS_CLAIM_EVERY),
            own_codes: limiter(OWN_CODES, OWN_CODE_EVERY),
            own_reads: limiter(OWN_READS, OWN_READ_EVERY),
        }
    }

    /// Counts one step of a sign-in from this address.
    pub fn sign_in(&self, address: IpAddr) -> Result<(), ServiceError> {
        take(&self.sign_ins, &network(address), 1)
    }

    /// Counts codes of this session, from this address.
    pub fn codes(
        &self,
        session: Option<SecretHash>,
        address: IpAddr,
        count: usize,
    ) -> Result<(), ServiceError> {
        if let Some(session) = session {
            take(&self.codes, &session, count)?;
        }
        take(&self.address_codes, &network(address), count)
    }

    /// Counts a serial number that this user enters, in whichever session, from this address.
    pub fn claim(&self, person: &PersonKey, address: IpAddr) -> Result<(), ServiceError> {
        take(&self.claims, person, 1)?;
        take(&self.address_claims, &network(address), 1)
    }

    /// Counts a code that this user enters for their own token.
    pub fn own_code(&self, person: &PersonKey) -> Result<(), ServiceError> {
        take(&self.own_codes, person, 1)
    }

    /// Counts a read of this user's own tokens.
    pub fn own_read(&self, person: &PersonKey) -> Result<(), ServiceError> {
        take(&self.own_reads, person, 1)
    }
}

fn limiter<K: Hash + Eq + Clone>(burst: NonZeroU32, every: Duration) -> DefaultKeyedRateLimiter<K> {
    // `with_period` returns `None` for a period of zero only.
    let quota = Quota::with_period(every).unwrap_or_else(|| Quota::per_second(burst)).allow_burst(burst);
    RateLimiter::keyed(quota)
}

fn take<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    count: usize,
) -> Result<(), ServiceError> {
    /// Above so many keys, those that have regained their full quota are removed.
    const MANY: usize = 10_000;
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    let Some(count) = u32::try_from(count).ok().and_then(NonZeroU32::new) else { return Ok(()) };
    match limiter.check_key_n(key, count) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(wait)) => {
            let wait = wait.wait_time_from(DefaultClock::default().now());
            Err(ServiceError::RateLimited {
                after_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(1),
            })
        }
        Err(_) => Err(ServiceError::Invalid { message: format!("{count} codes at once are too many") }),
    }
}

/// The key of an address: an IPv6 client can use any address of its /64 network, so the network is counted.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_that_keeps_trying_is_limited_and_others_are_not() {
        let rate_limits = RateLimits::new();
        let refusals: Vec<_> =
            (0..SIGN_INS.get() * 2).filter_map(|_| rate_limits.sign_in(address("192.0.2.1")).err()).collect();
        assert!(matches!(refusals.first(), Some(ServiceError::RateLimited { after_ms: 1.. })));
        assert_eq!(rate_limits.sign_in(address("192.0.2.2")), Ok(()));
    }

    #[test]
    fn ipv6_addresses_of_one_network_share_a_limit() {
        assert_eq!(network(address("2001:db8:1:2::1")), network(address("2001:db8:1:2:ffff::9")));
        assert_ne!(network(address("2001:db8:1:2::1")), network(address("2001:db8:1:3::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    fn person(number: usize) -> PersonKey {
        let oid = format!("00000000-0000-4000-8000-{number:012}");
        PersonKey { tid: uuid::Uuid::nil(), oid: token_core::user::UserId::parse(&oid).unwrap() }
    }

    #[test]
    fn five_serials_at_once_and_then_one_an_hour() {
        let rate_limits = RateLimits::new();
        let claim = || rate_limits.claim(&person(1), address("192.0.2.1"));
        assert!((0..CLAIMS.get()).all(|_| claim().is_ok()));
        let Err(ServiceError::RateLimited { after_ms }) = claim() else { panic!("not refused") };
        assert!((3_500_000..=3_600_000).contains(&after_ms), "{after_ms}");
        assert_eq!(rate_limits.own_code(&person(1)), Ok(()), "what they hold is another matter");
    }

    #[test]
    fn an_office_has_its_own_limit() {
        let rate_limits = RateLimits::new();
        let claim = |number| rate_limits.claim(&person(number), address("192.0.2.1"));
        assert!((0..30).all(|number| claim(number).is_ok()));
        let Err(ServiceError::RateLimited { after_ms }) = claim(31) else { panic!("not refused") };
        assert!(after_ms <= 60_000, "{after_ms}");
        assert_eq!(rate_limits.claim(&person(31), address("192.0.2.2")), Ok(()));
    }

    #[test]
    fn ten_codes_for_ones_own_tokens_and_then_one_a_minute() {
        let rate_limits = RateLimits::new();
        assert!((0..OWN_CODES.get()).all(|_| rate_limits.own_code(&person(1)).is_ok()));
        let Err(ServiceError::RateLimited { after_ms }) = rate_limits.own_code(&person(1)) else {
            panic!("not refused")
        };
        assert!(after_ms <= 60_000, "{after_ms}");
        assert_eq!(rate_limits.own_code(&person(2)), Ok(()));
    }

    #[test]
    fn a_rollout_is_not_limited_below_the_limit_of_graph() {
        let rate_limits = RateLimits::new();
        let session = Some(SecretHash::of("session"));
        for _ in 0..75 {
            assert_eq!(rate_limits.codes(session, address("192.0.2.1"), 40), Ok(()));
        }
        assert!(matches!(
            rate_limits.codes(session, address("192.0.2.1"), 40),
            Err(ServiceError::RateLimited { .. })
        ));
    }
}
