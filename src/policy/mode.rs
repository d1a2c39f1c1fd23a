//! `mode`: whether a decision to halt is carried out.

use serde::Serialize;

use crate::source::{
    Node,
    read::{Errors, choice},
};

/// Whether a decision to halt is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
pub enum Mode {
    /// A halt is a halt: CodeDeploy is told `Failed`.
    #[default]
    Enforce,
    /// A halt is only reported, as "would have halted": for the first weeks with a stack.
    Observe,
}

impl Mode {
    pub(super) fn read(node: &Node, errors: &mut Errors) -> Option<Self> {
        choice(node, errors, "mode", &[("enforce", Self::Enforce), ("observe", Self::Observe)])
    }
}
