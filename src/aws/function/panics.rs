//! Panics: where one happened, and nothing of what it says.
//!
//! The text of a panic may quote data (`byte index 1 is not a char boundary of "…"`), so it goes neither to standard
//! error, where Rust would write it, nor into the log line. The place is enough to find the defect.

use std::{cell::RefCell, panic};

thread_local! {
    /// A hook runs on one thread.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on a panic writes nothing and leaves its place behind.
pub fn quiet() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}:{}", at.file(), at.line(), at.column()));
        // While the thread ends there is no place to leave it.
        let _ = LAST.try_with(|last| last.replace(place));
    }));
}

/// Begins anew.
pub(super) fn forget() {
    LAST.with(|last| last.replace(None));
}

/// The place of the last panic, if [`quiet`] was called before it: `src/checks/s3/data.rs:10:5`.
pub(super) fn last() -> Option<String> {
    LAST.with(|last| last.borrow().clone())
}
