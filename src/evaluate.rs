//! From facts and a policy to findings.
//!
//! A template whose conditions nothing settles has several branches. Every branch is judged, and a
//! resource gets the verdict that all of them share:
//!
//! | in the branches | verdict |
//! |---|---|
//! | the same verdict everywhere | that verdict |
//! | `Partial` everywhere, of different shares | `Partial` of the smallest share, which holds everywhere |
//! | `Fail` everywhere, for different reasons | `Fail` with each reason and its condition |
//! | `Pass` where the check applies; elsewhere it does not apply or the resource is gone | `Pass` |
//! | anything else | `Inconclusive`, naming which condition leads to which verdict |
//!
//! `Pass` here and `Partial` there is inconclusive too: neither of the two is true of every branch.
//!
//! Never does any I/O, never reads a clock, never catches a panic of a judge (the guard does).

mod branches;
mod subjects;

use crate::{
    check::{Check, Verdict, Yardstick},
    facts::Branch,
    inventory::{LogicalId, ResourceType},
};
use subjects::Subjects;

/// What one check says of every resource it applies to, in the order of the source, over all branches.
///
/// A resource nobody could read gets an inconclusive verdict from every check of its type.
pub fn judge(
    check: &'static Check,
    branches: &[Branch],
    yardstick: &Yardstick,
) -> Vec<(LogicalId, ResourceType, Verdict)> {
    let subjects = Subjects::of(branches);
    subjects
        .judge(check, yardstick)
        .into_iter()
        .map(|(subject, verdict)| (subject.id.clone(), subject.r#type.clone(), verdict))
        .collect()
}
