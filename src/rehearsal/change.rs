//! Changes of a stack that a scenario asks for, applied to its facts.

use serde_json::{Map, Value};

use super::scenario::{Change, Moment, Obstacle};
use crate::facts::{Branch, Properties, Resource, unknown_marker};

/// The branches with every change that is visible at `moment`, and how many resources changed.
pub(super) fn apply(branches: &[Branch], changes: &[Change], moment: Moment) -> (Vec<Branch>, usize) {
    let mut touched = 0;
    let mut changed = branches.to_vec();
    for resource in changed.iter_mut().flat_map(|branch| &mut branch.facts.resources) {
        for change in changes.iter().filter(|change| change.during <= moment) {
            touched += usize::from(change_resource(resource, change));
        }
    }
    (changed, touched)
}

/// Makes the branches what observers see of which some fail, and says how many resources they fail on.
pub(super) fn obstruct(branches: &mut [Branch], obstacles: &[Obstacle]) -> usize {
    let mut hidden = 0;
    for resource in branches.iter_mut().flat_map(|branch| &mut branch.facts.resources) {
        let r#type = resource.reference.r#type.as_str();
        let id = resource.reference.logical_id.as_str();
        if let Some(obstacle) = obstacles.iter().find(|obstacle| obstacle.whom.matches(r#type, id)) {
            resource.properties = Properties::Unreadable(obstacle.outcome.why(r#type));
            hidden += 1;
        }
    }
    hidden
}

fn change_resource(resource: &mut Resource, change: &Change) -> bool {
    let reference = &resource.reference;
    if !change.whom.matches(reference.r#type.as_str(), reference.logical_id.as_str()) {
        return false;
    }
    // What cannot be read cannot be changed either; it stays unknown.
    let Ok(before) = resource.properties.to_value() else { return false };
    let mut after = before.clone();
    for path in &change.remove {
        remove(&mut after, path);
    }
    for (path, value) in &change.set {
        set(&mut after, path, value);
    }
    let changed = after != before;
    resource.properties = Properties::read(&reference.r#type, &after);
    changed
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
