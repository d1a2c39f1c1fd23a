//! Hooks that come to no answer, with the real binaries: somebody else answers, within the minute and not the hour.
//!
//! The emulator keeps what template.yaml says of asynchronous invocations: no second attempt, and failures to the
//! failure answerer. Its record of a failure has no `version`, `timestamp` and `requestContext.requestId`, names the
//! function without `:$LATEST`, and counts three attempts whatever there were; Lambda's own is in the unit tests.

use std::{net::TcpListener, path::PathBuf, process::Command, thread};

use fitgate::rehearsal::engine::{DeploymentInfo, DeploymentStatus, ErrorCode};
use serde_json::Value;

use super::{
    hooks::{FAILURE_ANSWER, POST_TRAFFIC, PRE_TRAFFIC},
    ministack::run_folder,
    site::Site,
};

const ANSWER: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";

/// The time-out of a hook that is to die.
const SECONDS: u32 = 3;

/// A server that takes connections and never says a word.
fn silence() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    // Until the process ends; whoever was taken is kept.
    thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    url
}

/// A file that nobody can open, as on a network file system that hangs: whoever tries stands still.
fn stuck_file(name: &str) -> PathBuf {
    let file = run_folder().expect("a folder").join(name);
    let made = Command::new("mkfifo").arg(&file).status().expect("mkfifo, a part of POSIX");
    assert!(made.success(), "no pipe {}", file.display());
    file
}

fn failed_by_its_hook(deployment: &DeploymentInfo) {
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    let error = deployment.error_information.as_ref().expect("a reason");
    assert_eq!(error.code, ErrorCode::HookExecutionFailure);
}

fn says(line: &Value, field: &str, words: &[&str]) {
    let text = line[field].as_str().unwrap_or_else(|| panic!("no {field} in {line:#}"));
    for word in words {
        assert!(text.contains(word), "`{word}` is not in {field}: {text}");
    }
}

/// It gives up before its time is over, and tells Lambda that it failed.
#[tokio::test]
async fn a_hook_that_cannot_reach_codedeploy_is_answered_for() {
    let site = Site::open(|hooks| {
        hooks.variable(PRE_TRAFFIC, "AWS_ENDPOINT_URL_CODEDEPLOY", &silence()).time_out(PRE_TRAFFIC, SECONDS)
    })
    .await;
    failed_by_its_hook(&site.release().await);

    let [of_hook] = site.lines(PRE_TRAFFIC, 1).await.try_into().expect("one line");
    assert_eq!(of_hook["level"], "ERROR");
    says(&of_hook, "error", &["codedeploy:GetDeployment timed out"]);
    says(&of_hook, "delivery", &["not delivered"]);
    let [of_answerer] = site.lines(FAILURE_ANSWER, 1).await.try_into().expect("one line");
    says(
        &of_answerer,
        "error",
        &["CodeDeployHook_fitgate_pre_traffic gave no answer", "CodeDeploy was not told Failed"],
    );
    assert_eq!((&of_answerer["answer"], &of_answerer["delivery"]), (&"Failed".into(), &"delivered".into()));
    assert_eq!(site.double.count(ANSWER), 1, "{:#?}", site.double.calls());
}

/// It stands still in a call of the system, so that neither its guard nor anything else of it runs: Lambda ends it.
#[tokio::test]
async fn a_hook_killed_by_its_time_out_is_answered_for() {
    let file = stuck_file("policy-of-enforce");
    let site = Site::open(|hooks| {
        hooks
            .variable(PRE_TRAFFIC, "FITGATE_POLICY_APPCONFIG", "")
            .variable(PRE_TRAFFIC, "FITGATE_POLICY_FILE", file.to_str().expect("a UTF-8 path"))
            .time_out(PRE_TRAFFIC, SECONDS)
    })
    .await;
    failed_by_its_hook(&site.release().await);

    let [of_answerer] = site.lines(FAILURE_ANSWER, 1).await.try_into().expect("one line");
    says(&of_answerer, "error", &["Sandbox.Timedout", "Task timed out after 3.00 seconds"]);
    assert_eq!((&of_answerer["answer"], &of_answerer["delivery"]), (&"Failed".into(), &"delivered".into()));
    assert_eq!(site.lines(PRE_TRAFFIC, 0).await, Vec::<Value>::new(), "a killed process has no last word");
    assert_eq!(site.double.count(ANSWER), 1, "{:#?}", site.double.calls());
}

/// Who only observes is not held up by a hook that dies.
#[tokio::test]
async fn where_policy_only_observes_the_release_goes_on_without_the_killed_hook() {
    let file = stuck_file("policy-of-observe");
    let site = Site::open(|hooks| {
        hooks
            .policy("version: 1\nmode: observe\n")
            .variable(PRE_TRAFFIC, "FITGATE_POLICY_APPCONFIG", "")
            .variable(PRE_TRAFFIC, "FITGATE_POLICY_FILE", file.to_str().expect("a UTF-8 path"))
            .time_out(PRE_TRAFFIC, SECONDS)
    })
    .await;
    let deployment = site.release().await;
    assert_eq!(deployment.status, DeploymentStatus::Succeeded, "{deployment:#?}");

    let [of_answerer] = site.lines(FAILURE_ANSWER, 1).await.try_into().expect("one line");
    // With other tests at the same time the emulator sometimes says that the process exited instead.
    says(&of_answerer, "error", &["CodeDeployHook_fitgate_pre_traffic gave no answer"]);
    assert_eq!(of_answerer["answer"], "Succeeded");
    let [of_post] = site.lines(POST_TRAFFIC, 1).await.try_into().expect("one line");
    assert_eq!((&of_post["answer"], &of_post["delivery"]), (&"Succeeded".into(), &"delivered".into()));
    assert_eq!(site.double.count(ANSWER), 2, "{:#?}", site.double.calls());
}
