//! A rehearsal as one self-contained page: no script, nothing fetched.

use maud::{Markup, PreEscaped, html};

use super::figures::{clock, percent};
use super::record::{Entry, HookRecord, Rehearsal};
use crate::{
    event::Answer,
    report::page::{PLOT_STYLE, page},
};

/// The plot's drawing area, in its own units.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 16.0;

/// The drawing area with room for the labels.
const VIEW_BOX: &str = "0 0 924 272";

/// More minutes of traffic than this are drawn as small dots.
const MANY: usize = 200;

/// The whole page.
pub fn render(rehearsal: &Rehearsal) -> String {
    let title = format!("Rehearsal: {}", rehearsal.scenario);
    let main = html! {
        (heading(rehearsal))
        (shift(rehearsal))
        section.hooks { @for hook in &rehearsal.hooks { (self::hook(hook)) } }
        (alarms(rehearsal))
        (timeline(&rehearsal.timeline))
    };
    page(&title, &[PLOT_STYLE], &main)
}

fn heading(rehearsal: &Rehearsal) -> Markup {
    let subject = &rehearsal.subject;
    let deployment = &rehearsal.deployment;
    html! {
        header {
            h1 { "Rehearsal " (rehearsal.scenario) }
            p { (rehearsal.description) }
            p.facts {
                (subject.function) ":" (subject.alias) ", version " (subject.current_version) " to "
                (subject.target_version) ", " (subject.strategy)
            }
            @if !rehearsal.notes.is_empty() { ul { @for note in &rehearsal.notes { li { (note) } } } }
            p.end.good[rehearsal.succeeded()].bad[!rehearsal.succeeded()] {
                strong { "Deployment " (deployment.status) }
                @if let Some(error) = &deployment.error { " – " (error.code) ": " (error.message) }
                @if let Some(rollback) = &deployment.rollback {
                    " – rolled back by " (rollback.deployment) ": " (rollback.status)
                }
            }
            p { "Alias " (subject.alias) ": "
                @for (version, weight) in &rehearsal.alias.weights {
                    span.weight { "version " (version) ": " (percent(*weight)) }
                }
            }
        }
    }
}

/// The weight of the new version over time, and the share that was seen.
fn shift(rehearsal: &Rehearsal) -> Markup {
    html! {
        figure {
            svg viewBox=(VIEW_BOX) role="img" aria-label="Weight of the new version over time" { (plot(rehearsal)) }
            figcaption {
                span.key-expected { "line" } ": weight of version " (rehearsal.subject.target_version)
                "; " span.key-seen { "dots" } ": share of the invocations it got; uprights: events"
            }
        }
    }
}

/// The same plot as an SVG file of its own.
pub fn svg(rehearsal: &Rehearsal) -> String {
    let style = "svg { font-family: sans-serif; background: #fff; color: #222; --line: #2563eb; --dot: #d97706; --faint: #8886; }";
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(VIEW_BOX) role="img"
            aria-label="Weight of the new version over time" {
            style { (style) (PreEscaped(PLOT_STYLE)) }
            (plot(rehearsal))
        }
    }
    .into_string()
}

fn plot(rehearsal: &Rehearsal) -> Markup {
    let last = rehearsal.timeline.last().map_or(0.0, |entry| entry.second);
    // A little room behind the end, so that a fall at the very end can be seen.
    let scale = Scale { seconds: last.max(60.0) * 1.03 };
    let shares =
        rehearsal.timeline.iter().filter_map(|entry| Some((entry.second, entry.traffic.as_ref()?.observed_share?)));
    let seen: Vec<(f64, f64)> = shares.collect();
    let events = rehearsal.timeline.iter().filter(|entry| entry.traffic.is_none());
    html! {
        @for step in [0.0, 0.25, 0.5, 0.75, 1.0] {
            line.grid x1=(LEFT) x2=(LEFT + WIDTH) y1=(fixed(scale.y(step))) y2=(fixed(scale.y(step))) {}
            text.tick x=(LEFT - 6.0) y=(fixed(scale.y(step) + 4.0)) text-anchor="end" { (percent(step)) }
        }
        @for tick in scale.ticks() {
            text.tick x=(fixed(scale.x(tick))) y=(TOP + HEIGHT + 18.0) text-anchor="middle" { (clock(tick)) }
        }
        @for event in events {
            line.event x1=(fixed(scale.x(event.second))) x2=(fixed(scale.x(event.second))) y1=(TOP) y2=(TOP + HEIGHT) {
                title { (clock(event.second)) " " (event.event) }
            }
        }
        // Many dots are small ones, and the line lies over them.
        @for (second, share) in &seen {
            circle.seen cx=(fixed(scale.x(*second))) cy=(fixed(scale.y(*share))) r=(if seen.len() > MANY { 1 } else { 3 }) {
                title { (clock(*second)) " seen " (percent(*share)) }
            }
        }
        path.expected d=(steps(&rehearsal.timeline, &scale)) {}
    }
}

