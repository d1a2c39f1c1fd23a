//! The hooks of template.yaml, installed: what their environment names is there, and is what they expect.

use std::collections::HashMap;

use fitgate::{
    event::Phase,
    policy::{Mode, Policy},
};

use super::{hooks::alone, ministack::Account, stack::Stack, template::Template};

async fn installed(account: &Account) -> Stack {
    let code = account.upload("hooks.zip", b"no function is called here".to_vec()).await;
    let template = Template::read("template.yaml", include_bytes!("../../template.yaml"));
    let template = template.with_global_code(&code.bucket, &code.key);
    account.create_stack("fitgate", &template, &[("Install", "hooks"), ("FirstPolicy", "observe")]).await
}

async fn environment(account: &Account, function: &str) -> HashMap<String, String> {
    let configuration = account.clients().lambda.get_function_configuration().function_name(function).send().await;
    configuration.expect("a function").environment.and_then(|it| it.variables).expect("variables")
}

#[tokio::test]
async fn each_hook_finds_its_policy_its_history_and_who_answers_for_it() {
    let _alone = alone().await;
    let account = Account::open();
    let clients = account.clients();
    let stack = installed(&account).await;
    for phase in Phase::ALL {
        let variables = environment(&account, phase.hook_name()).await;
        assert_eq!(variables["FITGATE_MODE"], "enforce");

        let [application, environment, profile] =
            variables["FITGATE_POLICY_APPCONFIG"].split('/').collect::<Vec<_>>().try_into().expect("three ids");
        let session = clients.appconfigdata.start_configuration_session();
        let session = session.application_identifier(application).environment_identifier(environment);
        let session = session.configuration_profile_identifier(profile).send().await.expect("a session");
        let token = session.initial_configuration_token.expect("a token");
        let latest = clients.appconfigdata.get_latest_configuration().configuration_token(token).send().await;
        let content = latest.expect("the first policy is deployed").configuration.expect("content").into_inner();
        let policy = Policy::parse("AppConfig", &content).expect("a valid policy");
        assert_eq!(policy.mode, Mode::Observe);

        let table = clients.dynamodb.describe_table().table_name(&variables["FITGATE_HISTORY_TABLE"]).send().await;
        let keys = table.expect("the history").table.and_then(|it| it.key_schema).expect("keys");
        let keys: Vec<_> = keys.iter().map(|key| (key.attribute_name(), key.key_type().as_str())).collect();
        assert_eq!(keys, [("Stack", "HASH"), ("Deployment", "RANGE")]);

        let config = clients.lambda.get_function_event_invoke_config().function_name(phase.hook_name());
        let config = config.qualifier("$LATEST").send().await.expect("what becomes of an event");
        let times = (config.maximum_retry_attempts, config.maximum_event_age_in_seconds);
        assert_eq!(times, (Some(0), Some(60)));
        let destination = config.destination_config.and_then(|it| it.on_failure).and_then(|it| it.destination);
        let answerer = &stack.resources["FailureAnswerFunction"].physical_id;
        assert!(destination.as_ref().is_some_and(|arn| arn.ends_with(&format!(":{answerer}"))), "{destination:?}");
    }
    let answerer = environment(&account, &stack.resources["FailureAnswerFunction"].physical_id).await;
    let hook = environment(&account, Phase::BeforeAllowTraffic.hook_name()).await;
    for name in ["FITGATE_MODE", "FITGATE_POLICY_APPCONFIG"] {
        assert_eq!(answerer[name], hook[name], "the answerer goes by the same policy");
    }
}
