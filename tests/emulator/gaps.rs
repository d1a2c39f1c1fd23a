//! What the emulator's CloudFormation passes over of a template and its other services would take: set through
//! them, and asserted by asking them.

use aws_sdk_dynamodb::types::{
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, SseSpecification, SseStatus, SseType,
};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint, BucketLoggingStatus,
    CreateBucketConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
    LoggingEnabled, NoncurrentVersionExpiration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
};
use fitgate::aws::Clients;
use serde_json::Value;

use super::{ministack::REGION, names::Names, stack::Stack};

/// Makes the stack what the `processed` template says, as far as the services can.
pub(crate) async fn close(clients: &Clients, stack: &Stack, processed: &Value, parameters: &[(&str, &str)]) {
    let names = Names::new(stack, processed, parameters);
    for (logical_id, resource) in processed["Resources"].as_object().expect("Resources") {
        let Some(found) = stack.resources.get(logical_id) else { continue }; // a condition left it out
        let gap =
            || Gap { clients, physical_id: &found.physical_id, properties: names.resolved(&resource["Properties"]) };
        match found.r#type.as_str() {
            "AWS::S3::Bucket" => gap().bucket().await,
            "AWS::S3::BucketPolicy" => gap().bucket_policy().await,
            "AWS::DynamoDB::Table" => gap().table().await,
            "AWS::Lambda::Function" => gap().function().await,
            _ => {}
        }
    }
}

/// One resource, and what the template says of it.
struct Gap<'a> {
    clients: &'a Clients,
    physical_id: &'a str,
    properties: Value,
}

