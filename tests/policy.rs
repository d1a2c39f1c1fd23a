//! The policy document: the shipped file, every mistake at once, and a schema that says the same.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its own functions too")]

use std::collections::BTreeSet;

use fitgate::{
    check::{Pillar, Severity},
    checks::{self, exemption::EXEMPTION_EXPIRED},
    decide::{Decision, decide},
    evaluate::evaluate,
    facts::Observed,
    policy::{DEFAULT, Mode, Policy, ProbeCall, Weight},
    score::{Score, score},
    template,
};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::Value;

const FULL: &str = include_str!("policy_documents/full.yaml");

fn parse(text: &str) -> Policy {
    Policy::parse("policy.yaml", text.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// What is wrong, one line each: `place: message | remedy`.
fn mistakes(text: &str) -> Vec<String> {
    let errors = Policy::parse("policy.yaml", text.as_bytes()).expect_err(text);
    errors.0.iter().map(|error| format!("{error} | {}", error.hint().unwrap_or_default())).collect()
}

#[test]
fn the_shipped_file_is_the_default() {
    assert_eq!(parse(DEFAULT), Policy::default());
    assert_eq!(parse("version: 1"), Policy::default());
    assert_eq!(parse(r#"{"version": 1}"#), Policy::default());
    for key in ["mode", "fitness", "blocking", "baseline", "inconclusive", "weights", "checks", "exemptions"] {
        assert_eq!(parse(&format!("version: 1\n{key}:")), Policy::default(), "{key} left empty");
    }
}

#[test]
fn the_shipped_file_names_every_key_but_those_of_lists() {
    let shipped = fitgate::source::parse("d", DEFAULT.as_bytes(), &fitgate::source::Limits::default()).expect("YAML");
    let shipped: BTreeSet<&str> = shipped.entries().iter().map(|entry| entry.key.as_str()).collect();
    let schema = fitgate::policy::schema();
    let known = schema["properties"].as_object().expect("properties");
    assert_eq!(shipped, known.keys().map(String::as_str).collect());
}

/// What the shipped policy decides on a template that is deployed for the first time.
fn first_release(template: &str) -> Decision {
    let template = template::read("template.yaml", template.as_bytes(), &template::Options::default());
    let policy = Policy::default();
    let evaluation = evaluate(&template.expect("a template").branches, &policy, date(2026, 7, 1));
    decide(&evaluation, &score(&evaluation, &policy), &Observed::Absent, &policy)
}

#[test]
fn the_sample_application_may_begin_and_an_open_door_may_not() {
    let sample = first_release(include_str!("../template.yaml"));
    assert!(sample.proceeds(), "{:?}", sample.reasons.iter().map(ToString::to_string).collect::<Vec<_>>());
    let doors = [
        "Door: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicReadWrite}}",
        "Door: {Type: AWS::Lambda::Permission, Properties: {Action: lambda:InvokeFunction, FunctionName: f, Principal: '*'}}",
    ];
    for door in doors {
        let opened = include_str!("../template.yaml").replacen("Resources:\n", &format!("Resources:\n  {door}\n"), 1);
        let opened = first_release(&opened);
        assert!(!opened.proceeds(), "{door}");
        let reasons: Vec<String> = opened.reasons.iter().map(ToString::to_string).collect();
        assert!(reasons.iter().any(|reason| reason.contains("critical") && reason.contains("Door")), "{reasons:?}");
    }
}

#[test]
fn each_mistake_is_one_message_with_place_path_and_remedy() {
    let cases = [
        ("mode: enforce", "1:1: the policy has no \"version\" | add version"),
        ("version: 2", "1:10: version: unknown version \"2\" | this release reads version 1"),
        (
            "[version]",
            "1:1: the policy must be a mapping, found a list | write its keys below it, each as `key: value`",
        ),
        ("version: 1\nmod: observe", "2:1: unknown key in the policy: \"mod\" | did you mean \"mode\"?"),
        ("version: 1\nmode: enforced", "2:7: mode: unknown mode \"enforced\" | did you mean \"enforce\"?"),
        (
            "version: 1\nfitness: {minimum: 101}",
            "2:20: fitness.minimum: 101 is no fitness | write 0 to 100, with at most one decimal",
        ),
        (
            "version: 1\nfitness: {minimum: 99.95}",
            "2:20: fitness.minimum: 99.95 is no fitness | write 0 to 100, with at most one decimal",
        ),
        (
            "version: 1\nfitness: {minimum: -1}",
            "2:20: fitness.minimum: -1 is no fitness | write 0 to 100, with at most one decimal",
        ),
        (
            "version: 1\nfitness: {minimum: high}",
            "2:20: fitness.minimum: expected a number from 0 to 100, found text | ",
        ),
        (
            "version: 1\nfitness: {minimum: '80'}",
            "2:20: fitness.minimum: expected a number from 0 to 100, found text | write 80 without quotes",
        ),
        (
            "version: 1\nfitness: 80",
            "2:10: fitness: fitness must be a mapping, found a number | write its keys below it, each as `key: value`",
        ),
        (
            "version: 1\nfitness: {pillars: {safety: 1}}",
            "2:21: fitness.pillars: unknown key \"safety\" | one of: security, reliability, performance, cost, operations",
        ),
        (
            "version: 1\nblocking: [critical, hihg]",
            "2:22: blocking[1]: unknown severity \"hihg\" | did you mean \"high\"?",
        ),
        ("version: 1\nblocking: critical", "2:11: blocking: expected a list, found text | write [critical]"),
        (
            "version: 1\nbaseline: {greatestdrop: 3}",
            "2:12: baseline: unknown key \"greatestdrop\" | did you mean \"greatestDrop\"?",
        ),
        (
            "version: 1\nbaseline: {knownFailures: ignore}",
            "2:27: baseline.knownFailures: unknown action \"ignore\" | one of: report, block",
        ),
        (
            "version: 1\ninconclusive: {action: fail}",
            "2:24: inconclusive.action: unknown action \"fail\" | one of: block, warn, ignore",
        ),
        (
            "version: 1\ninconclusive: {limits: {high: -1}}",
            "2:31: inconclusive.limits.high: -1 is not a whole number in range | 0 to 1000000",
        ),
        ("version: 1\nweights: {high: 1001}", "2:17: weights.high: 1001 is not a whole number in range | 0 to 1000"),
        (
            "version: 1\nweights: {low: 3}",
            "2:10: weights: low (3) outweighs medium (2) | give medium at least 3 points",
        ),
        (
            "version: 1\nchecks: {exemption-expird: off}",
            "2:10: checks.exemption-expird: no such check | did you mean exemption-expired? (see `fitgate checks list`)",
        ),
        ("version: 1\nchecks: {zzz: off}", "2:10: checks.zzz: no such check | see `fitgate checks list`"),
        (
            "version: 1\nchecks: [a]",
            "2:9: checks: expected a mapping from check ids to on, off, or a mapping, found a list | ",
        ),
        (
            "version: 1\nchecks: {exemption-expired: never}",
            "2:29: checks.exemption-expired: expected on, off, or a mapping with enabled, severity and weight, found text | ",
        ),
        (
            "version: 1\nchecks: {exemption-expired: {wieght: 1}}",
            "2:30: checks.exemption-expired: unknown key \"wieght\" | did you mean \"weight\"?",
        ),
        (
            "version: 1\nparameters: {trustedAccounts: [12345]}",
            "2:32: parameters.trustedAccounts[0]: \"12345\" is no account id | write twelve digits",
        ),
        ("version: 1\nparameters: {requiredTags: [\" \"]}", "2:29: parameters.requiredTags[0]: the text is empty | "),
        (
            "version: 1\nparameters: {applicationLogLevel: info}",
            "2:35: parameters.applicationLogLevel: unknown log level \"info\" | did you mean \"INFO\"?",
        ),
        (
            "version: 1\nparameters: {ephemeralStorageMib: 100}",
            "2:35: parameters.ephemeralStorageMib: 100 is not a whole number in range | 512 to 10240",
        ),
        (
            "version: 1\nprobes: [{name: a b, http: {url: https://x}}]",
            "2:17: probes[0].name: \"a b\" is no name of a probe | use letters, digits and hyphens",
        ),
        (
            "version: 1\nprobes: [{name: a}]",
            "2:10: probes[0]: a probe has exactly one of \"invoke\" and \"http\", this one has neither | write one probe for each call",
        ),
        (
            "version: 1\nprobes: [{name: a, invoke: {}, http: {url: https://x}}]",
            "2:10: probes[0]: a probe has exactly one of \"invoke\" and \"http\", this one has both | write one probe for each call",
        ),
        (
            "version: 1\nprobes: [{name: a, http: {url: /health}}]",
            "2:32: probes[0].http.url: \"/health\" is no address of a request | write https://, the host and the path",
        ),
        (
            "version: 1\nprobes: [{name: a, http: {url: https://x, headers: {\"a b\": c}}}]",
            "2:53: probes[0].http.headers: \"a b\" is no name of a header | ",
        ),
        (
            "version: 1\nprobes: [{name: a, http: {url: https://x, headers: {a: \"b\\r\\nc: d\"}}}]",
            "2:56: probes[0].http.headers.a: the value of a header has no control characters | ",
        ),
        (
            "version: 1\nprobes: [{name: a, phases: [], invoke: {}}]",
            "2:28: probes[0].phases: a probe without phases is never made | name a phase, or remove it",
        ),
        (
            "version: 1\nprobes: [{name: a, invoke: {}, expect: {status: 99}}]",
            "2:49: probes[0].expect.status: 99 is not a whole number in range | 100 to 599",
        ),
        (
            "version: 1\nprobes: [{name: a, invoke: {}, expect: {json: {ok: 1}}}]",
            "2:48: probes[0].expect.json: \"ok\" is no JSON pointer | write /ok",
        ),
        (
            "version: 1\nprobes: [{name: a, invoke: {}}, {name: a, invoke: {}}]",
            "2:33: probes[1]: another probe is called a | rename one",
        ),
        (
            "version: 1\nprobes: [{name: a, invoke: {payload: 1e999}}]",
            "2:38: probes[0].invoke.payload: 1e999 is too large a number for JSON | write it in quotes",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(mistakes(text), [format!("policy.yaml:{expected}")], "{text}");
    }
}

#[test]
fn an_exemption_needs_all_of_its_parts() {
    let text = "version: 1\nexemptions:\n  - check: exemption-expird\n    resource: '*'\n    expires: next year\n  - check: '*'\n    resource: A\n    owner: me\n    reason: because\n    expires: 2026-02-30\n";
    let expected = [
        "policy.yaml:3:5: exemptions[0]: an exemption has no \"owner\" | add owner",
        "policy.yaml:3:5: exemptions[0]: an exemption has no \"reason\" | add reason",
        "policy.yaml:3:12: exemptions[0].check: no check is called exemption-expird | did you mean exemption-expired? (see `fitgate checks list`)",
        "policy.yaml:5:14: exemptions[0].expires: \"next year\" is no date | write year, month and day: 2027-01-31",
        "policy.yaml:10:14: exemptions[1].expires: \"2026-02-30\" is no date | write year, month and day: 2027-01-31",
    ];
    assert_eq!(mistakes(text), expected);
}

#[test]
fn three_mistakes_are_three_messages_in_the_order_of_the_document() {
    let text = "version: 1\nmode: observed\nblocking: [severe]\nprobe: []\n";
    let expected = [
        "policy.yaml:2:7: mode: unknown mode \"observed\" | did you mean \"observe\"?",
        "policy.yaml:3:12: blocking[0]: unknown severity \"severe\" | one of: critical, high, medium, low",
        "policy.yaml:4:1: unknown key in the policy: \"probe\" | did you mean \"probes\"?",
    ];
    assert_eq!(mistakes(text), expected);
}

#[test]
fn sizes_are_bounded() {
    let exemption = "- {check: '*', resource: a, owner: o, reason: r, expires: 2027-01-31}\n";
    let cases = [
        format!("version: 1\nexemptions:\n{}", exemption.repeat(1_001)),
        format!("version: 1\nparameters: {{requiredTags: [{}]}}", "a,".repeat(51)),
        format!("version: 1\nprobes:\n{}", "- {name: a, invoke: {}}\n".repeat(21)),
        format!("version: 1\nmode: {}", "a".repeat(300_000)),
        format!("version: 1\nparameters: {{requiredTags: [{}]}}", "a".repeat(129)),
        format!("version: 1\nchecks:\n{}", (0..1_001).map(|id| format!("  a{id}: off\n")).collect::<String>()),
    ];
    for text in cases {
        let mistakes = mistakes(&text);
        assert_eq!(mistakes.len(), 1, "{mistakes:.2000?}");
    }
}

#[test]
fn a_policy_says_what_it_says() {
    let policy = parse(FULL);
    assert_eq!(policy.mode, Mode::Observe);
    assert_eq!(policy.fitness.minimum, Score::tenths(725));
    assert_eq!(policy.fitness.pillars[&Pillar::Cost], Score::tenths(500));
    assert!(policy.blocking.contains(Severity::High) && !policy.blocking.contains(Severity::Low));
    assert_eq!(policy.inconclusive.limits[&Severity::Medium], 3);
    assert!(!policy.enables(EXEMPTION_EXPIRED) && Policy::default().enables(EXEMPTION_EXPIRED));
    assert_eq!(policy.severity(EXEMPTION_EXPIRED), Severity::Low);
    assert_eq!(policy.weight(EXEMPTION_EXPIRED), Weight::points(7));
    assert_eq!(Policy::default().weight(EXEMPTION_EXPIRED), Weight::points(2));
    let yardstick = policy.yardstick(date(2026, 7, 1));
    assert_eq!(yardstick.required_tags, ["team"]);
    assert_eq!(yardstick.trusted_accounts, ["012345678901"]);
    assert_eq!(yardstick.log_retention_days, 30);
    let ProbeCall::Invoke(invocation) = &policy.probes[0].call else { panic!("{:?}", policy.probes) };
    assert_eq!(invocation.payload["tries"], serde_json::json!([1, 2.5, -3]));
    assert_eq!(policy.probes[1].phases.len(), 2);
}

#[test]
fn what_is_written_again_is_read_again() {
    for text in [FULL, DEFAULT] {
        let policy = parse(text);
        let written = serde_json::to_string(&policy).expect("JSON");
        assert_eq!(parse(&written), policy);
    }
}

/// Objects of the schema and of a document, side by side: the keys that the schema knows are those that the reader
/// accepts, and the fixture `full.yaml` has all of them.
#[test]
fn schema_and_reader_know_the_same_keys() {
    let schema = fitgate::policy::schema();
    let full = serde_json::to_value(parse(FULL)).expect("JSON");
    let mut seen = BTreeSet::new();
    walk(&schema, &schema, &full, &mut Vec::new(), &full, &mut seen);
    assert_eq!(seen, definitions(&schema).collect(), "each object of the schema is in the fixture");
}

/// The names of the schema's objects with fixed keys.
fn definitions(schema: &Value) -> impl Iterator<Item = String> {
    let definitions = schema["$defs"].as_object().expect("$defs");
    definitions.iter().filter(|(_, it)| it.get("properties").is_some()).map(|(name, _)| name.clone())
}

/// A step into a document.
#[derive(Clone)]
enum Step {
    Key(String),
    Item(usize),
}

fn walk(root: &Value, schema: &Value, value: &Value, path: &mut Vec<Step>, full: &Value, seen: &mut BTreeSet<String>) {
    let (name, schema) = resolve(root, schema);
    match value {
        Value::Object(map) => {
            let properties = properties(schema);
            if properties.is_empty() {
                return;
            }
            seen.extend(name);
            let keys: BTreeSet<&str> = properties.iter().map(|(key, _)| *key).collect();
            assert_eq!(accepted(full, path), keys, "keys at {}", shown(path));
            for (key, schema) in properties {
                let Some(value) = map.get(key) else { continue };
                path.push(Step::Key(key.to_owned()));
                walk(root, schema, value, path, full, seen);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(Step::Item(index));
                walk(root, &schema["items"], item, path, full, seen);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Follows a reference, and takes the object among alternatives.
fn resolve<'s>(root: &'s Value, schema: &'s Value) -> (Option<String>, &'s Value) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.trim_start_matches("#/$defs/");
        return (Some(name.to_owned()), &root["$defs"][name]);
    }
    let mut alternatives = schema["anyOf"].as_array().into_iter().flatten();
    match alternatives.find(|one| one.get("$ref").is_some()) {
        Some(object) => resolve(root, object),
        None => (None, schema),
    }
}

/// The keys of an object, those of its alternatives included.
fn properties(schema: &Value) -> Vec<(&str, &Value)> {
    let own = schema["properties"].as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value));
    let alternatives = schema["oneOf"].as_array().into_iter().flatten().flat_map(properties);
    own.chain(alternatives).collect()
}

/// The keys that the reader accepts at this place: it names them when it refuses another.
fn accepted(full: &Value, path: &[Step]) -> BTreeSet<&'static str> {
    const STRANGER: &str = "qqqqqqqqqqqqqqqqqqqqqqqq";
    let mut document = full.clone();
    let mut place = &mut document;
    for step in path {
        place = match step {
            Step::Key(key) => &mut place[key.as_str()],
            Step::Item(index) => &mut place[*index],
        };
    }
    place[STRANGER] = Value::Bool(true);
    let errors = Policy::parse("p", document.to_string().as_bytes()).expect_err("a stranger");
    let hint = errors.0.iter().find(|error| error.to_string().contains(STRANGER)).and_then(|error| error.hint());
    let hint = hint.unwrap_or_else(|| panic!("no hint at {}: {errors}", shown(path)));
    match hint.strip_prefix("one of: ") {
        Some(keys) => String::leak(keys.to_owned()).split(", ").collect(),
        // The rules of checks: any check, and no other key.
        None => checks::catalogue().map(|check| check.id).collect(),
    }
}

fn shown(path: &[Step]) -> String {
    let step = |step: &Step| match step {
        Step::Key(key) => format!(".{key}"),
        Step::Item(index) => format!("[{index}]"),
    };
    path.iter().map(step).collect()
}

#[test]
fn the_policys_own_checks_are_in_the_catalogue_and_judge_nothing() {
    let id = EXEMPTION_EXPIRED.id;
    assert_eq!(checks::by_id(id).map(|found| found.id), Some(id));
    assert!(checks::all().all(|other| other.id != id));
}

proptest! {
    #[test]
    fn a_mangled_policy_never_panics(at in 0..FULL.len(), replacement in "[ \\-a-z0-9:{}\\[\\]'\"\n*&!#]{0,6}", cut in 0..40_usize) {
        let mut text: Vec<char> = FULL.chars().collect();
        let at = at.min(text.len());
        let end = (at + cut).min(text.len());
        text.splice(at..end, replacement.chars());
        let text: String = text.into_iter().collect();
        if let Err(errors) = Policy::parse("p", text.as_bytes()) {
            prop_assert!(!errors.0.is_empty());
        }
    }
}
