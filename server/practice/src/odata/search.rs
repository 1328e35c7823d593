//! `$search`: clauses in double quotes, joined by AND and OR (MICROSOFT_GRAPH.md 3.1).

/// A parsed `$search`: one of the groups must match with every clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search(pub Vec<Vec<Clause>>);

/// `"displayName:ann"`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub field: String,
    pub text: String,
}

impl Search {
    /// Parses `"displayName:ann" OR "mail:ann"`; `None` when the syntax is invalid.
    pub fn parse(search: &str) -> Option<Self> {
        let mut groups = vec![vec![]];
        let mut rest = search.trim();
        loop {
            let (clause, after) = clause(rest)?;
            groups.last_mut()?.push(clause);
            rest = after.trim_start();
            if rest.is_empty() {
                return Some(Self(groups));
            }
            let (word, after) = rest.split_once(' ')?;
            match word {
                "AND" => {}
                "OR" => groups.push(vec![]),
                _ => return None,
            }
            rest = after.trim_start();
        }
    }

    /// Whether an object with these properties matches. The property `by_word` matches at the beginning of each word, all others
    /// at the beginning of the value; nothing matches in the middle of a word.
    pub fn finds<'a>(&self, value_of: &impl Fn(&str) -> Option<&'a str>, by_word: &str) -> bool {
        let matches = |clause: &Clause| {
            let value = value_of(&clause.field).unwrap_or_default().to_lowercase();
            let wanted = clause.text.to_lowercase();
            if clause.field == by_word {
                words(&wanted).all(|wanted| words(&value).any(|word| word.starts_with(wanted)))
            } else {
                value.starts_with(&wanted)
            }
        };
        self.0.iter().any(|group| group.iter().all(matches))
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || (c.is_ascii_punctuation() && c != '\''))
        .filter(|word| !word.is_empty())
}

/// Parses one clause; returns the rest, too. In a clause a backslash escapes `"` and `\`.
fn clause(rest: &str) -> Option<(Clause, &str)> {
    let mut text = String::new();
    let mut chars = rest.strip_prefix('"')?.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => text.push(chars.next()?.1),
            '"' => {
                let (field, wanted) = text.split_once(':')?;
                let clause = Clause { field: field.to_owned(), text: wanted.to_owned() };
                return rest.get(at + 2..).filter(|_| !wanted.trim().is_empty()).map(|after| (clause, after));
            }
            c => text.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(search: &str) -> bool {
        let value_of = |field: &str| match field {
            "displayName" => Some("Anna-Maria O'Brien \"Ann\""),
            "mail" => Some("am.obrien@x.example"),
            _ => None,
        };
        Search::parse(search).unwrap().finds(&value_of, "displayName")
    }

    #[test]
    fn matches_words_of_the_display_name_at_their_beginning() {
        assert!(finds("\"displayName:mar\""));
        assert!(finds("\"displayName:O'B ann\""));
        assert!(!finds("\"displayName:nna\""));
    }

    #[test]
    fn matches_everything_else_at_its_beginning_only() {
        assert!(finds("\"mail:AM.\""));
        assert!(!finds("\"mail:obrien\""));
    }

    #[test]
    fn joins_clauses() {
        assert!(finds("\"displayName:zzz\" OR \"mail:am\""));
        assert!(!finds("\"displayName:zzz\" AND \"mail:am\""));
        assert!(finds("\"displayName:\\\"ann\\\"\""));
    }

    #[test]
    fn refuses_other_forms() {
        let wrong = [
            "",
            "ann",
            "displayName:ann",
            "\"ann\"",
            "\"mail:a",
            "\"mail:a\" or \"mail:b\"",
            "\"mail:a\" OR",
            "\"mail:a\"\"mail:b\"",
            "\"mail:\"",
        ];
        for search in wrong {
            assert_eq!(Search::parse(search), None, "{search}");
        }
    }
}
