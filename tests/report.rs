//! The report and its JSON, whose words are a contract.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

mod bench;

use bench::{evaluated, four, resource};
use fitgate::{
    check::Place,
    decide::decide,
    facts::{Observed, RawResource},
    inventory::LogicalId,
    policy::Policy,
    report::{Location, Report, json},
    score::{Points, score},
};
use serde_json::{Value, json};

fn locate(resource: &LogicalId, place: Option<&Place>) -> Option<Location> {
    let column = if place.is_some() { 7 } else { 3 };
    (resource.as_str() != "Nowhere").then(|| Location { file: "template.yaml".to_owned(), line: 12, column })
}

fn report(resources: Vec<RawResource>, policy: &Policy) -> Report {
    let evaluation = evaluated(resources, policy);
    let fitness = score(&evaluation, policy);
    let decision = decide(&evaluation, &fitness, &Observed::Absent, policy);
    Report::new("template.yaml", &evaluation, &fitness, &decision, policy, &locate)
}

fn written(reports: &[Report], all: bool) -> Value {
    serde_json::to_value(json(reports, reports.len(), all)).expect("JSON")
}

fn example() -> Report {
    let exempted = "version: 1\nfitness: {minimum: 90}\nexemptions:\n\
        - {check: '*', resource: Legacy, owner: team-a, reason: old, expires: 2027-01-31}\n\
        - {check: '*', resource: Gone, owner: team-b, reason: old, expires: 2027-01-31}";
    let policy = Policy::parse("p", exempted.as_bytes()).expect("valid");
    let resources = vec![
        four("Photos", ["pass", "fail it is off", "40 in part", "unknown a parameter"]),
        four("Legacy", ["fail x", "pass", "none", "none"]),
        four("Nowhere", ["none", "none", "none", "fail x"]),
        resource("Queue", "AWS::SQS::Queue", json!({})),
    ];
    report(resources, &policy)
}

#[test]
fn the_words_of_the_contract() {
    let value = written(&[example()], false);
    assert_eq!(value["input"], "template.yaml");
    assert_eq!(value["fitness"]["total"], json!(65.8));
    assert_eq!(value["fitness"]["points"], json!({ "earned": 15.8, "possible": 24, "unknown": 1 }));
    assert_eq!(value["fitness"]["pillars"], json!({ "security": 83.3, "reliability": 50, "cost": 40 }));
    assert_eq!(value["decision"], "Halt");
    assert_eq!(value["would_halt"], true);
    assert_eq!(value["cause"], "findings");
    assert_eq!(value["reasons"][0]["kind"], "below-minimum");
    assert_eq!(value["counts"], json!({ "pass": 2, "partial": 1, "fail": 2, "inconclusive": 1, "exempted": 1 }));
    assert_eq!(value["unjudged"], json!([{ "type": "AWS::SQS::Queue", "count": 1 }]));
    assert_eq!(value["unused_exemptions"], json!([{ "check": "*", "resource": "Gone", "owner": "team-b" }]));
    let expected = json!({
        "check": "test-high",
        "resource": "Photos",
        "type": "Test::Thing",
        "verdict": "fail",
        "severity": "high",
        "evidence": "it is off",
        "location": { "file": "template.yaml", "line": 12, "column": 3 },
        "exemption": null,
        "title": "The resource says so",
        "pillar": "reliability",
        "lost": 5,
        "fix": "Let it say pass",
    });
    assert_eq!(value["findings"][0], expected);
    assert_eq!(value["findings"][1]["verdict"], "partial");
    assert_eq!((&value["findings"][1]["share"], &value["findings"][1]["lost"]), (&json!(40), &json!(1.2)));
    assert_eq!(value["findings"][2]["verdict"], "inconclusive");
    assert_eq!(value["findings"][2]["evidence"], "a parameter");
    let exemption = json!({ "owner": "team-a", "reason": "old", "expires": "2027-01-31", "expired": false });
    assert_eq!((&value["findings"][3]["exemption"], &value["findings"][3]["lost"]), (&exemption, &json!(0)));
    assert_eq!(value["findings"][4]["location"], Value::Null);
    assert_eq!(value["findings"].as_array().map(Vec::len), Some(5));
}

#[test]
fn remarks_reach_people_and_scripts() {
    let mut report = example();
    assert_eq!(written(std::slice::from_ref(&report), false)["remarks"], json!([]));
    report.remarks = vec!["there is no history: nothing to compare with".to_owned()];
    assert_eq!(written(std::slice::from_ref(&report), false)["remarks"], json!(report.remarks));
    #[cfg(feature = "cli")]
    {
        let plain = anstream::adapter::strip_str(&fitgate::report::text(&report, false)).to_string();
        assert!(plain.contains("\n    ! there is no history: nothing to compare with\n"), "{plain}");
    }
}

#[test]
fn passes_are_listed_only_where_all_are_asked_for() {
    let report = example();
    let verdicts = |all| -> Vec<String> {
        let value = written(std::slice::from_ref(&report), all);
        let findings = value["findings"].as_array().expect("a list").clone();
        findings.iter().map(|finding| finding["verdict"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(verdicts(false), ["fail", "partial", "inconclusive", "fail", "fail"]);
    assert_eq!(verdicts(true), ["pass", "fail", "partial", "inconclusive", "fail", "pass", "fail"]);
}

#[test]
fn one_input_is_an_object_and_several_are_a_list() {
    assert!(written(&[example()], false).is_object());
    assert_eq!(written(&[example(), example()], false).as_array().map(Vec::len), Some(2));
    assert_eq!(written(&[], false), json!([]));
}

#[test]
fn nothing_measured_is_no_number() {
    let value = written(&[report(vec![], &Policy::default())], false);
    assert_eq!(value["fitness"]["total"], Value::Null);
    assert_eq!((&value["decision"], &value["cause"]), (&json!("Halt"), &json!("unknown")));
}

#[test]
fn the_losses_of_a_report_are_dearest_first_and_complete() {
    let report = example();
    let losses = report.losses();
    let named: Vec<_> = losses.iter().map(|entry| (entry.resource.as_str(), entry.lost.to_string())).collect();
    let expected = [("Photos", "5"), ("Photos", "1.2"), ("Photos", "1"), ("Nowhere", "1")];
    assert_eq!(named, expected.map(|(resource, lost)| (resource, lost.to_owned())));
    let sum = losses.iter().fold(Points::default(), |sum, entry| sum.plus(entry.lost));
    assert_eq!(report.fitness.points.earned.plus(sum), report.fitness.points.possible);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let bytes = || serde_json::to_string(&json(&[example()], 1, true)).expect("JSON");
    assert_eq!(bytes(), bytes());
    assert!(bytes().starts_with(r#"{"input":"template.yaml","fitness":{"total":65.8,"points":{"earned":15.8,"#));
}

#[cfg(feature = "cli")]
#[test]
fn what_a_template_holds_steers_no_terminal() {
    let hostile = "fail it is \u{1b}[31mred\u{7}\nfitness 100";
    let report = report(vec![four("Photos", ["pass", hostile, "none", "none"])], &Policy::default());
    let plain = anstream::adapter::strip_str(&fitgate::report::text(&report, false)).to_string();
    assert!(plain.contains("it is ·[31mred· fitness 100"), "{plain}");
}
