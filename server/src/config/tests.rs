//! Which configurations are accepted, and which errors the others report.

use std::time::Duration;

use audit::database::DatabaseLocation;
use clap::Parser as _;
use graph::Credential;

use super::*;

#[derive(clap::Parser)]
struct ServeTestArgs {
    #[command(flatten)]
    serve: ServeArgs,
}

const TENANT: [&str; 3] =
    ["--entra-tenant-id=contoso.example", "--entra-client-id=client-1", "--entra-client-secret=hush-hush"];

fn check(flags: &[&str]) -> Result<Config, ConfigErrors> {
    let flags = std::iter::once("token-inventory").chain(flags.iter().copied());
    Config::check(ServeTestArgs::try_parse_from(flags).unwrap().serve)
}

fn with_tenant(flags: &[&str]) -> Result<Config, ConfigErrors> {
    check(&[&TENANT, flags].concat())
}

fn problems(checked: Result<Config, ConfigErrors>) -> Vec<String> {
    checked.unwrap_err().0
}

/// Whether the only error begins with the name of this variable.
fn only_error_is_for(checked: Result<Config, ConfigErrors>, variable: &str) -> bool {
    matches!(problems(checked).as_slice(), [one] if one.starts_with(variable))
}

fn secret_of(config: &Config) -> &str {
    match &config.tenant {
        TenantConfig::Organisation(Organisation { settings, .. }) => match &settings.credential {
            Credential::Secret(secret) => secret.expose(),
            Credential::Certificate(_) => "a certificate",
        },
        TenantConfig::Practice(..) => "",
    }
}

fn is_practice(checked: Result<Config, ConfigErrors>) -> bool {
    matches!(checked.unwrap().tenant, TenantConfig::Practice(..))
}

#[test]
fn nothing_at_all_is_the_practice_tenant_on_this_machine() {
    let config = check(&[]).unwrap();
    assert!(config.listen_addr.ip().is_loopback());
    assert_eq!(config.public_url, None);
    assert!(matches!(config.tenant, TenantConfig::Practice(..)));
}

#[test]
fn who_holds_a_directory_role_is_asked_for_unless_set_otherwise() {
    for (flags, expected) in [
        (&[][..], PrivilegedTargets::Confirm),
        (&["--privileged-targets="], PrivilegedTargets::Confirm),
        (&["--privileged-targets=Refuse"], PrivilegedTargets::Refuse),
        (&["--privileged-targets=allow"], PrivilegedTargets::Allow),
    ] {
        assert_eq!(check(flags).unwrap().privileged_targets, expected, "{flags:?}");
    }
    assert!(only_error_is_for(check(&["--privileged-targets=ask"]), "PRIVILEGED_TARGETS"));
}

#[test]
fn another_port_may_be_used_by_default_without_a_tenant() {
    assert!(check(&[]).unwrap().any_port);
    assert!(check(&["--listen-addr="]).unwrap().any_port, "set to nothing is not set");
    for chosen in ["--listen-addr=127.0.0.1:3000", "--public-url=http://localhost:3000"] {
        assert!(!check(&[chosen]).unwrap().any_port, "{chosen}");
    }
    assert!(!with_tenant(&[]).unwrap().any_port, "Entra knows the address");
}

#[test]
fn proxies_are_addresses_and_networks() {
    assert_eq!(check(&[]).unwrap().proxies, TrustedProxies::default());
    let two = with_tenant(&["--trusted-proxies=10.0.0.5, fd00::/8"]).unwrap().proxies;
    assert_eq!(two, TrustedProxies::parse("10.0.0.5 fd00::/8").unwrap());
    assert!(only_error_is_for(with_tenant(&["--trusted-proxies=caddy"]), "TRUSTED_PROXIES: \"caddy\""));
}

#[test]
fn all_three_parts_are_a_tenant() {
    assert_eq!(secret_of(&with_tenant(&[]).unwrap()), "hush-hush");
}

