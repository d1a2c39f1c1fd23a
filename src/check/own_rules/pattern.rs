//! Patterns between slashes. Matching takes time in proportion to text and pattern: there is no backtracking.

use std::fmt;

use regex_lite::{Regex, RegexBuilder};

/// The longest pattern, in bytes.
const LONGEST: usize = 1_000;
/// What a pattern may come to when its repetitions are written out, in bytes.
const LARGEST: usize = 16 << 10;
/// The longest text that a pattern is tried on, in bytes.
pub(super) const LONGEST_TEXT: usize = 64 << 10;

/// A regular expression.
#[derive(Clone)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Reads what stands between the slashes.
    pub(super) fn new(written: &str) -> Result<Self, String> {
        if written.len() > LONGEST {
            return Err(format!("the pattern is longer than {LONGEST} bytes"));
        }
        if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| written.contains(look)) {
            return Err("patterns that look around themselves are not supported".to_owned());
        }
        let regex = RegexBuilder::new(written).size_limit(LARGEST).nest_limit(32).build();
        regex.map(Self).map_err(|error| format!("the pattern cannot be read: {error}"))
    }

    /// Whether it is found anywhere in `text`.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.0.as_str())
    }
}
