//! Checks: s3.

use crate::check::Check;

/// The table.
pub(super) const CHECKS: &[Check] = &[];
