//! Whether a backup plan covers a resource.

use crate::{check::Verdict, facts::backup::Covering};

/// Judges what was joined or observed; see [`Covering`] for what each state means.
pub(super) fn covered(covering: &Covering) -> Verdict {
    let none = || Verdict::fail("no backup plan covers it");
    covering.judge(|selections| if selections.is_empty() { none() } else { Verdict::Pass }, none)
}
