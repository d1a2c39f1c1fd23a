//! Runs the fixtures of `tests/checks`: one file a check, named by its id.
//!
//! ```yaml
//! pass:                       # also: partial, fail, inconclusive, notApplicable
//!   - name: what the case shows
//!     evidence: words         # expected in the verdict's text or place
//!     resource: Bucket        # the subject, where the check judges several
//!     share: 60               # expected percentage of a partial verdict
//!     today: 2026-06-01       # the day of the evaluation
//!     yardstick: { requiredTags: [team] }
//!     parameters: { Stage: dev }
//!     Resources: {…}          # a template with whatever other sections it needs, or:
//!     facts: {…}              # a facts document as it is saved
//! neverInconclusive: reason   # for the rare check that reads nothing it could fail to read
//! ```
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its own functions too")]

#[path = "fixtures/plain.rs"]
mod plain;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::PathBuf,
};

use fitgate::{
    check::{Check, LogLevel, Verdict, Yardstick},
    checks, evaluate,
    facts::Branch,
    inventory::{LogicalId, ResourceType},
    source::{self, Limits},
    template,
};
use plain::plain;
use serde::Deserialize;
use serde_json::{Map, Value};

const LISTS: &[&str] = &["pass", "partial", "fail", "inconclusive", "notApplicable"];
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

#[test]
fn every_check_has_one_fixture_file_and_every_file_a_check() {
    let ids: BTreeSet<String> = checks::all().map(|check| check.id.to_owned()).collect();
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".yaml").unwrap_or(&name).to_owned())
        .collect();
    let missing: Vec<_> = ids.difference(&files).collect();
    let orphans: Vec<_> = files.difference(&ids).collect();
    assert!(missing.is_empty(), "checks without tests/checks/<id>.yaml: {missing:?}");
    assert!(orphans.is_empty(), "files in tests/checks that no check is named after: {orphans:?}");
}

