//! One event, two invocations: Lambda delivers an event at least once. CodeDeploy hears one answer, and it is counted once.

use std::time::Duration;

use fitgate::event::Answer;

use super::{
    PUT, SETTINGS,
    case::{Setting, answered},
    oracle,
    piece::Piece,
};
use crate::{
    double::{Double, Fault, Which},
    release::{Invoked, invoke, payload},
};

/// An operation, and what goes wrong with its first call.
type Mishap = Option<(&'static str, Fault)>;

/// What goes wrong meanwhile.
fn mishaps() -> Vec<Mishap> {
    let lost = [Fault::Throttled, Fault::Reset, Fault::AnswerLost, Fault::Hang, Fault::Denied];
    let of_reads = [Fault::Denied, Fault::Hang];
    let some = [
        (PUT, lost.as_slice()),
        ("codedeploy:GetDeployment", &of_reads),
        ("cloudformation:ListStackResources", &of_reads),
        ("dynamodb:PutItem", &[Fault::AnswerLost, Fault::Hang]),
    ];
    let each = |(operation, faults): (&'static str, &[Fault])| -> Vec<_> {
        faults.iter().map(|fault| Some((operation, fault.clone()))).collect()
    };
    some.into_iter().flat_map(each).chain([None]).collect()
}

fn metric(double: &Double, name: &str) -> usize {
    double.metrics().iter().filter(|metric| metric["MetricName"] == name).count()
}

/// Checks what became of an event that two invocations met.
fn check(setting: Setting, mishap: &Mishap, double: &Double, answer: Option<Answer>, invoked: [Invoked; 2]) {
    let [one, other] = invoked.each_ref().map(|invoked| invoked.says("/message"));
    let lines = format!("{setting:?} {mishap:?}: {one}; {other}");
    let answer = answer.unwrap_or_else(|| panic!("no answer: {lines}"));
    assert!(invoked.iter().all(|invoked| invoked.reply.is_ok()), "{lines}");
    let delivered = invoked.iter().filter(|invoked| invoked.says("/delivery").starts_with("delivered")).count();
    assert!(delivered <= 1, "one of them at most was heard: {lines}");
    assert!(invoked.iter().any(|invoked| invoked.says("/answer") == answer.name()), "{lines}");
    assert!(!oracle::is_false(setting, answer), "{lines}");
    // By answer, and by stack and answer; without the stack where that was not found. Whoever lost the connection cannot
    // tell its own answer from the other's.
    let most = if matches!(mishap, Some((PUT, Fault::Reset | Fault::Hang))) { 4 } else { 2 };
    assert!((1..=most).contains(&metric(double, "Answers")), "{}: {lines}", metric(double, "Answers"));
    assert!(double.items(super::HISTORY).len() <= 1, "{lines}");
}

#[tokio::test(start_paused = true)]
async fn a_second_invocation_after_the_first_changes_nothing() {
    for (good, mode) in SETTINGS {
        for mishap in mishaps() {
            let setting = Setting { piece: Piece::Lone, good, mode };
            let (double, event) = setting.waiting();
            if let Some((operation, fault)) = &mishap {
                double.fail(operation, Which::Times(1), fault.clone());
            }
            let hook = setting.hook(&double);
            let first = invoke(&hook, &payload(&event)).await;
            let heard = answered(&double, &event);
            let second = invoke(&hook, &payload(&event)).await;
            assert_eq!(answered(&double, &event), heard, "{mishap:?}: {}", second.text);
            check(setting, &mishap, &double, heard, [first, second]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_invocations_at_once_give_one_answer() {
    for (good, mode) in SETTINGS {
        for mishap in mishaps() {
            let setting = Setting { piece: Piece::Lone, good, mode };
            let (double, event) = setting.waiting();
            // So that their calls come in turns.
            double.latency(Duration::from_millis(20));
            if let Some((operation, fault)) = &mishap {
                double.fail(operation, Which::Times(1), fault.clone());
            }
            let (one, other, event_) = (setting.hook(&double), setting.hook(&double), payload(&event));
            let (first, second) = tokio::join!(invoke(&one, &event_), invoke(&other, &event_));
            check(setting, &mishap, &double, answered(&double, &event), [first, second]);
        }
    }
}
