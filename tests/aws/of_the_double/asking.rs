//! One call of every operation, through the SDK's own client.

use std::fmt::Debug;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use fitgate::aws::{Clients, Fault};

/// The answer as the SDK prints it, or what went wrong.
type Said = Result<String, Fault>;

/// Calls an operation about what [`super::account`] holds.
pub(crate) async fn ask(clients: &Clients, operation: &str) -> Said {
    match operation.split_once(':').expect("a service and an operation") {
        ("cloudformation", name) => cloudformation(&clients.cloudformation, name).await,
        ("codedeploy", name) => codedeploy(&clients.codedeploy, name).await,
        ("s3", name) => s3(&clients.s3, name).await,
        ("s3control", name) => s3control(&clients.s3control, name).await,
        _ => unknown(operation),
    }
}

async fn said<T: Debug, E>(call: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>) -> Said
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    call.await.map(|answer| format!("{answer:?}")).map_err(|error| Fault::of(&error))
}

fn unknown(operation: &str) -> Said {
    panic!("no test asks for {operation}")
}

async fn cloudformation(client: &aws_sdk_cloudformation::Client, name: &str) -> Said {
    match name {
        "DescribeStackResources" => said(client.describe_stack_resources().physical_resource_id("data").send()).await,
        "DescribeStacks" => said(client.describe_stacks().stack_name("shop").send()).await,
        "GetTemplate" => said(client.get_template().stack_name("shop").send()).await,
        "ListStackResources" => said(client.list_stack_resources().stack_name("shop").send()).await,
        other => unknown(other),
    }
}

async fn codedeploy(client: &aws_sdk_codedeploy::Client, name: &str) -> Said {
    use aws_sdk_codedeploy::types::{AppSpecContent, LifecycleEventStatus, RevisionLocation, RevisionLocationType};
    let revision = |content: AppSpecContent| {
        let r#type = RevisionLocationType::AppSpecContent;
        RevisionLocation::builder().revision_type(r#type).app_spec_content(content).build()
    };
    let id = super::DEPLOYMENT;
    match name {
        "BatchGetDeploymentTargets" => {
            said(client.batch_get_deployment_targets().deployment_id(id).target_ids("orders:live").send()).await
        }
        "BatchGetDeployments" => said(client.batch_get_deployments().deployment_ids(id).send()).await,
        "CreateDeployment" => {
            let content = AppSpecContent::builder().content(super::app_spec().to_value().to_string()).build();
            let create = client.create_deployment().application_name("shop").deployment_group_name("idle");
            said(create.revision(revision(content)).send()).await
        }
        "GetApplication" => said(client.get_application().application_name("shop").send()).await,
        "GetApplicationRevision" => {
            let digest = AppSpecContent::builder().sha256(super::digest()).build();
            let get = client.get_application_revision().application_name("shop");
            said(get.revision(revision(digest)).send()).await
        }
        "GetDeployment" => said(client.get_deployment().deployment_id(id).send()).await,
        "GetDeploymentConfig" => {
            let name = "CodeDeployDefault.LambdaCanary10Percent5Minutes";
            said(client.get_deployment_config().deployment_config_name(name).send()).await
        }
        "GetDeploymentGroup" => {
            said(client.get_deployment_group().application_name("shop").deployment_group_name("orders").send()).await
        }
        "ListDeploymentTargets" => said(client.list_deployment_targets().deployment_id(id).send()).await,
        "PutLifecycleEventHookExecutionStatus" => {
            let put = client.put_lifecycle_event_hook_execution_status().deployment_id(id);
            let put = put.lifecycle_event_hook_execution_id(super::execution());
            said(put.status(LifecycleEventStatus::Succeeded).send()).await
        }
        "StopDeployment" => said(client.stop_deployment().deployment_id(id).send()).await,
        other => unknown(other),
    }
}

async fn s3(client: &aws_sdk_s3::Client, name: &str) -> Said {
    let bucket = "data";
    match name {
        "GetBucketAccelerateConfiguration" => {
            said(client.get_bucket_accelerate_configuration().bucket(bucket).send()).await
        }
        "GetBucketAcl" => said(client.get_bucket_acl().bucket(bucket).send()).await,
        "GetBucketCors" => said(client.get_bucket_cors().bucket(bucket).send()).await,
        "GetBucketEncryption" => said(client.get_bucket_encryption().bucket(bucket).send()).await,
        "GetBucketLifecycleConfiguration" => {
            said(client.get_bucket_lifecycle_configuration().bucket(bucket).send()).await
        }
        "GetBucketLocation" => said(client.get_bucket_location().bucket(bucket).send()).await,
        "GetBucketLogging" => said(client.get_bucket_logging().bucket(bucket).send()).await,
        "GetBucketNotificationConfiguration" => {
            said(client.get_bucket_notification_configuration().bucket(bucket).send()).await
        }
        "GetBucketOwnershipControls" => said(client.get_bucket_ownership_controls().bucket(bucket).send()).await,
        "GetBucketPolicy" => said(client.get_bucket_policy().bucket(bucket).send()).await,
        "GetBucketPolicyStatus" => said(client.get_bucket_policy_status().bucket(bucket).send()).await,
        "GetBucketReplication" => said(client.get_bucket_replication().bucket(bucket).send()).await,
        "GetBucketRequestPayment" => said(client.get_bucket_request_payment().bucket(bucket).send()).await,
        "GetBucketTagging" => said(client.get_bucket_tagging().bucket(bucket).send()).await,
        "GetBucketVersioning" => said(client.get_bucket_versioning().bucket(bucket).send()).await,
        "GetBucketWebsite" => said(client.get_bucket_website().bucket(bucket).send()).await,
        "GetObjectLockConfiguration" => said(client.get_object_lock_configuration().bucket(bucket).send()).await,
        "GetPublicAccessBlock" => said(client.get_public_access_block().bucket(bucket).send()).await,
        "HeadBucket" => said(client.head_bucket().bucket(bucket).send()).await,
        other => unknown(other),
    }
}

async fn s3control(client: &aws_sdk_s3control::Client, name: &str) -> Said {
    let account = crate::double::ACCOUNT;
    match name {
        "GetAccessPoint" => said(client.get_access_point().account_id(account).name("door").send()).await,
        "GetPublicAccessBlock" => said(client.get_public_access_block().account_id(account).send()).await,
        other => unknown(other),
    }
}
