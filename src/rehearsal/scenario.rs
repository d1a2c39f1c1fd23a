//! Scenarios: what happens to a deployment in a rehearsal, as documents.
//!
//! A document is YAML; every key but `name` may be left out:
//!
//! ```
//! use fitgate::rehearsal::scenario::Scenario;
//!
//! let scenario = Scenario::parse("night.yaml", b"
//! name: night
//! description: Hardly any traffic, and a table loses its backups
//! strategy: Canary10Percent5Minutes  # instead of the template's
//! traffic:
//!   perMinute: 2        # invocations of the alias
//!   currentErrors: 0    # share of the current version's calls that fail, 0 to 1
//!   targetErrors: 0.5   # of the new version's
//!   targetErrorsFrom: 3 # the minute from which on it fails
//!   seed: 7             # another seed, other chances
//! changes:
//!   - types: AWS::DynamoDB::Table   # `*` and `?` are wildcards
//!     resources: 'Orders*'          # logical ids, the same way
//!     during: release               # or shift: only the post-traffic hook sees it
//!     remove: [PointInTimeRecoverySpecification]
//!     set: {BillingMode: PROVISIONED}
//! observations:
//!   - types: AWS::S3::*
//!     outcome: denied               # or throttled, timedOut
//! hooks:
//!   before: works   # absent, panics, hangs, dies, answersTwice, answerThrottled
//!   after: works
//! stop: {minute: 3, rollback: true}
//! ")?;
//! assert_eq!(scenario.load.per_minute, 2);
//! # Ok::<(), fitgate::source::SourceErrors>(())
//! ```

use std::fmt;

use serde_json::Value;
use wildmatch::WildMatch;

use super::traffic::Load;
use crate::{
    deployment::{PREDEFINED, Strategy},
    facts::Why,
    source::{
        self, Entry, Kind, Limits, Node, Position, SourceErrors,
        read::{self, Errors, Fields},
    },
};

/// The scenarios that come with fitgate, in the order in which they are listed.
const BUILT_IN: &[(&str, &str)] = &[
    ("proceed", include_str!("scenarios/proceed.yaml")),
    ("fitness-drop", include_str!("scenarios/fitness-drop.yaml")),
    ("blocking-finding", include_str!("scenarios/blocking-finding.yaml")),
    ("alarm", include_str!("scenarios/alarm.yaml")),
    ("hook-panics", include_str!("scenarios/hook-panics.yaml")),
    ("hook-hangs", include_str!("scenarios/hook-hangs.yaml")),
    ("hook-silent", include_str!("scenarios/hook-silent.yaml")),
    ("answers-twice", include_str!("scenarios/answers-twice.yaml")),
    ("throttled", include_str!("scenarios/throttled.yaml")),
    ("denied", include_str!("scenarios/denied.yaml")),
    ("manual-stop", include_str!("scenarios/manual-stop.yaml")),
    ("manual-stop-rollback", include_str!("scenarios/manual-stop-rollback.yaml")),
    ("post-traffic", include_str!("scenarios/post-traffic.yaml")),
];

/// One scenario, read from a document and valid by construction.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name, as `--scenario` takes it.
    pub name: String,
    /// What happens, in one line.
    pub description: String,
    /// The deployment configuration to use instead of the template's.
    pub strategy: Option<Strategy>,
    /// The synthetic traffic.
    pub load: Load,
    /// What the release, or somebody during the shift, changes in the stack.
    pub changes: Vec<Change>,
    /// What the pre-traffic hook does.
    pub before: Behaviour,
    /// What the post-traffic hook does.
    pub after: Behaviour,
    /// Observations that fail.
    pub observations: Vec<Obstacle>,
    /// A stop by hand.
    pub stop: Option<Stop>,
}

/// Resources by type and logical id; `*` and `?` stand for any text and any character.
#[derive(Debug, Clone)]
pub struct Selector {
    /// A pattern of the CloudFormation type.
    pub types: WildMatch,
    /// A pattern of the logical id.
    pub resources: WildMatch,
}

/// A change of the stack.
#[derive(Debug, Clone)]
pub struct Change {
    /// Which resources.
    pub whom: Selector,
    /// When it becomes visible.
    pub during: Moment,
    /// Properties that go, by path: `Environment.Variables.KEY`.
    pub remove: Vec<String>,
    /// Properties that come, by path, with their values.
    pub set: Vec<(String, Value)>,
}

/// When a change becomes visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// With the release: both hooks see it.
    Release,
    /// While traffic shifts: only the post-traffic hook sees it.
    Shift,
}

/// An observation that fails.
#[derive(Debug, Clone)]
pub struct Obstacle {
    /// Of which resources.
    pub whom: Selector,
    /// How.
    pub outcome: Failure,
}

/// How an observation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Failure {
    Denied,
    Throttled,
    TimedOut,
}

