//! Start by double click: no arguments, no settings, a display.

use std::{fs, net::TcpListener};

use crate::support::server_process::{HomeDir, ServerProcess, get, mode_for_others};

fn link(output: &[String]) -> String {
    let line = output.iter().find(|line| line.contains("opens once")).expect("the one-time link");
    line.split_once("on this machine): ").unwrap().1.to_owned()
}

#[test]
fn it_opens_the_app_and_a_second_start_opens_the_first() {
    let home = HomeDir::new("twice");
    let first = ServerProcess::start(&mut home.command());
    let link = link(&first.output);
    assert!(link.contains(&format!("localhost:{}/", first.addr.port())), "{link}");
    let address = format!("http://localhost:{}", first.addr.port());
    // Not the link: other users of the machine can see the arguments of the browser's process.
    assert_eq!(home.opened(1), [format!("{address}/")]);

    let second = home.command().output().unwrap();
    assert_eq!(second.status.code(), Some(0));
    let output = String::from_utf8(second.stdout).unwrap();
    assert!(output.contains("runs already") && output.contains(&address), "{output}");
    let opened = [format!("{address}/"), format!("{address}/")];
    assert_eq!(home.opened(2), opened, "the first instance, not another");

    let output = first.shut_down().join("\n");
    assert!(output.contains("press Ctrl+C here or close this window"), "{output}");
}

#[test]
fn the_link_is_not_stored_and_the_files_are_private() {
    let home = HomeDir::new("private");
    let first = ServerProcess::start(&mut home.command());
    home.opened(1);
    let key = link(&first.output).split_once("key=").unwrap().1.to_owned();
    let files: Vec<_> = fs::read_dir(home.data()).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(mode_for_others(&home.data()), 0);
    assert!(!files.is_empty());
    for file in files {
        assert_eq!(mode_for_others(&file), 0, "{}", file.display());
        assert!(!String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(&key), "{}", file.display());
    }
}

#[test]
fn files_of_a_killed_instance_do_not_block_the_next() {
    let home = HomeDir::new("killed");
    let mut first = ServerProcess::start(&mut home.command());
    home.opened(1);
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    let second = ServerProcess::start(&mut home.command());
    assert_eq!(home.opened(2)[1], format!("http://localhost:{}/", second.addr.port()));
    assert!(get(second.addr, "/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn another_port_is_used_when_the_default_is_taken() {
    // Takes the default port, unless another program has it.
    let taken = TcpListener::bind("127.0.0.1:3000");
    let home = HomeDir::new("taken");
    let started = ServerProcess::start(&mut home.command());
    assert_ne!(started.addr.port(), 3000);
    assert!(get(started.addr, "/healthz").ends_with("ok"));
    drop(taken);
}

#[test]
fn without_a_display_or_with_arguments_no_browser_opens() {
    for (name, variable, arguments) in
        [("blind", Some("DISPLAY"), &[][..]), ("asked", None, &["--practice-tokens", "5"][..])]
    {
        let home = HomeDir::new(name);
        let mut command = home.command();
        command.args(arguments);
        variable.map(|variable| command.env_remove(variable));
        let output = ServerProcess::start(&mut command).shut_down().join("\n");
        assert!(!output.contains("browser"), "{name}: {output}");
        assert!(!home.0.join("opened").exists() && !home.data().exists(), "{name}");
    }
}
