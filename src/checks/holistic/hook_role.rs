//! What the roles of lifecycle hooks may do.

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{
        Observed, Part, Text, Why,
        iam::{Granted, Grants, Role, Statement, grants, matches_action},
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const HOOK_ROLE_LEAST_PRIVILEGE: Check = Check {
    id: "hook-role-least-privilege",
    title: "A lifecycle hook may read the stack and report to CodeDeploy, and nothing else",
    why: "The hook runs inside every release with whatever code was last merged. A right to write makes it the easiest \
          way into the stack; a missing right to report makes every deployment wait an hour and fail.",
    fix: "Allow codedeploy:PutLifecycleEventHookExecutionStatus on the deployment group, Get, List and Describe actions, \
          lambda:InvokeFunction on the versions it probes, its own logs, traces and metrics, and dynamodb:PutItem on the \
          one table where it keeps a history.",
    absent: "What no policy allows is denied.",
    reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::Function, Need::Roles],
    applies: Applies::Stack(&["AWS::IAM::Role"], hook_role_least_privilege),
};

const REPORT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";

/// How a hook keeps what it saw.
const KEEP: &str = "dynamodb:PutItem";

/// What a hook may do besides reading: report, probe, and say and keep what it saw.
const HARMLESS: &[&str] = &[
    REPORT,
    "lambda:InvokeFunction",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "cloudwatch:PutMetricData",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
    "appconfig:StartConfigurationSession",
    KEEP,
];

/// Reads of what nobody should read on the side: secrets, and data in clear.
const SECRET_READS: &[&str] = &[
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
];

/// Verbs that change nothing.
const READS: &[&str] =
    &["Get", "List", "Describe", "BatchGet", "Head", "Lookup", "Search", "Simulate", "Query", "Scan"];

/// Managed policies that give no more than [`HARMLESS`].
const HARMLESS_POLICIES: &[&str] = &[
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
];

fn hook_role_least_privilege(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    let hooks = stack.canaries.iter().flat_map(|canary| &canary.hooks);
    for id in hooks.filter_map(|hook| hook.target.function()) {
        let Some(function) = stack.function(id) else { continue };
        let why = match &function.role {
            Observed::Present(arn) => match stack.role(arn) {
                Ok(Some((role_id, role))) => {
                    verdicts.say(role_id, judge(role));
                    continue;
                }
                Ok(None) => Why::NotObserved("the role of the hook is not in this stack".to_owned()),
                Err(why) => why,
            },
            Observed::Absent => Why::Malformed("a function without Role".to_owned()),
            Observed::Unknown(why) => why.clone(),
        };
        verdicts.say(id, Verdict::inconclusive(why).at("Role"));
    }
    verdicts.0
}

fn judge(role: &Role) -> Verdict {
    let grants = grants(role);
    let mut verdict = Verdict::Pass;
    for granted in &grants.statements {
        verdict = verdict.worse(judge_statement(granted.statement).place(place(granted)));
    }
    for policy in &grants.managed {
        verdict = verdict.worse(judge_managed(policy).at("ManagedPolicyArns"));
    }
    if let Some(why) = &grants.unknown {
        verdict = verdict.worse(Verdict::inconclusive(why.clone()));
    } else if !reports(&grants) {
        verdict = verdict.worse(Verdict::fail(format!("no policy allows {REPORT}: the hook can never answer")));
    }
    verdict
}

/// Where a statement stands.
fn place(granted: &Granted<'_>) -> Place {
    Place { resource: granted.policy.cloned(), property: granted.property.clone() }
}

/// Whether some statement may allow the report.
fn reports(grants: &Grants<'_>) -> bool {
    let by_statement = grants.statements.iter().any(|Granted { statement, .. }| {
        let actions = statement.action.present().map_or(&[][..], |actions| &actions.0);
        // What is not known may be it; the statement's own verdict says that it is not known.
        let acts = actions.iter().any(|action| matches_action(action, REPORT) != Ok(false));
        let all_but = !statement.not_action.is_absent() || matches!(statement.action, Observed::Unknown(_));
        statement.allows() != Ok(false) && (acts || all_but)
    });
    by_statement || grants.managed.iter().any(|policy| is_unlimited(policy))
}

