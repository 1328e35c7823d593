//! Checks Dockerfile, compose file and systemd unit as far as possible without Docker and systemd, and runs the program as in
//! the container.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::support::server_process::{PROGRAM, ServerProcess, free_port, get, mode_for_others};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// An instruction of the Dockerfile: its name and arguments.
type Instruction = (String, String);

/// The instructions by stage.
fn stages() -> Vec<Vec<Instruction>> {
    let text = read("Dockerfile").replace("\\\n", " ");
    let mut stages: Vec<Vec<Instruction>> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, rest) = line.split_once(' ').unwrap();
        if name == "FROM" {
            stages.push(Vec::new());
        }
        stages
            .last_mut()
            .expect("the first instruction is FROM")
            .push((name.to_owned(), rest.trim().to_owned()));
    }
    stages
}

/// The arguments of this instruction in the last stage.
fn last(name: &str) -> Vec<String> {
    let stage = stages().pop().unwrap();
    stage.into_iter().filter(|(found, _)| found == name).map(|(_, rest)| rest).collect()
}

fn variables() -> Vec<(String, String)> {
    let pair = |text: &String| text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    last("ENV").iter().filter_map(pair).collect()
}

/// Whether a variable is a setting of the program.
fn is_setting(name: &str) -> bool {
    let help = Command::new(PROGRAM).args(["serve", "--help"]).env_clear().output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    // Without a value for secrets.
    ["=", "]"].iter().any(|end| help.contains(&format!("[env: {name}{end}")))
}

#[test]
fn everything_that_is_copied_exists_and_is_not_ignored() {
    let dockerignore = read(".dockerignore");
    let names: Vec<String> =
        stages().iter().map(|stage| stage[0].1.split(" AS ").nth(1).unwrap_or_default().to_owned()).collect();
    for (_, copied) in stages().concat().iter().filter(|(name, _)| name == "COPY") {
        let (flags, paths): (Vec<&str>, Vec<&str>) =
            copied.split(' ').partition(|word| word.starts_with("--"));
        match flags.iter().find_map(|flag| flag.strip_prefix("--from=")) {
            Some(from) => {
                assert!(names.iter().any(|name| name == from), "{copied}: there is no stage {from}")
            }
            None => {
                for source in &paths[..paths.len() - 1] {
                    assert!(root().join(source).exists(), "{source} is not there");
                    assert!(
                        dockerignore.lines().any(|line| line == format!("!{source}")),
                        "{source} is ignored"
                    );
                }
            }
        }
    }
}

#[test]
fn the_image_is_from_scratch_and_runs_as_an_unprivileged_user() {
    assert_eq!(last("FROM"), ["scratch"]);
    let [user] = &last("USER")[..] else { panic!("one USER") };
    let ids: Vec<u32> =
        user.split(':').map(|id| id.parse().expect("a number: the image has no user names")).collect();
    assert!(ids.len() == 2 && ids.iter().all(|id| *id > 1_000), "{user}");
    assert!(last("RUN").is_empty(), "the image has no shell");
    for (name, value) in variables() {
        assert!(is_setting(&name), "{name}={value}");
    }
    for (instruction, rest) in ["ENTRYPOINT", "CMD", "HEALTHCHECK"].map(|name| (name, last(name).join(" "))) {
        let words = &rest[rest.find('[').unwrap_or_else(|| panic!("{instruction} needs a shell: {rest}"))..];
        let words: Vec<String> = serde_json::from_str(words).unwrap();
        let arguments = words.iter().filter(|word| *word != "/token-inventory");
        let known = Command::new(PROGRAM).args(arguments).arg("--help").output().unwrap();
        assert!(known.status.success(), "{instruction}: {words:?}");
    }
}

