//! Checks of Amazon CloudFront: what viewers get, and how it is fetched from the origins.

pub(super) mod origin;
pub(super) mod viewer;

use serde_json::Value;

use crate::{
    check::Verdict,
    facts::{Observed, Text, Untyped, Why, iam::Known},
};

const DISTRIBUTION: &[&str] = &["AWS::CloudFront::Distribution"];
pub(in crate::checks) const ORIGINS: &str = "DistributionConfig.Origins";

/// One element of a distribution's lists, with its place.
pub(in crate::checks) type Item = (String, Observed<Untyped>);

/// The elements of a list; of a list that nobody could read, one unknown element.
pub(in crate::checks) fn items(distribution: &Untyped, path: &str) -> Vec<Item> {
    match distribution.list::<Untyped>(path) {
        Observed::Present(items) => {
            items.into_iter().enumerate().map(|(index, item)| (format!("{path}[{index}]"), item)).collect()
        }
        Observed::Absent => Vec::new(),
        Observed::Unknown(why) => vec![(path.to_owned(), Observed::Unknown(why))],
    }
}

/// Every cache behavior, the default one first.
fn behaviors(distribution: &Untyped) -> Vec<Item> {
    let path = "DistributionConfig.DefaultCacheBehavior";
    let mut all = vec![(path.to_owned(), distribution.get(path))];
    all.extend(items(distribution, "DistributionConfig.CacheBehaviors"));
    all
}

/// The worst of what is said of the items; none where it applies to none of them.
fn worst(items: &[Item], judge: impl Fn(&Untyped) -> Option<Verdict>) -> Option<Verdict> {
    let judged = items.iter().filter_map(|(place, item)| match item {
        Observed::Present(item) => judge(item).map(|verdict| within(verdict, place)),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at(place)),
    });
    judged.reduce(Verdict::worse)
}

/// A verdict on a part, with its place in the whole.
fn within(verdict: Verdict, place: &str) -> Verdict {
    let inner = verdict.where_seen().map(|inner| format!("{place}.{}", inner.property));
    verdict.at(inner.unwrap_or_else(|| place.to_owned()))
}

/// Whether anything is written at `path`; an empty text or list is nothing, as CloudFront shows what is not set.
fn is_written(part: &Untyped, path: &str) -> Known {
    Ok(match part.written(path)? {
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        written => written.is_some(),
    })
}

/// Whether both parts have the same text at these properties.
fn same(one: &Untyped, path: &str, text: &Text) -> Known {
    one.get::<Text>(path).known()?.map_or(Ok(false), |other| other.same(text))
}

/// A value that CloudFormation does not document, or none where it asks for one.
fn malformed(property: &str, value: Option<&str>) -> Verdict {
    Verdict::inconclusive(Why::Malformed(match value {
        Some(value) => format!("{property} {value:?} is none that CloudFront has"),
        None => format!("{property} is required"),
    }))
}
