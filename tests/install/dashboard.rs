//! The dashboard and the alarms, as far as they can be held without CloudWatch.

use std::{collections::BTreeSet, time::Duration};

use fitgate::{
    aws::{Invocation, StackKey, metrics},
    decide::decide,
    deployment::{Deployment, Version, Weight},
    evaluate::evaluate,
    event::{Answer, DeploymentId, Phase},
    facts::Observed,
    judgement::Judgement,
    policy::Policy,
    score::score,
    template::{self, Options},
};
use serde_json::{Value, json};

use crate::template::{path, properties, read, resources};

/// The body with everything filled in, as CloudFormation would.
fn body() -> Value {
    let template = read();
    let mut body = properties(&template, "Dashboard")["DashboardBody"]["Fn::Sub"].as_str().expect("a text").to_owned();
    for (name, value) in [("${AWS::Region}", "eu-west-1"), ("${!", "${")] {
        body = body.replace(name, value);
    }
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("the dashboard is no JSON: {error}"))
}

fn widgets(body: &Value) -> &Vec<Value> {
    body["widgets"].as_array().expect("widgets")
}

fn expressions(body: &Value) -> Vec<String> {
    let metrics = widgets(body).iter().filter_map(|widget| widget["properties"]["metrics"].as_array()).flatten();
    metrics.filter_map(|metric| metric[0]["expression"].as_str()).map(str::to_owned).collect()
}

#[test]
fn widgets_fill_the_grid_and_overlap_nowhere() {
    let body = body();
    let mut taken = BTreeSet::new();
    for widget in widgets(&body) {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|key| widget[key].as_u64().expect("a place on the grid"));
        assert!(x + width <= 24, "{widget}");
        for cell in (y..y + height).flat_map(|y| (x..x + width).map(move |x| (x, y))) {
            assert!(taken.insert(cell), "two widgets at {cell:?}");
        }
    }
    let rows = taken.iter().map(|(_, y)| y + 1).max().unwrap_or_default();
    assert_eq!(taken.len() as u64, 24 * rows, "no holes");
}

/// A judgement of this very template.
fn judgement() -> Judgement {
    let bytes = std::fs::read(path()).expect("template.yaml");
    let branches = template::read("template.yaml", &bytes, &Options::default()).expect("it is valid").branches;
    let policy = Policy::default();
    let evaluation = evaluate(&branches, &policy, "2026-06-01".parse().expect("a day"));
    let fitness = score(&evaluation, &policy);
    let decision = decide(&evaluation, &fitness, &Observed::Absent, &policy);
    let deployment = Deployment {
        id: DeploymentId::new("d-EXAMPLE1").expect("an id"),
        application: "app".to_owned(),
        group: "group".to_owned(),
        function: "orders".to_owned(),
        alias: "live".to_owned(),
        current: Version::new(1).expect("a version"),
        target: Version::new(2).expect("a version"),
        phase: Phase::BeforeAllowTraffic,
        weight: Weight::NONE,
        config: "CodeDeployDefault.LambdaAllAtOnce".to_owned(),
        strategy: None,
        created: None,
        creator: None,
        external_id: None,
    };
    let (baseline, remarks) = (Observed::Absent, Vec::new());
    Judgement { deployment, policy, evaluation, fitness, baseline, decision, remarks }
}

/// Metrics and dimensions that one release publishes.
fn published() -> BTreeSet<(String, Vec<String>)> {
    let stack = StackKey::stack("orders");
    let judgement = judgement();
    let invocation = Invocation {
        stack: Some(&stack),
        deployment: Some(&judgement.deployment),
        outcome: Ok(&judgement),
        answer: Answer::Succeeded,
        took: Duration::from_secs(1),
        calls: 100,
        at: "2026-06-01T12:00:00Z".parse().expect("a moment"),
    };
    let dimensions = |value: &metrics::Value| value.dimensions.iter().map(|(name, _)| (*name).to_owned()).collect();
    metrics::of(&invocation).iter().map(|value| (value.name.to_owned(), dimensions(value))).collect()
}

