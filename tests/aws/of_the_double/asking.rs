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
        ("appconfigdata", name) => appconfigdata(&clients.appconfigdata, name).await,
        ("cloudformation", name) => cloudformation(&clients.cloudformation, name).await,
        ("cloudwatch", name) => cloudwatch(&clients.cloudwatch, name).await,
        ("codedeploy", name) => codedeploy(&clients.codedeploy, name).await,
        ("dynamodb", name) => dynamodb(&clients.dynamodb, name).await,
        ("lambda", name) => lambda(&clients.lambda, name).await,
        ("s3", name) => s3(&clients.s3, name).await,
        ("s3control", name) => s3control(&clients.s3control, name).await,
        ("application-autoscaling", "DescribeScalableTargets") => {
            use aws_sdk_applicationautoscaling::types::ServiceNamespace;
            let targets = clients.applicationautoscaling.describe_scalable_targets();
            said(targets.service_namespace(ServiceNamespace::Dynamodb).resource_ids("table/orders").send()).await
        }
        ("application-autoscaling", "DescribeScalingPolicies") => {
            use aws_sdk_applicationautoscaling::types::ServiceNamespace;
            let policies = clients.applicationautoscaling.describe_scaling_policies();
            said(policies.service_namespace(ServiceNamespace::Dynamodb).resource_id("table/orders").send()).await
        }
        ("backup", "ListProtectedResources") => said(clients.backup.list_protected_resources().send()).await,
        ("cloudcontrol", "GetResource") => {
            said(clients.cloudcontrol.get_resource().type_name("AWS::SQS::Queue").identifier("queue").send()).await
        }
        ("config", "GetComplianceDetailsByResource") => {
            let details = clients.config.get_compliance_details_by_resource();
            said(details.resource_type("AWS::S3::Bucket").resource_id("data").send()).await
        }
        ("kms", "DescribeKey") => said(clients.kms.describe_key().key_id("alias/aws/dynamodb").send()).await,
        ("dax", "DescribeClusters") => said(clients.dax.describe_clusters().cluster_names("cache").send()).await,
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

async fn appconfigdata(client: &aws_sdk_appconfigdata::Client, name: &str) -> Said {
    let start = client.start_configuration_session().application_identifier("fitgate");
    let start = start.environment_identifier("prod").configuration_profile_identifier("policy");
    match name {
        "StartConfigurationSession" => said(start.send()).await,
        "GetLatestConfiguration" => {
            let started = start.send().await.map_err(|error| Fault::of(&error))?;
            let latest = client.get_latest_configuration();
            said(latest.set_configuration_token(started.initial_configuration_token).send()).await
        }
        other => unknown(other),
    }
}

async fn cloudwatch(client: &aws_sdk_cloudwatch::Client, name: &str) -> Said {
    use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};
    match name {
        "DescribeAlarms" => said(client.describe_alarms().alarm_names("errors").send()).await,
        "PutMetricData" => {
            let dimension = Dimension::builder().name("Stack").value("shop").build();
            let datum = MetricDatum::builder().metric_name("Fitness").value(81.5).dimensions(dimension).build();
            said(client.put_metric_data().namespace("Fitgate").metric_data(datum).send()).await
        }
        other => unknown(other),
    }
}

async fn dynamodb(client: &aws_sdk_dynamodb::Client, name: &str) -> Said {
    use aws_sdk_dynamodb::types::AttributeValue;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    match name {
        "DescribeContinuousBackups" => said(client.describe_continuous_backups().table_name("orders").send()).await,
        "DescribeLimits" => said(client.describe_limits().send()).await,
        "DescribeTable" => said(client.describe_table().table_name("orders").send()).await,
        "DescribeTimeToLive" => said(client.describe_time_to_live().table_name("orders").send()).await,
        "GetItem" => {
            let get = client.get_item().table_name("orders").key("Customer", text("ada"));
            said(get.key("Order", text("1")).send()).await
        }
        "GetResourcePolicy" => {
            let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
            said(client.get_resource_policy().resource_arn(arn).send()).await
        }
        "ListTagsOfResource" => {
            let arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
            said(client.list_tags_of_resource().resource_arn(arn).send()).await
        }
        "PutItem" => {
            let put = client.put_item().table_name("orders").item("Customer", text("ada"));
            said(put.item("Order", text("2")).send()).await
        }
        "Query" => {
            let query = client.query().table_name("orders").key_condition_expression("#c = :c");
            let query = query.expression_attribute_names("#c", "Customer");
            said(query.expression_attribute_values(":c", text("ada")).send()).await
        }
        other => unknown(other),
    }
}

async fn lambda(client: &aws_sdk_lambda::Client, name: &str) -> Said {
    let function = "orders";
    match name {
        "GetAlias" => said(client.get_alias().function_name(function).name("live").send()).await,
        "GetEventSourceMapping" => said(client.get_event_source_mapping().uuid("mapping").send()).await,
        "GetFunction" => said(client.get_function().function_name(function).send()).await,
        "GetFunctionCodeSigningConfig" => {
            said(client.get_function_code_signing_config().function_name(function).send()).await
        }
        "GetFunctionConcurrency" => said(client.get_function_concurrency().function_name(function).send()).await,
        "GetFunctionConfiguration" => said(client.get_function_configuration().function_name(function).send()).await,
        "GetFunctionEventInvokeConfig" => {
            said(client.get_function_event_invoke_config().function_name(function).qualifier("live").send()).await
        }
        "GetFunctionUrlConfig" => {
            said(client.get_function_url_config().function_name(function).qualifier("live").send()).await
        }
        "GetPolicy" => said(client.get_policy().function_name(function).qualifier("live").send()).await,
        "GetProvisionedConcurrencyConfig" => {
            said(client.get_provisioned_concurrency_config().function_name(function).qualifier("live").send()).await
        }
        "ListAliases" => said(client.list_aliases().function_name(function).send()).await,
        "ListEventSourceMappings" => said(client.list_event_source_mappings().function_name(function).send()).await,
        "ListFunctionEventInvokeConfigs" => {
            said(client.list_function_event_invoke_configs().function_name(function).send()).await
        }
        "ListFunctionUrlConfigs" => said(client.list_function_url_configs().function_name(function).send()).await,
        "ListFunctions" => said(client.list_functions().send()).await,
        "ListProvisionedConcurrencyConfigs" => {
            said(client.list_provisioned_concurrency_configs().function_name(function).send()).await
        }
        "ListTags" => {
            said(client.list_tags().resource("arn:aws:lambda:us-east-1:123456789012:function:orders").send()).await
        }
        "ListVersionsByFunction" => said(client.list_versions_by_function().function_name(function).send()).await,
        other => unknown(other),
    }
}

async fn cloudformation(client: &aws_sdk_cloudformation::Client, name: &str) -> Said {
    match name {
        "DescribeStackResources" => said(client.describe_stack_resources().physical_resource_id("data").send()).await,
        "DescribeStacks" => said(client.describe_stacks().stack_name("shop").send()).await,
        "GetTemplate" => said(client.get_template().stack_name("shop").send()).await,
        "ListExports" => said(client.list_exports().send()).await,
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
        "BatchGetDeploymentGroups" => {
            let groups = client.batch_get_deployment_groups().application_name("shop");
            said(groups.deployment_group_names("orders").send()).await
        }
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
