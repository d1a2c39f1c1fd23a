//! Policies of a stack's owner: the shipped one, damaged.

use std::sync::LazyLock;

use fitgate::{
    facts::Branch,
    policy::{DEFAULT, Policy},
    source::{Limits, parse},
    template::{Options, read},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    edits::edits,
    large,
    laws::{in_time, judged, placed},
    plain::plain,
};

static SHIPPED: LazyLock<Value> =
    LazyLock::new(|| plain(&parse("default.yaml", DEFAULT.as_bytes(), &Limits::default()).expect("the policy")));

static STACK: LazyLock<Vec<Branch>> = LazyLock::new(|| {
    let text = large::template(30);
    read("large.yaml", text.as_bytes(), &Options::default()).expect("a template").branches
});

/// More of everything that a policy may hold.
fn full() -> Value {
    let mut policy = SHIPPED.clone();
    policy["checks"] =
        json!({ "s3-versioning": "off", "lambda-xray": { "enabled": true, "severity": "high", "weight": 3 } });
    policy["exemptions"] = json!([
        { "check": "s3-*", "resource": "Bucket*", "owner": "team", "reason": "it is said", "expires": "2027-01-31" },
        { "check": "*", "resource": "*", "owner": "team", "reason": "it is said", "expires": "2020-01-31" },
    ]);
    policy["probes"] = json!([
        { "name": "ping", "phase": "both", "invoke": { "payload": { "a": [1] } }, "expect": { "status": 200, "within": "5s" } },
        { "name": "page", "http": { "url": "https://example.com/", "method": "GET" }, "expect": { "status": 200 } },
    ]);
    policy
}

fn keys() -> Vec<String> {
    let written = full().to_string();
    let mut keys: Vec<String> =
        written.split('"').filter(|word| word.chars().all(char::is_alphanumeric)).map(str::to_owned).collect();
    keys.retain(|key| !key.is_empty());
    keys
}

proptest! {
    #![proptest_config(super::laws::config(200))]

    #[test]
    fn a_policy_is_refused_with_places_or_holds_what_it_says(edits in edits(keys(), 4)) {
        let mut document = full();
        edits.iter().for_each(|edit| edit.apply(&mut document));
        let written = document.to_string();
        match in_time(|| Policy::parse("policy.yaml", written.as_bytes()))? {
            Err(mistakes) => placed(&mistakes.0)?,
            Ok(policy) => {
                judged(&STACK, &policy)?;
                let again = serde_json::to_string(&policy).expect("JSON");
                prop_assert_eq!(Policy::parse("again.json", again.as_bytes()), Ok(policy));
            }
        }
    }
}
