//! Looks at resources through a double: what the tests of all observers share.

use std::{collections::BTreeMap, time::Duration};

use fitgate::{
    aws::{
        Calls, Rates,
        observe::{Session, observe},
        stack::{Listing, describe},
    },
    deployment::Deployment,
    facts::{Facts, Observed, StackIdentity},
    inventory::{LogicalId, ResourceRef, ResourceType},
    need::Need,
};
use futures_util::stream;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::{
    compared::{self, deployed, saved},
    double::{ACCOUNT, Double, Fault, REGION},
};

/// What can go wrong with a call that is made once, in the words of the facts.
pub(crate) const FAULTS: [Fault; 7] = [
    Fault::Denied,
    Fault::Throttled,
    Fault::Hang,
    Fault::Status500,
    Fault::Garbage,
    Fault::WrongShape,
    Fault::NotFound,
];

/// A resource: logical id, type, physical id.
pub(crate) type Named = (&'static str, &'static str, &'static str);

/// What was seen.
pub(crate) struct Looked {
    /// As `fitgate audit` has them.
    pub(crate) facts: Facts,
    /// Calls by operation, retries of the SDK not counted.
    pub(crate) counts: BTreeMap<&'static str, u32>,
    /// How long it took, by the paused clock.
    pub(crate) took: Duration,
    /// What the reader of a report is told.
    pub(crate) remarks: Vec<String>,
}

impl Looked {
    /// A resource as it is saved.
    pub(crate) fn saved(&self, id: &str) -> Value {
        saved(&self.facts, id)
    }

    /// One property of a resource, or what a pointer into the properties finds; null where it is absent.
    pub(crate) fn fact(&self, id: &str, pointer: &str) -> Value {
        self.saved(id).pointer(&format!("/{pointer}")).cloned().unwrap_or(Value::Null)
    }
}

/// Looks at these resources of the stack `shop` as far as `needs` says, documented rates kept.
pub(crate) async fn look(double: &Double, needs: impl IntoIterator<Item = Need>, resources: &[Named]) -> Looked {
    let identity = StackIdentity {
        name: "shop".to_owned(),
        account: Observed::Present(ACCOUNT.to_owned()),
        region: Observed::Present(REGION.to_owned()),
    };
    look_in(identity, double, needs, resources).await
}

/// The same for a stack of which this is known.
pub(crate) async fn look_in(
    identity: StackIdentity,
    double: &Double,
    needs: impl IntoIterator<Item = Need>,
    resources: &[Named],
) -> Looked {
    let (clients, needs) = (double.clients(), needs.into_iter().collect());
    let calls = Calls::new(Rates::Documented);
    let session = Session::new(&clients, &calls, &needs, identity);
    let listing = resources.iter().map(|(logical, r#type, physical)| {
        Ok(ResourceRef {
            logical_id: LogicalId::new(*logical),
            r#type: ResourceType::new(*r#type),
            physical_id: Some((*physical).to_owned()).filter(|id| !id.is_empty()),
            last_updated: None,
        })
    });
    let began = Instant::now();
    let facts = observe(&session, stream::iter(listing)).await.expect("the listing has no errors");
    assert_eq!(double.strangers(), Vec::<String>::new(), "a call that the double does not know");
    Looked { facts, counts: calls.counts(), took: began.elapsed(), remarks: session.remarks() }
}

/// Looks at a stack of the double, nested ones included, with its template.
pub(crate) async fn look_at(double: &Double, stack: &str, needs: impl IntoIterator<Item = Need>) -> Looked {
    look_during(double, stack, needs, None).await
}

/// The same while a deployment is under way.
pub(crate) async fn look_during(
    double: &Double,
    stack: &str,
    needs: impl IntoIterator<Item = Need>,
    deployment: Option<&Deployment>,
) -> Looked {
    let (clients, needs) = (double.clients(), needs.into_iter().collect());
    let calls = Calls::new(Rates::Documented);
    let described = describe(&clients, &calls, stack).await.expect("a stack");
    let listing = Listing::new(&clients, &calls, described.id.clone());
    let session = Session::of_stack(&clients, &calls, &needs, described);
    if let Some(deployment) = deployment {
        session.deploying(deployment);
    }
    let began = Instant::now();
    let facts = observe(&session, listing.resources()).await.expect("the listing has no errors");
    assert_eq!(double.strangers(), Vec::<String>::new(), "a call that the double does not know");
    let remarks = [listing.remarks(), session.remarks()].concat();
    Looked { facts, counts: calls.counts(), took: began.elapsed(), remarks }
}

/// What a fault reads like among the facts, for a call of this need.
pub(crate) fn reason(fault: &Fault, need: Need) -> Value {
    let why = match fault {
        Fault::Denied => serde_json::json!({ "Denied": { "action": need.action() } }),
        Fault::Throttled => serde_json::json!({ "Throttled": { "operation": need.operation() } }),
        Fault::Hang => serde_json::json!({ "TimedOut": { "operation": need.operation() } }),
        _ => serde_json::json!({ "Failed": { "operation": need.operation() } }),
    };
    serde_json::json!({ "$unknown": why })
}

/// Whether `found` is what [`reason`] says, whatever the message of a failure is.
pub(crate) fn is_for_reason(found: &Value, fault: &Fault, need: Need) -> bool {
    let mut found = found.clone();
    if let Some(Value::Object(failed)) = found.pointer_mut("/$unknown/Failed") {
        let said = failed.remove("message").unwrap_or_default();
        assert!(said.as_str().is_some_and(|said| !said.is_empty()), "{fault:?} says {said} of {need:?}");
    }
    found == reason(fault, need)
}

/// The facts of a template, deployed in the double's account and region.
pub(crate) fn template_facts(template: &Value) -> Facts {
    deployed(template, ACCOUNT, REGION)
}

/// Where what the template says is not what was observed, in words.
pub(crate) fn differences(template: &Facts, live: &Facts) -> Vec<String> {
    compared::differences(template, live).iter().map(ToString::to_string).collect()
}

/// The properties of a saved resource without some of them.
pub(crate) fn without(mut properties: Value, names: &[&str]) -> Map<String, Value> {
    let Value::Object(map) = properties.take() else { panic!("properties are an object") };
    map.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect()
}
