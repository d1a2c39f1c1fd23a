//! The policy that an installation begins with.

use std::collections::BTreeMap;

use fitgate::{
    check::VerdictKind,
    evaluate::evaluate,
    policy::{Mode, Policy},
    template::{self, Options},
};

use crate::template::{path, properties, read, resources};

fn first_policy(of: usize) -> Policy {
    let template = read();
    let content = &properties(&template, "FirstPolicyVersion")["Content"]["Fn::If"][of];
    let content = content.as_str().expect("a text");
    Policy::parse("Content", content.as_bytes()).expect("a valid policy")
}

#[test]
fn it_is_the_shipped_one() {
    assert_eq!(first_policy(2), Policy::default());
}

#[test]
fn it_may_observe_and_is_as_shipped_otherwise() {
    let mut shipped = Policy::default();
    shipped.mode = Mode::Observe;
    assert_eq!(first_policy(1), shipped);
}

#[test]
fn it_outlives_the_stack() {
    let template = read();
    let kinds = ["Application", "Environment", "ConfigurationProfile", "HostedConfigurationVersion"];
    for kind in kinds {
        for (id, resource) in resources(&template, &format!("AWS::AppConfig::{kind}")) {
            assert_eq!(resource["DeletionPolicy"], "Retain", "{id}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
        }
    }
}

/// A value that follows another parameter, or this program's version, would deploy the first policy again over the
/// owner's own.
#[test]
fn no_later_update_of_the_stack_deploys_it_again() {
    let template = read();
    let version = properties(&template, "FirstPolicyVersion");
    let references: Vec<_> = version.to_string().match_indices("\"Ref\"").map(|(at, _)| at).collect();
    assert_eq!(references.len(), 2, "application and profile only: {version}");
    assert_eq!(version["Content"]["Fn::If"][0], "ObservesAtFirst");
    for of in [1, 2] {
        let content = version["Content"]["Fn::If"][of].as_str().expect("a text");
        let said = content.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(said, 2, "version and mode, so that it does not change with what is shipped: {content}");
    }
}

/// What fitgate finds of its own hooks is mended, or tolerated with a reason that stands in this example.
#[test]
fn nothing_of_the_hooks_is_left_to_find() {
    let policy = include_bytes!("../../examples/policy.yaml");
    let policy = Policy::parse("examples/policy.yaml", policy).expect("a valid policy");
    let bytes = std::fs::read(path()).expect("template.yaml");
    let parameters = BTreeMap::from([("Install".to_owned(), "hooks".to_owned())]);
    let options = Options { parameters: parameters.into_iter().collect(), ..Options::default() };
    let branches = template::read("template.yaml", &bytes, &options).expect("it is valid").branches;
    let evaluation = evaluate(&branches, &policy, "2026-11-21".parse().expect("a day"));
    assert!(evaluation.findings.len() > 40, "{} findings", evaluation.findings.len());
    let mut tolerated = 0;
    for finding in &evaluation.findings {
        let passes = finding.verdict.kind() == VerdictKind::Pass;
        assert!(passes || finding.is_exempted(), "{}: {:?}", finding.check.id, finding.verdict);
        tolerated += usize::from(finding.is_exempted());
    }
    assert_eq!(tolerated, 18, "no more is tolerated than that");
}
