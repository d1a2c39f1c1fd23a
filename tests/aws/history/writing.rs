//! What is written, and what when it cannot be.

use std::{collections::HashMap, num::NonZeroU16};

use aws_sdk_dynamodb::types::AttributeValue;
use fitgate::{
    aws::{Invocation, history::Recorded},
    event::Answer,
    facts::{RawResource, Why},
    world::{Mishap, Outage},
};

use super::{Bench, POST, PRE, of, released};
use crate::{
    bench::four,
    double::{Fault, Which},
    judged::TOLERANT,
    judged::{deployment, invocation, judgement, mixed, stack},
};

/// Hexadecimal digits that do not compress to less than half.
struct Noise(u64);

impl Noise {
    /// 256 digits, which are 128 bytes.
    fn word(&mut self) -> String {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0
        };
        (0..16).map(|_| format!("{:016x}", next())).collect()
    }
}

/// So many resources with a pass each, so many with a failure, and whether those have noisy names too.
fn noisy(passes: usize, failures: usize, named: bool) -> Vec<RawResource> {
    let mut noise = Noise(7);
    let mut found: Vec<_> = (0..passes).map(|_| four(&noise.word(), ["pass", "none", "none", "none"])).collect();
    for number in 0..failures {
        let name = if named { noise.word() } else { format!("R{number}") };
        let evidence = format!("fail {}{}", noise.word(), noise.word());
        found.push(four(&name, [&evidence, "none", "none", "none"]));
    }
    found
}

fn size(item: &HashMap<String, AttributeValue>) -> usize {
    fn of(value: &AttributeValue) -> usize {
        match value {
            AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
            AttributeValue::B(bytes) => bytes.as_ref().len(),
            AttributeValue::L(list) => 3 + list.iter().map(|value| 1 + of(value)).sum::<usize>(),
            AttributeValue::M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + of(value)).sum::<usize>(),
            _ => 1,
        }
    }
    item.iter().map(|(name, value)| name.len() + of(value)).sum()
}

#[tokio::test(start_paused = true)]
async fn an_item_can_be_read_in_the_console() {
    let bench = Bench::new();
    bench.judged("d-A", 0, PRE, Answer::Succeeded, mixed()).await;
    let items = bench.items().await;
    let [item] = items.as_slice() else { panic!("one item: {items:?}") };
    let expected = [
        ("Stack", "orders"),
        ("Deployment", "2026-07-01T12:00:00.000Z#d-A#BeforeAllowTraffic"),
        ("Format", "1"),
        ("Application", "orders-app"),
        ("Group", "orders-group"),
        ("Function", "orders-FirstFunction-1A2B3C4D5E6F"),
        ("Alias", "live"),
        ("CurrentVersion", "1"),
        ("TargetVersion", "2"),
        ("Config", "CodeDeployDefault.LambdaAllAtOnce"),
        ("Mode", "enforce"),
        ("Answer", "Succeeded"),
        ("Decision", "Proceed"),
        ("WouldHalt", "Some(Bool(false))"),
        ("Fitness", "65.8"),
        ("PointsEarned", "15.8"),
        ("PointsPossible", "24"),
        ("Milliseconds", "1234"),
        ("ApiCalls", "56"),
        ("WrittenAt", "2026-07-05T16:00:00Z"),
        ("ReportHolds", "everything"),
        ("Remarks", "Some(L([S(\"a remark\")]))"),
        ("ExpiresAt", "None"),
        ("Trouble", "None"),
        ("BaselineLeftOut", "None"),
    ];
    for (name, expected) in expected {
        assert_eq!(of(item, name), expected, "{name}");
    }
    let Some(AttributeValue::M(counts)) = item.get("Counts") else { panic!("counts: {item:?}") };
    let named = ["pass", "partial", "fail", "inconclusive", "exempted", "resources"];
    assert_eq!(named.map(|name| of(counts, name)), ["2", "1", "2", "1", "1", "3"]);
    assert_eq!(bench.double.count("dynamodb:PutItem"), 1);
    assert!(bench.double.strangers().is_empty(), "{:?}", bench.double.strangers());
}

