//! What a template says beside what was seen of its stack: for the tests against the double, and for those against the
//! emulator.

use std::fmt;

use fitgate::{
    facts::{Facts, Observed, StackIdentity},
    inventory::LogicalId,
    template,
};
use serde_json::Value;

/// The properties of a resource as they are saved.
pub(crate) fn saved(facts: &Facts, id: &str) -> Value {
    let resource = facts.get(&LogicalId::new(id)).unwrap_or_else(|| panic!("{id} is not there"));
    let mut written = serde_json::to_value(resource).expect("a resource can be written");
    written["Properties"].take()
}

/// The facts of a template that is deployed in this account and region.
pub(crate) fn deployed(template: &Value, account: &str, region: &str) -> Facts {
    let place = [("AWS::AccountId", account), ("AWS::Region", region), ("AWS::Partition", "aws")];
    let parameters = place.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let options = template::Options { parameters, ..template::Options::default() };
    let read = template::read("shop.json", template.to_string().as_bytes(), &options).expect("a template");
    let facts = read.branches.into_iter().next().expect("one branch").facts;
    // A template does not know who owns it; what is joined from that is no difference.
    let raw = facts.resources.iter().map(|resource| resource.unjoined().expect("a resource can be written"));
    Facts::build(StackIdentity { account: Observed::Present(account.to_owned()), ..facts.stack.clone() }, raw)
}

/// A place where a template and its stack do not say the same.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    /// The resource and what leads into its properties, with slashes.
    pub(crate) path: String,
    template: Value,
    live: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} in the template, {} live", self.path, self.template, self.live)
    }
}

/// Where what the template says is not what was observed, or nobody could observe it. What the template leaves open,
/// or leaves to the service, is no difference.
pub(crate) fn differences(template: &Facts, live: &Facts) -> Vec<Difference> {
    let mut found = Vec::new();
    for resource in &template.resources {
        let id = resource.reference.logical_id.as_str();
        compare(id.to_owned(), &saved(template, id), &saved(live, id), &mut found);
    }
    found
}

fn compare(path: String, template: &Value, live: &Value, found: &mut Vec<Difference>) {
    match (template, live) {
        _ if is_open(template) => {}
        (Value::Object(template), Value::Object(observed)) if !is_open(live) => {
            for (name, value) in template {
                compare(format!("{path}/{name}"), value, observed.get(name).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(template), Value::Array(live)) if template.len() == live.len() => {
            for (index, (template, live)) in template.iter().zip(live).enumerate() {
                compare(format!("{path}/{index}"), template, live, found);
            }
        }
        (template, live) if template == live => {}
        (template, live) => found.push(Difference { path, template: template.clone(), live: live.clone() }),
    }
}

/// What nobody can tell.
fn is_open(value: &Value) -> bool {
    value.get("$unknown").is_some()
}