impl Failure {
    /// The reason as the observers of a live stack would give it, for a resource of this type.
    pub fn why(self, r#type: &str) -> Why {
        let service = r#type.split("::").nth(1).unwrap_or(r#type).to_lowercase();
        match self {
            Self::Denied => Why::Denied { action: format!("{service}:Get*") },
            Self::Throttled => Why::Throttled { operation: format!("{service} observation") },
            Self::TimedOut => Why::TimedOut { operation: format!("{service} observation") },
        }
    }
}

/// What a hook does, besides its job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Behaviour {
    /// Its job.
    #[default]
    Works,
    /// Not configured: CodeDeploy goes on without it.
    Absent,
    /// Panics while it observes.
    Panics,
    /// An observation never returns.
    Hangs,
    /// The process ends before it answers, at every attempt of Lambda.
    Dies,
    /// Lambda delivers the event twice, and both invocations answer.
    AnswersTwice,
    /// CodeDeploy throttles the first attempts to answer.
    AnswerThrottled,
}

/// A stop by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// In this minute of the deployment.
    pub minute: u64,
    /// Whether CodeDeploy is asked to roll back.
    pub rollback: bool,
}

/// The parts of a property's path, at most.
const DEEPEST_PATH: usize = 32;

/// Patterns, changes and observations of one scenario, at most.
const MOST_ITEMS: usize = 1_000;

impl Scenario {
    /// The scenarios that come with fitgate: name and document.
    pub fn built_in() -> &'static [(&'static str, &'static str)] {
        BUILT_IN
    }

    /// Reads a scenario document.
    ///
    /// # Errors
    /// Every mistake at once, each with its place.
    pub fn parse(name: &str, document: &[u8]) -> Result<Self, SourceErrors> {
        let node = source::parse(name, document, &Limits::default()).map_err(|error| SourceErrors(vec![error]))?;
        let mut errors = Errors::new(name, document);
        let scenario = scenario(&node, &mut errors);
        errors.finish(scenario)
    }
}

fn scenario(node: &Node, errors: &mut Errors) -> Option<Scenario> {
    let mut fields = Fields::of(node, errors, "the scenario");
    let name = fields.required("name", read::text);
    let description = fields.optional("description", read::text);
    let strategy = fields.optional("strategy", strategy);
    let load = fields.optional("traffic", load);
    let changes = fields.optional("changes", |node, errors| items(node, errors, change));
    let observations = fields.optional("observations", |node, errors| items(node, errors, obstacle));
    let hooks = fields.optional("hooks", hooks);
    let stop = fields.optional("stop", stop);
    fields.finish();
    let (before, after) = hooks.unwrap_or_default();
    Some(Scenario {
        name: name?,
        description: description.unwrap_or_default(),
        strategy,
        load: load.unwrap_or_default(),
        changes: changes.unwrap_or_default(),
        before,
        after,
        observations: observations.unwrap_or_default(),
        stop,
    })
}

fn items<T>(node: &Node, errors: &mut Errors, read: fn(&Node, &mut Errors) -> Option<T>) -> Option<Vec<T>> {
    if node.items().len() > MOST_ITEMS {
        errors.add(node.at, format_args!("more than {MOST_ITEMS} entries"), None);
        return None;
    }
    read::list(node, errors, read)
}

fn strategy(node: &Node, errors: &mut Errors) -> Option<Strategy> {
    let name = read::text(node, errors)?;
    let strategy = Strategy::named(&name);
    if strategy.is_none() {
        let known = PREDEFINED.map(|(known, _)| known);
        errors.unknown(node.at, "deployment configuration", &name, &known);
    }
    strategy
}

fn load(node: &Node, errors: &mut Errors) -> Option<Load> {
    let usual = Load::default();
    let share = |node: &Node, errors: &mut Errors| read::number(node, errors, 0.0, 1.0);
    let mut fields = Fields::of(node, errors, "traffic");
    let per_minute = fields.optional("perMinute", |node, errors| read::integer(node, errors, 0, 10_000));
    let current_errors = fields.optional("currentErrors", share);
    let target_errors = fields.optional("targetErrors", share);
    let target_errors_from =
        fields.optional("targetErrorsFrom", |node, errors| read::integer(node, errors, 1, 50 * 60));
    let seed = fields.optional("seed", |node, errors| read::integer(node, errors, 0, u64::MAX));
    fields.finish();
    Some(Load {
        per_minute: per_minute.and_then(|number| u32::try_from(number).ok()).unwrap_or(usual.per_minute),
        current_errors: current_errors.unwrap_or(usual.current_errors),
        target_errors: target_errors.unwrap_or(usual.target_errors),
        target_errors_from: target_errors_from.unwrap_or(usual.target_errors_from),
        seed: seed.unwrap_or(usual.seed),
    })
}

