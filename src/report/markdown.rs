//! The report as Markdown, for the comment of a pull request.

use std::fmt::Write as _;

use super::{Entry, Report};
use crate::{
    check::{Pillar, VerdictKind},
    decide::Outcome,
    score::Points,
};

/// Findings that are shown at once; a comment of GitHub takes 65,536 characters, and nobody reads as many.
const MOST: usize = 50;

/// The reports below each other; passes are listed only where `all` are asked for.
pub fn markdown(reports: &[Report], all: bool) -> String {
    let mut out = String::new();
    for report in reports {
        head(&mut out, report);
        findings(&mut out, &report.by_cost(all));
        foot(&mut out, report);
    }
    out
}

fn head(out: &mut String, report: &Report) {
    let (mark, word) = match report.decision.outcome {
        Outcome::Halt => ("❌", "Halt"),
        Outcome::Proceed if report.decision.would_halt => ("⚠️", "Proceed (observe mode: would have halted)"),
        Outcome::Proceed => ("✅", "Proceed"),
    };
    let total = report.fitness.total.map_or("not measured".to_owned(), |total| format!("{total} of 100"));
    let _ = writeln!(out, "### {mark} {word}: fitness of {} is {total}\n", text(&report.input));
    for reason in &report.decision.reasons {
        let _ = writeln!(out, "- {}", text(&reason.to_string()));
    }
    for remark in &report.remarks {
        let _ = writeln!(out, "- _{}_", text(remark));
    }
    if !report.decision.reasons.is_empty() || !report.remarks.is_empty() {
        out.push('\n');
    }
    let scores: Vec<(Pillar, String)> =
        report.fitness.pillars.iter().map(|(pillar, score)| (*pillar, score.to_string())).collect();
    if !scores.is_empty() {
        let cells = |of: &dyn Fn(&(Pillar, String)) -> String| {
            scores.iter().map(|it| format!(" {} |", of(it))).collect::<String>()
        };
        let _ = writeln!(
            out,
            "|{}\n|{}\n|{}\n",
            cells(&|it| it.0.to_string()),
            cells(&|_| "---:".to_owned()),
            cells(&|it| it.1.clone())
        );
    }
}

fn findings(out: &mut String, entries: &[&Entry]) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "| | check | resource | what was seen | costs |\n|---|---|---|---|---:|");
    for entry in entries.iter().take(MOST) {
        let word = match entry.verdict {
            _ if entry.exemption.as_ref().is_some_and(|exemption| !exemption.expired) => "exempted",
            VerdictKind::Pass => "pass",
            VerdictKind::Partial => "in part",
            VerdictKind::Fail => "**fails**",
            VerdictKind::Inconclusive => "cannot be told",
        };
        let place = entry.location.as_ref().map(|at| format!("<br>{}:{}", text(&at.file), at.line)).unwrap_or_default();
        let lost = if entry.lost > Points::default() { entry.lost.to_string() } else { String::new() };
        let _ = writeln!(
            out,
            "| {word} | [{id}]({reference} \"{severity}\") | {resource}{place} | {evidence} | {lost} |",
            id = entry.check.id,
            reference = entry.check.reference,
            severity = entry.severity,
            resource = text(entry.resource.as_str()),
            evidence = text(&entry.evidence),
        );
    }
    if let Some(more) = entries.len().checked_sub(MOST).filter(|more| *more > 0) {
        let _ = writeln!(out, "\n{more} more findings cost less; `fitgate check` lists them.");
    }
    out.push('\n');
}

fn foot(out: &mut String, report: &Report) {
    let counts = report.counts;
    let _ = writeln!(
        out,
        "{} resources: {} pass, {} partial, {} fail, {} inconclusive, {} exempted\n",
        report.resources, counts.pass, counts.partial, counts.fail, counts.inconclusive, counts.exempted
    );
    if report.known() > 0 {
        let _ = writeln!(out, "{} of them are in the baseline.\n", report.known());
    }
}

/// Text that comes out of templates, so that none of it is markup, a mention or a further cell.
fn text(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' => {
                out.push('\\');
                out.push(character);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A word joiner keeps `@team` from calling the team.
            '@' => out.push_str("@\u{2060}"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}
