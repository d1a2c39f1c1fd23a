//! The graph in Graphviz's language: <https://graphviz.org/doc/info/lang.html>.

use std::fmt::Write as _;

use super::{Arrow, Picture, kind};
use crate::{source::printable, stack::Relation};

/// The picture as DOT; crowds stand in the label below it.
pub fn dot(picture: &Picture) -> String {
    let (arrows, crowds) = picture.arrows();
    let mut out = String::from("digraph stack {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=11];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    for node in &picture.nodes {
        let look = kind::look(&node.r#type);
        let label = format!("{}\n{}", printable(node.id.as_str()), printable(&look.word));
        let _ = writeln!(out, "  {} [label={}, shape={}];", quoted(node.id.as_str()), quoted(&label), shape(look.kind));
    }
    for arrow in &arrows {
        let [from, to] = [arrow.from, arrow.to].map(|end| picture.nodes.get(end).map_or("", |node| node.id.as_str()));
        let label = quoted(&arrow.label());
        let _ = writeln!(out, "  {} -> {} [label={label}, style={}];", quoted(from), quoted(to), style(arrow));
    }
    let mut below: Vec<String> = crowds.iter().map(|crowd| printable(&crowd.words())).collect();
    if !picture.unsettled.is_empty() {
        below.push(format!("{} more that nobody can tell", picture.unsettled.len()));
    }
    if !below.is_empty() {
        let _ = writeln!(out, "  label={};\n  labelloc=b;", quoted(&below.join("\n")));
    }
    out.push_str("}\n");
    out
}

fn shape(kind: kind::Kind) -> &'static str {
    match kind {
        kind::Kind::Source => "hexagon",
        kind::Kind::Compute => "box",
        kind::Kind::Channel => "cds",
        kind::Kind::Data => "cylinder",
        kind::Kind::Deployment => "octagon",
        kind::Kind::Other => "ellipse",
    }
}

fn style(arrow: &Arrow<'_>) -> &'static str {
    match arrow.main() {
        _ if arrow.is_by_wildcard() => "dotted",
        Some(Relation::Reads) => "dashed",
        Some(Relation::Invokes) => "bold",
        Some(Relation::Deploys) => "\"dashed,bold\"",
        Some(Relation::Writes | Relation::Publishes) | None => "solid",
    }
}

/// A quoted string: line breaks are written as `\n`, which also keeps a backslash of the text from meaning anything.
fn quoted(text: &str) -> String {
    let lines: Vec<String> =
        text.split('\n').map(|line| printable(line).replace('\\', "\\\\").replace('"', "\\\"")).collect();
    format!("\"{}\"", lines.join("\\n"))
}
