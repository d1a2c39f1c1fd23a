//! A check whose verdicts the resources themselves spell out, for laws that must not depend on the catalogue.
#![allow(dead_code, reason = "each test file uses its part")]

use fitgate::{
    check::{Applies, Check, Default, Pillar, Severity, StackJudge, Verdict, Yardstick},
    evaluate::{Evaluation, ask},
    facts::{Assumption, Branch, Facts, Properties, RawResource, StackIdentity, Why},
    inventory::{LogicalId, ResourceRef, ResourceType},
    policy::Policy,
    stack::Stack,
};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

/// Reads the verdict from the resource's `Say`: see [`thing`].
pub(crate) static SPOKEN: Check = check("test-spoken", Pillar::Security, Severity::High, spoken::<0>);

/// The same from the property of its severity.
pub(crate) static CRITICAL: Check = check("test-critical", Pillar::Security, Severity::Critical, spoken::<1>);
pub(crate) static HIGH: Check = check("test-high", Pillar::Reliability, Severity::High, spoken::<2>);
pub(crate) static MEDIUM: Check = check("test-medium", Pillar::Cost, Severity::Medium, spoken::<3>);
pub(crate) static LOW: Check = check("test-low", Pillar::Security, Severity::Low, spoken::<4>);

/// One check of each severity.
pub(crate) static FOUR: [&Check; 4] = [&CRITICAL, &HIGH, &MEDIUM, &LOW];

const PROPERTIES: [&str; 5] = ["Say", "Critical", "High", "Medium", "Low"];

const fn check(id: &'static str, pillar: Pillar, severity: Severity, judge: StackJudge) -> Check {
    Check {
        id,
        title: "The resource says so",
        why: "",
        fix: "Let it say pass",
        absent: "",
        reference: "",
        pillar,
        severity,
        since: "0.1.0",
        default: Default::On,
        needs: &[],
        applies: Applies::Stack(&["Test::Thing"], judge),
    }
}

fn spoken<const PROPERTY: usize>(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let say = |resource: &fitgate::facts::Resource| {
        let Properties::Other(value) = &resource.properties else { return None };
        let said = value[PROPERTIES[PROPERTY]].as_str()?;
        let (word, text) = said.split_once(' ').unwrap_or((said, ""));
        let verdict = match word {
            "pass" => Verdict::Pass,
            "fail" => Verdict::fail(text),
            "unknown" => Verdict::inconclusive(Why::Unresolved(text.to_owned())),
            "none" => return None,
            percent => match percent.parse() {
                Ok(percent) => Verdict::partial(percent, text),
                Err(_) => Verdict::inconclusive(Why::Malformed(format!("{percent} is no verdict"))),
            },
        };
        Some((resource.reference.logical_id.clone(), verdict))
    };
    stack.facts.resources.iter().filter_map(say).collect()
}

/// A resource that says what to say of it: `pass`, `fail WHY`, `unknown WHY`, `40 WHY` (percent), `none`.
pub(crate) fn thing(id: &str, say: &str) -> RawResource {
    resource(id, "Test::Thing", json!({ "Say": say }))
}

/// A resource that says something to each of the four checks, the critical one first.
pub(crate) fn four(id: &str, say: [&str; 4]) -> RawResource {
    let [critical, high, medium, low] = say;
    resource(id, "Test::Thing", json!({ "Critical": critical, "High": high, "Medium": medium, "Low": low }))
}

/// The day of every evaluation.
pub(crate) const TODAY: Date = date(2026, 7, 1);

/// What the four checks say of these resources.
pub(crate) fn evaluated(resources: Vec<RawResource>, policy: &Policy) -> Evaluation {
    ask(FOUR, &one(resources), policy, TODAY)
}

/// A resource.
pub(crate) fn resource(id: &str, r#type: &str, properties: Value) -> RawResource {
    let reference = ResourceRef {
        logical_id: LogicalId::new(id),
        r#type: ResourceType::new(r#type),
        physical_id: None,
        last_updated: None,
    };
    RawResource { reference, properties }
}

/// A branch under these assumptions.
pub(crate) fn branch(assumptions: &[(&str, bool)], resources: Vec<RawResource>) -> Branch {
    let assumption =
        |(condition, holds): &(&str, bool)| Assumption { condition: (*condition).to_owned(), holds: *holds };
    let assumptions = assumptions.iter().map(assumption).collect();
    Branch { assumptions, facts: Facts::build(StackIdentity::default(), resources) }
}

/// One branch without assumptions.
pub(crate) fn one(resources: Vec<RawResource>) -> Vec<Branch> {
    vec![branch(&[], resources)]
}
