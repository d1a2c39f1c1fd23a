//! The fitness of a stack over its deployments: what the history kept, release by release.
//!
//! Never does any I/O, never reads a clock.

#[cfg(feature = "cli")]
mod html;
#[cfg(feature = "cli")]
mod plot;
#[cfg(feature = "cli")]
mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::{
    check::Pillar,
    event::{Answer, DeploymentId, Phase},
    points::Score,
    report::Counts,
};
#[cfg(feature = "cli")]
pub use html::{figure, page, svg};
#[cfg(feature = "cli")]
pub use text::text;

/// What the history kept of one judgement: of one phase of one deployment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// When CodeDeploy created the deployment.
    pub created: Timestamp,
    /// Which one.
    pub deployment: DeploymentId,
    /// Which of its hooks judged.
    pub phase: Phase,
    /// The function that was released.
    pub function: String,
    /// Its alias.
    pub alias: String,
    /// The version that served before.
    pub current_version: String,
    /// The version that was to serve afterwards.
    pub target_version: String,
    /// What CodeDeploy was told.
    pub answer: Answer,
    /// Whether it would have been a halt if policy did not only observe; none where nothing was judged.
    pub would_halt: Option<bool>,
    /// The number; none where nothing was measured or judged.
    pub fitness: Option<Score>,
    /// The same per pillar.
    pub pillars: BTreeMap<Pillar, Score>,
    /// How many findings of each kind; none where nothing was judged.
    pub counts: Option<Counts>,
    /// Why it went on or not: first what halts.
    pub reasons: Vec<String>,
    /// Why nothing was judged, where nothing was.
    pub trouble: Option<String>,
    /// When this was written.
    pub written: Option<Timestamp>,
}

/// An item that cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Its sort key, or what stands in its place.
    pub key: String,
    /// What is wrong with it.
    pub why: String,
}

/// A deployment in the trend: its last judgement, beside the deployment before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Release {
    /// What the last of its hooks judged. A hook is asked after another only where that one let it go on, so the
    /// last one's answer is what became of the hooks.
    #[serde(flatten)]
    pub last: Entry,
    /// By how much the fitness is above that of the release before that had one.
    pub change: Option<Change>,
}

/// The difference of two fitnesses, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change(pub i32);

/// The trend of one stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trend {
    /// The stack's name, or `function/` and the name of a function in none.
    pub stack: String,
    /// The table that keeps its history.
    pub table: String,
    /// Its deployments, oldest first.
    pub releases: Vec<Release>,
    /// Whether there are earlier ones that were not asked for.
    pub more: bool,
    /// Items among them that cannot be shown.
    pub unreadable: Vec<Unreadable>,
}

impl Trend {
    /// The last `limit` deployments among `entries`, which may come in any order.
    pub fn of(stack: impl Into<String>, table: impl Into<String>, entries: Vec<Entry>, limit: usize) -> Self {
        let mut last: BTreeMap<(Timestamp, DeploymentId), Entry> = BTreeMap::new();
        for entry in entries {
            let key = (entry.created, entry.deployment.clone());
            match last.get(&key) {
                Some(other) if other.phase > entry.phase => {}
                _ => {
                    last.insert(key, entry);
                }
            }
        }
        let mut before: Option<Score> = None;
        let mut releases = Vec::with_capacity(last.len());
        for last in last.into_values() {
            let change = Option::zip(last.fitness, before).map(|(is, was)| Change::from(was, is));
            before = last.fitness.or(before);
            releases.push(Release { last, change });
        }
        let earlier = releases.len().saturating_sub(limit);
        Self {
            stack: stack.into(),
            table: table.into(),
            releases: releases.split_off(earlier),
            more: earlier > 0,
            unreadable: Vec::new(),
        }
    }
}

impl Release {
    /// The most important sentence about it: why nothing was judged, or the first reason.
    pub fn top_reason(&self) -> Option<&str> {
        self.last.trouble.as_deref().or_else(|| self.last.reasons.first().map(String::as_str))
    }
}

impl Change {
    fn from(was: Score, is: Score) -> Self {
        Self(i32::from(is.as_tenths()) - i32::from(was.as_tenths()))
    }
}

impl std::fmt::Display for Change {
    /// `+1.5`, `-12`, `=` where nothing changed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = match self.0 {
            0 => return f.pad("="),
            1.. => '+',
            _ => '-',
        };
        let tenths = self.0.unsigned_abs();
        match tenths % 10 {
            0 => f.pad(&format!("{sign}{}", tenths / 10)),
            tenth => f.pad(&format!("{sign}{}.{tenth}", tenths / 10)),
        }
    }
}

impl Serialize for Change {
    /// A number, whole where it can be.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 10 {
            0 => serializer.serialize_i32(self.0 / 10),
            _ => serializer.serialize_f64(f64::from(self.0) / 10.0),
        }
    }
}
