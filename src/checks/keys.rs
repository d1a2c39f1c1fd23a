//! Checks of keys in AWS KMS: rotation, who may use them, and how long a mistaken deletion can be taken back.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{public_policy, tags},
    facts::{Untyped, Why},
    need::Need,
};

const KEYS: &[&str] = &["AWS::KMS::Key", "AWS::KMS::ReplicaKey"];

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "kms-rotation",
        title: "KMS key is rotated automatically",
        why: "The longer one key material encrypts everything, the more is lost with it. Rotation changes nothing for \
              whoever uses the key.",
        fix: "Set EnableKeyRotation: true.",
        absent: "The key is not rotated. Asymmetric keys, HMAC keys and imported material cannot be rotated \
                 automatically, and are not judged; a replica is rotated with its primary key.",
        reference: "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Keys],
        applies: Applies::Each(&["AWS::KMS::Key"], rotation),
    },
    Check {
        id: "kms-policy-not-public",
        title: "Key policy grants nothing to everybody",
        why: "A key that everybody may use is no lock: whoever gets at the encrypted data decrypts it.",
        fix: "Name the principals, or limit them with StringEquals on kms:CallerAccount or aws:PrincipalOrgID and fixed \
              values.",
        absent: "The default key policy: the account itself, and whom its IAM policies let in.",
        reference: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Keys],
        applies: Applies::Each(KEYS, policy),
    },
    Check {
        id: "kms-deletion-window",
        title: "Deleting a KMS key can be taken back for two weeks at least",
        why: "Once the waiting period is over, everything the key encrypted is lost for good, and backups with it. A \
              week is easily missed.",
        fix: "Leave PendingWindowInDays out, or set it to 14 or more.",
        absent: "The waiting period is 30 days.",
        reference: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Keys],
        applies: Applies::Each(KEYS, deletion_window),
    },
    Check {
        id: "kms-tagged",
        title: "KMS key carries the tags that policy requires",
        why: "Without tags nobody knows whose key it is, and who pays.",
        fix: "Add the missing keys to Tags.",
        absent: "No tags. Where policy requires none, nothing is judged.",
        reference: "https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Keys],
        applies: Applies::Each(KEYS, tagged),
    },
];

/// The least waiting period before a key is deleted, in days.
const LEAST_WINDOW: u32 = 14;

fn rotation(key: &Untyped, _: &Yardstick) -> Option<Verdict> {
    match rotatable(key) {
        Ok(true) => {
            Some(key.must_be_true("EnableKeyRotation", "EnableKeyRotation is not true: the key is never rotated"))
        }
        Ok(false) => None,
        Err((why, place)) => Some(Verdict::inconclusive(why).at(place)),
    }
}

/// Whether AWS can rotate the key: a symmetric one for encryption, whose material AWS made.
fn rotatable(key: &Untyped) -> Result<bool, (Why, &'static str)> {
    for (property, wanted) in [("KeySpec", "SYMMETRIC_DEFAULT"), ("KeyUsage", "ENCRYPT_DECRYPT"), ("Origin", "AWS_KMS")]
    {
        let value = key.get::<String>(property);
        let value = value.known().map_err(|why| (why, property))?;
        if value.is_some_and(|value| value != wanted) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn policy(key: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(public_policy::admits_no_stranger(&key.get("KeyPolicy"), "KeyPolicy", || Verdict::Pass))
}

fn deletion_window(key: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let long_enough = |days: &u32| {
        Verdict::pass_if(*days >= LEAST_WINDOW, format!("a deleted key is gone after {days} days already"))
    };
    Some(key.judge("PendingWindowInDays", long_enough, || Verdict::Pass))
}

fn tagged(key: &Untyped, yardstick: &Yardstick) -> Option<Verdict> {
    tags::tagged(&key.list("Tags"), yardstick)
}
