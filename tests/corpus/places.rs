//! Where findings point to.

use fitgate::{
    check::Verdict,
    inventory::LogicalId,
    source::{Node, Position},
    template::Template,
};

use super::{
    documents::Document,
    judged::{Verdicts, told},
};

/// Every finding that points outside of the document, or beside the resource it speaks of; or whose words or path show
/// how we write things to ourselves.
pub(crate) fn misplaced(document: &Document, template: &Template, verdicts: &Verdicts) -> Vec<String> {
    let wrong = |((check, resource), verdict): (&(&str, String), &Verdict)| {
        let why = one(document, template, resource, verdict)?;
        Some(format!("{}: {check} on {resource}: {why}; {}", document.name, told(Some(verdict))))
    };
    verdicts.iter().filter_map(wrong).collect()
}

fn one(document: &Document, template: &Template, subject: &str, verdict: &Verdict) -> Option<String> {
    let place = verdict.where_seen();
    let id = place.and_then(|place| place.resource.clone()).unwrap_or_else(|| LogicalId::new(subject));
    let property = place.map(|place| place.property.as_str());
    if told(Some(verdict)).contains("\"$")
        || property.is_some_and(|property| property.replace("$default", "").contains('$'))
    {
        return Some(format!("a marker shows at {property:?}"));
    }
    let in_stack = |id: &LogicalId| template.branches.iter().any(|branch| branch.facts.get(id).is_some());
    let Some(at) = template.spans.locate(&id, property) else {
        // The stack as a whole is no resource.
        let nowhere = in_stack(&id) || place.is_some_and(|place| place.resource.is_some());
        return nowhere.then(|| format!("{id} has no place"));
    };
    if !inside(document, at) {
        return Some(format!("{at} is outside of the document"));
    }
    let (from, to) = lines_of(document, &id, property.unwrap_or_default())?;
    let on_it = from <= at && to.is_none_or(|to| at < to);
    (!on_it).then(|| format!("{property:?} at {at} is not on {id}, which begins at {from}"))
}

fn inside(document: &Document, at: Position) -> bool {
    let text = String::from_utf8_lossy(&document.bytes);
    let line = text.lines().nth(at.line as usize - 1);
    line.is_some_and(|line| at.column as usize <= line.chars().count() + 1)
}

/// Where a resource begins and the next one does; none where SAM wrote it, or a part of it.
fn lines_of(document: &Document, id: &LogicalId, property: &str) -> Option<(Position, Option<Position>)> {
    let resources = document.root.get("Resources").map(Node::entries).unwrap_or_default();
    let index = resources.iter().position(|entry| entry.key == id.as_str())?;
    let r#type = resources[index].value.get("Type").and_then(Node::as_str)?;
    let written = is_written(&resources[index].value, property);
    // The events of a function add to buckets and user pools.
    let of_sam = document.root.get("Transform").is_some() && !written;
    let own = !r#type.starts_with("AWS::Serverless::") && !of_sam;
    own.then(|| (resources[index].key_at, resources.get(index + 1).map(|next| next.key_at)))
}

/// Whether a property stands in the resource itself, all the way.
fn is_written(resource: &Node, property: &str) -> bool {
    let mut node = resource.get("Properties");
    for step in property.split(['.', '[']).filter(|step| !step.is_empty()) {
        node = match step.strip_suffix(']') {
            Some(index) => node.and_then(|node| node.items().get(index.parse::<usize>().ok()?)),
            None => node.and_then(|node| node.get(step)),
        };
    }
    property.is_empty() || node.is_some()
}
