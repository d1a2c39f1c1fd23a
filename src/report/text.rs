//! The report for people, in 80 columns. Styles carry no meaning of their own.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::{Entry, Report, paragraph::marked};
use crate::{
    check::{Pillar, VerdictKind},
    decide::Outcome,
    evaluate::UnusedExemption,
    score::{Points, Score},
    source::printable,
};

/// Cells of a bar: one for every five points.
const CELLS: usize = 20;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// The report; passes are listed only where `all` are asked for.
pub fn text(report: &Report, all: bool) -> String {
    let mut out = String::new();
    line(&mut out, &format!("{BOLD}{}{BOLD:#}", printable(&report.input)));
    fitness(&mut out, report);
    decision(&mut out, report);
    findings(&mut out, report, all);
    summary(&mut out, report);
    out
}

fn fitness(out: &mut String, report: &Report) {
    let fitness = &report.fitness;
    let points = format!("{} of {} points", fitness.points.earned, fitness.points.possible);
    bar(out, "fitness", fitness.total, &points);
    for pillar in Pillar::ALL {
        if let Some(score) = fitness.pillars.get(&pillar) {
            let tally = fitness.pillar_points.get(&pillar);
            let points = tally.map(|tally| format!("{} of {}", tally.earned, tally.possible)).unwrap_or_default();
            bar(out, pillar.name(), Some(*score), &points);
        }
    }
}

fn bar(out: &mut String, name: &str, score: Option<Score>, points: &str) {
    let Some(score) = score else {
        return line(out, &format!("  {name:<12} not measured"));
    };
    let full = cells(score.as_f64());
    let cells: String = (0..CELLS).map(|cell| if cell < full { '█' } else { '░' }).collect();
    // The score is formatted first: padding applies to the whole of it.
    let number = score.to_string();
    line(out, &format!("  {name:<12} {number:>5} {cells} {FAINT}{points}{FAINT:#}"));
}

/// Rounded down: only full marks fill the bar.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a score of 0 to 100")]
fn cells(score: f64) -> usize {
    (score.clamp(0.0, 100.0) / 5.0).floor() as usize
}

fn decision(out: &mut String, report: &Report) {
    let decision = &report.decision;
    let (style, word) = match decision.outcome {
        Outcome::Halt => (BAD, "Halt"),
        Outcome::Proceed if decision.would_halt => (DOUBTFUL, "Proceed (observe mode: would have halted)"),
        Outcome::Proceed => (GOOD, "Proceed"),
    };
    line(out, &format!("  {BOLD}decision{BOLD:#}     {style}{word}{style:#}"));
    for reason in &decision.reasons {
        indented(out, "    - ", &reason.to_string());
    }
    for remark in &report.remarks {
        indented(out, "    ! ", remark);
    }
    line(out, "");
}

fn findings(out: &mut String, report: &Report, all: bool) {
    for entry in report.by_cost(all) {
        finding(out, entry);
    }
}

fn finding(out: &mut String, entry: &Entry) {
    let (style, word) = match entry.verdict {
        VerdictKind::Pass => (GOOD, "pass"),
        VerdictKind::Partial => (DOUBTFUL, "part"),
        VerdictKind::Fail => (BAD, "FAIL"),
        VerdictKind::Inconclusive => (DOUBTFUL, "?   "),
    };
    let lost = if entry.lost > Points::default() { format!(" -{}", entry.lost) } else { String::new() };
    line(out, &format!("{style}{word}{style:#} {BOLD}{}{BOLD:#} {}{lost}", entry.check.id, entry.severity));
    if entry.verdict == VerdictKind::Pass {
        return indented(out, "     ", entry.resource.as_str());
    }
    let place = entry.location.as_ref().map_or(String::new(), |at| format!(" {}:{}:{}", at.file, at.line, at.column));
    indented(out, "     ", &format!("{}{place}", entry.resource));
    indented(out, "     ", &entry.evidence);
    if let Some(exemption) = &entry.exemption {
        indented(out, "     ", &exemption.sentence());
    }
}

fn summary(out: &mut String, report: &Report) {
    let counts = report.counts;
    let mut summary = format!(
        "{} resources: {} pass, {} partial, {} fail, {} inconclusive, {} exempted",
        report.resources, counts.pass, counts.partial, counts.fail, counts.inconclusive, counts.exempted
    );
    if report.branches > 1 {
        let _ = write!(summary, "; judged in {} branches of open conditions", report.branches);
    }
    indented(out, "", &summary);
    if report.known() > 0 {
        indented(out, "", &format!("{} of them are in the baseline; --all lists them", report.known()));
    }
    if !report.unjudged.is_empty() {
        let types: Vec<String> =
            report.unjudged.iter().map(|unjudged| format!("{} ({})", unjudged.r#type, unjudged.count)).collect();
        indented(out, "", &format!("no check reads: {}", types.join(", ")));
    }
    for unused in &report.unused_exemptions {
        let UnusedExemption { check, resource, owner, stated_in } = unused;
        let place = stated_in.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
        indented(out, "", &format!("exemption of {owner} for {check} on {resource}{place} matches no finding"));
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}

fn indented(out: &mut String, mark: &str, text: &str) {
    line(out, &marked(mark, text));
}
