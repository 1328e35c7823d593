//! Runs a built program in an empty folder and an empty environment, for smoke tests and measurements.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::wine::Wine;

/// A running program; killed on drop.
pub struct RunningProgram {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl RunningProgram {
    /// Starts a program with the practice tenant on a free port; returns when it is ready. `wine` runs a program for Windows.
    pub fn start(program: &Path, wine: Option<&Wine>) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("token-inventory-trial-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let mut command = match wine {
            Some(wine) => wine.command(program, &prefix(&folder)),
            None => {
                let mut command = Command::new(program);
                command.env_clear();
                command
            }
        };
        command.args(["--listen-addr", "127.0.0.1:0"]).current_dir(&folder);
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.with_context(|| format!("{} cannot be started", program.display()))?;
        let stdout = child.stdout.take().context("it has no standard output")?;
        // From here on an error kills the program.
        let mut running = Self { child, folder, port: 0 };
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some((_, port)) = line.trim_end().split_once("is ready: http://localhost:") {
                running.port = port.parse().context("it names no port")?;
                return Ok(running);
            }
        }
        anyhow::bail!("{} ended before it was ready", program.display())
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its working directory.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Sends a GET request. Returns headers and body, and fails unless the status is 200.
    pub fn get(&self, path: &str) -> Result<String> {
        self.send(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// The same with `Accept-Encoding: br`.
    pub fn get_compressed(&self, path: &str) -> Result<String> {
        self.send(&format!("GET {path} HTTP/1.1\r\nAccept-Encoding: br\r\n"), "")
    }

    /// Calls a server function like the app's pages.
    pub fn call(&self, path: &str, body: &str) -> Result<String> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.send(&head, body)
    }

    fn send(&self, head: &str, body: &str) -> Result<String> {
        request(self.port, head, body)
    }
}

/// Sends a request to a program on this machine; `head` lacks the Host header. Returns headers and body, and fails unless the
/// status is 200.
pub fn request(port: u16, head: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "{head}Host: localhost:{port}\r\nConnection: close\r\n\r\n{body}")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let request_line = head.lines().next().unwrap_or_default();
    ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "{request_line}: {}",
        answer.lines().next().unwrap_or("no answer")
    );
    Ok(answer)
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        // It may have ended already; leftovers are in the temporary folder.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.folder);
        _ = fs::remove_dir_all(prefix(&self.folder));
    }
}

/// The folder of Wine's Windows installation: beside the working directory, which stays empty.
fn prefix(folder: &Path) -> PathBuf {
    folder.with_extension("wine")
}
