//! Checks: holistic.

use crate::check::Check;

/// The table.
pub(super) const CHECKS: &[Check] = &[];
