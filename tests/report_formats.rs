//! Reports in the formats that other programs read.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::{fs, path::PathBuf};

use fitgate::{
    decide::decide,
    evaluate::evaluate,
    facts::Observed,
    policy::Policy,
    report::{Location, Report, github, html, junit, markdown, ocsf, sarif},
    score::score,
    template::{self, Options},
};
use jiff::civil::date;
use serde_json::{Value, json};

/// Names that would be markup, commands or paths in one format or another.
const TEMPLATE: &str = r#"
Parameters: { Given: { Type: String } }
Resources:
  Open:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: PublicRead
      VersioningConfiguration: { Status: !Ref Given }
  Tolerated:
    Type: AWS::S3::Bucket
    Properties: { BucketName: "a|b<script>::error::%" }
"#;

const POLICY: &str = "version: 1\nexemptions:\n  - {check: '*', resource: Tolerated, owner: team-a, reason: \
                      'old & <b>known</b> | @ops', expires: 2027-01-31}\n";

fn report() -> Report {
    let read = template::read("a b.yaml", TEMPLATE.as_bytes(), &Options::default()).expect("a template");
    let policy = Policy::parse("policy", POLICY.as_bytes()).expect("a policy");
    let evaluation = evaluate(&read.branches, &policy, date(2026, 7, 1));
    let fitness = score(&evaluation, &policy);
    let decision = decide(&evaluation, &fitness, &Observed::Absent, &policy);
    let at = |line, column| Some(Location { file: "a b.yaml".to_owned(), line, column });
    Report::new("a b.yaml", &evaluation, &fitness, &decision, &policy, &|resource, _| {
        if resource.as_str() == "Open" { at(4, 3) } else { None }
    })
}

fn schema(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(name);
    serde_json::from_slice(&fs::read(path).expect("the schema is there")).expect("a schema")
}

#[test]
fn sarif_is_valid_and_says_what_the_findings_say() {
    let reports = [report()];
    let log = serde_json::to_value(sarif(&reports, true)).expect("JSON");
    let mut schema = schema("sarif-2.1.0.json");
    // A pattern with a bracket too many, which no engine but ECMAScript's takes.
    for owner in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][owner]["properties"]["language"];
        language.as_object_mut().expect("a property").remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mistakes: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");

    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), reports[0].findings.len());
    let of = |id: &str, resource: &str| {
        let found = results
            .iter()
            .find(|result| result["ruleId"] == id && result["locations"][0]["logicalLocations"][0]["name"] == resource);
        found.cloned().unwrap_or_default()
    };
    let public = of("s3-acl-not-public-read", "Open");
    assert_eq!((&public["kind"], &public["level"]), (&json!("fail"), &json!("error")));
    let place = &public["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.yaml");
    assert_eq!(place["region"], json!({"startLine": 4, "startColumn": 3}));
    let unknown = of("s3-versioning", "Open");
    assert_eq!((&unknown["kind"], &unknown["level"]), (&json!("open"), &json!("none")), "unknown is no pass");
    let tolerated = of("s3-tls-only", "Tolerated");
    let why = "team-a, until 2027-01-31: old & <b>known</b> | @ops";
    assert_eq!(tolerated["suppressions"][0]["justification"], why);
    // Every result's rule is the one its index names.
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let index = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let fewer = serde_json::to_value(sarif(&reports, false)).expect("JSON");
    assert!(!fewer.to_string().contains("\"kind\":\"pass\""));
}

#[test]
fn junit_can_be_read_again_and_counts_alike() {
    let report = report();
    let (counts, findings) = (report.counts, report.findings.len());
    let xml = junit(&[report], true).expect("XML");
    let read = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit XML");
    let suite = &read.test_suites[0];
    assert_eq!((suite.name.as_str(), suite.tests), ("a b.yaml", findings + 1));
    assert_eq!(suite.failures, counts.fail + counts.partial + 1, "and the decision, which is to halt");
    assert_eq!(suite.errors, counts.inconclusive);
    assert!(xml.contains("<skipped message=\"exempted by team-a until 2027-01-31: old &amp; &lt;b&gt;known"), "{xml}");
}

