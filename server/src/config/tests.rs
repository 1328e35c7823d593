//! Which configurations start, and what is said about the others.

use clap::Parser as _;

use super::*;

#[derive(clap::Parser)]
struct Cli {
    #[command(flatten)]
    serve: ServeArgs,
}

const TENANT: [&str; 3] =
    ["--entra-tenant-id=contoso.example", "--entra-client-id=client-1", "--entra-client-secret=hush-hush"];

fn check(flags: &[&str]) -> Result<Config, Problems> {
    let flags = std::iter::once("token-inventory").chain(flags.iter().copied());
    Config::check(Cli::try_parse_from(flags).unwrap().serve)
}

fn with_tenant(flags: &[&str]) -> Result<Config, Problems> {
    check(&[&TENANT, flags].concat())
}

fn problems(checked: Result<Config, Problems>) -> Vec<String> {
    checked.unwrap_err().0
}

/// Whether the only problem begins with the name of this variable.
fn blames(checked: Result<Config, Problems>, variable: &str) -> bool {
    matches!(problems(checked).as_slice(), [one] if one.starts_with(variable))
}

fn secret_of(config: &Config) -> &str {
    match &config.tenant {
        Tenant::Entra(GraphSettings { credential: Credential::Secret(secret), .. }) => secret.expose(),
        _ => "",
    }
}

fn is_practice(checked: Result<Config, Problems>) -> bool {
    matches!(checked.unwrap().tenant, Tenant::Practice(_))
}

#[test]
fn nothing_at_all_is_the_practice_tenant_on_this_machine() {
    let config = check(&[]).unwrap();
    assert!(config.listen_addr.ip().is_loopback());
    assert_eq!(config.public_url, None);
    assert!(matches!(config.tenant, Tenant::Practice(_)));
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
    let names = ["ENTRA_TENANT_ID: missing", "ENTRA_CLIENT_ID: missing", "ENTRA_CLIENT_SECRET or"];
    for (part, flag) in TENANT.iter().enumerate() {
        let found = problems(check(&[flag]));
        let missing: Vec<bool> =
            names.iter().map(|name| found.iter().any(|line| line.starts_with(name))).collect();
        let expected: Vec<bool> = (0..3).map(|other| other != part).collect();
        assert_eq!((missing, found.len()), (expected, 2), "{flag}: {found:?}");
    }
}

#[test]
fn two_secrets_are_one_too_many() {
    let found = problems(with_tenant(&["--entra-client-secret-file=secret.txt"]));
    assert_eq!(found, ["ENTRA_CLIENT_SECRET and ENTRA_CLIENT_SECRET_FILE: set one of them"]);
}

#[test]
fn a_file_may_hold_the_secret() {
    let folder = std::env::temp_dir().join(format!("token-inventory-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("secret");
    let flag = format!("--entra-client-secret-file={}", file.display());
    let [tenant, client, _] = TENANT;
    let from_file = || check(&[tenant, client, &flag]);

    assert!(blames(from_file(), "ENTRA_CLIENT_SECRET_FILE"), "there is no such file");
    std::fs::write(&file, " \n").unwrap();
    assert!(blames(from_file(), "ENTRA_CLIENT_SECRET_FILE"), "it is empty");
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
fn listens_on_this_machine_only() {
    for own in ["127.0.0.1:0", "localhost:3000", "[::1]:3000"] {
        assert!(check(&["--listen-addr", own]).is_ok(), "{own}");
    }
    for open in ["0.0.0.0:3000", "[::]:3000", "192.168.1.7:3000", "tokens.example:3000", "3000"] {
        assert!(blames(check(&["--listen-addr", open]), "LISTEN_ADDR"), "{open}");
    }
}

#[test]
fn a_real_tenant_is_not_opened_to_others_while_nobody_signs_in() {
    for open in ["https://tokens.example", "http://192.168.1.7:3000", "http://localhost.evil.example"] {
        let flag = format!("--public-url={open}");
        assert!(blames(with_tenant(&[&flag]), "PUBLIC_URL"), "{open}");
        assert!(is_practice(check(&[&flag])), "{open}: the practice tenant may be shown to anybody");
    }
    for own in ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:3000"] {
        assert!(with_tenant(&["--public-url", own]).is_ok(), "{own}");
    }
}
