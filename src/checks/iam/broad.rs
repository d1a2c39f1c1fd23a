//! Wildcards and exceptions where a list should stand.

use super::{
    Judged, resource_level, statement,
    statement::{Breadth, Limit},
    worst,
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::grants::covers_every_action,
    facts::{
        Part, Text, Why,
        iam::{Held, Known, Statement},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "iam-no-admin",
        title: "No policy allows everything on everything",
        why: "Whoever gets hold of one function then has the whole account: every table, every key, every other role.",
        fix: "List the actions the code calls and the ARNs it calls them on; in SAM use policy templates.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_admin),
    },
    Check {
        id: "iam-no-wildcard-action",
        title: "No policy allows every action of a service",
        why: "A wildcard grants deletion and administration beside what the code needs, and each action the service \
              gains later.",
        fix: "List the actions; a wildcard behind a verb, such as s3:Get*, is no finding.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-no-statements-with-full-access.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_wildcard_action),
    },
    Check {
        id: "iam-no-wildcard-resource",
        title: "No policy speaks of every resource where its actions can name one",
        why: "The function can reach what other applications of the account keep, not only what this stack holds.",
        fix: "Name the ARN: !GetAtt Table.Arn. Leave * to actions that take no resource, in a statement of their own.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_wildcard_resource),
    },
    Check {
        id: "iam-no-allow-notaction",
        title: "No policy allows by naming what is not meant",
        why: "Allow with NotAction or NotResource grants all the rest, services included that do not exist yet.",
        fix: "Write Action and Resource; to take something away again, add a statement with Effect Deny.",
        absent: "A role without inline policies has none to judge.",
        reference: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPolicies],
        applies: Applies::EachPolicy(no_allow_notaction),
    },
];

/// No service has this name: only a wildcard for all of them covers its actions.
const NO_SERVICE: &str = "\u{1}";

fn no_admin(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| {
        let everything = covers_every_action(statement, NO_SERVICE);
        let everywhere = statement::breadth(statement, NO_SERVICE).map(|breadth| breadth == Breadth::All);
        if everything == Ok(false) || everywhere == Ok(false) {
            return Ok(Verdict::Pass);
        }
        everything.and(everywhere)?;
        Ok(match statement::limit(statement)? {
            Limit::None => Verdict::fail("allows every action on every resource"),
            Limit::Circumstances | Limit::Resources => {
                Verdict::partial(30, "allows every action on every resource under a condition")
            }
        })
    })
}

fn no_wildcard_action(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| {
        let Some(actions) = statement.action.known()? else { return Ok(Verdict::Pass) };
        let judged = actions.iter().map(|action| match is_of_every_action(action) {
            Ok(true) => wildcard_action(statement, action),
            Ok(false) => Ok(Verdict::Pass),
            Err(why) => Err(why),
        });
        Ok(judged.map(|judged| judged.unwrap_or_else(Verdict::inconclusive)).fold(Verdict::Pass, Verdict::worse))
    })
}

/// On named resources a wildcard grants their administration, but not that of others.
fn wildcard_action(statement: &Statement, action: &Text) -> Judged {
    Ok(match statement::breadth(statement, service(action))? {
        Breadth::All | Breadth::Kind => Verdict::fail(format!("allows {action}")),
        Breadth::Some => Verdict::partial(50, format!("allows {action}, though on named resources only")),
    })
}

/// Whether the pattern covers a service whole: `*`, `s3:*`, but not `s3:Get*`.
fn is_of_every_action(action: &Text) -> Known {
    let is_open = |verb: &str| !verb.is_empty() && verb.chars().all(|c| c == '*');
    let end = action.literal_suffix();
    match (end.split_once(':'), action.as_str()) {
        (Some((_, verb)), _) => Ok(is_open(verb)),
        (None, Some(whole)) => Ok(is_open(whole)),
        // `s3:${Verb}*`: what stands before decides.
        (None, None) => Err(action.why_unresolved()),
    }
}

/// The service of an action, as far as it is written out.
fn service(action: &Text) -> &str {
    action.literal_prefix().split_once(':').map_or(NO_SERVICE, |(service, _)| service)
}

fn no_wildcard_resource(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| {
        // `NotAction` and `NotResource` are `iam-no-allow-notaction`'s matter.
        let (Some(actions), None) = (statement.action.known()?, statement.not_resource.known()?) else {
            return Ok(Verdict::Pass);
        };
        let judged = actions.iter().map(|action| wildcard_resource(statement, action));
        Ok(judged.map(|judged| judged.unwrap_or_else(Verdict::inconclusive)).fold(Verdict::Pass, Verdict::worse))
    })
}

fn wildcard_resource(statement: &Statement, action: &Text) -> Judged {
    let breadth = statement::breadth(statement, service(action));
    if breadth == Ok(Breadth::Some) || resource_level::limitable(action)?.is_none() {
        return Ok(Verdict::Pass);
    }
    Ok(match (breadth?, statement::limit(statement)?) {
        (Breadth::Some, _) | (_, Limit::Resources) => Verdict::Pass,
        (Breadth::Kind, _) => Verdict::partial(60, format!("allows {action} on every resource of its kind")),
        (Breadth::All, Limit::Circumstances) => {
            Verdict::partial(40, format!("allows {action} on every resource, under a condition that names none"))
        }
        (Breadth::All, Limit::None) => Verdict::fail(format!("allows {action} on every resource")),
    })
}

fn no_allow_notaction(held: &Held<'_>, _: &Yardstick) -> Option<Verdict> {
    worst(held, |statement| {
        if statement.not_resource.known()?.is_some() {
            return Ok(Verdict::fail("allows on every resource but what NotResource names"));
        }
        if statement.not_action.known()?.is_none() {
            return Ok(Verdict::Pass);
        }
        Ok(match names_only(statement)? {
            true => {
                Verdict::partial(50, "allows every action but what NotAction names, though on named resources only")
            }
            false => Verdict::fail("allows every action but what NotAction names"),
        })
    })
}

/// Whether every resource is named, of whatever service it is.
fn names_only(statement: &Statement) -> Known {
    let Some(resources) = statement.resource.known()? else {
        return Err(Why::Malformed("a statement without Resource".to_owned()));
    };
    let unknown = resources.iter().find_map(|resource| match resource.parts() {
        [Part::Unknown(why)] => Some(why.clone()),
        _ => None,
    });
    let named = |resource: &Text| {
        let service = resource.literal_prefix().split(':').nth(2).unwrap_or(NO_SERVICE);
        statement::breadth_of(resource, service) == Ok(Breadth::Some)
    };
    let all_named = resources.iter().all(|resource| matches!(resource.parts(), [Part::Unknown(_)]) || named(resource));
    match unknown {
        Some(why) if all_named => Err(why),
        _ => Ok(all_named),
    }
}
