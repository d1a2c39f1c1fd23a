//! Metrics in CloudWatch, namespace [`NAMESPACE`]: the trend of each stack, and whether the hooks themselves work.
//!
//! | metric | dimensions | unit | value |
//! |---|---|---|---|
//! | `Fitness` | Stack; Stack, Pillar; Stack, Function | none | 0 to 100; no value where nothing was measured |
//! | `FitnessPoints` | Stack | none | points earned |
//! | `Passed`, `Partial`, `Inconclusive`, `Exempted` | Stack | count | findings of this verdict, exempted ones apart |
//! | `Failed` | Stack; Stack, Pillar | count | findings that fail |
//! | `Duration` | Stack | milliseconds | from the event to the answer |
//! | `ApiCalls` | Stack | count | calls to AWS of one invocation |
//! | `Answers` | Answer; Stack, Answer | count | 1 for each answer, `Succeeded` or `Failed` |
//! | `Errors` | none | count | 1 for each invocation that came to no judgement, or could not be answered for |
//!
//! # Why not every metric by every dimension
//! CloudWatch bills each name with each set of dimension values as a metric of its own, about $0.30 a month, in
//! proportion to the hours in which it gets a value: <https://aws.amazon.com/cloudwatch/pricing/>.
//! - *By pillar*: the fitness and what lowers it, failures. The other counts of a pillar stand in the report.
//! - *By function*: the fitness alone, which shows whose release moved it. Everything is judged of the whole
//!   stack, so that any other number would be the stack's once more.
//! - *`Errors` by nothing*: an event without ids belongs to no stack, and one alarm has to hear of all.
//!
//! So a stack has 9 metrics of its own, up to 10 by pillar, up to 2 by answer and one for each function: 23 with two
//! functions. An account has 3 besides. With 60 releases a month, each of two hooks within an hour, that is some
//! 23 × 60 × $0.30 / 730 = $0.57 a month for such a stack, and never more than 23 × $0.30 = $6.90.

use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, MetricDatum, StandardUnit},
};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::{
    Calls, Clients, Operation,
    invocation::{Invocation, StackKey, outage},
};
use crate::{
    check::{Finding, Pillar, VerdictKind},
    event::Answer,
    judgement::Judgement,
    report::Counts,
    world::Outage,
};

/// The namespace of every metric of fitgate; the hooks may write to no other.
pub const NAMESPACE: &str = "Fitgate";

/// The call that sends metrics.
pub const PUT: Operation = Operation::named("cloudwatch:PutMetricData");

/// Metrics of one request, at most; 1 MB is the other limit, which a thousand of these do not come near:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html>.
const AT_ONCE: usize = 1_000;

/// Characters of a dimension's value, at most:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html>.
const LONGEST: usize = 1_024;

/// One value of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The metric.
    pub name: &'static str,
    /// Names and values of its dimensions, in the order of the table above.
    pub dimensions: Vec<(&'static str, String)>,
    /// A finite number.
    pub value: f64,
    /// What it counts.
    pub unit: Unit,
}

/// The units of our metrics, by CloudWatch's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are CloudWatch's own")]
pub enum Unit {
    None,
    Count,
    Milliseconds,
}

/// What an invocation is worth: values without a time, of which all have the same.
pub fn of(invocation: &Invocation<'_>) -> Vec<Value> {
    let mut values = answers(invocation.stack, invocation.answer);
    if let Some(stack) = invocation.stack {
        let by_stack = || vec![stack_dimension(stack)];
        let took = invocation.took.as_secs_f64() * 1_000.0;
        values.push(Value { name: "Duration", dimensions: by_stack(), value: took, unit: Unit::Milliseconds });
        values.push(count("ApiCalls", by_stack(), invocation.calls as usize));
    }
    match (invocation.outcome, invocation.stack) {
        (Ok(judgement), Some(stack)) => values.extend(judged(stack, judgement)),
        (Ok(_), None) => {}
        (Err(_), _) => values.extend(errors()),
    }
    values
}

/// The value for an event that is no invocation at all: without ids, or not CodeDeploy's. Nobody can be answered.
pub fn errors() -> Vec<Value> {
    vec![count("Errors", Vec::new(), 1)]
}