#[test]
fn every_search_is_for_metrics_that_fitgate_publishes() {
    let published = published();
    let expressions = expressions(&body());
    assert!(expressions.len() >= 10, "{expressions:?}");
    for expression in &expressions {
        let schema = expression.split_once('{').and_then(|(_, rest)| rest.split_once('}')).expect("a schema").0;
        let mut schema = schema.split(',');
        assert_eq!(schema.next(), Some(metrics::NAMESPACE), "{expression}");
        let metric = expression.split_once("MetricName=\"").and_then(|(_, rest)| rest.split_once('"'));
        let metric = metric.expect("a metric").0.to_owned();
        let wanted = (metric, schema.map(str::to_owned).collect());
        assert!(published.contains(&wanted), "nothing is published for {expression}: {published:?}");
    }
}

#[test]
fn the_alarm_on_what_the_hooks_say_is_on_a_metric_that_they_send() {
    let template = read();
    let alarm = properties(&template, "HookTrouble");
    let sent: Vec<_> = metrics::errors().into_iter().map(|value| (value.name, value.dimensions)).collect();
    assert_eq!(sent, [(alarm["MetricName"].as_str().expect("a name"), Vec::new())]);
    assert_eq!((&alarm["Namespace"], alarm.get("Dimensions")), (&json!(metrics::NAMESPACE), None));
}

/// The list of answers is of fields that the log line has.
#[test]
fn the_log_is_asked_for_what_is_in_it() {
    let line = include_str!("../../src/aws/function/log_line.rs");
    let body = body();
    let query = widgets(&body).iter().find_map(|widget| widget["properties"]["query"].as_str()).expect("a query");
    let (_, fields) = query.split_once("| fields @timestamp, ").expect("fields");
    let (fields, _) = fields.split_once(" | ").expect("an end");
    for field in fields.split(", ") {
        let (outer, inner) = field.split_once('.').map_or((field, None), |(outer, inner)| (outer, Some(inner)));
        assert!(line.contains(&format!("\n    {outer}: ")), "the log line has no field {outer}");
        let known = inner.is_none_or(|inner| ["function", "fitness"].contains(&inner));
        assert!(known, "{field}: say here where it comes from");
    }
    assert!(line.contains("\n    fitness: Option<Score>"), "of a judgement");
}

#[test]
fn each_graph_says_what_it_shows() {
    let body = body();
    let titles: BTreeSet<_> =
        widgets(&body).iter().map(|widget| widget["properties"]["title"].as_str().expect("a title")).collect();
    assert_eq!(titles.len(), widgets(&body).len(), "{titles:?}");
}

#[test]
fn the_alarms_of_the_hooks_tell_somebody_and_stand_on_the_dashboard() {
    let template = read();
    let body = body().to_string();
    let alarms = resources(&template, "AWS::CloudWatch::Alarm");
    let of_hooks: Vec<_> = alarms.iter().filter(|(_, alarm)| alarm["Condition"] == "InstallsHooks").collect();
    assert_eq!(of_hooks.len(), 3);
    for (id, alarm) in of_hooks {
        let alarm = &alarm["Properties"];
        let told = json!([{ "Fn::If": ["HasOwnTopic", { "Ref": "AlarmTopic" }, { "Ref": "AlarmTopicArn" }] }]);
        assert_eq!(alarm["AlarmActions"], told, "{id}");
        assert_eq!(alarm["TreatMissingData"], "notBreaching", "{id}: hours without a release have no data");
        assert!(body.contains(&format!("${{{id}.Arn}}")), "{id} is not on the dashboard");
    }
}

#[test]
fn an_alarm_watches_every_way_in_which_a_hook_can_end_without_an_answer() {
    let template = read();
    let mut watched = BTreeSet::new();
    for id in ["HookFailed", "HookUnanswered"] {
        for metric in properties(&template, id)["Metrics"].as_array().expect("metrics") {
            let Some(of) = metric.get("MetricStat").map(|stat| &stat["Metric"]) else { continue };
            assert_eq!(of["Namespace"], "AWS/Lambda");
            assert_eq!(of["Dimensions"][0]["Name"], "FunctionName");
            let function = of["Dimensions"][0]["Value"]["Ref"].as_str().expect("a function").to_owned();
            watched.insert((function, of["MetricName"].as_str().expect("a name").to_owned()));
        }
    }
    for hook in ["PreTrafficFunction", "PostTrafficFunction"] {
        for metric in ["Errors", "AsyncEventsDropped", "DestinationDeliveryFailures"] {
            assert!(watched.contains(&(hook.to_owned(), metric.to_owned())), "{hook} {metric}");
        }
    }
    assert!(watched.contains(&("FailureAnswerFunction".to_owned(), "AsyncEventsDropped".to_owned())));
}
