//! The paths within its own crate that a module's code names.

/// The absolute paths, from the root of the crate, that the code of a module names. Its own tests are left out.
pub fn of(code: &str, module: &[String]) -> Vec<Vec<String>> {
    let code = code.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let tokens = tokens(code);
    let mut paths = Vec::new();
    let mut rest = tokens.as_slice();
    while let [first, after @ ..] = rest {
        rest = after;
        if matches!(*first, "crate" | "self" | "super") && after.first() == Some(&"::") {
            let start = [*first];
            rest = tree(&start, after, &mut paths);
        } else if *first == "use" {
            rest = tree(&[], after, &mut paths);
        }
    }
    paths.iter().filter_map(|path| absolute(path, module)).collect()
}

/// Identifiers, `::`, and single other characters.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(next) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match next {
            _ if is_word(next) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => next.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !next.is_whitespace() {
            tokens.push(token);
        }
        rest = after;
    }
    tokens
}

/// Reads what follows a path: more of it, or a group in braces. Returns the tokens behind it.
fn tree<'a, 't>(path: &[&'a str], tokens: &'t [&'a str], paths: &mut Vec<Vec<&'a str>>) -> &'t [&'a str] {
    let mut path = path.to_vec();
    let mut rest = tokens;
    loop {
        match rest {
            ["::", after @ ..] => rest = after,
            ["{", after @ ..] => return group(&path, after, paths),
            ["as", _, after @ ..] => rest = after,
            [word, after @ ..] if word.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                path.push(word);
                rest = after;
                if rest.first() != Some(&"::") && rest.first() != Some(&"as") {
                    break;
                }
            }
            _ => break,
        }
    }
    paths.push(path);
    rest
}

/// Reads the items of a group, up to its closing brace.
fn group<'a, 't>(path: &[&'a str], tokens: &'t [&'a str], paths: &mut Vec<Vec<&'a str>>) -> &'t [&'a str] {
    let mut rest = tokens;
    loop {
        match rest {
            ["}", after @ ..] => return after,
            ["," | "*", after @ ..] => rest = after,
            [] => return rest,
            _ => {
                let after = tree(path, rest, paths);
                // A token that no path begins with would be read for ever.
                rest = if after.len() == rest.len() { after.get(1..).unwrap_or_default() } else { after };
            }
        }
    }
}

/// The path from the root of the crate; `None` when it leads out of the crate.
fn absolute(path: &[&str], module: &[String]) -> Option<Vec<String>> {
    let (first, rest) = path.split_first()?;
    let (mut base, mut rest) = match *first {
        "crate" => (Vec::new(), rest),
        "self" => (module.to_vec(), rest),
        "super" => (module.to_vec(), path),
        _ => return None,
    };
    while let [next, after @ ..] = rest
        && *next == "super"
    {
        base.pop();
        rest = after;
    }
    base.extend(rest.iter().filter(|part| **part != "self").map(|part| (*part).to_owned()));
    Some(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(code: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        of(code, &module).iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn groups_are_taken_apart() {
        let code = "use crate::{c, d::{self, E as F}, g::*};\npub use super::h;\nuse std::fmt;";
        assert_eq!(paths(code), ["c", "d", "d::E", "g", "a::h"]);
    }

    #[test]
    fn paths_in_code_count_and_those_of_tests_do_not() {
        let code = "fn f() { super::super::x::y(); self::z() }\n#[cfg(test)]\nmod tests {\n use crate::t;\n}";
        assert_eq!(paths(code), ["x::y", "a::b::z"]);
    }
}
