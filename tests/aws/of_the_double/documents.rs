//! What is a document inside of an answer: Cloud Control's properties, AppConfig's content, tables with their defaults.

use fitgate::aws::Fault;
use serde_json::{Value, json};

use super::account;
use crate::double::Double;

#[tokio::test(start_paused = true)]
async fn cloud_control_gives_properties_as_a_text() {
    let client = account().clients().cloudcontrol;
    let answer = client.get_resource().type_name("AWS::SQS::Queue").identifier("queue").send().await.expect("a queue");
    let properties = answer.resource_description().and_then(|of| of.properties()).expect("properties");
    assert_eq!(serde_json::from_str::<Value>(properties).expect("JSON"), json!({"VisibilityTimeout": 180}));
}

#[tokio::test(start_paused = true)]
async fn a_configuration_comes_once_and_again_when_it_is_new() {
    let double = account();
    let client = double.clients().appconfigdata;
    let start = client.start_configuration_session().application_identifier("fitgate");
    let start = start.environment_identifier("prod").configuration_profile_identifier("policy").send().await;
    let first = start.expect("a session").initial_configuration_token.expect("a token");
    let latest = |token: &str| client.get_latest_configuration().configuration_token(token).send();
    let one = latest(&first).await.expect("the policy");
    assert_eq!(one.configuration().map(|blob| blob.as_ref()), Some(&b"version: 1\n"[..]));
    assert_eq!((one.content_type(), one.version_label()), (Some("application/yaml"), Some("v1")));
    let error = latest(&first).await.expect_err("a token is good for once");
    assert_eq!(Fault::of(&error).code(), Some("BadRequestException"));
    let two = latest(one.next_poll_configuration_token().expect("a token")).await.expect("nothing new");
    assert_eq!(two.configuration(), None);
    double.change("appconfigdata:GetLatestConfiguration", "fitgate/prod/policy", |policy| {
        policy["Content"] = "version: 1\nmode: observe\n".into();
    });
    let three = latest(two.next_poll_configuration_token().expect("a token")).await.expect("news");
    assert_eq!(three.configuration().map(|blob| blob.as_ref().len()), Some(25));
}

#[tokio::test(start_paused = true)]
async fn a_table_begins_with_defaults() {
    let double = Double::new();
    double.know("dynamodb", "bare");
    let client = double.clients().dynamodb;
    let backups = client.describe_continuous_backups().table_name("bare").send().await.expect("an answer");
    let recovery = backups.continuous_backups_description().and_then(|of| of.point_in_time_recovery_description());
    let status = recovery.and_then(|of| of.point_in_time_recovery_status()).map(|status| status.as_str());
    assert_eq!(status, Some("DISABLED"));
    let ttl = client.describe_time_to_live().table_name("bare").send().await.expect("an answer");
    let status = ttl.time_to_live_description().and_then(|of| of.time_to_live_status()).map(|status| status.as_str());
    assert_eq!(status, Some("DISABLED"));
    let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/bare";
    let policy = client.get_resource_policy().resource_arn(arn).send().await.expect_err("none");
    assert!(matches!(Fault::of(&policy), Fault::NotFound { code, .. } if code == "PolicyNotFoundException"));
    let other = client.get_resource_policy().resource_arn("arn:aws:dynamodb:us-east-1:1:table/no").send().await;
    let code = Fault::of(&other.expect_err("no table")).code().map(str::to_owned);
    assert_eq!(code.as_deref(), Some("ResourceNotFoundException"));
    let limits = client.describe_limits().send().await.expect("limits");
    assert_eq!(limits.table_max_read_capacity_units(), Some(40_000));
}
