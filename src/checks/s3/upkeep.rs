//! How a bucket is run: logs, lifecycle, notifications, tags.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::tags,
    facts::{
        Observed, Why,
        iam::{Known, all_known, any_known},
        s3::{Bucket, LifecycleRule, Logging, NotificationConfiguration},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "s3-access-logging",
        title: "Bucket logs requests to another bucket",
        why: "Without access logs nobody can say afterwards who read or changed what.",
        fix: "Set LoggingConfiguration.DestinationBucketName to a bucket for logs.",
        absent: "Requests are not logged; a configuration without DestinationBucketName logs into the bucket itself.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketLogging, Need::BucketAcl],
        applies: Applies::EachBucket(access_logging),
    },
    Check {
        id: "s3-lifecycle",
        title: "Bucket has a lifecycle",
        why: "Without a rule every object stays, and is paid for, for ever.",
        fix: "Set LifecycleConfiguration with an enabled rule that expires objects or moves them to a cheaper class.",
        absent: "Objects stay in their class for ever.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html",
        pillar: Pillar::Cost,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketLifecycle],
        applies: Applies::EachBucket(lifecycle),
    },
    Check {
        id: "s3-version-lifecycle",
        title: "Versioned bucket expires old versions",
        why: "Every overwrite leaves a version that nobody sees and everybody pays for.",
        fix: "Add an enabled lifecycle rule with NoncurrentVersionExpiration.",
        absent: "Old versions stay for ever; a bucket that keeps no versions is not judged.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
        pillar: Pillar::Cost,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketVersioning, Need::BucketLifecycle],
        applies: Applies::EachBucket(version_lifecycle),
    },
    Check {
        id: "s3-event-notifications",
        title: "Bucket tells of changes",
        why: "Without notifications nothing reacts to a change, and nobody notices an odd one.",
        fix: "Set NotificationConfiguration, EventBridgeConfiguration for example.",
        absent: "Nobody is told.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::BucketNotification],
        applies: Applies::EachBucket(event_notifications),
    },
    Check {
        id: "s3-tagged",
        title: "Bucket carries the required tags",
        why: "Cost, owner and sensitivity of a bucket are found by its tags.",
        fix: "Add the keys that policy requires to Tags.",
        absent: "No tags; without required tags in the policy the check does not apply.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketTagging],
        applies: Applies::EachBucket(tagged),
    },
];

/// A bucket that receives the logs of others would log its own deliveries: it is not judged.
fn access_logging(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let verdict = bucket
        .logging_configuration
        .judge(|logging| into_another(logging, bucket), || Verdict::fail("requests are not logged"))
        .at("LoggingConfiguration");
    match (verdict, &bucket.log_target) {
        (_, Observed::Present(true)) => None,
        (Verdict::Fail(_), Observed::Unknown(why)) => Some(Verdict::inconclusive(why.clone())),
        // The canned ACL that lets the log delivery group write.
        (verdict @ Verdict::Fail(_), _) => match &bucket.access_control {
            Observed::Present(acl) if acl == "LogDeliveryWrite" => None,
            Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at("AccessControl")),
            _ => Some(verdict),
        },
        (verdict, _) => Some(verdict),
    }
}

fn into_another(logging: &Logging, bucket: &Bucket) -> Verdict {
    let itself = Verdict::partial(50, "the bucket logs into itself, which logs the logging too");
    Verdict::of(is_itself(logging, bucket).map(|is| !is), || itself)
}

/// A bucket without `BucketName` gets a name that nothing outside the stack can mean, and never a `Ref` to itself.
fn is_itself(logging: &Logging, bucket: &Bucket) -> Known {
    let Some(destination) = logging.destination_bucket_name.as_text()? else { return Ok(true) };
    match bucket.bucket_name.as_text()? {
        Some(name) if *name == *destination => Ok(true),
        Some(name) if destination.references().next().is_none() => destination.same(&name),
        _ => Ok(false),
    }
}

fn lifecycle(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    Some(any_rule(bucket, "no lifecycle rule is enabled", |_| Ok(true)))
}

fn version_lifecycle(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    match versioned(bucket) {
        Ok(true) => {}
        Ok(false) => return None,
        Err(why) => return Some(Verdict::inconclusive(why).at("VersioningConfiguration")),
    }
    let expires = any_rule(bucket, "no enabled lifecycle rule expires old versions", expires_versions);
    let moves = any_rule(bucket, "", moves_versions);
    Some(match (expires, moves) {
        (Verdict::Fail(_), Verdict::Pass) => {
            Verdict::partial(50, "old versions move to a cheaper class but never expire")
                .at("LifecycleConfiguration.Rules")
        }
        (Verdict::Fail(_), unknown @ Verdict::Inconclusive(..)) => unknown,
        (expires, _) => expires,
    })
}

/// Suspended versioning adds no versions any more.
fn versioned(bucket: &Bucket) -> Known {
    let Some(versioning) = bucket.versioning_configuration.known()? else { return Ok(false) };
    Ok(versioning.status.known()?.is_some_and(|status| status == "Enabled"))
}

/// Whether a rule is enabled and is of a kind.
fn any_rule(bucket: &Bucket, otherwise: &str, kind: impl Fn(&LifecycleRule) -> Known) -> Verdict {
    let none = || Verdict::fail(otherwise);
    let matching = |rule: &Observed<LifecycleRule>| {
        let Some(rule) = rule.known()? else { return Ok(false) };
        all_known([rule.status.known().map(|status| status.is_some_and(|status| status == "Enabled")), kind(rule)])
    };
    let verdict = bucket.lifecycle_configuration.judge(
        |lifecycle| lifecycle.rules.judge(|rules| Verdict::of(any_known(rules.iter().map(matching)), none), none),
        none,
    );
    verdict.at("LifecycleConfiguration.Rules")
}

fn expires_versions(rule: &LifecycleRule) -> Known {
    any_known([written(&rule.noncurrent_version_expiration), written(&rule.noncurrent_version_expiration_in_days)])
}

fn moves_versions(rule: &LifecycleRule) -> Known {
    any_known([written(&rule.noncurrent_version_transition), filled(&rule.noncurrent_version_transitions)])
}

fn event_notifications(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("nobody is told of changes");
    let verdict =
        bucket.notification_configuration.judge(|configuration| Verdict::of(tells(configuration), none), none);
    Some(verdict.at("NotificationConfiguration"))
}

fn tells(notifications: &NotificationConfiguration) -> Known {
    any_known([
        event_bridge(notifications),
        filled(&notifications.lambda_configurations),
        filled(&notifications.queue_configurations),
        filled(&notifications.topic_configurations),
    ])
}

/// On where it is written, unless it is switched off.
fn event_bridge(notifications: &NotificationConfiguration) -> Known {
    let Some(configuration) = notifications.event_bridge_configuration.known()? else { return Ok(false) };
    let enabled = configuration.get("EventBridgeEnabled").map_or(Observed::Absent, Observed::<bool>::read);
    Ok(enabled.known()?.copied().unwrap_or(true))
}

fn written<T>(property: &Observed<T>) -> Known {
    property.known().map(|value| value.is_some())
}

fn filled<T>(list: &Observed<Vec<T>>) -> Result<bool, Why> {
    list.known().map(|items| items.is_some_and(|items| !items.is_empty()))
}

fn tagged(bucket: &Bucket, yardstick: &Yardstick) -> Option<Verdict> {
    tags::tagged(&bucket.tags, yardstick)
}
