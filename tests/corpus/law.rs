//! Who knows less says the same or says that nobody can tell.

use std::{collections::BTreeMap, fmt};

use fitgate::check::VerdictKind;
use serde_json::Value;

use super::{
    judged::{Verdicts, kind, told},
    mutation::{Path, Unknown},
};

/// A verdict that ignorance changed into another one.
pub(crate) struct Broken {
    pub(crate) check: &'static str,
    /// What was replaced: type and property, indices left out.
    pub(crate) property: String,
    pub(crate) change: String,
    details: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {} | {} | {}", self.check, self.property, self.change, self.details)
    }
}

/// A value replaced, and the verdicts before and after.
pub(crate) struct Trial<'a> {
    pub(crate) name: &'a str,
    pub(crate) template: &'a Value,
    pub(crate) path: &'a Path,
    pub(crate) unknown: Unknown,
}

impl Trial<'_> {
    /// Every subject whose verdict is neither what it was nor inconclusive. What nobody judged before may be anything:
    /// a check that did not apply may apply.
    ///
    /// SAM writes resources from what stands in its own, before CloudFormation knows any value: what it does not know
    /// it does not write. There only a pass is too much.
    pub(crate) fn broken(&self, before: &Verdicts, after: &Verdicts) -> Vec<Broken> {
        let mut broken = Vec::new();
        for (subject, was) in before {
            let is = after.get(subject);
            let allowed = match self.unknown {
                // Nothing is unknown.
                Unknown::Same if !self.of_sam() => kind(is) == Some(was.kind()),
                _ if self.of_sam() => kind(is) != Some(VerdictKind::Pass) || was.kind() == VerdictKind::Pass,
                _ => [Some(was.kind()), Some(VerdictKind::Inconclusive)].contains(&kind(is)),
            };
            if !allowed {
                let change = format!("{} to {}", was.kind().name(), kind(is).map_or("nothing", VerdictKind::name));
                let details = format!(
                    "{} ({:?} at {}) {}: {} -> {}",
                    self.name,
                    self.unknown,
                    self.path.join("."),
                    subject.1,
                    told(Some(was)),
                    told(is)
                );
                broken.push(Broken { check: subject.0, property: self.property(), change, details });
            }
        }
        broken
    }

    fn r#type(&self) -> &str {
        self.template["Resources"][&self.path[1]]["Type"].as_str().unwrap_or("?")
    }

    fn of_sam(&self) -> bool {
        self.r#type().starts_with("AWS::Serverless::")
    }

    /// `AWS::S3::Bucket.VersioningConfiguration.Status`.
    fn property(&self) -> String {
        let names = self.path[2..].iter().filter(|step| *step != "Properties" && step.parse::<usize>().is_err());
        [self.r#type()].into_iter().chain(names.map(String::as_str)).collect::<Vec<_>>().join(".")
    }
}

/// One of each kind of breach, with how often it was seen.
pub(crate) fn summary(broken: &[Broken]) -> String {
    let mut kinds: BTreeMap<(&str, &str, &str), (usize, &Broken)> = BTreeMap::new();
    for one in broken {
        kinds.entry((one.check, &one.property, &one.change)).or_insert((0, one)).0 += 1;
    }
    kinds.values().map(|(count, first)| format!("{count} x {first}\n")).collect()
}
