//! A program in a folder of its own, with nothing of this machine's environment.

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

/// A folder for one test: the home of somebody with a screen, a browser and a built app.
pub struct HomeDir(pub PathBuf);

impl HomeDir {
    pub fn new(name: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("program-{name}-{}-{number}", std::process::id()));
        fs::create_dir_all(home.join("bin")).unwrap();
        fs::create_dir_all(home.join("site/pkg")).unwrap();
        // A browser that notes what it is to open.
        let browser = home.join("bin/xdg-open");
        fs::write(&browser, format!("#!/bin/sh\necho \"$1\" >> '{}/opened'\n", home.display())).unwrap();
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
        Self(home)
    }

    /// Started with nothing but what a session of the desktop has.
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

    /// Where the program keeps things for this person.
    pub fn data(&self) -> PathBuf {
        self.0.join(".local/share/token-inventory")
    }

    /// What the browser was to open, once it has been told so often.
    pub fn opened(&self, times: usize) -> Vec<String> {
        loop {
            let noted = fs::read_to_string(self.0.join("opened")).unwrap_or_default();
            if noted.ends_with('\n') && noted.lines().count() >= times {
                return noted.lines().map(ToOwned::to_owned).collect();
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for HomeDir {
    fn drop(&mut self) {
        // What stays behind lies in the folder of the build.
        _ = fs::remove_dir_all(&self.0);
    }
}

/// A running program.
pub struct ServerProcess {
    pub child: Child,
    /// What it has said until it was ready.
    pub said: Vec<String>,
    /// Where it listens.
    pub addr: SocketAddr,
    rest: Lines<BufReader<ChildStdout>>,
}

impl ServerProcess {
    /// At this machine, at the port that it says.
    pub fn by(command: &mut Command) -> Self {
        let mut started = Self::at(command, SocketAddr::from(([127, 0, 0, 1], 0)));
        let port = started.said.last().and_then(|line| line.rsplit(':').next()).unwrap();
        started.addr.set_port(port.parse().unwrap());
        started
    }

    /// Where it was told to listen; it may be known by another name.
    pub fn at(command: &mut Command, addr: SocketAddr) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let rest = BufReader::new(child.stdout.take().unwrap()).lines();
        // From here on a failed test ends it, too.
        let mut started = Self { child, said: Vec::new(), addr, rest };
        while !started.said.last().is_some_and(|line| line.contains("is ready: ")) {
            match started.rest.next() {
                Some(line) => started.said.push(line.unwrap()),
                None => panic!("it ended before it was ready: {:?}", started.said),
            }
        }
        started
    }

    /// Asks it to end; what it said since it was ready.
    pub fn end(mut self) -> Vec<String> {
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

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Status line, headers and body of what it answers.
pub fn get(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", addr.port());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// What others than the owner may do with a file or folder.
pub fn mode_for_others(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o077
}
