//! `exemptions`: findings that are tolerated, by whom, why and until when; in the policy, and in the `Metadata` of
//! templates, where they are written alike.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Pattern, checks,
    read::{bounded_list, date, words},
};
use crate::{
    check::{AppliedExemption, Check},
    facts::StatedExemption,
    inventory::LogicalId,
    source::{
        Node, Position,
        read::{Errors, Fields},
    },
};

/// The key in the `Metadata` of a resource or of a template below which its exemptions stand.
pub const METADATA: &str = "fitgate";

/// More than anybody answers for.
pub const MOST_EXEMPTIONS: usize = 1_000;

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
    /// The template that states it, with line and column; none for those of the policy.
    #[serde(skip)]
    pub stated_in: Option<String>,
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
            stated_in: self.stated_in.clone(),
        }
    }

    /// The exemptions below [`METADATA`], each with its place: of one resource where `of` names it, else of a whole
    /// template. Everything is refused that a policy would refuse; a template knows no rules of the policy's own.
    pub fn stated(node: &Node, errors: &mut Errors, of: Option<&str>) -> Vec<(Position, Self)> {
        let mut fields = Fields::of(node, errors, METADATA);
        let one = |node: &Node, errors: &mut Errors| Some((node.at, Self::read_of(node, errors, of, &[])?));
        let read = |node: &Node, errors: &mut Errors| bounded_list(node, errors, MOST_EXEMPTIONS, one);
        let stated = fields.required("exempt", read);
        fields.finish();
        stated.unwrap_or_default()
    }

    pub(super) fn read(node: &Node, errors: &mut Errors, own: &[&'static Check]) -> Option<Self> {
        Self::read_of(node, errors, None, own)
    }

    /// Of the resource named, which then needs no pattern; else of those that a pattern names.
    fn read_of(node: &Node, errors: &mut Errors, of: Option<&str>, own: &[&'static Check]) -> Option<Self> {
        let mut fields = Fields::of(node, errors, "an exemption");
        let check = fields.required("check", |node, errors| checks::pattern(node, errors, own));
        let resource = match of {
            Some(id) => Some(Pattern::new(id)),
            None => fields.required("resource", Pattern::read),
        };
        let owner = fields.required("owner", |node, errors| words(node, errors, 200));
        let reason = fields.required("reason", |node, errors| words(node, errors, 1_000));
        let expires = fields.required("expires", date);
        fields.finish();
        let (check, resource, owner) = (check?, resource?, owner?);
        Some(Self { check, resource, owner, reason: reason?, expires: expires?, stated_in: None })
    }
}

impl From<&StatedExemption> for Exemption {
    fn from(stated: &StatedExemption) -> Self {
        Self {
            check: Pattern::new(&stated.check),
            resource: Pattern::new(&stated.resource),
            owner: stated.owner.clone(),
            reason: stated.reason.clone(),
            expires: stated.expires,
            stated_in: Some(stated.stated_in.clone()),
        }
    }
}
