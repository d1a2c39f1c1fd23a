//! Patterns with `*` and `?`, as exemptions name checks and resources.

use std::fmt;

use serde::{Serialize, Serializer};
use wildmatch::WildMatch;

use super::read::words;
use crate::source::{Node, read::Errors};

/// A pattern: `*` is any text, `?` any one character; everything else is meant literally.
#[derive(Debug, Clone)]
pub struct Pattern {
    written: String,
    matcher: WildMatch,
}

impl Pattern {
    /// The pattern as written.
    pub fn new(written: impl Into<String>) -> Self {
        let written = written.into();
        let matcher = WildMatch::new(&written);
        Self { written, matcher }
    }

    /// Whether all of `text` matches.
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.matches(text)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// At most as long as the longest logical id of a nested stack that anybody would write out.
    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        words(node, errors, 300).map(Self::new)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.written)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}
