//! Roles themselves: who may take one on, and how it comes by its permissions.

use super::{Judged, worst};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::grants::{to_everybody, to_other_accounts},
    facts::{
        Observed, Properties, Resource, Text, Why,
        iam::{Account, Condition, Held, Known, Role, Statement, account_of},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "iam-trust-not-public",
        title: "Role can be assumed only by those it is meant for",
        why: "A trust policy for everybody, or for another account without a condition, lends the role's permissions to \
              whoever finds its ARN.",
        fix: "Name the service or the role in Principal; for another account add a condition on sts:ExternalId or \
              aws:PrincipalOrgID, for an identity provider one on its audience and subject.",
        absent: "AssumeRolePolicyDocument is required.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachInStack(&["AWS::IAM::Role"], trust),
    },
    Check {
        id: "iam-no-aws-managed-policy",
        title: "Role carries no broad policy that AWS manages",
        why: "AWS writes its managed policies for everybody: most speak of every resource, *FullAccess of every action, \
              and AWS adds to them without asking.",
        fix: "Write a policy with the actions and ARNs the code needs; in SAM use policy templates. Allow others by the \
              parameter allowedManagedPolicies.",
        absent: "A role without ManagedPolicyArns carries none.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachRole(no_aws_managed_policy),
    },
    Check {
        id: "iam-no-inline-policy",
        title: "Permissions stand in managed policies, not inline",
        why: "An inline policy cannot be reused, has no versions, and is missed where managed policies are reviewed.",
        fix: "Write an AWS::IAM::ManagedPolicy and name it in ManagedPolicyArns. SAM writes inline policies, so the check \
              is opt-in.",
        absent: "A role without Policies has none.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/iam-no-inline-policy-check.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachInStack(&["AWS::IAM::Role", "AWS::IAM::Policy"], no_inline_policy),
    },
    Check {
        id: "iam-permission-boundary",
        title: "Role has a permissions boundary",
        why: "A boundary limits what any policy of the role can grant, those included that somebody adds later.",
        fix: "Set PermissionsBoundary to the ARN of a managed policy.",
        absent: "Nothing limits the role but its policies; boundaries are a choice of the organisation, so the check is \
                 opt-in.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachRole(permission_boundary),
    },
];

fn trust(resource: &Resource, stack: &Stack<'_>, yardstick: &Yardstick) -> Option<Verdict> {
    let Properties::Role(role) = &resource.properties else { return None };
    let document = Held::one("AssumeRolePolicyDocument", &role.assume_role_policy_document);
    let (own, trusted) = (&stack.facts.stack.account, yardstick.trusted_accounts.as_slice());
    worst(&document, |statement| trusts(statement, own, trusted))
}

fn trusts(statement: &Statement, own: &Observed<String>, trusted: &[String]) -> Judged {
    if to_everybody(statement)? {
        return Ok(Verdict::fail("everybody may assume the role"));
    }
    if any_identity_of_a_provider(statement)? {
        return Ok(Verdict::fail("every identity of the provider may assume the role: there is no condition"));
    }
    let guard = guard(statement)?;
    Ok(match (guard, to_other_accounts(statement, &[], own, trusted)) {
        (Guard::Caller, _) | (_, Ok(false)) => Verdict::Pass,
        (Guard::Other, Ok(true)) => {
            Verdict::partial(50, "another account may assume the role, under a condition that does not say who calls")
        }
        (Guard::None, Ok(true)) => Verdict::fail("another account may assume the role without a condition"),
        (Guard::None | Guard::Other, Err(why)) => return Err(why),
    })
}

/// Web identities come from outside: of everybody who has an account with the provider. A SAML provider is the
/// company's own.
fn any_identity_of_a_provider(statement: &Statement) -> Known {
    let Some(principal) = statement.principal.known()? else { return Ok(false) };
    let web = principal.of_kind("Federated").iter().any(|provider| !provider.to_string().contains(":saml-provider/"));
    Ok(web && guard(statement)? == Guard::None)
}

/// What the condition of a trust policy asks of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    None,
    /// Something that does not tell callers apart.
    Other,
    /// Who it is, or what only the right one knows or has.
    Caller,
}

