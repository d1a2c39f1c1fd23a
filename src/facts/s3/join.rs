//! Onto each bucket: its policy, whether it receives logs, which backups cover it, who owns it.

use std::sync::Arc;

use super::{AttachedPolicy, Bucket};
use crate::{
    facts::{Directory, Facts, Observed, Properties, Target, Text, Why, backup},
    inventory::LogicalId,
};

const BUCKET: &[&str] = &["AWS::S3::Bucket"];

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(in crate::facts) fn join(facts: &mut Facts, directory: &Directory) {
    let stack = Seen::of(facts, directory);
    let account = facts.stack.account.clone();
    for resource in &mut facts.resources {
        let id = &resource.reference.logical_id;
        match &mut resource.properties {
            Properties::Bucket(bucket) => {
                let bucket = Arc::make_mut(bucket);
                bucket.account.fill(|| account.clone());
                bucket.logical_id.get_or_insert_with(|| id.clone());
                stack.complete(id, bucket);
            }
            Properties::BucketPolicy(policy) => {
                let policy = Arc::make_mut(policy);
                policy.account.fill(|| account.clone());
                policy.bucket_in_stack.fill(|| stack.holds_bucket_of(id));
            }
            _ => {}
        }
    }
}

/// What the stack says of its buckets.
struct Seen {
    policies: Vec<Policy>,
    log_targets: Vec<Logs>,
    selections: Vec<(LogicalId, Observed<backup::Selection>)>,
}

/// A bucket policy and the bucket it names.
struct Policy {
    attached: AttachedPolicy,
    /// None where nothing of the policy could be read.
    bucket: Option<Observed<Text>>,
    target: Target,
}

/// Where a bucket's access logs go.
struct Logs {
    /// None where nothing of the configuration could be read.
    bucket: Option<Observed<Text>>,
    target: Target,
}

impl Seen {
    fn of(facts: &Facts, directory: &Directory) -> Self {
        let buckets: Vec<(&LogicalId, &Bucket)> = facts
            .each(|properties| match properties {
                Properties::Bucket(bucket) => Some(bucket.as_ref()),
                _ => None,
            })
            .collect();
        Self {
            policies: policies(facts, &buckets, directory),
            log_targets: buckets.iter().filter_map(|each| log_target(each, &buckets, directory)).collect(),
            selections: backup::selections(facts),
        }
    }

    fn complete(&self, id: &LogicalId, bucket: &mut Bucket) {
        let policy = self.policy_of(id, bucket);
        match (&mut bucket.policy, policy) {
            // S3 says what the policy is, the stack which of its resources.
            (Observed::Present(own), Observed::Present(found)) if own.resource.is_none() => {
                own.resource = found.resource
            }
            (own, found) => own.fill(|| found),
        }
        let log_target = self.receives_logs(id, bucket);
        bucket.log_target.fill(|| log_target);
        let covering = bucket.subject().and_then(|subject| backup::covering(&self.selections, subject, &bucket.tags));
        backup::complete(&mut bucket.backup_selections, covering);
    }

    /// The one policy a bucket can have. A policy whose bucket nobody can tell may be that of every bucket
    /// that has none, unless the names exclude it. Such a policy is judged by itself as well. Not so on a live stack:
    /// there each bucket was asked for its policy, and one that does not say whose it is says nothing of the others.
    fn policy_of(&self, id: &LogicalId, bucket: &Bucket) -> Observed<AttachedPolicy> {
        let mut own = self.policies.iter().filter(|policy| policy.target == Target::Resource(id.clone()));
        if let Some(policy) = own.next() {
            return match own.next() {
                None => Observed::Present(policy.attached.clone()),
                Some(_) => Observed::Unknown(Why::Malformed(format!("{id} has more than one bucket policy"))),
            };
        }
        self.policies
            .iter()
            .find_map(|policy| match &policy.target {
                Target::Unknown(Why::NotObserved(_)) => None,
                Target::Unknown(why) if may_mean(&policy.bucket, bucket) => Some(Observed::Unknown(why.clone())),
                _ => None,
            })
            .unwrap_or(Observed::Absent)
    }

