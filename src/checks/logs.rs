//! Checks of Amazon CloudWatch Logs: how long logs are kept, under which key, and who else gets at them.
//!
//! Opt-in: `log-encryption-kms`, for a key of one's own costs money and the logs are encrypted anyway; and
//! `log-data-protection`, which is paid by the amount of logs that is searched.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::public_policy,
    facts::{Properties, Resource, logs::LogGroup},
    need::Need,
    stack::Stack,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "log-retention",
        title: "Log group deletes its events after a time",
        why: "Logs that never expire are paid for without end, and hold personal data longer than anybody decided.",
        fix: "Set RetentionInDays.",
        absent: "Events are kept for ever, unless a retention policy of the whole account says otherwise, which is not \
                 observed. A group of the class DELIVERY keeps them for a day, and is not judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::LogGroups],
        applies: Applies::EachLogGroup(retention),
    },
    Check {
        id: "log-encryption-kms",
        title: "Log group is encrypted with a customer key",
        why: "Logs repeat what users send; a customer key is a second lock on them, its use is logged, and it can be \
              withdrawn.",
        fix: "Set KmsKeyId to the ARN of a key whose policy admits logs.<region>.amazonaws.com.",
        absent: "Encrypted with a key of CloudWatch Logs. A key of one's own costs money, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::LogGroups],
        applies: Applies::EachLogGroup(encryption),
    },
    Check {
        id: "log-resource-policy-not-public",
        title: "No resource policy of CloudWatch Logs grants anything to everybody",
        why: "A grant to everybody lets any account read the logs, or write whatever it likes into them.",
        fix: "Name the service or the account in Principal, and limit services with aws:SourceArn or aws:SourceAccount.",
        absent: "Without a policy nothing is granted, and the check does not apply.",
        reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::LogGroups, Need::LogPolicies],
        applies: Applies::EachInStack(&["AWS::Logs::LogGroup", "AWS::Logs::ResourcePolicy"], policy),
    },
    Check {
        id: "log-data-protection",
        title: "Log group masks sensitive data",
        why: "Credentials and personal data that slip into a log are readable by everybody who debugs.",
        fix: "Set DataProtectionPolicy with the managed data identifiers that matter.",
        absent: "Nothing is masked, unless a policy of the whole account does it, which is not observed. It costs by the \
                 amount of logs, so the check is opt-in. Only groups of the class STANDARD are judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::LogGroups],
        applies: Applies::EachLogGroup(data_protection),
    },
];

const CLASS: &str = "LogGroupClass";

fn retention(group: &LogGroup, yardstick: &Yardstick) -> Option<Verdict> {
    let least = yardstick.log_retention_days;
    match group.log_group_class.known() {
        Ok(Some(class)) if class == "DELIVERY" => return None,
        Ok(_) => {}
        // A retention is one in any class.
        Err(why) if group.retention_in_days.is_absent() => return Some(Verdict::inconclusive(why).at(CLASS)),
        Err(_) => {}
    }
    let long_enough = |days: &u32| {
        Verdict::pass_if(*days >= least, format!("events are kept for {days} days, and policy asks for {least}"))
    };
    let verdict = group.retention_in_days.judge(long_enough, || Verdict::fail("events are kept without end"));
    Some(verdict.at("RetentionInDays"))
}

fn encryption(group: &LogGroup, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("encrypted with a key of CloudWatch Logs");
    let given = group.kms_key_id.judge(|key| if key.as_str() == Some("") { none() } else { Verdict::Pass }, none);
    Some(given.at("KmsKeyId"))
}

fn policy(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::LogGroup(group) if group.resource_policy_document.is_absent() => None,
        Properties::LogGroup(group) => Some(public_policy::admits_no_stranger(
            &group.resource_policy_document,
            "ResourcePolicyDocument",
            public_policy::missing,
        )),
        Properties::Untyped(policy) => Some(public_policy::admits_no_stranger(
            &policy.get("PolicyDocument"),
            "PolicyDocument",
            public_policy::missing,
        )),
        _ => None,
    }
}

fn data_protection(group: &LogGroup, _: &Yardstick) -> Option<Verdict> {
    match group.log_group_class.known() {
        Ok(None) => {}
        Ok(Some(class)) if class == "STANDARD" => {}
        Ok(Some(_)) => return None,
        Err(why) => return Some(Verdict::inconclusive(why).at(CLASS)),
    }
    let none = || Verdict::fail("no DataProtectionPolicy: the group itself masks nothing");
    Some(group.data_protection_policy.judge(|_| Verdict::Pass, none).at("DataProtectionPolicy"))
}
