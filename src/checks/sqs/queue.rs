//! Queues one by one: whether messages are encrypted, and whom the queue belongs to.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::tags,
    facts::{iam::Known, sqs::Queue},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sqs-encryption-at-rest",
        title: "Queue encrypts its messages",
        why: "Messages that are not encrypted are readable by whoever reads the disk, and the queue takes plain HTTP.",
        fix: "Set KmsMasterKeyId, or leave SqsManagedSseEnabled out.",
        absent: "A new queue encrypts with keys that SQS manages (SSE-SQS).",
        reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-sqs-sse-queue.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Queue],
        applies: Applies::EachQueue(encryption_at_rest),
    },
    Check {
        id: "sqs-tagged",
        title: "Queue carries the required tags",
        why: "Without its tags nobody knows whom to ask, and costs cannot be told apart.",
        fix: "Add the tags that requiredTags of the policy lists.",
        absent: "No tags. Without requiredTags in the policy the check does not apply.",
        reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Queue],
        applies: Applies::EachQueue(tagged),
    },
];

fn encryption_at_rest(queue: &Queue, _: &Yardstick) -> Option<Verdict> {
    let off =
        || Verdict::fail("SqsManagedSseEnabled is false and there is no KmsMasterKeyId: messages are not encrypted");
    Some(Verdict::of(encrypted(queue), off).at("SqsManagedSseEnabled"))
}

/// Whether messages are encrypted, with whatever key. SQS's own keys do where nothing is said.
pub(super) fn encrypted(queue: &Queue) -> Known {
    let by_sqs = queue.sqs_managed_sse_enabled.known().map(|on| on.is_none_or(|on| *on));
    if by_sqs == Ok(true) {
        return by_sqs;
    }
    match queue.kms_master_key_id.known()? {
        Some(key) if key.as_str() != Some("") => Ok(true),
        _ => by_sqs,
    }
}

fn tagged(queue: &Queue, yardstick: &Yardstick) -> Option<Verdict> {
    tags::tagged(&queue.tags, yardstick)
}
