//! What AWS Config says: one check for each rule that is known by name, and one for all others.
//!
//! A second opinion, and a late one: AWS Config looks at a resource minutes after it was changed, so right after a
//! deployment an evaluation is mostly older than what it speaks of, and then inconclusive. Hence
//!
//! * opt-in: where AWS Config is off or has no rules, every bucket, table and function would cost a call for nothing
//!   (one each, one more for each further page, and one for the account if there are tables);
//! * never critical: an open door is judged by the checks that look at it themselves, and policy by default lets no
//!   critical finding be inconclusive.
//!
//! A rule that does not evaluate the resource, or finds that it does not apply to it, is no verdict: AWS Config
//! switched off is not a failure, and never a pass.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Why,
        config::{Compliance, Evaluation},
    },
    need::Need,
};

const BUCKET: &[&str] = &["AWS::S3::Bucket"];
const TABLE: &[&str] = &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"];
const FUNCTION: &[&str] = &["AWS::Lambda::Function"];
const ALL: &[&str] =
    &["AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::Lambda::Function"];

/// What the checks of this file have in common.
const RULE: Check = Check {
    id: "",
    title: "",
    why: "",
    fix: "",
    absent: "Not judged: the rule does not evaluate the resource, or AWS Config is switched off.",
    reference: "",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::OptIn,
    needs: &[Need::ConfigCompliance],
    applies: Applies::EachEvaluated(ALL, others),
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "config-s3-bucket-logging-enabled",
        title: "AWS Config finds that the bucket writes access logs",
        why: "Without access logs nobody can say afterwards who read or changed what.",
        fix: "Set LoggingConfiguration.DestinationBucketName.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-logging-enabled.html",
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-logging-enabled")),
        ..RULE
    },
    Check {
        id: "config-s3-bucket-replication-enabled",
        title: "AWS Config finds that the bucket is replicated",
        why: "Without a replica the data of a bucket is as far away as the region that holds it.",
        fix: "Set ReplicationConfiguration with an enabled rule.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-replication-enabled.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-replication-enabled")),
        ..RULE
    },
    Check {
        id: "config-s3-bucket-versioning-enabled",
        title: "AWS Config finds that the bucket keeps versions",
        why: "Without versions whatever overwrites or deletes an object does so for good.",
        fix: "Set VersioningConfiguration.Status to Enabled.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-versioning-enabled.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-versioning-enabled")),
        ..RULE
    },
    Check {
        id: "config-s3-bucket-public-write-prohibited",
        title: "AWS Config finds that the public cannot write to the bucket",
        why: "Whoever may write to a bucket may replace what it holds, and fill it at its owner's cost.",
        fix: "Set all four flags of PublicAccessBlockConfiguration, and take public grants out of policy and ACL.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-public-write-prohibited.html",
        severity: Severity::High,
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-public-write-prohibited")),
        ..RULE
    },
    Check {
        id: "config-s3-bucket-public-read-prohibited",
        title: "AWS Config finds that the public cannot read the bucket",
        why: "A bucket that anybody may read is found within days, and what was read cannot be taken back.",
        fix: "Set all four flags of PublicAccessBlockConfiguration, and take public grants out of policy and ACL.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-public-read-prohibited.html",
        severity: Severity::High,
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-public-read-prohibited")),
        ..RULE
    },
    Check {
        id: "config-s3-bucket-ssl-requests-only",
        title: "AWS Config finds that the bucket refuses requests without TLS",
        why: "Without TLS objects and signatures cross the network for everybody on the way to read.",
        fix: "Add a bucket policy that denies s3:* where aws:SecureTransport is false.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-ssl-requests-only.html",
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-ssl-requests-only")),
        ..RULE
    },
    Check {
        id: "config-s3-bucket-server-side-encryption-enabled",
        title: "AWS Config finds that the bucket encrypts what it stores",
        why: "The rule also asks that a policy does not take other encryption than the bucket's default.",
        fix: "Set BucketEncryption, or take what contradicts it out of the bucket policy.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-server-side-encryption-enabled.html",
        applies: Applies::EachEvaluated(BUCKET, |found, _| rule(found, "s3-bucket-server-side-encryption-enabled")),
        ..RULE
    },
    Check {
        id: "config-dynamodb-autoscaling-enabled",
        title: "AWS Config finds that the table scales with its load",
        why: "A fixed capacity is either paid for in vain or refuses requests at the worst moment.",
        fix: "Set BillingMode to PAY_PER_REQUEST, or register the table and its indexes with Application Auto Scaling.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/dynamodb-autoscaling-enabled.html",
        pillar: Pillar::Performance,
        applies: Applies::EachEvaluated(TABLE, |found, _| rule(found, "dynamodb-autoscaling-enabled")),
        ..RULE
    },
    Check {
        id: "config-dynamodb-throughput-limit-check",
        title: "AWS Config finds room left in the account's DynamoDB throughput",
        why: "The rule speaks of the whole account: at its limit no table can grow, and none can be created.",
        fix: "Lower what is provisioned, or have the account's quota raised.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/dynamodb-throughput-limit-check.html",
        pillar: Pillar::Performance,
        severity: Severity::Low,
        applies: Applies::EachEvaluated(TABLE, |found, _| rule(found, "dynamodb-throughput-limit-check")),
        ..RULE
    },
    Check {
        id: "config-lambda-function-public-access-prohibited",
        title: "AWS Config finds that the public cannot invoke the function",
        why: "Whoever may invoke a function runs its code with its role, and at its owner's cost.",
        fix: "Remove permissions with the Principal * that no SourceArn or SourceAccount limits.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/lambda-function-public-access-prohibited.html",
        severity: Severity::High,
        applies: Applies::EachEvaluated(FUNCTION, |found, _| rule(found, "lambda-function-public-access-prohibited")),
        ..RULE
    },
    Check {
        id: "config-lambda-function-settings-check",
        title: "AWS Config finds the function's settings as the owner of the rule wants them",
        why: "The rule compares runtime, role, timeout and memory with what its owner wrote into it.",
        fix: "Set Runtime, Role, Timeout or MemorySize to what the rule's parameters name.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/lambda-function-settings-check.html",
        pillar: Pillar::Operations,
        applies: Applies::EachEvaluated(FUNCTION, |found, _| rule(found, "lambda-function-settings-check")),
        ..RULE
    },
    Check {
        id: "config-other-rules",
        title: "Every other rule of AWS Config that evaluates the resource finds it compliant",
        why: "Rules that an owner wrote or switched on say what matters in this account; no catalogue knows them.",
        fix: "Look at the rule that the finding names in AWS Config: it says what it asks for.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config.html",
        ..RULE
    },
];

