//! Changes of a stack that a scenario asks for, applied to its facts.

use serde_json::{Map, Value};

use super::scenario::{Change, Moment, Scenario};
use crate::facts::{Branch, Facts, Properties, RawResource, Resource, Why, unknown_marker};

/// A stack with what a scenario does to it.
pub(super) struct Seen {
    /// As observers see it.
    pub(super) branches: Vec<Branch>,
    /// How many resources each change changed, in the order of the scenario.
    pub(super) changed: Vec<usize>,
    /// On how many resources observation fails.
    pub(super) hidden: usize,
}

/// The branches with every change that is visible at `moment`, as seen by observers of which some fail.
///
/// What belongs together is joined anew: a bucket's policy is changed on the policy, and shows on the bucket.
pub(super) fn apply(branches: &[Branch], scenario: &Scenario, moment: Moment) -> Seen {
    let mut seen = Seen { branches: Vec::new(), changed: vec![0; scenario.changes.len()], hidden: 0 };
    for branch in branches {
        let resources = branch.facts.resources.iter().map(|each| seen.take(each, scenario, moment)).collect();
        let Facts { stack, settings, outputs, exemptions, .. } = &branch.facts;
        let joined = Facts::joined(stack.clone(), resources);
        let (settings, outputs, exemptions) = (settings.clone(), outputs.clone(), exemptions.clone());
        let facts = Facts { settings, outputs, exemptions, ..joined };
        seen.branches.push(Branch { assumptions: branch.assumptions.clone(), facts });
    }
    seen
}

impl Seen {
    fn take(&mut self, resource: &Resource, scenario: &Scenario, moment: Moment) -> Resource {
        let reference = resource.reference.clone();
        let (r#type, id) = (reference.r#type.as_str(), reference.logical_id.as_str());
        if let Some(obstacle) = scenario.observations.iter().find(|obstacle| obstacle.whom.matches(r#type, id)) {
            self.hidden += 1;
            let properties = Properties::Unreadable(obstacle.outcome.why(r#type));
            return Resource { reference, properties };
        }
        // What cannot be read cannot be changed either; it stays unknown.
        let unreadable = |error: serde_json::Error| Properties::Unreadable(Why::Malformed(error.to_string()));
        let mut raw = match resource.unjoined() {
            Ok(raw) if unknown_marker(&raw.properties).is_none() => raw,
            Ok(_) => return resource.clone(),
            Err(error) => return Resource { reference, properties: unreadable(error) },
        };
        for (change, changed) in scenario.changes.iter().zip(&mut self.changed) {
            if change.during <= moment {
                *changed += usize::from(change_resource(&mut raw, change));
            }
        }
        Resource::from(raw)
    }
}

/// Whether it changes anything that is read: a property by a name that no type knows changes nothing.
fn change_resource(resource: &mut RawResource, change: &Change) -> bool {
    let reference = &resource.reference;
    if !change.whom.matches(reference.r#type.as_str(), reference.logical_id.as_str()) {
        return false;
    }
    let before = Properties::read(&reference.r#type, &resource.properties);
    for path in &change.remove {
        remove(&mut resource.properties, path);
    }
    for (path, value) in &change.set {
        set(&mut resource.properties, path, value);
    }
    Properties::read(&reference.r#type, &resource.properties) != before
}

fn remove(value: &mut Value, path: &str) {
    let (first, rest) = split(path);
    let Some(map) = value.as_object_mut() else { return };
    match rest {
        None => {
            map.remove(first);
        }
        Some(rest) => {
            if let Some(inner) = map.get_mut(first) {
                remove(inner, rest);
            }
        }
    }
}

fn set(value: &mut Value, path: &str, to: &Value) {
    // A value that is no mapping, or that nobody knows, gives way.
    if unknown_marker(value).is_some() || !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let (first, rest) = split(path);
    let Some(map) = value.as_object_mut() else { return };
    match rest {
        None => {
            map.insert(first.to_owned(), to.clone());
        }
        Some(rest) => set(map.entry(first).or_insert(Value::Null), rest, to),
    }
}

fn split(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_reach_what_they_name() {
        let mut value = json!({"A": {"B": 1, "C": 2}, "D": "text"});
        remove(&mut value, "A.B");
        remove(&mut value, "A.X.Y");
        remove(&mut value, "D.E");
        assert_eq!(value, json!({"A": {"C": 2}, "D": "text"}));
        set(&mut value, "A.C", &json!(3));
        set(&mut value, "D.E", &json!(true));
        set(&mut value, "F.G", &json!([]));
        assert_eq!(value, json!({"A": {"C": 3}, "D": {"E": true}, "F": {"G": []}}));
    }

    #[test]
    fn what_nobody_knows_gives_way() {
        let mut value = json!({"Environment": {"$unknown": {"Unresolved": "a parameter"}}});
        set(&mut value, "Environment.Variables.KEY", &json!("v"));
        assert_eq!(value, json!({"Environment": {"Variables": {"KEY": "v"}}}));
    }
}
