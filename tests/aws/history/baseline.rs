//! The last good release, by the history's and CodeDeploy's word together.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use fitgate::{
    aws::StackKey, baseline::Baseline, event::Answer, facts::Observed, rehearsal::engine::DeploymentCreator,
};

use super::{Bench, POST, PRE, released, text};
use crate::{
    bench::four,
    double::{Fault, Which},
    judged::mixed,
};

/// Name and value.
type Attribute = (&'static str, AttributeValue);

fn name(baseline: &Observed<Baseline>) -> String {
    match baseline {
        Observed::Present(baseline) => format!("{:?}", baseline.fitness.total.map(|total| total.as_f64())),
        Observed::Absent => "absent".to_owned(),
        Observed::Unknown(why) => why.to_string(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_baseline_is_the_last_release_that_succeeded_by_its_later_phase() {
    let bench = Bench::new();
    assert_eq!(name(&bench.baseline().await.baseline), "absent");
    let (old, good) = (bench.succeeded(), bench.succeeded());
    let rolled_back = bench.deploy(DeploymentCreator::CloudFormation, true);
    let undo = bench.deploy(DeploymentCreator::CloudFormationRollback, false);
    for (hours, id, phase, answer, found) in [
        (0, old.as_str(), POST, Answer::Succeeded, vec![four("Old", ["pass", "fail x", "none", "none"])]),
        (1, &good, PRE, Answer::Succeeded, Vec::new()),
        (1, &good, POST, Answer::Succeeded, mixed()),
        (2, "d-NOBODYS", POST, Answer::Succeeded, Vec::new()),
        (3, "d-REFUSED", PRE, Answer::Failed, Vec::new()),
        (4, &rolled_back, PRE, Answer::Succeeded, Vec::new()),
        (5, &undo, POST, Answer::Succeeded, Vec::new()),
        (6, "d-OWN", PRE, Answer::Succeeded, Vec::new()),
    ] {
        bench.judged(id, hours, phase, answer, found).await;
    }
    let found = bench.baseline().await;
    assert_eq!(name(&found.baseline), "Some(65.8)");
    let expected = [
        "counted as no success, because CodeDeploy does not know them any more: deployments d-NOBODYS".to_owned(),
        format!("compared with deployment {good}, the last that succeeded"),
    ];
    assert_eq!(found.remarks, expected);
    // What is found is what was judged.
    let judged = released(&good, POST);
    assert_eq!(found.baseline, Observed::Present(Baseline::of(&judged.evaluation, &judged.fitness)));
    // Two calls, however many candidates.
    bench.double.begin();
    bench.baseline().await;
    assert_eq!((bench.double.count("dynamodb:*"), bench.double.count("codedeploy:*")), (1, 1));
    // Another stack has its own.
    let other = bench.table().baseline(&StackKey::function("orders"), &"d-OWN".parse().expect("an id")).await;
    assert_eq!(other.baseline, Observed::Absent);
    assert_eq!(
        other.remarks,
        ["no earlier release of function/orders is known to have succeeded: it is compared with none"]
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_cannot_be_asked_leaves_the_baseline_unknown() {
    let cases = [
        ("dynamodb:Query", Fault::Denied, "access denied; grant dynamodb:Query"),
        ("dynamodb:Query", Fault::Throttled, "dynamodb:Query was throttled"),
        ("dynamodb:Query", Fault::Hang, "dynamodb:Query timed out"),
        ("dynamodb:Query", Fault::Status500, "dynamodb:Query failed"),
        ("dynamodb:Query", Fault::Reset, "dynamodb:Query failed"),
        ("dynamodb:Query", Fault::Garbage, "dynamodb:Query failed"),
        ("dynamodb:Query", Fault::WrongShape, "dynamodb:Query failed"),
        ("dynamodb:Query", Fault::NotFound, "not found (ResourceNotFoundException)"),
        ("codedeploy:BatchGetDeployments", Fault::Denied, "access denied; grant codedeploy:BatchGetDeployments"),
        ("codedeploy:BatchGetDeployments", Fault::Throttled, "codedeploy:BatchGetDeployments was throttled"),
        ("codedeploy:BatchGetDeployments", Fault::Hang, "codedeploy:BatchGetDeployments timed out"),
        ("codedeploy:BatchGetDeployments", Fault::Status500, "codedeploy:BatchGetDeployments failed"),
        ("codedeploy:BatchGetDeployments", Fault::Reset, "codedeploy:BatchGetDeployments failed"),
        ("codedeploy:BatchGetDeployments", Fault::Garbage, "codedeploy:BatchGetDeployments failed"),
        ("codedeploy:BatchGetDeployments", Fault::WrongShape, "codedeploy:BatchGetDeployments failed"),
    ];
    for (operation, fault, expected) in cases {
        let bench = Bench::new();
        let good = bench.succeeded();
        bench.judged(&good, 0, POST, Answer::Succeeded, mixed()).await;
        bench.double.fail(operation, Which::Always, fault.clone());
        let found = name(&bench.baseline().await.baseline);
        assert!(found.contains(expected), "{operation} {fault:?}: {found}");
        bench.double.heal();
        assert_eq!(name(&bench.baseline().await.baseline), "Some(65.8)", "{operation} {fault:?}");
    }
    let found = name(&Bench::without_table().baseline().await.baseline);
    assert!(found.contains("not found (ResourceNotFoundException)"), "{found}");
}

/// Once is what the SDK's own retries are for.
#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_costs_time_alone() {
    for operation in ["dynamodb:Query", "codedeploy:BatchGetDeployments"] {
        for fault in [Fault::Throttled, Fault::Status500, Fault::Reset, Fault::Hang] {
            let bench = Bench::new();
            let good = bench.succeeded();
            bench.judged(&good, 0, POST, Answer::Succeeded, mixed()).await;
            bench.double.fail(operation, Which::Times(1), fault.clone());
            assert_eq!(name(&bench.baseline().await.baseline), "Some(65.8)", "{operation} {fault:?}");
        }
    }
}

/// The service model has no error for an id that nobody knows. Should one come nevertheless, it does not say which.
#[tokio::test(start_paused = true)]
async fn one_bad_id_does_not_hide_the_others() {
    for code in ["DeploymentDoesNotExistException", "InvalidDeploymentIdException"] {
        let bench = Bench::new();
        let good = bench.succeeded();
        bench.judged(&good, 0, POST, Answer::Succeeded, mixed()).await;
        bench.judged("d-NOBODYS", 1, POST, Answer::Succeeded, Vec::new()).await;
        let refused = Fault::Refused { status: 400, code };
        bench.double.fail("codedeploy:BatchGetDeployments", Which::of("d-NOBODYS"), refused);
        bench.double.begin();
        assert_eq!(name(&bench.baseline().await.baseline), "Some(65.8)", "{code}");
        assert_eq!(bench.double.count("codedeploy:BatchGetDeployments"), 3, "both, then each alone");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_good_release_may_be_pages_away() {
    let bench = Bench::new();
    let good = bench.succeeded();
    bench.judged(&good, 0, PRE, Answer::Succeeded, Vec::new()).await;
    bench.judged(&good, 0, POST, Answer::Succeeded, mixed()).await;
    for number in 1..=60 {
        bench.judged(&format!("d-N{number}"), number, PRE, Answer::Succeeded, Vec::new()).await;
    }
    // Twenty pages are searched, and no more: that there is a good one further back is not known.
    for page in [1, 3] {
        bench.double.page_size(page);
        let found = name(&bench.baseline().await.baseline);
        assert!(
            found.contains("the last 20 pages of the history of orders hold no deployment that succeeded"),
            "{found}"
        );
    }
    // The two items of a deployment may stand on two pages.
    for page in [4, 7, 60, 61, 62, 100] {
        bench.double.page_size(page);
        let found = bench.baseline().await;
        assert_eq!(name(&found.baseline), "Some(65.8)", "{page}");
        assert_eq!(found.remarks.last(), Some(&format!("compared with deployment {good}, the last that succeeded")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_phase_on_the_next_page_counts() {
    let bench = Bench::new();
    let (old, fallen) = (bench.succeeded(), bench.succeeded());
    bench.judged(&old, 0, POST, Answer::Succeeded, mixed()).await;
    // By its key the earlier phase comes first, so that the later one is alone on the second page.
    bench.judged(&fallen, 1, PRE, Answer::Succeeded, Vec::new()).await;
    bench.judged(&fallen, 1, POST, Answer::Failed, Vec::new()).await;
    bench.double.page_size(1);
    assert_eq!(name(&bench.baseline().await.baseline), "Some(65.8)");
}

#[tokio::test(start_paused = true)]
async fn damage_in_the_table_is_unknown_until_it_is_behind_a_good_release() {
    let format = ("Format", AttributeValue::N("1".to_owned()));
    let cases: [(&str, Vec<Attribute>, &str); 5] = [
        ("not a key", vec![format.clone()], "\"not a key\" is no key of the history"),
        ("2026-07-02T12:00:00.000Z#{}#AfterAllowTraffic", Vec::new(), "it has no Format"),
        (
            "2026-07-02T12:00:00.000Z#{}#AfterAllowTraffic",
            vec![format.clone(), ("Baseline", AttributeValue::B(Blob::new("no gzip")))],
            "it is no gzip data",
        ),
        (
            "2026-07-02T12:00:00.000Z#{}#AfterAllowTraffic",
            vec![format.clone(), ("Baseline", text("{}"))],
            "its Baseline is not what fitgate writes",
        ),
        (
            "2026-07-02T12:00:00.000Z#{}#AfterAllowTraffic",
            vec![("Format", AttributeValue::N("2".to_owned()))],
            "it has format 2, and this release of fitgate reads format 1",
        ),
    ];
    for (key, attributes, expected) in cases {
        let bench = Bench::new();
        let (good, damaged) = (bench.succeeded(), bench.succeeded());
        bench.judged(&good, 0, POST, Answer::Succeeded, mixed()).await;
        bench.put(&key.replace("{}", &damaged), &attributes).await;
        let found = name(&bench.baseline().await.baseline);
        assert!(found.contains(expected) && found.contains("delete the item"), "{found}");
        let newer = bench.succeeded();
        bench.judged(&newer, 48, POST, Answer::Succeeded, mixed()).await;
        let found = name(&bench.baseline().await.baseline);
        // A key that is none sorts behind every time, which is first when read backwards.
        assert_eq!(found == "Some(65.8)", key != "not a key", "{found}");
    }
}
