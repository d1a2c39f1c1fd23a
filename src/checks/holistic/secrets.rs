//! Secrets that functions use: whether they change, and whether the functions see that they did.

use std::collections::{BTreeMap, BTreeSet};

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Properties, Resource, Target, Text, Why, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::{Relation, Stack},
};

pub(super) const SECRET_USED_IS_ROTATED: Check = Check {
    id: "secret-used-is-rotated",
    title: "A secret that functions use is rotated, and they read it when they need it",
    why: "A function that got the value at deployment goes on with the old one after the first rotation, and fails. \
          secret-rotation judges each secret by itself; this one says which function depends on it, and how.",
    fix: "Give the function the secret's ARN and secretsmanager:GetSecretValue in place of a dynamic reference, and add an \
          AWS::SecretsManager::RotationSchedule for the secret.",
    absent: "Without a rotation schedule in the stack the secret is never rotated. What a function may read, it is taken to \
             use.",
    reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Function, Need::Roles, Need::Secrets, Need::RotationSchedules],
    applies: Applies::Stack(&[SECRET], secret_used_is_rotated),
};

const SECRET: &str = "AWS::SecretsManager::Secret";
const SCHEDULE: &str = "AWS::SecretsManager::RotationSchedule";
const ATTACHMENT: &str = "AWS::SecretsManager::SecretTargetAttachment";

fn secret_used_is_rotated(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let rotated = Rotated::of(stack);
    let mut copies: BTreeMap<LogicalId, LogicalId> = BTreeMap::new();
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let Properties::Function(function) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        for (name, secret) in copied(function) {
            if stack.type_of(&secret) == SECRET && rotated.hold(&secret) == Ok(true) {
                let text =
                    format!("it gets the value of {secret} at deployment, and keeps it when the secret is rotated");
                verdicts.say(id, Verdict::fail(text).at(format!("Environment.Variables.{name}")));
            }
            copies.insert(secret, id.clone());
        }
    }
    for resource in stack.facts.resources.iter().filter(|it| it.reference.r#type.as_str() == SECRET) {
        let id = &resource.reference.logical_id;
        let reader = stack.graph().to(id).find(|edge| edge.relation == Relation::Reads && !edge.by_wildcard);
        let verdict = match reader.map(|edge| &edge.from).or_else(|| copies.get(id)) {
            Some(user) => Verdict::of(rotated.hold(id), || {
                Verdict::partial(50, format!("{user} uses it, and no rotation schedule of the stack names it"))
            }),
            None => match may_read(stack, id) {
                Some(why) => Verdict::of(rotated.hold(id), || Verdict::inconclusive(why.clone())),
                None => continue,
            },
        };
        verdicts.say(id, verdict);
    }
    verdicts.0
}

/// Why nobody can tell whether somebody reads a secret that a policy means by name.
fn may_read<'s>(stack: &'s Stack<'_>, secret: &LogicalId) -> Option<&'s Why> {
    let mut doubts = stack.graph().unsettled_to(secret);
    doubts.find(|it| it.may(&[Relation::Reads]) && it.by_name().is_some()).map(|it| &it.why)
}

/// The secrets whose values a function gets in variables, each with the variable.
fn copied(function: &Function) -> Vec<(String, LogicalId)> {
    let variables = function.environment.as_ref().and_then(|environment| environment.variables.as_ref());
    let variables = variables.present().copied().into_iter().flatten();
    variables.flat_map(|(name, value)| resolved(value).into_iter().map(|secret| (name.clone(), secret))).collect()
}

/// The secrets that dynamic references of a value resolve, where those refer to resources of the stack.
fn resolved(value: &Observed<Text>) -> Vec<LogicalId> {
    let whys: Vec<&Why> = match value {
        Observed::Unknown(why) => vec![why],
        Observed::Present(text) => {
            let parts = text.parts().iter();
            parts.filter_map(|part| if let Part::Unknown(why) = part { Some(why) } else { None }).collect()
        }
        Observed::Absent => Vec::new(),
    };
    let named = whys.into_iter().filter_map(|why| {
        let Why::Unresolved(what) = why else { return None };
        let (_, rest) = what.split_once("{{resolve:secretsmanager:${")?;
        let end = rest.find(['}', '.'])?;
        Some(LogicalId::new(rest.get(..end)?))
    });
    named.collect()
}

/// The secrets that a schedule of the stack rotates.
struct Rotated {
    secrets: BTreeSet<LogicalId>,
    open: Option<Why>,
}

impl Rotated {
    fn of(stack: &Stack<'_>) -> Self {
        let mut rotated = Self { secrets: BTreeSet::new(), open: None };
        let schedules = stack.facts.resources.iter().filter(|it| it.reference.r#type.as_str() == SCHEDULE);
        for schedule in schedules {
            match meant(schedule, stack) {
                // CDK lets schedules name the attachment of a secret to its database.
                Ok(Some(id)) if stack.type_of(&id) == ATTACHMENT => {
                    match stack.resource(&id).map(|attachment| meant(attachment, stack)) {
                        Some(Ok(Some(secret))) => drop(rotated.secrets.insert(secret)),
                        Some(Err(why)) => rotated.open = Some(why),
                        Some(Ok(None)) | None => {}
                    }
                }
                Ok(Some(id)) => drop(rotated.secrets.insert(id)),
                Ok(None) => {}
                Err(why) => rotated.open = Some(why),
            }
        }
        rotated
    }

    fn hold(&self, secret: &LogicalId) -> Result<bool, Why> {
        match (self.secrets.contains(secret), &self.open) {
            (true, _) => Ok(true),
            (false, Some(why)) => Err(why.clone()),
            (false, None) => Ok(false),
        }
    }
}

/// The resource that `SecretId` means.
fn meant(by: &Resource, stack: &Stack<'_>) -> Result<Option<LogicalId>, Why> {
    let properties = match &by.properties {
        Properties::Untyped(properties) => properties,
        Properties::Unreadable(why) => return Err(why.clone()),
        _ => return Ok(None),
    };
    let named = properties.get::<Text>("SecretId");
    let Some(named) = named.known()? else { return Ok(None) };
    match stack.directory.resolve(named, &[SECRET]) {
        Target::Resource(id) => Ok(Some(id)),
        Target::Elsewhere => Ok(None),
        Target::Unknown(why) => Err(why),
    }
}
