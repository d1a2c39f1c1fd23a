//! The table that fitgate's own template installed, found by the name under which that exports it.

use crate::{
    aws::{Calls, Clients, Operation, invocation::outage},
    facts::Why,
    world::Outage,
};

/// The name under which the template exports its table.
pub const EXPORT: &str = "fitgate-HistoryTable";

/// The call that finds it.
const LIST: Operation = Operation::named("cloudformation:ListExports");

/// Pages of up to a hundred exports. An account has some hundreds in a region, and thousands only on request.
const MOST_PAGES: usize = 100;

/// The table of this account and region; none where none is installed.
///
/// # Errors
/// Where CloudFormation cannot be asked.
pub async fn installed(clients: &Clients, calls: &Calls) -> Result<Option<String>, Outage> {
    let step = || format!("find the history table by the export {EXPORT}");
    let mut next = None;
    for _ in 0..MOST_PAGES {
        let request = clients.cloudformation.list_exports().set_next_token(next);
        let page = calls.within(LIST, || request.send()).await.map_err(|fault| outage(step(), fault.why(LIST)))?;
        let table = page.exports().iter().find(|export| export.name() == Some(EXPORT));
        if let Some(table) = table.and_then(|export| export.value()) {
            return Ok(Some(table.to_owned()));
        }
        next = page.next_token;
        if next.is_none() {
            return Ok(None);
        }
    }
    Err(outage(step(), Why::NotObserved(format!("it is not among the first {MOST_PAGES} pages of exports"))))
}
