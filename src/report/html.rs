//! The report as one self-contained page: no script, nothing fetched.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};

use super::{
    Entry, Report,
    page::{PLOT_STYLE, page},
};
use crate::{
    check::{Pillar, VerdictKind},
    decide::Outcome,
    inventory::LogicalId,
    score::{Points, Score, Tally},
};

const REPORT_STYLE: &str = include_str!("report.css");

/// What a page shows beside one report, each drawn by whoever knows it.
#[derive(Debug, Default)]
pub struct Figures {
    /// How the fitness went from release to release, as an SVG element.
    pub trend: Option<String>,
    /// Who calls, reads and writes whom, as an SVG element.
    pub graph: Option<String>,
}

/// The page of these reports, each with its figures, as many of them as there are; passes are listed only where `all` are
/// asked for.
pub fn html(reports: &[Report], figures: &[Figures], all: bool) -> String {
    let title = match reports {
        [one] => format!("Fitness of {}", one.input),
        several => format!("Fitness of {} stacks", several.len()),
    };
    let main = html! {
        @if reports.len() > 1 { h1 { (title) } (overview(reports)) }
        @for (index, report) in reports.iter().enumerate() {
            (section(index, report, figures.get(index), all))
        }
    };
    page(&title, &[PLOT_STYLE, REPORT_STYLE], &main)
}

fn overview(reports: &[Report]) -> Markup {
    html! {
        table {
            thead { tr { th { "input" } th { "decision" } th.number { "fitness" } th.number { "fails" } } }
            tbody { @for (index, report) in reports.iter().enumerate() {
                tr {
                    td { a href=(format!("#stack-{index}")) { (report.input) } }
                    td.good[proceeds(report)].bad[!proceeds(report)] { (decision_word(report)) }
                    td.number { (shown(report.fitness.total)) }
                    td.number { (report.counts.fail) }
                }
            } }
        }
    }
}

fn section(index: usize, report: &Report, figures: Option<&Figures>, all: bool) -> Markup {
    html! {
        section.stack id=(format!("stack-{index}")) {
            (head(report))
            (scores(report))
            @if let Some(trend) = figures.and_then(|figures| figures.trend.as_ref()) {
                figure { (PreEscaped(trend)) figcaption { "The fitness of the last releases; dots: CodeDeploy was told Succeeded, crosses: Failed" } }
            }
            h2 { "Findings by resource" }
            @let resources = by_resource(report, all);
            @if resources.is_empty() { p { "Nothing to say of any resource." } }
            @for (resource, entries) in resources { (resource_findings(resource, &entries)) }
            @if let Some(graph) = figures.and_then(|figures| figures.graph.as_ref()) {
                h2 { "Who calls, reads and writes whom" }
                figure.drawing { (PreEscaped(graph)) }
            }
            (rest(report))
        }
    }
}

fn head(report: &Report) -> Markup {
    html! {
        header {
            h1 { (report.input) }
            p.end.good[proceeds(report)].bad[!proceeds(report)] { strong { (decision_word(report)) } }
            @if !report.decision.reasons.is_empty() {
                ul { @for reason in &report.decision.reasons { li { (reason.to_string()) } } }
            }
            @for remark in &report.remarks { p.remark { (remark) } }
        }
    }
}

/// The total and each pillar, as bars with their numbers.
fn scores(report: &Report) -> Markup {
    let fitness = &report.fitness;
    html! {
        table.scores {
            tbody {
                (score_row("fitness", fitness.total, Some(&fitness.points)))
                @for pillar in Pillar::ALL {
                    @if let Some(score) = fitness.pillars.get(&pillar) {
                        (score_row(pillar.name(), Some(*score), fitness.pillar_points.get(&pillar)))
                    }
                }
            }
        }
        p {
            (report.resources) " resources: " (report.counts.pass) " findings pass, " (report.counts.partial)
            " hold in part, " (report.counts.fail) " fail, " (report.counts.inconclusive) " cannot be told, "
            (report.counts.exempted) " are exempted"
        }
    }
}

fn score_row(name: &str, score: Option<Score>, points: Option<&Tally>) -> Markup {
    let width = score.map_or(0.0, Score::as_f64);
    html! {
        tr {
            th scope="row" { (name) }
            td.number { (shown(score)) }
            td.bar {
                svg.gauge viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=(format!("{name} {}", shown(score))) {
                    rect.back width="100" height="4" {}
                    rect.front width=(format!("{width:.1}")) height="4" {}
                }
            }
            td.number { @if let Some(tally) = points { (tally.earned) " of " (tally.possible) } }
        }
    }
}

