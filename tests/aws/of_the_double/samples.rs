//! The samples: in good order, and the same to a reader of templates and to the services.

use std::time::Duration;

use fitgate::{
    aws::stack::{Listing, describe},
    aws::{Calls, Rates},
    check::VerdictKind,
    evaluate::{Evaluation, evaluate},
    facts::Branch,
    policy::Policy,
    rehearsal::engine::DeploymentStatus,
};
use futures_util::stream::TryStreamExt;
use jiff::civil::date;
use serde_json::{Value, json};

use crate::{
    double::{Double, Sample},
    looking::template_facts,
};

/// What the default policy says of a template.
fn judged(template: &Value) -> Evaluation {
    let branch = Branch { assumptions: Vec::new(), facts: template_facts(template) };
    evaluate(&[branch], &Policy::default(), date(2026, 1, 1))
}

/// The checks that did not pass, with their resources.
fn complaints(evaluation: &Evaluation) -> Vec<String> {
    let bad = evaluation.findings.iter().filter(|finding| finding.verdict.kind() != VerdictKind::Pass);
    bad.map(|finding| format!("{} {} {:?}", finding.check.id, finding.resource, finding.verdict)).collect()
}

#[test]
fn the_shop_passes_every_check_that_is_on_by_default() {
    let evaluation = judged(&Sample::shop().template());
    assert_eq!(complaints(&evaluation), Vec::<String>::new());
    assert!(evaluation.findings.len() > 80, "{}", evaluation.findings.len());
}

#[test]
fn one_property_breaks_one_check() {
    let mut shop = Sample::shop();
    shop.property("Data", "VersioningConfiguration", json!({"Status": "Suspended"}));
    let complaints = complaints(&judged(&shop.template()));
    let [only] = complaints.as_slice() else { panic!("{complaints:?}") };
    assert!(only.starts_with("s3-versioning Data "), "{only}");
}

#[test]
#[should_panic(expected = "the double cannot provision [\"AnalyticsConfigurations\"] of AWS::S3::Bucket")]
fn a_property_that_nobody_translates_is_an_error() {
    let mut shop = Sample::shop();
    shop.property("Data", "AnalyticsConfigurations", json!([]));
    shop.double();
}

#[tokio::test(start_paused = true)]
async fn a_crowd_has_as_many_resources_as_it_says() {
    for (count, stacks) in [(6, 1), (100, 1), (256, 1), (400, 3), (2_000, 10)] {
        let crowd = Sample::crowd(count);
        assert_eq!((crowd.len(), &crowd), (count, &Sample::crowd(count)));
        let double = crowd.double();
        let (clients, calls) = (double.clients(), Calls::new(Rates::Unlimited));
        let described = describe(&clients, &calls, crowd.name()).await.expect("the root");
        let listing = Listing::new(&clients, &calls, described.id);
        let listed: Vec<_> = listing.resources().try_collect().await.expect("all pages");
        let leaves = listed.iter().filter(|resource| resource.r#type.as_str() != "AWS::CloudFormation::Stack");
        assert_eq!((leaves.count(), listing.stacks().len()), (count, stacks));
        assert_eq!(double.deploys().deployment_id.as_str(), super::DEPLOYMENT);
    }
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "ended Stopped")]
async fn an_alarm_that_rings_stops_it_before_its_hook() {
    let double = Sample::shop().double();
    double.change("cloudwatch:DescribeAlarms", "orders-live-errors", |alarm| alarm["StateValue"] = "ALARM".into());
    double.deploys();
}

#[tokio::test(start_paused = true)]
async fn a_deployment_goes_from_hook_to_hook() {
    let double = Sample::shop().double();
    let before = double.deploys();
    let clients = double.clients();
    let info = clients.codedeploy.get_deployment().deployment_id(before.deployment_id.as_str()).send().await;
    let info = info.expect("it").deployment_info.expect("it");
    let stack = info.external_id().expect("the stack");
    assert_eq!(describe(&clients, &Calls::new(Rates::Unlimited), stack).await.expect("it").identity.name, "shop");
    let answer = |double: &Double, event: &fitgate::event::HookEvent| {
        let (id, execution) = (event.deployment_id.as_str(), event.execution_id.as_str());
        let put = |engine: &mut fitgate::rehearsal::engine::Engine| {
            engine.put_lifecycle_event_hook_execution_status(id, execution, "Succeeded")
        };
        double.codedeploy(put).expect("an answer that counts");
    };
    answer(&double, &before);
    let after = double.until_hook(&before.deployment_id);
    assert_ne!(before.execution_id, after.execution_id);
    answer(&double, &after);
    double.advance(Duration::from_secs(60));
    double.codedeploy(|engine| {
        let info = engine.get_deployment(before.deployment_id.as_str()).expect("it").deployment_info;
        assert_eq!(info.status, DeploymentStatus::Succeeded);
    });
}
