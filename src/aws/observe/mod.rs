//! Looks at the resources of a stack: SDK answers become facts, one file a service.
//!
//! Listing and looking overlap: a resource is looked at as soon as its page has come. What is asked about
//! several resources at once (alarms by name, scalable targets) waits for [`Session::inventory`].

mod document;
mod memo;
mod session;

pub use document::Document;
use futures_util::{
    future::{Either, select},
    pin_mut,
    stream::{FuturesUnordered, Stream, StreamExt},
};
pub use memo::Memo;
use serde_json::Value;
pub use session::{Progress, Session};

use crate::{
    facts::{Facts, RawResource, Why},
    inventory::ResourceRef,
    world::Outage,
};

/// Resources that are looked at at the same time, whatever their service.
const AT_ONCE: usize = 96;

/// Looks at every resource that `listing` gives, and at nothing twice.
///
/// # Errors
/// The first error of the listing: without a whole inventory there is no stack to judge. What cannot be seen
/// of a resource is no error but an unknown fact.
pub async fn observe(
    session: &Session<'_>,
    listing: impl Stream<Item = Result<ResourceRef, Outage>>,
) -> Result<Facts, Outage> {
    let listing = listing.fuse();
    pin_mut!(listing);
    let mut found: Vec<ResourceRef> = Vec::new();
    let mut waiting = std::collections::VecDeque::new();
    let mut looking = FuturesUnordered::new();
    let mut seen: Vec<(usize, Value)> = Vec::new();
    let mut listed = false;
    loop {
        session.advanced(found.len(), seen.len());
        while looking.len() < AT_ONCE {
            let Some((index, resource)) = waiting.pop_front() else { break };
            looking.push(look(session, index, resource));
        }
        if listed && looking.is_empty() {
            break;
        }
        if listed {
            seen.extend(looking.next().await);
            continue;
        }
        let next = match looking.is_empty() {
            true => Either::Left(listing.next().await),
            false => match select(listing.next(), looking.next()).await {
                Either::Left((resource, _)) => Either::Left(resource),
                Either::Right((properties, _)) => Either::Right(properties),
            },
        };
        match next {
            Either::Left(Some(resource)) => {
                let resource = resource?;
                waiting.push_back((found.len(), resource.clone()));
                found.push(resource);
            }
            Either::Left(None) => {
                listed = true;
                session.listed(found.clone());
            }
            Either::Right(properties) => seen.extend(properties),
        }
    }
    seen.sort_by_key(|(index, _)| *index);
    let mut raw: Vec<RawResource> =
        found.into_iter().zip(seen).map(|(reference, (_, properties))| RawResource { reference, properties }).collect();
    // Pages of several stacks come in any order; what people compare must not depend on it.
    raw.sort_by(|a, b| a.reference.logical_id.cmp(&b.reference.logical_id));
    Ok(Facts::build(session.stack().clone(), raw))
}

/// The properties of one resource, with its place in the inventory.
async fn look(session: &Session<'_>, index: usize, resource: ResourceRef) -> (usize, Value) {
    (index, properties(session, &resource).await)
}

/// Who looks at which type.
#[expect(clippy::unused_async, reason = "observers arrive one by one")]
async fn properties(_session: &Session<'_>, resource: &ResourceRef) -> Value {
    let what = format!("fitgate does not look at {} on a live stack", resource.r#type);
    Document::unknown(&Why::NotObserved(what))
}
