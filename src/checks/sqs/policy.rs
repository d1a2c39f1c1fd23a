//! What the policy of a queue grants, and what it refuses.

use super::queue::encrypted;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        attached::{self, QUEUES, QUEUES_AND_POLICIES},
        grants,
        statements::{self, Words},
        tls,
    },
    facts::{
        Properties, Resource, Why,
        iam::{Known, Statement},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sqs-tls-only",
        title: "Queue policy refuses requests without TLS",
        why: "SQS answers plain HTTP too: messages and signatures then cross the network in the open.",
        fix: "Deny sqs:* to Principal * on the queue where Bool aws:SecureTransport is false.",
        absent: "Without a policy a queue that encrypts takes HTTPS only; another one answers HTTP.",
        reference: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Queue, Need::QueuePolicies],
        applies: Applies::EachInStack(&["AWS::SQS::Queue"], tls_only),
    },
    Check {
        id: "sqs-policy-not-public",
        title: "Queue policy grants nothing to everybody",
        why: "Whoever may send to the queue decides what its consumers work on; whoever may receive takes messages away.",
        fix: "Name the principals, or limit them with aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID and fixed values.",
        absent: "Without a policy nothing is granted; the check does not apply.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Queue, Need::QueuePolicies],
        applies: Applies::EachInStack(QUEUES_AND_POLICIES, not_public),
    },
    Check {
        id: "sqs-policy-no-full-access",
        title: "Queue policy grants no action wholesale",
        why: "sqs:* contains the actions that purge the queue, delete it and rewrite its policy.",
        fix: "List the actions that are needed, sqs:SendMessage for example.",
        absent: "Without a policy nothing is granted; the check does not apply.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/sqs-queue-policy-full-access-check.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Queue, Need::QueuePolicies],
        applies: Applies::EachInStack(QUEUES_AND_POLICIES, no_full_access),
    },
];

const PUBLIC: Words =
    Words { text: "it allows everybody, and no condition limits them to known callers", element: ".Principal" };
/// What has to be denied, and the words for where less is.
const EVERY_ACTION: (fn(&Statement) -> Known, &str) =
    (|statement| grants::covers_every_action(statement, "sqs"), "not for every action");
const FULL_ACCESS: Words = Words { text: "it allows every SQS action", element: ".Action" };

fn not_public(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    attached::each(resource, stack, &QUEUES, |document, place| {
        statements::observed(document, place, PUBLIC, grants::to_everybody)
    })
}

fn no_full_access(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    attached::each(resource, stack, &QUEUES, |document, place| {
        statements::observed(document, place, FULL_ACCESS, |statement| grants::every_action(statement, "sqs"))
    })
}

fn tls_only(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let Properties::Queue(queue) = &resource.properties else { return None };
    let subject = queue.subject(&resource.reference.logical_id);
    let refused = attached::on_owner(resource, stack, &QUEUES, |document, place| {
        let missing = || Verdict::inconclusive(Why::Malformed(format!("the policy has no {place}")));
        document
            .judge(|document| tls::required_of_one(document, subject, EVERY_ACTION), missing)
            .at(format!("{place}.Statement"))
    });
    Some(tls::or_by_encryption(refused, encrypted(queue), "queue"))
}