#[test]
fn every_problem_is_named_at_once_and_no_secret() {
    let checked = check(&[
        "--listen-addr=here",
        "--public-url=ftp://tokens.example",
        "--entra-tenant-id=a/b",
        "--entra-client-secret=hush-hush",
        "--entra-authority=http://login.example",
        "--graph-endpoint=graph",
    ]);
    let shown = checked.as_ref().unwrap_err().to_string();
    let found = problems(checked);
    for variable in [
        "LISTEN_ADDR",
        "PUBLIC_URL",
        "ENTRA_TENANT_ID",
        "ENTRA_CLIENT_ID",
        "ENTRA_AUTHORITY",
        "GRAPH_ENDPOINT",
    ] {
        let lines = found.iter().filter(|line| line.starts_with(variable)).count();
        assert_eq!(lines, 1, "{variable} in {found:?}");
        assert!(shown.contains(variable));
    }
    assert_eq!(found.len(), 6, "{found:?}");
    assert!(!shown.contains("hush"));
}

#[test]
fn a_half_configuration_names_what_is_missing() {
    let names = ["ENTRA_TENANT_ID: missing", "ENTRA_CLIENT_ID: missing", "ENTRA_CLIENT_SECRET,"];
    for (part, flag) in TENANT.iter().enumerate() {
        let found = problems(check(&[flag]));
        let missing: Vec<bool> =
            names.iter().map(|name| found.iter().any(|line| line.starts_with(name))).collect();
        let expected: Vec<bool> = (0..3).map(|other| other != part).collect();
        assert_eq!((missing, found.len()), (expected, 2), "{flag}: {found:?}");
    }
}

#[test]
fn two_secrets_are_rejected() {
    let found = problems(with_tenant(&["--entra-client-secret-file=secret.txt"]));
    assert_eq!(
        found,
        ["ENTRA_CLIENT_SECRET, ENTRA_CLIENT_SECRET_FILE or ENTRA_CLIENT_CERTIFICATE_FILE: set one of them"]
    );
}

