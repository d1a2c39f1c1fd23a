//! What becomes of an event that nobody could process.
//!
//! Each way of calling loses events in its own place, so each is judged where its failures end:
//!
//! | call | failure of the function | failure of the delivery |
//! |---|---|---|
//! | asynchronous (S3, SNS, rule, schedule, IoT) | function's dead-letter queue or `OnFailure` of its qualifier | queue of the caller |
//! | queue | the queue's `RedrivePolicy` | the same |
//! | stream | the mapping's `OnFailure` | the same |
//! | pipe | by its source: `RedrivePolicy`, or the pipe's `DeadLetterConfig` | the same |
//!
//! A caller's own dead-letter queue never sees an event that the function took and failed.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>

use super::{Verdicts, if_it_is, timeouts};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::sinks::{self, Sinks},
    facts::{
        Observed, Properties, Target, Text, Why,
        events::Pipe,
        lambda::{DestinationConfig, EventInvokeConfig, EventSourceMapping, Function, SourceKind},
        sqs,
    },
    inventory::LogicalId,
    need::Need,
    stack::{FunctionTarget, Invocation, InvocationKind, Qualifier, Stack},
};

pub(super) const EVERY_ASYNC_EDGE_HAS_FAILURE_SINK: Check = Check {
    id: "every-async-edge-has-failure-sink",
    title: "An event that cannot be processed is kept somewhere",
    why: "Lambda tries an asynchronous event three times and then drops it; a queue deletes what nobody processed when \
          its retention ends; a stream gives up a batch. Without a sink the event is gone, and nobody knows that it was.",
    fix: "Give the function a DeadLetterConfig or an EventInvokeConfig with OnFailure for the qualifier that is called; \
          give a source queue a RedrivePolicy and a stream mapping DestinationConfig.OnFailure.",
    absent: "Events that fail are lost.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::StackTemplate,
        Need::Function,
        Need::FunctionInvokeConfigs,
        Need::EventSourceMapping,
        Need::RuleTargets,
        Need::Schedules,
        Need::Pipes,
        Need::Subscriptions,
        Need::BucketNotification,
        Need::TopicRules,
        Need::UserPools,
        Need::Queue,
    ],
    applies: Applies::Stack(
        &["AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping", "AWS::Pipes::Pipe"],
        every_async_edge_has_failure_sink,
    ),
};

fn every_async_edge_has_failure_sink(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    let may_lose = |call: &&Invocation| call.kind == InvocationKind::Asynchronous || call.doubt.is_some();
    for call in stack.invocations.iter().filter(may_lose) {
        asynchronous(stack, call, &mut verdicts);
    }
    let sinks = sinks::of(stack);
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::EventSourceMapping(mapping) => mapped(stack, id, mapping, &sinks, &mut verdicts),
            Properties::Pipe(pipe) => piped(stack, id, pipe, &sinks, &mut verdicts),
            _ => {}
        }
    }
    verdicts.0
}

fn asynchronous(stack: &Stack<'_>, call: &Invocation, verdicts: &mut Verdicts) {
    let (id, qualifier) = match &call.target {
        FunctionTarget::Function { function, qualifier } => (function, qualifier),
        FunctionTarget::Unknown(why) => {
            return verdicts.say(&call.caller, Verdict::inconclusive(why.clone()).at(&call.place));
        }
        FunctionTarget::Elsewhere => {
            let why =
                Why::NotObserved("the function is not in this stack, nor is what becomes of its failures".to_owned());
            return verdicts.say(&call.caller, Verdict::inconclusive(why).at(&call.place));
        }
    };
    // Of a function that cannot be read the evaluation itself speaks.
    let Some(function) = stack.function(id) else { return };
    let caller = &call.caller;
    let verdict = match function_sink(function, qualifier) {
        Ok(true) => Verdict::Pass,
        Err(why) => Verdict::inconclusive(why),
        Ok(false) => match &call.keeps_undelivered {
            Observed::Present(true) => Verdict::partial(
                40,
                format!(
                    "{caller} keeps events that it cannot deliver, but one that the function fails three times is lost"
                ),
            ),
            Observed::Present(false) | Observed::Absent => Verdict::fail(format!(
                "{caller} calls it asynchronously by {}, and an event that fails three times is lost",
                qualifier.in_words()
            )),
            Observed::Unknown(why) => Verdict::inconclusive(why.clone()),
        },
    };
    verdicts.say(id, if_it_is(call, verdict.at("DeadLetterConfig")));
}

/// Whether the function itself keeps events that failed when called by this qualifier.
fn function_sink(function: &Function, qualifier: &Qualifier) -> Result<bool, Why> {
    let dead_letter = function.dead_letter_config.as_ref().and_then(|config| config.target_arn.as_ref());
    let mut open = match dead_letter {
        Observed::Present(_) => return Ok(true),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(why),
    };
    let configs = match &function.event_invoke_configs {
        Observed::Present(configs) => configs.as_slice(),
        Observed::Absent => &[],
        Observed::Unknown(why) => return Err(why.clone()),
    };
    for config in configs {
        let sink = match config {
            Observed::Present(of) => invoke_config_sink(&of.config, qualifier),
            Observed::Absent => Ok(false),
            Observed::Unknown(why) => Err(why.clone()),
        };
        match sink {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(why) => open = open.or(Some(why)),
        }
    }
    open.map_or(Ok(false), Err)
}

