//! A rehearsal in 80 columns: the timeline as a plot, what the hooks saw, how it ended.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::figures::{clock, percent};
use super::record::{Entry, HookRecord, Loss, Rehearsal};
use crate::{
    event::Answer,
    report::paragraph::{WIDTH, lines},
    score::Points,
};

/// Cells of the weight plot: one for every five percent.
const CELLS: usize = 20;
/// Where the words of the timeline begin: time, plot, weight and observed share stand before.
const WORDS: usize = 42;
/// So many steps are shown at each end of a long shift, and no fewer than so many are left out between.
const ENDS: usize = 4;
const LEFT_OUT: usize = 6;
/// Of the points lost, so many findings are named.
const LOSSES: usize = 8;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// The whole report, with ANSI styles that carry no meaning of their own.
pub fn render(rehearsal: &Rehearsal) -> String {
    let mut out = String::new();
    heading(&mut out, rehearsal);
    timeline(&mut out, &rehearsal.timeline);
    for hook in &rehearsal.hooks {
        self::hook(&mut out, hook);
    }
    ending(&mut out, rehearsal);
    out
}

fn heading(out: &mut String, rehearsal: &Rehearsal) {
    let subject = &rehearsal.subject;
    line(out, &format!("{BOLD}Rehearsal {}{BOLD:#}", rehearsal.scenario));
    if !rehearsal.description.is_empty() {
        paragraph(out, 2, &rehearsal.description);
    }
    let route = format!("version {} to {}", subject.current_version, subject.target_version);
    paragraph(out, 2, &format!("{}:{}, {route}, {}", subject.function, subject.alias, subject.strategy));
    rehearsal.notes.iter().for_each(|note| bullet(out, "!", note));
    if !subject.deployed_alongside.is_empty() {
        paragraph(out, 2, &format!("Deployed at the same time: {}", subject.deployed_alongside.join(", ")));
    }
    line(out, "");
}

fn timeline(out: &mut String, entries: &[Entry]) {
    line(out, &format!("{FAINT}h:mm:ss  weight of the new version      seen{FAINT:#}"));
    let mut rest = entries;
    while !rest.is_empty() {
        let (stretch, behind) = rest.split_at(quiet(rest).max(1));
        self::stretch(out, stretch);
        rest = behind;
    }
    line(out, "");
}

/// How many entries from the first on are traffic or a step of the shift.
fn quiet(entries: &[Entry]) -> usize {
    entries.iter().take_while(|entry| entry.traffic.is_some() || entry.step).count()
}

/// Entries without any other event among them: the first and the last steps, those between are summed up.
fn stretch(out: &mut String, entries: &[Entry]) {
    let steps: Vec<&[Entry]> = entries.chunk_by(|one, next| one.target_weight == next.target_weight).collect();
    if steps.len() <= 2 * ENDS + LEFT_OUT {
        return steps.into_iter().for_each(|step| self::step(out, step));
    }
    let (first, rest) = steps.split_at(ENDS);
    let (between, last) = rest.split_at(rest.len() - ENDS);
    first.iter().for_each(|entries| step(out, entries));
    let minutes = between.iter().copied().flatten();
    line(out, &format!("{FAINT}      …  {} steps more, {}{FAINT:#}", between.len(), minutes_in_words(minutes, "")));
    last.iter().for_each(|entries| step(out, entries));
}

/// Entries at one weight: the first and the last of many minutes are shown, those between are summed up.
fn step(out: &mut String, entries: &[Entry]) {
    let minutes = entries.iter().position(|entry| entry.traffic.is_some()).unwrap_or(entries.len());
    let (others, minutes) = entries.split_at(minutes);
    others.iter().for_each(|entry| row(out, entry));
    match minutes {
        [first, between @ .., last] if between.len() > 1 => {
            row(out, first);
            line(out, &format!("{FAINT}      …  {}{FAINT:#}", minutes_in_words(between.iter(), " alike")));
            row(out, last);
        }
        few => few.iter().for_each(|entry| row(out, entry)),
    }
}

/// `26 minutes alike`, or with their errors.
fn minutes_in_words<'a>(entries: impl Iterator<Item = &'a Entry>, without_errors: &str) -> String {
    let (mut minutes, mut current, mut target) = (0, 0, 0);
    for sample in entries.filter_map(|entry| Some(entry.traffic.as_ref()?.sample)) {
        minutes += 1;
        current += sample.current.errors;
        target += sample.target.errors;
    }
    match traffic_words(current, target).as_str() {
        "" => format!("{minutes} minutes{without_errors}"),
        errors => format!("{minutes} minutes, {errors}"),
    }
}

