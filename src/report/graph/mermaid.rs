//! The graph as a Mermaid flowchart, which GitHub and GitLab draw: <https://mermaid.js.org/syntax/flowchart.html>.

use std::fmt::Write as _;

use super::{
    Arrow, Picture,
    kind::{self, Kind},
};
use crate::{source::printable, stack::Relation};

/// The picture as Mermaid; crowds stand in comments.
pub fn mermaid(picture: &Picture) -> String {
    let (arrows, crowds) = picture.arrows();
    let mut out = String::from("flowchart LR\n");
    for (place, node) in picture.nodes.iter().enumerate() {
        let look = kind::look(&node.r#type);
        let label = format!("{}<br/>{}", escaped(node.id.as_str()), escaped(&look.word));
        let (open, close) = shape(look.kind);
        let _ = writeln!(out, "  n{place}{open}\"{label}\"{close}:::{}", look.kind.word());
    }
    for arrow in &arrows {
        let (from, to, label) = (arrow.from, arrow.to, escaped(&arrow.label()));
        let _ = writeln!(out, "  n{from} {}|\"{label}\"| n{to}", line(arrow));
    }
    for crowd in &crowds {
        let _ = writeln!(out, "  %% {}", escaped(&crowd.words()));
    }
    for kind in Kind::ALL {
        let (fill, stroke) = colours(kind);
        let _ = writeln!(out, "  classDef {} fill:{fill},stroke:{stroke},color:#1f2328", kind.word());
    }
    out
}

fn shape(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Source => ("{{", "}}"),
        Kind::Compute => ("[", "]"),
        Kind::Channel => ("([", "])"),
        Kind::Data => ("[(", ")]"),
        Kind::Deployment => ("[[", "]]"),
        Kind::Other => ("(", ")"),
    }
}

fn colours(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Source => ("#e8def8", "#6f42c1"),
        Kind::Compute => ("#ffe8cc", "#bc4c00"),
        Kind::Channel => ("#ffdce5", "#bf3989"),
        Kind::Data => ("#dbeafe", "#0969da"),
        Kind::Deployment => ("#dcfce7", "#1a7f37"),
        Kind::Other => ("#eaeef2", "#57606a"),
    }
}

fn line(arrow: &Arrow<'_>) -> &'static str {
    match arrow.main() {
        _ if arrow.is_by_wildcard() => "-.->",
        Some(Relation::Invokes | Relation::Deploys) => "==>",
        _ => "-->",
    }
}

/// Text in a label: whatever is no plain letter becomes an entity, as Mermaid writes them (`#35;`), so that no
/// bracket, quote, arrow or tag of a name is one of the diagram's.
fn escaped(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || " ,.:/_".contains(letter);
    let mut out = String::new();
    for letter in printable(text).chars() {
        if plain(letter) {
            out.push(letter);
        } else {
            let _ = write!(out, "#{};", u32::from(letter));
        }
    }
    out
}