/// Beginnings of the keys that tell callers apart; in lower case.
const CALLER_KEYS: &[&str] = &[
    "aws:multifactorauth",
    "aws:principal",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceidentity",
    "aws:sourceip",
    "aws:sourceorg",
    "aws:sourcevpc",
    "aws:userid",
    "sts:externalid",
    "sts:sourceidentity",
];

fn guard(statement: &Statement) -> Result<Guard, Why> {
    statement.condition.known()?.map_or(Ok(Guard::None), guard_of)
}

fn guard_of(condition: &Condition) -> Result<Guard, Why> {
    let mut guard = Guard::None;
    for (operator, key, values) in condition.entries()? {
        let anything = values.iter().any(|value| value.as_str() == Some("*"));
        if operator.holds_without_key() || anything {
            continue;
        }
        let key = key.to_ascii_lowercase();
        if CALLER_KEYS.iter().any(|known| key.starts_with(known)) {
            return Ok(Guard::Caller);
        }
        guard = Guard::Other;
    }
    Ok(guard)
}

fn no_aws_managed_policy(role: &Role, yardstick: &Yardstick) -> Option<Verdict> {
    let arns = match &role.managed_policy_arns {
        Observed::Present(arns) => arns,
        Observed::Absent => return Some(Verdict::Pass),
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why.clone()).at("ManagedPolicyArns")),
    };
    let judged = arns.iter().enumerate().map(|(index, arn)| {
        let judged = match aws_managed(arn) {
            Ok(Some(name)) => managed(name, &yardstick.allowed_managed_policies),
            Ok(None) => Verdict::Pass,
            Err(why) => Verdict::inconclusive(why),
        };
        judged.at(format!("ManagedPolicyArns[{index}]"))
    });
    Some(judged.fold(Verdict::Pass, Verdict::worse))
}

/// The name of a policy of AWS's own, `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`; none of a
/// customer's.
fn aws_managed(arn: &Text) -> Result<Option<&str>, Why> {
    if account_of(arn)? != Account::None {
        return Ok(None);
    }
    // Of an ARN with an open partition the end is known.
    match arn.literal_suffix().split_once(":aws:policy/") {
        Some((_, name)) => Ok(Some(name.rsplit('/').next().unwrap_or(name))),
        None if arn.as_str().is_some() => Ok(None),
        None => Err(arn.why_unresolved()),
    }
}

/// The policies that give more than a service whole.
const OF_EVERYTHING: &[&str] =
    &["AdministratorAccess", "PowerUserAccess", "SystemAdministrator", "DatabaseAdministrator"];

fn managed(name: &str, allowed: &[String]) -> Verdict {
    if allowed.iter().any(|allowed| allowed == name) {
        return Verdict::Pass;
    }
    if OF_EVERYTHING.contains(&name) || name.contains("FullAccess") || name.starts_with("AdministratorAccess") {
        return Verdict::fail(format!("{name} allows every action of what it speaks of"));
    }
    Verdict::partial(50, format!("{name} is written by AWS for everybody, on every resource"))
}

fn no_inline_policy(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::Role(role) => Some(
            role.policies
                .judge(
                    |policies| match policies.len() {
                        0 => Verdict::Pass,
                        1 => Verdict::fail("the role has an inline policy"),
                        many => Verdict::fail(format!("the role has {many} inline policies")),
                    },
                    || Verdict::Pass,
                )
                .at("Policies"),
        ),
        Properties::Policy(_) => Some(Verdict::fail("AWS::IAM::Policy is written inline into what it names")),
        _ => None,
    }
}

fn permission_boundary(role: &Role, _: &Yardstick) -> Option<Verdict> {
    let boundary = match &role.permissions_boundary {
        // A parameter or an import: which policy it is does not matter here.
        Observed::Unknown(Why::Unresolved(_)) => Verdict::Pass,
        boundary => boundary.judge(
            |arn| Verdict::pass_if(arn.as_str() != Some(""), "PermissionsBoundary is empty"),
            || Verdict::fail("the role has no PermissionsBoundary"),
        ),
    };
    Some(boundary.at("PermissionsBoundary"))
}
