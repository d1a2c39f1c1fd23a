//! What a judgement is worth in CloudWatch, and what becomes of sending it.

use std::collections::BTreeSet;

use fitgate::{
    aws::{
        Calls, Invocation, Rates, StackKey,
        metrics::{self, Value},
    },
    check::Pillar,
    event::{Answer, Phase},
    score::Score,
    world::Mishap,
};
use serde_json::Value as Json;

use crate::{
    double::{Double, Fault, Which},
    judged::{TOLERANT, deployment, invocation, judgement, mixed, noon, stack},
};

/// `Fitness Stack=orders Pillar=cost 40 None`.
fn written(values: &[Value]) -> Vec<String> {
    let dimensions =
        |value: &Value| -> String { value.dimensions.iter().map(|(name, value)| format!(" {name}={value}")).collect() };
    values.iter().map(|value| format!("{}{} {} {:?}", value.name, dimensions(value), value.value, value.unit)).collect()
}

/// The same of what CloudWatch got, with namespace and time.
fn arrived(datum: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or("?").to_owned();
    let dimensions: String = datum["Dimensions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|dimension| format!(" {}={}", text(&dimension["Name"]), text(&dimension["Value"])))
        .collect();
    let (value, seconds) = (datum["Value"].as_f64().expect("a value"), datum["Timestamp"].as_f64().expect("a time"));
    let (namespace, name, unit) = (text(&datum["Namespace"]), text(&datum["MetricName"]), text(&datum["Unit"]));
    format!("{namespace} {name}{dimensions} {value} {unit} at {seconds}")
}

fn released() -> fitgate::judgement::Judgement {
    judgement(deployment("d-A", 0, Phase::BeforeAllowTraffic), mixed(), TOLERANT)
}

#[test]
fn a_judgement_is_worth_these_values() {
    let (stack, judgement) = (stack(), released());
    let expected = [
        "Answers Answer=Succeeded 1 Count",
        "Answers Stack=orders Answer=Succeeded 1 Count",
        "Duration Stack=orders 1234 Milliseconds",
        "ApiCalls Stack=orders 56 Count",
        "Fitness Stack=orders 65.8 None",
        "Fitness Stack=orders Function=orders-FirstFunction-1A2B3C4D5E6F 65.8 None",
        "FitnessPoints Stack=orders 15.8 None",
        "Passed Stack=orders 2 Count",
        "Partial Stack=orders 1 Count",
        "Failed Stack=orders 2 Count",
        "Inconclusive Stack=orders 1 Count",
        "Exempted Stack=orders 1 Count",
        "Fitness Stack=orders Pillar=security 83.3 None",
        "Failed Stack=orders Pillar=security 1 Count",
        "Fitness Stack=orders Pillar=reliability 50 None",
        "Failed Stack=orders Pillar=reliability 1 Count",
        "Fitness Stack=orders Pillar=cost 40 None",
        "Failed Stack=orders Pillar=cost 0 Count",
    ];
    assert_eq!(written(&metrics::of(&invocation(&stack, &judgement, Answer::Succeeded))), expected);
}

#[test]
fn nothing_measured_is_no_fitness() {
    let judgement = judgement(deployment("d-A", 0, Phase::BeforeAllowTraffic), Vec::new(), "version: 1");
    let stack = stack();
    let values = metrics::of(&invocation(&stack, &judgement, Answer::Failed));
    assert!(!values.iter().any(|value| value.name == "Fitness"), "{values:?}");
    assert!(written(&values).contains(&"Passed Stack=orders 0 Count".to_owned()));
}

#[test]
fn what_came_to_no_judgement_is_an_error_and_an_answer() {
    let (stack, judgement, mishap) = (stack(), released(), Mishap::Panic("it broke".to_owned()));
    let failed = Invocation { outcome: Err(&mishap), ..invocation(&stack, &judgement, Answer::Failed) };
    let expected = [
        "Answers Answer=Failed 1 Count",
        "Answers Stack=orders Answer=Failed 1 Count",
        "Duration Stack=orders 1234 Milliseconds",
        "ApiCalls Stack=orders 56 Count",
        "Errors 1 Count",
    ];
    assert_eq!(written(&metrics::of(&failed)), expected);
    let nowhere = Invocation { stack: None, deployment: None, ..failed };
    assert_eq!(written(&metrics::of(&nowhere)), ["Answers Answer=Failed 1 Count", "Errors 1 Count"]);
    assert_eq!(written(&metrics::errors()), ["Errors 1 Count"]);
}

/// What the costs in the module's documentation are computed from.
#[test]
fn a_stack_of_two_functions_has_23_metrics_at_the_most_and_an_account_three() {
    let stack = stack();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for function in ["first", "second"] {
        let mut judgement = released();
        judgement.deployment.function = function.to_owned();
        judgement.fitness.pillars = Pillar::ALL.map(|pillar| (pillar, Score::FULL)).into();
        for answer in [Answer::Succeeded, Answer::Failed] {
            let values = metrics::of(&invocation(&stack, &judgement, answer));
            names.extend(values.iter().map(|value| format!("{} {:?}", value.name, value.dimensions)));
        }
    }
    names.insert(format!("{} {:?}", metrics::errors()[0].name, metrics::errors()[0].dimensions));
    let (of_stack, of_account): (Vec<_>, Vec<_>) = names.iter().partition(|name| name.contains("\"Stack\""));
    assert_eq!((of_stack.len(), of_account.len()), (23, 3), "{names:?}");
}

/// CloudWatch refuses a whole request for one bad value.
#[test]
fn dimensions_are_what_cloudwatch_takes() {
    let long = "x".repeat(2_000);
    let cases = [("orders", "orders"), ("", "?"), (" \t", " ?"), ("örders\n", "?rders?"), (&long, &long[..1_024])];
    for (name, expected) in cases {
        let mut judgement = released();
        judgement.deployment.function = name.to_owned();
        let stack = StackKey::stack(name);
        for value in metrics::of(&invocation(&stack, &judgement, Answer::Succeeded)) {
            assert!(value.value.is_finite());
            for (name, value) in value.dimensions.iter().filter(|(name, _)| ["Stack", "Function"].contains(name)) {
                assert_eq!(value, expected, "{name}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn values_arrive_with_their_time_and_unit() {
    let double = Double::new();
    let (clients, calls, stack, judgement) = (double.clients(), Calls::new(Rates::Documented), stack(), released());
    let values = metrics::of(&invocation(&stack, &judgement, Answer::Succeeded));
    assert_eq!(metrics::send(&clients, &calls, &values, noon()).await, Ok(()));
    assert_eq!(double.count("cloudwatch:PutMetricData"), 1);
    let arrived: Vec<String> = double.metrics().iter().map(arrived).collect();
    let expected: Vec<String> = written(&values).iter().map(|value| format!("Fitgate {value} at 1782907200")).collect();
    assert_eq!(arrived, expected);
    assert!(double.strangers().is_empty(), "{:?}", double.strangers());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_values_are_one_request() {
    for (count, requests) in [(0, 0), (1, 1), (1_000, 1), (1_001, 2), (2_500, 3)] {
        let double = Double::new();
        let values = vec![metrics::errors()[0].clone(); count];
        let sent = metrics::send(&double.clients(), &Calls::new(Rates::Documented), &values, noon()).await;
        assert_eq!((sent, double.count("cloudwatch:PutMetricData")), (Ok(()), requests), "{count}");
        assert_eq!(double.metrics().len(), count);
    }
}

#[tokio::test(start_paused = true)]
async fn values_that_cannot_be_sent_say_why() {
    let cases = [
        (Fault::Denied, "access denied; grant cloudwatch:PutMetricData"),
        (Fault::Throttled, "cloudwatch:PutMetricData was throttled"),
        (Fault::Hang, "cloudwatch:PutMetricData timed out"),
        (Fault::Status500, "cloudwatch:PutMetricData failed"),
        (Fault::Reset, "cloudwatch:PutMetricData failed"),
    ];
    for (fault, expected) in cases {
        let double = Double::new();
        let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
        double.fail("cloudwatch:PutMetricData", Which::Always, fault.clone());
        let error =
            metrics::send(&clients, &calls, &metrics::errors(), noon()).await.expect_err("it cannot").to_string();
        assert!(error.starts_with("cannot send the metrics: ") && error.contains(expected), "{fault:?}: {error}");
        double.heal();
        double.fail("cloudwatch:PutMetricData", Which::Times(1), fault.clone());
        let sent = metrics::send(&clients, &calls, &metrics::errors(), noon()).await;
        // A refusal stays one; what passes is tried again.
        assert_eq!(sent.is_ok(), fault != Fault::Denied, "{fault:?}");
    }
}
