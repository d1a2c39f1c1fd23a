//! Exemptions that templates state: how they are read, what they cover, and what is said of them.

#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeMap;

use fitgate::check::Finding;
use fitgate::evaluate::{Evaluation, evaluate};
use fitgate::facts::Facts;
use fitgate::policy::Policy;
use fitgate::template::{Files, Live, Options, Template, TemplateError, read};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 7, 1);

fn template(text: &str) -> Template {
    read("stack.yaml", text.as_bytes(), &Options::default()).expect("a template")
}

fn judged(template: &Template, policy: &str) -> Evaluation {
    let policy = Policy::parse("p", format!("version: 1\n{policy}").as_bytes()).expect("a policy");
    evaluate(&template.branches, &policy, TODAY)
}

fn finding<'e>(evaluation: &'e Evaluation, check: &str, resource: &str) -> &'e Finding {
    let speaks = |finding: &&Finding| finding.check.id == check && finding.resource.as_str() == resource;
    evaluation.findings.iter().find(speaks).expect(check)
}

/// What is wrong, one line each: `place: message | remedy`.
fn mistakes(error: &TemplateError) -> Vec<String> {
    let line = |error: &fitgate::source::SourceError| format!("{error} | {}", error.hint().unwrap_or_default());
    error.mistakes().iter().map(line).collect()
}

const STATED: &str = "
Metadata:
  fitgate:
    exempt:
      - {check: s3-versioning, resource: 'O*', owner: team-b, reason: copies, expires: 2027-01-31}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Metadata:
      fitgate:
        exempt:
          - {check: s3-versioning, owner: team-a, reason: a cache, expires: 2027-01-31}
  Other: {Type: AWS::S3::Bucket}
  Third: {Type: AWS::S3::Bucket}
";

#[test]
fn a_resource_exempts_itself_and_a_template_what_its_patterns_name() {
    let evaluation = judged(&template(STATED), "");
    let place = |id: &str| {
        let exemption = finding(&evaluation, "s3-versioning", id).exemption.as_ref()?;
        Some((exemption.owner.clone(), exemption.stated_in.clone().expect("a place")))
    };
    assert_eq!(place("Bucket"), Some(("team-a".to_owned(), "stack.yaml:12:13".to_owned())));
    assert_eq!(place("Other"), Some(("team-b".to_owned(), "stack.yaml:5:9".to_owned())));
    assert_eq!(place("Third"), None);
    assert!(finding(&evaluation, "s3-lifecycle", "Bucket").exemption.is_none());
    assert!(evaluation.unused.is_empty() && evaluation.remarks.is_empty(), "{evaluation:?}");
    let words = finding(&evaluation, "s3-versioning", "Bucket").exemption.as_ref().map(|it| it.sentence());
    assert_eq!(words.as_deref(), Some("exempted by team-a in stack.yaml:12:13 until 2027-01-31: a cache"));
}

#[test]
fn policy_may_ignore_them_and_says_how_many() {
    let evaluation = judged(&template(STATED), "templateExemptions: ignore");
    assert!(evaluation.findings.iter().all(|finding| finding.exemption.is_none()));
    assert_eq!(evaluation.remarks, ["exemptions that templates state, and that policy ignores: 2"]);
    assert!(evaluation.unused.is_empty());
}

#[test]
fn those_of_the_policy_go_first_where_both_hold() {
    let own = "exemptions: [{check: '*', resource: Bucket, owner: platform, reason: r, expires: 2026-12-31}]";
    let evaluation = judged(&template(STATED), own);
    let exemption = finding(&evaluation, "s3-versioning", "Bucket").exemption.as_ref().expect("an exemption");
    assert_eq!((exemption.owner.as_str(), &exemption.stated_in), ("platform", &None));
}

#[test]
fn an_expired_one_is_a_finding_of_its_own() {
    let evaluation = judged(&template(&STATED.replace("a cache, expires: 2027", "a cache, expires: 2026")), "");
    assert!(!finding(&evaluation, "s3-versioning", "Bucket").is_exempted());
    let expired = finding(&evaluation, "exemption-expired", "Bucket");
    let words = "the exemption of s3-versioning by team-a expired on 2026-01-31";
    assert_eq!(expired.verdict, fitgate::check::Verdict::fail(words));
}

const MISTAKEN: &str = "
Metadata:
  fitgate:
    exmpt: []
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Metadata:
      fitgate:
        exempt:
          - {check: s3-versionin, owner: team-a, reason: r, expires: 2027-02-30}
          - {check: s3-lifecycle, resource: Bucket, owner: team-a, reason: ' ', expires: !Ref Day}
          - {check: s3-lifecycle, owner: team-a, reason: r, expires: 2027-01-31}
Parameters: {Day: {Type: String}}
";

#[test]
fn mistakes_are_those_of_a_policy_all_at_once_and_with_their_place() {
    let error = read("t", MISTAKEN.as_bytes(), &Options::default()).expect_err("mistakes");
    let at = "Resources.Bucket.Metadata.fitgate.exempt";
    let expected = [
        "t:4:5: Metadata.fitgate: fitgate has no \"exempt\" | add exempt".to_owned(),
        "t:4:5: Metadata.fitgate: unknown key \"exmpt\" | did you mean \"exempt\"?".to_owned(),
        format!(
            "t:11:21: {at}[0].check: no check is called s3-versionin | did you mean s3-versioning? (see `fitgate \
             checks list`)"
        ),
        format!("t:11:70: {at}[0].expires: \"2027-02-30\" is no date | write year, month and day: 2027-01-31"),
        format!("t:12:35: {at}[1]: unknown key \"resource\" | one of: check, owner, reason, expires"),
        format!("t:12:76: {at}[1].reason: the text is empty | "),
        format!("t:12:90: {at}[1].expires: expected text, found a mapping | "),
    ];
    assert_eq!(mistakes(&error), expected);
}

