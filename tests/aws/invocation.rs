//! One invocation of a hook: one answer, one line in the log, whatever the event, the settings and AWS are like.

use std::ffi::OsString;

use fitgate::{
    aws::{function::Hook, settings::Settings},
    event::{Answer, HookEvent, Phase},
};
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Stack, Which},
    release::{self, Invoked, deploy, invoke, payload, resident},
};

const PUT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";
const PHASE: Phase = Phase::BeforeAllowTraffic;

/// The settings of a hook with these variables.
pub(crate) fn settings(variables: &[(&str, &str)]) -> Settings {
    let value = |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| value);
    Settings::read(|name| value(name).map(OsString::from))
}

fn hook(double: &Double, variables: &[(&str, &str)]) -> Hook {
    Hook::new(PHASE, resident(double, settings(variables)))
}

/// A deployment by CloudFormation of a stack that holds nothing which fitgate looks at.
fn waiting() -> (Double, HookEvent) {
    let double = Double::new();
    let stack = Stack::named("shop").with("Nothing", "Custom::Nothing", "nothing");
    let event = deploy(&double, PHASE, Some(&stack.id()));
    double.stack(stack);
    (double, event)
}

fn answered(double: &Double, event: &HookEvent) -> Option<Answer> {
    release::answer(double, &event.deployment_id, PHASE)
}

/// How often a metric was sent, by its name.
fn metric(double: &Double, name: &str) -> usize {
    double.metrics().iter().filter(|metric| metric["MetricName"] == name).count()
}

// ── events that are none ──

