//! `fitgate graph` as people run it: each format, files, saved facts, and inputs that cannot be drawn.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

const SHOP: &str = "Parameters: {Target: {Type: String}}
Resources:
  Fn: {Type: AWS::Lambda::Function}
  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: t, Arn: !GetAtt Fn.Arn}, {Id: u, Arn: !Ref Target}]}}
";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fitgate"));
    command.args(arguments).current_dir(folder).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("shop.yaml"), SHOP).expect("a template");
    folder
}

#[test]
fn every_format_is_written() {
    let folder = folder();
    for (format, begins) in [
        ("text", "shop.yaml: 2 resources, 1 relation, "),
        ("dot", "digraph stack {\n"),
        ("mermaid", "flowchart LR\n"),
        ("html", "<!DOCTYPE html>"),
        ("json", "{\n  \"input\": \"shop.yaml\""),
    ] {
        let output = run(folder.path(), &["graph", "shop.yaml", "--format", format]);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{format}");
        assert!(text(&output.stdout).starts_with(begins), "{format}: {}", text(&output.stdout));
    }
}

#[test]
fn a_parameter_settles_what_a_template_leaves_open() {
    let folder = folder();
    let queue = "Target=arn:aws:sqs:eu-west-1:123456789012:theirs";
    let output = run(folder.path(), &["graph", "shop.yaml", "--parameter", queue]);
    assert!(text(&output.stdout).contains("0 that nobody can tell"), "{}", text(&output.stdout));
    let mistyped = run(folder.path(), &["graph", "shop.yaml", "--parameter", "Targe=x"]);
    assert_eq!((mistyped.status.code(), mistyped.stdout.len()), (Some(2), 0));
    assert!(text(&mistyped.stderr).contains("did you mean \"Target\"?"), "{}", text(&mistyped.stderr));
}

#[test]
fn output_goes_to_a_file_that_can_be_written() {
    let folder = folder();
    let output = run(folder.path(), &["graph", "shop.yaml", "--format", "dot", "--output", "shop.dot"]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0));
    assert_eq!(text(&output.stderr), "note: wrote shop.dot\n");
    assert!(fs::read_to_string(folder.path().join("shop.dot")).expect("the file").starts_with("digraph"));
    let nowhere = run(folder.path(), &["graph", "shop.yaml", "--output", "no/such/folder"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(text(&nowhere.stderr).starts_with("error: cannot write no/such/folder: "), "{}", text(&nowhere.stderr));
}

#[test]
fn saved_facts_are_drawn_without_aws() {
    let folder = folder();
    let facts = r#"{"Version": 1, "Stack": {"Name": "shop"}, "Resources": [
        {"LogicalId": "Fn", "Type": "AWS::Lambda::Function", "PhysicalId": "shop-fn", "Properties": {}},
        {"LogicalId": "Rule", "Type": "AWS::Events::Rule", "PhysicalId": "r",
         "Properties": {"Targets": [{"Id": "t", "Arn": "arn:aws:lambda:eu-west-1:1:function:shop-fn"}]}}]}"#;
    fs::write(folder.path().join("facts.json"), facts).expect("facts");
    let output = run(folder.path(), &["graph", "--facts", "facts.json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("Rule (Event rule)\n  invokes      Fn\n"), "{}", text(&output.stdout));
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let folder = folder();
    for arguments in [
        &["graph"][..],
        &["graph", "missing.yaml"],
        &["graph", "shop.yaml", "--stack", "shop"],
        &["graph", "--facts", "shop.yaml"],
        &["graph", "--stack", "shop", "--parameter", "A=b"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}
