//! Rules of the user's own: verdicts, mistakes, hostile files, and agreement with the catalogue.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its own functions too")]

#[path = "fixtures/plain.rs"]
mod plain;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use fitgate::{
    check::{
        Check, Pillar, Severity, VerdictKind,
        own_rules::{self, Defaults},
    },
    checks, evaluate,
    policy::Policy,
    source::{self, Limits, Node},
    template::{self, Options, Template},
};
use jiff::civil::{Date, date};
use serde_json::Value;

use self::plain::plain;

const TODAY: Date = date(2026, 7, 1);

/// A document of these tests, whose texts are long and whose trees are small.
fn document(text: &str) -> Node {
    source::parse("cases.yaml", text.as_bytes(), &Limits::default()).expect("a document")
}

fn said<'n>(case: &'n Node, key: &str) -> Option<&'n str> {
    case.get(key).and_then(Node::as_str)
}

fn read(text: &str) -> Template {
    let options = Options { keep_written: true, ..Options::default() };
    template::read("template.yaml", text.as_bytes(), &options).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn rules(text: &str) -> Vec<&'static Check> {
    own_rules::read("r.guard", text, Defaults::default()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// What every rule says, by rule and resource, and the words.
fn verdicts(checks: &[&'static Check], template: &Template) -> BTreeMap<String, (VerdictKind, String)> {
    let asked = evaluate::ask(checks.iter().copied(), &template.branches, &Policy::default(), TODAY);
    let verdict = |finding: &fitgate::check::Finding| {
        let key = format!("{} {}", finding.check.id, finding.resource);
        (key, (finding.verdict.kind(), format!("{:?}", finding.verdict)))
    };
    asked.findings.iter().map(verdict).collect()
}

#[test]
fn every_case_gets_the_verdicts_it_lists() {
    let cases = document(include_str!("own_rules/cases.yaml"));
    let mut wrong = Vec::new();
    for case in cases.items() {
        let name = said(case, "name").expect("a name");
        let template = read(said(case, "template").expect("a template"));
        let found = verdicts(&rules(said(case, "rules").expect("rules")), &template);
        let expected = case.get("says").expect("verdicts").entries().iter();
        let expected: BTreeMap<String, &str> =
            expected.map(|entry| (entry.key.clone(), entry.value.as_str().expect("a verdict"))).collect();
        let kinds: BTreeMap<String, &str> = found.iter().map(|(key, (kind, _))| (key.clone(), kind.name())).collect();
        if kinds != expected {
            wrong.push(format!("{name}: expected {expected:#?}, found {found:#?}"));
        }
        if let Some(evidence) = said(case, "evidence")
            && !found.values().any(|(_, words)| words.contains(evidence))
        {
            wrong.push(format!("{name}: no {evidence:?} in {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let cases = document(include_str!("own_rules/mistakes.yaml"));
    for case in cases.items() {
        let text = said(case, "text").expect("a text");
        let error = own_rules::read("r.guard", text, Defaults::default()).expect_err(text);
        let expected = said(case, "says").expect("what is said");
        assert!(error.to_string().contains(expected), "{text}\n{error}\nexpected {expected}");
    }
}

/// No file may keep a process busy or end it: what is too much is refused, or has no verdict but inconclusive.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn a_hostile_file_ends_soon_and_passes_nothing() {
    let deep = |open: &str, close: &str, times: usize| format!("{}1{}", open.repeat(times), close.repeat(times));
    let refused = [
        format!("rule a {{ Resources.* == {} }}", deep("[", "]", 20_000)),
        format!("rule a {{ Resources.*{} exists }}", deep("[ this", " exists ]", 20_000)),
        format!("rule a {{ {} }}", deep("Resources { ", " }", 20_000)),
        format!("rule a {{ Resources{} exists }}", ".*".repeat(5_000)),
        format!("rule a {{ Resources.* == /{}/ }}", "a".repeat(5_000)),
        format!("rule a {{ Resources.* == /{}a{}/ }}", "(".repeat(400), ")".repeat(400)),
        "rule a { Resources.* exists } ".repeat(10_000),
        (0..5_000).map(|n| format!("let v{n} = %v{}\n", n + 1)).collect::<String>() + "rule a { %v0 exists }",
        (0..200).map(|n| format!("rule r{n} {{ r{}\n}}\n", n + 1)).collect::<String>() + "rule r200 { this exists }",
        format!("let x = {}this{}\nrule a {{ %x exists }}", "count(".repeat(5_000), ")".repeat(5_000)),
    ];
    for text in refused {
        let begin = Instant::now();
        let shown: String = text.chars().take(60).collect();
        own_rules::read("r.guard", &text, Defaults::default()).expect_err(&shown);
        assert!(begin.elapsed() < Duration::from_secs(5), "{shown}");
    }
    let queues: String = (0..40)
        .map(|n| format!("  Q{n}: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: {} }} }}\n", "a".repeat(300)))
        .collect();
    let template = read(&format!("Resources:\n{queues}"));
    let doubled = (0..20).map(|n| format!("let v{n} = %v{}[ %v{} exists ]\n", n + 1, n + 1)).collect::<String>();
    let costly = [
        format!("{doubled}let v20 = Resources.*\nrule a {{ %v0 exists }}"),
        format!("rule a {{ Resources.*{}{} exists }}", "[ this".repeat(20), " exists ]".repeat(20)),
        "rule a { Resources.*.Properties.QueueName == /^(a+)+$/ }".to_owned(),
        "rule a { Resources.*.Properties.QueueName == /(.*)(.*)(.*)(.*)(.*)[^a]/ }".to_owned(),
        format!("rule a {{ Resources.*.Properties.QueueName in [{}] }}", "/(a|aa)+b/,".repeat(900)),
    ];
    for text in costly {
        let begin = Instant::now();
        let shown: String = text.chars().take(60).collect();
        verdicts(&rules(&text), &template);
        assert!(begin.elapsed() < Duration::from_secs(20), "{shown} took {:?}", begin.elapsed());
    }
    let all = verdicts(&rules(&format!("{doubled}let v20 = Resources.*\nrule a {{ %v0 exists }}")), &template);
    assert!(all.values().all(|(kind, _)| *kind == VerdictKind::Inconclusive), "{all:?}");
}

/// Twelve rules in the style of the public registry, on the fixtures of the checks that ask for the same.
#[test]
fn rules_agree_with_the_checks_of_the_catalogue() {
    // Where the two mean different things; each with the reason.
    let differ: BTreeSet<(&str, &str)> = DIFFERENT.iter().map(|(check, case, _)| (*check, *case)).collect();
    let text = include_str!("own_rules/equivalents.guard");
    let named = text.lines().filter_map(|line| line.strip_prefix("# check: "));
    let rules = rules(text);
    assert_eq!(rules.len(), 12);
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (rule, id) in rules.iter().zip(named) {
        let check = checks::by_id(id).unwrap_or_else(|| panic!("no check {id}"));
        let path = format!("{}/tests/checks/{id}.yaml", env!("CARGO_MANIFEST_DIR"));
        let fixture = document(&std::fs::read_to_string(path).expect("a fixture"));
        for case in
            fixture.entries().iter().flat_map(|list| list.value.items()).filter(|case| case.get("Resources").is_some())
        {
            let name = said(case, "name").unwrap_or_default();
            let template = read(&template_of(case).to_string());
            let (catalogue, own) = (verdicts(&[check], &template), verdicts(&[*rule], &template));
            compared += catalogue.len();
            let other = catalogue.iter().filter_map(|(key, (expected, _))| {
                let found = own.get(&key.replace(id, rule.id));
                let same = found.is_some_and(|(kind, _)| kind == expected);
                (!same).then(|| format!("{key} is {expected:?}, the rule says {found:?}"))
            });
            let other: Vec<String> = other.collect();
            if other.is_empty() == differ.contains(&(id, name)) {
                wrong.push(format!("{id}: {name}: {other:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 60, "{compared} comparisons");
}

const LOGS: &str = "the check also asks where the logs go";
const GLOBAL: &str = "the rule chooses tables only, the check global tables too";
const PARTIAL: &str = "a rule has no verdict in part";
const SERVICE: &str = "the check knows what the service does where nothing is written";

const DIFFERENT: &[(&str, &str, &str)] = &[
    ("s3-access-logging", "into itself, by name", LOGS),
    ("s3-access-logging", "into itself", LOGS),
    ("s3-access-logging", "a destination nobody can tell may be the bucket itself", LOGS),
    ("s3-access-logging", "an import may be the target of another bucket's logs, which may be this one", LOGS),
    ("s3-access-logging", "an ACL that nobody can tell may let log delivery write", LOGS),
    ("s3-retain-policy", "lost when it is replaced", PARTIAL),
    ("s3-retain-policy", "lost when it leaves the stack", PARTIAL),
    ("dynamodb-pitr", "switched on in every replica", GLOBAL),
    ("dynamodb-pitr", "off in one replica", GLOBAL),
    ("dynamodb-pitr", "replicas nobody can tell", GLOBAL),
    ("dynamodb-deletion-protection", "switched on in every replica", GLOBAL),
    ("dynamodb-deletion-protection", "off in one replica", GLOBAL),
    ("dynamodb-deletion-protection", "of a global table, by the replica without it", GLOBAL),
    ("lambda-memory-explicit", "the default, written", "the check asks for another size than the default"),
    ("lambda-url-auth", "absent", SERVICE),
    ("sns-encryption-kms", "the key that AWS manages", PARTIAL),
    ("log-retention", "of whatever class, without retention", SERVICE),
];

/// The template of a fixture's case.
fn template_of(case: &Node) -> Value {
    let own = ["name", "evidence", "resource", "share", "today", "yardstick", "parameters"];
    let sections = case.entries().iter().filter(|entry| !own.contains(&entry.key.as_str()));
    sections.map(|entry| (entry.key.clone(), plain(&entry.value))).collect()
}

/// What was observed live keeps only what checks read; of the rest nobody knows.
#[test]
fn what_nobody_looked_for_is_not_absent() {
    let text =
        "Resources: { B: { Type: AWS::S3::Bucket, Properties: { VersioningConfiguration: { Status: Enabled } } } }";
    let template = template::read("template.yaml", text.as_bytes(), &Options::default()).expect("a template");
    let rules = rules(
        "rule KEPT { AWS::S3::Bucket { Properties.VersioningConfiguration.Status == 'Enabled' } }\n\
         rule ABSENT { AWS::S3::Bucket { Properties.LoggingConfiguration exists } }\n\
         rule NOT_KEPT { AWS::S3::Bucket { Properties.AnalyticsConfigurations exists } }",
    );
    let kinds: Vec<VerdictKind> =
        rules.iter().flat_map(|rule| verdicts(&[*rule], &template)).map(|(_, (kind, _))| kind).collect();
    assert_eq!(kinds, [VerdictKind::Pass, VerdictKind::Fail, VerdictKind::Inconclusive]);
}

#[test]
fn comments_say_how_bad_it_is() {
    let text =
        "# title: Queues have names\n# severity: critical\n# pillar: operations\nrule NAMED {\n Resources.* exists\n}";
    let [check] = rules(text)[..] else { panic!("one rule") };
    assert_eq!((check.id, check.title), ("own-named", "Queues have names"));
    assert_eq!((check.severity, check.pillar), (Severity::Critical, Pillar::Operations));
    assert!(std::ptr::eq(check, rules(text)[0]), "the same file gives the same checks");
    assert!(checks::catalogue().all(|check| !check.id.starts_with(own_rules::PREFIX)));
}

const POLICY: &str = "version: 1
checks:
  own-named: { severity: low }
rules:
  - file: own.guard
    pillar: cost
exemptions:
  - { check: own-*, resource: A, owner: me, reason: so, expires: 2030-01-01 }
";

#[test]
fn a_policy_names_rules_like_any_check() {
    let text = "rule NAMED { AWS::SQS::Queue { Properties.QueueName exists } }";
    let files =
        |file: &str| if file == "own.guard" { Ok(text.as_bytes().to_vec()) } else { Err("no such file".to_owned()) };
    let policy = Policy::parse_beside("p.yaml", POLICY.as_bytes(), &files).unwrap_or_else(|errors| panic!("{errors}"));
    let template = read("Resources: { A: { Type: AWS::SQS::Queue }, B: { Type: AWS::SQS::Queue } }");
    let found = evaluate::evaluate(&template.branches, &policy, TODAY);
    let own: Vec<_> = found.findings.iter().filter(|finding| finding.check.id == "own-named").collect();
    assert_eq!(own.len(), 2);
    assert_eq!(own[0].severity, Severity::Low);
    assert_eq!(own[0].check.pillar, Pillar::Cost);
    assert!(own[0].is_exempted() && !own[1].is_exempted());

    // Where there are no files, as in the hooks, nothing is passed over in silence.
    let errors = Policy::parse("p.yaml", POLICY.as_bytes()).expect_err("no files").to_string();
    assert!(errors.contains("p.yaml:5:11: rules[0]: there are no files here"), "{errors}");
    let inline = POLICY.replace("file: own.guard", &format!("text: \"{text}\""));
    assert!(Policy::parse("p.yaml", inline.as_bytes()).is_ok());
    let broken = POLICY.replace("file: own.guard", "text: \"rule NAMED {\"");
    let errors = Policy::parse("p.yaml", broken.as_bytes()).expect_err("a mistake").to_string();
    assert!(errors.contains("text:1:13: expected a clause"), "{errors}");
}

#[test]
fn the_example_works() {
    let text = include_str!("../examples/rules/own.guard");
    let template = read(include_str!("../examples/rules/template.yaml"));
    let kinds: BTreeMap<String, &str> =
        verdicts(&rules(text), &template).into_iter().map(|(key, (kind, _))| (key, kind.name())).collect();
    let expected = [
        ("own-functions-say-what-for Orders", "pass"),
        ("own-functions-say-what-for Refunds", "fail"),
        ("own-names-begin-with-the-team Inbox", "pass"),
        ("own-names-begin-with-the-team Outbox", "inconclusive"),
        ("own-one-queue-at-most-without-dead-letters template.yaml", "pass"),
    ];
    assert_eq!(kinds, expected.map(|(key, kind)| (key.to_owned(), kind)).into());
}
