//! Proceed or halt: every rule, in both modes, with and without a baseline.
#![expect(clippy::panic, reason = "a test fails by panicking, its own functions too")]

mod bench;

use bench::{FOUR, evaluated, four};
use fitgate::{
    baseline::Baseline,
    check::Verdict,
    decide::{Cause, Decision, Outcome, decide},
    evaluate::{Evaluation, ask},
    facts::{Observed, Why},
    policy::Policy,
    score::score,
};
use proptest::prelude::*;

/// What the last good release was like.
#[derive(Debug, Clone, Copy)]
enum Before<'a> {
    None,
    Denied,
    Said(&'a [[&'a str; 4]]),
}

/// A policy with no minimum and no limits, and these lines below.
fn policy(lines: &str) -> Policy {
    let head = "version: 1\n";
    let quiet = |key: &str, line: &str| if lines.contains(key) { String::new() } else { format!("{line}\n") };
    let document = format!(
        "{head}{}{}{}",
        quiet("fitness:", "fitness: {minimum: 0}"),
        quiet("baseline:", "baseline: {greatestDrop: 100}"),
        lines
    );
    Policy::parse("p", document.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn stack(said: &[[&str; 4]], policy: &Policy) -> Evaluation {
    let resource = |(index, said): (usize, &[&str; 4])| four(&format!("R{index}"), *said);
    evaluated(said.iter().enumerate().map(resource).collect(), policy)
}

fn baseline(before: Before<'_>, policy: &Policy) -> Observed<Baseline> {
    match before {
        Before::None => Observed::Absent,
        Before::Denied => Observed::Unknown(Why::Denied { action: "dynamodb:GetItem".to_owned() }),
        Before::Said(said) => {
            let evaluation = stack(said, policy);
            Observed::Present(Baseline::of(&evaluation, &score(&evaluation, policy)))
        }
    }
}

fn decision(said: &[[&str; 4]], before: Before<'_>, policy: &Policy) -> Decision {
    let evaluation = stack(said, policy);
    decide(&evaluation, &score(&evaluation, policy), &baseline(before, policy), policy)
}

/// The reasons as text, those that halt with an exclamation mark.
fn reasons(decision: &Decision) -> Vec<String> {
    let text = |reason: &fitgate::decide::Reason| format!("{}{reason}", if reason.halts { "! " } else { "" });
    decision.reasons.iter().map(text).collect()
}

/// Words for the critical, high, medium and low check of each resource; what was before; policy; outcome; reasons.
type Case<'a> = (&'a [[&'a str; 4]], Before<'a>, &'a str, Outcome, &'a [&'a str]);

const GOOD: [&str; 4] = ["pass"; 4];

#[test]
fn every_rule() {
    use Before::{Denied, None, Said};
    use Outcome::{Halt, Proceed};
    let cases: &[Case<'_>] = &[
        (&[GOOD], None, "", Proceed, &[]),
        (&[GOOD], Said(&[GOOD]), "", Proceed, &[]),
        // 1: measured
        (&[], None, "", Halt, &["! nothing was measured: no check applies to any resource of the stack"]),
        (
            &[["fail x", "none", "none", "none"]],
            None,
            "exemptions: [{check: '*', resource: '*', owner: o, reason: r, expires: 2027-01-01}]",
            Halt,
            &["! nothing was measured: no finding counts, 1 are exempted"],
        ),
        (
            &[GOOD],
            None,
            "weights: {critical: 0, high: 0, medium: 0, low: 0}",
            Halt,
            &["! nothing was measured: policy gives no weight to what was found"],
        ),
        // 2: limits
        (
            &[["pass", "fail x", "fail x", "pass"]],
            None,
            "fitness: {minimum: 61.2}",
            Halt,
            &["! the fitness 61.1 is below the minimum of 61.2; most is lost by test-high on R0, test-medium on R0"],
        ),
        (&[["pass", "fail x", "fail x", "pass"]], None, "fitness: {minimum: 61.1}", Proceed, &[]),
        (
            &[["pass", "unknown x", "pass", "pass"]],
            None,
            "fitness: {minimum: 80}\ninconclusive: {action: ignore}",
            Halt,
            &["! the fitness 72.2 is below the minimum of 80 (up to 100 if everything unknown is well); \
               most is lost by test-high on R0"],
        ),
        (
            &[["pass", "pass", "fail x", "fail x"]],
            None,
            "fitness: {minimum: 0, pillars: {cost: 10, security: 90}}",
            Halt,
            &["! the cost fitness 0 is below the minimum of 10; most is lost by test-medium on R0"],
        ),
        (
            &[GOOD],
            None,
            "fitness: {minimum: 0, pillars: {operations: 1}}",
            Halt,
            &["! nothing was measured of operations, which has a minimum"],
        ),
        // 3: failures
        (
            &[["fail x", "fail x", "pass", "pass"], ["fail x", "pass", "pass", "pass"]],
            None,
            "",
            Halt,
            &["! 2 critical checks fail: test-critical on R0, test-critical on R1"],
        ),
        (&[["50 x", "fail x", "fail x", "fail x"]], None, "", Proceed, &[]),
        (&[["fail x", "fail x", "pass", "pass"]], None, "blocking: []", Proceed, &[]),
        (
            &[["fail x", "fail x", "pass", "fail x"]],
            None,
            "blocking: [low, high]",
            Halt,
            &["! 1 high check fails: test-high on R0", "! 1 low check fails: test-low on R0"],
        ),
        (
            &[["fail x", "pass", "pass", "pass"]],
            None,
            "exemptions: [{check: '*', resource: R0, owner: o, reason: r, expires: 2026-07-01}]",
            Proceed,
            &[],
        ),
        // 4: ratchet
        (
            &[["fail x", "fail x", "pass", "pass"]],
            Said(&[["fail x", "fail x", "pass", "pass"]]),
            "",
            Proceed,
            &["1 critical check fails as in the last good release: test-critical on R0"],
        ),
        (
            &[["fail x", "pass", "pass", "pass"]],
            Said(&[["fail x", "pass", "pass", "pass"]]),
            "baseline: {greatestDrop: 100, knownFailures: block}",
            Halt,
            &["! 1 critical check fails as in the last good release: test-critical on R0"],
        ),
        (
            &[["fail x", "pass", "pass", "pass"], ["fail x", "pass", "pass", "pass"]],
            Said(&[["fail x", "pass", "pass", "pass"]]),
            "",
            Halt,
            &[
                "! 1 critical check fails that did not fail in the last good release: test-critical on R1",
                "1 critical check fails as in the last good release: test-critical on R0",
            ],
        ),
        (
            &[["pass", "fail x", "fail x", "pass"]],
            Said(&[["pass", "50 x", "pass", "pass"]]),
            "",
            Halt,
            &[
                "! 1 high check fails that did not fail in the last good release: test-high on R0",
                "! 1 medium check fails that did not fail in the last good release: test-medium on R0",
            ],
        ),
        (&[["pass", "pass", "pass", "fail x"]], Said(&[GOOD]), "baseline: {greatestDrop: 100}", Proceed, &[]),
        (
            &[["pass", "fail x", "pass", "pass"]],
            Said(&[["pass", "unknown x", "pass", "pass"]]),
            "",
            Halt,
            &["! 1 high check fails that did not fail in the last good release: test-high on R0"],
        ),
        (
            &[["pass", "fail x", "pass", "pass"]],
            Said(&[GOOD]),
            "baseline: {greatestDrop: 100, newFailures: []}",
            Proceed,
            &[],
        ),
        (&[["pass", "pass", "10 x", "pass"]], Said(&[["pass", "pass", "90 x", "pass"]]), "", Proceed, &[]),
        // 5: drop
        (
            &[["pass", "pass", "fail x", "pass"]],
            Said(&[GOOD]),
            "baseline: {greatestDrop: 11.1, newFailures: []}",
            Halt,
            &["! the fitness fell from 100 to 88.8, by more than the 11.1 that policy allows; \
               most is lost by test-medium on R0"],
        ),
        (
            &[["pass", "pass", "fail x", "pass"]],
            Said(&[GOOD]),
            "baseline: {greatestDrop: 11.2, newFailures: []}",
            Proceed,
            &[],
        ),
        (
            &[["pass", "pass", "unknown x", "pass"]],
            Said(&[GOOD]),
            "baseline: {greatestDrop: 5}\ninconclusive: {action: ignore}",
            Halt,
            &["! the fitness fell from 100 to 88.8, by more than the 5 that policy allows \
               (up to 100 if everything unknown is well); most is lost by test-medium on R0"],
        ),
        (&[["pass", "pass", "fail x", "pass"]], None, "baseline: {greatestDrop: 0}", Proceed, &[]),
        // 6: ignorance
        (
            &[["pass", "unknown x", "pass", "pass"]],
            None,
            "",
            Proceed,
            &["1 high check is inconclusive: test-high on R0"],
        ),
        (
            &[["unknown x", "pass", "pass", "pass"]],
            None,
            "",
            Halt,
            &["! 1 critical check is inconclusive, and policy allows none: test-critical on R0"],
        ),
        (&[["unknown x", "pass", "pass", "pass"]], None, "inconclusive: {action: ignore, limits: {}}", Proceed, &[]),
        (
            &[["pass", "pass", "pass", "unknown x"]],
            None,
            "inconclusive: {action: block, limits: {low: 7}}",
            Halt,
            &["! 1 low check is inconclusive, and policy allows none: test-low on R0"],
        ),
        (
            &[["pass", "pass", "pass", "unknown x"]; 7],
            None,
            "inconclusive: {action: ignore, limits: {low: 6}}",
            Halt,
            &["! 7 low checks are inconclusive, and policy allows 6: test-low on R0, test-low on R1, \
               test-low on R2, test-low on R3, test-low on R4 and 2 more"],
        ),
        (
            &[["pass", "pass", "pass", "unknown x"]; 6],
            None,
            "inconclusive: {action: ignore, limits: {low: 6}}",
            Proceed,
            &[],
        ),
        (&[GOOD], Denied, "", Halt, &["! the last good release cannot be read: access denied; grant dynamodb:GetItem"]),
        (
            &[["fail x", "pass", "pass", "pass"]],
            Denied,
            "baseline: {greatestDrop: 100, unknown: warn}",
            Halt,
            &[
                "! 1 critical check fails: test-critical on R0",
                "the last good release cannot be read: access denied; grant dynamodb:GetItem",
            ],
        ),
    ];
    for (said, before, lines, outcome, expected) in cases {
        let policy = policy(lines);
        let found = decision(said, *before, &policy);
        let case = format!("{said:?} after {before:?} by {lines:?}");
        assert_eq!(reasons(&found), *expected, "{case}");
        assert_eq!((found.outcome, found.would_halt), (*outcome, *outcome == Halt), "{case}");
        // The same by an owner who only observes.
        let mut observing = policy.clone();
        observing.mode = fitgate::policy::Mode::Observe;
        let observed = decision(said, *before, &observing);
        assert!(observed.proceeds(), "{case}");
        assert_eq!((observed.would_halt, reasons(&observed)), (found.would_halt, reasons(&found)), "{case}");
    }
}

#[test]
fn a_halt_says_whether_only_ignorance_is_behind_it() {
    use Before::{Denied, None, Said};
    type Case<'a> = (&'a [[&'a str; 4]], Before<'a>, &'a str, Option<Cause>);
    let cases: &[Case<'_>] = &[
        (&[GOOD], None, "", Option::None),
        (&[["pass", "unknown x", "pass", "pass"]], None, "", Option::None),
        (&[], None, "", Some(Cause::Unknown)),
        (&[["unknown x", "pass", "pass", "pass"]], None, "", Some(Cause::Unknown)),
        (&[["unknown x", "pass", "pass", "pass"], ["fail x", "pass", "pass", "pass"]], None, "", Some(Cause::Findings)),
        (&[GOOD], Denied, "", Some(Cause::Unknown)),
        // It might reach the minimum, if what is unknown is well; or not even then.
        (&[["pass", "unknown x", "pass", "pass"]], None, "fitness: {minimum: 100}", Some(Cause::Unknown)),
        (&[["pass", "unknown x", "pass", "fail x"]], None, "fitness: {minimum: 100}", Some(Cause::Findings)),
        (&[["pass", "unknown x", "pass", "pass"]], Said(&[GOOD]), "baseline: {greatestDrop: 5}", Some(Cause::Unknown)),
        (
            &[["pass", "unknown x", "fail x", "pass"]],
            Said(&[GOOD]),
            "baseline: {greatestDrop: 5}",
            Some(Cause::Findings),
        ),
    ];
    for (said, before, lines, expected) in cases {
        let found = decision(said, *before, &policy(lines));
        assert_eq!(found.cause(), *expected, "{said:?} after {before:?} by {lines:?}");
    }
}

#[test]
fn an_exemption_that_ends_lets_its_failure_count_as_new() {
    let exempting = |expires: &str| {
        policy(&format!(
            "checks: {{exemption-expired: off}}\nexemptions: [{{check: '*', resource: R0, owner: o, reason: r, expires: {expires}}}]"
        ))
    };
    let said = [["fail x", "pass", "pass", "pass"]];
    let past = baseline(Before::Said(&said), &exempting("2026-07-01"));
    let ended = exempting("2026-06-30");
    let evaluation = stack(&said, &ended);
    let found = decide(&evaluation, &score(&evaluation, &ended), &past, &ended);
    let expected = "! 1 critical check fails that did not fail in the last good release: test-critical on R0";
    assert_eq!(reasons(&found), [expected]);
}

#[test]
fn a_check_first_asked_of_this_release_is_no_new_failure() {
    let policy = policy("baseline: {greatestDrop: 0}");
    let resources = || vec![four("R0", ["fail x", "fail x", "pass", "pass"])];
    let before = ask([FOUR[2], FOUR[3]], &bench::one(resources()), &policy, bench::TODAY);
    let baseline = Observed::Present(Baseline::of(&before, &score(&before, &policy)));
    let evaluation = evaluated(resources(), &policy);
    let found = decide(&evaluation, &score(&evaluation, &policy), &baseline, &policy);
    // The critical one blocks as it would without a baseline; the high one does not, and nothing has dropped.
    assert_eq!(reasons(&found), ["! 1 critical check fails, first asked of this release: test-critical on R0"]);
}

#[test]
fn a_reason_as_json_has_its_kind_its_text_and_its_findings() {
    let found = decision(&[["fail x", "pass", "pass", "pass"]], Before::None, &policy(""));
    let json = serde_json::to_value(&found.reasons).expect("JSON");
    let expected = serde_json::json!([{
        "kind": "failures",
        "halts": true,
        "cause": "findings",
        "text": "1 critical check fails: test-critical on R0",
        "findings": [{ "check": "test-critical", "resource": "R0" }],
    }]);
    assert_eq!(json, expected);
}

fn said() -> impl Strategy<Value = [&'static str; 4]> {
    let word = || prop::sample::select(vec!["pass", "fail x", "unknown x", "50 x", "none"]);
    [word(), word(), word(), word()]
}

proptest! {
    /// With the same baseline, fixing what fails or is unknown never turns a release from Proceed to Halt.
    #[test]
    fn fixing_never_halts(
        before in prop::collection::vec(said(), 1..5),
        now in prop::collection::vec(said(), 1..5),
        at in any::<prop::sample::Index>(),
        check in 0..4_usize,
    ) {
        let policy = Policy::default();
        let mut fixed = now.clone();
        let at = at.index(now.len());
        prop_assume!(fixed[at][check] != "none");
        fixed[at][check] = "pass";
        let (was, is) = (decision(&now, Before::Said(&before), &policy), decision(&fixed, Before::Said(&before), &policy));
        prop_assert!(is.proceeds() || !was.proceeds(), "{:?} then {:?}", reasons(&was), reasons(&is));
    }

    /// The same release again proceeds if the last good one had nothing that halts by itself.
    #[test]
    fn the_same_again_does_not_halt_by_comparison(said in prop::collection::vec(said(), 1..5)) {
        let quiet = policy("baseline: {greatestDrop: 0}\ninconclusive: {action: ignore, limits: {}}");
        prop_assume!(said.iter().flatten().any(|word| *word != "none"));
        prop_assert!(decision(&said, Before::Said(&said), &quiet).proceeds());
    }

    /// Ignorance is never better than a failure is bad: a halt without it is a halt with it.
    #[test]
    fn a_failure_nobody_sees_is_no_pass(said in prop::collection::vec(said(), 1..5), at in any::<prop::sample::Index>()) {
        let policy = Policy::default();
        let at = at.index(said.len());
        let mut blind = said.clone();
        blind[at][0] = "unknown x";
        prop_assert!(!decision(&blind, Before::None, &policy).proceeds());
        let evaluation = stack(&blind, &policy);
        prop_assert!(evaluation.findings.iter().any(|finding| matches!(finding.verdict, Verdict::Inconclusive(..))));
    }
}