#[test]
fn the_settings_in_compose_and_the_unit_are_settings() {
    let compose = read("packaging/compose.yaml");
    let app = compose.split("  proxy:").next().unwrap();
    let name = |line: &str| line.trim().split_once(": ").map(|(name, _)| name.to_owned());
    let is_variable = |name: &String| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    let in_compose: Vec<String> = app.lines().filter_map(name).filter(is_variable).collect();
    let unit = read("packaging/token-inventory.service");
    let in_unit = unit.lines().filter_map(|line| line.strip_prefix("Environment=")?.split_once('='));
    let in_unit: Vec<String> = in_unit.map(|(name, _)| name.to_owned()).collect();
    assert!(in_compose.len() >= 6 && in_unit.len() >= 2, "{in_compose:?} {in_unit:?}");
    for name in in_compose.iter().chain(&in_unit) {
        assert!(is_setting(name), "{name}");
    }
    assert!(app.contains("read_only: true") && app.contains("cap_drop: [ALL]") && !app.contains("ports:"));
    let proxy = compose.split("ipv4_address: ").nth(1).unwrap().lines().next().unwrap();
    assert!(app.contains(&format!("TRUSTED_PROXIES: {proxy}\n")), "the trusted proxy has another address");
    for line in ["DynamicUser=yes", "ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet="] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    assert!(unit.contains("ExecStart=/usr/local/bin/token-inventory serve\n"));
}

/// The folders of the image: a read-only root with the program, an app and `/data`.
struct Image(PathBuf);

impl Image {
    fn new(owner: Option<u32>) -> Self {
        // In a folder that every user may read: the build folder may be in a private home.
        let root = std::env::temp_dir().join(format!("token-inventory-image-{}", std::process::id()));
        fs::create_dir_all(root.join("site/pkg")).unwrap();
        fs::create_dir_all(root.join("data")).unwrap();
        let program = root.join("token-inventory");
        fs::hard_link(PROGRAM, &program).or_else(|_| fs::copy(PROGRAM, &program).map(|_| ())).unwrap();
        if let Some(owner) = owner {
            std::os::unix::fs::chown(root.join("data"), Some(owner), Some(owner)).unwrap();
        }
        fs::set_permissions(&root, fs::Permissions::from_mode(0o555)).unwrap();
        Self(root)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // Leftovers are in the temporary folder.
        _ = fs::set_permissions(&self.0, fs::Permissions::from_mode(0o755));
        _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn it_runs_as_in_the_container() {
    // Only root can switch the user; otherwise the test runs as the current user.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let user: u32 = last("USER")[0].split(':').next().unwrap().parse().unwrap();
    let image = Image::new(is_root.then_some(user));
    let addr = format!("0.0.0.0:{}", free_port());
    let command = |argument: &str| {
        let mut command = Command::new(image.0.join("token-inventory"));
        command.arg(argument).env_clear().current_dir(&image.0).stdin(Stdio::null());
        for (name, value) in variables() {
            command.env(name, value.replace("/data/", &format!("{}/data/", image.0.display())));
        }
        command.env("LISTEN_ADDR", &addr).env("SITE_ROOT", image.0.join("site"));
        command
            .env("PUBLIC_URL", "https://tokens.example")
            .env("ENTRA_TENANT_ID", "contoso.example")
            .env("ENTRA_CLIENT_ID", "client-1")
            .env("ENTRA_CLIENT_SECRET", "made-up")
            // Nothing listens there.
            .env("ENTRA_AUTHORITY", "http://127.0.0.1:9")
            .env("GRAPH_ENDPOINT", "http://127.0.0.1:9");
        if is_root {
            command.uid(user).gid(user);
        }
        command
    };
    let server =
        ServerProcess::start_at(&mut command("serve"), addr.replace("0.0.0.0", "127.0.0.1").parse().unwrap());
    assert!(get(server.addr, "/healthz").starts_with("HTTP/1.1 200"));
    let health = command("healthcheck").output().unwrap();
    assert!(health.status.success(), "{}", String::from_utf8_lossy(&health.stderr));
    assert_eq!(mode_for_others(&image.0.join("data/token-inventory.db")), 0);
    server.shut_down();
    let names: Vec<_> = fs::read_dir(&image.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 3, "it wrote beside /data: {names:?}");
}
