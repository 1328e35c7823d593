//! Prints the findings on a terminal.

use std::fmt::{self, Display, Formatter};

use token_core::checkup::{Checkup, Finding, Severity};

/// A checkup as text.
pub(super) struct Report<'a> {
    /// The checkup.
    pub checkup: &'a Checkup,
    /// Whether to colour the marks.
    pub colours: bool,
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for finding in &self.checkup.findings {
            self.finding(f, finding)?;
        }
        let problems =
            self.checkup.findings.iter().filter(|finding| finding.level == Severity::Problem).count();
        match problems {
            0 => writeln!(f, "\nNothing stands in the way."),
            1 => writeln!(f, "\n1 problem stands in the way."),
            many => writeln!(f, "\n{many} problems stand in the way."),
        }
    }
}

impl Report<'_> {
    fn finding(&self, f: &mut Formatter<'_>, finding: &Finding) -> fmt::Result {
        let (mark, colour) = match finding.level {
            Severity::Good => ("✔", "32"),
            Severity::Advice => ("!", "33"),
            Severity::Problem => ("✘", "31"),
            Severity::Unknown => ("?", "36"),
        };
        if self.colours {
            write!(f, "\u{1b}[{colour}m{mark}\u{1b}[0m")?;
        } else {
            write!(f, "{mark}")?;
        }
        writeln!(f, " {}: {}", finding.topic, finding.message)?;
        if let Some(remedy) = &finding.remedy {
            writeln!(f, "    {remedy}")?;
        }
        if let Some(link) = &finding.link {
            writeln!(f, "    {}: {}", link.label, link.url)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use token_core::checkup::{MissingPermissions, RemedyLink};

    use super::*;
    use crate::doctor::finding::{good, problem};

    #[test]
    fn remedy_and_link_are_indented() {
        let mut second = problem("Clock", "It is wrong.", "Set it.");
        second.link = Some(RemedyLink { label: "Look".to_owned(), url: "https://a.example".to_owned() });
        let checkup = Checkup {
            findings: vec![good("Sign-in", "Fine."), second],
            missing: MissingPermissions::default(),
        };
        let plain = Report { checkup: &checkup, colours: false }.to_string();
        let expected = "✔ Sign-in: Fine.\n✘ Clock: It is wrong.\n    Set it.\n    Look: https://a.example\n\n1 problem stands in the way.\n";
        assert_eq!(plain, expected);
        let coloured = Report { checkup: &checkup, colours: true }.to_string();
        assert!(coloured.contains("\u{1b}[31m✘\u{1b}[0m Clock"));
    }
}
