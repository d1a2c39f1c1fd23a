//! The trend in 80 columns: a plot of the fitness, and a line for each deployment. Styles carry no meaning of their
//! own.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, tz::TimeZone};

use super::{Release, Trend, plot::Plot};
use crate::{
    event::{Answer, Phase},
    report::paragraph::{WIDTH, marked},
    source::printable,
};

/// Columns of a function's name; the stack's name before it is left out.
const FUNCTION: usize = 15;

/// Columns of the plot's scale.
const SCALE: usize = 6;

const BOLD: Style = Style::new().bold();
const FAINT: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// The trend, oldest deployment first.
pub fn text(trend: &Trend) -> String {
    let mut out = String::new();
    heading(&mut out, trend);
    plot(&mut out, trend);
    rows(&mut out, trend);
    for unreadable in &trend.unreadable {
        let text = format!("an item cannot be read: {}: {}", unreadable.key, unreadable.why);
        line(&mut out, &marked("! ", &text));
    }
    out
}

fn heading(out: &mut String, trend: &Trend) {
    let count = match trend.releases.len() {
        1 => "1 deployment".to_owned(),
        count => format!("{count} deployments"),
    };
    let earlier = if trend.more { ", earlier ones left out" } else { "" };
    line(out, &format!("{BOLD}{}{BOLD:#}: {count}{earlier}", printable(&trend.stack)));
    line(out, "");
}

/// The fitness of the deployments from left to right. Left out where there is nothing to compare.
fn plot(out: &mut String, trend: &Trend) {
    let Some(plot) = Plot::of(&trend.releases, WIDTH - SCALE - 1) else { return };
    for row in plot.rows() {
        let label = row.label.map_or(String::new(), |label| label.to_string());
        line(out, &format!("{FAINT}{label:>4} ┤{FAINT:#}{}", plot.line(row.score)));
    }
    if let Some(unmeasured) = plot.unmeasured() {
        line(out, &format!("{FAINT}   ? ┤{FAINT:#}{unmeasured}"));
    }
    line(out, &format!("{FAINT}     └{}{FAINT:#}", "─".repeat(plot.width())));
    let (first, last) = (day(plot.first()), day(plot.last()));
    // Both ends where they fit, else the last one alone stands in the rows below.
    if plot.width() >= first.len() + last.len() + 2 {
        let between = plot.width() - first.len();
        line(out, &format!("{FAINT}      {first}{last:>between$}{FAINT:#}"));
    }
    let mut legend = "● Succeeded  × Failed".to_owned();
    if plot.unmeasured().is_some() {
        legend.push_str("  ? nothing measured");
    }
    if plot.left_out() > 0 {
        let _ = write!(legend, "; the first {} do not fit", plot.left_out());
    }
    line(out, &format!("{FAINT}      {legend}{FAINT:#}"));
    line(out, "");
}

fn rows(out: &mut String, trend: &Trend) {
    if trend.releases.is_empty() {
        return;
    }
    let head = ("created (UTC)", "deployment", "hook", "function", "fitness", "change", "answer");
    let (created, deployment, hook, function, fitness, change, answer) = head;
    let head = format!(
        "{created:<16}  {deployment:<11}  {hook:<4}  {function:<FUNCTION$}  {fitness:>7}  {change:>6}  {answer}"
    );
    line(out, &format!("{FAINT}{head}{FAINT:#}"));
    for release in &trend.releases {
        row(out, &trend.stack, release);
    }
}

fn row(out: &mut String, stack: &str, release: &Release) {
    let last = &release.last;
    let created = last.created.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M");
    let hook = match last.phase {
        Phase::BeforeAllowTraffic => "pre",
        Phase::AfterAllowTraffic => "post",
    };
    let function = shortened(&last.function, stack);
    let fitness = last.fitness.map_or("?".to_owned(), |score| score.to_string());
    let change = release.change.map_or(String::new(), |change| change.to_string());
    let style = if last.answer == Answer::Succeeded { GOOD } else { BAD };
    let head =
        format!("{created}  {:<11}  {hook:<4}  {function:<FUNCTION$}  {fitness:>7}  {change:>6}", last.deployment);
    line(out, &format!("{head}  {style}{}{style:#}", last.answer));
    let would_halt = last.would_halt == Some(true);
    // What is worth a line of its own: what stopped it, or would have.
    if last.answer == Answer::Failed || would_halt || last.trouble.is_some() {
        let observed = if would_halt && last.answer == Answer::Succeeded { "would have halted: " } else { "" };
        if let Some(reason) = release.top_reason() {
            line(out, &marked("    - ", &format!("{observed}{reason}")));
        }
    }
}

/// A function's name without what CloudFormation puts around it (`stack-Logical-1A2B3C4D5E6F`), cut to its column.
fn shortened(function: &str, stack: &str) -> String {
    let own = function.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-'));
    let own = own.map_or(function, |own| match own.rsplit_once('-') {
        Some((logical, chance)) if chance.len() >= 12 && chance.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            logical
        }
        _ => own,
    });
    let own = printable(own);
    if own.chars().count() <= FUNCTION {
        return own;
    }
    own.chars().take(FUNCTION - 1).chain(['…']).collect()
}

fn day(moment: Timestamp) -> String {
    moment.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", text.trim_end());
}
