//! Fixtures are CloudFormation: cfn-lint knows every property that they write, so that no check reads a path that
//! does not exist. What else cfn-lint says of them is nothing to us: many are wrong on purpose, and most lack what
//! their check does not read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{cases::cases, environment::Workshop};

/// How many resources are put into one template: CloudFormation takes 500.
const RESOURCES: usize = 200;

/// `E3001` knows the keys of a resource, `E3002` those of its properties, `E3006` the types.
const RULES: [&str; 3] = ["E3001", "E3002", "E3006"];

/// A resource of a fixture, and the first case that has one with the same keys.
struct Sample {
    case: String,
    resource: Value,
}

#[test]
fn fixtures_write_only_properties_that_the_resource_schemas_know() {
    let (samples, sections) = samples();
    let workshop = Workshop::open("properties");
    for (number, batch) in samples.chunks(RESOURCES).enumerate() {
        let ids = (0..).map(|index| format!("R{index}"));
        let resources: Map<String, Value> = ids.zip(batch.iter().map(|sample| sample.resource.clone())).collect();
        let mut template = sections.clone();
        template.insert("Resources".to_owned(), Value::Object(resources));
        workshop.write(&format!("{number:03}.json"), &Value::Object(template));
    }
    lint(&workshop);
    let unknown: BTreeSet<String> =
        workshop.read("found.json").as_array().expect("a list").iter().map(|found| told(found, &samples)).collect();
    eprintln!("cfn-lint read {} resources with different keys", samples.len());
    assert!(unknown.is_empty(), "{} unknown\n{}", unknown.len(), unknown.into_iter().collect::<Vec<_>>().join("\n"));
    workshop.close();
}

/// One resource for each set of keys that fixtures write, and the other sections of all cases together.
fn samples() -> (Vec<Sample>, Map<String, Value>) {
    let mut samples: BTreeMap<String, Sample> = BTreeMap::new();
    let mut sections = Map::new();
    for case in cases() {
        for (section, entries) in case.template.as_object().into_iter().flatten() {
            let (Some(entries), false) = (entries.as_object(), section == "Resources") else { continue };
            if let Some(there) = sections.entry(section.clone()).or_insert_with(|| json!({})).as_object_mut() {
                for (name, entry) in entries {
                    there.entry(name.clone()).or_insert_with(|| entry.clone());
                }
            }
        }
        for resource in case.template["Resources"].as_object().into_iter().flatten().map(|(_, resource)| resource) {
            let r#type = resource["Type"].as_str().unwrap_or_default();
            // SAM's types and other people's are in no schema.
            if r#type.starts_with("AWS::") && !r#type.starts_with("AWS::Serverless::") {
                let shape = format!("{type} {}", shape(resource));
                samples.entry(shape).or_insert_with(|| Sample { case: case.name.clone(), resource: resource.clone() });
            }
        }
    }
    sections.remove("Globals");
    sections.remove("Outputs");
    (samples.into_values().collect(), sections)
}

/// The value without its scalars.
fn shape(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, inner)| format!("{key}:{}", shape(inner))).collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => {
            let items: BTreeSet<String> = items.iter().map(shape).collect();
            format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
        }
        _ => String::new(),
    }
}

fn lint(workshop: &Workshop) {
    let mut arguments = vec!["templates/*.json", "--format", "json", "--output-file", "found.json"];
    arguments.extend(["--non-zero-exit-code", "none", "--regions", "us-east-1", "--ignore-checks", "E", "W", "I"]);
    arguments.push("--mandatory-checks");
    arguments.extend(RULES);
    workshop.run("cfn-lint", "import sys; from cfnlint.runner import main; sys.exit(main())", &arguments);
}

fn told(found: &Value, samples: &[Sample]) -> String {
    let path = found["Location"]["Path"].as_array().map_or(&[][..], Vec::as_slice);
    let words: Vec<String> =
        path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok());
    let file =
        found["Filename"].as_str().and_then(|name| name.rsplit('/').next()).and_then(|name| name.split('.').next());
    let index = number(words.get(1).and_then(|id| id.strip_prefix('R')));
    let sample = number(file).zip(index).and_then(|(file, index)| samples.get(file * RESOURCES + index));
    let (case, r#type) = sample.map_or(("?", "?"), |it| (&it.case, it.resource["Type"].as_str().unwrap_or("?")));
    let rest = words.get(2..).unwrap_or_default().join(".");
    format!("{type} {rest}: {} {} ({case})", found["Rule"]["Id"].as_str().unwrap_or("?"), found["Message"])
}