#[test]
fn ocsf_findings_have_what_the_class_requires() {
    let moment = "2026-07-01T00:00:00Z".parse().expect("a moment");
    let report = report();
    let exempted = report.counts.exempted;
    let written = serde_json::to_value(ocsf(&[report], false, moment)).expect("JSON");
    let findings = written.as_array().expect("a list");
    for finding in findings {
        // What schema.ocsf.io/1.3.0/classes/compliance_finding calls required.
        for required in [
            "/activity_id",
            "/category_uid",
            "/class_uid",
            "/compliance/standards/0",
            "/finding_info/title",
            "/finding_info/uid",
            "/metadata/product/vendor_name",
            "/metadata/version",
            "/severity_id",
            "/time",
            "/type_uid",
        ] {
            assert!(finding.pointer(required).is_some_and(|value| !value.is_null()), "{required} of {finding:#}");
        }
        assert_eq!(finding["time"], 1_782_864_000_000_i64);
        assert_ne!(finding["compliance"]["status"], "Pass", "passes are not listed");
    }
    let count = |pointer: &str, value: Value| {
        findings.iter().filter(|finding| finding.pointer(pointer) == Some(&value)).count()
    };
    assert_eq!(count("/status", json!("Suppressed")), exempted);
    assert!(count("/compliance/status_id", json!(2)) > 0, "what nobody could tell is a warning");
}

#[test]
fn an_annotation_is_one_line_and_no_text_is_a_command() {
    let text = github(&[report()]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("::error title=fitgate::a b.yaml: halt, fitness "), "{}", lines[0]);
    for line in &lines {
        let (_, rest) = line.split_at(2);
        let (command, _) = rest.split_once("::").expect("a command with a message");
        let word = command.split(' ').next().unwrap_or_default();
        assert!(["error", "warning", "notice"].contains(&word), "{line}");
    }
    let public = "::error title=s3-acl-not-public-read (critical),file=a b.yaml,line=4,col=3::Open: ";
    assert!(lines.iter().any(|line| line.starts_with(public)), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("::notice") && line.contains("Tolerated: exempted: ")), "{text}");
}

#[test]
fn markdown_keeps_text_of_templates_as_text() {
    let text = markdown(&[report()], false);
    assert!(text.starts_with("### ❌ Halt: fitness of a b.yaml is "), "{text}");
    assert!(text.contains("[s3-acl-not-public-read]("), "{text}");
    assert!(text.contains("Open<br>a b.yaml:4 |"), "{text}");
    assert!(!text.contains("<script>") && !text.contains("@ops"), "{text}");
    let rows = text.lines().filter(|line| line.starts_with("| "));
    for row in rows.filter(|row| row.contains("](http")) {
        let cells = row.replace("\\|", "").matches('|').count();
        assert_eq!(cells, 6, "{row}");
    }
}

#[test]
fn the_page_is_whole_fetches_nothing_and_runs_nothing() {
    let page = html(&[report(), report()], &[], true);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    for forbidden in ["<script", "<link", "src=", "@import", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains("href=\"#stack-1\"") && page.contains("id=\"stack-1\""));
    assert!(page.contains("old &amp; &lt;b&gt;known&lt;/b&gt; | @ops"));
}

#[test]
fn what_a_template_exempts_says_where_it_is_stated() {
    let template = TEMPLATE.replace(
        "    Properties: { BucketName",
        "    Metadata: { fitgate: { exempt: [{ check: '*', owner: b, reason: r, expires: 2027-01-31 }] } }\n    Properties: { BucketName",
    );
    let read = template::read("a.yaml", template.as_bytes(), &Options::default()).expect("a template");
    let policy = Policy::default();
    let evaluation = evaluate(&read.branches, &policy, date(2026, 7, 1));
    let fitness = score(&evaluation, &policy);
    let decision = decide(&evaluation, &fitness, &Observed::Absent, &policy);
    let report = Report::new("a.yaml", &evaluation, &fitness, &decision, &policy, &|_, _| None);
    let place = "a.yaml:11:37";
    let words = format!("exempted by b in {place} until 2027-01-31: r");
    let reports = [report];
    assert!(junit(&reports, true).expect("XML").contains(&words));
    assert!(fitgate::report::text(&reports[0], true).replace("\n     ", " ").contains(&words));
    assert!(ocsf_text(&reports).contains(&words));
    assert!(html(&reports, &[], true).contains(place));
    let log = serde_json::to_value(sarif(&reports, true)).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let suppressed = results.iter().find_map(|result| result.pointer("/suppressions/0")).expect("a suppression");
    let justification = format!("b in {place}, until 2027-01-31: r");
    assert_eq!((&suppressed["kind"], &suppressed["justification"]), (&json!("inSource"), &json!(justification)));
}

fn ocsf_text(reports: &[Report]) -> String {
    serde_json::to_string(&ocsf(reports, true, "2026-07-01T12:00:00Z".parse().expect("a moment"))).expect("JSON")
}
