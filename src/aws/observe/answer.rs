//! What observers do with answers: what must be in them, and pages.

use crate::{
    aws::Operation,
    facts::{Observed, Why},
};

/// Pages of one list. AWS's own lists that fitgate reads have tens; a service that never ends is broken.
const MOST_PAGES: usize = 1_000;

/// A part without which an answer says nothing: an answer that lacks it is not "nothing configured".
pub(super) fn required<T>(part: Option<T>, operation: impl Into<Operation>, name: &str) -> Observed<T> {
    let missing = || failed(operation.into(), format!("the answer has no {name}"));
    part.map_or_else(missing, Observed::Present)
}

/// Unknown because an answer makes no sense.
pub(super) fn failed<T>(operation: Operation, message: String) -> Observed<T> {
    Observed::Unknown(Why::Failed { operation: operation.name.to_owned(), message })
}

/// One page of a list.
#[derive(Debug)]
pub(super) struct Page<T> {
    /// What it holds.
    pub(super) items: Vec<T>,
    /// Where the next one begins, if there is one.
    pub(super) next: Option<String>,
}

/// A whole list, page by page. A page that does not come leaves the list unknown: what is on it may matter most.
pub(super) async fn pages<T>(
    operation: impl Into<Operation>,
    ask: impl AsyncFn(Option<String>) -> Observed<Page<T>>,
) -> Observed<Vec<T>> {
    let operation = operation.into();
    let mut items = Vec::new();
    let mut token = None;
    for _ in 0..MOST_PAGES {
        let page = match ask(token.clone()).await {
            Observed::Present(page) => page,
            Observed::Absent => return Observed::Absent,
            Observed::Unknown(why) => return Observed::Unknown(why),
        };
        items.extend(page.items);
        match page.next.filter(|next| !next.is_empty()) {
            None => return Observed::Present(items),
            same if same == token => {
                return failed(operation, "the token of the next page is that of this one".to_owned());
            }
            next => token = next,
        }
    }
    failed(operation, format!("the list has more than {MOST_PAGES} pages"))
}
