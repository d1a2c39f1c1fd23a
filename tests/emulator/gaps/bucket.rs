//! Of buckets: encryption, logging, lifecycle, ownership of objects, tags.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLoggingStatus, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, LoggingEnabled, NoncurrentVersionExpiration,
    ObjectOwnership, OwnershipControls, OwnershipControlsRule, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
};
use serde_json::Value;

use super::{Gap, text, whole_number};

impl Gap<'_> {
    pub(super) async fn bucket(&self) {
        if let Some(rules) = self.list("/BucketEncryption/ServerSideEncryptionConfiguration") {
            self.encryption(&rules[0]).await;
        }
        if let Some(logging) = self.properties.get("LoggingConfiguration") {
            self.logging(logging).await;
        }
        if let Some(rules) = self.list("/LifecycleConfiguration/Rules") {
            self.lifecycle(rules).await;
        }
        if let Some(rules) = self.list("/OwnershipControls/Rules") {
            self.ownership(&rules[0]).await;
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

    async fn ownership(&self, rule: &Value) {
        let ownership = ObjectOwnership::from(text(&rule["ObjectOwnership"]));
        let rule = OwnershipControlsRule::builder().object_ownership(ownership).build().expect("an ownership");
        let wanted = OwnershipControls::builder().rules(rule).build().expect("a rule");
        let s3 = &self.clients.s3;
        let put = s3.put_bucket_ownership_controls().bucket(self.physical_id).ownership_controls(wanted.clone());
        put.send().await.expect("ownership set");
        let there = s3.get_bucket_ownership_controls().bucket(self.physical_id).send().await.expect("ownership");
        assert_eq!(there.ownership_controls, Some(wanted));
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
