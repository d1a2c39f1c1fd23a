//! The shape of the functions that CodeDeploy calls before and after a shift.

use wildmatch::WildMatch;

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    checks::grants::grants_any,
    facts::{
        Observed, Part, Properties, Target, Text, Why,
        iam::{Granted, Grants, Known, Role, Statement, any_known, grants},
        lambda::Function,
    },
    inventory::LogicalId,
    need::Need,
    stack::{Canary, FunctionTarget, Hook, Stack},
};

pub(super) const HOOK_SHAPE: Check = Check {
    id: "hook-shape",
    title: "A lifecycle hook is a function of its own that CodeDeploy may call, with time to answer",
    why: "A hook that CodeDeploy may not call, that times out, or that is itself in the middle of a shift never answers: \
          the deployment waits for an hour and then fails.",
    fix: "Name the hook CodeDeployHook_…, the only names AWSCodeDeployRoleForLambda may invoke, or grant the service \
          role lambda:InvokeFunction on it; set its Timeout; in SAM set DeploymentPreference.Enabled: false on it.",
    absent: "A generated name does not match CodeDeployHook_*; Timeout is 3 s.",
    reference: "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::StackExports, Need::Function, Need::DeploymentGroup, Need::Roles],
    applies: Applies::Stack(&["AWS::Lambda::Function", "AWS::Lambda::Alias"], hook_shape),
};

/// The names that CodeDeploy's managed policies let it invoke.
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambda.html>
const PREFIX: &str = "CodeDeployHook_";

/// Below this many seconds a hook has hardly time for a cold start, one observation and its answer (our judgement).
const SHORT_SECONDS: u32 = 10;

/// How long CodeDeploy waits for an answer, seconds. Functions on Lambda Managed Instances may run for longer.
/// <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>
const PATIENCE_SECONDS: u32 = 3_600;

fn hook_shape(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for canary in &stack.canaries {
        for hook in &canary.hooks {
            match &hook.target {
                FunctionTarget::Function { function, .. } => {
                    // Of a function that cannot be read the evaluation itself speaks.
                    if let Some(properties) = stack.function(function) {
                        verdicts.say(function, shape(stack, canary, function, properties));
                    }
                }
                FunctionTarget::Elsewhere | FunctionTarget::Unknown(_) => {
                    if let Some(verdict) = foreign(stack, canary, hook) {
                        verdicts.say(&canary.alias, verdict.at(hook.place));
                    }
                }
            }
        }
    }
    verdicts.0
}

fn shape(stack: &Stack<'_>, canary: &Canary, id: &LogicalId, function: &Function) -> Verdict {
    if canary.function.function() == Some(id) {
        return Verdict::fail("it is the function that is being released: a bad version would judge itself");
    }
    own_release(stack, id).worse(invocable(stack, canary, id, function)).worse(time_to_answer(function))
}

/// A hook that is released gradually may be old or new code while it judges.
fn own_release(stack: &Stack<'_>, id: &LogicalId) -> Verdict {
    let Some(own) = stack.canaries_of(id).next() else { return Verdict::Pass };
    let verdict = match &own.uncertain {
        Some(why) => Verdict::inconclusive(why.clone()),
        None => Verdict::fail("it is itself released gradually: its own deployment runs while it has to answer"),
    };
    verdict.place(Place::of(&own.alias, "UpdatePolicy"))
}

fn invocable(stack: &Stack<'_>, canary: &Canary, id: &LogicalId, function: &Function) -> Verdict {
    let verdict = match may_invoke(stack, canary, &function.function_name, Some(id)) {
        Ok(true) => Verdict::Pass,
        Ok(false) => Verdict::fail(format!(
            "CodeDeploy may not invoke it: its name does not begin with {PREFIX}, and the service role has no grant for it"
        )),
        Err(why) => Verdict::inconclusive(why),
    };
    verdict.at("FunctionName")
}

fn time_to_answer(function: &Function) -> Verdict {
    let short = |seconds: u32| {
        Verdict::partial(
            60,
            format!("it has {seconds} s: one that runs out of time never answers, and CodeDeploy waits an hour"),
        )
    };
    let judged = |seconds: &u32| match *seconds {
        seconds if seconds < SHORT_SECONDS => short(seconds),
        seconds if seconds > PATIENCE_SECONDS => Verdict::fail(format!(
            "it may run for {seconds} s, and CodeDeploy takes no answer after {PATIENCE_SECONDS} s"
        )),
        _ => Verdict::Pass,
    };
    function.timeout.judge(judged, || short(3)).at("Timeout")
}

/// What can be said of a hook of another stack: whether CodeDeploy may call it by its name. A good name is no pass,
/// for its shape is judged where it lives.
fn foreign(stack: &Stack<'_>, canary: &Canary, hook: &Hook) -> Option<Verdict> {
    let name = hook.name.clone().map(|name| function_name(&name));
    match (may_invoke(stack, canary, &name, None), &hook.target) {
        (Ok(true), _) => None,
        (Ok(false), _) => Some(Verdict::fail(format!(
            "CodeDeploy may not invoke the hook: its name does not begin with {PREFIX}, and the service role has no grant for it"
        ))),
        (Err(_), FunctionTarget::Unknown(why)) => Some(Verdict::inconclusive(why.clone())),
        (Err(why), _) => Some(Verdict::inconclusive(why)),
    }
}

