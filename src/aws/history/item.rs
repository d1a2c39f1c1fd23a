//! One item of the history: what one hook of one deployment judged, readable in the console.
//!
//! # Format 1
//! | attribute | type | what it holds |
//! |---|---|---|
//! | `Stack` | S, partition key | [`StackKey`]: the stack's name, or `function/` and the function's |
//! | `Deployment` | S, sort key | [`ItemKey`]: creation, id and phase |
//! | `Format` | N | [`FORMAT`] |
//! | `Application`, `Group`, `Function`, `Alias`, `CurrentVersion`, `TargetVersion`, `Config` | S | the deployment |
//! | `Mode` | S | `enforce` or `observe`, of the policy |
//! | `Answer` | S | what CodeDeploy was told: `Succeeded` or `Failed` |
//! | `Decision`, `WouldHalt` | S, BOOL | `Proceed` or `Halt`; whether it would have been a halt in enforce mode |
//! | `Fitness`, `PointsEarned`, `PointsPossible` | N | the number, where something was measured, and the points |
//! | `Pillars` | M of N | the fitness per pillar |
//! | `Counts` | M of N | findings per kind, and `resources` |
//! | `Reasons`, `Remarks` | L of S | why, and how it came about; the first 20, each cut to 1,000 characters |
//! | `Trouble` | S | why nothing was judged; then everything that a judgement would give is missing |
//! | `Milliseconds`, `ApiCalls` | N | what the invocation took |
//! | `WrittenAt` | S | when this was written |
//! | `ExpiresAt` | N | seconds since 1970; DynamoDB deletes the item some time after, if the table's TTL is on |
//! | `Baseline` | B | gzip of JSON: what the next release is compared with ([`Baseline`]) |
//! | `BaselineLeftOut` | S | why there is no `Baseline` although something was judged |
//! | `Report` | B | gzip of JSON: the report, as `--format json` writes it |
//! | `ReportHolds` | S | what of the report there was room for |
//!
//! An item has at most 400 KB, names of attributes included:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>. What is small is cut to bounded
//! lengths; then comes the baseline, and the report gets the room that is left.

use std::{collections::HashMap, num::NonZeroU16};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use jiff::{SignedDuration, Timestamp};

use super::{
    key::ItemKey,
    packed::{self, PackError},
};
use crate::{
    aws::invocation::{Invocation, StackKey},
    baseline::Baseline,
    decide::Outcome,
    deployment::Deployment,
    judgement::Judgement,
    policy::Mode,
    report::{Counts, Report, json},
};

/// The version of the format that this release writes and reads.
pub const FORMAT: u32 = 1;

/// Bytes of an item: 400 KB less a margin, because the size of a number is documented only roughly.
const MOST: usize = 400 * 1024 - 2 * 1024;

/// Reasons or remarks in an item.
const MOST_TEXTS: usize = 20;

/// Characters of a text in an item.
const LONGEST_TEXT: usize = 1_000;

/// An item, by attribute.
pub(super) type Item = HashMap<String, AttributeValue>;

/// What of the report an item holds: what does not fit is cut here, and nowhere silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Every finding.
    Everything,
    /// Every finding but passes.
    WithoutPasses,
    /// Numbers, decision and reasons.
    WithoutFindings,
    /// No report at all.
    Nothing,
}

impl Holds {
    /// The largest first.
    const ALL: [Self; 4] = [Self::Everything, Self::WithoutPasses, Self::WithoutFindings, Self::Nothing];

    /// The words in the item.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::WithoutPasses => "everything but passes",
            Self::WithoutFindings => "no findings: they do not fit into an item",
            Self::Nothing => "nothing: it does not fit into an item",
        }
    }
}

/// What an invocation leaves behind, under `key`, which is that of `deployment`. `keep` is for how many days.
pub(super) fn item(
    stack: &StackKey,
    key: &ItemKey,
    deployment: &Deployment,
    invocation: &Invocation<'_>,
    keep: Option<NonZeroU16>,
) -> Item {
    let mut item = Item::new();
    let mut put = |name: &str, value| item.insert(name.to_owned(), value);
    put("Stack", text(stack.as_str()));
    put("Deployment", text(key));
    put("Format", number(FORMAT));
    put("Answer", text(invocation.answer.name()));
    put("Milliseconds", number(invocation.took.as_millis()));
    put("ApiCalls", number(invocation.calls));
    put("WrittenAt", text(invocation.at));
    if let Some(moment) = keep.and_then(|days| expiry(invocation.at, days)) {
        put("ExpiresAt", number(moment.as_second()));
    }
    described(&mut item, deployment);
    match invocation.outcome {
        Ok(judgement) => judged(&mut item, stack, judgement),
        Err(mishap) => {
            item.insert("Trouble".to_owned(), text(mishap));
        }
    }
    item
}

