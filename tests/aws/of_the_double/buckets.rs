//! What S3 says of buckets.

use aws_sdk_s3::types::{BucketVersioningStatus, Permission, Type};
use fitgate::aws::Fault;

use super::{account, asking::ask};
use crate::double::Double;

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
