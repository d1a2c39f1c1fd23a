//! The permissions without which a service of AWS cannot call a function.

use std::collections::BTreeMap;

use super::{Verdicts, sources::Source};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Properties, Target, Text, Why,
        iam::{Known, all_known},
        lambda::Permission,
    },
    inventory::LogicalId,
    need::Need,
    stack::{FunctionTarget, Invocation, Qualifier, Stack},
};

pub(super) const SOURCE_PERMISSION_EXISTS: Check = Check {
    id: "source-permission-exists",
    title: "Each service that calls a function is permitted to, and for the source that calls",
    why: "Without a permission for exactly this source the event is refused: a rule or a topic drops it without a word, \
          an API answers 500. Other checks judge the permissions there are; this one finds those that are missing.",
    fix: "Add an AWS::Lambda::Permission with the service as Principal and the ARN of the bucket, topic, rule or API as \
          SourceArn; in SAM, write the source as an event of the function.",
    absent: "Without SourceArn the permission holds for every source of the service.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
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
        Need::Topics,
        Need::BucketNotification,
        Need::TopicRules,
        Need::UserPools,
    ],
    applies: Applies::Stack(
        &[
            "AWS::ApiGateway::Method",
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Integration",
            "AWS::Cognito::UserPool",
            "AWS::Events::Rule",
            "AWS::IoT::TopicRule",
            "AWS::S3::Bucket",
            "AWS::SNS::Subscription",
            "AWS::SNS::Topic",
        ],
        source_permission_exists,
    ),
};

fn source_permission_exists(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let grants = Grants::of(stack);
    let mut verdicts = Verdicts::default();
    for call in &stack.invocations {
        let Some(principal) = call.principal else { continue };
        if let Some(verdict) = judge(stack, &grants, call, principal) {
            verdicts.say(&call.caller, verdict.at(&call.place));
        }
    }
    verdicts.0
}

/// The permissions of a stack, by function.
struct Grants<'a> {
    by_function: BTreeMap<LogicalId, Vec<Grant<'a>>>,
    /// Those of which nobody can tell the function, and why.
    open: Vec<(Option<&'a Text>, Why)>,
    /// Functions whose live policies hold more than could be read.
    unread: BTreeMap<LogicalId, Why>,
}

struct Grant<'a> {
    id: &'a LogicalId,
    permission: &'a Permission,
    qualifier: Qualifier,
}

impl<'a> Grants<'a> {
    fn of(stack: &Stack<'a>) -> Self {
        let mut grants = Self { by_function: BTreeMap::new(), open: Vec::new(), unread: BTreeMap::new() };
        for resource in &stack.facts.resources {
            let id = &resource.reference.logical_id;
            match &resource.properties {
                Properties::Permission(permission) => grants.take(stack, id, permission),
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == "AWS::Lambda::Permission" => {
                    grants.open.push((None, why.clone()));
                }
                // What a live policy grants beside the stack's permissions lets calls through too.
                Properties::Function(function) => match &function.other_permissions {
                    Observed::Present(others) => {
                        for other in others {
                            match other {
                                Observed::Present(other) => grants.take(stack, id, &other.permission),
                                Observed::Absent => {}
                                Observed::Unknown(why) => drop(grants.unread.insert(id.clone(), why.clone())),
                            }
                        }
                    }
                    Observed::Absent => {}
                    Observed::Unknown(why) => drop(grants.unread.insert(id.clone(), why.clone())),
                },
                _ => {}
            }
        }
        grants
    }

    fn take(&mut self, stack: &Stack<'_>, id: &'a LogicalId, permission: &'a Permission) {
        match stack.functions.target_of(&permission.function_name) {
            Some(FunctionTarget::Function { function, qualifier }) => {
                self.by_function.entry(function).or_default().push(Grant { id, permission, qualifier });
            }
            Some(FunctionTarget::Unknown(why)) => self.open.push((permission.principal.present(), why)),
            Some(FunctionTarget::Elsewhere) | None => {}
        }
    }

    /// Why a permission that nobody can tell the function of may be the one.
    fn may_be(&self, function: &LogicalId, principal: &str) -> Option<Why> {
        let open = || {
            let fits = |named: &Option<&Text>| named.is_none_or(|named| is_service(named, principal) != Ok(false));
            self.open.iter().find(|(named, _)| fits(named)).map(|(_, why)| why.clone())
        };
        self.unread.get(function).cloned().or_else(open)
    }
}

