//! S3: what a bucket's configuration answers.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
    wire::Request,
};

/// What S3 says of a bucket that has none of it.
enum Absent {
    /// An error code with status 404.
    Refused(&'static str),
    /// A document with nothing in it.
    Empty,
    /// A document that every bucket has.
    Default(fn() -> Value),
}

/// A configuration of buckets.
struct Row {
    operation: &'static str,
    /// The query parameter that asks for it.
    parameter: &'static str,
    /// The root of the answer's document; empty where the body is the text itself.
    root: &'static str,
    absent: Absent,
}

/// Stored is what stands inside of the root, elements by name, repeated ones as lists, as in the API reference.
const ROWS: &[Row] = &[
    row("s3:GetBucketAccelerateConfiguration", "accelerate", "AccelerateConfiguration", Absent::Empty),
    row("s3:GetBucketAcl", "acl", "AccessControlPolicy", Absent::Default(private)),
    row("s3:GetBucketCors", "cors", "CORSConfiguration", Absent::Refused("NoSuchCORSConfiguration")),
    row(
        "s3:GetBucketEncryption",
        "encryption",
        "ServerSideEncryptionConfiguration",
        Absent::Refused("ServerSideEncryptionConfigurationNotFoundError"),
    ),
    row(
        "s3:GetBucketLifecycleConfiguration",
        "lifecycle",
        "LifecycleConfiguration",
        Absent::Refused("NoSuchLifecycleConfiguration"),
    ),
    row("s3:GetBucketLocation", "location", "LocationConstraint", Absent::Empty),
    row("s3:GetBucketLogging", "logging", "BucketLoggingStatus", Absent::Empty),
    row("s3:GetBucketNotificationConfiguration", "notification", "NotificationConfiguration", Absent::Empty),
    row(
        "s3:GetBucketOwnershipControls",
        "ownershipControls",
        "OwnershipControls",
        Absent::Refused("OwnershipControlsNotFoundError"),
    ),
    row("s3:GetBucketPolicy", "policy", "", Absent::Refused("NoSuchBucketPolicy")),
    row("s3:GetBucketPolicyStatus", "policyStatus", "PolicyStatus", Absent::Refused("NoSuchBucketPolicy")),
    row(
        "s3:GetBucketReplication",
        "replication",
        "ReplicationConfiguration",
        Absent::Refused("ReplicationConfigurationNotFoundError"),
    ),
    row("s3:GetBucketRequestPayment", "requestPayment", "RequestPaymentConfiguration", Absent::Default(owner_pays)),
    row("s3:GetBucketTagging", "tagging", "Tagging", Absent::Refused("NoSuchTagSet")),
    row("s3:GetBucketVersioning", "versioning", "VersioningConfiguration", Absent::Empty),
    row("s3:GetBucketWebsite", "website", "WebsiteConfiguration", Absent::Refused("NoSuchWebsiteConfiguration")),
    row(
        "s3:GetObjectLockConfiguration",
        "object-lock",
        "ObjectLockConfiguration",
        Absent::Refused("ObjectLockConfigurationNotFoundError"),
    ),
    row(
        "s3:GetPublicAccessBlock",
        "publicAccessBlock",
        "PublicAccessBlockConfiguration",
        Absent::Refused("NoSuchPublicAccessBlockConfiguration"),
    ),
];

const fn row(operation: &'static str, parameter: &'static str, root: &'static str, absent: Absent) -> Row {
    Row { operation, parameter, root, absent }
}

const HEAD: &str = "s3:HeadBucket";

pub(super) struct S3;

impl Service for S3 {
    fn name(&self) -> &'static str {
        "s3"
    }

    fn protocol(&self) -> Protocol {
        Protocol::S3
    }

    fn takes(&self, request: &Request) -> bool {
        request.header("x-amz-account-id").is_none()
    }

    fn operations(&self) -> Vec<&'static str> {
        ROWS.iter().map(|row| row.operation).chain([HEAD]).collect()
    }

    fn route(&self, request: &Request) -> Option<(&'static str, Value)> {
        let input = json!({"Bucket": bucket(request)?});
        match request.method.as_str() {
            "HEAD" => Some((HEAD, input)),
            "GET" => {
                let row = ROWS.iter().find(|row| request.parameter(row.parameter).is_some())?;
                Some((row.operation, input))
            }
            _ => None,
        }
    }

    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        vec![text(input, "Bucket").to_owned()]
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        if !state.answers.knows("s3", call.key()) {
            return Err(self.unknown(call));
        }
        let Some(row) = ROWS.iter().find(|row| row.operation == call.operation) else {
            return Ok(Reply::Bytes { headers: vec![("x-amz-bucket-region", state.region.clone())], body: Vec::new() });
        };
        let stored = state.answers.get(row.operation, call.key());
        if row.root.is_empty()
            && let Some(text) = stored
        {
            let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
            return Ok(Reply::Bytes {
                headers: vec![("content-type", "application/json".to_owned())],
                body: text.into(),
            });
        }
        let inner = match (stored, &row.absent) {
            (Some(stored), _) => stored.clone(),
            (None, Absent::Default(default)) => default(),
            (None, Absent::Empty) => json!({}),
            (None, Absent::Refused(code)) => {
                return Err(Refusal::new(404, *code, format!("{} has no such configuration", call.key())));
            }
        };
        Ok(Reply::Output(json!({row.root: inner})))
    }

    fn unknown(&self, _call: &Call) -> Refusal {
        Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist")
    }

    fn throttled(&self) -> (u16, &'static str) {
        (503, "SlowDown")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDenied")
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalError")
    }
}

/// The bucket, first in the path: one in the host (`bucket.s3.region.amazonaws.com`) would not share its connections.
fn bucket(request: &Request) -> Option<String> {
    request.segments().into_iter().next()
}

/// Full control for the owner and nobody else, as every bucket begins.
fn private() -> Value {
    let owner = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";
    let grantee = json!({
        "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "@xsi:type": "CanonicalUser",
        "ID": owner,
    });
    json!({
        "Owner": {"ID": owner},
        "AccessControlList": {"Grant": [{"Grantee": grantee, "Permission": "FULL_CONTROL"}]},
    })
}

fn owner_pays() -> Value {
    json!({"Payer": "BucketOwner"})
}
