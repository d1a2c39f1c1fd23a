//! Every operation once, through the SDK's own client, and what all have in common.

use fitgate::aws::{Clients, Fault};

use super::{account, asking::ask};
use crate::double::{Double, operations};

#[tokio::test(start_paused = true)]
async fn every_operation_is_read_by_the_sdk() {
    let double = account();
    let clients = double.clients();
    for operation in operations() {
        double.begin();
        let answer = ask(&clients, operation).await.unwrap_or_else(|fault| panic!("{operation}: {fault:?}"));
        assert_eq!(double.count(operation), 1, "{operation}");
        // What is there at least: an answer of which the SDK read nothing prints `None` all over.
        assert!(
            answer.contains("Some(")
                || answer.contains(": \"")
                || operation == "s3:HeadBucket"
                || operation == "cloudwatch:PutMetricData",
            "{answer}"
        );
    }
    assert!(double.strangers().is_empty(), "{:?}", double.strangers());
}

#[tokio::test]
async fn every_operation_is_read_over_http_too() {
    let double = account();
    let server = double.serve();
    let clients = Clients::new(&server.config());
    let in_process = account().clients();
    // The SDK puts the account in front of S3 Control's host, and `123456789012.127.0.0.1` is none.
    for operation in operations().into_iter().filter(|operation| !operation.starts_with("s3control:")) {
        let answer = ask(&clients, operation).await.unwrap_or_else(|fault| panic!("{operation}: {fault:?}"));
        let other = ask(&in_process, operation).await.unwrap_or_else(|fault| panic!("{operation}: {fault:?}"));
        assert_eq!(parts(&answer), parts(&other), "{operation}");
    }
    assert!(double.strangers().is_empty(), "{:?}", double.strangers());
}

/// The SDK's maps print in any order.
fn parts(answer: &str) -> Vec<&str> {
    let mut parts: Vec<_> = answer.split([',', '{', '}', ' ']).collect();
    parts.sort_unstable();
    parts
}

#[tokio::test(start_paused = true)]
async fn what_nobody_knows_is_the_service_s_not_found() {
    let clients = Double::new().clients();
    let mut elsewhere = Vec::new();
    for operation in operations() {
        match ask(&clients, operation).await {
            Err(Fault::NotFound { .. }) => {}
            other => elsewhere.push((operation, other)),
        }
    }
    let names: Vec<_> = elsewhere.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(
        names,
        [
            // Nothing of the kind: an empty list.
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "backup:ListProtectedResources",
            // A `ValidationError`, as for any other mistake of a caller.
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            // An empty list.
            "cloudformation:ListExports",
            // A `ValidationError`.
            "cloudformation:ListStackResources",
            // Unknown names are left out.
            "cloudwatch:DescribeAlarms",
            // Any namespace will do.
            "cloudwatch:PutMetricData",
            // Unknown ids are left out.
            "codedeploy:BatchGetDeployments",
            // Predefined.
            "codedeploy:GetDeploymentConfig",
            // No evaluations.
            "config:GetComplianceDetailsByResource",
            // Every account has some.
            "dynamodb:DescribeLimits",
            // An empty list.
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctions",
        ],
        "{elsewhere:?}"
    );
}