/// An invoke configuration holds for one qualifier only.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventinvokeconfig.html>
fn invoke_config_sink(config: &EventInvokeConfig, called: &Qualifier) -> Result<bool, Why> {
    let keeps = match DestinationConfig::failure_target(&config.destination_config) {
        Observed::Present(_) => Ok(true),
        Observed::Absent => return Ok(false),
        Observed::Unknown(why) => Err(why),
    };
    let wanted = match called {
        Qualifier::Unqualified | Qualifier::Latest => "$LATEST",
        Qualifier::Alias { name: Some(name), .. } => name,
        Qualifier::Version(Some(number)) => number,
        Qualifier::Unknown(why) => return Err(why.clone()),
        Qualifier::Alias { .. } | Qualifier::Version(None) => {
            return Err(Why::Unresolved(format!("whether Qualifier is {}", called.in_words())));
        }
    };
    let same = match &config.qualifier {
        Observed::Present(text) => text.is(wanted)?,
        Observed::Absent => return Err(Why::Malformed("an EventInvokeConfig without Qualifier".to_owned())),
        Observed::Unknown(why) => return Err(why.clone()),
    };
    if same { keeps } else { Ok(false) }
}

fn mapped(stack: &Stack<'_>, id: &LogicalId, mapping: &EventSourceMapping, sinks: &Sinks, verdicts: &mut Verdicts) {
    let on_failure = DestinationConfig::failure_target(&mapping.destination_config);
    match mapping.source_kind.as_ref() {
        Observed::Present(SourceKind::Sqs) => match timeouts::queue(stack, mapping) {
            Ok((queue_id, queue)) => redriven(queue_id, queue, sinks, verdicts),
            Err(why) => verdicts.say(id, Verdict::inconclusive(why).at("EventSourceArn")),
        },
        Observed::Present(kind) if kind.is_stream() || kind.is_kafka() => {
            let verdict = on_failure.judge(
                |_| Verdict::Pass,
                || Verdict::fail("a batch that is given up is lost: DestinationConfig has no OnFailure"),
            );
            verdicts.say(id, verdict.at("DestinationConfig.OnFailure"));
        }
        // Brokers and change streams take no destination.
        Observed::Present(_) => {}
        // Only streams take one, so that settles it whatever the source is.
        Observed::Absent | Observed::Unknown(_) if on_failure.present().is_some() => verdicts.say(id, Verdict::Pass),
        Observed::Absent => {}
        Observed::Unknown(why) => verdicts.say(id, Verdict::inconclusive(why).at("EventSourceArn")),
    }
}

/// A queue keeps what nobody could process. One that is itself a sink needs no other behind it.
fn redriven(id: &LogicalId, queue: &sqs::Queue, sinks: &Sinks, verdicts: &mut Verdicts) {
    if sinks.hold(id) {
        return;
    }
    let target = queue.redrive_policy.as_ref().and_then(|policy| policy.dead_letter_target_arn.as_ref());
    let verdict = target.judge(
        |_| Verdict::Pass,
        || Verdict::fail("a message that is never processed is deleted when its retention ends: no RedrivePolicy"),
    );
    verdicts.say(id, verdict.at("RedrivePolicy"));
}

fn piped(stack: &Stack<'_>, id: &LogicalId, pipe: &Pipe, sinks: &Sinks, verdicts: &mut Verdicts) {
    let source = match &pipe.source {
        Observed::Present(source) => source,
        Observed::Absent => return,
        Observed::Unknown(why) => return verdicts.say(id, Verdict::inconclusive(why.clone()).at("Source")),
    };
    let target = stack.directory.resolve(source, &[]);
    let resource = match &target {
        Target::Resource(target) => stack.resource(target),
        Target::Elsewhere | Target::Unknown(_) => None,
    };
    let kind = match resource {
        Some(resource) => SourceKind::of_type(resource.reference.r#type.as_str()),
        None => service(source).as_deref().and_then(SourceKind::of_service),
    };
    let parameters = match kind {
        Some(SourceKind::Sqs) => {
            return match resource.map(|resource| (&resource.reference.logical_id, &resource.properties)) {
                Some((queue_id, Properties::Queue(queue))) => redriven(queue_id, queue, sinks, verdicts),
                _ => {
                    let why = Why::NotObserved("the queue is not in this stack".to_owned());
                    verdicts.say(id, Verdict::inconclusive(why).at("Source"));
                }
            };
        }
        Some(SourceKind::Kinesis) => "KinesisStreamParameters",
        Some(SourceKind::DynamoDb) => "DynamoDBStreamParameters",
        // Brokers and Kafka take no dead-letter queue in a pipe.
        Some(_) => return,
        None => return verdicts.say(id, Verdict::inconclusive(source.why_unresolved()).at("Source")),
    };
    let place = format!("SourceParameters.{parameters}.DeadLetterConfig");
    let dead_letter = pipe.source_parameters.as_ref().and_then(|all| {
        let config = Observed::<serde_json::Value>::read(all.get(parameters).unwrap_or(&serde_json::Value::Null));
        config.and_then(|config| Observed::read(config.get("DeadLetterConfig").unwrap_or(&serde_json::Value::Null)))
    });
    let verdict = dead_letter.judge(
        |_: &serde_json::Value| Verdict::Pass,
        || Verdict::fail("a batch that is given up is lost: no DeadLetterConfig"),
    );
    verdicts.say(id, verdict.at(place));
}

/// The service of an ARN, where the text says it.
fn service(arn: &Text) -> Option<String> {
    let written: String = arn
        .parts()
        .iter()
        .map(|part| match part {
            crate::facts::Part::Literal(literal) => literal.as_str(),
            _ => "?",
        })
        .collect();
    written.split(':').nth(2).filter(|service| !service.contains('?')).map(str::to_owned)
}
