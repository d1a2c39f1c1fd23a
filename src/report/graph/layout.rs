//! Where boxes and lines go: layers from left to right, in few crossings.
//!
//! Not `layout-rs` 0.1.3: it asserts and unwraps in sixty places of its layout, and must not panic on a user's stack.
//!
//! The steps are Sugiyama's: lines that close a circle are turned round, every box goes one layer behind its furthest
//! predecessor, a line across layers gets a place in each, and barycentres order the layers.

mod coordinates;
mod crossings;
mod layers;

/// The width of a box.
pub(super) const BOX_WIDTH: f64 = 200.0;
/// The height of a box.
pub(super) const BOX_HEIGHT: f64 = 42.0;
/// The room between two layers, for lines and their labels.
pub(super) const BETWEEN: f64 = 140.0;
/// The room between two boxes of a layer.
pub(super) const BELOW: f64 = 16.0;
/// The height that a line takes in a layer which it passes.
pub(super) const LANE: f64 = 8.0;
/// The room around everything.
pub(super) const MARGIN: f64 = 14.0;

/// A place in the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// Where everything goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// The width of it all.
    pub width: f64,
    /// The height of it all.
    pub height: f64,
    /// The left upper corner of each box.
    pub boxes: Vec<Point>,
    /// The layer of each box.
    pub layers: Vec<usize>,
    /// For each line the points it goes through, from its beginning to its end.
    pub routes: Vec<Vec<Point>>,
    /// Which lines go against the layers, because they close a circle.
    pub backward: Vec<bool>,
}

/// What the steps share: boxes, then the lanes of lines, each in a layer.
#[derive(Debug, Default)]
struct Net {
    /// How many boxes there are; what has a higher number is a lane.
    boxes: usize,
    /// The layer of each.
    layer: Vec<usize>,
    /// The neighbours of each, before and behind.
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
    /// For each line what it passes, from left to right.
    chains: Vec<Vec<usize>>,
    backward: Vec<bool>,
    /// What is in each layer, from top to bottom.
    order: Vec<Vec<usize>>,
}

/// Lays out `boxes` boxes with these lines between them; a line from a box to itself is no part of the layers.
pub fn layout(boxes: usize, lines: &[(usize, usize)]) -> Layout {
    let mut net = layers::net(boxes, lines);
    crossings::reduce(&mut net);
    coordinates::place(&net)
}

impl Net {
    fn is_lane(&self, one: usize) -> bool {
        one >= self.boxes
    }

    fn height(&self, one: usize) -> f64 {
        if self.is_lane(one) { LANE } else { BOX_HEIGHT }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn overlaps(layout: &Layout) -> bool {
        let apart =
            |one: &Point, other: &Point| (one.x - other.x).abs() >= BOX_WIDTH || (one.y - other.y).abs() >= BOX_HEIGHT;
        let boxes = &layout.boxes;
        boxes.iter().enumerate().any(|(at, one)| boxes[at + 1..].iter().any(|other| !apart(one, other)))
    }

    #[test]
    fn a_chain_goes_to_the_right_and_a_circle_comes_back() {
        let chain = layout(3, &[(0, 1), (1, 2), (0, 2)]);
        assert_eq!(chain.layers, [0, 1, 2]);
        assert_eq!(chain.backward, [false; 3]);
        assert_eq!(chain.routes[2].len(), 4, "a long line passes its lane on both sides");
        let circle = layout(3, &[(0, 1), (1, 2), (2, 0)]);
        assert_eq!(circle.backward, [false, false, true]);
        assert_eq!(circle.layers, [0, 1, 2]);
    }

    #[test]
    fn crossings_that_can_be_avoided_are() {
        // Three pairs, named so that drawing them in their order would cross every line.
        let crossed = layout(6, &[(0, 5), (1, 4), (2, 3)]);
        let straight = |from: usize, to: usize| (crossed.boxes[from].y - crossed.boxes[to].y).abs() < 1.0;
        assert!(straight(0, 5) && straight(1, 4) && straight(2, 3), "{:?}", crossed.boxes);
    }

    #[test]
    fn nothing_is_a_drawing_too() {
        assert!(layout(0, &[]).boxes.is_empty());
        assert_eq!(layout(1, &[(0, 0)]).layers, [0]);
        // Ends that do not exist are no lines.
        assert!(layout(1, &[(0, 7)]).routes[0].is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn boxes_never_overlap_and_lines_go_to_the_right(
            lines in proptest::collection::vec((0..24_usize, 0..24_usize), 0..60)
        ) {
            let layout = layout(24, &lines);
            prop_assert!(!overlaps(&layout));
            for (at, (from, to)) in lines.iter().enumerate().filter(|(_, (from, to))| from != to) {
                let (left, right) = if layout.backward[at] { (to, from) } else { (from, to) };
                prop_assert!(layout.layers[*left] < layout.layers[*right]);
                prop_assert!(layout.routes[at].len() >= 2);
            }
            let inside = |point: &Point| point.x >= 0.0 && point.y >= 0.0
                && point.x + BOX_WIDTH <= layout.width && point.y + BOX_HEIGHT <= layout.height;
            prop_assert!(layout.boxes.iter().all(inside));
        }
    }
}
