//! Policy documents judged statement by statement, whatever the service.

use crate::{
    check::{Evidence, Place, Verdict},
    facts::{
        Observed, Why,
        iam::{Known, PolicyDocument, Statement},
    },
    inventory::LogicalId,
};

/// What is wrong with a statement: the words for it, and the element to look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words {
    pub(super) text: &'static str,
    /// With its dot, `.Principal`; the whole statement where empty.
    pub(super) element: &'static str,
}

/// Judges what was observed of the policy that stands at `place`.
pub(super) fn observed(
    document: &Observed<PolicyDocument>,
    place: &str,
    words: Words,
    at_fault: impl Fn(&Statement) -> Known,
) -> Verdict {
    let missing = || Verdict::inconclusive(Why::Malformed(format!("the policy has no {place}")));
    document.judge(|document| every(document, place, words, at_fault), missing)
}

/// The worst of its statements.
pub(super) fn every(
    document: &PolicyDocument,
    place: &str,
    words: Words,
    at_fault: impl Fn(&Statement) -> Known,
) -> Verdict {
    let statements = match document.statements() {
        Ok(statements) => statements,
        Err(why) => return Verdict::inconclusive(why).at(format!("{place}.Statement")),
    };
    let verdicts = statements.map(|(index, statement)| {
        let at_fault = match statement.known() {
            Ok(Some(statement)) => at_fault(statement),
            Ok(None) => Ok(false),
            Err(why) => Err(why),
        };
        Verdict::of(at_fault.map(|at_fault| !at_fault), || Verdict::fail(format!("statement {index}: {}", words.text)))
            .at(format!("{place}.Statement[{index}]{}", words.element))
    });
    verdicts.fold(Verdict::Pass, Verdict::worse)
}

/// Moves the place to the policy's own resource.
pub(super) fn located(verdict: Verdict, resource: Option<&LogicalId>) -> Verdict {
    let moved = |place: Option<Place>| place.map(|place| Place { resource: resource.cloned(), ..place });
    match verdict {
        Verdict::Pass => Verdict::Pass,
        Verdict::Partial(share, evidence) => {
            Verdict::Partial(share, Evidence { place: moved(evidence.place), text: evidence.text })
        }
        Verdict::Fail(evidence) => Verdict::Fail(Evidence { place: moved(evidence.place), text: evidence.text }),
        Verdict::Inconclusive(why, place) => Verdict::Inconclusive(why, moved(place)),
    }
}
