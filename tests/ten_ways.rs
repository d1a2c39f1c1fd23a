//! One property written ten ways, with the verdict and the reason that each gets. The same template shows it to a
//! person: `fitgate check tests/templates/ten_ways.yaml --all`.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use fitgate::check::{Verdict, Yardstick};
use fitgate::template::{Options, read};
use fitgate::{checks, evaluate::judge};

const TEMPLATE: &[u8] = include_bytes!("templates/ten_ways.yaml");

/// Resource, verdict and reason, line and column of the value; in the order of the template.
type Row = (&'static str, &'static str, (u32, u32));

const BEFORE_DEPLOYMENT: [Row; 9] = [
    ("Literal", "pass", (24, 9)),
    ("RefWithDefault", "pass", (30, 9)),
    (
        "RefWithoutDefault",
        "inconclusive: parameter VersioningWithoutDefault has no default; give --parameter VersioningWithoutDefault=…",
        (36, 9),
    ),
    ("FindInMap", "pass", (42, 9)),
    ("IfWithEqualBranches", "pass", (48, 9)),
    (
        "IfWithDifferentBranches",
        "inconclusive: fails when IsProduction is false: versioning is Suspended; passes when IsProduction is true",
        (54, 9),
    ),
    ("Sub", "pass", (60, 9)),
    ("ImportValue", "inconclusive: the export shared-versioning of another stack is known only at deployment", (66, 9)),
    // UnderFalseCondition is never created: nothing is said of it.
    ("Absent", "fail: no versions are kept", (75, 3)),
];

/// What `s3-versioning` says of every bucket under these parameters.
fn said(parameters: &[(&str, &str)]) -> Vec<(String, String)> {
    let check = checks::all().find(|check| check.id == "s3-versioning").expect("the check");
    let parameters: BTreeMap<_, _> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let template = read("ten_ways.yaml", TEMPLATE, &Options { parameters, ..Options::default() }).expect("a template");
    assert_eq!(template.warnings, []);
    let verdicts = judge(check, &template.branches, &Yardstick::on(jiff::civil::date(2026, 7, 1)));
    let words = |verdict: &Verdict| match verdict {
        Verdict::Pass => "pass".to_owned(),
        Verdict::Partial(_, evidence) => format!("partial: {}", evidence.text),
        Verdict::Fail(evidence) => format!("fail: {}", evidence.text),
        Verdict::Inconclusive(why, _) => format!("inconclusive: {why}"),
    };
    verdicts.iter().map(|(id, _, verdict)| (id.to_string(), words(verdict))).collect()
}

#[test]
fn before_a_deployment() {
    let expected = BEFORE_DEPLOYMENT.map(|(id, verdict, _)| (id.to_owned(), verdict.to_owned()));
    assert_eq!(said(&[]), expected);
}

/// What is given is known: only what another stack exports stays open.
#[test]
fn with_every_parameter() {
    let given = [("VersioningWithoutDefault", "Enabled"), ("Stage", "test")];
    let expected = BEFORE_DEPLOYMENT.map(|(id, verdict, _)| {
        let verdict = match id {
            "RefWithoutDefault" => "pass",
            "IfWithDifferentBranches" => "fail: versioning is Suspended",
            _ => verdict,
        };
        (id.to_owned(), verdict.to_owned())
    });
    assert_eq!(said(&given), expected);
}

#[test]
fn where_each_is_written() {
    let template = read("ten_ways.yaml", TEMPLATE, &Options::default()).expect("a template");
    for (id, _, (line, column)) in BEFORE_DEPLOYMENT {
        let found =
            template.spans.locate(&fitgate::inventory::LogicalId::new(id), Some("VersioningConfiguration.Status"));
        assert_eq!(found.map(|at| (at.line, at.column)), Some((line, column)), "{id}");
    }
}
