//! Bucket policies: of the buckets of the stack, and of those elsewhere that the stack has a policy for.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    aws::observe::{Session, not_created, required, written},
    facts::{
        Observed, Properties, Text, Why,
        iam::PolicyDocument,
        s3::{AttachedPolicy, BucketPolicy},
    },
    inventory::ResourceRef,
    need::Need,
};

/// The policy of a bucket. Which resource of the stack it is, if any, is found out when the facts are joined.
pub(super) async fn attached(session: &Session<'_>, bucket: &str) -> Observed<AttachedPolicy> {
    text(session, bucket)
        .await
        .map(|text| AttachedPolicy { resource: None, policy_document: Observed::read(&Value::String(text)) })
}

/// `AWS::S3::BucketPolicy`
pub(in crate::aws::observe) async fn lone(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(bucket) = resource.physical_id.as_deref() else { return not_created(resource) };
    let (bucket, policy_document) = if names_its_bucket(resource) {
        let document = match text(session, bucket).await {
            Observed::Present(text) => Observed::read(&Value::String(text)),
            Observed::Absent => nothing(),
            Observed::Unknown(why) => Observed::Unknown(why),
        };
        (Observed::Present(Text::literal(bucket)), document)
    } else {
        let why = Why::NotObserved(format!(
            "{bucket}, a name that CloudFormation made up, does not say whose policy it is; a bucket of this stack is judged with its policy"
        ));
        (Observed::Unknown(why.clone()), Observed::Unknown(why))
    };
    written(&Properties::BucketPolicy(Arc::new(BucketPolicy {
        bucket,
        policy_document,
        account: Observed::Absent,
        bucket_in_stack: Observed::Absent,
    })))
}

/// The text of a bucket's policy, asked for once.
async fn text(session: &Session<'_>, bucket: &str) -> Observed<String> {
    let need = Need::BucketPolicy;
    let ask = async || {
        let send = || session.clients.s3.get_bucket_policy().bucket(bucket).send();
        let answer = session.ask(need, &["NoSuchBucketPolicy"], send).await;
        answer.and_then(|answer| required(answer.policy, need, "policy"))
    };
    session.s3.policies.get(bucket.to_owned(), ask).await
}

/// Whether the physical id is the bucket's name, as it is today. Older stacks have `STACK-LOGICALID-RANDOM` there,
/// in capitals at the end, which no name of a bucket has
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>).
fn names_its_bucket(policy: &ResourceRef) -> bool {
    policy.physical_id.as_deref().is_none_or(|id| !id.bytes().any(|byte| byte.is_ascii_uppercase()))
}

/// A policy that is not there grants nothing and refuses nothing.
fn nothing() -> Observed<PolicyDocument> {
    Observed::read(&json!({ "Statement": [] }))
}
