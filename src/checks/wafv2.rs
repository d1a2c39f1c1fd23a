//! Checks of AWS WAF: web ACLs, and whom they guard.

use super::named_by::named_by;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Resource, Untyped},
    need::Need,
    stack::Stack,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "wafv2-has-rules",
        title: "Web ACL has a rule",
        why: "A web ACL without rules treats every request alike: it costs its price and looks at nothing.",
        fix: "Add Rules, the managed groups AWSManagedRulesCommonRuleSet and AWSManagedRulesKnownBadInputsRuleSet for \
              example.",
        absent: "The default action alone applies to every request.",
        reference: "https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::WebAcls],
        applies: Applies::Each(&["AWS::WAFv2::WebACL"], has_rules),
    },
    Check {
        id: "wafv2-logging",
        title: "Web ACL logs the requests it looks at",
        why: "Without a log nobody can tell an attack from a rule that turns customers away.",
        fix: "Add an AWS::WAFv2::LoggingConfiguration whose ResourceArn is the web ACL's Arn.",
        absent: "Nothing is logged. A logging configuration of another stack is not seen.",
        reference: "https://docs.aws.amazon.com/waf/latest/developerguide/logging.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::WebAcls],
        applies: Applies::EachInStack(&["AWS::WAFv2::WebACL"], logging),
    },
];

fn has_rules(acl: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(acl.must_be_there("Rules", "the web ACL has no rule"))
}

fn logging(acl: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let logged = named_by(&acl.reference, stack, "AWS::WAFv2::LoggingConfiguration", "ResourceArn");
    Some(Verdict::of(logged, || Verdict::fail("no logging configuration of this stack names the web ACL")))
}

/// Judges whether a web ACL of the stack is associated with the resource.
///
/// One that another stack or AWS Firewall Manager associates is not seen, so checks that ask for it are opt-in.
pub(super) fn guarded(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let guarded = named_by(&resource.reference, stack, "AWS::WAFv2::WebACLAssociation", "ResourceArn");
    Some(Verdict::of(guarded, || Verdict::fail("no web ACL of this stack is associated with it")))
}
