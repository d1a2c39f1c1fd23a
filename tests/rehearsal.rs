//! Every scenario against the contract of CodeDeploy, on the project's own template.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its own functions too")]

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

/// A function, its alias, a gradual group, and whatever else the case adds to the group's alarms and the resources.
fn shop(group: &str, resources: &str) -> Vec<Branch> {
    let document = format!(
        "Resources:
  Other: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: other}}}}
  Shop: {{Type: AWS::Lambda::Function, Properties: {{FunctionName: shop}}}}
  Version: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref Shop}}}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {{FunctionName: !Ref Shop, Name: live, FunctionVersion: !GetAtt Version.Version}}
    UpdatePolicy: {{CodeDeployLambdaAliasUpdate: {{ApplicationName: !Ref App, DeploymentGroupName: !Ref Group,
      BeforeAllowTrafficHook: CodeDeployHook_own}}}}
  App: {{Type: AWS::CodeDeploy::Application, Properties: {{ComputePlatform: Lambda}}}}
  Slow:
    Type: AWS::CodeDeploy::DeploymentConfig
    Properties: {{ComputePlatform: Lambda, TrafficRoutingConfig: {{Type: TimeBasedLinear,
      TimeBasedLinear: {{LinearInterval: 29, LinearPercentage: 1}}}}}}
  Group:
    Type: AWS::CodeDeploy::DeploymentGroup
    Properties: {{ApplicationName: !Ref App, {group}}}
{resources}"
    );
    let read = template::read("shop.yaml", document.as_bytes(), &Options::default());
    read.unwrap_or_else(|errors| panic!("{errors}\n{document}")).branches
}

/// An alarm on errors with these dimensions and other properties.
fn alarm(dimensions: &str, more: &str) -> String {
    format!(
        "  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties: {{Namespace: AWS/Lambda, MetricName: Errors, Statistic: Sum, Period: 60, EvaluationPeriods: 1,
      Threshold: 0, ComparisonOperator: GreaterThanThreshold, Dimensions: [{dimensions}]{more}}}
"
    )
}

const LINEAR: &str = "DeploymentConfigName: CodeDeployDefault.LambdaLinear10PercentEvery1Minute";
const WATCHING: &str = "DeploymentConfigName: CodeDeployDefault.LambdaLinear10PercentEvery1Minute, \
    AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Errors}]}";
const OF_SHOP: &str = "{Name: FunctionName, Value: !Ref Shop}";
const OF_ALIAS: &str = "{Name: FunctionName, Value: !Ref Shop}, {Name: Resource, Value: !Sub '${Shop}:live'}";

fn release(after: Vec<Branch>, scenario: &str) -> Rehearsal {
    let scenario = Scenario::parse("case", scenario.as_bytes()).expect("it is valid");
    let script = Script { before: after.clone(), after, policy: lenient(), ..script(scenario) };
    rehearse(&script).unwrap_or_else(|error| panic!("{error}"))
}

/// Nothing but the deployment decides.
fn lenient() -> Policy {
    Policy::parse("policy.yaml", b"version: 1\nmode: observe\n").expect("it is valid")
}

fn events(rehearsal: &Rehearsal) -> Vec<&str> {
    rehearsal.timeline.iter().map(|entry| entry.event.as_str()).collect()
}

#[test]
fn an_alarm_sees_the_traffic_that_its_dimensions_name() {
    let of_other = "{Name: FunctionName, Value: !Ref Other}";
    let of_stage = "{Name: FunctionName, Value: !Ref Shop}, {Name: Resource, Value: !Sub '${Shop}:stage'}";
    let of_version = "{Name: FunctionName, Value: shop}, {Name: Resource, Value: 'shop:live'}, \
        {Name: ExecutedVersion, Value: !GetAtt Version.Version}";
    let of_old_version = "{Name: FunctionName, Value: shop}, {Name: Resource, Value: 'shop:live'}, \
        {Name: ExecutedVersion, Value: '7'}";
    let of_no_resource = "{Name: FunctionName, Value: shop}, {Name: ExecutedVersion, Value: !GetAtt Version.Version}";
    let cases: &[(&str, Option<&str>)] = &[
        (OF_SHOP, None),
        (OF_ALIAS, None),
        (of_version, None),
        (of_other, Some("it watches another function")),
        (of_stage, Some("it watches the alias stage")),
        (of_old_version, Some("it watches version 7, not the one being deployed")),
        (of_no_resource, Some("Lambda never reports with its dimensions")),
    ];
    for (dimensions, unfed) in cases {
        let rehearsal = release(shop(WATCHING, &alarm(dimensions, "")), "name: bad\ntraffic: {targetErrors: 0.5}\n");
        assert_eq!(rehearsal.alarms[0].unfed.as_deref(), *unfed, "{dimensions}");
        let code = rehearsal.deployment.error.as_ref().map(|error| error.code.to_string());
        assert_eq!(code.as_deref(), unfed.is_none().then_some("ALARM_ACTIVE"), "{dimensions}");
    }
}

