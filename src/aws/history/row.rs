//! An item of the history, read back. The table is anybody's to write to: nothing in it is taken for granted.

use std::{collections::BTreeMap, str::FromStr};

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    item::{FORMAT, Item},
    key::ItemKey,
    packed,
};
use crate::{
    baseline::Baseline,
    check::Pillar,
    event::Answer,
    points::Score,
    report::Counts,
    trend::{Entry, Unreadable},
};

/// The attributes that the trend shows, the keys among them.
pub(super) const SHOWN: &[&str] = &[
    "Stack",
    "Deployment",
    "Format",
    "Answer",
    "WouldHalt",
    "Function",
    "Alias",
    "CurrentVersion",
    "TargetVersion",
    "Fitness",
    "Pillars",
    "Counts",
    "Reasons",
    "Trouble",
    "WrittenAt",
];

/// The attributes by which a release is compared with the next one.
pub(super) const COMPARED: &[&str] =
    &["Stack", "Deployment", "Format", "Answer", "Trouble", "Baseline", "BaselineLeftOut"];

/// What an item holds for the comparison with the next release.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kept {
    /// The baseline.
    Baseline(Box<Baseline>),
    /// Nothing was judged, and the item says so.
    NotJudged,
    /// Nobody can tell: why.
    Unreadable(String),
}

/// The sort key as it stands in the item, readable or not.
pub(super) fn key_text(item: &Item) -> &str {
    match item.get("Deployment") {
        Some(AttributeValue::S(key)) => key,
        _ => "?",
    }
}

/// The key of an item.
///
/// # Errors
/// What is wrong with it.
pub(super) fn key(item: &Item) -> Result<ItemKey, String> {
    let key: &String = required(item, "Deployment", string)?;
    key.parse().map_err(|error: super::key::NoItemKey| error.to_string())
}

/// What CodeDeploy was told; none where the item does not say it in the words of this release.
pub(super) fn answer(item: &Item) -> Option<Answer> {
    format(item).ok()?;
    optional(item, "Answer", string).ok().flatten().and_then(|name| Answer::named(name))
}

/// What the next release is compared with.
pub(super) fn kept(item: &Item) -> Kept {
    read_kept(item).unwrap_or_else(Kept::Unreadable)
}

fn read_kept(item: &Item) -> Result<Kept, String> {
    format(item)?;
    if let Some(why) = optional(item, "BaselineLeftOut", string)? {
        return Err(format!("its baseline was left out: {why}"));
    }
    let Some(packed) = optional(item, "Baseline", bytes)? else {
        return match optional(item, "Trouble", string)? {
            Some(_) => Ok(Kept::NotJudged),
            None => Err("it has neither Baseline nor Trouble".to_owned()),
        };
    };
    let document = packed::unpack(packed).map_err(|error| format!("its baseline: {error}"))?;
    Baseline::from_json(&document).map(|baseline| Kept::Baseline(Box::new(baseline))).map_err(|error| error.to_string())
}

/// What the trend shows of an item.
pub(super) fn entry(item: &Item) -> Result<Entry, Unreadable> {
    read_entry(item).map_err(|why| Unreadable { key: key_text(item).to_owned(), why })
}

fn read_entry(item: &Item) -> Result<Entry, String> {
    format(item)?;
    let ItemKey { created, deployment, phase } = key(item)?;
    let text = |name| required(item, name, string).cloned();
    let answer = text("Answer")?;
    Ok(Entry {
        created,
        deployment,
        phase,
        function: text("Function")?,
        alias: text("Alias")?,
        current_version: text("CurrentVersion")?,
        target_version: text("TargetVersion")?,
        answer: Answer::named(&answer).ok_or_else(|| format!("{answer:?} is no answer"))?,
        would_halt: optional(item, "WouldHalt", |value| value.as_bool().ok())?.copied(),
        fitness: optional(item, "Fitness", score)?,
        pillars: pillars(item)?,
        counts: counts(item)?,
        reasons: reasons(item)?,
        trouble: optional(item, "Trouble", string)?.cloned(),
        written: optional(item, "WrittenAt", |value| string(value)?.parse().ok())?,
    })
}

/// Whether this release reads the item's format.
fn format(item: &Item) -> Result<(), String> {
    match required(item, "Format", number::<u64>)? {
        format if format == u64::from(FORMAT) => Ok(()),
        format => Err(format!("it has format {format}, and this release of fitgate reads format {FORMAT}")),
    }
}

fn pillars(item: &Item) -> Result<BTreeMap<Pillar, Score>, String> {
    let Some(map) = optional(item, "Pillars", |value| value.as_m().ok())? else { return Ok(BTreeMap::new()) };
    // A pillar that this release does not know is another release's; it shows nothing wrong.
    let known = Pillar::ALL.into_iter().filter_map(|pillar| Some((pillar, map.get(pillar.name())?)));
    known.map(|(pillar, value)| Ok((pillar, score(value).ok_or_else(|| malformed("Pillars"))?))).collect()
}

fn counts(item: &Item) -> Result<Option<Counts>, String> {
    let Some(map) = optional(item, "Counts", |value| value.as_m().ok())? else { return Ok(None) };
    let count = |name| map.get(name).and_then(number::<usize>).ok_or_else(|| malformed("Counts"));
    Ok(Some(Counts {
        pass: count("pass")?,
        partial: count("partial")?,
        fail: count("fail")?,
        inconclusive: count("inconclusive")?,
        exempted: count("exempted")?,
    }))
}

fn reasons(item: &Item) -> Result<Vec<String>, String> {
    let list = optional(item, "Reasons", |value| value.as_l().ok())?.map(Vec::as_slice).unwrap_or_default();
    list.iter().map(|value| string(value).cloned().ok_or_else(|| malformed("Reasons"))).collect()
}

fn required<'a, T>(item: &'a Item, name: &str, read: impl Fn(&'a AttributeValue) -> Option<T>) -> Result<T, String> {
    optional(item, name, read)?.ok_or_else(|| format!("it has no {name}"))
}

fn optional<'a, T>(
    item: &'a Item,
    name: &str,
    read: impl Fn(&'a AttributeValue) -> Option<T>,
) -> Result<Option<T>, String> {
    item.get(name).map(|value| read(value).ok_or_else(|| malformed(name))).transpose()
}

fn malformed(name: &str) -> String {
    format!("its {name} is not what fitgate writes")
}

fn string(value: &AttributeValue) -> Option<&String> {
    value.as_s().ok()
}

fn bytes(value: &AttributeValue) -> Option<&[u8]> {
    value.as_b().ok().map(AsRef::as_ref)
}

fn number<T: FromStr>(value: &AttributeValue) -> Option<T> {
    value.as_n().ok()?.parse().ok()
}

fn score(value: &AttributeValue) -> Option<Score> {
    Score::parse(value.as_n().ok()?)
}
