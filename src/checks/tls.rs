//! Whether a bucket policy refuses what does not come over TLS.

use super::grants::{covers_every_action, speaks_of_everybody};
use crate::{
    check::Verdict,
    facts::{
        Observed,
        iam::{Known, PolicyDocument, Statement, Subject, all_known, any_known},
    },
};

/// The tail of an object's ARN that no pattern but a wildcard can mean.
const ANY_OBJECT: &str = "/\u{1}/\u{1}";

/// What a statement would have to meet, and the words for where it does not.
struct Needs {
    denies: Known,
    rest: [(Known, &'static str); 3],
    bucket: Known,
    objects: Known,
}

/// Whether some statements together deny every request without TLS, on the bucket and on its objects.
pub(super) fn required(document: &PolicyDocument, bucket: Subject<'_>) -> Verdict {
    let statements: Vec<Needs> = match document.statements() {
        Ok(statements) => statements.filter_map(|(_, statement)| needs(statement, bucket)).collect(),
        Err(why) => return Verdict::inconclusive(why),
    };
    let covered = |what: fn(&Needs) -> &Known| {
        any_known(statements.iter().map(|needs| {
            let rest = needs.rest.iter().map(|(known, _)| known.clone());
            all_known([needs.denies.clone(), what(needs).clone()].into_iter().chain(rest))
        }))
    };
    match (covered(|needs| &needs.bucket), covered(|needs| &needs.objects)) {
        (Ok(true), Ok(true)) => Verdict::Pass,
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
        (Ok(false), Ok(true)) => Verdict::partial(70, "plain HTTP is denied on the objects but not on the bucket"),
        (Ok(true), Ok(false)) => Verdict::partial(40, "plain HTTP is denied on the bucket but not on its objects"),
        (Ok(false), Ok(false)) => weaker(&statements),
    }
}

/// A statement that means it, but does not go all the way.
fn weaker(statements: &[Needs]) -> Verdict {
    let Some(needs) = statements.iter().find(|needs| needs.denies == Ok(true)) else {
        return Verdict::fail("no statement denies requests where aws:SecureTransport is false");
    };
    let missing: Vec<&str> =
        needs.rest.iter().filter(|(known, _)| known == &Ok(false)).map(|(_, missing)| *missing).collect();
    if missing.is_empty() {
        return Verdict::fail("the statement that denies plain HTTP covers neither the bucket nor its objects");
    }
    Verdict::partial(30, format!("plain HTTP is denied, but {}", missing.join(" and ")))
}

fn needs(statement: &Observed<Statement>, bucket: Subject<'_>) -> Option<Needs> {
    let statement = match statement.known() {
        Ok(statement) => statement?,
        Err(why) => {
            let unknown = || Err(why.clone());
            let rest = [(unknown(), ""), (unknown(), ""), (unknown(), "")];
            return Some(Needs { denies: unknown(), rest, bucket: unknown(), objects: unknown() });
        }
    };
    Some(Needs {
        denies: denies(statement),
        rest: [
            (speaks_of_all(statement), "not to every principal"),
            (covers_every_action(statement, "s3"), "not for every action"),
            (without_more_conditions(statement), "only under a further condition"),
        ],
        bucket: covers(statement, bucket, ""),
        objects: covers(statement, bucket, ANY_OBJECT),
    })
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

fn covers(statement: &Statement, bucket: Subject<'_>, rest: &str) -> Known {
    match statement.resource.known()? {
        Some(resources) => any_known(resources.iter().map(|pattern| bucket.covered_by(pattern, rest))),
        None => Ok(false),
    }
}
