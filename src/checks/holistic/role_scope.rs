//! What a function's role may touch against what the function is told of.

use std::collections::{BTreeMap, BTreeSet};

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Target, Text, Why, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::{Edge, MaybeEdge, Relation, Stack, Unsettled},
};

pub(super) const ROLE_SCOPE_VS_USED_RESOURCES: Check = Check {
    id: "role-scope-vs-used-resources",
    title: "A role gives its function no more of the stack than the function is told of",
    why: "A permission that nothing in the function's configuration asks for is one that only an attacker uses. Other \
          checks judge how a policy is written; this one whom it reaches in this stack.",
    fix: "Name the resource in Resource instead of a wildcard, and take out what the function does not use; hand over what \
          it does use in Environment.Variables.",
    absent: "A function without variables and event sources is told of nothing. Code may know names by itself, so the \
             check is opt-in.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/identity-and-access-management.html",
    pillar: Pillar::Security,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::OptIn,
    needs: &[
        Need::StackTemplate,
        Need::Function,
        Need::FunctionInvokeConfigs,
        Need::EventSourceMapping,
        Need::BucketNotification,
        Need::Roles,
        Need::Subscriptions,
    ],
    applies: Applies::Stack(
        &["AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role"],
        role_scope_vs_used_resources,
    ),
};

const TOUCHES: [Relation; 3] = [Relation::Reads, Relation::Writes, Relation::Publishes];

fn role_scope_vs_used_resources(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    // What one of the functions of a policy uses the policy has to allow.
    let mut used: BTreeMap<&LogicalId, BTreeSet<LogicalId>> = BTreeMap::new();
    let mut open: BTreeMap<&LogicalId, Why> = BTreeMap::new();
    let mut edges: Vec<&Edge> = Vec::new();
    let mut doubts: Vec<(&MaybeEdge, &Unsettled)> = Vec::new();
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let Properties::Function(function) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        let told = told(stack, id, function);
        let mut uses = |said_by| match &told {
            Ok(told) => used.entry(said_by).or_default().extend(told.iter().cloned()),
            Err(why) => drop(open.insert(said_by, why.clone())),
        };
        for edge in stack.graph().from(id).filter(|edge| TOUCHES.contains(&edge.relation)) {
            uses(&edge.said_by);
            edges.push(edge);
        }
        for doubt in stack.graph().unsettled_of(id).filter(|doubt| doubt.may(&TOUCHES)) {
            match &doubt.edge {
                Some(edge) => {
                    uses(&edge.said_by);
                    doubts.push((edge, doubt));
                }
                // What a whole policy allows is not known: the role says no more than that it has one.
                None => {
                    if doubt.relation.is_none()
                        && let Some(Ok(Some((role, _)))) = function.role.present().map(|arn| stack.role(arn))
                    {
                        verdicts.say(role, Verdict::inconclusive(doubt.why.clone()));
                    }
                }
            }
        }
    }
    let is_used = |said_by, to| used.get(said_by).is_some_and(|used| used.contains(to));
    for edge in edges {
        let verdict = match open.get(&edge.said_by) {
            _ if is_used(&edge.said_by, &edge.to) => Verdict::Pass,
            Some(why) => Verdict::inconclusive(why.clone()),
            None => too_much(edge),
        };
        verdicts.say(&edge.said_by, verdict.at(&edge.place));
    }
    for (edge, doubt) in doubts {
        let verdict = match &doubt.to {
            Some(to) if is_used(&edge.said_by, to) => Verdict::Pass,
            _ => Verdict::inconclusive(doubt.why.clone()),
        };
        verdicts.say(&edge.said_by, verdict.at(&edge.place));
    }
    verdicts.0
}

fn too_much(edge: &Edge) -> Verdict {
    let text =
        format!("{} {} {}, of which nothing in its configuration tells it", edge.from, edge.relation.verb(), edge.to);
    match (edge.by_wildcard, edge.relation) {
        (true, Relation::Writes) => Verdict::fail(format!("by a wildcard {text}")),
        (true, _) => Verdict::partial(50, format!("by a wildcard {text}")),
        (false, _) => Verdict::partial(75, text),
    }
}

/// The resources that a function is told of: by variables, by what calls it, and by where its outcomes go.
fn told(stack: &Stack<'_>, id: &LogicalId, function: &Function) -> Result<BTreeSet<LogicalId>, Why> {
    let mut told: BTreeSet<LogicalId> = stack.graph().to(id).map(|edge| edge.from.clone()).collect();
    let environment = function.environment.as_ref().and_then(|environment| environment.variables.as_ref());
    let variables = environment.known()?.into_iter().flat_map(|variables| variables.values());
    for value in variables {
        match value {
            Observed::Present(text) => named(stack, text, &mut told),
            Observed::Absent => {}
            Observed::Unknown(why) => return Err(why.clone()),
        }
    }
    let sinks = function.event_invoke_configs.present().into_iter().flatten().filter_map(Observed::present);
    let sinks = sinks.filter_map(|config| config.config.destination_config.present());
    let sinks = sinks.flat_map(|config| [&config.on_failure, &config.on_success]);
    let sinks = sinks.filter_map(|sink| sink.present()?.destination.present());
    let dead = function.dead_letter_config.present().and_then(|config| config.target_arn.present());
    sinks.chain(dead).for_each(|arn| named(stack, arn, &mut told));
    Ok(told)
}

fn named(stack: &Stack<'_>, text: &Text, told: &mut BTreeSet<LogicalId>) {
    told.extend(text.references().map(LogicalId::new));
    if let Target::Resource(id) = stack.directory.resolve(text, &[]) {
        told.insert(id);
    }
}
