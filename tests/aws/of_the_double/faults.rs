//! Each fault of each operation, as the SDK sees it and fitgate classifies it.

use std::time::Duration;

use fitgate::aws::Fault as Seen;

use super::{account, asking::ask};
use crate::double::{Fault, Which, operations};

/// Operations whose output has no member in the body.
const BODILESS: [&str; 2] = ["cloudwatch:PutMetricData", "s3:HeadBucket"];
/// The configuration is whatever the body is.
const LATEST: &str = "appconfigdata:GetLatestConfiguration";

/// What fitgate makes of a fault that does not pass.
fn is_expected(fault: &Fault, seen: &Result<String, Seen>, operation: &str) -> bool {
    match (fault, seen) {
        (Fault::Throttled, Err(Seen::Throttled)) | (Fault::Denied, Err(Seen::Denied)) => true,
        (Fault::Hang, Err(Seen::TimedOut)) => true,
        (Fault::Status500 | Fault::Reset | Fault::AnswerLost, Err(Seen::Failed { passing: true, .. })) => true,
        (Fault::Garbage | Fault::WrongShape, Err(Seen::Failed { code: None, .. })) => true,
        // Where nobody looks at the body, or any bytes or text will do.
        (Fault::Garbage, Ok(_)) => BODILESS.contains(&operation) || operation == LATEST,
        (Fault::WrongShape, Ok(_)) => {
            BODILESS.contains(&operation) || [LATEST, "s3:GetBucketPolicy"].contains(&operation)
        }
        (Fault::NotFound, Err(Seen::NotFound { .. })) => true,
        (Fault::NotFound, Err(Seen::Failed { code: Some(code), .. })) => match operation.split(':').next() {
            Some("cloudformation") => code == "ValidationError",
            Some("config") => code == "InvalidParameterValueException",
            _ => false,
        },
        _ => false,
    }
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_each_operation_is_told_from_the_others() {
    let mut wrong = Vec::new();
    for fault in Fault::ALL {
        for operation in operations() {
            let double = account();
            double.fail(operation, Which::Always, fault.clone());
            let seen = ask(&double.clients(), operation).await;
            if !is_expected(&fault, &seen, operation) {
                wrong.push(format!("{operation} {fault:?}: {seen:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again() {
    for fault in [Fault::Throttled, Fault::Status500, Fault::Reset, Fault::Hang] {
        for operation in operations() {
            let double = account();
            double.fail(operation, Which::Times(1), fault.clone());
            let seen = ask(&double.clients(), operation).await;
            assert!(seen.is_ok(), "{operation} {fault:?}: {seen:?}");
            assert_eq!(double.count(operation), 2, "{operation} {fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_one_that_counted() {
    let double = account();
    let put = "codedeploy:PutLifecycleEventHookExecutionStatus";
    double.fail(put, Which::Times(1), Fault::AnswerLost);
    let seen = ask(&double.clients(), put).await.expect_err("the retry comes too late");
    assert_eq!(seen.code(), Some("LifecycleEventAlreadyCompletedException"));
    let double = account();
    double.fail(put, Which::Times(1), Fault::Reset);
    assert!(ask(&double.clients(), put).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_fault_meets_its_calls_only() {
    let double = account();
    let s3 = double.clients().s3;
    let status = async |bucket: &str| {
        let sent = s3.get_bucket_versioning().bucket(bucket).send().await;
        sent.map(|_| ()).map_err(|error| Seen::of(&error).code().unwrap_or("none").to_owned())
    };
    double.know("s3", "other");
    double.fail("s3:GetBucketVersioning", Which::of("other"), Fault::Refused { status: 400, code: "Own" });
    assert_eq!(status("data").await, Ok(()));
    assert_eq!(status("other").await, Err("Own".to_owned()));
    double.heal();
    double.fail("s3:*", Which::After(1), Fault::Refused { status: 400, code: "Later" });
    assert_eq!(status("data").await, Ok(()));
    assert_eq!(status("data").await, Err("Later".to_owned()));
    assert_eq!(status("data").await, Err("Later".to_owned()));
    double.heal();
    assert_eq!(status("other").await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn calls_take_their_time_and_are_remembered() {
    let double = account();
    double.latency(Duration::from_millis(30));
    let clients = double.clients();
    let begun = tokio::time::Instant::now();
    let buckets = (0..10).map(|_| clients.s3.get_bucket_versioning().bucket("data").send());
    let answers = futures_util::future::join_all(buckets).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(begun.elapsed().as_millis() / 10, 3, "all at once: {:?}", begun.elapsed());
    assert_eq!((double.peak("s3"), double.peak("lambda")), (10, 0));
    let calls = double.calls();
    assert_eq!((calls.len(), calls[0].key.as_str(), double.count("s3:*")), (10, "data", 10));
    assert!(calls.iter().all(|called| called.at.duration_since(begun) < Duration::from_millis(30)));
    double.begin();
    double.fail("s3:GetBucketVersioning", Which::Always, Fault::Slow(Duration::from_secs(4)));
    let begun = tokio::time::Instant::now();
    assert!(clients.s3.get_bucket_versioning().bucket("data").send().await.is_ok());
    assert_eq!(begun.elapsed().as_secs(), 4);
    assert_eq!((double.peak("s3"), double.count("*")), (1, 1));
}

#[tokio::test]
async fn faults_over_http_are_the_same() {
    let double = account();
    let server = double.serve();
    let config = server.config().into_builder();
    let quick = fitgate::aws::time_outs().into_builder().operation_attempt_timeout(Duration::from_millis(200)).build();
    let once = aws_smithy_types::retry::RetryConfig::standard().with_max_attempts(1);
    let clients = fitgate::aws::Clients::new(&config.timeout_config(quick).retry_config(once).build());
    for fault in Fault::ALL {
        for operation in ["s3:GetBucketVersioning", "codedeploy:GetDeployment", "cloudformation:DescribeStacks"] {
            double.fail(operation, Which::Always, fault.clone());
            let seen = ask(&clients, operation).await;
            assert!(is_expected(&fault, &seen, operation), "{operation} {fault:?}: {seen:?}");
            double.heal();
        }
    }
}