fn expiry(from: Timestamp, days: NonZeroU16) -> Option<Timestamp> {
    from.checked_add(SignedDuration::from_hours(24 * i64::from(days.get()))).ok()
}

fn described(item: &mut Item, deployment: &Deployment) {
    let texts = [
        ("Application", &deployment.application),
        ("Group", &deployment.group),
        ("Function", &deployment.function),
        ("Alias", &deployment.alias),
        ("CurrentVersion", &deployment.current.to_string()),
        ("TargetVersion", &deployment.target.to_string()),
        ("Config", &deployment.config),
    ];
    item.extend(texts.map(|(name, value)| (name.to_owned(), text(value))));
}

fn judged(item: &mut Item, stack: &StackKey, judgement: &Judgement) {
    let Judgement { evaluation, fitness, decision, policy, remarks, .. } = judgement;
    let counts = Counts::of(&evaluation.findings);
    let mut put = |name: &str, value| item.insert(name.to_owned(), value);
    put("Mode", text(if policy.mode == Mode::Observe { "observe" } else { "enforce" }));
    put("Decision", text(if decision.outcome == Outcome::Proceed { "Proceed" } else { "Halt" }));
    put("WouldHalt", AttributeValue::Bool(decision.would_halt));
    if let Some(total) = fitness.total {
        put("Fitness", number(total));
    }
    put("PointsEarned", number(fitness.points.earned));
    put("PointsPossible", number(fitness.points.possible));
    put("Pillars", numbers(fitness.pillars.iter().map(|(pillar, score)| (pillar.name(), number(score)))));
    let counted = [
        ("pass", counts.pass),
        ("partial", counts.partial),
        ("fail", counts.fail),
        ("inconclusive", counts.inconclusive),
        ("exempted", counts.exempted),
        ("resources", evaluation.resources),
    ];
    put("Counts", numbers(counted.map(|(name, count)| (name, number(count)))));
    put("Reasons", texts(&decision.reasons));
    put("Remarks", texts(remarks));
    baseline(item, &Baseline::of(evaluation, fitness));
    report(item, Report::of(stack.as_str(), judgement));
}

fn baseline(item: &mut Item, baseline: &Baseline) {
    // All the room there is: the report is what gives way. `ReportHolds` fits into the margin.
    let (name, value) = match packed::pack(baseline, room(item, "Baseline")) {
        Ok(packed) => ("Baseline", AttributeValue::B(Blob::new(packed))),
        Err(error @ (PackError::TooLarge | PackError::Unwritable(_))) => ("BaselineLeftOut", text(error)),
    };
    item.insert(name.to_owned(), value);
}

/// The report, or as much of it as there is room for.
fn report(item: &mut Item, mut report: Report) {
    for holds in Holds::ALL {
        if holds == Holds::WithoutFindings {
            report.findings.clear();
        }
        item.insert("ReportHolds".to_owned(), text(holds.name()));
        if holds == Holds::Nothing {
            return;
        }
        let all = holds == Holds::Everything;
        let room = room(item, "Report");
        if let Ok(packed) = packed::pack(&json(std::slice::from_ref(&report), 1, all), room) {
            item.insert("Report".to_owned(), AttributeValue::B(Blob::new(packed)));
            return;
        }
    }
}

/// Bytes that an attribute of this name may have beside those that are there.
fn room(item: &Item, name: &str) -> usize {
    MOST.saturating_sub(size(item)).saturating_sub(name.len())
}

/// The size of an item as DynamoDB counts it, or somewhat more:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>.
pub(super) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len() + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + size_of(value)).sum::<usize>(),
        AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + size_of(value)).sum::<usize>(),
        // An item of ours has no values of other types than booleans.
        _ => 1,
    }
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn numbers<'a>(values: impl IntoIterator<Item = (&'a str, AttributeValue)>) -> AttributeValue {
    AttributeValue::M(values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn text(value: impl ToString) -> AttributeValue {
    let value = value.to_string();
    match value.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => AttributeValue::S(format!("{}…", &value[..end])),
        None => AttributeValue::S(value),
    }
}

fn texts(values: &[impl ToString]) -> AttributeValue {
    AttributeValue::L(values.iter().take(MOST_TEXTS).map(|value| text(value.to_string())).collect())
}
