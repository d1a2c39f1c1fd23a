//! Where the words of arrows stand: on their curve, where no other word is yet.

use super::super::{Arrow, layout::Point};

/// How wide a letter is, and how high a line, at the size of labels.
const LETTER: f64 = 5.2;
const HEIGHT: f64 = 10.0;

/// Places on a curve, from its beginning to its end, in the order in which they are tried.
const PLACES: [f64; 7] = [0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75];

/// A word, and the middle of its baseline.
pub(super) struct Label {
    pub(super) text: String,
    pub(super) at: Point,
}

/// A label for every arrow with a route. In the first gap behind whoever acts: there its arrows are together.
pub(super) fn labels(arrows: &[Arrow<'_>], routes: &[Vec<Point>]) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    for (arrow, route) in arrows.iter().zip(routes) {
        let [first, second, ..] = route.as_slice() else { continue };
        let text = arrow.label();
        let free = |at: &Point| !labels.iter().any(|label| overlap(label, &text, *at));
        let mut places = PLACES.iter().map(|part| on_curve(*first, *second, *part));
        let at = places.find(free).unwrap_or_else(|| on_curve(*first, *second, 0.5));
        labels.push(Label { text, at });
    }
    labels
}

fn overlap(label: &Label, text: &str, at: Point) -> bool {
    let half = |text: &str| text.chars().count() as f64 * LETTER / 2.0;
    (label.at.y - at.y).abs() < HEIGHT && (label.at.x - at.x).abs() < half(&label.text) + half(text)
}

/// A point of the curve that leaves and arrives level, a little above it.
fn on_curve(from: Point, to: Point, part: f64) -> Point {
    let rest = 1.0 - part;
    let middle = (from.x + to.x) / 2.0;
    let late = part * part * (3.0 - 2.0 * part);
    let x = rest.powi(3) * from.x + 3.0 * part * rest * middle + part.powi(3) * to.x;
    Point { x, y: from.y + (to.y - from.y) * late - 3.0 }
}
