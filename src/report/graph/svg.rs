//! The graph as a drawing: a figure of a page, or a file of its own. No script, nothing fetched.
//!
//! No meaning rests on colour: boxes say their type, arrows their relation.

mod labels;

use maud::{Markup, PreEscaped, html};

use super::{
    Arrow, Picture,
    kind::{self, Kind},
    layout::{BOX_HEIGHT, BOX_WIDTH, Layout, Point, layout},
};
use crate::{
    source::printable,
    stack::{Graph, Relation, graph::Node},
};

/// More than this is no drawing that anybody would read, and would take its time.
const MOST_BOXES: usize = 600;
const MOST_ARROWS: usize = 3_000;

/// Letters of an id that fit into a box, and the most that are drawn in their own width: fonts differ.
const LETTERS: usize = 23;
const AT_EASE: usize = 19;

const STYLE: &str = include_str!("graph.css");

/// The drawing of a stack's graph, with a style of its own that touches nothing else on a page.
pub fn svg(graph: &Graph) -> String {
    figure(&Picture::of("", &[graph]))
}

/// The drawing of a picture; where there is too much of it, or nothing, a sentence that says so.
pub fn figure(picture: &Picture) -> String {
    drawing(picture).into_string()
}

pub(super) fn drawing(picture: &Picture) -> Markup {
    let (arrows, _) = picture.arrows();
    if picture.nodes.is_empty() {
        return html! { p { "No resource of this stack does anything with another, as far as anybody can tell." } };
    }
    if picture.nodes.len() > MOST_BOXES || arrows.len() > MOST_ARROWS {
        let (boxes, arrows) = (picture.nodes.len(), arrows.len());
        return html! { p { (boxes) " resources with " (arrows) " arrows are too many to draw: see the table." } };
    }
    let ends: Vec<(usize, usize)> = arrows.iter().map(|arrow| (arrow.from, arrow.to)).collect();
    let layout = layout(picture.nodes.len(), &ends);
    let (width, height) = (fixed(layout.width), fixed(layout.height));
    html! {
        svg.stack-graph xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {width} {height}"))
            width=(width) height=(height) role="img" aria-label=(format!("Graph of the stack: {}", picture.summary())) {
            style { (PreEscaped(STYLE)) }
            defs { @for relation in Relation::ALL { (head(relation)) } }
            @for (arrow, route) in arrows.iter().zip(&layout.routes) { (line(picture, &layout, arrow, route)) }
            @for (node, at) in picture.nodes.iter().zip(&layout.boxes) { (boxed(node, *at)) }
            @for label in labels::labels(&arrows, &layout.routes) {
                text.label x=(fixed(label.at.x)) y=(fixed(label.at.y)) text-anchor="middle" { (label.text) }
            }
        }
    }
}

/// What the line styles mean, each with its word.
pub(super) fn legend() -> Markup {
    html! {
        ul.legend {
            @for relation in Relation::ALL { li { (sample(class(relation), relation)) " " (relation.verb()) } }
            li { (sample("wild", Relation::Reads)) " by a wildcard alone, (*)" }
            li { (sample("some", Relation::Reads)) " in some branches of the template only, (if)" }
        }
    }
}

fn sample(class: &str, relation: Relation) -> Markup {
    html! {
        svg.stack-graph width="46" height="12" viewBox="0 0 46 12" aria-hidden="true" {
            g.arrow.(class) { path d="M1 6H38" marker-end=(marker(relation)) {} }
        }
    }
}

fn class(relation: Relation) -> &'static str {
    match relation {
        Relation::Invokes => "invokes",
        Relation::Reads => "reads",
        Relation::Writes => "writes",
        Relation::Publishes => "publishes",
        Relation::Deploys => "deploys",
    }
}

fn marker(relation: Relation) -> String {
    format!("url(#stack-graph-{})", class(relation))
}

/// An arrow head: filled where something changes or starts, open where something is only read.
fn head(relation: Relation) -> Markup {
    let id = format!("stack-graph-{}", class(relation));
    html! {
        marker id=(id) viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto" {
            @if relation == Relation::Reads {
                path.open d="M1 1L9 5L1 9" {}
            } @else {
                path.head d="M0 0.5L10 5L0 9.5Z" {}
            }
        }
    }
}

