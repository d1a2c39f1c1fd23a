//! Who is meant: from a name, an ARN or a reference to the resource of the stack.

use std::collections::BTreeMap;

use super::{Facts, Observed, Part, Text, Why};
use crate::inventory::LogicalId;

/// The resources of a stack by every name that a property may call them.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    by_logical_id: BTreeMap<String, LogicalId>,
    /// By the whole name, which may be known in part only; each with its type.
    by_name: BTreeMap<Text, Vec<(String, LogicalId)>>,
}

/// Whom a name, an ARN or a reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A resource of this stack.
    Resource(LogicalId),
    /// Something that is known not to be in this stack.
    Elsewhere,
    /// Nobody can tell.
    Unknown(Why),
}

impl Directory {
    /// The names of every resource: physical ids and name properties.
    pub fn of(facts: &Facts) -> Self {
        let mut directory = Self::default();
        for resource in &facts.resources {
            let id = &resource.reference.logical_id;
            let r#type = resource.reference.r#type.as_str();
            directory.by_logical_id.insert(id.to_string(), id.clone());
            if let Some(physical) = &resource.reference.physical_id {
                directory.enter(Text::literal(physical), r#type, id);
            }
            if let Some(Ok(Some(name))) = resource.properties.name().map(Observed::as_text) {
                directory.enter(name.into_owned(), r#type, id);
            }
        }
        directory
    }

    fn enter(&mut self, name: Text, r#type: &str, id: &LogicalId) {
        self.by_name.entry(name).or_default().push((r#type.to_owned(), id.clone()));
    }

    /// Whom `text` means among the resources whose type is one of `types` (any, where none is given).
    ///
    /// A text that is a resource's name part for part means that resource. Else one with a single reference
    /// means what it refers to, if the reference is a name of its own in it (`arn:aws:s3:::${Bucket}/*`, but
    /// not `${Bucket}-logs`); a literal is looked up as a name, as a physical id and, where it is an ARN or a
    /// URL, by its last part.
    pub fn resolve(&self, text: &Text, types: &[&str]) -> Target {
        if let Some(id) = self.called(text, types) {
            return Target::Resource(id.clone());
        }
        let mut references: Vec<&str> = text.references().collect();
        references.dedup();
        match references.as_slice() {
            [one] if stands_alone(text) => {
                self.by_logical_id.get(*one).cloned().map_or(Target::Elsewhere, Target::Resource)
            }
            [] => self.literal(text, types),
            [_] if !text.parts().iter().any(|part| matches!(part, Part::Unknown(_))) => Target::Elsewhere,
            _ => Target::Unknown(text.why_unresolved()),
        }
    }

    /// The resource whose whole name is `text`.
    fn called(&self, text: &Text, types: &[&str]) -> Option<&LogicalId> {
        let named = self.by_name.get(text)?;
        let wanted = |r#type: &str| types.is_empty() || types.contains(&r#type);
        named.iter().find(|(r#type, _)| wanted(r#type)).map(|(_, id)| id)
    }

    /// A text without references, by its last part.
    fn literal(&self, text: &Text, types: &[&str]) -> Target {
        // Where only the account or the region is open, the name at the end is known.
        let open = text.parts().iter().any(|part| matches!(part, Part::Unknown(_)));
        let Some(Part::Literal(end)) = text.parts().last().filter(|_| !open) else {
            return Target::Unknown(text.why_unresolved());
        };
        let last = end.rsplit([':', '/']).next().unwrap_or(end);
        match self.called(&Text::literal(last), types) {
            Some(id) => Target::Resource(id.clone()),
            None => Target::Elsewhere,
        }
    }
}

/// Whether the reference in `text` is bounded by what separates the parts of ARNs, URLs and qualified names.
fn stands_alone(text: &Text) -> bool {
    let is_reference = |part: &Part| matches!(part, Part::Reference { .. });
    let Some(at) = text.parts().iter().position(is_reference) else { return false };
    let (before, after) = (&text.parts()[..at], &text.parts()[at + 1..]);
    let bounded = |part: Option<&Part>, edge: fn(&str) -> bool| match part {
        None => true,
        Some(Part::Literal(literal)) => edge(literal),
        Some(_) => false,
    };
    bounded(before.last(), |literal| literal.ends_with([':', '/']))
        && bounded(after.first(), |literal| literal.starts_with([':', '/', '.']))
}
