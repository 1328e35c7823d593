//! The practice tenant's flags: the size of the company, and the faults of its Graph.

use super::{
    certificate::RegisteredCertificate,
    permission::{self, Permission},
};

/// What becomes of a bulk request with an invalid token; which of them Graph does is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum BulkFailure {
    /// 200: an annotation stands in the token's place, and the others are created.
    Annotate,
    /// 400, with the invalid tokens in `error.details`, and nothing is created.
    Refuse,
}

/// The form of the header `Retry-After` (RFC 9110 section 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum RetryAfterForm {
    /// A number of seconds.
    Seconds,
    /// An HTTP date.
    Date,
    /// Left out.
    None,
}

/// Settings of the practice tenant, each of them a flag of the commands that start one.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Practice tenant")]
pub struct PracticeSettings {
    /// Tokens in the practice tenant's inventory.
    #[arg(id = "practice_tokens", long = "practice-tokens", value_name = "N", default_value_t = PracticeSettings::default().tokens)]
    pub tokens: usize,

    /// Users in the practice tenant.
    #[arg(id = "practice_users", long = "practice-users", value_name = "N", default_value_t = PracticeSettings::default().users)]
    pub users: usize,

    /// Most tokens on one page of the inventory.
    #[arg(id = "practice_page_size", long = "practice-page-size", value_name = "N", default_value_t = PracticeSettings::default().page_size)]
    pub page_size: usize,

    /// Milliseconds that every request takes, however many items it carries.
    #[arg(id = "practice_latency_ms", long = "practice-latency-ms", value_name = "MS", default_value_t = PracticeSettings::default().latency_ms)]
    pub latency_ms: u64,

    /// Writes allowed within 150 seconds before Graph throttles.
    #[arg(id = "practice_write_budget", long = "practice-write-budget", value_name = "N", default_value_t = PracticeSettings::default().write_budget)]
    pub write_budget: usize,

    /// Share of requests and batch items that are answered 429, from 0 to 1.
    #[arg(id = "practice_throttle_rate", long = "practice-throttle-rate", value_name = "SHARE", value_parser = share, default_value_t = PracticeSettings::default().throttle_rate)]
    pub throttle_rate: f64,

    /// Share of requests and batch items that are answered 503, from 0 to 1.
    #[arg(id = "practice_unavailable_rate", long = "practice-unavailable-rate", value_name = "SHARE", value_parser = share, default_value_t = PracticeSettings::default().unavailable_rate)]
    pub unavailable_rate: f64,

    /// Share of requests and batch items that are answered 409, Directory_ConcurrencyViolation, from 0 to 1.
    #[arg(id = "practice_concurrency_rate", long = "practice-concurrency-rate", value_name = "SHARE", value_parser = share, default_value_t = PracticeSettings::default().concurrency_rate)]
    pub concurrency_rate: f64,

    /// Share of requests whose connection is dropped without an answer, from 0 to 1.
    #[arg(id = "practice_drop_rate", long = "practice-drop-rate", value_name = "SHARE", value_parser = share, default_value_t = PracticeSettings::default().drop_rate)]
    pub drop_rate: f64,

    /// Milliseconds until a new token can be assigned; until then it is "not found".
    #[arg(id = "practice_visibility_delay_ms", long = "practice-visibility-delay-ms", value_name = "MS", default_value_t = PracticeSettings::default().visibility_delay_ms)]
    pub visibility_delay_ms: u64,

    /// Milliseconds for which the inventory and users' methods show the state before a write.
    #[arg(id = "practice_list_lag_ms", long = "practice-list-lag-ms", value_name = "MS", default_value_t = PracticeSettings::default().list_lag_ms)]
    pub list_lag_ms: u64,

    /// Share of tokens whose clock is slow or fast by 40 to 200 seconds, from 0 to 1; at 0 no clock is dead either.
    #[arg(id = "practice_drift_rate", long = "practice-drift-rate", value_name = "SHARE", value_parser = share, default_value_t = PracticeSettings::default().drift_rate)]
    pub drift_rate: f64,

    /// Milliseconds within which a second write on one user's methods is answered well and has no effect.
    #[arg(id = "practice_collision_ms", long = "practice-collision-ms", value_name = "MS", default_value_t = PracticeSettings::default().collision_ms)]
    pub collision_ms: u64,

    /// A token that is its user's default method cannot be unassigned while the user has others.
    #[arg(id = "practice_default_method", long = "practice-default-method")]
    pub default_method: bool,

    /// Most tokens that one request creates; 0: creating several at once is not supported.
    #[arg(id = "practice_bulk_limit", long = "practice-bulk-limit", value_name = "N")]
    pub bulk_limit: Option<usize>,

    /// A bulk request with an invalid token: annotate creates the others, refuse creates none.
    #[arg(id = "practice_bulk_failure", long = "practice-bulk-failure", value_name = "FORM", value_enum, hide_possible_values = true, default_value_t = PracticeSettings::default().bulk_failure)]
    pub bulk_failure: BulkFailure,

