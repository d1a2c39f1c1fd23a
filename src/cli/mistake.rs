//! A mistake in a document, with the line it is on.

use std::fmt::{Display, Write as _};

use crate::{report::paragraph::marked, source::SourceError};

/// The message with its kind (`error`, `warning`), the offending line with a caret, and what to do about it.
pub(super) fn shown(kind: &str, error: &SourceError) -> String {
    let mut out = told(kind, error);
    if let (Some(excerpt), Some(at)) = (&error.excerpt, error.at) {
        let number = at.line.to_string();
        let margin = " ".repeat(number.len());
        let _ = writeln!(out, "  {number} | {}", excerpt.line);
        let _ = writeln!(out, "  {margin} | {}^", " ".repeat(excerpt.caret));
    }
    if let Some(hint) = error.hint() {
        out += &format!("{}\n", marked("  hint: ", &hint));
    }
    out
}

/// One message behind its kind, in 80 columns.
pub(super) fn told(kind: &str, message: impl Display) -> String {
    format!("{}\n", marked(&format!("{kind}: "), &message.to_string()))
}
