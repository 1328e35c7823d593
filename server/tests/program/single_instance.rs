//! A start by double click: no arguments, no settings, a screen.

use std::{fs, net::TcpListener};

use crate::server_process::{HomeDir, ServerProcess, get, mode_for_others};

fn link(said: &[String]) -> String {
    let line = said.iter().find(|line| line.contains("opens once")).expect("the one-time link");
    line.split_once("on this machine): ").unwrap().1.to_owned()
}

#[test]
fn it_opens_the_one_time_link_and_a_second_start_opens_the_first() {
    let home = HomeDir::new("twice");
    let first = ServerProcess::by(&mut home.command());
    let link = link(&first.said);
    assert!(link.contains(&format!("localhost:{}/", first.addr.port())), "{link}");
    assert_eq!(home.opened(1), [&*link]);

    let second = home.command().output().unwrap();
    assert_eq!(second.status.code(), Some(0));
    let said = String::from_utf8(second.stdout).unwrap();
    let address = format!("http://localhost:{}", first.addr.port());
    assert!(said.contains("runs already") && said.contains(&address), "{said}");
    assert_eq!(home.opened(2), [link, format!("{address}/")], "the one, not another");

    let said = first.end().join("\n");
    assert!(said.contains("press Ctrl+C here or close this window"), "{said}");
}

#[test]
fn the_link_stays_in_the_window_and_nobody_else_reads_what_is_kept() {
    let home = HomeDir::new("private");
    let first = ServerProcess::by(&mut home.command());
    home.opened(1);
    let key = link(&first.said).split_once("key=").unwrap().1.to_owned();
    let kept: Vec<_> = fs::read_dir(home.data()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(mode_for_others(&home.data()), 0);
    assert!(!kept.is_empty());
    for file in kept {
        assert_eq!(mode_for_others(&file), 0, "{}", file.display());
        assert!(!String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(&key), "{}", file.display());
    }
}

#[test]
fn what_a_killed_one_left_behind_holds_nobody_up() {
    let home = HomeDir::new("killed");
    let mut first = ServerProcess::by(&mut home.command());
    home.opened(1);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    let second = ServerProcess::by(&mut home.command());
    assert_eq!(home.opened(2)[1], link(&second.said));
    assert!(get(second.addr, "/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_taken_port_is_left_to_whoever_has_it() {
    // Another program has the usual port, or has it already.
    let taken = TcpListener::bind("127.0.0.1:3000");
    let home = HomeDir::new("taken");
    let started = ServerProcess::by(&mut home.command());
    assert_ne!(started.addr.port(), 3000);
    assert!(get(started.addr, "/healthz").ends_with("ok"));
    drop(taken);
}

#[test]
fn without_a_screen_or_with_arguments_no_browser_opens() {
    for (name, variable, arguments) in
        [("blind", Some("DISPLAY"), &[][..]), ("asked", None, &["--practice-tokens", "5"][..])]
    {
        let home = HomeDir::new(name);
        let mut command = home.command();
        command.args(arguments);
        variable.map(|variable| command.env_remove(variable));
        let said = ServerProcess::by(&mut command).end().join("\n");
        assert!(!said.contains("browser"), "{name}: {said}");
        assert!(!home.0.join("opened").exists() && !home.data().exists(), "{name}");
    }
}