fn answers(stack: Option<&StackKey>, answer: Answer) -> Vec<Value> {
    let by_answer = ("Answer", answer.name().to_owned());
    let mut values = vec![count("Answers", vec![by_answer.clone()], 1)];
    values.extend(stack.map(|stack| count("Answers", vec![stack_dimension(stack), by_answer], 1)));
    values
}

/// What was found, as numbers.
fn judged(stack: &StackKey, judgement: &Judgement) -> Vec<Value> {
    let Judgement { deployment, evaluation, fitness, .. } = judgement;
    let by_stack = || vec![stack_dimension(stack)];
    let mut values = Vec::new();
    if let Some(total) = fitness.total {
        values.push(number("Fitness", by_stack(), total.as_f64()));
        let by_function = [by_stack(), vec![dimension("Function", &deployment.function)]].concat();
        values.push(number("Fitness", by_function, total.as_f64()));
    }
    // A float is exact here below 90 million million points.
    let points = fitness.points.earned.hundredths() as f64 / 100.0;
    values.push(number("FitnessPoints", by_stack(), points));

    let counts = Counts::of(&evaluation.findings);
    let named = [
        ("Passed", counts.pass),
        ("Partial", counts.partial),
        ("Failed", counts.fail),
        ("Inconclusive", counts.inconclusive),
        ("Exempted", counts.exempted),
    ];
    values.extend(named.map(|(name, findings)| count(name, by_stack(), findings)));

    for (pillar, score) in &fitness.pillars {
        let by_pillar = || [by_stack(), vec![("Pillar", pillar.name().to_owned())]].concat();
        values.push(number("Fitness", by_pillar(), score.as_f64()));
        values.push(count("Failed", by_pillar(), failures(&evaluation.findings, *pillar)));
    }
    values
}

fn failures(findings: &[Finding], pillar: Pillar) -> usize {
    let fails = |finding: &&Finding| {
        finding.check.pillar == pillar && finding.verdict.kind() == VerdictKind::Fail && !finding.is_exempted()
    };
    findings.iter().filter(fails).count()
}

fn number(name: &'static str, dimensions: Vec<(&'static str, String)>, value: f64) -> Value {
    Value { name, dimensions, value, unit: Unit::None }
}

fn count(name: &'static str, dimensions: Vec<(&'static str, String)>, count: usize) -> Value {
    Value { name, dimensions, value: count as f64, unit: Unit::Count }
}

fn stack_dimension(stack: &StackKey) -> (&'static str, String) {
    dimension("Stack", stack.as_str())
}

/// A dimension with a value as CloudWatch takes it: printable ASCII, not blank, of bounded length. Names of stacks and
/// functions are so already; one bad value would have the whole request refused.
fn dimension(name: &'static str, value: &str) -> (&'static str, String) {
    let printable = |c: char| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' };
    let value: String = value.chars().take(LONGEST).map(printable).collect();
    (name, if value.trim().is_empty() { "?".to_owned() } else { value })
}

/// Sends values, all with the time `at`.
///
/// # Errors
/// The first request that failed, after all have been tried.
pub async fn send(clients: &Clients, calls: &Calls, values: &[Value], at: Timestamp) -> Result<(), Outage> {
    let requests = values.chunks(AT_ONCE).map(|values| put(clients, calls, values, at));
    join_all(requests).await.into_iter().collect()
}

async fn put(clients: &Clients, calls: &Calls, values: &[Value], at: Timestamp) -> Result<(), Outage> {
    let data = values.iter().map(|value| datum(value, at)).collect();
    let send = || clients.cloudwatch.put_metric_data().namespace(NAMESPACE).set_metric_data(Some(data)).send();
    match calls.call(PUT, send).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(outage("send the metrics", fault.why(PUT))),
    }
}

fn datum(value: &Value, at: Timestamp) -> MetricDatum {
    let dimension = |(name, value): &(&str, String)| Dimension::builder().name(*name).value(value).build();
    MetricDatum::builder()
        .metric_name(value.name)
        .set_dimensions(Some(value.dimensions.iter().map(dimension).collect()))
        .timestamp(DateTime::from_millis(at.as_millisecond()))
        .value(value.value)
        .unit(match value.unit {
            Unit::None => StandardUnit::None,
            Unit::Count => StandardUnit::Count,
            Unit::Milliseconds => StandardUnit::Milliseconds,
        })
        .build()
}
