//! A template with one value replaced by something that nobody knows before a deployment.

use serde_json::{Map, Value, json};

/// What stands in the place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// A parameter without default.
    Parameter,
    /// The export of another stack.
    Import,
    /// The value under a condition that nothing settles, and nothing otherwise.
    Half,
    /// The value whichever way a condition goes: nothing is unknown, but two branches say it.
    Same,
}

impl Unknown {
    pub(crate) const ALL: [Self; 4] = [Self::Parameter, Self::Import, Self::Half, Self::Same];

    /// Whether the value that was there is one of those that this may stand for. What comes from outside is never the
    /// name that CloudFormation makes up for a resource of the stack.
    fn may_be(self, value: &Value, ids: &[&str]) -> bool {
        matches!(self, Self::Half | Self::Same) || !refers_to_any(value, ids)
    }

    fn instead_of(self, value: &Value) -> Value {
        match self {
            Self::Parameter => json!({ "Ref": PARAMETER }),
            Self::Import => json!({ "Fn::ImportValue": "mutant" }),
            Self::Half => json!({ "Fn::If": [CONDITION, value, { "Ref": "AWS::NoValue" }] }),
            Self::Same => json!({ "Fn::If": [CONDITION, value, value] }),
        }
    }
}

const PARAMETER: &str = "Mutant";
const CONDITION: &str = "IsMutant";

/// The parts of a resource in which functions may stand.
const PARTS: [&str; 4] = ["Properties", "UpdatePolicy", "DeletionPolicy", "UpdateReplacePolicy"];

/// The way to a value: keys, and indices as text.
pub(crate) type Path = Vec<String>;

/// Every value inside the resources of a template, lists and mappings too; functions count as one value.
pub(crate) fn sites(template: &Value) -> Vec<Path> {
    let mut sites = Vec::new();
    for (id, resource) in template["Resources"].as_object().into_iter().flatten() {
        for part in PARTS {
            if let Some(value) = resource.get(part) {
                let path = vec!["Resources".to_owned(), id.clone(), part.to_owned()];
                match value {
                    Value::Object(_) => below(value, &path, &mut sites),
                    _ => sites.push(path),
                }
            }
        }
    }
    sites
}

fn below(value: &Value, path: &Path, sites: &mut Vec<Path>) {
    let mut add = |step: String, inner: &Value| {
        let path: Path = path.iter().cloned().chain([step]).collect();
        sites.push(path.clone());
        below(inner, &path, sites);
    };
    match value {
        Value::Object(map) if !is_function(map) => map.iter().for_each(|(key, inner)| add(key.clone(), inner)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, inner)| add(index.to_string(), inner)),
        _ => {}
    }
}

fn is_function(map: &Map<String, Value>) -> bool {
    map.len() == 1 && map.keys().all(|key| key == "Ref" || key.starts_with("Fn::"))
}

fn refers_to_any(value: &Value, ids: &[&str]) -> bool {
    let written = value.to_string();
    let words = written.split(|character: char| !character.is_ascii_alphanumeric());
    (written.contains("Ref\"") || written.contains("Fn::")) && words.into_iter().any(|word| ids.contains(&word))
}

/// The template with the value at `path` replaced; none where the unknown could not be that value.
pub(crate) fn mutated(template: &Value, path: &Path, unknown: Unknown) -> Option<Value> {
    let ids: Vec<&str> = template["Resources"].as_object()?.keys().map(String::as_str).collect();
    let mut mutant = template.clone();
    declare(&mut mutant, "Parameters", PARAMETER, json!({ "Type": "String" }));
    declare(&mut mutant, "Conditions", CONDITION, json!({ "Fn::Equals": [{ "Ref": PARAMETER }, "x"] }));
    let mut place = &mut mutant;
    for step in path {
        place = match place {
            Value::Array(items) => &mut items[step.parse::<usize>().expect("an index")],
            other => &mut other[step.as_str()],
        };
    }
    if !unknown.may_be(place, &ids) {
        return None;
    }
    *place = unknown.instead_of(place);
    Some(mutant)
}

fn declare(template: &mut Value, section: &str, name: &str, value: Value) {
    template.as_object_mut().expect("a mapping").entry(section).or_insert_with(|| json!({}))[name] = value;
}