/// The name inside an ARN; a name stays as it is.
fn function_name(text: &Text) -> Text {
    let mark = ":function:";
    let found = text.parts().iter().enumerate().find_map(|(index, part)| match part {
        Part::Literal(literal) => Some((index, literal.split_once(mark)?.1)),
        _ => None,
    });
    match found {
        Some((index, rest)) => {
            let tail = text.parts()[index + 1..].iter().cloned();
            Text::new([Part::Literal(rest.to_owned())].into_iter().chain(tail))
        }
        None => text.clone(),
    }
}

/// Whether the name matches `CodeDeployHook_*`.
fn well_named(name: &Observed<Text>) -> Known {
    match name {
        Observed::Present(name) => {
            let known = name.literal_prefix();
            match name.as_str() {
                _ if known.starts_with(PREFIX) => Ok(true),
                None if PREFIX.starts_with(known) => Err(name.why_unresolved()),
                _ => Ok(false),
            }
        }
        // A generated name begins with the name of the stack.
        Observed::Absent => Ok(false),
        Observed::Unknown(why) => Err(why.clone()),
    }
}

/// Whether the service role of the deployment group may invoke the hook.
fn may_invoke(stack: &Stack<'_>, canary: &Canary, name: &Observed<Text>, hook: Option<&LogicalId>) -> Known {
    let named = well_named(name);
    let (id, role) = match service_role(stack, canary) {
        Ok(found) => found,
        // By convention a role that we cannot see carries the managed policy.
        Err(why) => return if named == Ok(true) { Ok(true) } else { Err(why) },
    };
    let Grants { statements, managed, unknown } = grants(role);
    let by_managed = managed.iter().any(|policy| policy.starts_with("AWSCodeDeployRoleForLambda"));
    let allowed = statements.iter().map(|Granted { statement, .. }| {
        let acts = grants_any(statement, &["lambda:InvokeFunction"])?;
        Ok(acts && speaks_of(stack, statement, name, hook)? && statement.allows()?)
    });
    let by_name = if by_managed { named } else { Ok(false) };
    let open = unknown.map(|why| Err(Why::Unresolved(format!("what {id} may do: {why}"))));
    any_known([by_name].into_iter().chain(allowed).chain(open))
}

fn service_role<'a>(stack: &Stack<'a>, canary: &Canary) -> Result<(&'a LogicalId, &'a Role), Why> {
    let elsewhere = || Why::NotObserved("the service role of its deployment group is not in this stack".to_owned());
    let group = match &canary.group {
        Target::Resource(id) => stack.resource(id),
        Target::Elsewhere => None,
        Target::Unknown(why) => return Err(why.clone()),
    };
    let Some(Properties::DeploymentGroup(group)) = group.map(|group| &group.properties) else {
        return Err(elsewhere());
    };
    match &group.service_role_arn {
        Observed::Present(arn) => stack.role(arn)?.ok_or_else(elsewhere),
        Observed::Absent => Err(Why::Malformed("a deployment group without ServiceRoleArn".to_owned())),
        Observed::Unknown(why) => Err(why.clone()),
    }
}

/// Whether a statement is about the function.
fn speaks_of(stack: &Stack<'_>, statement: &Statement, name: &Observed<Text>, hook: Option<&LogicalId>) -> Known {
    match statement.resource.known()? {
        Some(resources) => any_known(resources.iter().map(|resource| covers(stack, resource, name, hook))),
        None => {
            Err(Why::Unresolved("whether its service role's NotResource leaves the hook out is not known".to_owned()))
        }
    }
}

/// Whether a `Resource` of a policy covers the function.
fn covers(stack: &Stack<'_>, resource: &Text, name: &Observed<Text>, hook: Option<&LogicalId>) -> Known {
    if resource.as_str() == Some("*") {
        return Ok(true);
    }
    let pattern = function_name(resource);
    let wild = pattern.parts().iter().any(|part| matches!(part, Part::Literal(text) if text.contains(['*', '?'])));
    match (pattern.as_str(), wild) {
        (Some("*"), _) => return Ok(true),
        (Some(pattern), true) => {
            return match name {
                Observed::Present(name) => match name.as_str() {
                    Some(name) => Ok(WildMatch::new(pattern).matches(name)),
                    None => Err(name.why_unresolved()),
                },
                Observed::Absent => Err(Why::Unresolved("the generated name of the hook is not known".to_owned())),
                Observed::Unknown(why) => Err(why.clone()),
            };
        }
        // `${Function.Arn}:*` covers its versions and aliases.
        (None, true) if hook.is_none_or(|hook| resource.references().all(|id| id != hook.as_str())) => {
            return Err(resource.why_unresolved());
        }
        _ => {}
    }
    match stack.functions.target(resource) {
        Some(FunctionTarget::Function { function, .. }) => Ok(Some(&function) == hook),
        Some(FunctionTarget::Unknown(why)) => Err(why),
        Some(FunctionTarget::Elsewhere) => Ok(name.present() == Some(&pattern)),
        None => Ok(false),
    }
}