#[test]
fn an_alarm_that_rings_before_the_deployment_stops_it_before_any_shift() {
    let cases = [
        (alarm(OF_ALIAS, ""), "name: x\ntraffic: {currentErrors: 0.1}\n"),
        (alarm(OF_ALIAS, ", TreatMissingData: breaching"), "name: x\ntraffic: {perMinute: 0}\n"),
    ];
    for (resources, scenario) in cases {
        let rehearsal = release(shop(WATCHING, &resources), scenario);
        assert_eq!(
            rehearsal.deployment.error.as_ref().map(|error| error.code.to_string()).as_deref(),
            Some("ALARM_ACTIVE")
        );
        assert!(rehearsal.hooks.is_empty() && rehearsal.timeline.iter().all(|entry| entry.target_weight == 0.0));
        assert!(events(&rehearsal).contains(&"alarm Errors is in ALARM already"), "{:?}", events(&rehearsal));
    }
}

#[test]
fn without_rollback_the_alias_stays_on_both_versions_and_the_next_deployment_fails() {
    let rehearsal = release(shop(WATCHING, &alarm(OF_ALIAS, "")), "name: bad\ntraffic: {targetErrors: 0.5}\n");
    assert!(rehearsal.deployment.rollback.is_none());
    assert_eq!(rehearsal.alias.weights.len(), 2, "{:?}", rehearsal.alias);
    let events = events(&rehearsal);
    assert!(events.last().is_some_and(|last| last.starts_with("the next deployment fails")), "{events:?}");
}

#[test]
fn a_stop_after_the_end_is_told() {
    let rehearsal = release(shop(LINEAR, ""), "name: x\nstrategy: AllAtOnce\nstop: {minute: 30}\n");
    assert!(rehearsal.succeeded());
    assert!(events(&rehearsal).iter().any(|event| event.contains("before it could be stopped in minute 30")));
}

#[test]
fn an_answer_that_nobody_took_is_none() {
    let document = b"name: x\nhooks: {before: hangs}\nstop: {minute: 1, rollback: true}\n";
    let scenario = Scenario::parse("case", document).expect("it is valid");
    let rehearsal = play(scenario);
    assert_eq!(rehearsal.hooks[0].answer, None, "{:?}", rehearsal.hooks[0].deliveries);
    assert!(rehearsal.hooks[0].deliveries[0].contains("answered before"), "{:?}", rehearsal.hooks[0].deliveries);
}

#[test]
fn a_hook_that_dies_never_answers_whatever_the_mode() {
    let rehearsal = release(shop(LINEAR, ""), "name: x\nhooks: {before: dies}\n");
    assert_eq!(rehearsal.hooks[0].answer, None);
    assert_eq!(rehearsal.deployment.error.as_ref().map(|error| error.code.to_string()).as_deref(), Some("TIMEOUT"));
}

#[test]
fn two_days_are_told_on_two_screens() {
    let after = shop("DeploymentConfigName: !Ref Slow", "");
    let rehearsal = release(after, "name: x\ntraffic: {targetErrors: 0.01}\n");
    assert!(rehearsal.succeeded() && rehearsal.timeline.last().is_some_and(|last| last.minute > 2_800));
    let text = text::render(&rehearsal);
    assert!(text.lines().count() < 100, "{text}");
    let (shown, steps) = (text.matches("alias updated").count(), text.matches(" steps more").count());
    assert_eq!((shown, steps), (8, 1), "{text}");
    let between = text.lines().find(|line| line.contains("steps more")).expect("a line");
    assert!(between.contains("errors: ") && between.contains("of the new version"), "{between}");
}