#[test]
fn a_file_may_hold_the_secret() {
    let folder = std::env::temp_dir().join(format!("token-inventory-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("secret");
    let flag = format!("--entra-client-secret-file={}", file.display());
    let [tenant, client, _] = TENANT;
    let from_file = || check(&[tenant, client, &flag]);

    assert!(only_error_is_for(from_file(), "ENTRA_CLIENT_SECRET_FILE"), "there is no such file");
    std::fs::write(&file, " \n").unwrap();
    assert!(only_error_is_for(from_file(), "ENTRA_CLIENT_SECRET_FILE"), "it is empty");
    std::fs::write(&file, "hush-hush\n").unwrap();
    assert_eq!(secret_of(&from_file().unwrap()), "hush-hush");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_variable_that_is_set_to_nothing_is_not_set() {
    let empty = [
        "--public-url=",
        "--entra-tenant-id=",
        "--entra-client-id= ",
        "--entra-client-secret=",
        "--entra-client-secret-file=",
    ];
    assert!(is_practice(check(&empty)));
}

#[test]
fn without_a_tenant_it_listens_on_this_machine_only() {
    for loopback in ["127.0.0.1:0", "localhost:3000", "[::1]:3000"] {
        assert!(check(&["--listen-addr", loopback]).is_ok(), "{loopback}");
    }
    for open in ["0.0.0.0:3000", "[::]:3000", "192.168.1.7:3000", "tokens.example:3000", "3000"] {
        assert!(only_error_is_for(check(&["--listen-addr", open]), "LISTEN_ADDR"), "{open}");
    }
}

#[test]
fn an_organisations_server_may_be_reached_where_entra_sends_people_back_to() {
    for public in ["https://tokens.example", "http://localhost:3000", "http://[::1]:3000"] {
        assert!(with_tenant(&["--listen-addr=0.0.0.0:3000", "--public-url", public]).is_ok(), "{public}");
    }
    for public in ["http://192.168.1.7:3000", "http://localhost.evil.example"] {
        let flag = format!("--public-url={public}");
        assert!(only_error_is_for(with_tenant(&[&flag]), "PUBLIC_URL"), "{public}");
        assert!(
            is_practice(check(&[&flag, "--practice"])),
            "{public}: the practice tenant may be shown to anybody"
        );
    }
    assert!(only_error_is_for(with_tenant(&["--listen-addr=0.0.0.0:3000"]), "PUBLIC_URL"));
}

#[test]
fn a_public_address_ends_after_the_host_or_a_plain_path() {
    for (public, kept) in [
        ("https://tokens.example", "https://tokens.example/"),
        ("https://it.example/tokens", "https://it.example/tokens/"),
        ("https://it.example/a/tokens/", "https://it.example/a/tokens/"),
    ] {
        let config = with_tenant(&["--public-url", public]).unwrap();
        assert_eq!(config.public_url.unwrap().as_str(), kept);
    }
    for public in [
        "https://tokens.example/?a=b",
        "https://tokens.example/#a",
        "https://me:pw@tokens.example",
        "https://tokens.example/a//b",
        "https://tokens.example/a%2Fb",
        "https://tokens.example/it's",
    ] {
        assert!(only_error_is_for(with_tenant(&["--public-url", public]), "PUBLIC_URL"), "{public}");
    }
}

#[test]
fn names_of_any_tenant_are_rejected() {
    for any in ["common", "Organizations", "consumers"] {
        let [_, client, secret] = TENANT;
        assert!(
            only_error_is_for(
                check(&[&format!("--entra-tenant-id={any}"), client, secret]),
                "ENTRA_TENANT_ID"
            ),
            "{any}"
        );
    }
}

#[test]
fn access_is_the_apps_own_or_each_administrators() {
    let access = |checked: Result<Config, ConfigErrors>| match checked.unwrap().tenant {
        TenantConfig::Organisation(organisation) => organisation.access,
        TenantConfig::Practice(..) => panic!("a tenant was set"),
    };
    assert_eq!(access(with_tenant(&[])), Access::Application);
    assert_eq!(access(with_tenant(&["--graph-access=Delegated"])), Access::Delegated);
    assert!(only_error_is_for(with_tenant(&["--graph-access=both"]), "GRAPH_ACCESS"));
    assert!(
        only_error_is_for(check(&["--graph-access=delegated"]), "GRAPH_ACCESS"),
        "nobody signs in without a tenant"
    );
}

#[test]
fn a_session_lasts_between_a_second_and_a_week() {
    let lifetimes = check(&["--session-idle=30m", "--session-longest=2h"]).unwrap().lifetimes;
    assert_eq!((lifetimes.idle.as_secs(), lifetimes.absolute.as_secs()), (30 * 60, 2 * 60 * 60));
    for wrong in ["0s", "-1h", "8 days", "soon", ""] {
        assert!(only_error_is_for(check(&[&format!("--session-idle={wrong}")]), "SESSION_IDLE"), "{wrong}");
    }
}

#[test]
fn the_app_role_is_a_single_word() {
    for wrong in ["", "Token Admin"] {
        assert!(only_error_is_for(check(&[&format!("--admin-role={wrong}")]), "ADMIN_ROLE"), "{wrong}");
    }
}

#[test]
fn a_wrong_setting_of_the_audit_trail_is_named() {
    for (flag, variable) in [
        ("--database-url=mysql://db.example/audit", "DATABASE_URL"),
        ("--database-url=postgres://[", "DATABASE_URL"),
        ("--audit-retention=12h", "AUDIT_RETENTION"),
        ("--audit-retention=0d", "AUDIT_RETENTION"),
        ("--audit-log=xml", "AUDIT_LOG"),
        ("--auditor-role=two words", "AUDITOR_ROLE"),
    ] {
        assert!(only_error_is_for(check(&[flag]), variable), "{flag}");
    }
}

#[test]
fn the_password_of_the_database_is_not_shown() {
    let url = "--database-url=postgres://audit:hush-hush@db.example/audit";
    assert!(!format!("{:?}", check(&[url]).unwrap()).contains("hush-hush"));
    let wrong = problems(check(&["--database-url=postgres://audit:hush-hush@db.example:port/audit"]));
    assert!(!wrong.concat().contains("hush-hush"), "{wrong:?}");
}

#[test]
fn only_the_practice_tenants_trail_is_kept_in_memory() {
    let practice = check(&[]).unwrap().audit;
    assert!(
        matches!(practice.default_store, DatabaseLocation::Memory)
            && matches!(practice.connected_store, Some(DatabaseLocation::File(_)))
    );
    let organisation = with_tenant(&["--audit-retention=365d"]).unwrap().audit;
    assert!(
        matches!(organisation.default_store, DatabaseLocation::File(_))
            && organisation.connected_store.is_none()
    );
    assert_eq!(organisation.retention, Some(Duration::from_hours(24 * 365)));
    let given = check(&["--database-url=sqlite:somewhere.db"]).unwrap().audit;
    assert!(
        matches!(given.default_store, DatabaseLocation::Memory)
            && matches!(given.connected_store, Some(DatabaseLocation::File(_))),
        "a server that has lost its tenant does not show the tenant's entries"
    );
    let given = with_tenant(&["--database-url=sqlite:somewhere.db"]).unwrap().audit;
    assert!(matches!(given.default_store, DatabaseLocation::File(_)) && given.connected_store.is_none());
}

#[test]
fn a_public_name_needs_a_tenant_or_the_word_practice() {
    let public = "--public-url=https://tokens.example";
    assert!(only_error_is_for(check(&[public]), "PUBLIC_URL: https://tokens.example/ is a public name"));
    assert!(is_practice(check(&[public, "--practice"])));
    assert!(is_practice(check(&["--practice"])));
    assert!(is_practice(check(&["--public-url=http://localhost:3000"])));
    assert!(only_error_is_for(with_tenant(&["--practice"]), "--practice: a tenant is set"));
    let open = check(&["--practice", "--listen-addr=0.0.0.0:3000"]);
    assert!(only_error_is_for(open, "LISTEN_ADDR"), "nobody signs in to the practice tenant");
}

#[test]
fn by_default_users_may_claim_and_have_five_tokens() {
    assert_eq!(check(&[]).unwrap().self_service, SelfService::default());
    assert!(SelfService::default().delegated, "with their own permissions");
    let set = check(&[
        "--self-service=Activate",
        "--self-service-most-tokens=2",
        "--self-service-access=application",
        "--help-desk= Room 12, 555-0100 ",
    ]);
    let expected = SelfService {
        offer: Offer::Activate,
        most: 2,
        delegated: false,
        help_desk: Some("Room 12, 555-0100".to_owned()),
    };
    assert_eq!(set.unwrap().self_service, expected);
    assert!(check(&["--self-service=off"]).unwrap().self_service.offer == Offer::Off);
}

#[test]
fn errors_of_self_service_settings_are_named() {
    let long = format!("--help-desk={}", "x".repeat(201));
    for (flag, variable) in [
        ("--self-service=yes", "SELF_SERVICE:"),
        ("--self-service-most-tokens=0", "SELF_SERVICE_MOST_TOKENS:"),
        ("--self-service-most-tokens=6", "SELF_SERVICE_MOST_TOKENS:"),
        ("--self-service-most-tokens=many", "SELF_SERVICE_MOST_TOKENS:"),
        ("--self-service-access=me", "SELF_SERVICE_ACCESS:"),
        ("--help-desk=one\ntwo", "HELP_DESK:"),
        (&long, "HELP_DESK:"),
    ] {
        assert!(only_error_is_for(check(&[flag]), variable), "{flag}");
    }
    let exact = format!("--help-desk={}", "ä".repeat(200));
    assert!(check(&[&exact]).is_ok());
}