impl Gap<'_> {
    async fn bucket(&self) {
        if let Some(rules) = self.list("/BucketEncryption/ServerSideEncryptionConfiguration") {
            self.encryption(&rules[0]).await;
        }
        if let Some(logging) = self.properties.get("LoggingConfiguration") {
            self.logging(logging).await;
        }
        if let Some(rules) = self.list("/LifecycleConfiguration/Rules") {
            self.lifecycle(rules).await;
        }
        if let Some(tags) = self.list("/Tags") {
            self.bucket_tags(tags).await;
        }
    }

    async fn encryption(&self, rule: &Value) {
        let default = &rule["ServerSideEncryptionByDefault"];
        let by_default = ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(text(&default["SSEAlgorithm"])))
            .set_kms_master_key_id(default["KMSMasterKeyID"].as_str().map(str::to_owned))
            .build()
            .expect("an algorithm");
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(by_default)
            .set_bucket_key_enabled(rule["BucketKeyEnabled"].as_bool())
            .build();
        let wanted = ServerSideEncryptionConfiguration::builder().rules(rule).build().expect("a rule");
        let s3 = &self.clients.s3;
        let put = s3.put_bucket_encryption().bucket(self.physical_id);
        put.server_side_encryption_configuration(wanted.clone()).send().await.expect("encryption set");
        let there = s3.get_bucket_encryption().bucket(self.physical_id).send().await.expect("encryption");
        assert_eq!(there.server_side_encryption_configuration, Some(wanted));
    }

    async fn logging(&self, logging: &Value) {
        let target = LoggingEnabled::builder()
            .target_bucket(text(&logging["DestinationBucketName"]))
            .target_prefix(logging["LogFilePrefix"].as_str().unwrap_or_default())
            .build()
            .expect("a bucket and a prefix");
        let wanted = BucketLoggingStatus::builder().logging_enabled(target.clone()).build();
        let s3 = &self.clients.s3;
        let put = s3.put_bucket_logging().bucket(self.physical_id).bucket_logging_status(wanted);
        put.send().await.expect("logging set");
        let there = s3.get_bucket_logging().bucket(self.physical_id).send().await.expect("logging");
        assert_eq!(there.logging_enabled, Some(target));
    }

    async fn lifecycle(&self, rules: &[Value]) {
        let rules: Vec<_> = rules.iter().map(lifecycle_rule).collect();
        let wanted = BucketLifecycleConfiguration::builder().set_rules(Some(rules.clone())).build().expect("rules");
        let s3 = &self.clients.s3;
        let put = s3.put_bucket_lifecycle_configuration().bucket(self.physical_id).lifecycle_configuration(wanted);
        put.send().await.expect("rules set");
        let there = s3.get_bucket_lifecycle_configuration().bucket(self.physical_id).send().await.expect("rules");
        assert_eq!(there.rules, Some(rules));
    }

    async fn bucket_tags(&self, tags: &[Value]) {
        let tag =
            |tag: &Value| Tag::builder().key(text(&tag["Key"])).value(text(&tag["Value"])).build().expect("a tag");
        let tags: Vec<_> = tags.iter().map(tag).collect();
        let wanted = Tagging::builder().set_tag_set(Some(tags.clone())).build().expect("tags");
        let s3 = &self.clients.s3;
        s3.put_bucket_tagging().bucket(self.physical_id).tagging(wanted).send().await.expect("tags set");
        let there = s3.get_bucket_tagging().bucket(self.physical_id).send().await.expect("tags");
        assert_eq!(there.tag_set, tags);
    }

    /// AWS calls a bucket's policy by the bucket's name, the emulator by that name and `-policy`. A bucket of that
    /// name with the same policy stands in, for whoever asks what policy the resource is.
    async fn bucket_policy(&self) {
        let s3 = &self.clients.s3;
        let bucket = text(&self.properties["Bucket"]);
        assert_eq!(self.physical_id, format!("{bucket}-policy"), "the gap is closed");
        let there = s3.get_bucket_policy().bucket(bucket).send().await.expect("a policy");
        let region = BucketLocationConstraint::from(REGION);
        let place = CreateBucketConfiguration::builder().location_constraint(region).build();
        let create = s3.create_bucket().bucket(self.physical_id).create_bucket_configuration(place);
        create.send().await.expect("a bucket");
        let put = s3.put_bucket_policy().bucket(self.physical_id).set_policy(there.policy);
        put.send().await.expect("a policy set");
    }

    async fn table(&self) {
        if let Some(specification) = self.properties.get("SSESpecification") {
            self.table_encryption(specification).await;
        }
        if self.flag("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled") {
            self.point_in_time_recovery().await;
        }
    }

    async fn table_encryption(&self, specification: &Value) {
        let enabled = specification["SSEEnabled"].as_bool().expect("SSEEnabled");
        let wanted = SseSpecification::builder()
            .enabled(enabled)
            .set_sse_type(specification["SSEType"].as_str().map(SseType::from))
            .set_kms_master_key_id(specification["KMSMasterKeyId"].as_str().map(str::to_owned))
            .build();
        let dynamodb = &self.clients.dynamodb;
        let update = dynamodb.update_table().table_name(self.physical_id).sse_specification(wanted);
        update.send().await.expect("encryption set");
        let there = dynamodb.describe_table().table_name(self.physical_id).send().await.expect("the table");
        let there = there.table.and_then(|table| table.sse_description);
        let status = there.as_ref().and_then(|sse| sse.status.clone());
        assert_eq!(status == Some(SseStatus::Enabled), enabled, "{there:?}");
        let key = there.and_then(|sse| sse.kms_master_key_arn);
        assert_eq!(key.as_deref(), specification["KMSMasterKeyId"].as_str());
    }

    async fn point_in_time_recovery(&self) {
        let wanted = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
        let dynamodb = &self.clients.dynamodb;
        let update = dynamodb.update_continuous_backups().table_name(self.physical_id);
        let update = update.point_in_time_recovery_specification(wanted.expect("a specification"));
        update.send().await.expect("recovery set");
        let there = dynamodb.describe_continuous_backups().table_name(self.physical_id).send().await.expect("backups");
        let there = there.continuous_backups_description.and_then(|backups| backups.point_in_time_recovery_description);
        let status = there.and_then(|recovery| recovery.point_in_time_recovery_status);
        assert_eq!(status, Some(PointInTimeRecoveryStatus::Enabled));
    }

    async fn function(&self) {
        let Some(wanted) = self.properties.get("ReservedConcurrentExecutions").and_then(whole_number) else { return };
        let lambda = &self.clients.lambda;
        let put = lambda.put_function_concurrency().function_name(self.physical_id);
        put.reserved_concurrent_executions(wanted).send().await.expect("a reservation set");
        let there = lambda.get_function_concurrency().function_name(self.physical_id).send().await;
        assert_eq!(there.expect("a reservation").reserved_concurrent_executions, Some(wanted));
    }

    fn list(&self, pointer: &str) -> Option<&Vec<Value>> {
        self.properties.pointer(pointer).map(|list| list.as_array().expect("a list"))
    }

    fn flag(&self, pointer: &str) -> bool {
        self.properties.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
    }
}

fn lifecycle_rule(rule: &Value) -> LifecycleRule {
    let days = |name: &str| rule.pointer(name).and_then(whole_number);
    LifecycleRule::builder()
        .set_id(rule["Id"].as_str().map(str::to_owned))
        .status(ExpirationStatus::from(text(&rule["Status"])))
        .filter(LifecycleRuleFilter::builder().prefix(rule["Prefix"].as_str().unwrap_or_default()).build())
        .set_expiration(days("/ExpirationInDays").map(|days| LifecycleExpiration::builder().days(days).build()))
        .set_noncurrent_version_expiration(
            days("/NoncurrentVersionExpiration/NoncurrentDays")
                .map(|days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build()),
        )
        .set_abort_incomplete_multipart_upload(
            days("/AbortIncompleteMultipartUpload/DaysAfterInitiation")
                .map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build()),
        )
        .build()
        .expect("a status")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("`{value}` is no text"))
}

/// A number, which a parameter may give as text.
fn whole_number(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).or_else(|| value.as_str()?.parse().ok())
}
