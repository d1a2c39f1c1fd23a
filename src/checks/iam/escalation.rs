//! Sets of actions by which an identity gives itself what it was not given.

use super::{
    statement,
    statement::{Breadth, Limit},
    statements,
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Why,
        iam::{Held, Known, PolicyDocument, Statement, all_known, any_known},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[Check {
    id: "iam-no-privilege-escalation",
    title: "No set of permissions lets an identity widen its own permissions",
    why: "Some actions add up to every other: a new version of one's own policy, or a function that runs with a role one \
          may pass to it. Whoever takes over the code takes over the account.",
    fix: "Name the roles, policies and functions in Resource, leave one action of the set out, or deny it.",
    absent: "A role without policies has none to judge.",
    reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    pillar: Pillar::Security,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::IdentityPolicies],
    applies: Applies::EachPolicy(no_privilege_escalation),
}];

/// Each set is enough by itself, where every action of it is granted on every resource of its kind.
///
/// What a service needs to be passed a role for stands with `iam:PassRole`; what only lets an attacker see the outcome
/// is left out.
const WAYS: &[&[&str]] = &[
    &["iam:CreatePolicyVersion"],
    &["iam:SetDefaultPolicyVersion"],
    &["iam:AttachRolePolicy"],
    &["iam:AttachUserPolicy"],
    &["iam:AttachGroupPolicy"],
    &["iam:PutRolePolicy"],
    &["iam:PutUserPolicy"],
    &["iam:PutGroupPolicy"],
    &["iam:AddUserToGroup"],
    &["iam:CreateAccessKey"],
    &["iam:CreateLoginProfile"],
    &["iam:UpdateLoginProfile"],
    &["iam:UpdateAssumeRolePolicy", "sts:AssumeRole"],
    &["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
    &["iam:PassRole", "lambda:CreateFunction", "lambda:AddPermission"],
    &["iam:PassRole", "lambda:CreateFunction", "lambda:CreateEventSourceMapping"],
    &["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"],
    &["iam:PassRole", "cloudformation:CreateStack"],
    &["iam:PassRole", "ec2:RunInstances"],
    &["iam:PassRole", "ecs:RunTask"],
    &["iam:PassRole", "codebuild:CreateProject", "codebuild:StartBuild"],
    &["iam:PassRole", "glue:CreateDevEndpoint"],
    &["iam:PassRole", "glue:CreateJob", "glue:StartJobRun"],
    &["iam:PassRole", "sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"],
    &["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"],
    &["lambda:UpdateFunctionCode"],
    &["glue:UpdateDevEndpoint"],
];

type Document = Observed<PolicyDocument>;

fn no_privilege_escalation(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    let own: Vec<&Document> = held.own.iter().map(|(_, document)| *document).collect();
    if own.is_empty() && held.attached.len() < 2 && held.unknown.is_none() {
        return None;
    }
    let all = [own.as_slice(), held.attached.as_slice()].concat();
    let missing = held.unknown.as_ref().map(|(why, _)| why).or(held.attached_unknown.as_ref());
    let mut verdict = Verdict::Pass;
    for way in WAYS {
        // A policy that is enough by itself is the one to change.
        if held.attached.iter().any(|attached| granted(way, &[*attached], true) == Ok(true)) {
            continue;
        }
        verdict = verdict.worse(judge(way, &all, missing));
    }
    if let (Some((why, property)), Verdict::Pass) = (&held.unknown, &verdict) {
        return Some(Verdict::inconclusive(why.clone()).at(property));
    }
    let place = match held.own.as_slice() {
        [(property, _)] => property.as_str(),
        _ => "Policies",
    };
    Some(verdict.at(place))
}

fn judge(way: &[&str], documents: &[&Document], missing: Option<&Why>) -> Verdict {
    let named = way.join(" and ");
    match (granted(way, documents, false), granted(way, documents, true)) {
        (Ok(true), _) => Verdict::fail(format!("{named} on every resource let it widen its own permissions")),
        (_, Ok(true)) => {
            Verdict::partial(50, format!("{named} let it widen its own permissions, if a condition holds"))
        }
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
        (Ok(false), Ok(false)) => match missing {
            // What nobody could read may hold the rest of the set.
            Some(why) if way.iter().any(|action| granted(&[action], documents, true) == Ok(true)) => {
                Verdict::inconclusive(why.clone())
            }
            _ => Verdict::Pass,
        },
    }
}

/// Whether the documents together grant the whole set on every resource; `if_so`: with conditions taken to hold.
fn granted(way: &[&str], documents: &[&Document], if_so: bool) -> Known {
    all_known(way.iter().map(|action| {
        let allowed = any_known(each_statement(documents).map(|statement| allows(statement?, action, if_so)));
        if allowed == Ok(false) {
            return Ok(false);
        }
        let denied = any_known(each_statement(documents).map(|statement| denies(statement?, action)));
        all_known([allowed, denied.map(|denied| !denied)])
    }))
}

/// Every statement of the documents, or why one of them is not known.
fn each_statement<'a>(documents: &[&'a Document]) -> impl Iterator<Item = Result<&'a Statement, Why>> {
    documents.iter().flat_map(|document| match statements(document) {
        Ok(statements) => statements.filter_map(|(_, statement)| statement.known().transpose()).collect(),
        Err(why) => vec![Err(why)],
    })
}

fn allows(statement: &Statement, action: &str, if_so: bool) -> Known {
    if !statement.allows()? {
        return Ok(false);
    }
    let wide = statement::breadth(statement, action).map(|breadth| breadth != Breadth::Some);
    let unconditional = match statement::limit(statement) {
        Ok(limit) => Ok(limit == Limit::None || if_so && limit == Limit::Circumstances),
        Err(why) => Err(why),
    };
    all_known([statement::grants(statement, action), wide, unconditional])
}

/// Only a denial without a condition, on everything, certainly takes the action away.
fn denies(statement: &Statement, action: &str) -> Known {
    if statement.allows()? || statement.condition.known()?.is_some() {
        return Ok(false);
    }
    let everywhere = statement::breadth(statement, action).map(|breadth| breadth == Breadth::All);
    all_known([statement::grants(statement, action), everywhere])
}
