//! Every scenario against the contract of CodeDeploy, on the project's own template.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::{collections::BTreeMap, path::Path};

use fitgate::{
    event::{
        Answer::{self, Failed, Succeeded},
        Phase,
    },
    facts::Branch,
    policy::Policy,
    rehearsal::{
        RehearsalError, Script, engine::DeploymentStatus, html, record::Rehearsal, rehearse, scenario::Scenario, text,
    },
    template::{self, Options},
};
use jiff::Timestamp;

fn sample() -> Vec<Branch> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("template.yaml");
    let bytes = std::fs::read(path).expect("the project's template");
    template::read("template.yaml", &bytes, &Options::default()).expect("it is valid").branches
}

fn built_in(name: &str) -> Scenario {
    let (_, document) = Scenario::built_in().iter().find(|(known, _)| *known == name).expect("a built-in scenario");
    Scenario::parse(name, document.as_bytes()).expect("it is valid")
}

fn script(scenario: Scenario) -> Script {
    let epoch: Timestamp = "2026-06-01T12:00:00Z".parse().expect("a moment");
    Script { before: sample(), after: sample(), function: None, scenario, policy: Policy::default(), epoch }
}

fn play(scenario: Scenario) -> Rehearsal {
    rehearse(&script(scenario)).expect("it can be rehearsed")
}

/// What a scenario must come to.
struct Expected {
    scenario: &'static str,
    status: DeploymentStatus,
    code: Option<&'static str>,
    rolled_back: bool,
    /// The answers of the hooks that were called; `None` for one that never answered.
    answers: &'static [(Phase, Option<Answer>)],
    /// The share of the new version at the end, percent.
    target: u32,
}

const BEFORE: Phase = Phase::BeforeAllowTraffic;
const AFTER: Phase = Phase::AfterAllowTraffic;

const EXPECTED: &[Expected] = &[
    good("proceed"),
    halted("fitness-drop"),
    halted("blocking-finding"),
    Expected {
        scenario: "alarm",
        status: DeploymentStatus::Stopped,
        code: Some("ALARM_ACTIVE"),
        rolled_back: true,
        answers: &[(BEFORE, Some(Succeeded))],
        target: 0,
    },
    halted("hook-panics"),
    halted("hook-hangs"),
    Expected { code: Some("TIMEOUT"), answers: &[(BEFORE, None)], ..halted("hook-silent") },
    good("answers-twice"),
    halted("throttled"),
    halted("denied"),
    Expected {
        scenario: "manual-stop",
        status: DeploymentStatus::Stopped,
        code: Some("MANUAL_STOP"),
        rolled_back: false,
        answers: &[(BEFORE, Some(Succeeded))],
        // The hook took some seconds of the first minute, so three increments were made by minute three.
        target: 30,
    },
    Expected {
        scenario: "manual-stop-rollback",
        status: DeploymentStatus::Stopped,
        code: Some("MANUAL_STOP"),
        rolled_back: true,
        answers: &[(BEFORE, Some(Succeeded))],
        target: 0,
    },
    Expected { answers: &[(BEFORE, Some(Succeeded)), (AFTER, Some(Failed))], ..halted("post-traffic") },
];

const fn good(scenario: &'static str) -> Expected {
    Expected {
        scenario,
        status: DeploymentStatus::Succeeded,
        code: None,
        rolled_back: false,
        answers: &[(BEFORE, Some(Succeeded)), (AFTER, Some(Succeeded))],
        target: 100,
    }
}

const fn halted(scenario: &'static str) -> Expected {
    Expected {
        scenario,
        status: DeploymentStatus::Failed,
        code: Some("HOOK_EXECUTION_FAILURE"),
        rolled_back: true,
        answers: &[(BEFORE, Some(Failed))],
        target: 0,
    }
}

