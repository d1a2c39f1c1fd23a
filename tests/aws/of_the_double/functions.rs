//! Lambda: functions by any of their names, and lists made of single answers.

use fitgate::{aws::Fault, deployment::Version, rehearsal::engine::Time};

use super::account;
use crate::double::Double;

#[tokio::test(start_paused = true)]
async fn a_function_by_any_of_its_names() {
    let double = account();
    let client = double.clients().lambda;
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:orders";
    for (function, qualifier, version, timeout) in [
        ("orders", None, "$LATEST", 30),
        ("orders", Some("$LATEST"), "$LATEST", 30),
        ("orders", Some("1"), "1", 20),
        // The alias is at version 1 as long as nothing is shifted.
        ("orders", Some("live"), "1", 20),
        (arn, None, "$LATEST", 30),
        (&format!("{arn}:1"), None, "1", 20),
        ("123456789012:function:orders", Some("1"), "1", 20),
    ] {
        let get = client.get_function_configuration().function_name(function);
        let answer = get.set_qualifier(qualifier.map(str::to_owned)).send().await.expect(function);
        assert_eq!((answer.version(), answer.timeout()), (Some(version), Some(timeout)), "{function} {qualifier:?}");
    }
    let missing = client.get_function_configuration().function_name("orders").qualifier("7").send().await;
    assert!(matches!(Fault::of(&missing.expect_err("no such version")), Fault::NotFound { .. }));
    let whole = client.get_function().function_name("orders").send().await.expect("all of it");
    assert_eq!(whole.tags().and_then(|tags| tags.get("team")).map(String::as_str), Some("shop"));
    assert_eq!(whole.configuration().and_then(|of| of.function_arn()), Some(arn));
    assert_eq!(whole.concurrency().and_then(|of| of.reserved_concurrent_executions()), Some(5));
    assert_eq!(whole.code().and_then(|code| code.repository_type()), Some("S3"));
}

#[tokio::test(start_paused = true)]
async fn an_alias_shifts_with_codedeploy() {
    let double = account();
    let client = double.clients().lambda;
    let id = super::execution();
    double.codedeploy(|engine| {
        let put = engine.put_lifecycle_event_hook_execution_status(super::DEPLOYMENT, &id, "Succeeded");
        put.expect("a report");
        engine.advance(Time::from_secs(10));
        assert_eq!(engine.alias("orders", "live").expect("it").version, Version::new(1).expect("a version"));
    });
    let alias = client.get_alias().function_name("orders").name("live").send().await.expect("the alias");
    assert_eq!(alias.function_version(), Some("1"));
    let weights = alias.routing_config().and_then(|routing| routing.additional_version_weights()).expect("weights");
    assert_eq!(weights.get("2"), Some(&0.1));
}

#[tokio::test(start_paused = true)]
async fn lists_hold_what_single_reads_have() {
    let double = account();
    double.set("lambda:GetFunctionConfiguration", "orders:10", serde_json::json!({"Timeout": 1}));
    double.set("lambda:GetFunctionConfiguration", "other", serde_json::json!({"Timeout": 1}));
    double.set("lambda:GetAlias", "orders:beta", serde_json::json!({"FunctionVersion": "10"}));
    let client = double.clients().lambda;
    let versions = client.list_versions_by_function().function_name("orders").send().await.expect("versions");
    let versions: Vec<_> = versions.versions().iter().filter_map(|version| version.version()).collect();
    assert_eq!(versions, ["$LATEST", "1", "10"]);
    let functions = client.list_functions().send().await.expect("functions");
    let functions: Vec<_> = functions.functions().iter().filter_map(|function| function.function_name()).collect();
    assert_eq!(functions, ["orders", "other"]);
    let aliases = client.list_aliases().function_name("orders").send().await.expect("aliases");
    let aliases: Vec<_> = aliases.aliases().iter().filter_map(|alias| alias.name()).collect();
    assert_eq!(aliases, ["beta", "live"]);
    let urls = client.list_function_url_configs().function_name("orders").send().await.expect("urls");
    assert!(urls.function_url_configs()[0].function_arn().ends_with("function:orders:live"));
    let mappings = client.list_event_source_mappings().function_name("other").send().await.expect("none");
    assert!(mappings.event_source_mappings().is_empty());
    let policy = client.get_policy().function_name("orders").qualifier("live").send().await.expect("a policy");
    assert_eq!(policy.policy(), Some(r#"{"Statement":[],"Version":"2012-10-17"}"#));
}

#[tokio::test(start_paused = true)]
async fn a_function_with_nothing_configured_says_so() {
    let double = Double::new();
    double.set("lambda:GetFunctionConfiguration", "bare", serde_json::json!({}));
    let client = double.clients().lambda;
    let concurrency = client.get_function_concurrency().function_name("bare").send().await.expect("an answer");
    assert_eq!(concurrency.reserved_concurrent_executions(), None);
    let tags = client.list_tags().resource("bare").send().await.expect("an answer");
    assert!(tags.tags().is_none_or(|tags| tags.is_empty()));
    let signing = client.get_function_code_signing_config().function_name("bare").send().await.expect("an answer");
    assert_eq!(signing.code_signing_config_arn(), "");
    let policy = client.get_policy().function_name("bare").send().await.expect_err("none");
    assert!(matches!(Fault::of(&policy), Fault::NotFound { code, .. } if code == "ResourceNotFoundException"));
    let configs = client.list_function_event_invoke_configs().function_name("bare").send().await.expect("a list");
    assert!(configs.function_event_invoke_configs().is_empty());
}
