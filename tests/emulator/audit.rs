//! `fitgate audit` on stacks of the emulator.

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ministack::Account, ministack::REGION, template::Template};

/// The program as an operator of the account would call it, with more in its environment.
pub(crate) fn fitgate(account: &Account, arguments: &[&str], variables: &[(String, String)]) -> Output {
    let folder = TempDir::new().expect("a folder");
    Command::new(env!("CARGO_BIN_EXE_fitgate"))
        .args(arguments)
        .current_dir(&folder)
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_ENDPOINT_URL", account.emulator.endpoint())
        .env("AWS_ACCESS_KEY_ID", &account.id)
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", REGION)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .expect("the program starts")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn nested_stacks_are_part_of_the_stack() {
    let account = Account::open();
    let inner = json!({"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}});
    let inner = account.upload("inner.json", inner.to_string().into_bytes()).await;
    let url = format!("https://s3.{REGION}.amazonaws.com/{}/{}", inner.bucket, inner.key);
    let outer = json!({"Resources": {
        "Mail": {"Type": "AWS::SQS::Queue"},
        "Work": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}},
    }});
    account.create_stack("outer", &Template(outer), &[]).await;

    let folder = TempDir::new().expect("a folder");
    let saved: PathBuf = folder.path().join("facts.json");
    let output = fitgate(&account, &["audit", "--stack", "outer", "--save", saved.to_str().expect("a path")], &[]);
    let facts = std::fs::read(&saved).unwrap_or_else(|_| panic!("no facts: {}", text(&output.stderr)));
    let facts: Value = serde_json::from_slice(&facts).expect("JSON");
    let resources = facts["Resources"].as_array().expect("resources");
    let mut names: Vec<_> = resources.iter().map(|it| (&it["LogicalId"], &it["Type"])).collect();
    names.sort_by_key(|name| name.0.to_string());
    let expected =
        [("Mail", "AWS::SQS::Queue"), ("Work", "AWS::CloudFormation::Stack"), ("Work/Jobs", "AWS::SQS::Queue")];
    assert_eq!(
        names,
        expected.map(|(name, kind)| (json!(name), json!(kind))).iter().map(|(n, k)| (n, k)).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_named() {
    let account = Account::open();
    let output = fitgate(&account, &["audit", "--stack", "nowhere"], &[]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot read the stack nowhere: there is none"), "{said}");
}
