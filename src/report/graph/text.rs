//! The graph for people, in 80 columns: whoever acts, and below it what it does with whom.

use std::fmt::Write as _;

use super::{Arrow, Picture, kind, words::doubt};
use crate::{
    report::paragraph::marked,
    source::printable,
    stack::{Relation, graph::Node},
};

/// The picture as an indented list.
pub fn text(picture: &Picture) -> String {
    let mut out = String::new();
    paragraph(&mut out, "", &format!("{}: {}", picture.title, picture.summary()));
    let (arrows, crowds) = picture.arrows();
    let mut of: Vec<Vec<&Arrow<'_>>> = vec![Vec::new(); picture.nodes.len()];
    for arrow in &arrows {
        if let Some(arrows) = of.get_mut(arrow.from) {
            arrows.push(arrow);
        }
    }
    for (node, arrows) in picture.nodes.iter().zip(&of).filter(|(_, arrows)| !arrows.is_empty()) {
        out.push('\n');
        paragraph(&mut out, "", &format!("{} ({})", node.id, kind::look(&node.r#type).word));
        relations(&mut out, picture, arrows);
    }
    list(&mut out, "By a wildcard, on many", crowds.iter().map(|crowd| crowd.words()));
    list(&mut out, "What nobody can tell", picture.unsettled.iter().map(doubt));
    out
}

fn relations(out: &mut String, picture: &Picture, arrows: &[&Arrow<'_>]) {
    for relation in Relation::ALL {
        let mut mark = format!("  {:<13}", relation.verb());
        for arrow in arrows {
            let to = picture.nodes.get(arrow.to).map_or("", |node: &Node| node.id.as_str());
            for line in arrow.lines.iter().filter(|line| line.edge.relation == relation) {
                let remarks = line.remarks();
                let remarks = if remarks.is_empty() { remarks } else { format!(" ({remarks})") };
                paragraph(out, &mark, &format!("{to}{remarks}"));
                mark = " ".repeat(mark.len());
            }
        }
    }
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        let _ = writeln!(out, "\n{title}");
        items.iter().for_each(|item| paragraph(out, "  - ", item));
    }
}

fn paragraph(out: &mut String, mark: &str, text: &str) {
    let _ = writeln!(out, "{}", marked(mark, &printable(text)));
}
