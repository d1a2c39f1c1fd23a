//! CodeDeploy: the engine behind the protocol.

use fitgate::rehearsal::engine::Time;
use serde_json::json;

use super::{DEPLOYMENT, account, asking::ask};
use crate::double::Double;

#[tokio::test(start_paused = true)]
async fn codedeploy_is_told_once() {
    let double = account();
    let clients = double.clients();
    let put = "codedeploy:PutLifecycleEventHookExecutionStatus";
    assert!(ask(&clients, put).await.is_ok());
    let second = ask(&clients, put).await.expect_err("the first counts");
    assert_eq!(second.code(), Some("LifecycleEventAlreadyCompletedException"));
    double.codedeploy(|engine| engine.advance(Time::from_secs(400)));
    let info = clients.codedeploy.get_deployment().deployment_id(DEPLOYMENT).send().await.expect("it");
    let status = info.deployment_info().and_then(|info| info.status()).map(|status| status.as_str());
    assert_eq!(status, Some("Succeeded"));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_has_just_been_created_has_no_targets() {
    let double = account();
    let client = double.clients().codedeploy;
    let created = double.codedeploy(|engine| {
        let order = fitgate::rehearsal::engine::CreateDeploymentInput::of("shop", "idle", &super::app_spec());
        engine.create_deployment(order).expect("a deployment").deployment_id
    });
    let list = || client.list_deployment_targets().deployment_id(created.as_str()).send();
    let error = list().await.expect_err("not started").into_service_error();
    assert!(error.is_deployment_not_started_exception(), "{error:?}");
    double.codedeploy(|engine| engine.advance(Time::from_secs(2)));
    assert_eq!(list().await.expect("targets").target_ids(), ["orders:live"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_stored_of_a_group_stands_on_top_of_the_engine() {
    let double = account();
    let group =
        json!({"deploymentGroupInfo": {"serviceRoleArn": "role", "triggerConfigurations": [{"triggerName": "t"}]}});
    double.set("codedeploy:GetDeploymentGroup", "shop/orders", group.clone());
    double.set("codedeploy:GetDeploymentGroup", "elsewhere/group", group);
    let client = double.clients().codedeploy;
    let groups = client.batch_get_deployment_groups().application_name("shop");
    let groups = groups.deployment_group_names("orders").deployment_group_names("nobody's").send().await;
    let groups = groups.expect("one of two");
    let [group] = groups.deployment_groups_info() else { panic!("{groups:?}") };
    assert_eq!((group.service_role_arn(), group.deployment_group_name()), (Some("role"), Some("orders")));
    assert_eq!(group.trigger_configurations()[0].trigger_name(), Some("t"));
    assert!(groups.error_message().is_some_and(|message| message.contains("nobody's")));
    let get = client.get_deployment_group().application_name("elsewhere").deployment_group_name("group");
    assert!(get.send().await.is_ok());
    let config =
        client.get_deployment_config().deployment_config_name("CodeDeployDefault.LambdaCanary10Percent5Minutes");
    let config = config.send().await.expect("a predefined one");
    let routing = config.deployment_config_info().and_then(|info| info.traffic_routing_config()).expect("routing");
    assert_eq!(routing.time_based_canary().map(|canary| canary.canary_percentage()), Some(10));
    assert!(Double::new().clients().codedeploy.get_application().application_name("shop").send().await.is_err());
}
