//! Buckets as S3 shows them.

use serde_json::{Value, json};

use super::{Properties, document, items, renamed, tag_list, tags};
use crate::double::{Double, Stack};

pub(super) fn bucket(double: &Double, stack: &Stack, name: &str, of: &mut Properties<'_>) {
    let resource = of.resource;
    of.take("BucketName");
    let stored = [
        ("GetBucketEncryption", Some(encryption(of.take("BucketEncryption")))),
        ("GetBucketVersioning", of.take("VersioningConfiguration")),
        ("GetBucketLogging", of.take("LoggingConfiguration").map(logging)),
        // What a bucket has since 2023, where nobody says otherwise.
        ("GetPublicAccessBlock", Some(of.take("PublicAccessBlockConfiguration").unwrap_or_else(all_blocked))),
        ("GetBucketOwnershipControls", Some(ownership(of.take("OwnershipControls")))),
        ("GetBucketLifecycleConfiguration", of.take("LifecycleConfiguration").map(lifecycle)),
        ("GetObjectLockConfiguration", of.take("ObjectLockConfiguration")),
        ("GetBucketReplication", of.take("ReplicationConfiguration").map(|of| renamed(of, &[("Rules", "Rule")]))),
        ("GetBucketNotificationConfiguration", of.take("NotificationConfiguration").map(notification)),
        ("GetBucketCors", of.take("CorsConfiguration").map(cors)),
        ("GetBucketWebsite", of.take("WebsiteConfiguration").map(website)),
        ("GetBucketTagging", Some(json!({"TagSet": {"Tag": tag_list(tags(stack, resource, of.take("Tags")))}}))),
    ];
    double.know("s3", name);
    for (operation, document) in stored {
        if let Some(document) = document {
            double.set(&format!("s3:{operation}"), name, document);
        }
    }
}

pub(super) fn policy(double: &Double, of: &mut Properties<'_>) {
    let bucket = of.text("Bucket");
    let policy = of.take("PolicyDocument").expect("a policy");
    double.set("s3:GetBucketPolicy", &bucket, policy);
}

/// S3 encrypts with its own keys where nobody says otherwise.
fn encryption(given: Option<Value>) -> Value {
    let own =
        json!({"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]});
    let rules = items(given.or(Some(own)).map(|mut of| of["ServerSideEncryptionConfiguration"].take()));
    let by_default = [("ServerSideEncryptionByDefault", "ApplyServerSideEncryptionByDefault")];
    let rules: Vec<Value> = rules.into_iter().map(|rule| renamed(rule, &by_default)).collect();
    json!({"Rule": rules})
}

fn logging(given: Value) -> Value {
    let names = [("DestinationBucketName", "TargetBucket"), ("LogFilePrefix", "TargetPrefix")];
    json!({"LoggingEnabled": renamed(given, &names)})
}

fn all_blocked() -> Value {
    json!({
        "BlockPublicAcls": true,
        "BlockPublicPolicy": true,
        "IgnorePublicAcls": true,
        "RestrictPublicBuckets": true,
    })
}

fn ownership(given: Option<Value>) -> Value {
    let own = json!({"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]});
    renamed(given.unwrap_or(own), &[("Rules", "Rule")])
}

fn lifecycle(mut given: Value) -> Value {
    let rules = items(Some(given["Rules"].take())).into_iter().map(|mut rule| {
        let mut take = |name: &str| rule.as_object_mut().and_then(|rule| rule.remove(name));
        let expiration = document([("Days", take("ExpirationInDays"))]);

        document([
            ("ID", take("Id")),
            ("Status", take("Status")),
            ("Filter", Some(json!({"Prefix": take("Prefix").unwrap_or_else(|| "".into())}))),
            ("Expiration", Some(expiration).filter(|of| of.get("Days").is_some())),
            ("NoncurrentVersionExpiration", take("NoncurrentVersionExpiration")),
            ("AbortIncompleteMultipartUpload", take("AbortIncompleteMultipartUpload")),
            (
                "Transition",
                take("Transitions").map(|given| {
                    let days = [("TransitionInDays", "Days")];
                    items(Some(given)).into_iter().map(|transition| renamed(transition, &days)).collect()
                }),
            ),
        ])
    });
    json!({"Rule": rules.collect::<Vec<_>>()})
}

fn notification(mut given: Value) -> Value {
    let mut list = |name: &str, target: &str, as_target: &str| -> Vec<Value> {
        let given = given.as_object_mut().and_then(|given| given.remove(name));
        let one = |one| {
            let mut one = renamed(one, &[(target, as_target)]);
            one["Event"] = json!([one["Event"].take()]);
            one
        };
        items(given).into_iter().map(one).collect()
    };
    json!({
        "CloudFunctionConfiguration": list("LambdaConfigurations", "Function", "CloudFunction"),
        "QueueConfiguration": list("QueueConfigurations", "Queue", "Queue"),
        "TopicConfiguration": list("TopicConfigurations", "Topic", "Topic"),
    })
}

fn cors(mut given: Value) -> Value {
    let names = [
        ("AllowedHeaders", "AllowedHeader"),
        ("AllowedMethods", "AllowedMethod"),
        ("AllowedOrigins", "AllowedOrigin"),
        ("ExposedHeaders", "ExposeHeader"),
        ("Id", "ID"),
        ("MaxAge", "MaxAgeSeconds"),
    ];
    let rules = items(Some(given["CorsRules"].take()));
    json!({"CORSRule": rules.into_iter().map(|rule| renamed(rule, &names)).collect::<Vec<_>>()})
}

fn website(mut given: Value) -> Value {
    let mut page = |name: &str, member: &str| {
        let page = given.as_object_mut().and_then(|given| given.remove(name))?;
        Some(json!({ member: page }))
    };
    let (index, error) = (page("IndexDocument", "Suffix"), page("ErrorDocument", "Key"));
    document([("IndexDocument", index), ("ErrorDocument", error)])
}
