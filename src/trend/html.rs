//! The trend as one self-contained page, and its plot as a picture: no script, nothing fetched.

use jiff::{Timestamp, tz::TimeZone};
use maud::{Markup, PreEscaped, html};

use super::{Release, Trend};
use crate::{
    event::Answer,
    points::Score,
    report::page::{self, PLOT_STYLE},
};

/// The plot's drawing area, in its own units.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 48.0;
const TOP: f64 = 16.0;

/// The drawing area with room for the labels.
const VIEW_BOX: &str = "0 0 924 272";

/// Dates under the plot, at most.
const DATES: usize = 8;

/// What the plot has besides: a failed release is a cross and not only another colour.
const MARKS: &str = ".failed { stroke: var(--bad); stroke-width: 2.5; }";

/// The whole page.
pub fn page(trend: &Trend) -> String {
    let title = format!("Fitness of {}", trend.stack);
    let main = html! {
        header { h1 { (title) } p { (trend.releases.len()) " deployments, from the table " (trend.table) } }
        figure {
            (drawing(trend))
            figcaption { "dots: CodeDeploy was told Succeeded; crosses: Failed; a gap: nothing was measured" }
        }
        (table(&trend.releases))
        @if !trend.unreadable.is_empty() {
            section {
                h2 { "Items that cannot be read" }
                ul { @for item in &trend.unreadable { li { (item.key) ": " (item.why) } } }
            }
        }
    };
    page::page(&title, &[PLOT_STYLE, MARKS], &main)
}

/// The plot as a part of another page that has the same style.
pub fn figure(trend: &Trend) -> String {
    drawing(trend).into_string()
}

fn drawing(trend: &Trend) -> Markup {
    let title = format!("Fitness of {}", trend.stack);
    html! { svg viewBox=(VIEW_BOX) role="img" aria-label=(title) { (plot(&trend.releases)) } }
}

/// The plot as an SVG file of its own.
pub fn svg(trend: &Trend) -> String {
    let style = "svg { font-family: sans-serif; background: #fff; color: #222; --line: #2563eb; --dot: #2563eb; \
                 --bad: #c0262d; --faint: #8886; }";
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(VIEW_BOX) role="img"
            aria-label=(format!("Fitness of {}", trend.stack)) {
            style { (style) (PreEscaped(PLOT_STYLE)) (MARKS) }
            (plot(&trend.releases))
        }
    }
    .into_string()
}

fn plot(releases: &[Release]) -> Markup {
    let scale = Scale::of(releases);
    let points: Vec<(f64, f64, &Release)> = releases
        .iter()
        .enumerate()
        .filter_map(|(index, release)| Some((scale.x(index), scale.y(release.last.fitness?.as_f64()), release)))
        .collect();
    html! {
        @for label in scale.labels() {
            line.grid x1=(LEFT) x2=(LEFT + WIDTH) y1=(fixed(scale.y(label))) y2=(fixed(scale.y(label))) {}
            text.tick x=(LEFT - 6.0) y=(fixed(scale.y(label) + 4.0)) text-anchor="end" { (label) }
        }
        @for index in (0..releases.len()).step_by(releases.len().div_ceil(DATES).max(1)) {
            @if let Some(release) = releases.get(index) {
                text.tick x=(fixed(scale.x(index))) y=(TOP + HEIGHT + 18.0) text-anchor="middle" {
                    (shown(release.last.created, "%Y-%m-%d"))
                }
            }
        }
        path.expected d=(route(releases, &scale)) {}
        @for (x, y, release) in &points {
            @let words = format!(
                "{} {} {} {}",
                shown(release.last.created, "%Y-%m-%d %H:%M"), release.last.deployment,
                release.last.fitness.map(|score| score.to_string()).unwrap_or_default(), release.last.answer
            );
            @if release.last.answer == Answer::Succeeded {
                circle.seen cx=(fixed(*x)) cy=(fixed(*y)) r="3.5" { title { (words) } }
            } @else {
                path.failed d=(format!("M{} {}l8 8m0 -8l-8 8", fixed(x - 4.0), fixed(y - 4.0))) { title { (words) } }
            }
        }
    }
}

/// A line from release to release; it has a gap where nothing was measured.
fn route(releases: &[Release], scale: &Scale) -> String {
    let mut path = String::new();
    let mut pen = 'M';
    for (index, release) in releases.iter().enumerate() {
        let Some(fitness) = release.last.fitness else {
            pen = 'M';
            continue;
        };
        path.push_str(&format!("{pen}{} {}", fixed(scale.x(index)), fixed(scale.y(fitness.as_f64()))));
        pen = 'L';
    }
    path
}

/// From 0, 50, 80 or 90 to 100: the smallest of these that holds all.
struct Scale {
    releases: usize,
    lowest: f64,
}

impl Scale {
    fn of(releases: &[Release]) -> Self {
        let least = releases.iter().filter_map(|release| release.last.fitness).min().map_or(0.0, Score::as_f64);
        let lowest = [90.0, 80.0, 50.0].into_iter().find(|lowest| *lowest <= least).unwrap_or(0.0);
        Self { releases: releases.len(), lowest }
    }

    #[expect(clippy::cast_precision_loss, reason = "some thousand releases at most")]
    fn x(&self, index: usize) -> f64 {
        LEFT + WIDTH * (index as f64 + 0.5) / self.releases.max(1) as f64
    }

    fn y(&self, fitness: f64) -> f64 {
        TOP + HEIGHT * (100.0 - fitness) / (100.0 - self.lowest)
    }

    fn labels(&self) -> impl Iterator<Item = f64> {
        let (lowest, step) = (self.lowest, (100.0 - self.lowest) / 5.0);
        (0..=5).map(move |index| lowest + f64::from(index) * step)
    }
}

fn table(releases: &[Release]) -> Markup {
    html! {
        section {
            h2 { "Deployments, newest first" }
            table {
                thead { tr {
                    th { "created (UTC)" } th { "deployment" } th { "hook" } th { "function" } th { "versions" }
                    th { "fitness" } th { "change" } th { "answer" } th { "reason" }
                } }
                tbody { @for release in releases.iter().rev() { (row(release)) } }
            }
        }
    }
}

fn row(release: &Release) -> Markup {
    let last = &release.last;
    let good = last.answer == Answer::Succeeded;
    html! {
        tr {
            td.number { (shown(last.created, "%Y-%m-%d %H:%M")) }
            td { (last.deployment) }
            td { (last.phase) }
            td { (last.function) ":" (last.alias) }
            td.number { (last.current_version) " to " (last.target_version) }
            td.number { (last.fitness.map_or("?".to_owned(), |score| score.to_string())) }
            td.number { (release.change.map(|change| change.to_string()).unwrap_or_default()) }
            td.good[good].bad[!good] { (last.answer) }
            td { (release.top_reason().unwrap_or_default()) }
        }
    }
}

fn shown(moment: Timestamp, format: &str) -> String {
    moment.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

fn fixed(number: f64) -> String {
    format!("{number:.1}")
}
