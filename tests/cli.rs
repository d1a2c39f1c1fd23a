//! The program as people and scripts meet it: words, exit codes, and mistakes answered with one message.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn fitgate(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fitgate"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("standard output is JSON: {error}\n{}\n{}", text(&output.stdout), text(&output.stderr))
    })
}

/// A folder with one file of every kind that the tests need.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).expect("a file");
    file("empty.yaml", b"");
    file("binary.yaml", b"\x00\x01\x02\xff");
    file("broken.yaml", b"Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n   Oops: [\n");
    file("notes.yaml", b"shopping:\n  - milk\n");
    file("good.yaml", b"Resources:\n  Group:\n    Type: AWS::Logs::LogGroup\n    Properties: {RetentionInDays: 30}\n  Jobs:\n    Type: AWS::S3::Bucket\n    Properties:\n      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}\n");
    file("mistakes.yaml", b"mode: enforc\nminimumFitnes: 50\nchecks:\n  s3-versionin: {enabled: false}\n");
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    folder
}

/// Each mistake: exit code 2, nothing on standard output, one message that names place and remedy.
#[test]
fn mistakes_are_answered_with_one_message() {
    let folder = folder();
    let cases: &[(&[&str], &[&str])] = &[
        (&["check", "missing.yaml"], &["missing.yaml", "no such file", "check the path"]),
        (&["check", "folder"], &["folder is a directory", "cdk.out"]),
        (&["check", "empty.yaml"], &["empty.yaml", "empty"]),
        (&["check", "binary.yaml"], &["binary.yaml", "binary"]),
        (&["check", "broken.yaml"], &["broken.yaml:4:", "Oops: ["]),
        (&["check", "notes.yaml"], &["notes.yaml", "Resources"]),
        (&["check", "good.yaml", "--parameter", "Stage"], &["Stage", "NAME=VALUE"]),
        (&["check", "good.yaml", "--policy", "missing.yaml"], &["missing.yaml", "no such file"]),
        (
            &["check", "good.yaml", "--policy", "mistakes.yaml"],
            &["mistakes.yaml:1:7", "enforce", "minimumFitnes", "s3-versioning"],
        ),
        (
            &["policy", "validate", "mistakes.yaml"],
            &["mistakes.yaml:1:7", "mistakes.yaml:2:1", "mistakes.yaml:4:3", "s3-versioning"],
        ),
        (
            &["checks", "explain", "s3-versionin"],
            &["s3-versionin", "did you mean s3-versioning?", "fitgate checks list"],
        ),
        (
            &["checks", "list", "--equivalent", "s3-bucket-loging-enabled"],
            &["\"s3-bucket-loging-enabled\"", "s3-bucket-logging-enabled?"],
        ),
        (&["rehearse", "good.yaml"], &["good.yaml", "DeploymentPreference"]),
        (&["rehearse", "good.yaml", "--scenario", "alarn"], &["alarn", "alarm"]),
        (&["history"], &["--stack"]),
        (&["history", "--stack", ""], &["is no stack", "its ARN, or function/NAME"]),
        (&["history", "--stack", "orders", "--limit", "0"], &["--limit", "1..=1000"]),
        (&["history", "--stack", "orders", "--phase", "AllowTraffic"], &["AllowTraffic", "pre-traffic"]),
        (&["history", "--stack", "orders", "--report", "x"], &["`x`", "letters and digits"]),
        (&["chekc"], &["chekc"]),
    ];
    let mut wrong = Vec::new();
    for (arguments, expected) in cases {
        let output = fitgate(folder.path(), arguments);
        let message = text(&output.stderr);
        if output.status.code() != Some(2) {
            wrong.push(format!("{arguments:?}: exit code {:?}\n{message}", output.status.code()));
        }
        if !output.stdout.is_empty() {
            wrong.push(format!("{arguments:?}: wrote {} to standard output", text(&output.stdout)));
        }
        for part in *expected {
            if !message.contains(part) {
                wrong.push(format!("{arguments:?}: no {part:?} in\n{message}"));
            }
        }
        if message.contains("panicked") || message.contains('\u{1b}') {
            wrong.push(format!("{arguments:?}: panic or colour in\n{message}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn policy_init_writes_once_and_what_it_writes_is_valid() {
    let folder = folder();
    assert_eq!(fitgate(folder.path(), &["policy", "init"]).status.code(), Some(0));
    let written = fs::read_to_string(folder.path().join("fitgate.yaml")).expect("the policy");
    assert_eq!(fitgate(folder.path(), &["policy", "validate", "fitgate.yaml"]).status.code(), Some(0));
    fs::write(folder.path().join("fitgate.yaml"), "mode: observe\n").expect("a changed policy");
    let again = fitgate(folder.path(), &["policy", "init"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(text(&again.stderr).contains("exists"), "{}", text(&again.stderr));
    assert_eq!(fs::read_to_string(folder.path().join("fitgate.yaml")).expect("the policy"), "mode: observe\n");
    assert!(written.contains("mode: enforce"));
}

#[test]
fn profiles_are_listed_written_and_named_in_a_policy() {
    let folder = folder();
    let listed = text(&fitgate(folder.path(), &["policy", "profiles"]).stdout);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.starts_with("baseline") && listed.contains("\nstrict"), "{listed}");
    let init = ["policy", "init", "--profile", "strict", "own.yaml"];
    assert_eq!(fitgate(folder.path(), &init).status.code(), Some(0));
    let written = fs::read_to_string(folder.path().join("own.yaml")).expect("the policy");
    assert!(written.contains("minimum: 80"), "{written}");
    assert_eq!(fitgate(folder.path(), &["policy", "validate", "own.yaml"]).status.code(), Some(0));
    let mistyped = fitgate(folder.path(), &["policy", "init", "--profile", "strikt", "other.yaml"]);
    assert_eq!(mistyped.status.code(), Some(2));
    assert!(text(&mistyped.stderr).contains("strict"), "{}", text(&mistyped.stderr));
    assert!(!folder.path().join("other.yaml").exists());
}

#[test]
fn a_template_exempts_and_a_mistaken_one_cannot_be_evaluated() {
    let folder = folder();
    let template = |expires: &str| {
        format!(
            "Resources:\n  Cache:\n    Type: AWS::S3::Bucket\n    Metadata:\n      fitgate:\n        exempt:\n          \
             - {{check: s3-versioning, owner: team-a, reason: a cache, expires: '{expires}'}}\n"
        )
    };
    fs::write(folder.path().join("cache.yaml"), template("2027-01-31")).expect("a template");
    let checked = fitgate(folder.path(), &["check", "cache.yaml", "--today", "2026-07-01", "--format", "json"]);
    let report = json(&checked);
    let findings = report["findings"].as_array().expect("findings");
    let versioning = findings.iter().find(|finding| finding["check"] == "s3-versioning").expect("a finding");
    assert_eq!(versioning["exemption"]["stated_in"], "cache.yaml:7:13");

    fs::write(folder.path().join("cache.yaml"), template("soon")).expect("a template");
    let refused = fitgate(folder.path(), &["check", "cache.yaml"]);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("cache.yaml:7:") && said.contains("is no date"), "{said}");
}

#[test]
fn check_speaks_the_words_of_the_contract() {
    let folder = folder();
    let output = fitgate(folder.path(), &["check", "good.yaml", "--format", "json", "--all"]);
    let report = json(&output);
    let total = report["fitness"]["total"].as_f64().expect("a total");
    assert!((0.0..=100.0).contains(&total));
    assert!(report["fitness"]["points"]["earned"].is_number() && report["fitness"]["points"]["possible"].is_number());
    assert!(report["fitness"]["pillars"]["security"].is_number());
    assert!(["Proceed", "Halt"].contains(&report["decision"].as_str().expect("a decision")));
    for count in ["pass", "partial", "fail", "inconclusive", "exempted"] {
        assert!(report["counts"][count].is_u64(), "{count}");
    }
    let findings = report["findings"].as_array().expect("findings");
    let passes = findings.iter().filter(|finding| finding["verdict"] == "pass").count() as u64;
    assert_eq!(report["counts"]["pass"], passes, "with --all every pass is listed");
    let versioning = findings.iter().find(|finding| finding["check"] == "s3-versioning").expect("the finding");
    assert_eq!(versioning["resource"], "Jobs");
    assert_eq!(versioning["type"], "AWS::S3::Bucket");
    assert_eq!(versioning["verdict"], "fail");
    assert_eq!(versioning["severity"], "low");
    assert_eq!(versioning["exemption"], Value::Null);
    assert_eq!(versioning["location"]["line"], 5);
    assert_eq!(versioning["location"]["column"], 3);
    assert!(versioning["location"]["file"].as_str().expect("a file").ends_with("good.yaml"));

    let several = json(&fitgate(folder.path(), &["check", "good.yaml", "good.yaml", "--format", "json"]));
    assert_eq!(several.as_array().map(Vec::len), Some(2), "a list for several inputs");
    let broken = json(&fitgate(folder.path(), &["check", "good.yaml", "empty.yaml", "--format", "json"]));
    assert_eq!(broken.as_array().map(Vec::len), Some(1), "a list for several inputs, though one cannot be read");
}

#[test]
fn the_exit_code_is_the_decision() {
    let folder = folder();
    let strict = "version: 1\nfitness: {minimum: 100}\n";
    fs::write(folder.path().join("strict.yaml"), strict).expect("a policy");
    assert_eq!(fitgate(folder.path(), &["check", "good.yaml"]).status.code(), Some(0));
    assert_eq!(fitgate(folder.path(), &["check", "good.yaml", "--policy", "strict.yaml"]).status.code(), Some(1));
    // One input that cannot be read does not hide the others, and is the worst of them.
    let mixed = fitgate(folder.path(), &["check", "good.yaml", "empty.yaml"]);
    assert_eq!(mixed.status.code(), Some(2));
    assert!(text(&mixed.stdout).contains("good.yaml"));
}

#[test]
fn text_fits_80_columns_and_carries_no_colour_into_a_pipe() {
    let folder = folder();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let template = root.join("template.yaml");
    let template = template.to_str().expect("a path");
    for arguments in [
        &["check", "good.yaml"][..],
        &["check", template, "--all"],
        &["rehearse", template],
        &["rehearse", template, "--scenario", "alarm"],
        &["checks", "explain", "s3-versioning"],
        &["checks", "list"],
    ] {
        let output = text(&fitgate(folder.path(), arguments).stdout);
        assert!(!output.contains('\u{1b}'), "{arguments:?}");
        for line in output.lines() {
            // A path or an id may be longer than a line; nothing else is.
            let words = line.split_whitespace().count();
            assert!(line.chars().count() <= 80 || words <= 2, "{arguments:?}: {line}");
        }
    }
}

#[test]
fn the_catalogue_is_listed_in_the_words_of_the_contract() {
    let folder = folder();
    let rows = json(&fitgate(folder.path(), &["checks", "list", "--format", "json"]));
    let rows = rows.as_array().expect("a list");
    assert_eq!(rows.len(), fitgate::checks::all().count());
    for row in rows {
        for key in ["id", "title", "pillar", "severity"] {
            assert!(row[key].is_string(), "{key} of {row}");
        }
        assert!(["atomic", "holistic"].contains(&row["scope"].as_str().expect("a scope")));
        assert!(row["applies_to"].as_array().is_some_and(|types| !types.is_empty()), "{row}");
        assert!(row["default"].is_boolean());
    }
}

#[test]
fn completions_exist_for_the_usual_shells() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = fitgate(folder.path(), &["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(text(&output.stdout).contains("rehearse"), "{shell}");
    }
}

#[test]
fn permissions_are_written_for_a_template_and_for_iam() {
    let folder = folder();
    fs::write(folder.path().join("few.yaml"), "version: 1\nchecks: {s3-versioning: on}\n").expect("a file");
    let yaml = text(&fitgate(folder.path(), &["checks", "permissions"]).stdout);
    assert!(yaml.starts_with("Version: \"2012-10-17\"\nStatement:\n  - Sid: "), "{yaml}");
    assert!(yaml.contains("!Sub ${History.Arn}"), "{yaml}");

    let account = ["--account", "123456789012", "--region", "eu-west-1", "--format", "json"];
    let plain = fitgate(folder.path(), &[&["checks", "permissions"], &account[..]].concat());
    assert_eq!(plain.status.code(), Some(0));
    let plain = json(&plain).to_string();
    assert!(plain.contains("arn:aws:lambda:eu-west-1:123456789012:function:*"), "{plain}");
    assert!(
        !plain.contains("Fn::Sub") && !plain.contains("dynamodb:PutItem"),
        "no history, nothing left open: {plain}"
    );

    let own = ["--history-table", "past", "--appconfig", "app1234/env1234/pro1234", "--policy", "few.yaml"];
    let own = fitgate(folder.path(), &[&["checks", "permissions"], &account[..], &own].concat());
    let own = json(&own).to_string();
    assert!(own.contains("arn:aws:dynamodb:eu-west-1:123456789012:table/past"), "{own}");
    assert!(own.contains("application/app1234/environment/env1234/configuration/pro1234"), "{own}");
    assert!(!own.contains("s3:GetAccountPublicAccessBlock"), "an opt-in check that this policy leaves off: {own}");
    assert!(plain.contains("s3:GetAccountPublicAccessBlock"), "{plain}");
}

#[test]
fn permissions_for_nobody_and_for_everything_are_refused() {
    let folder = folder();
    let account = ["--account", "123456789012", "--region", "eu-west-1"];
    let cases: &[(&[&str], &str)] = &[
        (&["--account", "123456789012"], "--region"),
        (&["--region", "eu-west-1"], "--account"),
        (&["--history-table", "past"], "--account"),
        (&["--account", "12345", "--region", "eu-west-1"], "twelve digits"),
        (&[account[0], account[1], account[2], "europe"], "eu-west-1"),
        (&[account[0], account[1], account[2], account[3], "--history-table", "*"], "is no name"),
        (&[account[0], account[1], account[2], account[3], "--appconfig", "app/env"], "three ids"),
        (&[account[0], account[1], account[2], account[3], "--appconfig", "app/env/*"], "is no name"),
        (&["--policy", "mistakes.yaml"], "mistakes.yaml"),
    ];
    for (arguments, said) in cases {
        let output = fitgate(folder.path(), &[&["checks", "permissions"], *arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let message = text(&output.stderr);
        assert!(message.contains(said), "{arguments:?}: {message}");
    }
}
