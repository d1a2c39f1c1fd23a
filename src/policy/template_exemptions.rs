//! `templateExemptions`: whether exemptions count that templates state.

use serde::Serialize;

use crate::source::{
    Node,
    read::{Errors, choice},
};

/// Whether exemptions count that templates state in their `Metadata`: whether whoever may edit a template may exempt
/// what it deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum TemplateExemptions {
    /// They count like those of the policy; reports say where they stand.
    #[default]
    Allow,
    /// They cover nothing; reports say how many there are.
    Ignore,
}

impl TemplateExemptions {
    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        choice(node, errors, "action", &[("allow", Self::Allow), ("ignore", Self::Ignore)])
    }
}
