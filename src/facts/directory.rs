//! Who is meant: from a name, an ARN or a reference to the resource of the stack.

use std::collections::BTreeMap;

use super::{Facts, Part, Properties, Text, Why};
use crate::inventory::LogicalId;

/// Types without facts of their own whose names stand in ARNs of targets.
const NAMED: &[&str] = &["AWS::Events::EventBus", "AWS::Kinesis::Stream", "AWS::KinesisFirehose::DeliveryStream"];

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
                if let Some(name) = name_in(r#type, physical) {
                    directory.enter(Text::literal(name), r#type, id);
                }
            }
            let given = match &resource.properties {
                // Types without facts of their own are addressed by name where events and records are sent to them.
                Properties::Other(_) | Properties::Untyped(_) if NAMED.contains(&r#type) => resource.given_name(),
                properties => properties.name().cloned().unwrap_or_default(),
            };
            if let Ok(Some(name)) = given.as_text() {
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

    /// The resources that stand in an ARN as whole parts of it: the API of `arn:aws:execute-api:…:a1b2c3/*/GET/orders`,
    /// the rule of `arn:aws:events:…:rule/bus/nightly`. None, where the text is not wholly known.
    pub fn parts_of(&self, arn: &Text) -> Vec<&LogicalId> {
        let Some(written) = arn.as_str() else { return Vec::new() };
        let names = [written].into_iter().chain(written.split([':', '/']));
        let named = names.filter(|name| !name.is_empty()).filter_map(|name| self.by_name.get(&Text::literal(name)));
        named.flatten().map(|(_, id)| id).collect()
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
            None => self.perhaps_called(last, types).map_or(Target::Elsewhere, Target::Unknown),
        }
    }

    /// Why a resource of one of these types, whose name is not known, may be called so.
    fn perhaps_called(&self, name: &str, types: &[&str]) -> Option<Why> {
        let unknown = |given: &Text| given.parts().iter().any(|part| matches!(part, Part::Unknown(_)));
        let of_type = |named: &[(String, LogicalId)]| named.iter().any(|(r#type, _)| types.contains(&r#type.as_str()));
        let mut perhaps = self.by_name.iter().filter(|(given, _)| unknown(given) && given.equals(name).is_none());
        perhaps.find(|(_, named)| of_type(named)).map(|(given, _)| given.why_unresolved())
    }
}

/// The name inside of a physical id that is more than a name and no ARN: a queue's URL, a rule of an event bus.
fn name_in<'a>(r#type: &str, physical: &'a str) -> Option<&'a str> {
    let (_, name) = match r#type {
        "AWS::SQS::Queue" => physical.rsplit_once('/')?,
        "AWS::Events::Rule" => physical.rsplit_once('|')?,
        _ => return None,
    };
    Some(name)
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