fn row(out: &mut String, entry: &Entry) {
    let observed = entry.traffic.as_ref().map(|traffic| (traffic.sample.expected_share, traffic.observed_share));
    let weight = observed.map_or(entry.target_weight, |(expected, _)| expected);
    let seen = observed.map_or_else(String::new, |(_, share)| share.map_or("none".to_owned(), percent));
    let place = observed.and_then(|(_, share)| share);
    let head = format!("{:>7}  {} {:>5} {seen:>5}", clock(entry.second), plot(weight, place), percent(weight));
    let words = match &entry.traffic {
        Some(traffic) => traffic_words(traffic.sample.current.errors, traffic.sample.target.errors),
        None => entry.event.clone(),
    };
    for (number, part) in lines(&words, WIDTH - WORDS).iter().enumerate() {
        let head = if number == 0 { head.as_str() } else { "" };
        line(out, format!("{head:<WORDS$}{part}").trim_end());
    }
}

fn traffic_words(current: u32, target: u32) -> String {
    match (current, target) {
        (0, 0) => String::new(),
        (0, target) => format!("errors: {target} of the new version"),
        (current, 0) => format!("errors: {current} of the old version"),
        (current, target) => format!("errors: {current} old, {target} new"),
    }
}

/// The weight as a bar; `◆` is the share that was seen.
fn plot(weight: f64, seen: Option<f64>) -> String {
    let full = cells(weight);
    let seen = seen.map(|share| cells(share).min(CELLS - 1));
    let cell = |index| match (Some(index) == seen, index < full) {
        (true, _) => '◆',
        (false, true) => '█',
        (false, false) => '░',
    };
    (0..CELLS).map(cell).collect()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 20 cells, clamped")]
fn cells(share: f64) -> usize {
    (share.clamp(0.0, 1.0) * 20.0).round() as usize
}

fn hook(out: &mut String, hook: &HookRecord) {
    let (style, said) = match hook.answer {
        Some(Answer::Succeeded) => (GOOD, "answered Succeeded"),
        Some(Answer::Failed) => (BAD, "answered Failed"),
        None => (BAD, "never answered"),
    };
    line(out, &format!("{BOLD}{} hook{BOLD:#} {style}{said}{style:#}", hook.phase.word()));
    if let Some(fitness) = hook.fitness {
        let before = hook.fitness_before.map_or("no baseline".to_owned(), |before| format!("before: {before}"));
        paragraph(
            out,
            2,
            &format!("fitness {fitness} of 100 ({before}), {} resources, {}", hook.resources, counts(hook)),
        );
    }
    for reason in &hook.reasons {
        bullet(out, "-", reason);
    }
    for delivery in &hook.deliveries {
        bullet(out, "-", &format!("answer {delivery}"));
    }
    losses(out, &hook.lost);
    line(out, "");
}

fn counts(hook: &HookRecord) -> String {
    let counted = hook.counts.iter().filter(|(_, count)| **count > 0);
    counted.map(|(verdict, count)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", ")
}

fn losses(out: &mut String, lost: &[Loss]) {
    if lost.is_empty() {
        return;
    }
    line(out, "  points lost:");
    for loss in lost.iter().take(LOSSES) {
        let mark = if loss.new { " (new)" } else { "" };
        let points = loss.points.to_string();
        line(out, &format!("  {points:>6}  {} {}{mark}", loss.check, loss.resource));
    }
    if lost.len() > LOSSES {
        let rest = lost.iter().skip(LOSSES).fold(Points::default(), |sum, loss| sum.plus(loss.points)).to_string();
        line(out, &format!("  {rest:>6}  in {} more findings", lost.len() - LOSSES));
    }
}

fn ending(out: &mut String, rehearsal: &Rehearsal) {
    let deployment = &rehearsal.deployment;
    let style = if rehearsal.succeeded() { GOOD } else { BAD };
    line(out, &format!("{BOLD}Deployment{BOLD:#} {} {style}{}{style:#}", deployment.id, deployment.status));
    if let Some(error) = &deployment.error {
        bullet(out, "-", &format!("{}: {}", error.code, error.message));
    }
    if let Some(rollback) = &deployment.rollback {
        bullet(out, "-", &format!("rolled back by {}: {}", rollback.deployment, rollback.status));
    }
    let weights: Vec<String> = rehearsal
        .alias
        .weights
        .iter()
        .map(|(version, weight)| format!("version {version} {}", percent(*weight)))
        .collect();
    bullet(out, "-", &format!("alias {}: {}", rehearsal.subject.alias, weights.join(", ")));
    for alarm in &rehearsal.alarms {
        let unfed = alarm.unfed.as_ref().map_or(String::new(), |why| format!(" (not fed here: {why})"));
        bullet(out, "-", &format!("alarm {}: {}{unfed}", alarm.name, alarm.state));
    }
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

fn paragraph(out: &mut String, indent: usize, text: &str) {
    for part in lines(text, WIDTH - indent) {
        line(out, &format!("{:indent$}{part}", ""));
    }
}

fn bullet(out: &mut String, mark: &str, text: &str) {
    for (number, part) in lines(text, WIDTH - 4).iter().enumerate() {
        let mark = if number == 0 { mark } else { " " };
        line(out, &format!("  {mark} {part}"));
    }
}
