//! Where callers come in whom nobody has asked who they are.

use std::collections::BTreeMap;

use crate::{
    check::Verdict,
    checks::{
        apigateway::openings::{self, Opening},
        attached::{self, QUEUES, TOPICS},
        grants,
    },
    facts::{
        Observed, Properties, Resource,
        iam::{Known, PolicyDocument, all_known, any_known},
    },
    inventory::LogicalId,
    stack::{Invocation, Stack},
};

/// A way in.
pub(super) struct Entry {
    /// Whoever lets callers in: a function URL, a method, a route, a topic.
    pub(super) subject: LogicalId,
    /// Where it says so.
    pub(super) place: String,
    /// Whether anybody may come in.
    pub(super) is_open: Known,
    /// Whom a caller reaches first.
    pub(super) reaches: Vec<LogicalId>,
}

/// Every way into the stack that asks nobody who calls, or may not.
pub(super) fn entries(stack: &Stack<'_>) -> Vec<Entry> {
    let mut calls: BTreeMap<&LogicalId, Vec<&Invocation>> = BTreeMap::new();
    for call in &stack.invocations {
        calls.entry(&call.caller).or_default().push(call);
    }
    let mut entries = Vec::new();
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::FunctionUrl(url) => entries.push(Entry {
                subject: id.clone(),
                place: "AuthType".to_owned(),
                is_open: url.auth_type.known().map(|auth| auth.is_some_and(|auth| auth == "NONE")),
                reaches: reached(calls.get(id), ""),
            }),
            Properties::Topic(_) => entries.extend(channel(resource, stack, &TOPICS, "sns:Publish")),
            Properties::Queue(_) => entries.extend(channel(resource, stack, &QUEUES, "sqs:SendMessage")),
            _ => {
                let openings = openings::of(resource, stack).into_iter();
                entries.extend(openings.map(|opening| entry(id, opening, stack, &calls)));
            }
        }
    }
    entries.retain(|entry| entry.is_open != Ok(false));
    entries
}

fn entry(id: &LogicalId, opening: Opening, stack: &Stack<'_>, calls: &BTreeMap<&LogicalId, Vec<&Invocation>>) -> Entry {
    let guarded = opening.api.as_ref().and_then(|api| stack.resource(api)).map_or(Ok(false), openings::is_guarded_api);
    let caller = opening.caller.as_ref();
    let reaches = caller.map(|caller| reached(calls.get(caller), &opening.calls_at)).unwrap_or_default();
    let is_open = all_known([opening.is_open, guarded.map(|guarded| !guarded)]);
    Entry { subject: id.clone(), place: opening.place, is_open, reaches }
}

/// The functions of the calls whose places begin so.
fn reached(calls: Option<&Vec<&Invocation>>, begins: &str) -> Vec<LogicalId> {
    let calls = calls.into_iter().flatten().filter(|call| call.place.starts_with(begins));
    calls.filter_map(|call| call.target.function().cloned()).collect()
}

/// A topic or a queue into which anybody may put messages.
fn channel(resource: &Resource, stack: &Stack<'_>, kind: &attached::Kind, action: &str) -> Option<Entry> {
    let said = attached::on_owner(resource, stack, kind, |document, place| {
        let closed = public(document, action).map(|public| !public);
        Verdict::of(closed, || Verdict::fail("anybody may send")).at(place)
    })?;
    let is_open = match &said {
        Verdict::Fail(_) => Ok(true),
        Verdict::Inconclusive(why, _) => Err(why.clone()),
        Verdict::Pass | Verdict::Partial(..) => Ok(false),
    };
    let subject = resource.reference.logical_id.clone();
    let (place, reaches) = ("Policy".to_owned(), vec![subject.clone()]);
    Some(Entry { subject, place, is_open, reaches })
}

fn public(document: &Observed<PolicyDocument>, action: &str) -> Known {
    let Some(document) = document.known()? else { return Ok(false) };
    any_known(document.statements()?.map(|(_, statement)| {
        let Some(statement) = statement.known()? else { return Ok(false) };
        all_known([grants::to_everybody(statement), grants::grants_any(statement, &[action])])
    }))
}
