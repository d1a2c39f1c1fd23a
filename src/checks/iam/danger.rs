//! Actions that hand out what everything else hangs on: data, credentials, keys, permissions.
//!
//! They are needed, on certain resources. Each list is a choice of those that the Service Authorization Reference gives a
//! resource type, so that every one of them can be limited.

use super::{
    Judged, statement,
    statement::{Breadth, Limit},
    worst,
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Why,
        iam::{Held, Statement},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "iam-no-passrole-wildcard",
        title: "No policy lets every role be passed to a service",
        why: "Whoever may pass any role to a service acts through it with the most powerful role of the account.",
        fix: "Name the roles in Resource, and the service in a condition on iam:PassedToService.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_passrole_wildcard),
    },
    Check {
        id: "iam-no-data-exfiltration",
        title: "No policy lets every bucket, parameter or secret of the account be read",
        why: "One function that is taken over then reads what every other application of the account stores.",
        fix: "Name the buckets, parameters and secrets in Resource.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_least_privileges.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_data_exfiltration),
    },
    Check {
        id: "iam-no-credentials-exposure",
        title: "No policy hands out credentials of every identity",
        why: "sts:AssumeRole on * takes on every role that trusts the account; access keys made for any user outlive \
              the break-in.",
        fix: "Name the roles, users and databases in Resource.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-permissions.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_credentials_exposure),
    },
    Check {
        id: "iam-no-permissions-management",
        title: "No policy lets permissions of every resource be changed",
        why: "Whoever may rewrite policies of resources opens them to any account, and no code change is needed for it.",
        fix: "Name the resources; keep changes of permissions to the role that deploys.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_permissions_management),
    },
    Check {
        id: "iam-no-decrypt-all-keys",
        title: "No policy lets everything be decrypted with every KMS key",
        why: "A key is a second lock only where not every role may turn it.",
        fix: "Name the keys' ARNs in Resource, or their aliases in a condition on kms:ResourceAliases.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_decrypt_all_keys),
    },
];

const PASS_ROLE: &[&str] = &["iam:PassRole"];

const DATA: &[&str] = &[
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

const CREDENTIALS: &[&str] = &[
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
    "connect:GetFederationToken",
    "ec2:GetPasswordData",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateLoginProfile",
    "rds-db:connect",
    "redshift-serverless:GetCredentials",
    "redshift:GetClusterCredentials",
    "redshift:GetClusterCredentialsWithIAM",
    "sts:AssumeRole",
    "sts:GetFederationToken",
];

const PERMISSIONS: &[&str] = &[
    "backup:PutBackupVaultAccessPolicy",
    "dynamodb:PutResourcePolicy",
    "ecr:SetRepositoryPolicy",
    "elasticfilesystem:PutFileSystemPolicy",
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DetachRolePolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "lambda:AddLayerVersionPermission",
    "lambda:AddPermission",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutObjectAcl",
    "secretsmanager:PutResourcePolicy",
    "sns:AddPermission",
    "sqs:AddPermission",
    "ssm:ModifyDocumentPermission",
];

const DECRYPTION: &[&str] = &["kms:Decrypt", "kms:ReEncryptFrom"];

fn no_passrole_wildcard(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| unlimited(statement, PASS_ROLE, "role"))
}

fn no_data_exfiltration(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| unlimited(statement, DATA, "resource"))
}

fn no_credentials_exposure(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| unlimited(statement, CREDENTIALS, "resource"))
}

fn no_permissions_management(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| unlimited(statement, PERMISSIONS, "resource"))
}

fn no_decrypt_all_keys(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| unlimited(statement, DECRYPTION, "key"))
}

/// Fails where the statement grants one of the actions on every resource of its kind; a condition that does not say
/// which resources makes it weaker.
fn unlimited(statement: &Statement, actions: &[&str], kind: &str) -> Judged {
    let mut unknown: Option<Why> = None;
    for action in actions {
        let granted = statement::grants(statement, action);
        let breadth = statement::breadth(statement, action);
        if granted == Ok(false) || breadth == Ok(Breadth::Some) {
            continue;
        }
        match granted.and(breadth) {
            Err(why) => unknown = unknown.or(Some(why)),
            Ok(_) => {
                return Ok(match statement::limit(statement)? {
                    Limit::None => Verdict::fail(format!("allows {action} on every {kind}")),
                    Limit::Resources => Verdict::Pass,
                    Limit::Circumstances => {
                        let text = format!("allows {action} on every {kind}, under a condition that names none");
                        Verdict::partial(50, text)
                    }
                });
            }
        }
    }
    unknown.map_or(Ok(Verdict::Pass), Err)
}
