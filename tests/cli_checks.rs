//! `fitgate checks` for people who come from another tool: what it calls our checks, and which of ours stand for its own.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::{Command, Output};

use fitgate::checks::{self, equivalents};
use serde_json::{Value, json};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fitgate")).arg("checks").args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

/// The words of a text, whatever lines they stand on.
fn words(bytes: &[u8]) -> String {
    text(bytes).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parsed(arguments: &[&str]) -> Value {
    let output = run(&[arguments, &["--format", "json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {}", text(&output.stdout)))
}

fn ids(rows: &Value) -> Vec<&str> {
    let rows = rows.as_array().expect("a list");
    rows.iter().map(|row| row["id"].as_str().expect("an id")).collect()
}

#[test]
fn an_explanation_says_what_others_call_the_check() {
    let output = run(&["explain", "s3-access-logging"]);
    assert_eq!(output.status.code(), Some(0));
    let shown = text(&output.stdout);
    let from = shown.find("Elsewhere AWS Config: s3-bucket-logging-enabled\n").expect("the names, Config's first");
    let names: Vec<&str> = shown[from..].lines().take_while(|line| !line.starts_with("Source")).collect();
    assert_eq!(names.len(), 8, "one line a catalogue: {shown}");
    assert_eq!(names[1], "          Security Hub: S3.9");
    assert!(names.contains(&"          Checkov: CKV_AWS_18"), "{shown}");
    assert!(names.contains(&"          cdk-nag: AwsSolutions-S1"), "{shown}");

    let alone = text(&run(&["explain", "lambda-code-signing"]).stdout);
    assert!(alone.contains("Source") && !alone.contains("Elsewhere"), "nobody else has it: {alone}");
}

#[test]
fn long_lists_of_names_are_wrapped() {
    let most = checks::all().max_by_key(|check| equivalents::of(check.id).count()).expect("a check");
    let longest = |id: &str| equivalents::of(id).map(|(_, name)| name.len()).max().unwrap_or(0);
    let widest = checks::all().max_by_key(|check| longest(check.id)).expect("a check");
    for check in [most, widest] {
        let shown = text(&run(&["explain", check.id]).stdout);
        for line in shown.lines() {
            // A name may be longer than a line; nothing else is.
            let words = line.split_whitespace().count();
            assert!(line.chars().count() <= 80 || words <= 2, "{}: {line}", check.id);
        }
    }
}

#[test]
fn the_equivalents_are_part_of_the_json_rows() {
    let explained = parsed(&["explain", "s3-encryption-kms"]);
    let expected = json!([
        { "catalogue": "AWS Config", "name": "s3-default-encryption-kms" },
        { "catalogue": "Security Hub", "name": "S3.17" },
        { "catalogue": "Prowler", "name": "s3_bucket_kms_encryption" },
        { "catalogue": "cdk-nag", "name": "S3DefaultEncryptionKMS" },
        { "catalogue": "cfn-guard", "name": "S3_DEFAULT_ENCRYPTION_KMS" },
        { "catalogue": "Trivy", "name": "AWS-0132" },
    ]);
    assert_eq!(explained["equivalents"], expected);
    assert_eq!(parsed(&["explain", "lambda-code-signing"])["equivalents"], json!([]));

    let rows = parsed(&["list"]);
    for row in rows.as_array().expect("a list") {
        let id = row["id"].as_str().expect("an id");
        let named = row["equivalents"].as_array().expect("a list").len();
        assert_eq!(named, equivalents::of(id).count(), "{id}");
    }
}

#[test]
fn the_list_is_narrowed_to_what_stands_for_a_name() {
    assert_eq!(ids(&parsed(&["list", "--equivalent", "CKV_AWS_18"])), ["s3-access-logging"]);
    assert_eq!(ids(&parsed(&["list", "--equivalent", "awssolutions-s1"])), ["s3-access-logging"]);
    let by_rule = ["s3-access-logging", "config-s3-bucket-logging-enabled"];
    assert_eq!(ids(&parsed(&["list", "--equivalent", "s3-bucket-logging-enabled"])), by_rule);
    assert_eq!(ids(&parsed(&["list", "--equivalent", "S3_BUCKET_LOGGING_ENABLED"])), by_rule);

    let output = run(&["list", "--equivalent", "CKV_AWS_18"]);
    assert_eq!(output.status.code(), Some(0));
    let shown = text(&output.stdout);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 2, "a heading and one check: {shown}");
    assert!(lines[0].starts_with("check ") && lines[1].starts_with("s3-access-logging  "), "{shown}");
}

#[test]
fn a_name_that_stands_for_nothing_is_a_mistake() {
    let cases = [
        ("s3-bucket-loging-enabled", "did you mean s3-bucket-logging-enabled?"),
        ("dynamodb_tables_pitr_enable", "did you mean dynamodb_tables_pitr_enabled?"),
        ("nothing-of-the-kind", "no check stands for \"nothing-of-the-kind\"; every name"),
        ("", "no check stands for \"\""),
    ];
    for (name, said) in cases {
        for format in ["text", "json"] {
            let output = run(&["list", "--equivalent", name, "--format", format]);
            assert_eq!(output.status.code(), Some(2), "{name:?}");
            assert!(output.stdout.is_empty(), "{name:?}: {}", text(&output.stdout));
            let message = words(&output.stderr);
            assert!(message.contains(said) && message.contains("fitgate checks list"), "{name:?}: {message}");
        }
    }
    let without = run(&["list", "--equivalent"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(words(&without.stderr).contains("--equivalent <NAME>"), "{}", text(&without.stderr));
}
