//! Judgements of releases whose resources themselves say what to find.

use std::time::Duration;

use fitgate::{
    aws::{Invocation, StackKey},
    decide::decide,
    deployment::{Deployment, Strategy, Version, Weight},
    event::{Answer, Phase},
    facts::{Observed, RawResource},
    judgement::Judgement,
    policy::Policy,
    score::score,
};
use jiff::Timestamp;

use crate::bench::{evaluated, four};

/// Noon of the day on which everything happens.
pub(crate) fn noon() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().expect("a moment")
}

/// The stack of the tests.
pub(crate) fn stack() -> StackKey {
    StackKey::stack("orders")
}

/// A deployment of `FirstFunction`, created so many hours after [`noon`].
pub(crate) fn deployment(id: &str, hours: i64, phase: Phase) -> Deployment {
    Deployment {
        id: id.parse().expect("an id"),
        application: "orders-app".to_owned(),
        group: "orders-group".to_owned(),
        function: "orders-FirstFunction-1A2B3C4D5E6F".to_owned(),
        alias: "live".to_owned(),
        current: Version::new(1).expect("a version"),
        target: Version::new(2).expect("a version"),
        phase,
        weight: Weight::NONE,
        config: "CodeDeployDefault.LambdaAllAtOnce".to_owned(),
        strategy: Some(Strategy::AllAtOnce),
        created: Some(noon() + jiff::SignedDuration::from_hours(hours)),
        creator: None,
        external_id: None,
    }
}

/// What is judged of these resources by this policy, without a baseline.
pub(crate) fn judgement(deployment: Deployment, resources: Vec<RawResource>, policy: &str) -> Judgement {
    let policy = Policy::parse("policy", policy.as_bytes()).expect("a policy");
    let evaluation = evaluated(resources, &policy);
    let fitness = score(&evaluation, &policy);
    let baseline = Observed::Absent;
    let decision = decide(&evaluation, &fitness, &baseline, &policy);
    Judgement { deployment, policy, evaluation, fitness, baseline, decision, remarks: vec!["a remark".to_owned()] }
}

/// Findings of each verdict: 2 pass, 1 in part, 2 fail, 1 inconclusive, 1 exempted.
pub(crate) fn mixed() -> Vec<RawResource> {
    vec![
        four("Photos", ["pass", "fail it is off", "40 in part", "unknown a parameter"]),
        four("Legacy", ["fail x", "pass", "none", "none"]),
        four("Other", ["none", "none", "none", "fail x"]),
    ]
}

/// Allows everything, and tolerates `Legacy`.
pub(crate) const TOLERANT: &str = "version: 1\nfitness: {minimum: 0}\nblocking: []\nexemptions:\n\
    - {check: '*', resource: Legacy, owner: team-a, reason: old, expires: 2027-01-31}";

/// What one hook did with a judgement.
pub(crate) fn invocation<'a>(stack: &'a StackKey, judgement: &'a Judgement, answer: Answer) -> Invocation<'a> {
    Invocation {
        stack: Some(stack),
        deployment: Some(&judgement.deployment),
        outcome: Ok(judgement),
        answer,
        took: Duration::from_millis(1_234),
        calls: 56,
        at: noon() + jiff::SignedDuration::from_hours(100),
    }
}