/// The managed rules that have a check of their own.
const KNOWN: &[&str] = &[
    "s3-bucket-logging-enabled",
    "s3-bucket-replication-enabled",
    "s3-bucket-versioning-enabled",
    "s3-bucket-public-write-prohibited",
    "s3-bucket-public-read-prohibited",
    "s3-bucket-ssl-requests-only",
    "s3-bucket-server-side-encryption-enabled",
    "dynamodb-autoscaling-enabled",
    "dynamodb-throughput-limit-check",
    "lambda-function-public-access-prohibited",
    "lambda-function-settings-check",
];

/// Rules that a reason names, before it says how many there are besides.
const MOST_NAMED: usize = 5;

/// What one managed rule says.
fn rule(found: &Compliance, managed: &str) -> Option<Verdict> {
    said(found, |evaluation| evaluation.is_of(managed))
}

/// What all rules say that have no check of their own.
fn others(found: &Compliance, _: &Yardstick) -> Option<Verdict> {
    said(found, |evaluation| !KNOWN.iter().any(|managed| evaluation.is_of(managed)))
}

/// The worst that the rules picked say; nothing where none of them judges the resource.
fn said(found: &Compliance, of: impl Fn(&Evaluation) -> bool) -> Option<Verdict> {
    let evaluations = match found {
        Observed::Present(evaluations) => evaluations,
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why.clone())),
    };
    let mut against = Vec::new();
    let mut verdict: Option<Verdict> = None;
    for evaluation in evaluations {
        let said = match evaluation {
            Observed::Present(evaluation) if of(evaluation) => match evaluation.compliance_type.known() {
                Ok(Some(kind)) if kind == "COMPLIANT" => Verdict::Pass,
                Ok(Some(kind)) if kind == "NON_COMPLIANT" => {
                    against.push(in_words(evaluation));
                    continue;
                }
                Ok(Some(kind)) if kind == "NOT_APPLICABLE" => continue,
                Ok(kind) => Verdict::inconclusive(undecided(evaluation, kind)),
                Err(why) => Verdict::inconclusive(why),
            },
            Observed::Present(_) | Observed::Absent => continue,
            // It may be any rule's.
            Observed::Unknown(why) => Verdict::inconclusive(why.clone()),
        };
        verdict = Some(verdict.map_or(said.clone(), |before| before.worse(said)));
    }
    if against.is_empty() { verdict } else { Some(Verdict::fail(not_compliant(&against))) }
}

/// The rule by its name, with what it said.
fn in_words(evaluation: &Evaluation) -> String {
    let name = evaluation.config_rule_name.present().map_or("a rule without name", String::as_str);
    match evaluation.annotation.present().filter(|annotation| !annotation.trim().is_empty()) {
        Some(annotation) => format!("{name} ({})", annotation.trim()),
        None => name.to_owned(),
    }
}

fn not_compliant(rules: &[String]) -> String {
    let named: Vec<&str> = rules.iter().take(MOST_NAMED).map(String::as_str).collect();
    let rest = rules.len() - named.len();
    let rest = if rest == 0 { String::new() } else { format!(", and {rest} more") };
    format!("not compliant with {}{rest}", named.join(", "))
}

fn undecided(evaluation: &Evaluation, kind: Option<&String>) -> Why {
    let said = kind.map_or("nothing", String::as_str);
    Why::NotObserved(format!("AWS Config says {said} for {}", in_words(evaluation)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rule of [`KNOWN`] without a check would be judged by none: `config-other-rules` leaves it out.
    #[test]
    fn every_rule_that_is_known_has_a_check() {
        let ids: Vec<&str> = CHECKS.iter().map(|check| check.id).collect();
        assert!(KNOWN.iter().all(|rule| ids.contains(&format!("config-{rule}").as_str())));
        assert_eq!(ids.len(), KNOWN.len() + 1);
    }
}
