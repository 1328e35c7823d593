//! The plan of an import as text.

use token_core::plan::PlanTotals;

use crate::format::grouped;

/// "912 to create and activate, 41 already there, 7 not possible".
pub fn plan_summary(totals: &PlanTotals) -> String {
    let others = [
        (totals.nothing, "already there"),
        (totals.repeated, "repeated in the file"),
        (totals.conflict, "in conflict"),
        (totals.cannot, "not possible"),
    ];
    let others = others.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = work(totals)
        .into_iter()
        .chain(others.map(|(count, what)| format!("{} {what}", grouped(*count))))
        .collect();
    if parts.is_empty() { "no rows".to_owned() } else { parts.join(", ") }
}

/// The rows with work: what is done with all of them, and in brackets what is done with some.
fn work(totals: &PlanTotals) -> Option<String> {
    let verbs = [("create", totals.create), ("assign", totals.assign), ("activate", totals.activate)];
    let all: Vec<_> =
        verbs.iter().filter(|(_, count)| *count == totals.work).map(|(verb, _)| *verb).collect();
    let some = verbs.iter().filter(|(_, count)| *count > 0 && *count != totals.work);
    let text = match all.as_slice() {
        [] => format!("{} to do", grouped(totals.work)),
        verbs => format!("{} to {}", grouped(totals.work), join_words(verbs)),
    };
    let extra: Vec<_> = some.map(|(verb, count)| format!("{verb} {}", grouped(*count))).collect();
    (totals.work > 0).then(|| if extra.is_empty() { text } else { format!("{text} ({})", extra.join(", ")) })
}

fn join_words(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_every_row_once() {
        let totals = PlanTotals {
            create: 912,
            assign: 912,
            activate: 900,
            work: 912,
            nothing: 41,
            repeated: 2,
            conflict: 1,
            cannot: 7,
        };
        assert_eq!(
            plan_summary(&totals),
            "912 to create and assign (activate 900), 41 already there, 2 repeated in the file, 1 in conflict, 7 not possible"
        );
        assert_eq!(plan_summary(&PlanTotals::default()), "no rows");
        assert_eq!(
            plan_summary(&PlanTotals { repeated: 1, ..PlanTotals::default() }),
            "1 repeated in the file"
        );
    }
}
