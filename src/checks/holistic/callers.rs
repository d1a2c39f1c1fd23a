//! Callers of gradually released functions, and the permissions they call with.

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Text, Why, lambda::Permission},
    inventory::LogicalId,
    need::Need,
    stack::{CALLERS, Canary, FunctionTarget, Invocation, Qualifier, Stack},
};

/// What says who calls whom.
const CALLS: &[Need] = &[
    Need::StackTemplate,
    Need::FunctionAliases,
    Need::RestApiIntegrations,
    Need::HttpApiIntegrations,
    Need::RuleTargets,
    Need::Schedules,
    Need::Pipes,
    Need::Subscriptions,
    Need::BucketNotification,
    Need::EventSourceMapping,
    Need::FunctionUrl,
    Need::StateMachines,
    Need::DataSources,
    Need::TopicRules,
    Need::UserPools,
];

pub(super) const CALLERS_USE_ALIAS: Check = Check {
    id: "callers-use-alias",
    title: "Every caller of a gradually released function calls the alias that is shifted",
    why: "CodeDeploy moves the traffic of one alias. Whoever calls the bare function, $LATEST or a fixed version gets \
          the new code at once or never, and no alarm of the deployment and no rollback reaches that call.",
    fix: "Call the alias: !Ref of the AWS::Lambda::Alias, or !Sub '${Function}:live'. In SAM, AutoPublishAlias does it \
          for the function's own events; elsewhere write !Ref Function.Alias.",
    absent: "A function without qualifier is its $LATEST version.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/using-aliases.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: CALLS,
    applies: Applies::Stack(CALLERS, callers_use_alias),
};

pub(super) const PERMISSION_MATCHES_ALIAS: Check = Check {
    id: "permission-matches-alias",
    title: "A permission to invoke is for the qualifier that its caller calls",
    why: "A permission holds for exactly one ARN: granted on the bare function it does not let anybody call the alias, \
          and the call fails with an access error that only shows at run time.",
    fix: "Set FunctionName of the AWS::Lambda::Permission to what the caller calls, usually !Ref of the alias.",
    absent: "A FunctionName without qualifier permits calls of the unqualified ARN only.",
    reference: "https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::FunctionPolicy,
        Need::FunctionAliases,
        Need::RestApiIntegrations,
        Need::HttpApiIntegrations,
        Need::RuleTargets,
        Need::Subscriptions,
        Need::BucketNotification,
        Need::TopicRules,
        Need::UserPools,
    ],
    applies: Applies::Stack(&["AWS::Lambda::Permission"], permission_matches_alias),
};

fn callers_use_alias(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    if !stack.canaries.is_empty() {
        for invocation in &stack.invocations {
            if let Some(verdict) = call_of_canary(stack, invocation) {
                verdicts.say(&invocation.caller, verdict.at(&invocation.place));
            }
        }
    }
    verdicts.0
}

/// What one call means for the canaries; none, where it calls something else.
fn call_of_canary(stack: &Stack<'_>, invocation: &Invocation) -> Option<Verdict> {
    let (function, qualifier) = match &invocation.target {
        FunctionTarget::Function { function, qualifier } => (function, qualifier),
        FunctionTarget::Elsewhere => return None,
        FunctionTarget::Unknown(why) => return Some(Verdict::inconclusive(why.clone())),
    };
    let canaries: Vec<&Canary> = stack.canaries_of(function).collect();
    let Some(canary) = canaries.first() else {
        // An alias of nobody knows whom may be this function's.
        return stack.canaries.iter().find_map(|canary| match &canary.function {
            FunctionTarget::Unknown(why) => Some(Verdict::inconclusive(why.clone())),
            _ => None,
        });
    };
    let same: Vec<Option<bool>> = canaries.iter().map(|canary| qualifier.same(&canary.qualifier)).collect();
    if same.contains(&Some(true)) {
        return Some(Verdict::Pass);
    }
    if let Some(why) = canaries.iter().find_map(|canary| canary.uncertain.clone()) {
        return Some(Verdict::inconclusive(why));
    }
    let alias = canary.qualifier.in_words();
    Some(match qualifier {
        Qualifier::Unknown(why) => Verdict::inconclusive(why.clone()),
        _ if same.contains(&None) => {
            Verdict::inconclusive(Why::Unresolved(format!("the name of {} is not known", canary.alias)))
        }
        Qualifier::Alias { .. } => {
            Verdict::partial(50, format!("calls {} of {function}, while {alias} is shifted", qualifier.in_words()))
        }
        _ => Verdict::fail(format!("calls {} of {function}, past {alias} that is shifted", qualifier.in_words())),
    })
}

fn permission_matches_alias(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    let (mut grants, mut others) = (Vec::new(), Vec::new());
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::Permission(permission) => grants.extend(Grant::of(stack, id, permission)),
            // What a live policy grants beside the stack's permissions lets calls through too.
            Properties::Function(function) => {
                let known = function.other_permissions.present().into_iter().flatten().filter_map(Observed::present);
                others.extend(known.filter_map(|other| Grant::of(stack, id, &other.permission)));
            }
            _ => {}
        }
    }
    let own = grants.len();
    grants.extend(others);
    for grant in &grants[..own] {
        if let Some(verdict) = grant.judge(stack, &grants) {
            verdicts.say(grant.id, verdict);
        }
    }
    for resource in &stack.facts.resources {
        let Properties::Permission(permission) = &resource.properties else { continue };
        if let Some(verdict) = for_nobody_knows_whom(stack, permission) {
            verdicts.say(&resource.reference.logical_id, verdict.at("Principal"));
        }
    }
    verdicts.0
}

