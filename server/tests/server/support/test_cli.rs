//! A practice tenant in this process, and the program configured for it.

use std::{
    io::Write as _,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use practice::{Practice, PracticeSettings};
use serde_json::Value;

/// A practice tenant, a folder for one test, and the program's environment variables.
pub struct TestCli {
    pub practice: Practice,
    pub folder: PathBuf,
    pub variables: Vec<(&'static str, String)>,
}

/// The exit code and output of a command.
#[derive(Debug)]
pub struct CommandResult {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl TestCli {
    pub async fn with(settings: PracticeSettings) -> Self {
        let practice = Practice::start(&settings, 0).await.unwrap();
        let name = format!("headless-{}", uuid::Uuid::new_v4());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let base_url = practice.base_url.to_string();
        let variables = vec![
            ("ENTRA_TENANT_ID", practice.tenant_id.clone()),
            ("ENTRA_CLIENT_ID", practice.client_id.clone()),
            ("ENTRA_CLIENT_SECRET", practice.client_secret.clone()),
            ("ENTRA_AUTHORITY", base_url.clone()),
            ("GRAPH_ENDPOINT", base_url),
            ("DATABASE_URL", format!("sqlite:{}", folder.join("audit.db").display())),
            // A few people of the practice tenant hold directory roles, which matters to the test about them alone.
            ("PRIVILEGED_TARGETS", "allow".to_owned()),
        ];
        Self { practice, folder, variables }
    }

    /// The URL of its database.
    pub fn database(&self) -> String {
        format!("sqlite:{}", self.folder.join("audit.db").display())
    }

    /// A practice tenant of 40 tokens and 60 users.
    pub async fn small() -> Self {
        Self::with(small()).await
    }

    /// Sets an environment variable.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_token-inventory"));
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.args(arguments).current_dir(&self.folder).env_clear().envs(variables);
        command
    }

    /// Runs a command whose standard input is empty.
    pub async fn run(&self, arguments: &[&str]) -> CommandResult {
        self.run_with_input(arguments, "").await
    }

    /// Runs a command that reads this from standard input.
    pub async fn run_with_input(&self, arguments: &[&str], input: &str) -> CommandResult {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let input = input.to_owned();
        let run = move || {
            let mut child = command.spawn().unwrap();
            // Fails when a command that reads no input has ended already.
            _ = child.stdin.take().unwrap().write_all(input.as_bytes());
            child.wait_with_output().unwrap()
        };
        CommandResult::of(&tokio::task::spawn_blocking(run).await.unwrap())
    }

    /// Writes a file into the folder.
    pub fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.folder.join(name), text).unwrap();
        name.to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// The counters of the practice tenant.
    pub async fn stats(&self) -> Value {
        // Fails when another test has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}practice/stats", self.practice.base_url);
        client.get(url).send().await.unwrap().json().await.unwrap()
    }

    fn http() -> reqwest::Client {
        // Fails when another test has installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().no_proxy().build().unwrap()
    }

    /// Asks the practice tenant itself.
    pub async fn practice_get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.practice.base_url);
        Self::http().get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Sends something to the practice tenant itself; null for an empty answer.
    pub async fn practice_post(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.practice.base_url);
        Self::http().post(url).json(&body).send().await.unwrap().json().await.unwrap_or_default()
    }

    /// An access token of the app.
    pub async fn access_token(&self) -> String {
        let Practice { base_url, tenant_id, client_id, client_secret, .. } = &self.practice;
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client_id)
            .append_pair("client_secret", client_secret)
            .append_pair("scope", &format!("{base_url}.default"))
            .finish();
        let request = Self::http()
            .post(format!("{base_url}{tenant_id}/oauth2/v2.0/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Posts to Graph; returns the status.
    pub async fn graph_post(&self, path: &str, access_token: &str, body: Value) -> u16 {
        let url = format!("{}{path}", self.practice.base_url);
        let request = Self::http().post(url).bearer_auth(access_token).json(&body);
        request.send().await.unwrap().status().as_u16()
    }

    /// The number of writes to Graph.
    pub async fn writes(&self) -> u64 {
        self.stats().await["writes"].as_u64().unwrap()
    }

    /// The tokens that match a filter, as JSON lines.
    pub async fn tokens(&self, filter: &[&str]) -> Vec<Value> {
        let result = self.run(&[&["list", "--json"], filter].concat()).await;
        assert_eq!(result.code, 0, "{result:?}");
        result.lines()
    }

    /// Serial numbers of tokens in this status.
    pub async fn serials(&self, status: &str) -> Vec<String> {
        let tokens = self.tokens(&["--status", status]).await;
        tokens.iter().map(|token| token["serialNumber"].as_str().unwrap().to_owned()).collect()
    }

    /// A token by its serial; null if there is none.
    pub async fn token(&self, serial: &str) -> Value {
        let tokens = self.tokens(&[]).await;
        tokens.into_iter().find(|token| token["serialNumber"] == serial).unwrap_or_default()
    }

    /// Entries of the audit trail, newest first.
    pub async fn trail(&self) -> Vec<Value> {
        let result = self.run(&["audit", "export"]).await;
        assert_eq!(result.code, 0, "{result:?}");
        result.lines()
    }
}

pub fn small() -> PracticeSettings {
    PracticeSettings { tokens: 40, users: 60, ..PracticeSettings::default() }
}

/// User principal name and secret key of each row of a sample file.
pub fn people_and_seeds(csv: &str) -> Vec<(String, String)> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| (row[0].to_owned(), row[2].to_owned())).collect()
}

impl CommandResult {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Standard output as JSON lines.
    pub fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The JSON lines of rows.
    pub fn rows(&self) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["type"] == "row").collect()
    }

    /// The last JSON line: the summary.
    pub fn summary(&self) -> Value {
        let last = self.lines().pop().unwrap();
        assert_eq!(last["type"], "summary", "{self:?}");
        assert_eq!(last["exitCode"], self.code);
        last
    }
}