#[test]
fn a_mistake_in_a_deployed_template_is_told_and_hides_nothing() {
    let options = Options { live: Some(Live::default()), ..Options::default() };
    let template = read("t", MISTAKEN.as_bytes(), &options).expect("a template");
    let exemptions = &template.branches[0].facts.exemptions;
    assert_eq!(exemptions.stated.iter().map(|it| it.check.as_str()).collect::<Vec<_>>(), ["s3-lifecycle"]);
    assert_eq!(exemptions.unknown.len(), 7, "{exemptions:?}");
    assert!(exemptions.unknown[2].starts_with("an exemption is left out: t:11:21: "), "{exemptions:?}");
    assert_eq!(judged(&template, "").remarks, exemptions.unknown);
    assert!(judged(&template, "templateExemptions: ignore").remarks.len() == 1);
}

#[test]
fn what_sam_generates_beside_a_resource_needs_a_pattern() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Metadata: {fitgate: {exempt: [{check: iam-*, resource: FunctionRole, owner: b, reason: r, expires: 2027-01-31}]}}
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties: {Handler: a.b, Runtime: nodejs24.x, CodeUri: s3://b/k, Policies: [AdministratorAccess]}
    Metadata: {fitgate: {exempt: [{check: '*', owner: a, reason: r, expires: 2027-01-31}]}}
";
    let evaluation = judged(&template(text), "");
    let owner = |finding: &Finding| finding.exemption.as_ref().map(|exemption| exemption.owner.clone());
    let of = |id: &str| {
        let findings = evaluation.findings.iter().filter(|it| it.resource.as_str() == id);
        findings.filter(|it| it.verdict != fitgate::check::Verdict::Pass).collect::<Vec<_>>()
    };
    assert!(!of("Function").is_empty() && of("Function").iter().all(|it| owner(it).as_deref() == Some("a")));
    let broad = finding(&evaluation, "iam-no-aws-managed-policy", "FunctionRole");
    assert_eq!(owner(broad).as_deref(), Some("b"));
    assert!(evaluation.unused.is_empty(), "{:?}", evaluation.unused);
}

struct One(&'static str);

impl Files for One {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.as_bytes().to_vec())
    }
}

#[test]
fn a_nested_template_speaks_of_what_it_holds() {
    let outer = "
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: inner.yaml}}
";
    let inner = "
Metadata: {fitgate: {exempt: [{check: s3-versioning, resource: '*', owner: a, reason: r, expires: 2027-01-31}]}}
Resources: {Bucket: {Type: AWS::S3::Bucket}}
";
    let files = One(inner);
    let options = Options { files: Some(&files), ..Options::default() };
    let template = read("outer.yaml", outer.as_bytes(), &options).expect("a template");
    let evaluation = judged(&template, "");
    assert!(finding(&evaluation, "s3-versioning", "Inner/Bucket").is_exempted());
    assert!(!finding(&evaluation, "s3-versioning", "Bucket").is_exempted());
    // As the template of a nested stack is read live.
    let options = Options {
        live: Some(Live { prefix: "Inner/".to_owned(), ..Live::default() }),
        parameters: BTreeMap::new(),
        ..Options::default()
    };
    let alone = read("inner", inner.as_bytes(), &options).expect("a template");
    assert_eq!(alone.branches[0].facts.exemptions.stated[0].resource, "Inner/*");
}

#[test]
fn one_that_covers_nothing_is_told_unless_its_resource_is_not_there() {
    let text = |condition: &str| {
        format!(
            "
Parameters: {{Stage: {{Type: String, Default: dev}}}}
Conditions: {{IsProd: !Equals [!Ref Stage, prod]}}
Resources:
  Topic: {{Type: AWS::SNS::Topic}}
  Bucket:
    Type: AWS::S3::Bucket
    {condition}
    Metadata: {{fitgate: {{exempt: [{{check: dynamodb-*, owner: a, reason: r, expires: 2027-01-31}}]}}}}
"
        )
    };
    let unused = judged(&template(&text("")), "").unused;
    let places: Vec<_> = unused.iter().map(|it| (it.resource.as_str(), it.stated_in.as_deref())).collect();
    assert_eq!(places, [("Bucket", Some("stack.yaml:9:35"))]);
    assert!(judged(&template(&text("Condition: IsProd")), "").unused.is_empty());
}

#[test]
fn there_is_a_bound_on_all_of_them() {
    let one = "{check: '*', owner: a, reason: r, expires: 2027-01-31}, ";
    let bucket = |id: &str| {
        format!("  {id}: {{Type: AWS::S3::Bucket, Metadata: {{fitgate: {{exempt: [{}]}}}}}}\n", one.repeat(600))
    };
    let text = format!("Resources:\n{}{}", bucket("A"), bucket("B"));
    let error = read("t", text.as_bytes(), &Options::default()).expect_err("too many");
    assert_eq!(mistakes(&error), ["t:1:1: templates state 1200 exemptions | at most 1000"]);
}

#[test]
fn they_are_saved_and_documents_of_before_are_still_read() {
    let facts = template(STATED).branches.remove(0).facts;
    let mut written = serde_json::to_value(&facts).expect("JSON");
    assert_eq!(serde_json::from_value::<Facts>(written.clone()).expect("facts"), facts);
    written.as_object_mut().expect("a document").remove("Exemptions").expect("they are written");
    let before: Facts = serde_json::from_value(written).expect("facts");
    assert!(before.exemptions.is_empty());
}
