//! Checks of AWS Lambda: functions, aliases, permissions, URLs, event source mappings, invoke configurations.

pub(super) mod alias;
pub(super) mod configuration;
pub(super) mod event_source_mapping;
pub(super) mod invocation;
mod layers;
pub(super) mod network;
pub(super) mod permission;
pub(super) mod runtime;
mod runtimes;
pub(super) mod secret_shapes;
pub(super) mod secrets;
pub(super) mod url;

use crate::{
    check::Verdict,
    facts::{List, Observed, Why},
};

/// What a judge concludes, or why it cannot.
type Judged = Result<Verdict, Why>;

/// A judgement as the catalogue wants it: ignorance is inconclusive, and named after its property.
fn verdict(judged: Judged, property: &str) -> Verdict {
    judged.unwrap_or_else(Verdict::inconclusive).at(property)
}

/// The first element that `wanted` accepts.
///
/// # Errors
/// Where none does, but one that nobody could read might.
fn find<T>(list: &List<T>, wanted: impl Fn(&T) -> bool) -> Result<Option<&T>, Why> {
    let Some(items) = list.known()? else { return Ok(None) };
    let mut unread = None;
    for item in items {
        match item {
            Observed::Present(item) if wanted(item) => return Ok(Some(item)),
            Observed::Unknown(why) => unread = unread.or(Some(why)),
            Observed::Present(_) | Observed::Absent => {}
        }
    }
    unread.map_or(Ok(None), |why| Err(why.clone()))
}

/// A joined field: where nothing was joined, nobody looked.
///
/// # Errors
/// Where the field is absent or unknown.
fn joined<T>(field: &Observed<T>) -> Result<&T, Why> {
    field.known()?.ok_or_else(|| Why::NotObserved("the rest of the stack was not looked at".into()))
}
