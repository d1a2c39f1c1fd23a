//! Statements as a policy document: YAML for a CloudFormation template, JSON for anything else.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Statement;

/// The version of the policy language, not of the document.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
const LANGUAGE: &str = "2012-10-17";

/// A policy document in YAML, with a comment where a statement is for everything. What CloudFormation has to fill in
/// is under `!Sub`.
pub fn yaml(statements: &[Statement]) -> String {
    let mut out = format!("Version: \"{LANGUAGE}\"\nStatement:\n");
    for statement in statements {
        let _ = writeln!(out, "  - Sid: {}\n    Effect: Allow\n    Action:", statement.sid);
        for action in &statement.actions {
            let _ = writeln!(out, "      - {action}");
        }
        if let Some(reason) = statement.reason {
            let _ = writeln!(out, "    # Everything: {reason}.");
        }
        match statement.resources.as_slice() {
            [one] => {
                let _ = writeln!(out, "    Resource: {}", yaml_text(one));
            }
            several => {
                let _ = writeln!(out, "    Resource:");
                for resource in several {
                    let _ = writeln!(out, "      - {}", yaml_text(resource));
                }
            }
        }
        if let Some((operator, key, value)) = &statement.condition {
            let _ = writeln!(out, "    Condition:\n      {operator}:\n        {key}: {}", yaml_text(value));
        }
    }
    out
}

/// Plain where nothing is to be filled in. ARNs, names and numbers of accounts need no other quoting.
fn yaml_text(text: &str) -> String {
    match text {
        "*" => "\"*\"".to_owned(),
        text if is_open(text) => format!("!Sub {text}"),
        text if text.bytes().all(|byte| byte.is_ascii_digit()) => format!("\"{text}\""),
        text => text.to_owned(),
    }
}

/// A policy document in JSON. What CloudFormation has to fill in is under `Fn::Sub`; where everything is known it is
/// a document as IAM itself takes it.
pub fn json(statements: &[Statement]) -> Value {
    let statements: Vec<_> = statements.iter().map(json_statement).collect();
    json!({ "Version": LANGUAGE, "Statement": statements })
}

fn json_statement(statement: &Statement) -> Value {
    let mut out = Map::new();
    out.insert("Sid".to_owned(), json!(statement.sid));
    out.insert("Effect".to_owned(), json!("Allow"));
    out.insert("Action".to_owned(), json!(statement.actions));
    let mut resources: Vec<_> = statement.resources.iter().map(|text| json_text(text)).collect();
    let resource = if resources.len() == 1 { resources.swap_remove(0) } else { Value::Array(resources) };
    out.insert("Resource".to_owned(), resource);
    if let Some((operator, key, value)) = &statement.condition {
        out.insert("Condition".to_owned(), json!({ *operator: { *key: json_text(value) } }));
    }
    Value::Object(out)
}

fn json_text(text: &str) -> Value {
    if is_open(text) { json!({ "Fn::Sub": text }) } else { json!(text) }
}

/// Whether CloudFormation has something to fill in.
fn is_open(text: &str) -> bool {
    text.contains("${")
}
