//! The sections of a template: which there are, what they hold, and how much of it.

use super::notes::Notes;
use crate::source::{Entry, Fault, Kind, Node, SourceError};

/// The sections that CloudFormation and SAM know
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html>).
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Those that hold declarations by name, and how many CloudFormation takes
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
const DECLARATIONS: [(&str, usize); 6] = [
    ("Parameters", 200),
    ("Rules", usize::MAX),
    ("Mappings", 200),
    ("Conditions", usize::MAX),
    ("Resources", 500),
    ("Outputs", 200),
];

/// The most resources that are read, once SAM and loops have written theirs: ten times what CloudFormation takes.
const MOST_RESOURCES: usize = 5000;

/// Refuses what is no template; says what CloudFormation would not take.
pub(super) fn examine(name: &str, bytes: &[u8], root: &Node, notes: &mut Notes) -> Result<(), SourceError> {
    if root.get("Resources").is_none_or(|resources| resources.entries().is_empty()) {
        return Err(no_template(name, root).shown_in(&String::from_utf8_lossy(bytes)));
    }
    for section in root.entries() {
        match DECLARATIONS.iter().find(|(name, _)| *name == section.key) {
            Some((_, most)) => declarations(section, *most, notes),
            None if section.key == "AWSTemplateFormatVersion" => version(&section.value, notes),
            None if SECTIONS.contains(&section.key.as_str()) => {}
            None => notes.warnings.unknown(section.key_at, "section", &section.key, SECTIONS),
        }
    }
    for output in root.get("Outputs").map(Node::entries).unwrap_or_default() {
        if !output.key.starts_with("Fn::") && output.value.get("Value").is_none() {
            notes.warnings.add(output.key_at, format_args!("the output {:?} has no Value", output.key), None);
        }
    }
    Ok(())
}

fn no_template(name: &str, root: &Node) -> SourceError {
    let message = match root.get("Resources") {
        Some(resources) if !matches!(resources.kind, Kind::Mapping(_)) => {
            format!("this is not a CloudFormation template: Resources is {}, not a mapping", resources.kind_name())
        }
        _ => "this is not a CloudFormation template: it has no Resources".to_owned(),
    };
    let keys: Vec<&str> = root.entries().iter().map(|entry| entry.key.as_str()).take(5).collect();
    let hint = match (keys.as_slice(), root.get("artifacts")) {
        (_, Some(_)) => "this is the manifest of a cdk.out folder; name the folder".to_owned(),
        ([], _) => format!("it is {}; name a template", root.kind_name()),
        (keys, _) => format!("its keys are {}; name a template", keys.join(", ")),
    };
    SourceError::new(name, Some(root.at), Fault::Content { message, hint: Some(hint) })
}

fn declarations(section: &Entry, most: usize, notes: &mut Notes) {
    let (key, found) = (&section.key, section.value.kind_name());
    match &section.value.kind {
        Kind::Mapping(entries) => {
            if entries.len() > most {
                let count = entries.len();
                let hint = Some("split the template into nested stacks".to_owned());
                let message = format_args!("{key} has {count} entries; CloudFormation takes at most {most}");
                notes.warnings.add(section.key_at, message, hint);
            }
            entries.iter().for_each(|entry| name_of(entry, notes));
        }
        Kind::Null => {
            let hint = Some("remove the section".to_owned());
            notes.warnings.add(section.key_at, format_args!("{key} is empty, which CloudFormation refuses"), hint);
        }
        _ => notes.errors.add(section.value.at, format_args!("{key} must be a mapping, found {found}"), None),
    }
}

/// Names of declarations are letters and digits; loops and macros have names of their own.
fn name_of(entry: &Entry, notes: &mut Notes) {
    let plain = !entry.key.is_empty() && entry.key.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain && !entry.key.starts_with("Fn::") {
        let message = format_args!("CloudFormation takes letters and digits only in a name, not {:?}", entry.key);
        notes.warnings.add(entry.key_at, message, None);
    }
}

fn version(node: &Node, notes: &mut Notes) {
    const VERSION: &str = "2010-09-09";
    if node.as_str() != Some(VERSION) {
        let hint = Some(format!("write {VERSION:?}"));
        notes.warnings.add(node.at, "CloudFormation knows one AWSTemplateFormatVersion", hint);
    }
}

/// Refuses a template that has become too large to be judged in time.
pub(super) fn bounded(root: &Node, notes: &mut Notes) {
    let Some(resources) = root.get("Resources") else { return };
    let count = resources.entries().len();
    if count > MOST_RESOURCES {
        let hint = Some("split the template into nested stacks".to_owned());
        let message = format_args!("the template comes to {count} resources; at most {MOST_RESOURCES} are read");
        notes.errors.add(resources.at, message, hint);
    }
}

/// Says where a type is none that CloudFormation can have: nothing judges such a resource
/// (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html>).
pub(super) fn r#type(node: &Node, name: &str, notes: &mut Notes) {
    let parts: Vec<&str> = name.split("::").collect();
    let named = parts.iter().all(|part| !part.is_empty());
    let well_formed = match parts.first() {
        Some(&"Custom") => parts.len() == 2,
        Some(&"AWS") => parts.len() >= 3,
        Some(first) => parts.len() >= 3 && !first.eq_ignore_ascii_case("aws"),
        None => false,
    };
    if !(named && well_formed) {
        let hint = Some("write AWS::Service::Resource, with capitals as in the documentation".to_owned());
        notes.warnings.add(node.at, format_args!("{name:?} is no type that CloudFormation has"), hint);
    }
}