    fn receives_logs(&self, id: &LogicalId, bucket: &Bucket) -> Observed<bool> {
        if self.log_targets.iter().any(|logs| logs.target == Target::Resource(id.clone())) {
            return Observed::Present(true);
        }
        self.log_targets
            .iter()
            .find_map(|logs| match &logs.target {
                Target::Unknown(why) if may_mean(&logs.bucket, bucket) => Some(Observed::Unknown(why.clone())),
                _ => None,
            })
            .unwrap_or(Observed::Present(false))
    }

    fn holds_bucket_of(&self, policy: &LogicalId) -> Observed<bool> {
        let found = self.policies.iter().find(|known| known.attached.resource.as_ref() == Some(policy));
        match found.map(|policy| &policy.target) {
            Some(Target::Resource(_)) => Observed::Present(true),
            Some(Target::Elsewhere) | None => Observed::Present(false),
            Some(Target::Unknown(why)) => Observed::Unknown(why.clone()),
        }
    }
}

/// Whether a name that nobody can tell may be this bucket's; of one that could not be read at all, nobody can say.
///
/// A name that is given from outside (a parameter, an import) is never the one that CloudFormation makes up for a
/// bucket without `BucketName`: only a `Ref` means that bucket.
fn may_mean(named: &Option<Observed<Text>>, bucket: &Bucket) -> bool {
    let Some(named) = named else { return true };
    match (named, &bucket.bucket_name) {
        (_, Observed::Absent) => false,
        (Observed::Present(named), Observed::Present(name)) => named.same(name) != Ok(false),
        _ => true,
    }
}

fn policies(facts: &Facts, buckets: &[(&LogicalId, &Bucket)], directory: &Directory) -> Vec<Policy> {
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let id = Some(resource.reference.logical_id.clone());
            match &resource.properties {
                Properties::BucketPolicy(policy) => Some(Policy {
                    attached: AttachedPolicy { resource: id, policy_document: policy.policy_document.clone() },
                    target: target(&policy.bucket, buckets, directory),
                    bucket: Some(policy.bucket.clone()),
                }),
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == "AWS::S3::BucketPolicy" => {
                    let policy_document = Observed::Unknown(why.clone());
                    let attached = AttachedPolicy { resource: id, policy_document };
                    Some(Policy { attached, bucket: None, target: Target::Unknown(why.clone()) })
                }
                _ => None,
            }
        })
        .collect()
}

/// The bucket a property names. What another resource returns (a nested stack for example) is no bucket of the stack.
fn target(name: &Observed<Text>, buckets: &[(&LogicalId, &Bucket)], directory: &Directory) -> Target {
    let name = match name.as_text() {
        Ok(Some(name)) => name,
        Ok(None) => return Target::Unknown(Why::Malformed("no bucket is named".to_owned())),
        Err(why) => return Target::Unknown(why),
    };
    match directory.resolve(&name, BUCKET) {
        Target::Resource(id) if !buckets.iter().any(|(bucket, _)| **bucket == id) => Target::Elsewhere,
        Target::Elsewhere if name.as_str().is_none() && name.references().next().is_none() => {
            Target::Unknown(name.why_unresolved())
        }
        settled => settled,
    }
}

/// Where a bucket's logs go, unless into itself.
fn log_target(
    (id, bucket): &(&LogicalId, &Bucket),
    buckets: &[(&LogicalId, &Bucket)],
    directory: &Directory,
) -> Option<Logs> {
    match &bucket.logging_configuration {
        Observed::Present(logging) => match &logging.destination_bucket_name {
            // Without a destination the bucket logs into itself.
            Observed::Absent => None,
            name => match target(name, buckets, directory) {
                Target::Resource(target) if target == **id => None,
                target => Some(Logs { bucket: Some(name.clone()), target }),
            },
        },
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Logs { bucket: None, target: Target::Unknown(why.clone()) }),
    }
}
