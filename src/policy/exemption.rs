//! `exemptions`: findings that are tolerated, by whom, why and until when.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Pattern, checks,
    read::{date, words},
};
use crate::{
    check::{AppliedExemption, Check},
    inventory::LogicalId,
    source::{
        Node,
        read::{Errors, Fields},
    },
};

/// Findings that are tolerated: they cost no points and halt nothing until they expire.
///
/// Passes are never exempted. The first exemption that matches and still holds covers a finding.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Exemption {
    /// A check id, or a pattern with `*` and `?` that matches at least one.
    #[cfg_attr(feature = "cli", schemars(with = "String", length(min = 1, max = 300)))]
    pub check: Pattern,
    /// A logical id, or a pattern with `*` and `?`; a resource of a nested stack is `Nested/Child`.
    #[cfg_attr(feature = "cli", schemars(with = "String", length(min = 1, max = 300)))]
    pub resource: Pattern,
    /// Who answers for it.
    #[cfg_attr(feature = "cli", schemars(length(min = 1, max = 200)))]
    pub owner: String,
    /// Why it is tolerated.
    #[cfg_attr(feature = "cli", schemars(length(min = 1, max = 1000)))]
    pub reason: String,
    /// The last day it holds, `2027-01-31`. Afterwards it covers nothing and is a finding of its own.
    #[cfg_attr(feature = "cli", schemars(schema_with = "super::schema::date"))]
    pub expires: Date,
}

impl Exemption {
    /// Whether it speaks of this check on this resource, expired or not.
    pub fn matches(&self, check: &str, resource: &LogicalId) -> bool {
        self.check.matches(check) && self.resource.matches(resource.as_str())
    }

    /// As a finding shows it on this day.
    pub fn applied(&self, today: Date) -> AppliedExemption {
        AppliedExemption {
            owner: self.owner.clone(),
            reason: self.reason.clone(),
            expires: self.expires,
            expired: today > self.expires,
        }
    }

    pub(super) fn read(node: &Node, errors: &mut Errors, own: &[&'static Check]) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "an exemption");
        let check = fields.required("check", |node, errors| checks::pattern(node, errors, own));
        let resource = fields.required("resource", Pattern::read);
        let owner = fields.required("owner", |node, errors| words(node, errors, 200));
        let reason = fields.required("reason", |node, errors| words(node, errors, 1_000));
        let expires = fields.required("expires", date);
        fields.finish();
        Some(Self { check: check?, resource: resource?, owner: owner?, reason: reason?, expires: expires? })
    }
}
