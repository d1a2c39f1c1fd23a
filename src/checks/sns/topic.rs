//! Topics one by one: encryption, and what is logged of deliveries.
//!
//! Opt-in: `sns-delivery-logging`. The logs cost money, and Security Hub retired its control (SNS.2).

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::kms,
    facts::{
        Observed,
        iam::{Known, any_known},
        sns::{DeliveryStatusLogging, Topic},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sns-encryption-kms",
        title: "Topic encrypts its messages with a KMS key of the customer",
        why: "A key policy is a second lock on the messages, and its use is logged; under the key aws/sns, services such as CloudWatch and S3 cannot publish.",
        fix: "Set KmsMasterKeyId to a key whose policy lets the publishers use it.",
        absent: "No KMS key encrypts the messages.",
        reference: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Topics],
        applies: Applies::EachTopic(encryption_kms),
    },
    Check {
        id: "sns-delivery-logging",
        title: "Topic logs deliveries that fail",
        why: "Without a log nobody knows which endpoint failed, how often it was tried and what it said.",
        fix: "Set DeliveryStatusLogging for the protocols of the subscriptions, with FailureFeedbackRoleArn.",
        absent: "Nothing is logged.",
        reference: "https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Topics],
        applies: Applies::EachTopic(delivery_logging),
    },
];

/// The alias of the key that AWS manages for SNS in every account.
const MANAGED_KEY: &str = "alias/aws/sns";

fn encryption_kms(topic: &Topic, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("messages are encrypted with no KMS key");
    let verdict = Verdict::of(encrypted(topic), none);
    let verdict =
        if verdict == Verdict::Pass { kms::customer_key(&topic.kms_master_key_id, MANAGED_KEY) } else { verdict };
    Some(verdict.at("KmsMasterKeyId"))
}

/// Whether messages are encrypted with a KMS key, whosever it is.
pub(super) fn encrypted(topic: &Topic) -> Known {
    Ok(topic.kms_master_key_id.known()?.is_some_and(|key| key.as_str() != Some("")))
}

fn delivery_logging(topic: &Topic, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("nothing is logged of deliveries");
    let verdict = topic.delivery_status_logging.judge(
        |protocols| match (any_known(protocols.iter().map(failures)), any_known(protocols.iter().map(successes))) {
            (Ok(true), _) => Verdict::Pass,
            (Err(why), _) | (Ok(false), Err(why)) => Verdict::inconclusive(why),
            (Ok(false), Ok(true)) => Verdict::partial(30, "deliveries that succeed are logged, but none that fail"),
            (Ok(false), Ok(false)) => none(),
        },
        none,
    );
    Some(verdict.at("DeliveryStatusLogging"))
}

fn failures(protocol: &Observed<DeliveryStatusLogging>) -> Known {
    let Some(protocol) = protocol.known()? else { return Ok(false) };
    Ok(protocol.failure_feedback_role_arn.as_text()?.is_some())
}

fn successes(protocol: &Observed<DeliveryStatusLogging>) -> Known {
    let Some(protocol) = protocol.known()? else { return Ok(false) };
    Ok(protocol.success_feedback_role_arn.as_text()?.is_some())
}