#[test]
fn every_case_gets_the_verdict_it_is_listed_under() {
    let mut failures = Vec::new();
    for check in checks::all() {
        let file = folder().join(format!("{}.yaml", check.id));
        // A missing file is the other test's finding.
        let Ok(bytes) = std::fs::read(file) else { continue };
        let name = format!("tests/checks/{}.yaml", check.id);
        match source::parse(&name, &bytes, &Limits::default()) {
            Ok(fixture) => {
                failures.extend(run(check, &plain(&fixture)).into_iter().map(|text| format!("{name}: {text}")))
            }
            Err(error) => failures.push(error.to_string()),
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/checks")
}

/// All that is wrong with one fixture file.
fn run(check: &'static Check, fixture: &Value) -> Vec<String> {
    let Some(fixture) = fixture.as_object() else { return vec!["not a mapping of lists".to_owned()] };
    let mut failures = shape(fixture);
    for list in LISTS {
        let cases = fixture.get(*list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (index, case) in cases.iter().enumerate() {
            let name = case["name"].as_str().map_or_else(|| format!("#{index} (no name)"), str::to_owned);
            if let Err(failure) = Case::read(case).and_then(|case| case.hold(check, list)) {
                failures.push(format!("{list}: {name}: {failure}"));
            }
        }
    }
    failures
}

/// The lists a file must have, and no others.
fn shape(fixture: &Map<String, Value>) -> Vec<String> {
    let mut failures = Vec::new();
    let filled = |list: &str| fixture.get(list).and_then(Value::as_array).is_some_and(|cases| !cases.is_empty());
    for list in ["pass", "fail"] {
        if !filled(list) {
            failures.push(format!("no case under {list}"));
        }
    }
    let never = fixture.get("neverInconclusive").and_then(Value::as_str).is_some_and(|reason| !reason.is_empty());
    if filled("inconclusive") == never {
        failures.push("either cases under inconclusive or a reason under neverInconclusive".to_owned());
    }
    for key in fixture.keys().filter(|key| !LISTS.contains(&key.as_str()) && *key != "neverInconclusive") {
        failures.push(format!("unknown list {key}"));
    }
    failures
}

/// One case, read.
struct Case {
    evidence: Option<String>,
    resource: Option<LogicalId>,
    share: Option<u64>,
    yardstick: Yardstick,
    branches: Vec<Branch>,
}

impl Case {
    fn read(case: &Value) -> Result<Self, String> {
        let case = case.as_object().ok_or("not a mapping")?;
        let known = ["name", "evidence", "resource", "share", "today", "yardstick", "parameters", "facts"];
        if let Some(key) = case.keys().find(|key| !known.contains(&key.as_str()) && !SECTIONS.contains(&key.as_str())) {
            return Err(format!("unknown key {key}"));
        }
        let text = |key: &str| case.get(key).and_then(Value::as_str).map(str::to_owned);
        text("name").ok_or("no name")?;
        Ok(Self {
            evidence: text("evidence"),
            resource: text("resource").map(LogicalId::new),
            share: case.get("share").and_then(Value::as_u64),
            yardstick: yardstick(case)?,
            branches: branches(case)?,
        })
    }

    /// Judges the case, and once more after saving and loading its facts: both must say the same.
    fn hold(&self, check: &'static Check, list: &str) -> Result<(), String> {
        let verdicts = evaluate::judge(check, &self.branches, &self.yardstick);
        let again = evaluate::judge(check, &saved_and_loaded(&self.branches)?, &self.yardstick);
        if verdicts != again {
            return Err(format!("{} but after saving and loading {}", told(&verdicts), told(&again)));
        }
        let subjects: Vec<&Verdict> = verdicts
            .iter()
            .filter(|(id, ..)| self.resource.as_ref().is_none_or(|resource| id == resource))
            .map(|(.., verdict)| verdict)
            .collect();
        let holds = match list {
            "notApplicable" => subjects.is_empty(),
            _ => !subjects.is_empty() && subjects.iter().all(|verdict| kind(verdict) == list),
        };
        if !holds {
            return Err(format!("got {}", told(&verdicts)));
        }
        self.evidence_holds(&subjects)
    }

    fn evidence_holds(&self, subjects: &[&Verdict]) -> Result<(), String> {
        let texts: Vec<String> = subjects.iter().map(|verdict| words(verdict)).collect();
        if let Some(evidence) = &self.evidence
            && !texts.iter().any(|text| text.contains(evidence))
        {
            return Err(format!("{evidence:?} is not in {texts:?}"));
        }
        match (self.share, subjects) {
            (None, _) => Ok(()),
            (Some(expected), [Verdict::Partial(share, _)]) if u64::from(share.as_percent()) == expected => Ok(()),
            (Some(expected), _) => Err(format!("expected a share of {expected}, got {texts:?}")),
        }
    }
}

fn kind(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Partial(..) => "partial",
        Verdict::Fail(_) => "fail",
        Verdict::Inconclusive(..) => "inconclusive",
    }
}

/// Everything a verdict says, its place included.
fn words(verdict: &Verdict) -> String {
    let (text, place) = match verdict {
        Verdict::Pass => return String::new(),
        Verdict::Partial(share, evidence) => {
            (format!("{} percent: {}", share.as_percent(), evidence.text), &evidence.place)
        }
        Verdict::Fail(evidence) => (evidence.text.clone(), &evidence.place),
        Verdict::Inconclusive(why, place) => (why.to_string(), place),
    };
    let place = place.as_ref().map(|place| match &place.resource {
        Some(resource) => format!(" at {resource}.{}", place.property),
        None => format!(" at {}", place.property),
    });
    text + &place.unwrap_or_default()
}

fn told(verdicts: &[(LogicalId, ResourceType, Verdict)]) -> String {
    let mut told = String::new();
    for (id, _, verdict) in verdicts {
        write!(told, "[{id}: {} {}]", kind(verdict), words(verdict)).unwrap();
    }
    if told.is_empty() { "no verdict".to_owned() } else { told }
}

fn yardstick(case: &Map<String, Value>) -> Result<Yardstick, String> {
    let today = case.get("today").and_then(Value::as_str).unwrap_or("2026-06-01");
    let mut yardstick = Yardstick::on(today.parse().map_err(|error| format!("today: {error}"))?);
    let Some(given) = case.get("yardstick") else { return Ok(yardstick) };
    for (key, value) in given.as_object().ok_or("yardstick is no mapping")? {
        match key.as_str() {
            "requiredTags" => yardstick.required_tags = read(value)?,
            "trustedAccounts" => yardstick.trusted_accounts = read(value)?,
            "applicationLogLevel" => yardstick.application_log_level = read::<LogLevel>(value)?,
            "ephemeralStorageMib" => yardstick.ephemeral_storage_mib = read(value)?,
            "logRetentionDays" => yardstick.log_retention_days = read(value)?,
            "allowedManagedPolicies" => yardstick.allowed_managed_policies = read(value)?,
            "tableThroughputPercent" => yardstick.table_throughput_percent = read(value)?,
            "streamRetentionHours" => yardstick.stream_retention_hours = read(value)?,
            "secretRotationDays" => yardstick.secret_rotation_days = read(value)?,
            "backupRetentionDays" => yardstick.backup_retention_days = read(value)?,
            "accountConcurrency" => yardstick.account_concurrency = read(value)?,
            "configurationBakeMinutes" => yardstick.configuration_bake_minutes = read(value)?,
            _ => return Err(format!("unknown yardstick {key}")),
        }
    }
    Ok(yardstick)
}

fn branches(case: &Map<String, Value>) -> Result<Vec<Branch>, String> {
    if let Some(facts) = case.get("facts") {
        return Ok(vec![Branch { assumptions: Vec::new(), facts: read(facts)? }]);
    }
    let sections: Map<String, Value> = case
        .iter()
        .filter(|(key, _)| SECTIONS.contains(&key.as_str()))
        .map(|(key, it)| (key.clone(), it.clone()))
        .collect();
    if !sections.contains_key("Resources") {
        return Err("neither Resources nor facts".to_owned());
    }
    let bytes = serde_json::to_vec_pretty(&sections).map_err(|error| error.to_string())?;
    let parameters = case.get("parameters").map_or_else(|| Ok(BTreeMap::new()), read)?;
    let options = template::Options { parameters, ..template::Options::default() };
    template::read("template.json", &bytes, &options).map(|read| read.branches).map_err(|error| error.to_string())
}

fn saved_and_loaded(branches: &[Branch]) -> Result<Vec<Branch>, String> {
    branches
        .iter()
        .map(|branch| {
            let saved = serde_json::to_string(&branch.facts).map_err(|error| error.to_string())?;
            let facts = serde_json::from_str(&saved).map_err(|error| format!("saved facts do not load: {error}"))?;
            Ok(Branch { assumptions: branch.assumptions.clone(), facts })
        })
        .collect()
}

fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| error.to_string())
}
