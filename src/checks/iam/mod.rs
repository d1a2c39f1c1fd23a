//! Checks of AWS IAM: what roles and policies permit, and who may take a role on.
//!
//! What a statement permits is judged where it stands: an inline policy is its role's, one of its own is judged once,
//! however many roles carry it. What a `Deny` takes away again counts for `escalation` only.

pub(super) mod broad;
pub(super) mod danger;
pub(super) mod escalation;
mod resource_level;
pub(super) mod role;
mod statement;

use crate::{
    check::Verdict,
    facts::{
        Observed, Why,
        iam::{Held, Statement},
    },
};

/// What a judge says of one statement, or why it cannot.
type Judged = Result<Verdict, Why>;

/// The worst that `judge` says of the statements that allow something; none where no policy is held.
fn worst(held: &Held<'_>, judge: impl Fn(&Statement) -> Judged) -> Option<Verdict> {
    let unknown = held.unknown.as_ref().map(|(why, property)| Verdict::inconclusive(why.clone()).at(property));
    let judged = held.own.iter().flat_map(|(property, document)| {
        statements(document).map_or_else(
            |why| vec![Verdict::inconclusive(why).at(property)],
            |statements| {
                let one = |(index, statement): (usize, &Observed<Statement>)| {
                    let judged = statement.known().and_then(|statement| match statement {
                        Some(statement) if statement.allows()? => judge(statement),
                        Some(_) | None => Ok(Verdict::Pass),
                    });
                    judged.unwrap_or_else(Verdict::inconclusive).at(format!("{property}.Statement[{index}]"))
                };
                statements.map(one).collect()
            },
        )
    });
    judged.chain(unknown).reduce(Verdict::worse)
}

/// The statements of a document, with their index.
///
/// # Errors
/// Where there is none, or nobody could read it.
fn statements(
    document: &Observed<crate::facts::iam::PolicyDocument>,
) -> Result<impl Iterator<Item = (usize, &Observed<Statement>)>, Why> {
    match document {
        Observed::Present(document) => document.statements(),
        Observed::Absent => Err(Why::Malformed("a policy without PolicyDocument".to_owned())),
        Observed::Unknown(why) => Err(why.clone()),
    }
}
