//! A mistake in a document, with the line it is on.

use std::fmt::Write as _;

use crate::source::SourceError;

/// The message with its kind (`error`, `warning`), the offending line with a caret, and what to do about it.
pub(super) fn shown(kind: &str, error: &SourceError) -> String {
    let mut out = format!("{kind}: {error}\n");
    if let (Some(excerpt), Some(at)) = (&error.excerpt, error.at) {
        let number = at.line.to_string();
        let margin = " ".repeat(number.len());
        let _ = writeln!(out, "  {number} | {}", excerpt.line);
        let _ = writeln!(out, "  {margin} | {}^", " ".repeat(excerpt.caret));
    }
    if let Some(hint) = error.hint() {
        let _ = writeln!(out, "  hint: {hint}");
    }
    out
}
