//! A stack is seen as its template says, and judged as its template is: agreement.yaml, provisioned.
//!
//! What the emulator drops or answers otherwise than AWS stands in two lists, each entry with its reason. An entry
//! that does not occur fails the test, like a difference that has none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use fitgate::{checks, facts::Facts};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    audit::{fitgate, text},
    cloud_control::show_as_written,
    compared::{deployed, differences},
    double::Double,
    ministack::{Account, REGION},
    names::Names,
    site::endpoints,
    stack::Stack,
    template::Template,
};

const STACK: &str = "agreement";
/// Both are judged as on this day.
const TODAY: &str = "2026-11-21";

/// Where the facts of the stack are not the template's, and why.
const OTHERWISE_SEEN: &[(&str, &str)] = &[
    ("Data/$BucketPolicy/Resource", POLICY_NAME),
    ("DataPolicy/$BucketInStack", POLICY_NAME),
    ("DataPolicy/Bucket", POLICY_NAME),
    ("Orders/Tags", "no backup selection of the stack goes by tags, so nobody looks at those of tables"),
    ("Records/$BucketPolicy/Resource", POLICY_NAME),
    ("RecordsPolicy/$BucketInStack", POLICY_NAME),
    ("RecordsPolicy/Bucket", POLICY_NAME),
    ("Worker/Aliases/0/ProvisionedConcurrentExecutions", PROVISIONED),
    ("Worker/EventInvokeConfigs/0/LogicalId", "the emulator calls it worker:live, CloudFormation worker|live"),
    ("WorkerLive/ProvisionedConcurrencyConfig", PROVISIONED),
];
const POLICY_NAME: &str = "the emulator calls a bucket's policy by the bucket's name and -policy";
const PROVISIONED: &str = "the emulator answers ListProvisionedConcurrencyConfigs as if it were the Get of one";

/// Where a check says otherwise of the stack than of the template, and why: check, resource, verdict of the template,
/// verdict of the stack.
const OTHERWISE_JUDGED: &[(&str, &str)] = &[
    ("alarm-not-insufficient-data WorkerFails none fail", LIVE),
    ("autoscaling-complete WorkerLive partial inconclusive", PROVISIONED),
    ("stack-no-drift agreement none inconclusive", LIVE),
    ("stack-notifications agreement none fail", LIVE),
    ("stack-service-role agreement none fail", LIVE),
    ("stack-termination-protection agreement none fail", LIVE),
    ("lambda-provisioned-concurrency-on-alias Worker pass inconclusive", PROVISIONED),
    ("s3-policy-no-allow-notprincipal DataPolicy none pass", JUDGED_APART),
    ("s3-policy-no-allow-notprincipal RecordsPolicy none pass", JUDGED_APART),
    ("s3-policy-no-cross-account DataPolicy none pass", JUDGED_APART),
    ("s3-policy-no-cross-account RecordsPolicy none fail", JUDGED_APART),
    ("s3-policy-no-public-principal DataPolicy none pass", JUDGED_APART),
    ("s3-policy-no-public-principal RecordsPolicy none fail", JUDGED_APART),
    ("s3-policy-no-wildcard-action DataPolicy none pass", JUDGED_APART),
    ("s3-policy-no-wildcard-action RecordsPolicy none fail", JUDGED_APART),
];
const LIVE: &str = "only a live stack has it";
const JUDGED_APART: &str = "by its name on the emulator the policy is of no bucket of the stack, and judged by itself";

/// The stack on the emulator, as the program looks at it and at its template.
struct Shown {
    account: Account,
    stack: Stack,
    template: Template,
    facts: Facts,
    of_stack: Value,
    of_template: Value,
}

impl Shown {
    async fn open() -> Self {
        let account = Account::open();
        let template = Template::read("agreement.yaml", include_bytes!("agreement.yaml"));
        let stack = account.create_stack(STACK, &template, &[]).await;
        let double = Double::new();
        account.show_queues(&stack, &double);
        show_as_written(&stack, &template, &[], &double);
        let server = double.serve();
        let folder = TempDir::new().expect("a folder");
        let file = |name: &str| folder.path().join(name).to_str().expect("a path").to_owned();
        fs::write(file("policy.yaml"), every_check()).expect("a file");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/emulator/agreement.yaml");

        let saved = file("facts.json");
        let audit = ["audit", "--stack", STACK, "--save", &saved];
        let of_stack = judged(&account, &audit, &file("policy.yaml"), &endpoints(&server));
        let place = [format!("AWS::AccountId={}", account.id), format!("AWS::Region={REGION}")];
        let check = ["check", source, "--parameter", &place[0], "--parameter", &place[1]];
        let of_template = judged(&account, &check, &file("policy.yaml"), &[]);
        assert_eq!(double.strangers(), Vec::<String>::new(), "a call that the double does not know");
        let facts = serde_json::from_slice(&fs::read(Path::new(&saved)).expect("facts")).expect("facts");
        Self { account, stack, template, facts, of_stack, of_template }
    }