/// A permission to invoke that a service of this stack may use.
struct Grant<'a> {
    id: &'a LogicalId,
    principal: &'a Text,
    source: &'a Observed<Text>,
    target: FunctionTarget,
}

impl<'a> Grant<'a> {
    fn of(stack: &Stack<'_>, id: &'a LogicalId, permission: &'a Permission) -> Option<Self> {
        let target = stack.functions.target_of(&permission.function_name)?;
        // Of an unknown principal `for_nobody_knows_whom` speaks.
        let principal = permission.principal.present()?;
        Some(Self { id, principal, source: &permission.source_arn, target })
    }

    fn judge(&self, stack: &Stack<'_>, grants: &[Self]) -> Option<Verdict> {
        let callers: Vec<&Invocation> = stack.invocations.iter().filter(|call| self.is_for(stack, call)).collect();
        let property = |verdict: Verdict| Some(verdict.at("FunctionName"));
        let (function, qualifier) = match &self.target {
            FunctionTarget::Function { function, qualifier } => (function, qualifier),
            FunctionTarget::Elsewhere => return None,
            FunctionTarget::Unknown(_) if callers.is_empty() => return None,
            FunctionTarget::Unknown(why) => return property(Verdict::inconclusive(why.clone())),
        };
        let called = callers.iter().filter_map(|call| match &call.target {
            FunctionTarget::Function { function: called, qualifier } if called == function => Some((*call, qualifier)),
            _ => None,
        });
        let called: Vec<(&Invocation, &Qualifier)> = called.collect();
        if called.iter().any(|(_, called)| called.same(qualifier) == Some(true)) {
            return Some(Verdict::Pass);
        }
        let unknown = callers.iter().find_map(|call| match &call.target {
            FunctionTarget::Unknown(why) => Some((*call, why.clone())),
            FunctionTarget::Function { function: called, qualifier: Qualifier::Unknown(why) } if called == function => {
                Some((*call, why.clone()))
            }
            _ => None,
        });
        if let Some((call, why)) = unknown {
            return Some(Verdict::inconclusive(why).place(Place::of(&call.caller, &call.place)));
        }
        let (call, wanted) =
            called.iter().find(|(call, wanted)| !covered(stack, grants, call, wanted)).or(called.first())?;
        if called.iter().any(|(_, called)| called.same(qualifier).is_none()) {
            let why = Why::Unresolved(format!("whether {} is {}", qualifier.in_words(), wanted.in_words()));
            return property(Verdict::inconclusive(why));
        }
        let says = format!("permits {}, while {} calls {}", qualifier.in_words(), call.caller, wanted.in_words());
        property(if covered(stack, grants, call, wanted) {
            Verdict::partial(
                75,
                format!("{says}, which another permission covers: nobody of this stack needs this one"),
            )
        } else if let Some(why) = may_be_covered(stack, call, wanted) {
            Verdict::inconclusive(why)
        } else {
            Verdict::fail(says)
        })
    }

    /// Whether the permission is meant for this caller: its service, and its source where one is named.
    fn is_for(&self, stack: &Stack<'_>, call: &Invocation) -> bool {
        let Some(service) = call.principal else { return false };
        let service = service.split_once('.').map_or(service, |(label, _)| label);
        let named = self.principal.literal_prefix();
        let by_service = named.split_once('.').is_some_and(|(label, _)| label == service);
        by_service && self.names(stack, call.source())
    }

    /// Whether `SourceArn` names this resource, or may.
    fn names(&self, stack: &Stack<'_>, source: &LogicalId) -> bool {
        let Some(arn) = self.source.present() else { return true };
        let mut references = arn.references().peekable();
        if references.peek().is_some() {
            return references.any(|named| named == source.as_str());
        }
        // Written out, as a live stack has it. What has no physical id yet is not found in it.
        let is_live = stack.resource(source).is_some_and(|resource| resource.reference.physical_id.is_some());
        !is_live || stack.directory.parts_of(arn).contains(&source)
    }
}

/// A permission whose principal is not known, on a function that some service of the stack calls.
fn for_nobody_knows_whom(stack: &Stack<'_>, permission: &Permission) -> Option<Verdict> {
    let Observed::Unknown(why) = &permission.principal else { return None };
    let target = stack.functions.target_of(&permission.function_name)?;
    let calls = stack.invocations.iter().filter(|call| call.principal.is_some());
    let mut concerned = calls.filter(|call| target.function().is_none_or(|id| call.target.function() == Some(id)));
    concerned.next().map(|_| Verdict::inconclusive(why.clone()))
}

/// Why a permission for nobody knows whom may let this call through.
fn may_be_covered(stack: &Stack<'_>, call: &Invocation, wanted: &Qualifier) -> Option<Why> {
    stack.facts.resources.iter().find_map(|resource| {
        let Properties::Permission(permission) = &resource.properties else { return None };
        let Observed::Unknown(why) = &permission.principal else { return None };
        let Some(FunctionTarget::Function { function, qualifier }) =
            stack.functions.target_of(&permission.function_name)
        else {
            return None;
        };
        let may = Some(&function) == call.target.function() && qualifier.same(wanted) != Some(false);
        may.then(|| why.clone())
    })
}

/// Whether some permission lets this call through.
fn covered(stack: &Stack<'_>, grants: &[Grant<'_>], call: &Invocation, wanted: &Qualifier) -> bool {
    grants.iter().filter(|grant| grant.is_for(stack, call)).any(|grant| match &grant.target {
        FunctionTarget::Function { function, qualifier } => {
            Some(function) == call.target.function() && qualifier.same(wanted) == Some(true)
        }
        _ => false,
    })
}
