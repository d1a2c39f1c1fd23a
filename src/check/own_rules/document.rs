//! A stack as a document that rules are asked about: `Resources`, each with `Type`, `Properties` and its policies.
//!
//! Whatever else a template has (`Parameters`, `Outputs`, `Metadata`, conditions) is settled before facts are made
//! and unknown here, never absent. But for `Metadata.guard`, `Metadata.cfn_nag` and `Metadata.cdk_nag`: rules read those
//! to be silenced, and here findings are exempted by policy, with an owner and a last day.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;

use super::datum::Datum;
use crate::facts::{Facts, Properties, Resource, Why};

/// Resource attributes, which facts keep among the properties.
const ATTRIBUTES: &[&str] = &["DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy"];

/// What rules files read from metadata in order to be silenced.
const SILENCERS: &[&str] = &["cdk_nag", "cfn_nag", "guard"];

/// The resources of one stack as rules see them, in the order of the source.
#[derive(Debug)]
pub(crate) struct Document {
    pub(super) resources: Vec<(String, Arc<Datum>)>,
}

impl Document {
    /// Of these facts: what a template wrote, where that was kept, else what was typed.
    pub(crate) fn of(facts: &Facts) -> Self {
        let datum = |resource: &Resource| {
            let id = &resource.reference.logical_id;
            (id.as_str().to_owned(), described(resource, facts.written.get(id).map(Arc::as_ref)))
        };
        Self { resources: facts.resources.iter().map(datum).collect() }
    }

    /// The whole, or one resource of it.
    pub(super) fn root(&self, only: Option<usize>) -> Arc<Datum> {
        let chosen = self.resources.iter().enumerate().filter(|(index, _)| only.is_none_or(|only| only == *index));
        let resources = chosen.map(|(_, (id, datum))| (id.clone(), Arc::clone(datum)));
        Datum::map([("Resources".to_owned(), Datum::map(resources, true))], false)
    }
}

/// One resource with its attributes.
fn described(resource: &Resource, written: Option<&Value>) -> Arc<Datum> {
    let properties = match written {
        Some(written) if written.is_null() => Datum::map([], true),
        Some(written) => Datum::read(written, true),
        None => observed(&resource.properties),
    };
    let mut entries = BTreeMap::from([
        ("Type".to_owned(), Datum::text(resource.reference.r#type.as_str())),
        ("Metadata".to_owned(), Datum::map(SILENCERS.iter().map(|key| ((*key).to_owned(), absent())), false)),
    ]);
    let properties = match &*properties {
        Datum::Map { entries: all, is_whole } => {
            let (attributes, own): (BTreeMap<_, _>, BTreeMap<_, _>) =
                all.clone().into_iter().partition(|(key, _)| ATTRIBUTES.contains(&key.as_str()));
            // Of a document that says everything, what is not there is absent; of another, nobody knows.
            if *is_whole {
                entries.extend(ATTRIBUTES.iter().map(|key| ((*key).to_owned(), absent())));
            }
            entries.extend(attributes);
            Datum::map(own, *is_whole)
        }
        _ => properties,
    };
    entries.insert("Properties".to_owned(), properties);
    Datum::map(entries, false)
}

fn absent() -> Arc<Datum> {
    Arc::new(Datum::Absent)
}

/// What was observed without a text to look into: a type that checks read keeps what they read, and no more.
fn observed(properties: &Properties) -> Arc<Datum> {
    let unknown = |why| Arc::new(Datum::Unknown(why));
    match properties {
        Properties::Unreadable(why) => unknown(why.clone()),
        Properties::Other(value) if value.is_null() => {
            unknown(Why::NotObserved("no check reads this type, so nobody looked at it".to_owned()))
        }
        Properties::Other(value) => Datum::read(value, true),
        Properties::Untyped(map) => Datum::read(&Value::Object(map.as_map().clone()), true),
        typed => match typed.to_full_value() {
            Ok(value) => Datum::read(&value, false),
            Err(error) => unknown(Why::Malformed(error.to_string())),
        },
    }
}
