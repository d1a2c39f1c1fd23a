//! One role for each function.

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Properties, Target, Text, Why},
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const ROLE_NOT_SHARED: Check = Check {
    id: "role-not-shared",
    title: "Each function has an execution role of its own",
    why: "A role that several functions share has the rights of all of them: whoever takes over the least of them can \
          do what the most powerful may, and nobody can narrow it for one without breaking another.",
    fix: "Give each function an AWS::IAM::Role of its own; in SAM leave Role out and list Policies.",
    absent: "A function always has a role.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Function],
    applies: Applies::Stack(&["AWS::IAM::Role", "AWS::Lambda::Function"], role_not_shared),
};

/// A function and its role.
struct User<'a> {
    function: &'a LogicalId,
    role: &'a Text,
    target: Target,
}

fn role_not_shared(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    let mut users: Vec<User<'_>> = Vec::new();
    let mut unknown: Vec<(&LogicalId, Why)> = Vec::new();
    for resource in &stack.facts.resources {
        let Properties::Function(function) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        match &function.role {
            Observed::Present(role) => {
                let target = stack.directory.resolve(role, &["AWS::IAM::Role"]);
                users.push(User { function: id, role, target });
            }
            Observed::Absent => unknown.push((id, Why::Malformed("a function without Role".to_owned()))),
            Observed::Unknown(why) => unknown.push((id, why.clone())),
        }
    }
    for user in &users {
        let others: Vec<&str> = users
            .iter()
            .filter(|other| other.function != user.function && same_role(user, other))
            .map(|other| other.function.as_str())
            .collect();
        match (&user.target, others.is_empty()) {
            (Target::Resource(role), true) => verdicts.say(role, Verdict::Pass),
            (Target::Resource(role), false) => {
                verdicts.say(role, Verdict::fail(format!("{} and {} share it", user.function, others.join(", "))));
            }
            (Target::Elsewhere | Target::Unknown(_), false) => {
                let text = format!("shares its role with {}", others.join(", "));
                verdicts.say(user.function, Verdict::fail(text).at("Role"));
            }
            (Target::Unknown(why), true) if has_unknown_part(user.role) => {
                verdicts.say(user.function, Verdict::inconclusive(why.clone()).at("Role"));
            }
            (Target::Elsewhere | Target::Unknown(_), true) => match unknown.first() {
                // Another function's role that nobody knows may be this one.
                Some((_, why)) => verdicts.say(user.function, Verdict::inconclusive(why.clone()).at("Role")),
                None => verdicts.say(user.function, Verdict::Pass),
            },
        }
    }
    for (function, why) in unknown {
        verdicts.say(function, Verdict::inconclusive(why).at("Role"));
    }
    verdicts.0
}

/// The same resource, or the same text part for part.
fn same_role(one: &User<'_>, other: &User<'_>) -> bool {
    match (&one.target, &other.target) {
        (Target::Resource(one), Target::Resource(other)) => one == other,
        _ => one.role == other.role,
    }
}

/// A name in it is not known: not only the account or the region.
fn has_unknown_part(text: &Text) -> bool {
    text.parts().iter().any(|part| matches!(part, Part::Unknown(_) | Part::Reference { .. }))
}
