//! Every operation once, through the SDK's own client, and what the client reads of it.

use aws_sdk_s3::types::{BucketVersioningStatus, Permission, Type};
use fitgate::aws::{Clients, Fault};

use super::{account, asking::ask};
use crate::double::{Double, Stack, operations};

#[tokio::test(start_paused = true)]
async fn every_operation_is_read_by_the_sdk() {
    let double = account();
    let clients = double.clients();
    for operation in operations() {
        let answer = ask(&clients, operation).await.unwrap_or_else(|fault| panic!("{operation}: {fault:?}"));
        assert_eq!(double.count(operation), 1, "{operation}");
        // What is there at least: an answer of which the SDK read nothing prints `None` all over.
        assert!(answer.contains("Some(") || answer.contains(": \"") || operation == "s3:HeadBucket", "{answer}");
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
        assert_eq!(Ok(answer), ask(&in_process, operation).await, "{operation}");
    }
    assert!(double.strangers().is_empty(), "{:?}", double.strangers());
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
            // A `ValidationError`, as for any other mistake of a caller.
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListStackResources",
            // Unknown ids are left out.
            "codedeploy:BatchGetDeployments",
            // Predefined.
            "codedeploy:GetDeploymentConfig",
        ],
        "{elsewhere:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bucket_with_nothing_configured_says_so() {
    let double = Double::new();
    double.know("s3", "data");
    let clients = double.clients();
    for (operation, code) in [
        ("s3:GetBucketCors", "NoSuchCORSConfiguration"),
        ("s3:GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
        ("s3:GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
        ("s3:GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
        ("s3:GetBucketPolicy", "NoSuchBucketPolicy"),
        ("s3:GetBucketReplication", "ReplicationConfigurationNotFoundError"),
        ("s3:GetBucketTagging", "NoSuchTagSet"),
        ("s3:GetBucketWebsite", "NoSuchWebsiteConfiguration"),
        ("s3:GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError"),
        ("s3:GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    ] {
        let fault = ask(&clients, operation).await.expect_err(operation);
        assert_eq!(fault.code(), Some(code), "{operation}: {fault:?}");
    }
    let s3 = &clients.s3;
    let versioning = s3.get_bucket_versioning().bucket("data").send().await.expect("an empty answer");
    assert_eq!((versioning.status, versioning.mfa_delete), (None, None));
    let logging = s3.get_bucket_logging().bucket("data").send().await.expect("an empty answer");
    assert_eq!(logging.logging_enabled, None);
    let acl = s3.get_bucket_acl().bucket("data").send().await.expect("the owner's");
    let grant = &acl.grants()[0];
    assert_eq!(grant.permission(), Some(&Permission::FullControl));
    assert_eq!(grant.grantee().map(|grantee| grantee.r#type()), Some(&Type::CanonicalUser));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_reads_as_it_was_stored() {
    let double = account();
    let s3 = double.clients().s3;
    let tags = s3.get_bucket_tagging().bucket("data").send().await.expect("tags");
    assert_eq!((tags.tag_set()[0].key(), tags.tag_set()[0].value()), ("team", "a & b <c>"));
    let rules = s3.get_bucket_cors().bucket("data").send().await.expect("rules");
    assert_eq!(rules.cors_rules()[0].allowed_methods(), ["GET", "PUT"]);
    let policy = s3.get_bucket_policy().bucket("data").send().await.expect("a policy");
    assert_eq!(policy.policy(), Some(r#"{"Statement":[],"Version":"2012-10-17"}"#));
    let place = s3.get_bucket_location().bucket("data").send().await.expect("a place");
    assert_eq!(place.location_constraint().map(|place| place.as_str()), Some("eu-west-1"));
    double.change("s3:GetBucketVersioning", "data", |versioning| versioning["Status"] = "Suspended".into());
    let versioning = s3.get_bucket_versioning().bucket("data").send().await.expect("versioning");
    assert_eq!(versioning.status(), Some(&BucketVersioningStatus::Suspended));
    double.unset("s3:GetBucketTagging", "data");
    let error = s3.get_bucket_tagging().bucket("data").send().await.expect_err("no tags");
    assert_eq!(Fault::of(&error).code(), Some("NoSuchTagSet"));
    double.forget("s3", "data");
    let error = s3.get_bucket_versioning().bucket("data").send().await.expect_err("no bucket");
    assert_eq!(Fault::of(&error).code(), Some("NoSuchBucket"));
}

#[tokio::test(start_paused = true)]
async fn cloudformation_lists_page_by_page() {
    let double = Double::new();
    double.page_size(2);
    let stack = (0..5).fold(Stack::named("shop"), |stack, n| {
        stack.with(&format!("Bucket{n}"), "AWS::S3::Bucket", &format!("bucket-{n}"))
    });
    double.stack(stack);
    let client = double.clients().cloudformation;
    let listed = client.list_stack_resources().stack_name("shop").into_paginator().items().send();
    let listed = listed.collect::<Result<Vec<_>, _>>().await.expect("pages");
    let physical: Vec<_> = listed.iter().filter_map(|resource| resource.physical_resource_id()).collect();
    assert_eq!(physical, ["bucket-0", "bucket-1", "bucket-2", "bucket-3", "bucket-4"]);
    assert_eq!(double.count("cloudformation:ListStackResources"), 3);
    let stranger = client.list_stack_resources().stack_name("shop").next_token("2+0/==").send().await;
    assert_eq!(Fault::of(&stranger.expect_err("a token of nobody")).code(), Some("ValidationError"));
}

#[tokio::test(start_paused = true)]
async fn stacks_tell_where_they_are_nested_and_what_they_hold() {
    let double = Double::new();
    let mut child = Stack::named("shop-child").with("Data", "AWS::S3::Bucket", "data");
    let parent = Stack::named("shop").with_nested("Child", &mut child).with_parameter("Stage", "prod");
    let parent = parent.with_template("Resources: {}").with_status("Gone", "AWS::SQS::Queue", "", "DELETE_COMPLETE");
    let (parent_id, child_id) = (parent.id(), child.id());
    double.stack(parent);
    double.stack(child);
    let client = double.clients().cloudformation;
    let described = client.describe_stacks().stack_name(&child_id).send().await.expect("the child");
    assert_eq!(described.stacks()[0].parent_id(), Some(parent_id.as_str()));
    assert_eq!(described.stacks()[0].root_id(), Some(parent_id.as_str()));
    let all = client.describe_stacks().send().await.expect("both");
    assert_eq!(all.stacks().len(), 2);
    assert_eq!(all.stacks()[0].parameters()[0].parameter_value(), Some("prod"));
    let listed = client.list_stack_resources().stack_name("shop").send().await.expect("resources");
    assert_eq!(listed.stack_resource_summaries()[0].physical_resource_id(), Some(child_id.as_str()));
    assert_eq!(listed.stack_resource_summaries()[1].physical_resource_id(), None);
    let holder = client.describe_stack_resources().physical_resource_id("data").send().await.expect("the holder");
    assert_eq!(holder.stack_resources()[0].stack_name(), Some("shop-child"));
    let template = client.get_template().stack_name("shop").send().await.expect("a template");
    assert_eq!(template.template_body(), Some("Resources: {}"));
}

#[tokio::test(start_paused = true)]
async fn codedeploy_is_told_once() {
    let double = account();
    let clients = double.clients();
    let put = "codedeploy:PutLifecycleEventHookExecutionStatus";
    assert!(ask(&clients, put).await.is_ok());
    let second = ask(&clients, put).await.expect_err("the first counts");
    assert_eq!(second.code(), Some("LifecycleEventAlreadyCompletedException"));
    double.codedeploy(|engine| engine.advance(fitgate::rehearsal::engine::Time::from_secs(400)));
    let info = clients.codedeploy.get_deployment().deployment_id(super::DEPLOYMENT).send().await.expect("it");
    let status = info.deployment_info().and_then(|info| info.status()).map(|status| status.as_str());
    assert_eq!(status, Some("Succeeded"));
}
