//! The trend, the kept reports, and where the table is found.

use aws_sdk_dynamodb::types::AttributeValue;
use fitgate::{
    aws::history::{EXPORT, installed},
    event::{Answer, DeploymentId},
};
use serde_json::Value;

use super::{Bench, POST, PRE, TABLE};
use crate::{
    double::{Fault, Which},
    judged::{mixed, noon, stack},
};

#[tokio::test(start_paused = true)]
async fn the_trend_is_read_page_by_page() {
    let bench = Bench::new();
    for number in 0..30 {
        bench.judged(&format!("d-N{number}"), number, PRE, Answer::Succeeded, mixed()).await;
        if number % 2 == 0 {
            bench.judged(&format!("d-N{number}"), number, POST, Answer::Succeeded, Vec::new()).await;
        }
    }
    bench.put("not a key", &[("Format", AttributeValue::N("1".to_owned()))]).await;
    for page in [1, 2, 3, 50] {
        bench.double.page_size(page);
        let trend = bench.table().trend(&stack(), 10, None).await.expect("a trend");
        let ids: Vec<_> = trend.releases.iter().map(|release| release.last.deployment.to_string()).collect();
        assert_eq!(ids, (20..30).map(|number| format!("d-N{number}")).collect::<Vec<_>>(), "{page}");
        let phases: Vec<_> = trend.releases.iter().map(|release| release.last.phase).collect();
        assert_eq!(phases[..2], [POST, PRE], "{page}");
        assert!(trend.more);
        assert_eq!(trend.unreadable.len(), 1);
        let post = bench.table().trend(&stack(), 100, Some(POST)).await.expect("a trend");
        assert_eq!((post.releases.len(), post.more), (15, false), "{page}");
    }
    let first = &bench.table().trend(&stack(), 1, Some(PRE)).await.expect("a trend").releases[0];
    assert_eq!(first.change.map(|change| change.0), Some(0), "compared with the one before, though that is not shown");
    assert_eq!(first.last.counts.map(|counts| (counts.pass, counts.fail)), Some((2, 2)));
    assert_eq!(first.last.written, Some(noon() + jiff::SignedDuration::from_hours(100)));
}

#[tokio::test(start_paused = true)]
async fn a_trend_that_cannot_be_read_is_an_error() {
    let cases = [
        (Fault::Denied, "access denied; grant dynamodb:Query"),
        (Fault::Throttled, "dynamodb:Query was throttled"),
        (Fault::NotFound, "not found (ResourceNotFoundException)"),
    ];
    for (fault, expected) in cases {
        let bench = Bench::new();
        bench.double.fail("dynamodb:Query", Which::Always, fault);
        let error = bench.table().trend(&stack(), 10, None).await.expect_err("no trend").to_string();
        assert!(error.starts_with("cannot read the history table fitgate-History: "), "{error}");
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_report_that_was_kept_comes_back() {
    let bench = Bench::new();
    bench.judged("d-A", 0, PRE, Answer::Succeeded, Vec::new()).await;
    bench.judged("d-A", 0, POST, Answer::Succeeded, mixed()).await;
    bench.judged("d-B", 1, PRE, Answer::Succeeded, Vec::new()).await;
    let report = async |id: &str, phase| -> Option<Value> {
        let id: DeploymentId = id.parse().expect("an id");
        let report = bench.table().report(&stack(), &id, phase).await.expect("the table can be read");
        report.map(|report| serde_json::from_slice(&report).expect("JSON"))
    };
    let last = report("d-A", None).await.expect("a report");
    assert_eq!((&last["input"], &last["fitness"]["total"]), (&Value::from("orders"), &Value::from(65.8)));
    assert_eq!(last["findings"].as_array().map(Vec::len), Some(7), "passes too");
    assert_eq!(last["remarks"][0], "a remark");
    let first = report("d-A", Some(PRE)).await.expect("a report");
    assert_eq!(first["fitness"]["total"], Value::Null);
    assert_eq!(report("d-B", Some(POST)).await, None);
    assert_eq!(report("d-C", None).await, None);
}

#[tokio::test(start_paused = true)]
async fn the_installed_table_is_found_by_its_export() {
    let bench = Bench::new();
    assert_eq!(installed(&bench.clients, &bench.calls).await, Ok(None));
    for (name, value) in [("another", "x"), (EXPORT, TABLE), ("zebra", "y")] {
        bench.double.set("cloudformation:ListExports", name, serde_json::json!({ "Value": value }));
    }
    for page in [1, 2, 100] {
        bench.double.page_size(page);
        assert_eq!(installed(&bench.clients, &bench.calls).await, Ok(Some(TABLE.to_owned())));
    }
    bench.double.fail("cloudformation:ListExports", Which::Always, Fault::Denied);
    let error = installed(&bench.clients, &bench.calls).await.expect_err("denied").to_string();
    assert!(error.contains("grant cloudformation:ListExports"), "{error}");
}
