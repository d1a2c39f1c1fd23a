//! What a bucket policy grants, and what it refuses.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        grants,
        statements::{self, Words, located},
        tls,
    },
    facts::{
        Observed, Why,
        iam::{Known, PolicyDocument, Statement},
        s3::{AttachedPolicy, Bucket, BucketPolicy},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "s3-tls-only",
        title: "Bucket refuses requests without TLS",
        why: "S3 answers plain HTTP too: data and signatures then cross the network in the open.",
        fix: "Deny s3:* to Principal * on the bucket and on bucket/* where Bool aws:SecureTransport is false.",
        absent: "Without a policy requests over HTTP are answered like those over HTTPS.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketPolicy],
        applies: Applies::EachBucket(tls_only),
    },
    Check {
        id: "s3-policy-no-public-principal",
        title: "Bucket policy grants nothing to everybody",
        why: "A grant to everybody, limited by nothing that a stranger cannot choose, makes the bucket public.",
        fix: "Name the principals, or limit them with StringEquals on aws:SourceArn, aws:SourceAccount, aws:PrincipalOrgID or aws:SourceVpce and fixed values.",
        absent: "Without a policy nothing is granted; the check does not apply.",
        reference: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketPolicy],
        applies: Applies::EachBucketPolicy(bucket_not_public, policy_not_public),
    },
    Check {
        id: "s3-policy-no-wildcard-action",
        title: "Bucket policy grants no action wholesale",
        why: "s3:* contains the actions that delete the bucket and rewrite its policy.",
        fix: "List the actions that are needed, s3:GetObject for example.",
        absent: "Without a policy nothing is granted; the check does not apply.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketPolicy],
        applies: Applies::EachBucketPolicy(bucket_without_wildcard, policy_without_wildcard),
    },
    Check {
        id: "s3-policy-no-cross-account",
        title: "Bucket policy lets no other account rewrite who has access",
        why: "Whoever may change policy, ACLs or encryption of the bucket owns it in all but name.",
        fix: "Drop s3:DeleteBucketPolicy, s3:PutBucketAcl, s3:PutBucketPolicy, s3:PutEncryptionConfiguration and s3:PutObjectAcl from grants to other accounts, or trust the account in the policy of fitgate.",
        absent: "Without a policy no other account has access; the check does not apply.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketPolicy],
        applies: Applies::EachBucketPolicy(bucket_without_strangers, policy_without_strangers),
    },
    Check {
        id: "s3-policy-no-allow-notprincipal",
        title: "Bucket policy allows nothing by exception",
        why: "Allow with NotPrincipal or NotAction grants everything to everybody but the few that are named.",
        fix: "Write Principal and Action, and name whom and what you mean.",
        absent: "Without a policy nothing is granted; the check does not apply.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::BucketPolicy],
        applies: Applies::EachBucketPolicy(bucket_without_exceptions, policy_without_exceptions),
    },
];

/// The actions that Security Hub's control S3.6 lists.
const RULING: &[&str] = &[
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
];

/// What a judge of statements is given besides the statement.
struct Measure<'a> {
    account: &'a Observed<String>,
    yardstick: &'a Yardstick,
}

/// Judges one statement: whether it is at fault, and the words for it.
struct Fault {
    judge: fn(&Statement, &Measure<'_>) -> Known,
    words: Words,
}

const PUBLIC: Fault = Fault {
    judge: |statement, _| grants::to_everybody(statement),
    words: Words { text: "it allows everybody, and no condition limits them to known callers", element: ".Principal" },
};
const WILDCARD: Fault = Fault {
    judge: |statement, _| grants::every_action(statement, "s3"),
    words: Words { text: "it allows every S3 action", element: ".Action" },
};
const STRANGERS: Fault = Fault {
    judge: |statement, measure| {
        grants::to_other_accounts(statement, RULING, measure.account, &measure.yardstick.trusted_accounts)
    },
    words: Words { text: "it lets another account change policy, ACLs or encryption", element: ".Principal" },
};
const EXCEPTIONS: Fault = Fault {
    judge: |statement, _| grants::by_exception(statement),
    words: Words { text: "it allows by NotPrincipal or NotAction", element: "" },
};

fn bucket_not_public(bucket: &Bucket, yardstick: &Yardstick) -> Option<Verdict> {
    on_bucket(bucket, &PUBLIC, yardstick)
}

fn policy_not_public(policy: &BucketPolicy, yardstick: &Yardstick) -> Option<Verdict> {
    on_lone_policy(policy, &PUBLIC, yardstick)
}

fn bucket_without_wildcard(bucket: &Bucket, yardstick: &Yardstick) -> Option<Verdict> {
    on_bucket(bucket, &WILDCARD, yardstick)
}

fn policy_without_wildcard(policy: &BucketPolicy, yardstick: &Yardstick) -> Option<Verdict> {
    on_lone_policy(policy, &WILDCARD, yardstick)
}

fn bucket_without_strangers(bucket: &Bucket, yardstick: &Yardstick) -> Option<Verdict> {
    on_bucket(bucket, &STRANGERS, yardstick)
}

fn policy_without_strangers(policy: &BucketPolicy, yardstick: &Yardstick) -> Option<Verdict> {
    on_lone_policy(policy, &STRANGERS, yardstick)
}

fn bucket_without_exceptions(bucket: &Bucket, yardstick: &Yardstick) -> Option<Verdict> {
    on_bucket(bucket, &EXCEPTIONS, yardstick)
}

fn policy_without_exceptions(policy: &BucketPolicy, yardstick: &Yardstick) -> Option<Verdict> {
    on_lone_policy(policy, &EXCEPTIONS, yardstick)
}

fn on_bucket(bucket: &Bucket, fault: &Fault, yardstick: &Yardstick) -> Option<Verdict> {
    match &bucket.policy {
        Observed::Present(policy) => {
            let measure = Measure { account: &bucket.account, yardstick };
            Some(located(statements(&policy.policy_document, fault, &measure), policy.resource.as_ref()))
        }
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone())),
    }
}

/// A policy that is joined onto a bucket is judged there.
fn on_lone_policy(policy: &BucketPolicy, fault: &Fault, yardstick: &Yardstick) -> Option<Verdict> {
    if policy.bucket_in_stack == Observed::Present(true) {
        return None;
    }
    Some(statements(&policy.policy_document, fault, &Measure { account: &policy.account, yardstick }))
}

fn statements(document: &Observed<PolicyDocument>, fault: &Fault, measure: &Measure<'_>) -> Verdict {
    statements::observed(document, "PolicyDocument", fault.words, |statement| (fault.judge)(statement, measure))
}

fn tls_only(bucket: &Bucket, _: &Yardstick) -> Option<Verdict> {
    let judge = |policy: &AttachedPolicy| {
        let missing = || Verdict::inconclusive(Why::Malformed("the policy has no PolicyDocument".to_owned()));
        let Some(subject) = bucket.subject() else {
            return Verdict::inconclusive(Why::NotObserved("which bucket the policy speaks of".to_owned()));
        };
        let verdict = policy.policy_document.judge(|document| tls::required(document, subject), missing);
        located(verdict.at("PolicyDocument.Statement"), policy.resource.as_ref())
    };
    Some(bucket.policy.judge(judge, || Verdict::fail("the bucket has no policy, so nothing denies plain HTTP")))
}