#[tokio::test(start_paused = true)]
async fn an_event_without_ids_is_told_and_nobody_is_answered() {
    let cases = [
        (json!({}), "the event has no DeploymentId"),
        (json!(null), "the event is null, not an object"),
        (json!([1, 2]), "the event is a list"),
        (json!({"DeploymentId": "d-1"}), "no LifecycleEventHookExecutionId"),
        (json!({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": ""}), "ExecutionId is empty"),
        (json!({"DeploymentId": "x", "LifecycleEventHookExecutionId": "y"}), "DeploymentId is `x`"),
    ];
    for (event, told) in cases {
        let double = Double::new();
        let invoked = invoke(&hook(&double, &[]), &event).await;
        let reply = invoked.reply.as_ref().expect("no error for Lambda: nobody can answer in its place");
        assert!(reply["error"].as_str().is_some_and(|error| error.contains(told)), "{reply}");
        assert!(invoked.says("/error").contains(told), "{}", invoked.text);
        assert_eq!(invoked.says("/level"), "ERROR");
        assert_eq!((metric(&double, "Errors"), double.count("*")), (1, 1), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_with_ids_of_nobody_is_answered_in_vain_and_told() {
    let (double, event) = waiting();
    let stranger = HookEvent { deployment_id: "d-UNKNOWN99".parse().expect("an id"), ..event.clone() };
    let invoked = invoke(&hook(&double, &[]), &payload(&stranger)).await;
    assert!(invoked.reply.is_ok(), "a failure destination would be heard as little: {:?}", invoked.reply);
    assert!(invoked.says("/error").contains("DeploymentDoesNotExistException"), "{}", invoked.text);
    assert!(invoked.says("/delivery").starts_with("not delivered: "), "{}", invoked.text);
    assert_eq!((double.count(PUT), answered(&double, &event)), (1, None));
    assert_eq!((metric(&double, "Errors"), metric(&double, "Answers")), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_is_over_is_told() {
    let (double, event) = waiting();
    double.codedeploy(|engine| {
        engine.stop_deployment(event.deployment_id.as_str(), Some(false)).expect("it runs");
        while let Some(next) = engine.next_wakeup() {
            engine.advance(next);
        }
    });
    let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
    assert!(invoked.reply.is_ok(), "{:?}", invoked.reply);
    assert!(invoked.says("/error").contains("it is over: CodeDeploy says Stopped"), "{}", invoked.text);
    assert_eq!((double.count(PUT), metric(&double, "Errors")), (1, 1));
    assert_eq!(double.count("cloudformation:ListStackResources"), 0, "nothing is looked at");
}

// ── settings ──

#[tokio::test(start_paused = true)]
async fn a_wrong_setting_does_not_silence_a_hook() {
    let cases: &[(&[(&str, &str)], Answer)] = &[
        (&[("FITGATE_MODE", "observing")], Answer::Failed),
        (&[("FITGATE_MODE", "observe"), ("FITGATE_POLICY_APPCONFIG", "one/two")], Answer::Succeeded),
        (&[("FITGATE_MODE", "enforce"), ("FITGATE_HISTORY_TABLE", "?")], Answer::Failed),
        (&[("FITGATE_ANSWER_RESERVE_SECONDS", "soon")], Answer::Failed),
    ];
    for (variables, answer) in cases {
        let (double, event) = waiting();
        let invoked = invoke(&hook(&double, variables), &payload(&event)).await;
        assert_eq!(answered(&double, &event), Some(*answer), "{variables:?}");
        let (wrong, _) = variables.last().expect("a variable");
        assert!(invoked.says("/error").contains(wrong), "{}", invoked.text);
        assert!(invoked.says("/error").starts_with("cannot go by the settings of this function"), "{}", invoked.text);
        assert_eq!(metric(&double, "Errors"), 1, "{variables:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn before_the_policy_is_known_the_environment_decides_and_then_the_policy() {
    let policies =
        [("version: 1\nmode: observe\n", Answer::Succeeded), ("version: 1\nmode: enforce\n", Answer::Failed)];
    for (policy, by_policy) in policies {
        for (mode, by_environment) in [("observe", Answer::Succeeded), ("enforce", Answer::Failed)] {
            for readable in [true, false] {
                // Whatever goes wrong: here nobody may ask for the deployment.
                let (double, event) = waiting();
                double.fail("codedeploy:GetDeployment", Which::Always, Fault::Denied);
                double.set("appconfigdata:GetLatestConfiguration", "a/b/c", json!({ "Content": policy }));
                if !readable {
                    double.fail("appconfigdata:*", Which::Always, Fault::Denied);
                }
                let variables = [("FITGATE_MODE", mode), ("FITGATE_POLICY_APPCONFIG", "a/b/c")];
                let invoked = invoke(&hook(&double, &variables), &payload(&event)).await;
                let expected = if readable { by_policy } else { by_environment };
                assert_eq!(answered(&double, &event), Some(expected), "{policy:?} {mode} {readable}: {}", invoked.text);
                assert!(invoked.says("/error").contains("grant codedeploy:GetDeployment"), "{}", invoked.text);
            }
        }
    }
}

// ── answering ──

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_an_error_for_lambda() {
    for fault in [Fault::Throttled, Fault::Status500, Fault::Denied, Fault::Hang, Fault::Reset] {
        let (double, event) = waiting();
        double.fail(PUT, Which::Always, fault.clone());
        let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
        let error = invoked.reply.as_ref().expect_err("somebody else has to answer").to_string();
        assert!(error.starts_with("CodeDeploy was not told Failed: "), "{fault:?}: {error}");
        assert!(invoked.says("/delivery").starts_with("not delivered: "), "{fault:?}: {}", invoked.text);
        // Attempts that hang take all the time there is; Lambda counts the error of the function.
        let errors = usize::from(fault != Fault::Hang);
        assert_eq!((metric(&double, "Errors"), metric(&double, "Answers")), (errors, 0), "{fault:?}");
        assert!(double.count(PUT) >= 4, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_delivered_as_soon_as_codedeploy_takes_it() {
    for (fault, delivery) in [
        (Fault::Throttled, "delivered at attempt 3"),
        (Fault::Denied, "delivered at attempt 3"),
        (Fault::AnswerLost, "the lifecycle event had been answered before"),
    ] {
        let (double, event) = waiting();
        double.fail(PUT, Which::Times(2), fault.clone());
        let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
        assert_eq!(invoked.says("/delivery"), delivery, "{fault:?}");
        assert_eq!(answered(&double, &event), Some(Answer::Failed), "{fault:?}");
        assert_eq!(metric(&double, "Answers"), 2, "{fault:?}: by answer, and by stack and answer");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_invocation_changes_nothing() {
    let (double, event) = waiting();
    let hook = hook(&double, &[]);
    let first = invoke(&hook, &payload(&event)).await;
    let second = invoke(&hook, &payload(&event)).await;
    assert_eq!(first.says("/delivery"), "delivered");
    assert_eq!(second.says("/delivery"), "the lifecycle event had been answered before");
    assert_eq!(answered(&double, &event), Some(Answer::Failed));
    assert_eq!(metric(&double, "Answers"), 2, "the first one's");
}

// ── the line ──

#[tokio::test(start_paused = true)]
async fn the_line_says_what_happened() {
    let (double, event) = waiting();
    let Invoked { reply, line, .. } = invoke(&hook(&double, &[]), &payload(&event)).await;
    assert_eq!(reply, Ok(json!({"answer": "Failed", "delivery": "delivered"})));
    let expected = [
        ("/timestamp", json!("2026-03-01T12:00:00Z")),
        ("/level", json!("WARN")),
        ("/function", json!("pre-traffic")),
        ("/deployment_id", json!(event.deployment_id)),
        ("/deployment/function", json!("orders")),
        ("/deployment/target", json!("2")),
        ("/stack", json!("shop")),
        ("/answer", json!("Failed")),
        ("/delivery", json!("delivered")),
        ("/judgement/decision", json!("Halt")),
        ("/judgement/mode", json!("enforce")),
        // Of the stack itself one thing is known: that it may be deleted by mistake.
        ("/judgement/fitness", json!(0)),
        ("/judgement/resources", json!(1)),
        ("/milliseconds", json!({"judged": 0, "answered": 0, "total": 0})),
        // One of them for what the template exempts.
        ("/api_calls", json!(8)),
        ("/calls/cloudformation:ListStackResources", json!(1)),
        ("/calls/codedeploy:PutLifecycleEventHookExecutionStatus", json!(1)),
    ];
    for (pointer, value) in expected {
        assert_eq!(line.pointer(pointer).unwrap_or(&Value::Null), &value, "{pointer} of {line:#}");
    }
    assert_eq!(line["judgement"]["reasons"].as_array().map(Vec::len), Some(1));
    let message = line["message"].as_str().expect("a message");
    assert!(message.starts_with("Failed d-") && message.contains("halt, fitness 0"), "{message}");
    assert!(line.get("report").is_none() && line.get("error").is_none(), "{line:#}");
}

#[tokio::test(start_paused = true)]
async fn the_line_holds_no_execution_id() {
    let (double, event) = waiting();
    // As live ones are: base64 of a few hundred bytes.
    let id = "eyJlbmNyeXB0ZWREYXRhIjoi".repeat(20);
    double.fail(
        PUT,
        Which::Always,
        Fault::Refused { status: 400, code: "InvalidLifecycleEventHookExecutionIdException" },
    );
    let event = json!({"DeploymentId": event.deployment_id, "LifecycleEventHookExecutionId": id});
    let invoked = invoke(&hook(&double, &[]), &event).await;
    assert!(!invoked.text.contains(&id[..24]), "{}", invoked.text);
    assert_eq!(invoked.says("/execution_id_ends"), &id[id.len() - 6..]);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_published_is_told_and_changes_nothing() {
    let (double, event) = waiting();
    double.fail("cloudwatch:PutMetricData", Which::Always, Fault::Denied);
    let invoked = invoke(&hook(&double, &[]), &payload(&event)).await;
    assert!(invoked.says("/unpublished").contains("grant cloudwatch:PutMetricData"), "{}", invoked.text);
    assert!(invoked.reply.is_ok());
    assert!(invoked.line.get("report").is_none(), "no history is kept: nothing is lost");
}
