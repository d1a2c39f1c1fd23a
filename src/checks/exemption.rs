//! Checks of the policy itself: no judge asks them, [`crate::evaluate`] finds them while it applies exemptions.

use crate::check::{Applies, Check, Default, Pillar, Severity};

/// The table, for `checks list` and `checks explain`.
pub(super) const CHECKS: &[Check] = &[EXEMPTION_EXPIRED_ROW];

/// An exemption whose last day is past, on each resource where it would still cover something.
pub const EXEMPTION_EXPIRED: &Check = &CHECKS[0];

const EXEMPTION_EXPIRED_ROW: Check = Check {
    id: "exemption-expired",
    title: "No exemption that is still relied on has expired",
    why: "An exemption tolerates a known weakness until a date. When the date passes and nothing has changed, a \
          temporary risk has become a permanent one that nobody decided on.",
    fix: "Fix what the exemption tolerates and remove it from the policy, or have its owner set a new `expires`.",
    absent: "Where an exemption's finding is gone, the exemption is reported as unused instead.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_securely_operate_control_objectives.html",
    pillar: Pillar::Operations,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[],
    applies: Applies::Stack(&[], |_, _| Vec::new()),
};
