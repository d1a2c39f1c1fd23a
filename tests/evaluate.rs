//! From branches to verdicts: dispatch, and what is said where branches differ.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

mod bench;
#[path = "templates/large.rs"]
mod large;

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicUsize, Ordering},
};

use bench::{FOUR, SPOKEN, TODAY, branch, evaluated, four, one, resource, thing};
use fitgate::{
    check::{Applies, Check, Severity, Verdict, Yardstick},
    evaluate::{ask, evaluate, evaluate_on, judge},
    facts::{Branch, Observed, Properties, Why},
    inventory::LogicalId,
    parallel::Threads,
    policy::Policy,
    template,
};
use serde_json::json;

/// Assumptions of a branch, and what its one resource says there.
type Case<'a> = (&'a [(&'a str, bool)], Option<&'a str>);

fn yardstick() -> Yardstick {
    Yardstick::on(jiff::civil::date(2026, 7, 1))
}

/// What the spoken verdicts of one resource become, over branches of these assumptions.
fn merged(branches: &[Case<'_>]) -> Option<Verdict> {
    let branches: Vec<Branch> = branches
        .iter()
        .map(|(assumptions, said)| branch(assumptions, said.map(|said| vec![thing("Thing", said)]).unwrap_or_default()))
        .collect();
    let mut verdicts = judge(&SPOKEN, &branches, &yardstick());
    assert!(verdicts.len() <= 1, "{verdicts:?}");
    verdicts.pop().map(|(_, _, verdict)| verdict)
}

#[test]
fn branches_that_differ_are_inconclusive_and_name_the_condition() {
    let yes: &[(&str, bool)] = &[("IsProd", true)];
    let no: &[(&str, bool)] = &[("IsProd", false)];
    let cases = [
        (Some("pass"), Some("fail none"), "fails when IsProd is false: none; passes when IsProd is true"),
        (
            Some("unknown a parameter"),
            Some("pass"),
            "cannot be told when IsProd is true: a parameter; passes when IsProd is false",
        ),
        (
            Some("50 half of it"),
            Some("pass"),
            "holds to 50 percent when IsProd is true: half of it; passes when IsProd is false",
        ),
        (Some("fail x"), Some("unknown y"), "fails when IsProd is true: x; cannot be told when IsProd is false: y"),
        (Some("fail x"), Some("none"), "fails when IsProd is true: x; does not apply when IsProd is false"),
        (Some("fail x"), None, "fails when IsProd is true: x; is not in the stack when IsProd is false"),
        (None, Some("50 x"), "holds to 50 percent when IsProd is false: x; is not in the stack when IsProd is true"),
        (Some("unknown y"), None, "cannot be told when IsProd is true: y; is not in the stack when IsProd is false"),
        (
            Some("unknown x"),
            Some("unknown y"),
            "cannot be told when IsProd is true: x; cannot be told when IsProd is false: y",
        ),
    ];
    for (left, right, words) in cases {
        let verdict = merged(&[(yes, left), (no, right)]);
        let expected = Verdict::inconclusive(Why::Branches(words.to_owned()));
        assert_eq!(verdict, Some(expected), "{left:?} {right:?}");
    }
}

#[test]
fn branches_that_agree_give_their_verdict() {
    let yes: &[(&str, bool)] = &[("IsProd", true)];
    let no: &[(&str, bool)] = &[("IsProd", false)];
    let cases = [
        (Some("pass"), Some("pass"), Some(Verdict::Pass)),
        (Some("pass"), None, Some(Verdict::Pass)),
        (None, Some("pass"), Some(Verdict::Pass)),
        (Some("none"), Some("pass"), Some(Verdict::Pass)),
        (Some("none"), Some("none"), None),
        (Some("none"), None, None),
        (None, None, None),
        (Some("fail x"), Some("fail x"), Some(Verdict::fail("x"))),
        (
            Some("fail x"),
            Some("fail y"),
            Some(Verdict::fail("fails when IsProd is true: x; fails when IsProd is false: y")),
        ),
        (Some("60 x"), Some("60 x"), Some(Verdict::partial(60, "x"))),
        (Some("60 x"), Some("40 x"), Some(Verdict::partial(40, "x"))),
        (
            Some("60 x"),
            Some("40 y"),
            Some(Verdict::partial(
                40,
                "holds to 60 percent when IsProd is true: x; holds to 40 percent when IsProd is false: y",
            )),
        ),
        (Some("unknown x"), Some("unknown x"), Some(Verdict::inconclusive(Why::Unresolved("x".to_owned())))),
    ];
    for (left, right, expected) in cases {
        assert_eq!(merged(&[(yes, left), (no, right)]), expected, "{left:?} {right:?}");
    }
}

#[test]
fn only_conditions_that_matter_are_named() {
    let table: &[Case<'_>] = &[
        (&[("Fixed", true), ("A", true), ("B", true), ("C", true)], Some("pass")),
        (&[("Fixed", true), ("A", true), ("B", false), ("C", true)], Some("fail no key")),
        (&[("Fixed", true), ("A", false), ("B", true), ("C", true)], Some("pass")),
        (&[("Fixed", true), ("A", false), ("B", false), ("C", true)], Some("pass")),
        (&[("Fixed", true), ("A", true), ("B", true), ("C", false)], Some("pass")),
        (&[("Fixed", true), ("A", true), ("B", false), ("C", false)], Some("fail no key")),
        (&[("Fixed", true), ("A", false), ("B", true), ("C", false)], Some("pass")),
        (&[("Fixed", true), ("A", false), ("B", false), ("C", false)], Some("pass")),
    ];
    let words = "fails when A is true and B is false: no key; passes when B is true, or when A is false";
    assert_eq!(merged(table), Some(Verdict::inconclusive(Why::Branches(words.to_owned()))));
}

#[test]
fn a_hundred_outcomes_make_a_short_text() {
    let conditions: Vec<String> = (0..7).map(|bit| format!("Condition{bit}")).collect();
    let branches: Vec<Branch> = (0..128_u32)
        .map(|number| {
            let assumptions: Vec<(&str, bool)> =
                conditions.iter().enumerate().map(|(bit, name)| (name.as_str(), number & (1 << bit) != 0)).collect();
            branch(&assumptions, vec![thing("Thing", &format!("fail reason {number}"))])
        })
        .collect();
    let verdicts = judge(&SPOKEN, &branches, &yardstick());
    let Verdict::Fail(evidence) = &verdicts[0].2 else { panic!("{verdicts:?}") };
    assert!(evidence.text.len() < 1_000, "{}", evidence.text);
    assert!(evidence.text.ends_with("; and 124 more cases"), "{}", evidence.text);
}

#[test]
fn an_unreadable_resource_is_inconclusive_for_each_check_of_its_type() {
    let bucket = Check { applies: Applies::EachBucket(|_, _| Some(Verdict::Pass)), ..SPOKEN };
    let bucket: &'static Check = Box::leak(Box::new(bucket));
    let malformed = one(vec![resource("Bucket", "AWS::S3::Bucket", json!("no object"))]);
    let denied = json!({ "$unknown": { "Denied": { "action": "s3:GetBucketTagging" } } });
    let denied = one(vec![resource("Bucket", "AWS::S3::Bucket", denied)]);
    for branches in [malformed, denied] {
        let Properties::Unreadable(why) = &branches[0].facts.resources[0].properties else {
            panic!("{:?}", branches[0].facts)
        };
        let expected = Verdict::inconclusive(why.clone());
        assert_eq!(judge(bucket, &branches, &yardstick())[0].2, expected);
    }
    // A holistic judge that is silent about a resource of its types, because it could not see it.
    let silent = Check { applies: Applies::Stack(&["AWS::S3::Bucket"], |_, _| Vec::new()), ..SPOKEN };
    let silent: &'static Check = Box::leak(Box::new(silent));
    let branches = one(vec![
        resource("Read", "AWS::S3::Bucket", json!({})),
        resource("Unread", "AWS::S3::Bucket", json!({"$unknown": {"Unresolved": "a macro"}})),
    ]);
    let verdicts = judge(silent, &branches, &yardstick());
    assert_eq!(verdicts.len(), 1);
    assert_eq!(
        (verdicts[0].0.as_str(), &verdicts[0].2),
        ("Unread", &Verdict::inconclusive(Why::Unresolved("a macro".to_owned())))
    );
}

#[test]
fn resources_keep_the_order_of_the_source() {
    let branches = [
        branch(&[("A", true)], vec![thing("First", "pass"), thing("Third", "pass"), thing("Last", "pass")]),
        branch(
            &[("A", false)],
            vec![thing("Zero", "pass"), thing("First", "pass"), thing("Second", "pass"), thing("Last", "pass")],
        ),
    ];
    let verdicts = judge(&SPOKEN, &branches, &yardstick());
    let names: Vec<&str> = verdicts.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(names, ["Zero", "First", "Second", "Third", "Last"]);
}

#[test]
fn what_a_stack_judge_says_of_nobody_is_said_of_the_stack() {
    let check = Check {
        applies: Applies::Stack(&[], |_, _| vec![(LogicalId::new("Nobody"), Verdict::fail("missing"))]),
        ..SPOKEN
    };
    let verdicts = judge(Box::leak(Box::new(check)), &one(vec![]), &yardstick());
    assert_eq!(verdicts.len(), 1);
    assert_eq!(verdicts[0].1.as_str(), "AWS::CloudFormation::Stack");
}

#[test]
fn the_worse_of_two_verdicts_on_one_resource_counts() {
    let check = Check {
        applies: Applies::Stack(&[], |stack, _| {
            let id = &stack.facts.resources[0].reference.logical_id;
            vec![(id.clone(), Verdict::Pass), (id.clone(), Verdict::fail("x")), (id.clone(), Verdict::Pass)]
        }),
        ..SPOKEN
    };
    let verdicts = judge(Box::leak(Box::new(check)), &one(vec![thing("A", "pass")]), &yardstick());
    assert_eq!(verdicts.len(), 1);
    assert_eq!(verdicts[0].2, Verdict::fail("x"));
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn what_is_the_same_in_all_branches_is_judged_once() {
    let check = Check {
        applies: Applies::EachBucket(|_, _| {
            CALLS.fetch_add(1, Ordering::SeqCst);
            Some(Verdict::Pass)
        }),
        ..SPOKEN
    };
    let branches: Vec<Branch> = (0..64)
        .map(|number| {
            let resources =
                (0..10).map(|index| resource(&format!("Bucket{index}"), "AWS::S3::Bucket", json!({}))).collect();
            branch(&[(&format!("Condition{number}"), true)], resources)
        })
        .collect();
    let verdicts = judge(Box::leak(Box::new(check)), &branches, &yardstick());
    assert_eq!((verdicts.len(), CALLS.load(Ordering::SeqCst)), (10, 10));
    assert_eq!(Observed::<u8>::Absent, branches[0].facts.stack.region.clone().map(|_| 0));
}

/// A policy with these lines below its version.
fn policy(lines: &str) -> Policy {
    Policy::parse("p", format!("version: 1\n{lines}").as_bytes()).expect("valid")
}

fn exemption(check: &str, resource: &str, expires: &str) -> String {
    format!("- {{check: '{check}', resource: '{resource}', owner: team-a, reason: r, expires: {expires}}}\n")
}

#[test]
fn findings_stand_in_the_order_of_resources_then_checks() {
    let evaluation = evaluated(vec![four("B", ["pass"; 4]), four("A", ["fail x"; 4])], &Policy::default());
    let order: Vec<String> =
        evaluation.findings.iter().map(|finding| format!("{} {}", finding.resource, finding.check.id)).collect();
    let expected = ["B test-critical", "B test-high", "B test-medium", "B test-low"];
    assert_eq!(order[..4], expected);
    assert_eq!(order[4..], expected.map(|text| text.replace('B', "A")));
    assert_eq!((evaluation.resources, evaluation.branches), (2, 1));
}

#[test]
fn an_exemption_covers_until_its_last_day() {
    // Today is 2026-07-01.
    let cases = [
        ("test-high", "R", "2026-07-01", "fail x", Some(false)),
        ("test-high", "R", "2026-06-30", "fail x", Some(true)),
        ("test-*", "?", "2026-07-01", "unknown x", Some(false)),
        ("*", "*", "2026-07-02", "50 x", Some(false)),
        ("*", "*", "2026-07-02", "pass", None),
        ("test-low", "R", "2026-07-02", "fail x", None),
        ("test-high", "r", "2026-07-02", "fail x", None),
        ("test-high", "R?", "2026-07-02", "fail x", None),
    ];
    for (check, resource, expires, said, expected) in cases {
        // The ids of these checks are not in the catalogue, where a document would have to find them.
        let mut policy = policy(&format!("exemptions:\n{}", exemption("*", resource, expires)));
        policy.exemptions[0].check = fitgate::policy::Pattern::new(check);
        let evaluation = evaluated(vec![four("R", ["none", said, "none", "none"])], &policy);
        let finding = &evaluation.findings[0];
        let case = format!("{check} {resource} {expires} {said}");
        assert_eq!(finding.exemption.as_ref().map(|exemption| exemption.expired), expected, "{case}");
        assert_eq!(finding.is_exempted(), expected == Some(false), "{case}");
        assert_eq!(evaluation.unused.len(), usize::from(expected.is_none()), "{case}");
        let reported = evaluation.findings.iter().filter(|finding| finding.check.id == "exemption-expired").count();
        assert_eq!(reported, usize::from(expected == Some(true)), "{case}");
    }
}

#[test]
fn an_expired_exemption_is_one_finding_a_resource_and_names_what_relied_on_it() {
    let lines = format!("exemptions:\n{}{}", exemption("*", "A", "2026-01-31"), exemption("*", "C", "2026-01-31"));
    let said = ["fail x", "unknown x", "pass", "none"];
    let resources = || vec![four("A", said), four("B", said), four("C", ["pass"; 4])];
    let evaluation = evaluated(resources(), &policy(&lines));
    let order: Vec<_> =
        evaluation.findings.iter().map(|finding| (finding.resource.as_str(), finding.check.id)).collect();
    assert_eq!(order[3], ("A", "exemption-expired"));
    assert_eq!(order.iter().filter(|(_, check)| *check == "exemption-expired").count(), 1);
    let finding = &evaluation.findings[3];
    let words = "the exemption of test-critical and test-high by team-a expired on 2026-01-31";
    assert_eq!((&finding.verdict, finding.severity), (&Verdict::fail(words), Severity::Medium));
    assert_eq!(evaluation.unused.iter().map(|unused| unused.resource.as_str()).collect::<Vec<_>>(), ["C"]);
    // It is a check like others: its severity can be changed, and it can be turned off.
    let high = policy(&format!("{lines}checks: {{exemption-expired: {{severity: high}}}}"));
    assert_eq!(evaluated(resources(), &high).findings[3].severity, Severity::High);
    let off = policy(&format!("{lines}checks: {{exemption-expired: off}}"));
    assert!(evaluated(resources(), &off).findings.iter().all(|finding| finding.check.id != "exemption-expired"));
}

#[test]
fn of_several_exemptions_one_that_still_holds_covers() {
    let dates = ["2026-01-31", "2027-01-31", "2028-01-31"];
    for (order, expected) in [([0, 1, 2], 1), ([2, 1, 0], 2), ([0, 0, 0], 0)] {
        let lines: String = order.iter().map(|index| exemption("*", "*", dates[*index])).collect();
        let evaluation = evaluated(vec![four("R", ["fail x"; 4])], &policy(&format!("exemptions:\n{lines}")));
        let covering = evaluation.findings[0].exemption.as_ref().expect("an exemption");
        assert_eq!(covering.expires.to_string(), dates[expected], "{order:?}");
        assert!(evaluation.unused.is_empty());
    }
}

#[test]
fn types_that_nobody_judges_are_named_and_counted() {
    let resources = vec![
        thing("Judged", "pass"),
        resource("Queue", "AWS::SQS::Queue", json!({})),
        resource("Macro", "Custom::Thing", json!({})),
        resource("Other", "AWS::SQS::Queue", json!({})),
        resource("Policy", "AWS::S3::BucketPolicy", json!({})),
    ];
    let evaluation = ask(FOUR, &one(resources), &Policy::default(), TODAY);
    let unjudged: Vec<_> = evaluation.unjudged.iter().map(|it| (it.r#type.as_str(), it.count)).collect();
    assert_eq!(unjudged, [("AWS::S3::BucketPolicy", 1), ("AWS::SQS::Queue", 2), ("Custom::Thing", 1)]);
}

#[test]
fn what_a_check_reads_on_its_way_to_another_resource_is_read() {
    let types = [
        "AWS::ApiGateway::Authorizer",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::Integration",
        "AWS::AppSync::DataSource",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::Backup::BackupSelection",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CodeDeploy::Application",
        "AWS::CodeDeploy::DeploymentConfig",
        "AWS::CodeDeploy::DeploymentGroup",
        "AWS::Cognito::UserPool",
        "AWS::DAX::Cluster",
        "AWS::DynamoDB::GlobalTable",
        "AWS::DynamoDB::Table",
        "AWS::EC2::Subnet",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::Events::Rule",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IoT::TopicRule",
        "AWS::Lambda::Alias",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Lambda::Permission",
        "AWS::Lambda::Url",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::Logs::SubscriptionFilter",
        "AWS::Pipes::Pipe",
        "AWS::S3::AccessPoint",
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::Scheduler::Schedule",
        "AWS::SecretsManager::SecretTargetAttachment",
        "AWS::StepFunctions::StateMachine",
    ];
    let all = |checks: &str| {
        let resources = types.iter().enumerate().map(|(index, name)| resource(&format!("R{index}"), name, json!({})));
        evaluate(&one(resources.collect()), &policy(checks), TODAY).unjudged
    };
    assert_eq!(all("checks: {s3-in-backup-plan: on}"), []);
    // Nobody reads an alarm where the checks of alarms are off.
    let off = "checks: {s3-in-backup-plan: on, alias-alarms-in-deployment-group: off, \
        deployment-alarms-usable: off, alarm-window-fits-canary: off, alarm-has-action: off, \
        alarm-actions-enabled: off, alarm-treat-missing-data: off, dlq-is-watched: off, flags-safe: off, \
        alarms-notify: off, no-deploy-while-unhealthy: off}";
    let unread = all(off);
    let unread: Vec<&str> = unread.iter().map(|unjudged| unjudged.r#type.as_str()).collect();
    assert_eq!(unread, ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]);
}

#[test]
fn policy_says_which_checks_of_the_catalogue_are_asked() {
    let evaluation = evaluate(&one(vec![]), &policy("checks: {exemption-expired: off}"), TODAY);
    assert!(evaluation.checks.iter().all(|check| check.default == fitgate::check::Default::On));
    let (opt_in, on): (Vec<&Check>, Vec<&Check>) =
        fitgate::checks::all().partition(|check| check.default == fitgate::check::Default::OptIn);
    assert_eq!(evaluation.checks.len(), on.len());
    for check in opt_in {
        let on = policy(&format!("checks: {{{}: on}}", check.id));
        assert!(evaluate(&one(vec![]), &on, TODAY).checks.contains(&check));
    }
    for check in on {
        let off = policy(&format!("checks: {{{}: off}}", check.id));
        assert!(!evaluate(&one(vec![]), &off, TODAY).checks.contains(&check));
    }
}

/// Branches, holistic checks and rules of the owner's own, judged in parts.
#[test]
fn several_threads_say_what_one_says() {
    let rules = "rules:\n  - text: |\n      rule named { Resources.* { Properties exists } }\n";
    let policy = policy(rules);
    let template = large::template(200);
    let options = template::Options { keep_written: true, ..template::Options::default() };
    let branches = template::read("large.yaml", template.as_bytes(), &options).expect("a template").branches;
    assert_eq!(branches.len(), 2, "a condition is open");
    let one = evaluate(&branches, &policy, TODAY);
    assert!(one.findings.iter().any(|finding| finding.check.id.starts_with("own-")), "the rule was asked");
    for number in [2, 3, 8] {
        let threads = NonZeroUsize::new(number).map(Threads::from).expect("a number");
        let several = evaluate_on(threads, &branches, &policy, TODAY);
        assert_eq!(several.findings, one.findings, "{number} threads");
        assert_eq!(several.unjudged, one.unjudged);
    }
}
