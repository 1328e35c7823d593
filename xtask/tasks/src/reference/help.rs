//! Parses a program's `--help` by clap's layout: options on the left, explanations indented further.

/// The indentation of the explanations.
const EXPLANATIONS: usize = 10;
/// Flags that are no settings.
const NOT_SETTINGS: [&str; 2] = ["--help", "--version"];

/// A setting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Setting {
    /// Its heading.
    pub heading: String,
    /// Its flag, with the dashes.
    pub flag: String,
    /// Its variable; empty when it has none.
    pub variable: String,
    /// Its default; empty when it has none.
    pub default: String,
    /// Its explanation.
    pub says: String,
}

/// The settings in the order of the help.
pub fn settings(help: &str) -> Vec<Setting> {
    let mut settings: Vec<Setting> = Vec::new();
    let mut heading = "";
    for line in help.lines().filter(|line| !line.trim().is_empty()) {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        if indent == 0 {
            heading = text.trim_end_matches(':');
        } else if indent < EXPLANATIONS && text.starts_with('-') {
            let flag = text.split_whitespace().find(|word| word.starts_with("--")).unwrap_or_default();
            let (heading, flag) = (heading.to_owned(), flag.to_owned());
            settings.push(Setting { heading, flag, ..Setting::default() });
        } else if let Some(setting) = settings.last_mut() {
            setting.says = format!("{} {text}", setting.says).trim_start().to_owned();
        }
    }
    settings.retain(|setting| !NOT_SETTINGS.contains(&&*setting.flag));
    settings.iter_mut().for_each(take_brackets);
    settings
}

/// The commands with their explanations.
pub fn commands(help: &str) -> Vec<(String, String)> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let commands = lines.filter_map(|line| line.trim().split_once(char::is_whitespace));
    let commands = commands.map(|(name, says)| (name.to_owned(), says.trim().to_owned()));
    commands.filter(|(name, _)| name != "help").collect()
}

/// Moves `[env: NAME=value]` and `[default: value]` from the explanation to their fields.
fn take_brackets(setting: &mut Setting) {
    let variable = take(&mut setting.says, "[env: ");
    // The name is followed by the current value.
    setting.variable = variable.split('=').next().unwrap_or_default().to_owned();
    setting.default = take(&mut setting.says, "[default: ").trim_matches('"').to_owned();
}

fn take(says: &mut String, opening: &str) -> String {
    let Some((before, rest)) = says.split_once(opening) else { return String::new() };
    let Some((value, after)) = rest.split_once(']') else { return String::new() };
    let (value, rest) = (value.to_owned(), format!("{}{after}", before.trim_end()));
    *says = rest;
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "\
Serve the app (the default)

Usage: token-inventory serve [OPTIONS]

Options:
      --public-url <PUBLIC_URL>
          Address that people type [env: PUBLIC_URL=https://x.example]
      --trusted-proxies <TRUSTED_PROXIES>
          Reverse proxies

          More of them

          [env: TRUSTED_PROXIES=]
          [default: \"\"]
      --open
          Open the app
  -h, --help
          Print help

Practice tenant:
      --practice-users <N>
          Users [default: 600]
";

    #[test]
    fn settings_have_variable_default_and_explanation() {
        let settings = settings(HELP);
        let fields: Vec<_> = settings
            .iter()
            .map(|s| [&s.heading, &s.flag, &s.variable, &s.default, &s.says].map(String::as_str))
            .collect();
        let expected = [
            ["Options", "--public-url", "PUBLIC_URL", "", "Address that people type"],
            ["Options", "--trusted-proxies", "TRUSTED_PROXIES", "", "Reverse proxies More of them"],
            ["Options", "--open", "", "", "Open the app"],
            ["Practice tenant", "--practice-users", "", "600", "Users"],
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn the_command_help_is_skipped() {
        let help = "Usage: x\n\nCommands:\n  serve   Serve the app\n  doctor  Examine\n  help    Print\n\nOptions:\n  -h, --help\n";
        let expected = [("serve", "Serve the app"), ("doctor", "Examine")];
        assert_eq!(commands(help), expected.map(|(name, says)| (name.to_owned(), says.to_owned())));
    }
}