/// Resources with what is listed of them: those that cost most first.
fn by_resource(report: &Report, all: bool) -> Vec<(&LogicalId, Vec<&Entry>)> {
    let mut grouped: BTreeMap<&LogicalId, Vec<&Entry>> = BTreeMap::new();
    let entries = report.by_cost(all);
    for entry in &entries {
        grouped.entry(&entry.resource).or_default().push(entry);
    }
    let mut order: Vec<&LogicalId> = Vec::new();
    // The dearest finding of a resource stands first among the entries.
    let mut cost: BTreeMap<&LogicalId, Points> = BTreeMap::new();
    for entry in &entries {
        let sum = cost.entry(&entry.resource).or_insert_with(|| {
            order.push(&entry.resource);
            Points::default()
        });
        *sum = sum.plus(entry.lost);
    }
    order.sort_by_key(|id| std::cmp::Reverse(cost.get(id).copied()));
    order.into_iter().filter_map(|id| Some((id, grouped.remove(id)?))).collect()
}

fn resource_findings(resource: &LogicalId, entries: &[&Entry]) -> Markup {
    let failing = entries.iter().any(|entry| entry.verdict == VerdictKind::Fail && !exempted(entry));
    html! {
        details open[failing] {
            summary {
                strong { (resource) } " "
                @if let Some(first) = entries.first() { span.type { (first.r#type) } }
                span.tally { (tally(entries)) }
            }
            @for entry in entries { (finding(entry)) }
        }
    }
}

/// `2 fail, 1 in part`
fn tally(entries: &[&Entry]) -> String {
    let count = |kind: VerdictKind| entries.iter().filter(|entry| entry.verdict == kind && !exempted(entry)).count();
    let words = [
        (count(VerdictKind::Fail), "fail"),
        (count(VerdictKind::Partial), "in part"),
        (count(VerdictKind::Inconclusive), "cannot be told"),
        (count(VerdictKind::Pass), "pass"),
        (entries.iter().filter(|entry| exempted(entry)).count(), "exempted"),
    ];
    let words: Vec<String> =
        words.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    words.join(", ")
}

fn finding(entry: &Entry) -> Markup {
    let check = entry.check;
    html! {
        article.finding.(entry.verdict.name()) {
            p.line {
                span.verdict { (word(entry)) } " "
                a href=(check.reference) { (check.id) } " "
                span.severity { (entry.severity) } " "
                @if entry.lost > Points::default() { span.lost { "−" (entry.lost) } }
            }
            p { (entry.evidence)
                @if let Some(at) = &entry.location { span.place { " " (at.file) ":" (at.line) ":" (at.column) } }
            }
            @if let Some(exemption) = &entry.exemption {
                p.exemption {
                    "exempted by " (exemption.owner) @if exemption.expired { ", expired on " } @else { " until " }
                    (exemption.expires.to_string()) ": " (exemption.reason)
                    @if let Some(place) = &exemption.stated_in { span.place { " " (place) } }
                }
            }
            @if entry.verdict != VerdictKind::Pass {
                p.why { (check.why) }
                p.fix { (check.fix) }
            }
        }
    }
}

/// What no finding says.
fn rest(report: &Report) -> Markup {
    let types: Vec<String> =
        report.unjudged.iter().map(|unjudged| format!("{} ({})", unjudged.r#type, unjudged.count)).collect();
    html! {
        footer {
            @if report.known() > 0 { p { (report.known()) " findings are in the baseline already." } }
            @if report.branches > 1 { p { "Judged in " (report.branches) " branches of open conditions." } }
            @if !types.is_empty() { p { "No check reads: " (types.join(", ")) } }
            @for unused in &report.unused_exemptions {
                p { "The exemption of " (unused.owner) " for " (unused.check) " on " (unused.resource)
                    @if let Some(place) = &unused.stated_in { " in " (place) }
                    " matches no finding." }
            }
        }
    }
}

fn exempted(entry: &Entry) -> bool {
    entry.exemption.as_ref().is_some_and(|exemption| !exemption.expired)
}

fn word(entry: &Entry) -> String {
    match entry.verdict {
        _ if exempted(entry) => "exempted".to_owned(),
        VerdictKind::Pass => "passes".to_owned(),
        VerdictKind::Partial => format!("holds to {} percent", entry.share.unwrap_or_default()),
        VerdictKind::Fail => "fails".to_owned(),
        VerdictKind::Inconclusive => "cannot be told".to_owned(),
    }
}

fn proceeds(report: &Report) -> bool {
    report.decision.outcome == Outcome::Proceed
}

fn decision_word(report: &Report) -> &'static str {
    match report.decision.outcome {
        Outcome::Halt => "Halt",
        Outcome::Proceed if report.decision.would_halt => "Proceed (observe mode: would have halted)",
        Outcome::Proceed => "Proceed",
    }
}

fn shown(score: Option<Score>) -> String {
    score.map_or("not measured".to_owned(), |score| score.to_string())
}