#[test]
fn every_scenario_comes_to_what_the_contract_says() {
    let names: Vec<&str> = Scenario::built_in().iter().map(|(name, _)| *name).collect();
    let expected: Vec<&str> = EXPECTED.iter().map(|expected| expected.scenario).collect();
    assert_eq!(names, expected, "every scenario has its expectation");
    let mut wrong = Vec::new();
    for expected in EXPECTED {
        let rehearsal = play(built_in(expected.scenario));
        wrong.extend(differences(expected, &rehearsal));
        wrong.extend(breaches(&rehearsal));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn differences(expected: &Expected, rehearsal: &Rehearsal) -> Vec<String> {
    let mut differences = Vec::new();
    let mut compare = |what: &str, found: String, wanted: String| {
        if found != wanted {
            differences.push(format!("{}: {what} is {found}, not {wanted}", expected.scenario));
        }
    };
    let deployment = &rehearsal.deployment;
    compare("the status", format!("{}", deployment.status), format!("{}", expected.status));
    let code = deployment.error.as_ref().map(|error| error.code.to_string());
    compare("the code", format!("{code:?}"), format!("{:?}", expected.code.map(str::to_owned)));
    let rollback = deployment.rollback.as_ref().map(|rollback| rollback.status);
    let wanted = expected.rolled_back.then_some(DeploymentStatus::Succeeded);
    compare("the rollback", format!("{rollback:?}"), format!("{wanted:?}"));
    let answers: Vec<_> = rehearsal.hooks.iter().map(|hook| (hook.phase, hook.answer)).collect();
    compare("the answers", format!("{answers:?}"), format!("{:?}", expected.answers));
    let weights = BTreeMap::from([("1", 100 - expected.target), ("2", expected.target)]);
    let wanted: Vec<_> = weights.into_iter().filter(|(_, weight)| *weight > 0).collect();
    let weight = |weight: f64| (weight * 100.0).round();
    let found: Vec<_> = rehearsal.alias.weights.iter().map(|(name, share)| (name.as_str(), weight(*share))).collect();
    let wanted: Vec<_> = wanted.into_iter().map(|(name, share)| (name, f64::from(share))).collect();
    compare("the alias", format!("{found:?}"), format!("{wanted:?}"));
    differences
}

/// What holds in every timeline.
fn breaches(rehearsal: &Rehearsal) -> Vec<String> {
    let mut breaches = Vec::new();
    let mut demand = |holds: bool, what: String| {
        if !holds {
            breaches.push(format!("{}: {what}", rehearsal.scenario));
        }
    };
    let timeline = &rehearsal.timeline;
    for pair in timeline.windows(2) {
        demand(pair[0].second <= pair[1].second, format!("time runs back at {}", pair[1].event));
    }
    for entry in timeline {
        demand(
            (0.0..=1.0).contains(&entry.target_weight),
            format!("weight {} at {}", entry.target_weight, entry.event),
        );
    }
    let at = |event: &str| timeline.iter().position(|entry| entry.event.contains(event));
    let order = [" Start", "BeforeAllowTraffic InProgress", "pre-traffic hook invoked", " End, "];
    let places: Vec<_> = order.iter().map(|event| at(event)).collect();
    demand(places.iter().all(Option::is_some) && places.is_sorted(), format!("the order of events is {places:?}"));
    // Traffic moves only after the pre-traffic hook said Succeeded.
    let moved = timeline.iter().position(|entry| entry.target_weight > 0.0);
    let said = at("pre-traffic hook answers Succeeded");
    demand(moved.is_none() || said < moved && said.is_some(), format!("traffic at {moved:?}, answer at {said:?}"));
    for hook in &rehearsal.hooks {
        let delivered = hook.deliveries.iter().filter(|delivery| delivery.ends_with("delivered")).count();
        demand(delivered <= 1, format!("{} was answered {delivered} times", hook.phase));
        demand(!hook.reasons.is_empty(), format!("{} gives no reason", hook.phase));
    }
    // What was seen is near the weight: within five standard deviations of that many calls.
    for entry in timeline.iter().filter_map(|entry| entry.traffic.as_ref()) {
        let calls = f64::from(entry.sample.current.invocations + entry.sample.target.invocations);
        let share = entry.sample.expected_share;
        let bound = 5.0 * (share * (1.0 - share) / calls).sqrt() + 1e-9;
        let seen = entry.observed_share.unwrap_or(f64::NAN);
        demand((seen - share).abs() <= bound, format!("seen {seen}, expected {share}"));
    }
    breaches
}

#[test]
fn the_weights_are_those_of_the_strategy() {
    let cases: &[(&str, &[u32])] = &[
        ("Linear10PercentEvery1Minute", &[10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        ("Canary10Percent5Minutes", &[10, 100]),
        ("AllAtOnce", &[100]),
        ("Linear10PercentEvery10Minutes", &[10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
    ];
    for (strategy, expected) in cases {
        let document = format!("name: shift\nstrategy: {strategy}\n");
        let rehearsal = play(Scenario::parse("shift.yaml", document.as_bytes()).expect("it is valid"));
        let weights = rehearsal.timeline.iter().filter(|entry| entry.event.starts_with("alias updated"));
        let weights: Vec<f64> = weights.map(|entry| (entry.target_weight * 100.0).round()).collect();
        let expected: Vec<f64> = expected.iter().map(|weight| f64::from(*weight)).collect();
        assert_eq!(weights, expected, "{strategy}");
    }
}

#[test]
fn the_same_script_gives_the_same_record() {
    for name in ["alarm", "hook-silent"] {
        let json = |rehearsal: &Rehearsal| serde_json::to_string(rehearsal).expect("it is JSON");
        assert_eq!(json(&play(built_in(name))), json(&play(built_in(name))), "{name}");
    }
}

#[test]
fn a_hook_that_dies_is_invoked_three_times_and_times_out_after_an_hour() {
    let rehearsal = play(built_in("hook-silent"));
    assert_eq!(rehearsal.hooks[0].invocations, 3, "Lambda retries twice");
    let end = rehearsal.timeline.iter().find(|entry| entry.event.contains("End, Failed: TIMEOUT")).expect("an end");
    assert_eq!(end.minute, 60);
}

#[test]
fn a_hook_that_hangs_answers_before_its_deadline() {
    let rehearsal = play(built_in("hook-hangs"));
    let answer = rehearsal.timeline.iter().find(|entry| entry.event.contains("answers Failed")).expect("an answer");
    assert!(answer.second < 120.0, "{}", answer.second);
    assert!(rehearsal.hooks[0].reasons[0].contains("no result within"), "{:?}", rehearsal.hooks[0].reasons);
}

#[test]
fn after_a_stop_without_rollback_the_next_deployment_fails() {
    let rehearsal = play(built_in("manual-stop"));
    let last = rehearsal.timeline.last().expect("an entry");
    assert!(last.event.starts_with("the next deployment fails: INVALID_LAMBDA_CONFIGURATION"), "{}", last.event);
}

#[test]
fn unknown_is_named_and_never_raises_the_fitness() {
    let good = play(built_in("proceed"));
    for (name, words) in [("throttled", "throttled"), ("denied", "grant ")] {
        let rehearsal = play(built_in(name));
        let hook = &rehearsal.hooks[0];
        assert!(hook.counts["inconclusive"] > 0, "{name}");
        assert!(hook.fitness < good.hooks[0].fitness, "{name}");
        assert!(hook.lost.iter().any(|loss| loss.evidence.contains(words)), "{name}: {:?}", hook.lost);
    }
}

#[test]
fn an_answer_that_is_throttled_arrives_later() {
    let scenario = Scenario::parse("x", b"name: x\nhooks: {before: answerThrottled, after: absent}\n").expect("valid");
    let rehearsal = play(scenario);
    assert!(rehearsal.succeeded());
    assert_eq!(rehearsal.hooks.len(), 1, "an absent hook is not called");
    assert_eq!(rehearsal.hooks[0].deliveries, ["Succeeded: delivered at attempt 3"]);
}

#[test]
fn what_cannot_be_rehearsed_says_why() {
    for idle in ["changes: [{types: AWS::X::Y, remove: [A]}]", "observations: [{types: AWS::X::Y, outcome: denied}]"] {
        let nothing = Scenario::parse("x", format!("name: x\n{idle}\n").as_bytes()).expect("valid");
        match rehearse(&script(nothing)) {
            Err(RehearsalError::ChangesNothing(name)) => assert_eq!(name, "x"),
            other => panic!("{other:?}"),
        }
    }
    let other = Script { function: Some("Third".to_owned()), ..script(built_in("proceed")) };
    let message = rehearse(&other).expect_err("no such function").to_string();
    assert!(message.contains("Third") && message.contains("FirstFunction, SecondFunction"), "{message}");
    let none = Script { after: Vec::new(), ..script(built_in("proceed")) };
    assert!(matches!(rehearse(&none), Err(RehearsalError::NoStack)));
}

#[test]
fn mistakes_in_a_scenario_are_reported_all_at_once() {
    let document = b"name: x\ntrafic: {}\nstrategy: Canary10Percent\nhooks: {before: sleeps}\nstop: {minute: -1}\n";
    let errors = Scenario::parse("night.yaml", document).expect_err("four mistakes");
    let places: Vec<_> = errors.0.iter().filter_map(|error| error.at).map(|at| at.line).collect();
    assert_eq!(places, [2, 3, 4, 5], "{errors}");
    assert!(errors.0[0].hint().is_some_and(|hint| hint.contains("traffic")), "{errors}");
}

#[test]
fn paths_have_an_end() {
    let deep = "A.".repeat(100_000);
    for (path, line) in [(deep.as_str(), 2), ("A..B", 2), (".", 2)] {
        for change in [format!("remove: [\"{path}\"]"), format!("set: {{\"{path}\": 1}}")] {
            let document = format!("name: x\nchanges: [{{{change}}}]\n");
            let errors = Scenario::parse("x.yaml", document.as_bytes()).expect_err("no path");
            assert_eq!(errors.0.first().and_then(|error| error.at).map(|at| at.line), Some(line));
        }
    }
}

#[test]
fn the_page_stands_alone() {
    let rehearsal = play(built_in("alarm"));
    let page = html::render(&rehearsal);
    for fetched in ["<script", "http://", "https://", "@import", "url("] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    assert!(page.contains("ALARM_ACTIVE") && page.contains("<svg"));
    let hostile = Rehearsal { description: "<img src=x onerror=alert(1)>".to_owned(), ..rehearsal };
    assert!(!html::render(&hostile).contains("<img"), "texts are escaped");
}

#[test]
fn the_text_tells_how_it_ended() {
    let text = text::render(&play(built_in("alarm")));
    // Line breaks may fall anywhere.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["Stopped", "ALARM_ACTIVE", "rolled back by", "alias live: version 1 100 %", "goes from OK to ALARM"] {
        assert!(text.contains(words), "{words} in\n{text}");
    }
}
