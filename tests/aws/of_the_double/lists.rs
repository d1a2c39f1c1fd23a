//! Every list in several pages, by the SDK's own paginators.

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use serde_json::json;

use crate::double::Double;

/// Seven of everything, three to a page.
fn crowd() -> Double {
    let double = Double::new();
    double.page_size(3);
    double.set("lambda:GetFunctionConfiguration", "f", json!({}));
    for number in 0..7 {
        let target =
            json!({"ServiceNamespace": "dynamodb", "ResourceId": format!("table/{number}"), "PolicyName": "p"});
        let id = number.to_string();
        double.set("application-autoscaling:DescribeScalableTargets", &id, target.clone());
        double.set("application-autoscaling:DescribeScalingPolicies", &id, target);
        double.set("backup:ListProtectedResources", &id, json!({"ResourceType": "S3"}));
        double.set("cloudformation:ListExports", &id, json!({"Value": "v"}));
        double.set("dax:DescribeClusters", &id, json!({"ClusterName": id}));
        double.set("lambda:GetFunctionConfiguration", &format!("f{number}"), json!({}));
        double.set("lambda:GetFunctionConfiguration", &format!("f:{}", number + 1), json!({}));
        double.set("lambda:GetAlias", &format!("f:alias{number}"), json!({"FunctionVersion": "1"}));
        double.set("lambda:GetFunctionEventInvokeConfig", &format!("f:{number}"), json!({}));
        double.set("lambda:GetFunctionUrlConfig", &format!("f:{number}"), json!({}));
        double.set("lambda:GetProvisionedConcurrencyConfig", &format!("f:{number}"), json!({}));
        double.set("lambda:GetEventSourceMapping", &id, json!({"FunctionArn": "f"}));
    }
    let tags: Vec<_> = (0..7).map(|number| json!({"Key": format!("k{number}"), "Value": "v"})).collect();
    double.set("dynamodb:ListTagsOfResource", "t", json!({"Tags": tags}));
    let results: Vec<_> = (0..7).map(|_| json!({"ComplianceType": "COMPLIANT"})).collect();
    double.set("config:GetComplianceDetailsByResource", "T/r", json!({"EvaluationResults": results}));
    double
}

macro_rules! pages {
    ($request:expr) => {
        $request.into_paginator().send().collect::<Result<Vec<_>, _>>().await.expect("pages").len()
    };
}

#[tokio::test(start_paused = true)]
async fn every_list_has_a_second_page() {
    let double = crowd();
    let clients = double.clients();
    let scaling = &clients.applicationautoscaling;
    let lambda = &clients.lambda;
    let details = clients.config.get_compliance_details_by_resource().resource_type("T").resource_id("r");
    let dynamodb = ServiceNamespace::Dynamodb;
    let counted = [
        ("targets", pages!(scaling.describe_scalable_targets().service_namespace(dynamodb.clone()))),
        ("policies", pages!(scaling.describe_scaling_policies().service_namespace(dynamodb))),
        ("tags", tags(&clients.dynamodb).await),
        ("protected", pages!(clients.backup.list_protected_resources())),
        ("exports", pages!(clients.cloudformation.list_exports())),
        ("clusters", clusters(&clients.dax).await),
        ("functions", pages!(lambda.list_functions())),
        ("versions", pages!(lambda.list_versions_by_function().function_name("f"))),
        ("aliases", pages!(lambda.list_aliases().function_name("f"))),
        ("invoke configs", pages!(lambda.list_function_event_invoke_configs().function_name("f"))),
        ("urls", pages!(lambda.list_function_url_configs().function_name("f"))),
        ("provisioned", pages!(lambda.list_provisioned_concurrency_configs().function_name("f"))),
        ("mappings", pages!(lambda.list_event_source_mappings().function_name("f"))),
        ("compliance", pages!(details)),
    ];
    assert!(counted.iter().all(|(_, pages)| *pages == 3), "{counted:?}");
    assert!(double.strangers().is_empty(), "{:?}", double.strangers());
}

/// The SDK has no paginator for this one.
async fn clusters(client: &aws_sdk_dax::Client) -> usize {
    let (mut pages, mut token) = (0, None);
    loop {
        let page = client.describe_clusters().set_next_token(token).send().await.expect("a page");
        assert!(!page.clusters().is_empty());
        (pages, token) = (pages + 1, page.next_token);
        if token.is_none() {
            return pages;
        }
    }
}

/// Nor for this one.
async fn tags(client: &aws_sdk_dynamodb::Client) -> usize {
    let (mut pages, mut token) = (0, None);
    loop {
        let list = client.list_tags_of_resource().resource_arn("t").set_next_token(token);
        let page = list.send().await.expect("a page");
        assert!(!page.tags().is_empty());
        (pages, token) = (pages + 1, page.next_token);
        if token.is_none() {
            return pages;
        }
    }
}
