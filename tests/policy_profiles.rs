//! The shipped profiles: readable by themselves, complete, and what a policy is laid over.
#![expect(clippy::panic, reason = "a test fails by panicking, its own functions too")]

use std::collections::BTreeSet;

use fitgate::{
    check::{Default, Severity},
    checks,
    points::Score,
    policy::{KnownFailures, Policy, Profile, TemplateExemptions},
    source::{self, Limits, Node},
};

fn parse(text: &str) -> Policy {
    Policy::parse("policy.yaml", text.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A policy of the strict profile with these lines.
fn strict(lines: &str) -> Policy {
    parse(&format!("version: 1\nprofile: strict\n{lines}"))
}

#[test]
fn each_is_a_policy_by_itself_and_the_same_by_name() {
    for profile in Profile::ALL {
        let named = parse(&format!("version: 1\nprofile: {}", profile.name()));
        let mut written = parse(profile.document());
        written.profile = profile;
        assert_eq!(written, named, "{}", profile.name());
        assert_eq!(Profile::named(profile.name()), Some(profile));
        assert!(!profile.summary().is_empty());
    }
    assert_eq!(parse("version: 1\nprofile: baseline"), Policy::default());
    assert_eq!(parse("version: 1\nprofile:"), Policy::default());
}

#[test]
fn strict_decides_on_every_opt_in_check_and_on_no_other() {
    let document = source::parse("strict", Profile::Strict.document().as_bytes(), &Limits::default()).expect("YAML");
    let named = document.get("checks").map(Node::entries).expect("checks");
    let named: BTreeSet<&str> = named.iter().map(|entry| entry.key.as_str()).collect();
    let opt_in: BTreeSet<&str> =
        checks::all().filter(|check| check.default == Default::OptIn).map(|check| check.id).collect();
    let missing: Vec<_> = opt_in.difference(&named).collect();
    let others: Vec<_> = named.difference(&opt_in).collect();
    assert!(missing.is_empty() && others.is_empty(), "not decided on: {missing:?}; not opt-in: {others:?}");
    let strict = strict("");
    assert!(checks::all().filter(|check| strict.enables(check)).count() > opt_in.len());
    assert!(checks::all().all(|check| strict.enables(check) || check.default == Default::OptIn));
}

#[test]
fn strict_is_nowhere_milder_than_the_baseline() {
    let (strict, baseline) = (strict(""), Policy::default());
    assert!(strict.fitness.minimum > baseline.fitness.minimum);
    assert!(strict.baseline.greatest_drop < baseline.baseline.greatest_drop);
    assert_eq!(strict.baseline.known_failures, KnownFailures::Block);
    assert_eq!(strict.template_exemptions, TemplateExemptions::Ignore);
    for severity in Severity::ALL {
        assert!(strict.blocking.contains(severity) || !baseline.blocking.contains(severity));
        assert!(strict.baseline.new_failures.contains(severity) || !baseline.baseline.new_failures.contains(severity));
        let most = |policy: &Policy| policy.inconclusive.limits.get(&severity).copied().unwrap_or(u32::MAX);
        assert!(most(&strict) <= most(&baseline));
    }
    assert!(strict.blocking.contains(Severity::High) && !baseline.blocking.contains(Severity::High));
}

#[test]
fn what_a_policy_says_goes_first_key_by_key() {
    let signing = checks::by_id("lambda-code-signing").expect("a check");
    let laid = strict("fitness: {pillars: {security: 90}}\nchecks: {lambda-code-signing: {severity: high}}");
    assert_eq!(laid.fitness.minimum, Score::tenths(800));
    assert_eq!(laid.fitness.pillars.len(), 1);
    assert!(laid.enables(signing) && laid.severity(signing) == Severity::High);
    assert!(laid.enables(checks::by_id("secret-cmk").expect("a check")));

    assert!(!strict("checks: {lambda-code-signing: off}").enables(signing));
    assert!(!strict("checks: {lambda-code-signing: {enabled: off, weight: 3}}").enables(signing));
    assert!(!strict("checks: {lambda-in-vpc: {weight: 3}}").enables(checks::by_id("lambda-in-vpc").expect("a check")));
    assert!(strict("checks: {lambda-in-vpc: on}").enables(checks::by_id("lambda-in-vpc").expect("a check")));

    let blocking = strict("blocking: [critical]\ninconclusive: {limits: {high: 3}}\nfitness:\n");
    assert!(!blocking.blocking.contains(Severity::High), "a list replaces that of the profile");
    assert_eq!(blocking.inconclusive.limits[&Severity::High], 3);
    assert_eq!(blocking.inconclusive.limits[&Severity::Critical], 0);
    assert_eq!(blocking.fitness.minimum, Score::tenths(800), "what is left empty is left out");
}

#[test]
fn mistakes_are_those_of_the_document() {
    let cases = [
        ("version: 1\nprofile: strikt", "p:2:10: profile: unknown profile \"strikt\" | did you mean \"strict\"?"),
        ("profile: strict", "p:1:1: the policy has no \"version\" | add version"),
        (
            "version: 1\nprofile: strict\nfitness: 3",
            "p:3:10: fitness: fitness must be a mapping, found a number | write its keys below it, each as `key: value`",
        ),
        (
            "version: 1\nprofile: strict\nchecks: {lambda-code-signng: on}",
            "p:3:10: checks.lambda-code-signng: no such check | did you mean lambda-code-signing? (see `fitgate checks \
             list`)",
        ),
    ];
    for (text, expected) in cases {
        let errors = Policy::parse("p", text.as_bytes()).expect_err(text);
        let lines = errors.0.iter().map(|error| format!("{error} | {}", error.hint().unwrap_or_default()));
        assert_eq!(lines.collect::<Vec<_>>(), [expected]);
    }
}
