//! `DeletionPolicy` and `UpdateReplacePolicy` of what holds data.

use crate::{check::Verdict, facts::Observed};

/// Whether data outlives the resource's removal and its replacement; both default to `Delete`.
///
/// A snapshot keeps the data too; S3 and DynamoDB know none, so CloudFormation refuses it there.
pub(super) fn retained(deletion: &Observed<String>, replacement: &Observed<String>) -> Verdict {
    let policies = [("DeletionPolicy", deletion), ("UpdateReplacePolicy", replacement)];
    let mut lost = Vec::new();
    for (name, policy) in policies {
        match policy.known() {
            Ok(Some(policy)) if policy.starts_with("Retain") => {}
            Ok(Some(policy)) => lost.push((name, format!("{name} is {policy}"))),
            Ok(None) => lost.push((name, format!("{name} is absent, which means Delete"))),
            Err(why) => return Verdict::inconclusive(why).at(name),
        }
    }
    match lost.as_slice() {
        [] => Verdict::Pass,
        [(name, text)] => Verdict::partial(50, text.clone()).at(*name),
        [(name, first), (_, second), ..] => Verdict::fail(format!("{first}; {second}")).at(*name),
    }
}
