//! The report of a trial as Markdown.

use std::fmt::Write as _;

use super::{TrialPhase, TrialState, TrialStep, TrialStepResult, TrialVerdict};

/// The report. It names nothing of the tenant: neither ids nor names, serial numbers, codes or keys.
pub fn markdown(state: &TrialState, version: &str) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    _ = write(&mut text, state, version);
    text
}

fn write(text: &mut String, state: &TrialState, version: &str) -> std::fmt::Result {
    writeln!(text, "# Trial of a tenant with Token Inventory {version}\n")?;
    writeln!(text, "{}", state.summary())?;
    if state.phase != TrialPhase::Ended {
        writeln!(text, "The trial was still under way.")?;
    }
    if let Some(problem) = &state.problem {
        writeln!(text, "It ended early: {problem}")?;
    }
    writeln!(
        text,
        "\nIds, names, addresses, serial numbers, keys, codes, dates and request ids are left out. Sections are those of \
         docs/MICROSOFT_GRAPH.md.\n"
    )?;
    writeln!(text, "| step | section | result |\n|---|---|---|")?;
    for step in state.steps() {
        writeln!(text, "| {} | {} | {} |", step.title(), step.section(), verdict(state, step).label())?;
    }
    for result in &state.results {
        write_result(text, result)?;
    }
    Ok(())
}

fn verdict(state: &TrialState, step: TrialStep) -> TrialVerdict {
    let result = state.results.iter().find(|result| result.step == step);
    result.map_or(TrialVerdict::NotTried, |result| result.verdict)
}

fn write_result(text: &mut String, result: &TrialStepResult) -> std::fmt::Result {
    let step = result.step;
    writeln!(text, "\n## {} ({})\n", step.title(), step.section())?;
    writeln!(text, "- Assumed: {}.", step.assumes())?;
    writeln!(text, "- {}: {}", result.verdict.label(), result.observed)?;
    if result.verdict == TrialVerdict::Differs {
        writeln!(text, "- Affects: {}.", step.affects())?;
    }
    for exchange in &result.exchanges {
        writeln!(text, "\n`{}` → {}\n", exchange.request, exchange.answer)?;
        if !exchange.headers.is_empty() || !exchange.body.is_empty() {
            writeln!(text, "```")?;
            for header in &exchange.headers {
                writeln!(text, "{header}")?;
            }
            if !exchange.body.is_empty() {
                writeln!(text, "{}", exchange.body)?;
            }
            writeln!(text, "```")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trial::TrialExchange;

    #[test]
    fn a_difference_says_what_is_affected() {
        let mut state = TrialState::new(0, false);
        state.results.push(TrialStepResult {
            step: TrialStep::SameSerial,
            verdict: TrialVerdict::Differs,
            observed: "201, and there are two tokens.".to_owned(),
            exchanges: vec![TrialExchange {
                request: "POST /devices".to_owned(),
                answer: "201".to_owned(),
                headers: vec!["content-type: application/json".to_owned()],
                body: "{}".to_owned(),
            }],
        });
        let text = markdown(&state, "1.2.3");
        assert!(text.contains("## Create another token with the same serial number (1.9)"), "{text}");
        assert!(text.contains("- Differs: 201, and there are two tokens.\n- Affects: Import: "), "{text}");
        assert!(
            text.contains("`POST /devices` → 201\n\n```\ncontent-type: application/json\n{}\n```"),
            "{text}"
        );
        assert!(text.contains("| Create one token | 1.4 | Not tried |"), "{text}");
    }

    #[test]
    fn only_an_answer_with_headers_or_a_body_is_quoted() {
        let exchange = |headers: &[&str], body: &str| TrialExchange {
            request: "GET /devices".to_owned(),
            answer: "204".to_owned(),
            headers: headers.iter().map(|header| (*header).to_owned()).collect(),
            body: body.to_owned(),
        };
        for (exchange, quoted) in [
            (exchange(&[], ""), ""),
            (exchange(&[], "{}"), "```\n{}\n```\n"),
            (exchange(&["retry-after: 7"], ""), "```\nretry-after: 7\n```\n"),
        ] {
            let mut state = TrialState::new(0, false);
            state.phase = TrialPhase::Ended;
            state.results.push(TrialStepResult {
                step: TrialStep::Create,
                verdict: TrialVerdict::AsAssumed,
                observed: "204".to_owned(),
                exchanges: vec![exchange],
            });
            let text = markdown(&state, "1.2.3");
            assert!(text.ends_with(&format!("\n`GET /devices` → 204\n\n{quoted}")), "{text}");
            assert!(!text.contains("under way") && !text.contains("Affects"), "{text}");
        }
    }

    #[test]
    fn a_report_of_an_unfinished_trial_says_so() {
        let mut state = TrialState::new(0, false);
        state.problem = Some("no such user".to_owned());
        let text = markdown(&state, "1.2.3");
        assert!(text.contains("The trial was still under way.\nIt ended early: no such user\n"), "{text}");
    }
}
