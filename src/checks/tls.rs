//! Whether the policy of a bucket, a queue or a topic refuses what does not come over TLS.

use super::grants::{covers_every_action, speaks_of_everybody};
use crate::{
    check::Verdict,
    facts::{
        Observed, Why,
        iam::{Known, PolicyDocument, Statement, Subject, all_known, any_known},
    },
};

/// The tail of an object's ARN that no pattern but a wildcard can mean.
const ANY_OBJECT: &str = "/\u{1}/\u{1}";

/// What a policy has to cover.
struct Asked<'a> {
    subject: Subject<'a>,
    /// The tails of the ARNs to cover, the resource itself being none.
    places: &'static [&'static str],
    /// Whether a statement speaks of the actions that count, and the words for where it does not.
    actions: (fn(&Statement) -> Known, &'static str),
}

/// What a statement would have to meet, and the words for where it does not.
struct Needs {
    denies: Known,
    rest: [(Known, &'static str); 3],
    /// One a place of what is asked.
    places: Vec<Known>,
}

/// Whether some statements together deny every request without TLS, on the bucket and on its objects.
pub(super) fn required(document: &PolicyDocument, bucket: Subject<'_>) -> Verdict {
    let actions: fn(&Statement) -> Known = |statement| covers_every_action(statement, "s3");
    let asked = Asked { subject: bucket, places: &["", ANY_OBJECT], actions: (actions, "not for every action") };
    let statements = match asked.of(document) {
        Ok(statements) => statements,
        Err(why) => return Verdict::inconclusive(why),
    };
    match (covered(&statements, 0), covered(&statements, 1)) {
        (Ok(true), Ok(true)) => Verdict::Pass,
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
        (Ok(false), Ok(true)) => Verdict::partial(70, "plain HTTP is denied on the objects but not on the bucket"),
        (Ok(true), Ok(false)) => Verdict::partial(40, "plain HTTP is denied on the bucket but not on its objects"),
        (Ok(false), Ok(false)) => weaker(&statements, "neither the bucket nor its objects"),
    }
}

/// Whether a statement denies these actions on the one resource without TLS; the words are for where it denies others.
pub(super) fn required_of_one(
    document: &PolicyDocument,
    subject: Subject<'_>,
    actions: (fn(&Statement) -> Known, &'static str),
) -> Verdict {
    let asked = Asked { subject, places: &[""], actions };
    match asked.of(document).map(|statements| (covered(&statements, 0), statements)) {
        Ok((Ok(true), _)) => Verdict::Pass,
        Ok((Ok(false), statements)) => weaker(&statements, "other resources only"),
        Ok((Err(why), _)) | Err(why) => Verdict::inconclusive(why),
    }
}

/// Whether some statement meets everything at this place.
fn covered(statements: &[Needs], place: usize) -> Known {
    any_known(statements.iter().map(|needs| {
        let rest = needs.rest.iter().map(|(known, _)| known.clone());
        let here = needs.places.get(place).cloned();
        all_known([needs.denies.clone()].into_iter().chain(here).chain(rest))
    }))
}

/// A statement that means it, but does not go all the way.
fn weaker(statements: &[Needs], covered: &str) -> Verdict {
    let Some(needs) = statements.iter().find(|needs| needs.denies == Ok(true)) else {
        // One that may deny plain HTTP, if not all the way, is not none.
        if let Some(why) = statements.iter().find_map(|needs| needs.denies.clone().err()) {
            return Verdict::inconclusive(why);
        }
        return Verdict::fail("no statement denies requests where aws:SecureTransport is false");
    };
    let missing: Vec<&str> =
        needs.rest.iter().filter(|(known, _)| known == &Ok(false)).map(|(_, missing)| *missing).collect();
    if missing.is_empty() {
        return Verdict::fail(format!("the statement that denies plain HTTP covers {covered}"));
    }
    Verdict::partial(30, format!("plain HTTP is denied, but {}", missing.join(" and ")))
}

impl Asked<'_> {
    fn of(&self, document: &PolicyDocument) -> Result<Vec<Needs>, Why> {
        Ok(document.statements()?.filter_map(|(_, statement)| self.needs(statement)).collect())
    }

    fn needs(&self, statement: &Observed<Statement>) -> Option<Needs> {
        let statement = match statement.known() {
            Ok(statement) => statement?,
            Err(why) => {
                let unknown = || Err(why.clone());
                let rest = [(unknown(), ""), (unknown(), ""), (unknown(), "")];
                let places = self.places.iter().map(|_| unknown()).collect();
                return Some(Needs { denies: unknown(), rest, places });
            }
        };
        let (actions, other_actions) = self.actions;
        Some(Needs {
            denies: denies(statement),
            rest: [
                (speaks_of_all(statement), "not to every principal"),
                (actions(statement), other_actions),
                (without_more_conditions(statement), "only under a further condition"),
            ],
            places: self.places.iter().map(|rest| covers(statement, self.subject, rest)).collect(),
        })
    }
}

fn denies(statement: &Statement) -> Known {
    if statement.allows()? {
        return Ok(false);
    }
    let Some(condition) = statement.condition.known()? else { return Ok(false) };
    any_known(condition.entries()?.into_iter().map(|(operator, key, values)| {
        if !key.eq_ignore_ascii_case("aws:SecureTransport") || !operator.is("Bool") || operator.for_all {
            return Ok(false);
        }
        any_known(values.iter().map(|value| match value.as_str() {
            Some(value) => Ok(value.eq_ignore_ascii_case("false")),
            None => Err(value.why_unresolved()),
        }))
    }))
}

/// `NotPrincipal` leaves somebody out.
fn speaks_of_all(statement: &Statement) -> Known {
    Ok(statement.not_principal.known()?.is_none() && speaks_of_everybody(statement)?)
}

fn without_more_conditions(statement: &Statement) -> Known {
    let Some(condition) = statement.condition.known()? else { return Ok(true) };
    Ok(condition.entries()?.len() == 1)
}

fn covers(statement: &Statement, subject: Subject<'_>, rest: &str) -> Known {
    match statement.resource.known()? {
        Some(resources) => any_known(resources.iter().map(|pattern| subject.covered_by(pattern, rest))),
        None => Ok(false),
    }
}

/// Queues and topics that encrypt take HTTPS only, whatever their policy says; none refused means that there is none.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html>
pub(super) fn or_by_encryption(refused: Option<Verdict>, encrypted: Known, noun: &str) -> Verdict {
    let refused =
        refused.unwrap_or_else(|| Verdict::fail(format!("the {noun} has no policy, so nothing denies plain HTTP")));
    match (refused, encrypted) {
        (_, Ok(true)) | (Verdict::Pass, _) => Verdict::Pass,
        (refused @ Verdict::Inconclusive(..), _) | (refused, Ok(false)) => refused,
        (_, Err(why)) => Verdict::inconclusive(why),
    }
}