    /// The write budget refills steadily, all of it within 150 seconds, in place of the sliding window.
    #[arg(id = "practice_steady_budget", long = "practice-steady-budget")]
    pub steady_budget: bool,

    /// Reads cost as much of the write budget as writes.
    #[arg(id = "practice_count_reads", long = "practice-count-reads")]
    pub count_reads: bool,

    /// Answers say in headers how much of the budget is used, from 0.8 of it.
    #[arg(id = "practice_throttle_headers", long = "practice-throttle-headers")]
    pub throttle_headers: bool,

    /// The number from which the company and the faults are made: the same number, the same company.
    #[arg(id = "practice_seed", long = "practice-seed", value_name = "NUMBER", default_value_t = PracticeSettings::default().seed)]
    pub seed: u64,

    /// Seconds in the Retry-After of a fault; decimals come with items of batches alone.
    #[arg(id = "practice_retry_after_seconds", long = "practice-retry-after-seconds", value_name = "S", value_parser = seconds, default_value_t = PracticeSettings::default().retry_after_seconds)]
    pub retry_after_seconds: f64,

    /// Form of Retry-After: seconds, date (an HTTP date), or none (left out).
    #[arg(id = "practice_retry_after", long = "practice-retry-after", value_name = "FORM", value_enum, hide_possible_values = true, default_value_t = PracticeSettings::default().retry_after_form)]
    pub retry_after_form: RetryAfterForm,

    /// Errors of calls on users' methods come without Graph's envelope, as "Message" and "MessageDetail".
    #[arg(id = "practice_bare_errors", long = "practice-bare-errors")]
    pub bare_errors: bool,

    /// A Graph permission that the app holds (repeat, or separate by commas).
    #[arg(id = "practice_grant", long = "practice-grant", value_name = "PERMISSION", value_delimiter = ',', value_parser = permission::parse, default_values_t = PracticeSettings::default().grant)]
    pub grant: Vec<Permission>,

    /// The app role of administrators.
    #[arg(id = "practice_admin_role", long = "practice-admin-role", value_name = "ROLE", default_value_t = PracticeSettings::default().admin_role)]
    pub admin_role: String,

    /// The app role of auditors.
    #[arg(id = "practice_auditor_role", long = "practice-auditor-role", value_name = "ROLE", default_value_t = PracticeSettings::default().auditor_role)]
    pub auditor_role: String,

    /// An address, beside any on this machine, to which users may be sent back (repeat).
    #[arg(id = "practice_redirect_uri", long = "practice-redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,

    /// A PEM file with a certificate by which the app may prove who it is.
    #[arg(id = "practice_certificate", long = "practice-certificate", value_name = "FILE", value_parser = RegisteredCertificate::read)]
    pub certificate: Option<RegisteredCertificate>,

    /// Seconds that an access token is good for.
    #[arg(id = "practice_token_lifetime_s", long = "practice-token-lifetime-s", value_name = "S", default_value_t = PracticeSettings::default().token_lifetime_s)]
    pub token_lifetime_s: u64,

    /// Some users' names look like markup, or turn the text around them round.
    #[arg(id = "practice_hostile_names", long = "practice-hostile-names")]
    pub hostile_names: bool,

    /// Changes by users who sign in need a claims challenge to be answered first.
    #[arg(id = "practice_step_up", long = "practice-step-up")]
    pub step_up: bool,

    /// Claims challenges come as 404 with the claims in the message, in place of 401 with a header.
    #[arg(id = "practice_hidden_challenge", long = "practice-hidden-challenge")]
    pub hidden_challenge: bool,

    /// Users may not read the tokens of those who hold a directory role either; a Global Reader may.
    #[arg(id = "practice_protected_reads", long = "practice-protected-reads")]
    pub protected_reads: bool,
}

impl Default for PracticeSettings {
    fn default() -> Self {
        Self {
            tokens: 2_500,
            users: 600,
            page_size: 1_000,
            latency_ms: 0,
            write_budget: 3_000,
            throttle_rate: 0.0,
            unavailable_rate: 0.0,
            concurrency_rate: 0.0,
            drop_rate: 0.0,
            visibility_delay_ms: 0,
            list_lag_ms: 0,
            drift_rate: 0.15,
            collision_ms: 0,
            default_method: false,
            bulk_limit: None,
            bulk_failure: BulkFailure::Annotate,
            steady_budget: false,
            count_reads: false,
            throttle_headers: false,
            seed: 1,
            retry_after_seconds: 1.0,
            retry_after_form: RetryAfterForm::Seconds,
            bare_errors: false,
            grant: permission::NEEDED.to_vec(),
            admin_role: "TokenInventory.Admin".to_owned(),
            auditor_role: "TokenInventory.Auditor".to_owned(),
            redirect_uris: Vec::new(),
            certificate: None,
            token_lifetime_s: 3_599,
            hostile_names: false,
            step_up: false,
            hidden_challenge: false,
            protected_reads: false,
        }
    }
}

