//! The program in a folder of its own, without this machine's environment variables.

use std::{
    fs,
    io::{BufRead as _, BufReader, Lines, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_token-inventory");

/// The home directory of a test user with a display, a browser and a built app.
pub struct HomeDir(pub PathBuf);

impl HomeDir {
    pub fn new(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("program-{name}-{}-{number}", std::process::id()));
        fs::create_dir_all(home.join("bin")).unwrap();
        fs::create_dir_all(home.join("site/pkg")).unwrap();
        // A browser that records the URLs it is to open.
        let browser = home.join("bin/xdg-open");
        fs::write(&browser, format!("#!/bin/sh\necho \"$1\" >> '{}/opened'\n", home.display())).unwrap();
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
        Self(home)
    }

    /// The program with the environment of a desktop session.
    pub fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .env("HOME", &self.0)
            .env("PATH", self.0.join("bin"))
            .env("DISPLAY", ":99")
            .env("SITE_ROOT", self.0.join("site"))
            .current_dir(&self.0)
            .stdin(Stdio::null());
        command
    }

    /// The user's data folder of the program.
    pub fn data(&self) -> PathBuf {
        self.0.join(".local/share/token-inventory")
    }

    /// The URLs that the browser was to open; waits until there are `times`.
    pub fn opened(&self, times: usize) -> Vec<String> {
        loop {
            let urls = fs::read_to_string(self.0.join("opened")).unwrap_or_default();
            if urls.ends_with('\n') && urls.lines().count() >= times {
                return urls.lines().map(ToOwned::to_owned).collect();
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for HomeDir {
    fn drop(&mut self) {
        // Leftovers are in the build folder.
        _ = fs::remove_dir_all(&self.0);
    }
}

/// A running program.
pub struct ServerProcess {
    pub child: Child,
    /// The output until it was ready.
    pub output: Vec<String>,
    /// Where it listens.
    pub addr: SocketAddr,
    rest: Lines<BufReader<ChildStdout>>,
}

impl ServerProcess {
    /// Starts it; takes the port from its output.
    pub fn start(command: &mut Command) -> Self {
        let mut process = Self::start_at(command, SocketAddr::from(([127, 0, 0, 1], 0)));
        let port = process.output.last().and_then(|line| line.rsplit(':').next()).unwrap();
        process.addr.set_port(port.parse().unwrap());
        process
    }

    /// Starts it on a known listen address; its public URL may differ.
    pub fn start_at(command: &mut Command, addr: SocketAddr) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let rest = BufReader::new(child.stdout.take().unwrap()).lines();
        // From here on dropping it kills the program.
        let mut process = Self { child, output: Vec::new(), addr, rest };
        while !process.output.last().is_some_and(|line| line.contains("is ready: ")) {
            match process.rest.next() {
                Some(line) => process.output.push(line.unwrap()),
                None => panic!("it ended before it was ready: {:?}", process.output),
            }
        }
        process
    }

    /// Shuts it down; returns the output since it was ready.
    pub fn shut_down(mut self) -> Vec<String> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.rest.by_ref().map_while(Result::ok).collect()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// A free port for a program that must be told which.
///
/// It is below those that systems give out by themselves, so that no connection or server of another
/// test takes it in the meantime.
pub fn free_port() -> u16 {
    (10_000..30_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// Status line, headers and body of an answer.
pub fn get(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", addr.port());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The permission bits of group and others.
pub fn mode_for_others(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o077
}
