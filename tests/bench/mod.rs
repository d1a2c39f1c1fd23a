//! A check whose verdicts the resources themselves spell out, for laws that must not depend on the catalogue.
#![allow(dead_code, reason = "each test file uses its part")]

use fitgate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Assumption, Branch, Facts, Properties, RawResource, StackIdentity, Why},
    inventory::{LogicalId, ResourceRef, ResourceType},
    stack::Stack,
};
use serde_json::{Value, json};

/// Reads the verdict from the resource: see [`thing`].
pub(crate) static SPOKEN: Check = Check {
    id: "test-spoken",
    title: "The resource says so",
    why: "",
    fix: "",
    absent: "",
    reference: "",
    pillar: Pillar::Security,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[],
    applies: Applies::Stack(&["Test::Thing"], spoken),
};

fn spoken(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let say = |resource: &fitgate::facts::Resource| {
        let Properties::Other(value) = &resource.properties else { return None };
        let (word, text) = value["Say"].as_str()?.split_once(' ').unwrap_or((value["Say"].as_str()?, ""));
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

/// A resource.
pub(crate) fn resource(id: &str, r#type: &str, properties: Value) -> RawResource {
    let reference =
        ResourceRef { logical_id: LogicalId::new(id), r#type: ResourceType::new(r#type), physical_id: None };
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