fn selector(fields: &mut Fields<'_, '_>) -> Selector {
    let mut pattern = |key| {
        let text = fields.optional(key, read::text);
        WildMatch::new(text.as_deref().unwrap_or("*"))
    };
    Selector { types: pattern("types"), resources: pattern("resources") }
}

fn change(node: &Node, errors: &mut Errors) -> Option<Change> {
    let mut fields = Fields::of(node, errors, "the change");
    let whom = selector(&mut fields);
    let during = fields.optional("during", |node, errors| {
        read::choice(node, errors, "moment", &[("release", Moment::Release), ("shift", Moment::Shift)])
    });
    let remove = fields.optional("remove", |node, errors| read::list(node, errors, path));
    let set = fields.optional("set", settings);
    fields.finish();
    let (remove, set) = (remove.unwrap_or_default(), set.unwrap_or_default());
    if remove.is_empty() && set.is_empty() {
        errors.add(node.at, "this change changes nothing", Some("add remove or set".to_owned()));
        return None;
    }
    Some(Change { whom, during: during.unwrap_or(Moment::Release), remove, set })
}

fn settings(node: &Node, errors: &mut Errors) -> Option<Vec<(String, Value)>> {
    if !matches!(node.kind, Kind::Mapping(_)) {
        errors.expected(node, "properties and their values");
        return None;
    }
    let setting = |entry: &Entry| {
        let path = checked_path(&entry.key, entry.key_at, errors)?;
        Some((path, json(&entry.value)))
    };
    Some(node.entries().iter().filter_map(setting).collect())
}

fn path(node: &Node, errors: &mut Errors) -> Option<String> {
    checked_path(&read::text(node, errors)?, node.at, errors)
}

/// Paths are walked part by part: they need an end, and parts.
fn checked_path(path: &str, at: Position, errors: &mut Errors) -> Option<String> {
    if path.split('.').any(str::is_empty) || path.split('.').count() > DEEPEST_PATH {
        let hint = format!("1 to {DEEPEST_PATH} property names with dots between them: Environment.Variables.KEY");
        errors.add(at, "this is no path of a property", Some(hint));
        return None;
    }
    Some(path.to_owned())
}

/// The JSON value of a node; numbers too large for JSON stay text.
fn json(node: &Node) -> Value {
    match &node.kind {
        Kind::Null => Value::Null,
        Kind::Bool(flag) => Value::Bool(*flag),
        Kind::Number(written) => serde_json::from_str(written).unwrap_or_else(|_| Value::String(written.clone())),
        Kind::String(text) => Value::String(text.clone()),
        Kind::Sequence(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Mapping(entries) => {
            Value::Object(entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect())
        }
    }
}

fn obstacle(node: &Node, errors: &mut Errors) -> Option<Obstacle> {
    const OUTCOMES: &[(&str, Failure)] =
        &[("denied", Failure::Denied), ("throttled", Failure::Throttled), ("timedOut", Failure::TimedOut)];
    let mut fields = Fields::of(node, errors, "the observation");
    let whom = selector(&mut fields);
    let outcome = fields.required("outcome", |node, errors| read::choice(node, errors, "outcome", OUTCOMES));
    fields.finish();
    Some(Obstacle { whom, outcome: outcome? })
}

fn hooks(node: &Node, errors: &mut Errors) -> Option<(Behaviour, Behaviour)> {
    let mut fields = Fields::of(node, errors, "hooks");
    let before = fields.optional("before", behaviour);
    let after = fields.optional("after", behaviour);
    fields.finish();
    Some((before.unwrap_or_default(), after.unwrap_or_default()))
}

fn behaviour(node: &Node, errors: &mut Errors) -> Option<Behaviour> {
    const BEHAVIOURS: &[(&str, Behaviour)] = &[
        ("works", Behaviour::Works),
        ("absent", Behaviour::Absent),
        ("panics", Behaviour::Panics),
        ("hangs", Behaviour::Hangs),
        ("dies", Behaviour::Dies),
        ("answersTwice", Behaviour::AnswersTwice),
        ("answerThrottled", Behaviour::AnswerThrottled),
    ];
    read::choice(node, errors, "behaviour", BEHAVIOURS)
}

fn stop(node: &Node, errors: &mut Errors) -> Option<Stop> {
    let mut fields = Fields::of(node, errors, "stop");
    let minute = fields.required("minute", |node, errors| read::integer(node, errors, 0, 50 * 60));
    let rollback = fields.optional("rollback", read::flag);
    fields.finish();
    Some(Stop { minute: minute?, rollback: rollback.unwrap_or(false) })
}

impl Selector {
    /// Whether a resource is meant.
    pub fn matches(&self, r#type: &str, id: &str) -> bool {
        self.types.matches(r#type) && self.resources.matches(id)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the change of {} {}", self.types, self.resources)
    }
}
