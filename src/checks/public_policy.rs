//! Policies that stand on a resource, or are one, and grant something to everybody.

use super::grants;
use crate::{
    check::Verdict,
    facts::{Observed, Why, iam::PolicyDocument},
};

/// Judges the policy at `property`: no statement may grant to everybody. An absent one is `absent`.
pub(super) fn admits_no_stranger(
    document: &Observed<PolicyDocument>,
    property: &str,
    absent: impl FnOnce() -> Verdict,
) -> Verdict {
    match document {
        Observed::Present(document) => every_statement(document, property),
        Observed::Absent => absent().at(property),
        Observed::Unknown(why) => Verdict::inconclusive(why.clone()).at(property),
    }
}

/// For a policy that its type requires: without one nobody can tell.
pub(super) fn missing() -> Verdict {
    Verdict::inconclusive(Why::Malformed("there is no policy document".to_owned()))
}

fn every_statement(document: &PolicyDocument, property: &str) -> Verdict {
    let statements = match document.statements() {
        Ok(statements) => statements,
        Err(why) => return Verdict::inconclusive(why).at(format!("{property}.Statement")),
    };
    let verdicts = statements.map(|(index, statement)| {
        let public = match statement.known() {
            Ok(Some(statement)) => grants::to_everybody(statement),
            Ok(None) => Ok(false),
            Err(why) => Err(why),
        };
        let text = "it allows everybody, and no condition limits them to known callers";
        Verdict::of(public.map(|public| !public), || Verdict::fail(format!("statement {index}: {text}")))
            .at(format!("{property}.Statement[{index}].Principal"))
    });
    verdicts.fold(Verdict::Pass, Verdict::worse)
}