struct Scale {
    seconds: f64,
}

impl Scale {
    fn x(&self, second: f64) -> f64 {
        LEFT + WIDTH * second / self.seconds
    }

    fn y(&self, share: f64) -> f64 {
        TOP + HEIGHT * (1.0 - share)
    }

    /// At most eight round moments from the beginning on, the first step of these that is wide enough apart.
    fn ticks(&self) -> impl Iterator<Item = f64> {
        const STEPS: [f64; 9] = [60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0, 43_200.0];
        let seconds = self.seconds;
        let step = STEPS.into_iter().find(|step| seconds / step < 8.0).unwrap_or(seconds / 4.0);
        (0..8).map(move |tick| f64::from(tick) * step).filter(move |tick| *tick <= seconds)
    }
}

fn steps(entries: &[Entry], scale: &Scale) -> String {
    let mut path = format!("M{} {}", fixed(scale.x(0.0)), fixed(scale.y(0.0)));
    for entry in entries {
        // Horizontally to the moment, then vertically to the new weight.
        path.push_str(&format!("H{}V{}", fixed(scale.x(entry.second)), fixed(scale.y(entry.target_weight))));
    }
    path
}

fn hook(hook: &HookRecord) -> Markup {
    let good = hook.answer == Some(Answer::Succeeded);
    let said = match hook.answer {
        Some(Answer::Succeeded) => "answered Succeeded",
        Some(Answer::Failed) => "answered Failed",
        None => "never answered",
    };
    html! {
        article {
            h2 { (hook.phase.word()) " hook " span.good[good].bad[!good] { (said) } }
            @if let Some(fitness) = hook.fitness {
                p { "Fitness " strong { (fitness) } " of 100"
                    @if let Some(before) = hook.fitness_before { ", before " (before) } }
                (gauge(fitness, hook.fitness_before))
            }
            ul { @for reason in &hook.reasons { li { (reason) } } @for delivery in &hook.deliveries { li { "answer " (delivery) } } }
            @if !hook.lost.is_empty() {
                table {
                    caption { "Points lost" }
                    thead { tr { th { "points" } th { "check" } th { "resource" } th { "what was seen" } } }
                    tbody {
                        @for loss in &hook.lost {
                            tr {
                                td.number { (loss.points) }
                                td { (loss.check) @if loss.new { " " em { "new" } } }
                                td { (loss.resource) }
                                td { (loss.evidence) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn gauge(fitness: f64, before: Option<f64>) -> Markup {
    html! {
        svg.gauge viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label=(format!("fitness {fitness} of 100")) {
            rect.back x="0" y="0" width="100" height="6" {}
            rect.front x="0" y="0" width=(fixed(fitness)) height="6" {}
            @if let Some(before) = before { line.before x1=(fixed(before)) x2=(fixed(before)) y1="0" y2="6" {} }
        }
    }
}

fn alarms(rehearsal: &Rehearsal) -> Markup {
    html! {
        @if !rehearsal.alarms.is_empty() {
            section {
                h2 { "Alarms of the deployment group" }
                ul { @for alarm in &rehearsal.alarms {
                    li { (alarm.name) ": " strong { (alarm.state) }
                        @if let Some(why) = &alarm.unfed { " (not fed here: " (why) ")" } }
                } }
            }
        }
    }
}

fn timeline(entries: &[Entry]) -> Markup {
    html! {
        section {
            h2 { "Timeline" }
            table {
                thead { tr { th { "h:mm:ss" } th { "weight" } th { "event" } } }
                tbody { @for entry in entries.iter().filter(|entry| entry.traffic.is_none()) {
                    tr { td.number { (clock(entry.second)) } td.number { (percent(entry.target_weight)) } td { (entry.event) } }
                } }
            }
        }
    }
}

fn fixed(number: f64) -> String {
    format!("{number:.1}")
}
