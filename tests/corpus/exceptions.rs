//! Verdicts that change with ignorance, and rightly so.

use fitgate::source::{Limits, parse};
use serde::Deserialize;
use wildmatch::WildMatch;

use super::{law::Broken, plain::plain};

/// One entry of `exceptions.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// An id, or a pattern of ids with `*`.
    check: String,
    /// `fail to pass` for example, `*` for anything.
    change: String,
    /// The values that are unknown: type and path.
    properties: Vec<String>,
    /// Why it is right, or what is to be done.
    #[expect(dead_code, reason = "for people; an entry without one is refused")]
    reason: String,
}

impl Exception {
    pub(crate) fn covers(&self, broken: &Broken) -> bool {
        let means = |pattern: &str, text: &str| WildMatch::new(pattern).matches(text);
        means(&self.check, broken.check)
            && means(&self.change, &broken.change)
            && self.properties.iter().any(|property| means(property, &broken.property))
    }
}

pub(crate) fn exceptions() -> Vec<Exception> {
    let bytes = include_bytes!("exceptions.yaml");
    let list = parse("exceptions.yaml", bytes, &Limits::default()).expect("YAML");
    serde_json::from_value(plain(&list)).expect("exceptions")
}
