//! Finds colour literals in a stylesheet.

const FUNCTIONS: [&str; 8] = ["rgb(", "rgba(", "hsl(", "hsla(", "hwb(", "lab(", "lch(", "color("];

/// The colour literals of a stylesheet: `#1b1d21`, `rgb(…)`, and the like.
pub fn literals(css: &str) -> Vec<&str> {
    let hex = css.match_indices('#').filter_map(|(at, _)| hex_colour(css.get(at..)?));
    let functions = FUNCTIONS.iter().flat_map(|name| css.match_indices(name)).filter_map(|(at, name)| {
        let before = css.get(..at)?.chars().next_back();
        (!before.is_some_and(is_word) || css.get(..at)?.ends_with("ok")).then_some(name)
    });
    hex.chain(functions).collect()
}

fn hex_colour(rest: &str) -> Option<&str> {
    let digits = rest.get(1..)?;
    let word = digits.split(|c: char| !is_word(c)).next()?;
    let is_colour =
        matches!(word.len(), 3 | 4 | 6 | 8) && word.chars().all(|digit| digit.is_ascii_hexdigit());
    is_colour.then(|| rest.get(..=word.len())).flatten()
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::literals;

    #[test]
    fn finds_colours_and_nothing_else() {
        let css =
            "a { color: #fff; background: rgb(0 0 0); outline-color: #1b1d21cc; border-color: oklch(1 0 0) }";
        assert_eq!(literals(css), ["#fff", "#1b1d21cc", "rgb(", "lch("]);
        let named = ".a { color: var(--text); background: color-mix(in oklab, var(--a), var(--b)); fill: url(#icon-x) }";
        assert!(literals(named).is_empty());
    }
}
