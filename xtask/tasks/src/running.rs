//! A built program at work, in an empty folder and an empty environment: to try it, and to measure it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::wine::Wine;

/// The program, until it is dropped.
pub struct RunningProgram {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl RunningProgram {
    /// Starts a program with the practice tenant behind it, at any free port; comes back when it is ready. `wine` runs it
    /// if it is one for Windows.
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
        // From here on whatever goes wrong ends the program, too.
        let mut running = Self { child, folder, port: 0 };
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if let Some((_, port)) = line.trim_end().split_once("is ready: http://localhost:") {
                running.port = port.parse().context("it names no port")?;
                return Ok(running);
            }
        }
        anyhow::bail!("{} ended before it was ready", program.display())
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The folder that it was started in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Asks for a path. Answers headers and body, and fails unless it is found.
    pub fn get(&self, path: &str) -> Result<String> {
        self.send(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// The same, as a browser that takes brotli asks.
    pub fn get_compressed(&self, path: &str) -> Result<String> {
        self.send(&format!("GET {path} HTTP/1.1\r\nAccept-Encoding: br\r\n"), "")
    }

    /// Calls a server function as the app's pages do.
    pub fn call(&self, path: &str, body: &str) -> Result<String> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.send(&head, body)
    }

    fn send(&self, head: &str, body: &str) -> Result<String> {
        ask(self.port, head, body)
    }
}

/// Asks a program of this machine, with the head of a request but for its last lines. Answers headers and body, and fails unless
/// all is well.
pub fn ask(port: u16, head: &str, body: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "{head}Host: localhost:{port}\r\nConnection: close\r\n\r\n{body}")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let asked = head.lines().next().unwrap_or_default();
    ensure!(answer.starts_with("HTTP/1.1 200"), "{asked}: {}", answer.lines().next().unwrap_or("no answer"));
    Ok(answer)
}

impl Drop for RunningProgram {
    fn drop(&mut self) {
        // It may have ended by itself; what it left behind lies among temporary files.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.folder);
        _ = fs::remove_dir_all(prefix(&self.folder));
    }
}

/// Where Wine keeps its Windows: beside the folder, which stays empty.
fn prefix(folder: &Path) -> PathBuf {
    folder.with_extension("wine")
}