#[test]
fn what_is_taken_otherwise_than_written_is_noted() {
    let rehearsal = release(shop(LINEAR, ""), "name: x\n");
    assert!(rehearsal.notes[0].contains("(CodeDeployHook_own) is not run"), "{:?}", rehearsal.notes);
    let open = "DeploymentConfigName: !Ref Slow, AlarmConfiguration: {Enabled: !ImportValue watching}, \
        AutoRollbackConfiguration: {Enabled: true, Events: !ImportValue events}";
    let rehearsal = release(shop(open, ""), "name: x\n");
    for what in ["on which events it rolls back is not known", "whether alarms stop it is not known"] {
        assert!(rehearsal.notes.iter().any(|note| note.starts_with(what)), "{what}: {:?}", rehearsal.notes);
    }
}

#[test]
fn an_alias_that_is_new_is_not_deployed() {
    let after = shop(LINEAR, "");
    let mut before = after.clone();
    before[0].facts.resources.retain(|resource| resource.reference.logical_id.as_str() != "Live");
    let script = Script { before, after, ..script(built_in("proceed")) };
    let message = rehearse(&script).expect_err("nothing to rehearse").to_string();
    assert!(message.contains("Live") && message.contains("no hook is called"), "{message}");
}

#[test]
fn a_change_shows_wherever_the_property_is_joined() {
    let resources = "  Bucket: {Type: AWS::S3::Bucket}
  Policy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Bucket, PolicyDocument: {Statement: [{Effect: Deny,
    Principal: '*', Action: 's3:*', Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'false'}}}]}}}
";
    let lost = |scenario: &str| {
        let rehearsal = release(shop(LINEAR, resources), scenario);
        let hook = &rehearsal.hooks[0];
        let loss = hook.lost.iter().find(|loss| loss.check == "s3-tls-only");
        (loss.map(|loss| loss.evidence.clone()).unwrap_or_default(), rehearsal.notes)
    };
    assert_eq!(lost("name: x\n").0, "");
    let (evidence, _) =
        lost("name: x\nchanges: [{types: AWS::S3::BucketPolicy, set: {PolicyDocument.Statement: []}}]\n");
    assert!(evidence.contains("no statement denies"), "{evidence}");
    let (evidence, _) = lost("name: x\nobservations: [{types: AWS::S3::BucketPolicy, outcome: denied}]\n");
    assert!(evidence.contains("grant "), "{evidence}");
    let two = "name: x\nchanges: [{types: AWS::S3::Bucket, set: {Versoning: {}}}, {types: AWS::S3::*y, remove: [PolicyDocument]}]\n";
    let (_, notes) = lost(two);
    assert!(notes.contains(&"the change of AWS::S3::Bucket * changes nothing in this stack".to_owned()), "{notes:?}");
}

#[test]
fn without_a_change_the_stack_stays_as_it_was() {
    for facts in sample().iter().chain(&shop(LINEAR, "")).map(|branch| &branch.facts) {
        let raw: Result<Vec<_>, _> = facts.resources.iter().map(|resource| resource.unjoined()).collect();
        let again = fitgate::facts::Facts::build(facts.stack.clone(), raw.expect("they can be written"));
        assert_eq!(again.resources, facts.resources);
    }
}

#[test]
fn what_a_template_exempts_costs_nothing_in_a_rehearsal_either() {
    let resources = "  Open: {Type: AWS::S3::Bucket}
  Told: {Type: AWS::S3::Bucket, Metadata: {fitgate: {exempt: [
    {check: s3-versioning, owner: a, reason: r, expires: 2099-12-31}]}}}
";
    let rehearsal = release(shop(LINEAR, resources), "name: x\n");
    for hook in &rehearsal.hooks {
        let lost = hook.lost.iter().filter(|loss| loss.check == "s3-versioning");
        assert_eq!(lost.map(|loss| loss.resource.as_str()).collect::<Vec<_>>(), ["Open"], "{}", hook.phase);
    }
}