fn share(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or("a share lies between 0 and 1")
}

fn seconds(text: &str) -> Result<f64, &'static str> {
    let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0);
    seconds.ok_or("a number of seconds is not negative")
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;

    #[derive(Parser)]
    struct PracticeTestArgs {
        #[command(flatten)]
        practice: PracticeSettings,
    }

    #[test]
    fn every_flag_works_and_defaults_to_the_documented_company() {
        PracticeTestArgs::command().debug_assert();
        let settings = PracticeTestArgs::parse_from(["practice"]).practice;
        assert_eq!((settings.tokens, settings.users, settings.write_budget), (2_500, 600, 3_000));
        assert_eq!(settings.grant, permission::NEEDED);
        let flags =
            ["practice", "--practice-drop-rate=0.25", "--practice-grant=policy.read.all,User.Read.All"];
        let settings = PracticeTestArgs::parse_from(flags).practice;
        assert_eq!((settings.drop_rate, settings.grant), (0.25, vec!["Policy.Read.All", "User.Read.All"]));
    }

    #[test]
    fn the_flags_of_the_sign_in_work() {
        let settings = PracticeTestArgs::parse_from(["practice"]).practice;
        assert_eq!(
            (settings.admin_role.as_str(), settings.token_lifetime_s),
            ("TokenInventory.Admin", 3_599)
        );
        assert!(!settings.step_up && settings.redirect_uris.is_empty() && settings.certificate.is_none());
        let flags = [
            "practice",
            "--practice-step-up",
            "--practice-admin-role=Chief",
            "--practice-token-lifetime-s=5",
            "--practice-redirect-uri=https://a.example/",
            "--practice-redirect-uri=https://b.example/",
            "--practice-certificate=tests/practice/certificate/certificate.pem",
        ];
        let settings = PracticeTestArgs::parse_from(flags).practice;
        assert_eq!((settings.admin_role.as_str(), settings.token_lifetime_s), ("Chief", 5));
        assert_eq!(settings.redirect_uris, ["https://a.example/", "https://b.example/"]);
        assert!(settings.step_up && settings.certificate.is_some());
    }

    #[test]
    fn the_flags_of_what_was_seen_to_go_wrong_are_off_unless_asked_for() {
        let settings = PracticeTestArgs::parse_from(["practice"]).practice;
        assert_eq!((settings.collision_ms, settings.list_lag_ms, settings.bulk_limit), (0, 0, None));
        assert_eq!(settings.bulk_failure, BulkFailure::Annotate);
        assert!(!settings.default_method && !settings.steady_budget);
        assert!(!settings.count_reads && !settings.throttle_headers);
        assert!(!settings.bare_errors && !settings.hidden_challenge && !settings.protected_reads);
        assert!(settings.concurrency_rate <= 0.0 && settings.retry_after_form == RetryAfterForm::Seconds);
        let flags = [
            "practice",
            "--practice-collision-ms=400",
            "--practice-list-lag-ms=1500",
            "--practice-bulk-limit=20",
            "--practice-bulk-failure=refuse",
            "--practice-default-method",
            "--practice-steady-budget",
            "--practice-count-reads",
            "--practice-throttle-headers",
            "--practice-retry-after-seconds=0.249",
            "--practice-retry-after=date",
            "--practice-concurrency-rate=0.5",
            "--practice-bare-errors",
            "--practice-hidden-challenge",
            "--practice-protected-reads",
        ];
        let settings = PracticeTestArgs::parse_from(flags).practice;
        assert_eq!((settings.collision_ms, settings.list_lag_ms), (400, 1_500));
        assert_eq!((settings.bulk_limit, settings.bulk_failure), (Some(20), BulkFailure::Refuse));
        assert!(settings.default_method && settings.steady_budget);
        assert!(settings.count_reads && settings.throttle_headers);
        assert!((settings.retry_after_seconds - 0.249).abs() < f64::EPSILON);
        assert!((settings.concurrency_rate - 0.5).abs() < f64::EPSILON);
        assert_eq!(settings.retry_after_form, RetryAfterForm::Date);
        assert!(settings.bare_errors && settings.hidden_challenge && settings.protected_reads);
    }

    #[test]
    fn refuses_impossible_shares_and_permissions_that_do_not_exist() {
        for flag in [
            "--practice-drop-rate=1.5",
            "--practice-drift-rate=2",
            "--practice-drop-rate=NaN",
            "--practice-retry-after-seconds=-1",
            "--practice-bulk-failure=ignore",
            "--practice-grant=God.ReadWrite.All",
            "--practice-certificate=/nowhere.pem",
        ] {
            assert!(PracticeTestArgs::try_parse_from(["practice", flag]).is_err(), "{flag}");
        }
    }
}
