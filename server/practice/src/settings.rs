//! The practice tenant's flags: the size of the company, and the faults of its Graph.

use super::{
    certificate::RegisteredCertificate,
    permission::{self, Permission},
};

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

    /// Share of requests whose connection is dropped without an answer, from 0 to 1.
    #[arg(id = "practice_drop_rate", long = "practice-drop-rate", value_name = "SHARE", value_parser = share, default_value_t = PracticeSettings::default().drop_rate)]
    pub drop_rate: f64,

    /// Milliseconds until a new token can be assigned; until then it is "not found".
    #[arg(id = "practice_visibility_delay_ms", long = "practice-visibility-delay-ms", value_name = "MS", default_value_t = PracticeSettings::default().visibility_delay_ms)]
    pub visibility_delay_ms: u64,

    /// The number from which the company and the faults are made: the same number, the same company.
    #[arg(id = "practice_seed", long = "practice-seed", value_name = "NUMBER", default_value_t = PracticeSettings::default().seed)]
    pub seed: u64,

    /// Seconds in the Retry-After of a fault.
    #[arg(id = "practice_retry_after_seconds", long = "practice-retry-after-seconds", value_name = "S", default_value_t = PracticeSettings::default().retry_after_seconds)]
    pub retry_after_seconds: u64,

    /// A Graph permission that the app holds (repeat, or separate by commas).
    #[arg(id = "practice_grant", long = "practice-grant", value_name = "PERMISSION", value_delimiter = ',', value_parser = permission::parse, default_values_t = PracticeSettings::default().grant)]
    pub grant: Vec<Permission>,

    /// The app role of administrators.
    #[arg(id = "practice_admin_role", long = "practice-admin-role", value_name = "ROLE", default_value_t = PracticeSettings::default().admin_role)]
    pub admin_role: String,

    /// The app role of auditors.
    #[arg(id = "practice_auditor_role", long = "practice-auditor-role", value_name = "ROLE", default_value_t = PracticeSettings::default().auditor_role)]
    pub auditor_role: String,

    /// An address, beside any on this machine, to which people may be sent back (repeat).
    #[arg(id = "practice_redirect_uri", long = "practice-redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,

    /// A PEM file with a certificate by which the app may prove who it is.
    #[arg(id = "practice_certificate", long = "practice-certificate", value_name = "FILE", value_parser = RegisteredCertificate::read)]
    pub certificate: Option<RegisteredCertificate>,

    /// Seconds that an access token is good for.
    #[arg(id = "practice_token_lifetime_s", long = "practice-token-lifetime-s", value_name = "S", default_value_t = PracticeSettings::default().token_lifetime_s)]
    pub token_lifetime_s: u64,

    /// Some people's names look like markup, or turn the text around them round.
    #[arg(id = "practice_hostile_names", long = "practice-hostile-names")]
    pub hostile_names: bool,

    /// Changes by people who sign in need a claims challenge to be answered first.
    #[arg(id = "practice_step_up", long = "practice-step-up")]
    pub step_up: bool,
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
            drop_rate: 0.0,
            visibility_delay_ms: 0,
            seed: 1,
            retry_after_seconds: 1,
            grant: permission::NEEDED.to_vec(),
            admin_role: "TokenInventory.Admin".to_owned(),
            auditor_role: "TokenInventory.Auditor".to_owned(),
            redirect_uris: Vec::new(),
            certificate: None,
            token_lifetime_s: 3_599,
            hostile_names: false,
            step_up: false,
        }
    }
}

fn share(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or("a share lies between 0 and 1")
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
    fn refuses_impossible_shares_and_permissions_that_do_not_exist() {
        for flag in [
            "--practice-drop-rate=1.5",
            "--practice-drop-rate=NaN",
            "--practice-grant=God.ReadWrite.All",
            "--practice-certificate=/nowhere.pem",
        ] {
            assert!(PracticeTestArgs::try_parse_from(["practice", flag]).is_err(), "{flag}");
        }
    }
}
