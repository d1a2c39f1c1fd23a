//! `fitgate history` as a process, in front of the double over HTTP.

use std::{
    path::Path,
    process::{Command, Output},
};

use aws_sdk_dynamodb::types::AttributeValue;
use fitgate::{
    aws::{
        Calls, Clients, Rates,
        history::{EXPORT, Table},
        settings::HISTORY_TABLE,
    },
    event::{Answer, Phase},
};
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, REGION, Server, Which},
    history::schema,
    judged::{TOLERANT, deployment, invocation, judgement, mixed, stack},
};

const TABLE: &str = "fitgate-History";

/// A double with a history of three releases, and its address.
async fn released() -> (Double, Server) {
    let double = Double::new();
    double.set("dynamodb:DescribeTable", TABLE, schema());
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    let (stack, table) = (stack(), Table::new(&clients, &calls, TABLE));
    for (id, hours, answer, found) in [
        ("d-A", 0, Answer::Succeeded, mixed()),
        ("d-B", 24, Answer::Failed, Vec::new()),
        ("d-C", 48, Answer::Succeeded, mixed()),
    ] {
        let judged = judgement(deployment(id, hours, Phase::BeforeAllowTraffic), found, TOLERANT);
        table.record(&invocation(&stack, &judged, answer)).await.expect("it is written");
    }
    let server = double.serve();
    (double, server)
}

fn history(server: &Server, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fitgate"))
        .arg("history")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs([("AWS_ENDPOINT_URL", server.url()), ("AWS_REGION", REGION), ("AWS_EC2_METADATA_DISABLED", "true")])
        .envs([("AWS_ACCESS_KEY_ID", "AKIDDOUBLE"), ("AWS_SECRET_ACCESS_KEY", "secret")])
        .envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")])
        .envs(variables.iter().copied())
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

#[tokio::test]
async fn the_trend_comes_as_text_json_page_and_picture() {
    let (double, server) = released().await;
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str], variables: &[(&str, &str)]| history(&server, folder.path(), arguments, variables);
    let arguments = ["--stack", "orders", "--table", TABLE, "--html", "page.html", "--svg", "plot.svg"];
    let output = run(&arguments, &[]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(
        out.starts_with("orders: 3 deployments\n") && out.contains("d-B") && out.contains("nothing was measured"),
        "{out}"
    );
    assert!(!out.contains('\u{1b}'), "{out}");
    assert!(err.contains("page written to page.html") && err.contains("plot written to plot.svg"), "{err}");
    let file = |name| std::fs::read_to_string(folder.path().join(name)).expect("a file");
    assert!(file("page.html").contains("d-C") && file("plot.svg").starts_with("<svg"));

    // By an ARN, the table from the environment.
    let arn = "arn:aws:cloudformation:eu-west-1:123456789012:stack/orders/1a2b";
    let output = run(&["--stack", arn, "--format", "json", "--limit", "2"], &[(HISTORY_TABLE, TABLE)]);
    let trend: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&trend["stack"], &trend["more"]), (&json!("orders"), &json!(true)));
    assert_eq!(trend["releases"].as_array().map(Vec::len), Some(2));
    assert_eq!(trend["releases"][1]["fitness"], json!(65.8));
    assert_eq!(trend["releases"][1]["answer"], json!("Succeeded"));

    // The table as the stack of the hooks exports it.
    double.set("cloudformation:ListExports", EXPORT, json!({ "Value": TABLE }));
    let output = run(&["--stack", "orders", "--report", "d-C"], &[]);
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&report["fitness"]["total"], &report["counts"]["fail"]), (&json!(65.8), &json!(2)));
    assert!(double.strangers().is_empty(), "{:?}", double.strangers());
}

/// One message, exit code 2, nothing on standard output.
#[tokio::test]
async fn what_cannot_be_shown_is_said_with_a_remedy() {
    let (double, server) = released().await;
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |arguments: &[&str]| {
        let output = history(&server, folder.path(), arguments, &[]);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""), "{arguments:?}");
        text(&output.stderr).replace("\n       ", " ")
    };
    let message = refused(&["--stack", "orders"]);
    assert!(message.contains("no history table is known") && message.contains("give --table"), "{message}");
    let message = refused(&["--stack", "orders", "--table", "another"]);
    assert!(message.contains("cannot read the history table another") && message.contains("not found"), "{message}");
    let message = refused(&["--stack", "orders", "--table", TABLE, "--report", "d-NONE"]);
    assert!(
        message.contains("keeps no report of d-NONE") && message.contains("fitgate history --stack orders"),
        "{message}"
    );
    let message = refused(&["--stack", "orders", "--table", TABLE, "--svg", "no/such/folder.svg"]);
    assert!(message.contains("cannot write no/such/folder.svg"), "{message}");
    double.fail("dynamodb:Query", Which::Always, Fault::Denied);
    let message = refused(&["--stack", "orders", "--table", TABLE]);
    assert!(message.contains("grant dynamodb:Query"), "{message}");
}

#[tokio::test]
async fn an_empty_history_is_a_note_and_a_strange_item_a_line() {
    let (double, server) = released().await;
    let folder = tempfile::tempdir().expect("a folder");
    let clients: Clients = double.clients();
    let strange = clients.dynamodb.put_item().table_name(TABLE);
    let value = |text: &str| AttributeValue::S(text.to_owned());
    strange
        .item("Stack", value("orders"))
        .item("Deployment", value("\u{1b}[31mx"))
        .send()
        .await
        .expect("it is written");
    let run = |stack: &str| history(&server, folder.path(), &["--stack", stack, "--table", TABLE], &[]);
    let output = run("unheard-of");
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(0), "unheard-of: 0 deployments\n\n"));
    assert!(text(&output.stderr).contains("holds nothing of unheard-of"), "{}", text(&output.stderr));
    let output = run("orders");
    let out = text(&output.stdout);
    assert!(out.contains("! an item cannot be read: ·[31mx: it has no Format"), "{out}");
    assert_eq!(output.status.code(), Some(0));
}
