//! The dashboard and the alarms, as far as they can be held without CloudWatch.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::template::{properties, read, resources};

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

/// The metrics of issue 3, by the dimensions they are published with.
#[test]
fn every_search_is_for_metrics_that_fitgate_publishes() {
    let known = ["Fitness", "FitnessPoints", "Passed", "Failed", "Inconclusive", "Exempted", "Duration", "ApiCalls"];
    let expressions = expressions(&body());
    assert!(expressions.len() >= 8, "{expressions:?}");
    for expression in &expressions {
        let dimensions = expression.split_once('{').and_then(|(_, rest)| rest.split_once('}')).expect("a schema").0;
        assert!(
            ["Fitgate,Stack", "Fitgate,Stack,Pillar", "Fitgate,Stack,Function"].contains(&dimensions),
            "{expression}"
        );
        let metric = expression.split_once("MetricName=\"").and_then(|(_, rest)| rest.split_once('"'));
        assert!(metric.is_some_and(|(metric, _)| known.contains(&metric)), "{expression}");
    }
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
