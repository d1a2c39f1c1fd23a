//! What a statement of an identity's policy grants, and on how much.

use crate::facts::{
    Part, Text, Why,
    iam::{Condition, Known, Statement, Texts, any_known, matches_action, matches_pattern},
};

/// Which of a service's resources a statement speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breadth {
    /// Of none of this service, or of some that are named.
    Some,
    /// Of every one of a kind: `arn:aws:s3:::*`, `arn:aws:dynamodb:*:*:table/*`.
    Kind,
    /// Of everything: `*`.
    All,
}

/// How a condition limits a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// There is none.
    None,
    /// To circumstances: an hour, a region, a service in between.
    Circumstances,
    /// To certain resources: by tag, by alias, by leading key.
    Resources,
}

/// Whether `Action` or `NotAction` grants this action.
///
/// # Errors
/// With the reason, where nobody can tell.
pub(super) fn grants(statement: &Statement, action: &str) -> Known {
    let named = |texts: &Texts| any_known(texts.iter().map(|pattern| matches_action(pattern, action)));
    match (statement.action.known()?, statement.not_action.known()?) {
        (Some(actions), _) => named(actions),
        (None, Some(left_out)) => named(left_out).map(|out| !out),
        (None, None) => Err(Why::Malformed("a statement without Action".to_owned())),
    }
}

/// On how many of the resources that this action takes a statement speaks.
///
/// A name that a parameter gives inside an ARN is a name: nobody passes `*` for one. A whole ARN that nobody knows is
/// not known.
///
/// # Errors
/// With the reason, where nobody can tell.
pub(super) fn breadth(statement: &Statement, action: &str) -> Result<Breadth, Why> {
    match (statement.resource.known()?, statement.not_resource.known()?) {
        (Some(resources), _) => {
            let mut widest = Ok(Breadth::Some);
            for resource in resources.iter() {
                match (breadth_of(resource, service_in_arns(action)), &widest) {
                    (Ok(Breadth::All), _) => return Ok(Breadth::All),
                    (Ok(this), Ok(known)) => widest = Ok(this.max(*known)),
                    (Err(why), Ok(_)) => widest = Err(why),
                    (_, Err(_)) => {}
                }
            }
            widest
        }
        (None, Some(_)) => Ok(Breadth::All),
        (None, None) => Err(Why::Malformed("a statement without Resource".to_owned())),
    }
}

/// The service that the ARNs of an action's resources name.
fn service_in_arns(action: &str) -> &str {
    match action.split_once(':').map_or(action, |(service, _)| service) {
        "sts" => "iam",
        "rds-data" => "rds",
        service => service,
    }
}

/// Services whose ARNs begin with the name of a resource, and not with its kind.
const WITHOUT_KIND: &[&str] = &["s3", "sns", "sqs", "execute-api"];

pub(super) fn breadth_of(resource: &Text, service: &str) -> Result<Breadth, Why> {
    /// Stands for a part that is known only after deployment, and is no wildcard.
    const NAME: &str = "\u{1}";
    let shape: String = resource
        .parts()
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            _ => NAME,
        })
        .collect();
    if let [Part::Unknown(why)] = resource.parts() {
        return Err(why.clone());
    }
    let is_open = |text: &str| text.contains('*') && text.chars().all(|c| matches!(c, '*' | '/' | ':'));
    let fields: Vec<&str> = shape.splitn(6, ':').collect();
    let (of, name) = match fields.as_slice() {
        _ if is_open(&shape) => return Ok(Breadth::All),
        // `arn:*`, `arn:aws:s3*`: the last field stands for all that follow.
        ["arn", .., last] if fields.len() < 6 && last.ends_with('*') => return Ok(Breadth::All),
        ["arn", _, of, _, _, name] => (*of, *name),
        _ => return Ok(Breadth::Some),
    };
    if of != service && !matches_pattern(&Text::literal(of), service)? {
        return Ok(Breadth::Some);
    }
    let kind_left_out = name.split_once([':', '/']).filter(|(kind, _)| !kind.contains(NAME));
    let every_of_kind = !WITHOUT_KIND.contains(&service) && kind_left_out.is_some_and(|(_, rest)| is_open(rest));
    Ok(if is_open(name) || every_of_kind { Breadth::Kind } else { Breadth::Some })
}

/// Beginnings of the keys that say which resource is meant, and keys written out; in lower case.
const RESOURCE_KEYS: &[&str] = &[
    "aws:resourcetag/",
    "dynamodb:leadingkeys",
    "iam:permissionsboundary",
    "iam:policyarn",
    "iam:resourcetag/",
    "kms:encryptioncontext:",
    "kms:requestalias",
    "kms:resourcealiases",
    "lambda:functionarn",
    "s3:existingobjecttag/",
    "s3:prefix",
    "secretsmanager:resource/",
    "secretsmanager:resourcetag/",
    "secretsmanager:secretid",
    "ssm:resourcetag/",
];

/// How the condition of a statement limits what it grants. One that holds without its key limits nothing.
///
/// # Errors
/// With the reason, where its keys are not known.
pub(super) fn limit(statement: &Statement) -> Result<Limit, Why> {
    let Some(condition) = statement.condition.known()? else { return Ok(Limit::None) };
    limit_of(condition)
}

fn limit_of(condition: &Condition) -> Result<Limit, Why> {
    let mut limit = Limit::None;
    for (operator, key, values) in condition.entries()? {
        let anything =
            values.iter().any(|value| value.as_str().is_some_and(|value| value.trim_matches('*').is_empty()));
        if operator.holds_without_key() || anything || values.0.is_empty() || operator.is("Null") {
            continue;
        }
        let negated = operator.name.to_ascii_lowercase().contains("not");
        let key = key.to_ascii_lowercase();
        if !negated && RESOURCE_KEYS.iter().any(|known| key.starts_with(known)) {
            return Ok(Limit::Resources);
        }
        limit = Limit::Circumstances;
    }
    Ok(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_every_one_of_a_kind_and_some_are_told_apart() {
        let cases: &[(&str, &str, Breadth)] = &[
            ("*", "s3", Breadth::All),
            ("**", "s3", Breadth::All),
            ("arn:*", "s3", Breadth::All),
            ("arn:aws:s3*", "s3", Breadth::All),
            ("arn:aws:s3:::*", "s3", Breadth::Kind),
            ("arn:aws:s3:::*/*", "s3", Breadth::Kind),
            ("arn:aws:s3:::bucket/*", "s3", Breadth::Some),
            ("arn:aws:s3:::bucket*", "s3", Breadth::Some),
            ("arn:aws:dynamodb:*:*:table/*", "dynamodb", Breadth::Kind),
            ("arn:aws:dynamodb:*:*:table/*", "s3", Breadth::Some),
            ("arn:aws:dynamodb:*:*:table/orders/index/*", "dynamodb", Breadth::Some),
            ("arn:aws:*:*:*:*", "kms", Breadth::Kind),
            ("arn:aws:rds-db:*:*:dbuser:*/*", "rds-db", Breadth::Kind),
            ("arn:aws:lambda:eu-west-1:1:function:*", "lambda", Breadth::Kind),
            ("arn:aws:lambda:eu-west-1:1:function:orders:*", "lambda", Breadth::Some),
            ("arn:aws:sqs:*:*:orders", "sqs", Breadth::Some),
            ("", "s3", Breadth::Some),
            ("::::::", "s3", Breadth::Some),
            ("bucket", "s3", Breadth::Some),
        ];
        for (resource, service, expected) in cases {
            assert_eq!(breadth_of(&Text::literal(*resource), service), Ok(*expected), "{resource}");
        }
    }
}