fn line(picture: &Picture, layout: &Layout, arrow: &Arrow<'_>, route: &[Point]) -> Markup {
    let Some(relation) = arrow.main() else { return html! {} };
    let wild = arrow.is_by_wildcard();
    let some = arrow.is_only_in_some_branches();
    html! {
        g.arrow.(class(relation)).wild[wild].some[some] {
            title { (told(picture, arrow)) }
            path d=(path(layout, arrow, route)) marker-end=(marker(relation)) {}
        }
    }
}

/// Who does what with whom, and which property says so.
fn told(picture: &Picture, arrow: &Arrow<'_>) -> String {
    let name = |end: usize| picture.nodes.get(end).map_or("", |node| node.id.as_str());
    let lines = arrow.lines.iter().map(|line| {
        let edge = &line.edge;
        let remarks = line.remarks();
        let remarks = if remarks.is_empty() { remarks } else { format!(" ({remarks})") };
        let (from, to, verb) = (name(arrow.from), name(arrow.to), edge.relation.verb());
        printable(&format!("{from} {verb} {to}{remarks}: {} {}", edge.said_by, edge.place))
    });
    lines.collect::<Vec<String>>().join("\n")
}

/// A curve through the layers; from a box to itself, a loop above it.
fn path(layout: &Layout, arrow: &Arrow<'_>, route: &[Point]) -> String {
    let Some((first, rest)) = route.split_first() else {
        let at = layout.boxes.get(arrow.from).copied().unwrap_or(Point { x: 0.0, y: 0.0 });
        let (x, y) = (at.x + BOX_WIDTH, at.y + BOX_HEIGHT / 2.0);
        return format!("M{0} {1}C{2} {1} {2} {3} {0} {3}", fixed(x), fixed(y - 8.0), fixed(x + 34.0), fixed(y + 8.0));
    };
    let mut path = format!("M{} {}", fixed(first.x), fixed(first.y));
    let mut at = *first;
    for (number, point) in rest.iter().enumerate() {
        if number % 2 == 1 {
            path.push_str(&format!("L{} {}", fixed(point.x), fixed(point.y)));
        } else {
            let middle = fixed((at.x + point.x) / 2.0);
            path.push_str(&format!(
                "C{middle} {} {middle} {} {} {}",
                fixed(at.y),
                fixed(point.y),
                fixed(point.x),
                fixed(point.y)
            ));
        }
        at = *point;
    }
    path
}

fn boxed(node: &Node, at: Point) -> Markup {
    let look = kind::look(&node.r#type);
    let id = printable(node.id.as_str());
    let long = id.chars().count() > AT_EASE;
    let turn = if look.kind == Kind::Channel { BOX_HEIGHT / 2.0 } else { 6.0 };
    html! {
        g.node.(look.kind.word()) transform=(format!("translate({} {})", fixed(at.x), fixed(at.y))) {
            title { (id) " (" (printable(node.r#type.as_str())) ")" }
            rect.box width=(BOX_WIDTH) height=(BOX_HEIGHT) rx=(turn) {}
            rect.mark x="7" y="8" width="30" height="26" rx="4" {}
            text.mark x="22" y="25" text-anchor="middle" { (printable(&look.mark)) }
            text.type x="44" y="16" { (shortened(&printable(&look.word))) }
            text.id x="44" y="32" textLength=[long.then_some(BOX_WIDTH - 54.0)] lengthAdjust=[long.then_some("spacingAndGlyphs")] {
                (shortened(&id))
            }
        }
    }
}

/// The end of an id tells more than its beginning, which the folders of nested stacks share.
fn shortened(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= LETTERS {
        return text.to_owned();
    }
    let head: String = letters.iter().take(LETTERS - 9).collect();
    let tail: String = letters.iter().skip(letters.len() - 8).collect();
    format!("{head}…{tail}")
}

fn fixed(number: f64) -> String {
    format!("{number:.1}")
}
