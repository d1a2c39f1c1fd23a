//! Onto each bucket: its policy, whether it receives logs, which backups cover it, who owns it.

use super::{AttachedPolicy, Bucket, BucketPolicy};
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
                fill(&mut bucket.account, || account.clone());
                bucket.logical_id.get_or_insert_with(|| id.clone());
                stack.complete(id, bucket);
            }
            Properties::BucketPolicy(policy) => {
                fill(&mut policy.account, || account.clone());
                fill(&mut policy.bucket_in_stack, || stack.holds_bucket_of(id));
            }
            _ => {}
        }
    }
}

/// What is observed on the subject itself stays.
fn fill<T>(slot: &mut Observed<T>, found: impl FnOnce() -> Observed<T>) {
    if slot.is_absent() {
        *slot = found();
    }
}

/// What the stack says of its buckets.
struct Seen {
    policies: Vec<Policy>,
    log_targets: Vec<Target>,
    selections: Vec<(LogicalId, Observed<backup::Selection>)>,
}

/// A bucket policy and the bucket it names.
struct Policy {
    attached: AttachedPolicy,
    bucket: Observed<Text>,
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
        fill(&mut bucket.policy, || policy);
        let log_target = self.receives_logs(id);
        fill(&mut bucket.log_target, || log_target);
        let covering = bucket
            .subject()
            .map_or(Observed::Absent, |subject| backup::covering(&self.selections, subject, &bucket.tags));
        fill(&mut bucket.backup_selections, || covering);
    }

    /// The one policy a bucket can have. A policy whose bucket nobody can tell may be that of every bucket
    /// that has none, unless the names exclude it.
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
                Target::Unknown(why) if policy.may_mean(bucket) => Some(Observed::Unknown(why.clone())),
                _ => None,
            })
            .unwrap_or(Observed::Absent)
    }

    fn receives_logs(&self, id: &LogicalId) -> Observed<bool> {
        if self.log_targets.contains(&Target::Resource(id.clone())) {
            return Observed::Present(true);
        }
        self.log_targets
            .iter()
            .find_map(|target| match target {
                Target::Unknown(why) => Some(Observed::Unknown(why.clone())),
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

impl Policy {
    fn may_mean(&self, bucket: &Bucket) -> bool {
        match (&self.bucket, &bucket.bucket_name) {
            (Observed::Present(named), Observed::Present(name)) => match (named.as_str(), name.as_str()) {
                (_, Some(name)) => named.equals(name) != Some(false),
                (Some(named), _) => name.equals(named) != Some(false),
                (None, None) => true,
            },
            _ => true,
        }
    }
}

fn policies(facts: &Facts, buckets: &[(&LogicalId, &Bucket)], directory: &Directory) -> Vec<Policy> {
    let of = |id: &LogicalId, policy: &BucketPolicy| {
        let attached = AttachedPolicy { resource: Some(id.clone()), policy_document: policy.policy_document.clone() };
        let target = target(&policy.bucket, buckets, directory);
        Policy { attached, bucket: policy.bucket.clone(), target }
    };
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let id = &resource.reference.logical_id;
            match &resource.properties {
                Properties::BucketPolicy(policy) => Some(of(id, policy)),
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == "AWS::S3::BucketPolicy" => {
                    let unknown = Observed::Unknown(why.clone());
                    let policy = BucketPolicy { bucket: Observed::Unknown(why.clone()), ..BucketPolicy::default() };
                    Some(of(id, &BucketPolicy { policy_document: unknown, ..policy }))
                }
                _ => None,
            }
        })
        .collect()
}

/// The bucket a property names. A name of which parts are open still means the bucket with the same name.
fn target(name: &Observed<Text>, buckets: &[(&LogicalId, &Bucket)], directory: &Directory) -> Target {
    let name = match name.known() {
        Ok(Some(name)) => name,
        Ok(None) => return Target::Unknown(Why::Malformed("no bucket is named".to_owned())),
        Err(why) => return Target::Unknown(why),
    };
    if let Some((id, _)) = buckets.iter().find(|(_, bucket)| bucket.bucket_name.present() == Some(name)) {
        return Target::Resource((*id).clone());
    }
    match directory.resolve(name, BUCKET) {
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
) -> Option<Target> {
    match &bucket.logging_configuration {
        Observed::Present(logging) => match &logging.destination_bucket_name {
            // Without a destination the bucket logs into itself.
            Observed::Absent => None,
            name => match target(name, buckets, directory) {
                Target::Resource(target) if target == **id => None,
                other => Some(other),
            },
        },
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Target::Unknown(why.clone())),
    }
}
