//! What the policy of a topic grants, and what it refuses.

use super::topic::encrypted;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        attached::{self, TOPICS, TOPICS_AND_POLICIES},
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
        id: "sns-tls-only",
        title: "Topic policy refuses messages that are published without TLS",
        why: "SNS answers plain HTTP too: messages and signatures then cross the network in the open.",
        fix: "Deny sns:Publish to Principal * on the topic where Bool aws:SecureTransport is false.",
        absent: "SNS's own policy denies nothing. A topic with a KMS key takes HTTPS only.",
        reference: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Topics, Need::TopicPolicies],
        applies: Applies::EachInStack(&["AWS::SNS::Topic"], tls_only),
    },
    Check {
        id: "sns-policy-not-public",
        title: "Topic policy grants nothing to everybody",
        why: "Whoever may publish speaks to every subscriber in the topic's name; whoever may subscribe reads all of it.",
        fix: "Name the principals, or limit them with aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID and fixed values.",
        absent: "SNS's own policy lets in the account of the topic alone; the check does not apply.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Topics, Need::TopicPolicies],
        applies: Applies::EachInStack(TOPICS_AND_POLICIES, not_public),
    },
    Check {
        id: "sns-policy-no-allow-notaction",
        title: "Topic policy allows nothing by exception",
        why: "Allow with NotAction or NotPrincipal grants everything to everybody but the few that are named.",
        fix: "Write Principal and Action, and name whom and what you mean.",
        absent: "SNS's own policy names its actions; the check does not apply.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Topics, Need::TopicPolicies],
        applies: Applies::EachInStack(TOPICS_AND_POLICIES, no_exceptions),
    },
];

const PUBLIC: Words =
    Words { text: "it allows everybody, and no condition limits them to known callers", element: ".Principal" };
const EXCEPTIONS: Words = Words { text: "it allows by NotPrincipal or NotAction", element: "" };
/// What has to be denied, and the words for where it is not. A topic's policy takes no `sns:*`.
const PUBLISH: (fn(&Statement) -> Known, &str) =
    (|statement| grants::grants_any(statement, &["sns:Publish"]), "not for sns:Publish");

fn not_public(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    attached::each(resource, stack, &TOPICS, |document, place| {
        statements::observed(document, place, PUBLIC, grants::to_everybody)
    })
}

fn no_exceptions(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    attached::each(resource, stack, &TOPICS, |document, place| {
        statements::observed(document, place, EXCEPTIONS, grants::by_exception)
    })
}

fn tls_only(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let Properties::Topic(topic) = &resource.properties else { return None };
    let subject = topic.subject(&resource.reference.logical_id);
    let refused = attached::on_owner(resource, stack, &TOPICS, |document, place| {
        let missing = || Verdict::inconclusive(Why::Malformed(format!("the policy has no {place}")));
        document
            .judge(|document| tls::required_of_one(document, subject, PUBLISH), missing)
            .at(format!("{place}.Statement"))
    });
    Some(tls::or_by_encryption(refused, encrypted(topic), "topic"))
}
