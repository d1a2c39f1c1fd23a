//! What answers for a hook that died.

use fitgate::{
    aws::function::FailureAnswerer,
    event::{Answer, HookEvent, Phase},
};
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Which},
    invocation::settings,
    release::{self, deploy, invoke_answerer, payload, record, resident},
};

const PUT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";
const PHASE: Phase = Phase::AfterAllowTraffic;

fn answerer(double: &Double, variables: &[(&str, &str)]) -> FailureAnswerer {
    FailureAnswerer::new(resident(double, settings(variables)))
}

fn waiting() -> (Double, HookEvent) {
    let double = Double::new();
    let event = deploy(&double, PHASE, None);
    (double, event)
}

fn answered(double: &Double, event: &HookEvent) -> Option<Answer> {
    release::answer(double, &event.deployment_id, PHASE)
}

fn metric(double: &Double, name: &str) -> usize {
    double.metrics().iter().filter(|metric| metric["MetricName"] == name).count()
}

#[tokio::test(start_paused = true)]
async fn a_record_without_the_ids_answers_nobody() {
    let double = Double::new();
    for payload in [Value::Null, json!({}), json!({"DeploymentId": "d-1"}), json!("text")] {
        double.begin();
        let invoked = invoke_answerer(&answerer(&double, &[]), &record(&payload)).await;
        assert!(invoked.reply.is_ok(), "trying again would not help");
        assert!(invoked.says("/error").contains("nobody can be answered"), "{}", invoked.text);
        assert_eq!((double.count("*"), double.count("cloudwatch:PutMetricData")), (1, 1));
    }
    let invoked = invoke_answerer(&answerer(&double, &[]), &json!({})).await;
    assert!(invoked.says("/error").contains("the event is null"), "{}", invoked.text);
}

#[tokio::test(start_paused = true)]
async fn a_dead_hook_is_answered_for() {
    let (double, event) = waiting();
    let invoked = invoke_answerer(&answerer(&double, &[]), &record(&payload(&event))).await;
    assert_eq!(invoked.reply, Ok(json!({"answer": "Failed", "delivery": "delivered"})));
    assert_eq!(answered(&double, &event), Some(Answer::Failed));
    assert_eq!(
        invoked.says("/error"),
        "cannot judge: the hook CodeDeployHook_fitgate_pre_traffic gave no answer: RetriesExhausted, Unhandled, \
         Sandbox.Timedout, Task timed out after 120.00 seconds"
    );
    assert_eq!((invoked.says("/function"), invoked.says("/level")), ("failure answer", "ERROR"));
    assert_eq!((metric(&double, "Errors"), metric(&double, "Answers")), (1, 1));
    assert_eq!(double.count("*"), 2, "one answer, one request of metrics");
}

#[tokio::test(start_paused = true)]
async fn who_only_observes_is_not_stopped_by_a_dead_hook() {
    let policies = [("version: 1\nmode: observe\n", Answer::Succeeded), ("version: 1\n", Answer::Failed)];
    for (policy, by_policy) in policies {
        for (mode, by_environment) in
            [("observe", Answer::Succeeded), ("enforce", Answer::Failed), ("", Answer::Failed)]
        {
            for fault in [None, Some(Fault::Denied), Some(Fault::Hang), Some(Fault::Throttled), Some(Fault::NotFound)] {
                let (double, event) = waiting();
                double.set("appconfigdata:GetLatestConfiguration", "a/b/c", json!({ "Content": policy }));
                let expected = if fault.is_none() { by_policy } else { by_environment };
                if let Some(fault) = &fault {
                    double.fail("appconfigdata:*", Which::Always, fault.clone());
                }
                let variables = [("FITGATE_MODE", mode), ("FITGATE_POLICY_APPCONFIG", "a/b/c")];
                let invoked = invoke_answerer(&answerer(&double, &variables), &record(&payload(&event))).await;
                assert_eq!(answered(&double, &event), Some(expected), "{policy:?} {mode} {fault:?}");
                assert!(invoked.says("/error").contains("gave no answer"), "{}", invoked.text);
                assert_eq!(invoked.says("/error").contains("moreover"), fault.is_some(), "{}", invoked.text);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_there_already_is_enough() {
    let (double, event) = waiting();
    let (id, execution) = (event.deployment_id.as_str(), event.execution_id.as_str());
    double.codedeploy(|engine| {
        engine.put_lifecycle_event_hook_execution_status(id, execution, "Succeeded").expect("it waits");
    });
    let invoked = invoke_answerer(&answerer(&double, &[]), &record(&payload(&event))).await;
    assert!(invoked.reply.is_ok());
    assert_eq!(invoked.says("/delivery"), "the lifecycle event had been answered before");
    assert_eq!((answered(&double, &event), metric(&double, "Answers")), (Some(Answer::Succeeded), 0));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_delivered_is_tried_again_by_lambda() {
    let (double, event) = waiting();
    double.fail(PUT, Which::Always, Fault::Denied);
    let invoked = invoke_answerer(&answerer(&double, &[]), &record(&payload(&event))).await;
    let error = invoked.reply.expect_err("Lambda tries again").to_string();
    assert!(error.contains("grant codedeploy:PutLifecycleEventHookExecutionStatus"), "{error}");
    double.heal();
    let invoked = invoke_answerer(&answerer(&double, &[]), &record(&payload(&event))).await;
    assert!(invoked.reply.is_ok());
    assert_eq!(answered(&double, &event), Some(Answer::Failed));
}

#[tokio::test(start_paused = true)]
async fn what_lambda_says_of_a_failure_is_bounded_and_on_one_line() {
    let (double, event) = waiting();
    let mut record = record(&payload(&event));
    record["responsePayload"]["errorMessage"] = "a\nb\u{1b}[31m".repeat(10_000).into();
    record["requestContext"]["functionArn"] = "arn:aws:lambda:us-east-1:1:function:evil\nname:$LATEST".into();
    let invoked = invoke_answerer(&answerer(&double, &[]), &record).await;
    assert!(invoked.text.len() < 4_000, "{}", invoked.text.len());
    assert!(!invoked.text.contains("\\u001b") && !invoked.text.contains("\\n"), "{}", invoked.text);
    assert_eq!(answered(&double, &event), Some(Answer::Failed));
}