    /// The template with a value wherever it has a function, which only the stack knows.
    fn written_out(&self) -> Value {
        let resources = self.template.0["Resources"].as_object().expect("Resources");
        let names = Names::new(&self.stack, &self.template.0, &[]);
        let written = |resource: &Value| {
            let mut resource = resource.clone();
            resource["Properties"] = names.resolved(&resource["Properties"]);
            resource
        };
        json!({ "Resources": resources.iter().map(|(id, it)| (id.clone(), written(it))).collect::<Value>() })
    }
}

/// The shipped policy, with every check that is off by default too.
fn every_check() -> String {
    let on: String = checks::all().map(|check| format!("  {}: on\n", check.id)).collect();
    format!("version: 1\nchecks:\n{on}parameters:\n  requiredTags: [team]\n")
}

/// The report of the program.
fn judged(account: &Account, arguments: &[&str], policy: &str, variables: &[(String, String)]) -> Value {
    let how = ["--policy", policy, "--format", "json", "--all", "--today", TODAY];
    let output = fitgate(account, &[arguments, &how].concat(), variables);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no report: {}", text(&output.stderr)))
}

/// By check and resource, the verdict and the evidence.
type Verdicts = BTreeMap<(String, String), (String, String)>;

fn verdicts(report: &Value) -> Verdicts {
    let findings = report["findings"].as_array().expect("findings").iter();
    let said = |finding: &Value, name: &str| finding[name].as_str().expect("a text").to_owned();
    let of = |it: &Value| ((said(it, "check"), said(it, "resource")), (said(it, "verdict"), said(it, "evidence")));
    findings.map(of).collect()
}

#[tokio::test]
async fn a_stack_is_seen_as_its_template_says_and_judged_as_its_template_is() {
    let shown = Shown::open().await;
    assert_eq!(shown.of_stack["decision"], shown.of_template["decision"]);
    // Both are told at once.
    let wrong = [seen(&shown), judged_alike(&shown)].concat();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is wrong with the facts.
fn seen(shown: &Shown) -> Vec<String> {
    let facts = |template: &Value| deployed(template, &shown.account.id, REGION);
    let known: usize = facts(&shown.written_out()).resources.iter().map(|it| values(&json!(it)["Properties"])).sum();
    assert!(known > 150, "only {known} values were compared");
    let of = |template: &Value| differences(&facts(template), &shown.facts);
    // What is read of the stack's own template is by reference, what services say is not.
    let by_reference: BTreeSet<String> = of(&shown.template.0).into_iter().map(|it| it.path).collect();
    let found = of(&shown.written_out()).into_iter().filter(|it| by_reference.contains(&it.path));
    let found = found.map(|it| (it.path.clone(), it.to_string())).collect();
    unexplained(found, OTHERWISE_SEEN.iter().map(|(path, _)| (*path).to_owned()))
}

/// How many values a template says.
fn values(value: &Value) -> usize {
    match value {
        Value::Object(members) if members.contains_key("$unknown") => 0,
        Value::Object(members) => members.values().map(values).sum(),
        Value::Array(items) => items.iter().map(values).sum(),
        _ => 1,
    }
}

/// What is wrong with the verdicts.
fn judged_alike(shown: &Shown) -> Vec<String> {
    let (of_template, of_stack) = (verdicts(&shown.of_template), verdicts(&shown.of_stack));
    let findings: BTreeSet<_> = of_template.keys().chain(of_stack.keys()).collect();
    let (mut found, mut alike) = (BTreeMap::new(), 0);
    for finding in findings {
        let said = |verdicts: &Verdicts| verdicts.get(finding).map_or(("none".to_owned(), String::new()), Clone::clone);
        let ((template, _), (live, why)) = (said(&of_template), said(&of_stack));
        match template.as_str() {
            // What only a live stack shows.
            "inconclusive" => {}
            _ if template == live => alike += 1,
            _ => {
                let words = [&finding.0, &finding.1, &template, &live].map(String::as_str).join(" ");
                found.insert(words.clone(), format!("{words}: {why}"));
            }
        }
    }
    assert!(alike > 100, "only {alike} verdicts were compared");
    unexplained(found, OTHERWISE_JUDGED.iter().map(|(words, _)| (*words).to_owned()))
}

/// What was found that no list has, and what a list has that was not found.
fn unexplained(mut found: BTreeMap<String, String>, known: impl Iterator<Item = String>) -> Vec<String> {
    let stale: Vec<_> = known.filter(|it| found.remove(it).is_none()).collect();
    found.into_values().chain(stale.iter().map(|it| format!("{it} is listed, and is no difference"))).collect()
}

#[test]
fn a_difference_without_a_reason_is_told_and_so_is_a_reason_without_a_difference() {
    let found = || BTreeMap::from([("a".to_owned(), "a: 1 here, 2 there".to_owned())]);
    assert_eq!(unexplained(found(), ["a".to_owned()].into_iter()), Vec::<String>::new());
    let wrong = unexplained(found(), ["b".to_owned()].into_iter());
    assert_eq!(wrong, ["a: 1 here, 2 there", "b is listed, and is no difference"]);
}
