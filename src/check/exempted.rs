//! The exemption that covers a finding, or covered it until it expired.

use jiff::civil::Date;
use serde::Serialize;

/// An exemption as it covers a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppliedExemption {
    /// Who answers for it.
    pub owner: String,
    /// Why it is tolerated.
    pub reason: String,
    /// The last day it holds.
    pub expires: Date,
    /// Whether that day is past: an expired exemption covers nothing and is reported.
    pub expired: bool,
    /// The template that states it, with line and column; none where policy does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_in: Option<String>,
}

impl AppliedExemption {
    /// Who tolerates it until when, why, and in which template that is said, as reports have it.
    pub fn sentence(&self) -> String {
        let Self { owner, reason, expires, expired, stated_in } = self;
        let until = if *expired { "expired on" } else { "until" };
        let place = stated_in.as_ref().map(|place| format!(" in {place}")).unwrap_or_default();
        format!("exempted by {owner}{place} {until} {expires}: {reason}")
    }
}