fn is_unlimited(policy: &str) -> bool {
    policy == "AdministratorAccess" || policy.contains("PowerUser") || policy.ends_with("FullAccess")
}

fn judge_managed(policy: &str) -> Verdict {
    if is_unlimited(policy) {
        return Verdict::fail(format!("{policy} lets the hook change whatever it likes"));
    }
    if HARMLESS_POLICIES.contains(&policy) || policy.contains("ReadOnly") || policy == "SecurityAudit" {
        return Verdict::Pass;
    }
    Verdict::inconclusive(Why::NotObserved(format!("what the managed policy {policy} allows is not known")))
}

fn judge_statement(statement: &Statement) -> Verdict {
    match statement.allows() {
        Ok(true) => {}
        Ok(false) => return Verdict::Pass,
        Err(why) => return Verdict::inconclusive(why),
    }
    if !statement.not_action.is_absent() {
        return Verdict::fail("allows everything but what NotAction names");
    }
    let actions = match &statement.action {
        Observed::Present(actions) => actions,
        Observed::Absent => return Verdict::inconclusive(Why::Malformed("a statement without Action".to_owned())),
        Observed::Unknown(why) => return Verdict::inconclusive(why.clone()),
    };
    let judged = |everywhere| actions.iter().map(move |action| judge_action(action, everywhere));
    let surely = judged(is_everywhere(statement)).fold(Verdict::Pass, Verdict::worse);
    match unknown_resource(statement) {
        // It may be everything.
        Some(why) if judged(true).fold(Verdict::Pass, Verdict::worse) != surely => {
            surely.worse(Verdict::inconclusive(why))
        }
        _ => surely,
    }
}

/// Why nobody knows a resource of the statement at all. A part of an ARN that a parameter gives is a name.
fn unknown_resource(statement: &Statement) -> Option<Why> {
    let whole = |text: &Text| match text.parts() {
        [Part::Unknown(why)] => Some(why.clone()),
        _ => None,
    };
    match &statement.resource {
        Observed::Present(resources) => resources.iter().find_map(whole),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(why.clone()),
    }
}

/// Whether the statement speaks of every resource.
fn is_everywhere(statement: &Statement) -> bool {
    let every = |text: &Text| {
        let end = text.literal_suffix();
        text.as_str() == Some("*") || end.ends_with(":function:*") || end.ends_with(":table/*")
    };
    statement.resource.present().is_some_and(|resources| resources.iter().any(every))
}

fn judge_action(action: &Text, everywhere: bool) -> Verdict {
    let Some(written) = action.as_str() else { return Verdict::inconclusive(action.why_unresolved()) };
    let verb = written.split_once(':').map_or(written, |(_, verb)| verb);
    let reads = READS.iter().any(|read| {
        let known = verb.split(['*', '?']).next().unwrap_or(verb);
        // IAM takes actions in any letter case.
        known.get(..read.len()).is_some_and(|start| start.eq_ignore_ascii_case(read))
    });
    if reads {
        let secret = SECRET_READS.iter().find(|secret| everywhere && matches_action(action, secret) != Ok(false));
        return secret.map_or(Verdict::Pass, |secret| {
            Verdict::partial(50, format!("allows {secret} on every resource: a hook has no need of all secrets"))
        });
    }
    if written.contains(['*', '?']) {
        return Verdict::fail(format!("allows {written}, which changes things too"));
    }
    let is = |known: &str| written.eq_ignore_ascii_case(known);
    if !HARMLESS.iter().any(|known| is(known)) {
        return Verdict::partial(50, format!("allows {written}, which a hook has no need of"));
    }
    match everywhere {
        true if is("lambda:InvokeFunction") => {
            Verdict::partial(70, "allows lambda:InvokeFunction on every function, not only those it probes")
        }
        true if is(KEEP) => Verdict::partial(50, format!("allows {KEEP} on every table, not only on its history")),
        true if is(REPORT) => {
            Verdict::partial(80, format!("allows {REPORT} on every deployment group, not only its own"))
        }
        _ => Verdict::Pass,
    }
}
