//! Facts of AWS Config: what its rules say of a resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{List, Observed};

/// What every rule of AWS Config that evaluates a resource says of it.
///
/// Live only, under `$ConfigCompliance`: absent in a template and where nobody asked; empty where no rule evaluates
/// the resource, so also where AWS Config is switched off.
pub type Compliance = List<Evaluation>;

/// One rule's word on a resource.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Evaluation {
    /// The rule's name, which its owner chose.
    pub config_rule_name: Observed<String>,
    /// `COMPLIANT`, `NON_COMPLIANT`, `NOT_APPLICABLE` or `INSUFFICIENT_DATA`; unknown where the resource was changed
    /// after the rule looked at it.
    pub compliance_type: Observed<String>,
    /// What the rule said besides.
    pub annotation: Observed<String>,
    /// The state of the resource that the rule looked at is of this time.
    pub evaluated: Observed<Timestamp>,
}

impl Evaluation {
    /// Whether this is the managed rule of this name: called so itself, or as Security Hub, a conformance pack or an
    /// organisation calls the rules that it makes.
    /// <https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-setup-prereqs.html>
    pub fn is_of(&self, managed: &str) -> bool {
        let Some(name) = self.config_rule_name.present() else { return false };
        let made = ["securityhub-", "OrgConfigRule-"].into_iter().find_map(|prefix| name.strip_prefix(prefix));
        let Some(rest) = made.unwrap_or(name).strip_prefix(managed) else { return false };
        let is_id = |id: &str| !id.is_empty() && id.chars().all(|character| character.is_ascii_alphanumeric());
        let suffix = if made.is_some() { rest.strip_prefix('-') } else { rest.strip_prefix("-conformance-pack-") };
        rest.is_empty() || suffix.is_some_and(is_id)
    }
}
