//! A look at a live stack for people: everything that enabled checks ask for, without a deployment.

use std::{collections::BTreeSet, pin::pin, time::Duration};

use futures_util::future::{Either, select};

use super::{
    Calls, Clients,
    observe::{Progress, Session, observe},
    stack::{Listing, describe},
};
use crate::{facts::Facts, need::Need, world::Outage};

/// What was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Audited {
    /// The stack, nested ones included.
    pub facts: Facts,
    /// What the reader of a report should know of how it came about.
    pub remarks: Vec<String>,
}

/// Looks at the stack with this name or ARN. `watch` is told every `frame` how far that is.
///
/// # Errors
/// Where the stack cannot be listed. What cannot be seen of a resource is an unknown fact.
pub async fn audit(
    clients: &Clients,
    calls: &Calls,
    stack: &str,
    needs: &BTreeSet<Need>,
    frame: Duration,
    mut watch: impl FnMut(Progress),
) -> Result<Audited, Outage> {
    let described = describe(clients, calls, stack).await?;
    let listing = Listing::new(clients, calls, described.id.clone());
    let session = Session::of_stack(clients, calls, needs, described);
    let mut work = pin!(observe(&session, listing.resources()));
    let facts = loop {
        match select(work.as_mut(), pin!(tokio::time::sleep(frame))).await {
            Either::Left((facts, _)) => break facts?,
            Either::Right(_) => watch(session.progress()),
        }
    };
    Ok(Audited { facts, remarks: [listing.remarks(), session.remarks()].concat() })
}