#[tokio::test(start_paused = true)]
async fn the_first_judgement_of_a_deployment_and_phase_stays() {
    let bench = Bench::new();
    bench.judged("d-A", 0, PRE, Answer::Succeeded, mixed()).await;
    let (stack, again) = (stack(), judgement(deployment("d-A", 0, PRE), Vec::new(), TOLERANT));
    let second = bench.table().record(&invocation(&stack, &again, Answer::Failed)).await;
    assert_eq!(second, Ok(Recorded::ThereAlready));
    // The other phase, and the other function's deployment of the same second, are items of their own.
    bench.judged("d-A", 0, POST, Answer::Succeeded, mixed()).await;
    bench.judged("d-B", 0, PRE, Answer::Succeeded, mixed()).await;
    let items = bench.items().await;
    assert_eq!(items.iter().map(|item| of(item, "Answer")).collect::<Vec<_>>(), ["Succeeded"; 3]);
    assert_eq!(items.iter().map(|item| of(item, "Fitness")).collect::<Vec<_>>(), ["65.8"; 3]);
}

/// A retry of the SDK's own finds what its first attempt wrote.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_error() {
    let bench = Bench::new();
    bench.double.fail("dynamodb:PutItem", Which::Times(1), Fault::AnswerLost);
    let (stack, judgement) = (stack(), released("d-A", PRE));
    let recorded = bench.table().record(&invocation(&stack, &judgement, Answer::Succeeded)).await;
    assert_eq!(recorded, Ok(Recorded::ThereAlready));
    assert_eq!(bench.items().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_cannot_be_written_says_why() {
    let cases = [
        (Fault::Denied, "access denied; grant dynamodb:PutItem"),
        (Fault::Throttled, "dynamodb:PutItem was throttled"),
        (Fault::Hang, "dynamodb:PutItem timed out"),
        (Fault::Status500, "dynamodb:PutItem failed"),
        (Fault::Reset, "dynamodb:PutItem failed"),
        (Fault::NotFound, "not found (ResourceNotFoundException)"),
        (Fault::Garbage, "dynamodb:PutItem failed"),
        (Fault::WrongShape, "dynamodb:PutItem failed"),
    ];
    for (fault, expected) in cases {
        let bench = Bench::new();
        bench.double.fail("dynamodb:PutItem", Which::Always, fault.clone());
        let (stack, judgement) = (stack(), released("d-A", PRE));
        let recorded = bench.table().record(&invocation(&stack, &judgement, Answer::Succeeded)).await;
        let error = recorded.expect_err("it cannot be written").to_string();
        assert!(error.starts_with("cannot write to the history table fitgate-History: "), "{error}");
        assert!(error.contains(expected), "{fault:?}: {error}");
    }
    let bench = Bench::without_table();
    let (stack, judgement) = (stack(), released("d-A", PRE));
    let recorded = bench.table().record(&invocation(&stack, &judgement, Answer::Succeeded)).await;
    let error = recorded.expect_err("there is no table").to_string();
    assert!(error.contains("not found (ResourceNotFoundException)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn without_a_key_there_is_no_item() {
    let bench = Bench::new();
    let stack = stack();
    let mut judgement = released("d-A", PRE);
    let known = invocation(&stack, &judgement, Answer::Failed);
    for nowhere in [Invocation { stack: None, ..known }, Invocation { deployment: None, ..known }] {
        let error = bench.table().record(&nowhere).await.expect_err("no key").to_string();
        assert!(error.contains("the deployment and its stack are not known"), "{error}");
    }
    for created in [None, Some(jiff::Timestamp::MIN)] {
        judgement.deployment.created = created;
        let untimed = invocation(&stack, &judgement, Answer::Failed);
        let error = bench.table().record(&untimed).await.expect_err("no key").to_string();
        assert!(error.contains("CodeDeploy did not say when it created the deployment"), "{error}");
    }
    assert_eq!(bench.double.count("dynamodb:*"), 0);
}

#[tokio::test(start_paused = true)]
async fn items_expire_only_where_the_owner_says_so() {
    let bench = Bench::new();
    let (stack, judgement) = (stack(), released("d-A", PRE));
    let table = bench.table().keeping(NonZeroU16::new(90));
    table.record(&invocation(&stack, &judgement, Answer::Succeeded)).await.expect("it is written");
    let written = "2026-07-05T16:00:00Z".parse::<jiff::Timestamp>().expect("a moment");
    let expires = written.as_second() + 90 * 24 * 60 * 60;
    assert_eq!(of(&bench.items().await[0], "ExpiresAt"), expires.to_string());
}

#[tokio::test(start_paused = true)]
async fn what_came_to_no_judgement_is_kept_as_such() {
    let bench = Bench::new();
    let (stack, judgement) = (stack(), released("d-A", PRE));
    let mishap = Mishap::Outage(Outage {
        step: "observe the stack".to_owned(),
        why: Why::Throttled { operation: "cloudformation:ListStackResources".to_owned() },
    });
    let failed = Invocation { outcome: Err(&mishap), ..invocation(&stack, &judgement, Answer::Failed) };
    assert_eq!(bench.table().record(&failed).await, Ok(Recorded::Written));
    let items = bench.items().await;
    let trouble = "cannot observe the stack: cloudformation:ListStackResources was throttled";
    assert_eq!(of(&items[0], "Trouble"), trouble);
    for name in ["Fitness", "Baseline", "Report", "Reasons", "Decision"] {
        assert!(!items[0].contains_key(name), "{name}");
    }
    let trend = bench.table().trend(&stack, 20, None).await.expect("a trend");
    assert_eq!(trend.releases[0].top_reason(), Some(trouble));
}

/// Passes go first, then findings, then the report; last the baseline, which makes the next one unknown.
#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_cut_in_the_open() {
    // passes, failures and whether their names are noisy too, and what remains
    let cases = [
        (100, 100, false, "everything", true),
        (2_500, 500, false, "everything but passes", true),
        (0, 1_600, false, "no findings: they do not fit into an item", true),
        (0, 3_500, true, "nothing: it does not fit into an item", false),
    ];
    for (passes, failures, named, holds, kept) in cases {
        let bench = Bench::new();
        let (stack, found) = (stack(), noisy(passes, failures, named));
        // By the shipped policy, whose reasons cite each failure.
        let judgement = judgement(deployment("d-A", 0, PRE), found, "version: 1");
        let recorded = bench.table().record(&invocation(&stack, &judgement, Answer::Failed)).await;
        assert_eq!(recorded, Ok(Recorded::Written), "{failures}");
        let items = bench.items().await;
        let item = &items[0];
        assert!(size(item) <= 400 * 1024, "{failures}: {} bytes", size(item));
        assert_eq!(of(item, "ReportHolds"), holds, "{failures}: {} bytes", size(item));
        assert_eq!((item.contains_key("Baseline"), item.contains_key("BaselineLeftOut")), (kept, !kept), "{failures}");
        let trend = bench.table().trend(&stack, 1, None).await.expect("a trend");
        assert_eq!(trend.releases[0].last.counts.map(|counts| (counts.pass, counts.fail)), Some((passes, failures)));
    }
}

/// An item of a stack as large as CloudFormation allows, four findings a resource.
#[tokio::test(start_paused = true)]
async fn a_large_stack_has_room_for_its_whole_report() {
    let bench = Bench::new();
    let resources =
        (0..500).map(|number| four(&format!("Resource{number}"), ["fail it is off", "pass", "40 in part", "pass"]));
    bench.judged("d-A", 0, PRE, Answer::Succeeded, resources.collect()).await;
    let items = bench.items().await;
    assert_eq!(of(&items[0], "ReportHolds"), "everything");
    assert!(size(&items[0]) < 40_000, "{} bytes", size(&items[0]));
}
