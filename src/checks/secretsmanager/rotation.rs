//! Whether a secret is rotated, and how often.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Resource, Target, Text, Untyped, Why},
    need::Need,
    stack::Stack,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "secret-rotation",
        title: "Secret is rotated automatically",
        why: "A secret that never changes is good for as long as whoever has copied it likes.",
        fix: "Add an AWS::SecretsManager::RotationSchedule whose SecretId is the secret.",
        absent: "Without a rotation schedule in the stack the secret is never rotated.",
        reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Secrets, Need::RotationSchedules],
        applies: Applies::EachInStack(&[SECRET], rotated),
    },
    Check {
        id: "secret-rotated-recently",
        title: "Secret is rotated as often as policy asks for",
        why: "The time between two rotations is how long a stolen secret works.",
        fix: "Set RotationRules.AutomaticallyAfterDays, or a ScheduleExpression, to what parameters.secretRotationDays of \
              the policy allows (90 days, where it says nothing).",
        absent: "Without rules nothing says when the secret is rotated.",
        reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RotationSchedules],
        applies: Applies::Each(&[SCHEDULE], often_enough),
    },
];

const SECRET: &str = "AWS::SecretsManager::Secret";
const SCHEDULE: &str = "AWS::SecretsManager::RotationSchedule";
/// `Ref` of an attachment is the ARN of its secret, and CDK lets schedules name it.
const ATTACHMENT: &str = "AWS::SecretsManager::SecretTargetAttachment";

fn rotated(secret: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let schedules = stack.facts.resources.iter().filter(|resource| resource.reference.r#type.as_str() == SCHEDULE);
    let mut unread = None;
    for schedule in schedules {
        match names(schedule, secret, stack, 0) {
            Ok(true) => return Some(Verdict::Pass),
            Ok(false) => {}
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    let none = || Verdict::fail("no AWS::SecretsManager::RotationSchedule of the stack names the secret");
    Some(unread.map_or_else(none, Verdict::inconclusive))
}

/// Whether `SecretId` of a schedule or an attachment means the secret.
fn names(by: &Resource, secret: &Resource, stack: &Stack<'_>, depth: u8) -> Result<bool, Why> {
    let properties = match &by.properties {
        Properties::Untyped(properties) => properties,
        Properties::Unreadable(why) => return Err(why.clone()),
        _ => return Ok(false),
    };
    let named = properties.get::<Text>("SecretId");
    let Some(named) = named.known()? else { return Ok(false) };
    // The ARN is the physical id of secret, attachment and schedule alike.
    let id = match stack.directory.resolve(named, &[SECRET]) {
        Target::Resource(id) => id,
        Target::Elsewhere => return called(named, secret),
        Target::Unknown(why) => return Err(why),
    };
    if id == secret.reference.logical_id {
        return Ok(true);
    }
    match stack.resource(&id).filter(|target| target.reference.r#type.as_str() == ATTACHMENT) {
        // An attachment names a secret, and nothing further on.
        Some(attachment) if depth == 0 => names(attachment, secret, stack, depth + 1),
        _ => Ok(false),
    }
}

/// Whether a text is the secret's name.
fn called(named: &Text, secret: &Resource) -> Result<bool, Why> {
    let name = match &secret.properties {
        Properties::Untyped(properties) => properties.get::<Text>("Name"),
        _ => Observed::Absent,
    };
    match name.known()? {
        Some(name) => name.same(named),
        None => Ok(false),
    }
}

fn often_enough(schedule: &Untyped, yardstick: &Yardstick) -> Option<Verdict> {
    const DAYS: &str = "RotationRules.AutomaticallyAfterDays";
    const EXPRESSION: &str = "RotationRules.ScheduleExpression";
    let most = yardstick.secret_rotation_days;
    if !schedule.get::<u32>(DAYS).is_absent() {
        return Some(schedule.judge(DAYS, |days| within(*days, most), none));
    }
    let by_expression = |text: &Text| match text.as_str() {
        Some(expression) => expressed(expression.trim(), most),
        None => Verdict::inconclusive(text.why_unresolved()),
    };
    Some(schedule.judge(EXPRESSION, by_expression, none))
}

fn none() -> Verdict {
    Verdict::fail("RotationRules has neither AutomaticallyAfterDays nor ScheduleExpression")
}

fn within(days: u32, most: u32) -> Verdict {
    let text = || format!("the secret is rotated every {days} days, and policy asks for {most}");
    if days <= most { Verdict::Pass } else { Verdict::partial(50, text()) }
}

/// `rate(10 days)`, `rate(4 hours)`, `cron(0 8 1 * ? *)`.
fn expressed(expression: &str, most: u32) -> Verdict {
    let inside = |kind: &str| expression.strip_prefix(kind)?.strip_suffix(')');
    let days = match (inside("rate("), inside("cron(")) {
        (Some(rate), _) => every(rate),
        (None, Some(cron)) => {
            // Of a calendar only a bound is worked out.
            return match at_most(cron) {
                Some(days) if days <= most => Verdict::Pass,
                _ => unclear(expression),
            };
        }
        (None, None) => None,
    };
    days.map_or_else(|| unclear(expression), |days| within(days, most))
}

fn unclear(expression: &str) -> Verdict {
    let shown: String = expression.chars().take(60).collect();
    Verdict::inconclusive(Why::NotObserved(format!("how many days are between two rotations by {shown}")))
}

/// The days of a rate.
fn every(rate: &str) -> Option<u32> {
    let mut words = rate.split_whitespace();
    let (number, unit) = (words.next()?.parse::<u32>().ok()?, words.next()?);
    match (unit, words.next()) {
        ("day" | "days", None) => Some(number),
        ("hour" | "hours", None) => Some(number.div_ceil(24)),
        _ => None,
    }
}

/// A bound of the days between two times of a calendar that goes on every month: minutes, hours, day of the month,
/// month, day of the week, year.
fn at_most(cron: &str) -> Option<u32> {
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let &[_, _, day, "*", weekday, "*"] = fields.as_slice() else { return None };
    match (day, weekday) {
        ("*", "?" | "*") | ("?", "*") => Some(1),
        ("?", weekday) if weekday.contains('#') || weekday.ends_with('L') => Some(35),
        ("?", _) => Some(7),
        // Not every month has a 29th.
        (days, "?") => {
            let in_every_month =
                |day: &str| day == "L" || day.parse::<u32>().is_ok_and(|number| (1..=28).contains(&number));
            days.split(',').any(in_every_month).then_some(31)
        }
        _ => None,
    }
}
