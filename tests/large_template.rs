//! The generated template holds what the measurements say of it.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

#[path = "templates/large.rs"]
mod large;

use std::collections::BTreeSet;

use fitgate::source::{Limits, parse};

/// The logical ids of a generated template, in order.
fn logical_ids(template: &str) -> Vec<String> {
    let root = parse("large.yaml", template.as_bytes(), &Limits::default()).expect("well-formed YAML");
    let resources = root.get("Resources").expect("Resources");
    resources
        .entries()
        .iter()
        .filter(|entry| entry.value.get("Type").is_some())
        .map(|entry| entry.key.clone())
        .collect()
}

/// The words of a template: what stands between anything that cannot be part of a logical id.
fn words(template: &str) -> BTreeSet<&str> {
    template.split(|c: char| !c.is_ascii_alphanumeric()).collect()
}

#[test]
fn it_has_exactly_as_many_resources_as_asked_for() {
    for resources in [0, 1, 2, 3, 21, 22, 23, 500, 5_000] {
        let template = large::template(resources);
        let ids = logical_ids(&template);
        assert_eq!(ids.len(), resources, "asked for {resources}");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), resources, "logical ids of {resources} are unique");
    }
}

#[test]
fn it_is_the_same_text_every_time() {
    assert_eq!(large::template(500), large::template(500));
}

#[test]
fn a_cell_cut_off_anywhere_leaves_no_reference_without_its_resource() {
    let whole = large::template(64);
    let all = logical_ids(&whole);
    for resources in 0..all.len() {
        let template = large::template(resources);
        let words = words(&template);
        let dangling: Vec<_> = all[resources..].iter().filter(|id| words.contains(id.as_str())).collect();
        assert!(dangling.is_empty(), "{resources} resources refer to {dangling:?}, which come later");
    }
}

#[test]
fn every_kind_of_resource_that_is_judged_comes_up() {
    let template = large::template(64);
    for kind in [
        "S3::Bucket",
        "S3::BucketPolicy",
        "DynamoDB::Table",
        "Lambda::Function",
        "Lambda::Version",
        "Lambda::Alias",
        "Lambda::Permission",
        "Lambda::EventSourceMapping",
        "Lambda::EventInvokeConfig",
        "CodeDeploy::DeploymentGroup",
        "CloudWatch::Alarm",
        "Logs::LogGroup",
        "SQS::Queue",
        "IAM::Role",
    ] {
        assert!(template.contains(&format!("    Type: AWS::{kind}\n")), "no AWS::{kind}");
    }
}
