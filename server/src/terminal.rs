//! Messages for the user, on the terminal.

/// Prints a message to standard error.
#[expect(clippy::print_stderr, reason = "messages for the user go to the terminal")]
pub fn print_error(message: &str) {
    eprintln!("{message}");
}

/// Prints a message to standard output.
#[expect(clippy::print_stdout, reason = "messages for the user go to the terminal")]
pub fn print_line(message: &str) {
    println!("{message}");
}

/// The line with the local operator's one-time link.
pub fn link_message(link: &url::Url) -> String {
    format!("Connect your own tenant (this link opens once, within ten minutes, on this machine): {link}")
}