/// What one call means; none where it goes elsewhere, or where its permission is for another qualifier, which
/// permission-matches-alias judges.
fn judge(stack: &Stack<'_>, grants: &Grants<'_>, call: &Invocation, principal: &'static str) -> Option<Verdict> {
    let (function, qualifier) = match &call.target {
        FunctionTarget::Function { function, qualifier } => (function, qualifier),
        FunctionTarget::Elsewhere => return None,
        // What could not be read at all is said to be so without a judge.
        FunctionTarget::Unknown(_) if call.place.is_empty() => return None,
        FunctionTarget::Unknown(why) => return Some(Verdict::inconclusive(why.clone())),
    };
    let source = source_of(stack, call);
    let (mut other_source, mut other_qualifier, mut open) = (None, false, None);
    // Of a permission for this qualifier, or of one that may be: before it is known, nobody can say that it lacks.
    let mut may_be_it = None;
    for grant in grants.by_function.get(function).into_iter().flatten() {
        let service = all_known([grant.invokes(), grant.is_for(principal)]);
        let from = grant.covers(&source, stack);
        match (all_known([service.clone(), from.clone()]), grant.qualifier.same(qualifier)) {
            (Ok(true), Some(true)) => return Some(Verdict::Pass),
            (Ok(true), Some(false)) => other_qualifier = true,
            (Ok(true), None) => may_be_it = may_be_it.or_else(|| Some(grant.doubt(qualifier))),
            (Ok(false), _) if service == Ok(true) => other_source = Some(grant.id),
            (Ok(false), _) => {}
            (Err(why), Some(false)) => open = open.or(Some(why)),
            (Err(why), _) => may_be_it = may_be_it.or(Some(why)),
        }
    }
    if let Some(why) = may_be_it {
        return Some(Verdict::inconclusive(why));
    }
    if other_qualifier {
        return None;
    }
    if let Some(why) = open.or_else(|| grants.may_be(function, principal)) {
        return Some(Verdict::inconclusive(why));
    }
    Some(Verdict::fail(match other_source {
        Some(grant) => format!("{grant} lets {principal} call {function}, but for another source than this one"),
        None => format!("no permission of the stack lets {principal} call {function}"),
    }))
}

/// Whom the `SourceArn` of a permission has to name.
fn source_of(stack: &Stack<'_>, call: &Invocation) -> Source {
    if let Some(source) = &call.source {
        return Source::Resource(source.clone());
    }
    match stack.resource(&call.caller).map(|resource| &resource.properties) {
        Some(Properties::Subscription(subscription)) => Source::Named(subscription.topic_arn.clone()),
        Some(Properties::Method(method)) => Source::Named(method.rest_api_id.clone()),
        Some(Properties::Integration(integration)) => Source::Named(integration.api_id.clone()),
        // CloudWatch Logs calls for the group, and not for the subscription.
        Some(Properties::Other(filter)) if stack.type_of(&call.caller) == "AWS::Logs::SubscriptionFilter" => {
            let group: Observed<Text> = filter.get("LogGroupName").map_or(Observed::Absent, Observed::read);
            let resolve = |name: &Text| stack.directory.resolve(name, &["AWS::Logs::LogGroup"]);
            match group.present().map(resolve) {
                Some(Target::Resource(id)) => Source::Resource(id),
                _ => Source::Named(group),
            }
        }
        _ => Source::Resource(call.caller.clone()),
    }
}

impl Grant<'_> {
    /// Why nobody can tell whether the permission is for this qualifier.
    fn doubt(&self, wanted: &Qualifier) -> Why {
        match (&self.qualifier, wanted) {
            (Qualifier::Unknown(why), _) | (_, Qualifier::Unknown(why)) => why.clone(),
            (own, wanted) => {
                let (id, own, wanted) = (self.id, own.in_words(), wanted.in_words());
                Why::Unresolved(format!("whether {own}, for which {id} is, and {wanted} are the same is not known"))
            }
        }
    }

    fn invokes(&self) -> Known {
        let action = self.permission.action.known()?;
        Ok(action.is_some_and(|action| ["lambda:InvokeFunction", "lambda:*", "*"].contains(&action.as_str())))
    }

    fn is_for(&self, principal: &str) -> Known {
        self.permission.principal.known()?.map_or(Ok(false), |named| is_service(named, principal))
    }

    fn covers(&self, source: &Source, stack: &Stack<'_>) -> Known {
        self.permission.source_arn.as_text()?.map_or(Ok(true), |arn| source.is_meant_by(&arn, stack))
    }
}

/// Whether a principal is the service; some are written with their region: `logs.eu-west-1.amazonaws.com`.
fn is_service(named: &Text, principal: &str) -> Known {
    let service = principal.split_once('.').map_or(principal, |(label, _)| label);
    let begins = named.literal_prefix();
    match begins.split_once('.') {
        Some((label, _)) => Ok(label == service),
        None if named.as_str().is_some() => Ok(begins == "*"),
        None => Err(named.why_unresolved()),
    }
}
