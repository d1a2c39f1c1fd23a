//! Whether a trace follows a request all along its way.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Resource, Target, Text, Why},
    inventory::LogicalId,
    need::Need,
    stack::{Relation, Stack},
};

pub(super) const TRACE_CHAIN: Check = Check {
    id: "trace-chain",
    title: "A trace that begins somewhere goes on through everything that the request reaches",
    why: "Whether each resource is traced is asked of each alone. This looks at neighbours: where one is traced and the \
          next is not, traces are paid for and end before the place where the time went.",
    fix: "Set TracingConfig.Mode: Active of the function, TracingConfiguration.Enabled of the state machine, \
          TracingEnabled of the stage or XrayEnabled of the GraphQL API that is named.",
    absent: "Nothing is traced. Where no neighbour is either there is no chain to break, and nothing is judged; HTTP APIs and \
             queues have no traces of their own, and the TracingConfig of topics is not looked at.",
    reference: "https://docs.aws.amazon.com/xray/latest/devguide/xray-services.html",
    pillar: Pillar::Operations,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::Function,
        Need::RestApiStages,
        Need::RestApiIntegrations,
        Need::DataSources,
        Need::GraphQlApis,
        Need::Roles,
        Need::IdentityPolicies,
        Need::StateMachines,
    ],
    applies: Applies::Stack(
        &[
            "AWS::ApiGateway::Stage",
            "AWS::AppSync::GraphQLApi",
            "AWS::Lambda::Function",
            "AWS::StepFunctions::StateMachine",
        ],
        trace_chain,
    ),
};

/// Whether a resource is traced, and the property that says so; none of what has no traces.
fn traced(resource: &Resource) -> Option<(Result<bool, Why>, &'static str)> {
    let flag = |flag: Observed<bool>| flag.known().map(|flag| flag == Some(&true));
    Some(match (&resource.properties, resource.reference.r#type.as_str()) {
        (Properties::Function(function), _) => {
            // A hook runs beside the requests.
            if function.is_lifecycle_hook == Observed::Present(true) {
                return None;
            }
            let mode = function.tracing_config.as_ref().and_then(|config| config.mode.as_ref());
            (mode.known().map(|mode| mode.is_some_and(|mode| *mode == "Active")), "TracingConfig.Mode")
        }
        (Properties::StateMachine(machine), _) => {
            let enabled = machine.tracing_configuration.as_ref().and_then(|it| it.enabled.clone());
            (flag(enabled), "TracingConfiguration.Enabled")
        }
        (Properties::Untyped(stage), "AWS::ApiGateway::Stage") => (flag(stage.get("TracingEnabled")), "TracingEnabled"),
        (Properties::Untyped(api), "AWS::AppSync::GraphQLApi") => (flag(api.get("XrayEnabled")), "XrayEnabled"),
        _ => return None,
    })
}

fn trace_chain(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let neighbours = neighbours(stack);
    let mut states = BTreeMap::new();
    for resource in &stack.facts.resources {
        states.extend(traced(resource).map(|state| (&resource.reference.logical_id, state)));
    }
    let judge = |resource: &Resource| {
        let id = &resource.reference.logical_id;
        let (state, place) = states.get(id)?;
        let near = neighbours.get(id)?;
        let known = |ids: &BTreeSet<LogicalId>, wanted: bool| {
            ids.iter().find(|near| states.get(near).is_some_and(|(state, _)| *state == Ok(wanted))).cloned()
        };
        let (before, after) = (known(&near.before, true), known(&near.after, true));
        let open = near.before.iter().chain(&near.after).find_map(|near| states.get(near)?.0.as_ref().err());
        let verdict = match (state, before, after) {
            (Ok(true), None, None) => return None,
            (Ok(true), ..) => Verdict::Pass,
            (Ok(false), Some(before), Some(after)) => {
                Verdict::fail(format!("the trace of {before} breaks off here, and {after} begins another"))
            }
            (Ok(false), Some(traced), None) => {
                Verdict::partial(40, format!("{traced} is traced, and the trace breaks off here"))
            }
            (Ok(false), None, Some(traced)) => {
                Verdict::partial(40, format!("{traced} is traced, and what comes before it here is not"))
            }
            (Ok(false), None, None) => Verdict::inconclusive(open?.clone()),
            (Err(_), None, None) => return None,
            (Err(why), ..) => Verdict::inconclusive(why.clone()),
        };
        Some((id.clone(), verdict.at(*place)))
    };
    stack.facts.resources.iter().filter_map(judge).collect()
}

/// From whom a request comes, and to whom it goes on.
#[derive(Default)]
struct Near {
    before: BTreeSet<LogicalId>,
    after: BTreeSet<LogicalId>,
}

/// Who passes requests to whom, both ways.
fn neighbours(stack: &Stack<'_>) -> BTreeMap<LogicalId, Near> {
    let owners = owners(stack);
    let mut neighbours: BTreeMap<LogicalId, Near> = BTreeMap::new();
    let named = stack.graph().edges.iter().filter(|edge| edge.relation == Relation::Invokes && !edge.by_wildcard);
    for edge in named {
        // Requests come by the stages of an API, and by the API of a data source.
        let itself = [edge.from.clone()];
        let heads = owners.get(&edge.from).map_or(&itself[..], Vec::as_slice);
        for head in heads {
            neighbours.entry(head.clone()).or_default().after.insert(edge.to.clone());
            neighbours.entry(edge.to.clone()).or_default().before.insert(head.clone());
        }
    }
    neighbours
}

/// The stages of an API, and the API of a data source: who begins the trace of what these call.
fn owners(stack: &Stack<'_>) -> BTreeMap<LogicalId, Vec<LogicalId>> {
    let mut owners: BTreeMap<LogicalId, Vec<LogicalId>> = BTreeMap::new();
    let resolve = |named: Observed<Text>| match stack.directory.resolve(named.present()?, &[]) {
        Target::Resource(id) => Some(id),
        Target::Elsewhere | Target::Unknown(_) => None,
    };
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match (&resource.properties, resource.reference.r#type.as_str()) {
            (Properties::Untyped(stage), "AWS::ApiGateway::Stage") => {
                if let Some(api) = resolve(stage.get("RestApiId")) {
                    owners.entry(api).or_default().push(id.clone());
                }
            }
            (Properties::DataSource(source), _) => {
                if let Some(api) = resolve(source.api_id.clone()) {
                    owners.entry(id.clone()).or_default().push(api);
                }
            }
            _ => {}
        }
    }
    owners
}
