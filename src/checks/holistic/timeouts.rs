//! Time limits that have to fit each other: queue and function, API and function.

use super::{Verdicts, if_it_is};
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{
        Observed, Properties, Target, Why,
        lambda::{EventSourceMapping, Function, SourceKind},
        sqs,
    },
    inventory::LogicalId,
    need::Need,
    stack::{FunctionTarget, InvocationKind, Stack},
};

pub(super) const VISIBILITY_6X_TIMEOUT: Check = Check {
    id: "visibility-6x-timeout",
    title: "A queue hides a message for six times the timeout of the function that reads it",
    why: "Lambda retries a throttled batch while its messages are hidden. Where they become visible too soon, a second \
          invocation works on a message that the first still holds, and healthy messages end in the dead-letter queue.",
    fix: "Set VisibilityTimeout of the queue to at least 6 x Timeout of the function plus MaximumBatchingWindowInSeconds \
          of the mapping.",
    absent: "VisibilityTimeout is 30 s, Timeout 3 s, the batching window 0 s.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Queue, Need::EventSourceMapping, Need::Function],
    applies: Applies::Stack(&["AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"], visibility_6x_timeout),
};

pub(super) const SYNC_TIMEOUT_FITS_API: Check = Check {
    id: "sync-timeout-fits-api",
    title: "A function behind an API gives up before the API does",
    why: "An API that waits 29 or 30 seconds answers 504 while the function runs on, is paid for, and finishes work \
          whose caller was told that it failed.",
    fix: "Set Timeout of the function to at most what the API waits (29 s for REST and WebSocket APIs, 30 s for HTTP \
          APIs), or raise TimeoutInMillis of the integration after a quota increase, which Regional and private REST \
          APIs can get.",
    absent: "Timeout is 3 s; the API waits 29 s (REST, WebSocket) or 30 s (HTTP).",
    reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Function, Need::RestApiIntegrations, Need::HttpApiIntegrations],
    applies: Applies::Stack(&["AWS::Lambda::Function"], sync_timeout_fits_api),
};

/// Seconds a message stays hidden where the queue does not say.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html>
const DEFAULT_VISIBILITY: u32 = 30;

/// Seconds a function may run where it does not say.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html>
const DEFAULT_TIMEOUT: u32 = 3;

/// How many times the function's timeout a message has to stay hidden, after AWS's advice.
const TIMES: u64 = 6;

/// The function's timeout in seconds.
fn timeout(function: &Function) -> Observed<u32> {
    function.timeout.clone().or_default_of_service(DEFAULT_TIMEOUT)
}

fn visibility_6x_timeout(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let Properties::EventSourceMapping(mapping) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        match &mapping.source_kind {
            Observed::Present(SourceKind::Sqs) => {}
            Observed::Present(_) | Observed::Absent => continue,
            Observed::Unknown(why) => {
                verdicts.say(id, Verdict::inconclusive(why.clone()).at("EventSourceArn"));
                continue;
            }
        }
        match queue(stack, mapping) {
            Ok((queue_id, queue)) => verdicts.say(queue_id, hidden_long_enough(stack, id, mapping, queue)),
            Err(why) => verdicts.say(id, Verdict::inconclusive(why).at("EventSourceArn")),
        }
    }
    verdicts.0
}

/// The queue of this stack that a mapping reads.
pub(super) fn queue<'a>(
    stack: &Stack<'a>,
    mapping: &EventSourceMapping,
) -> Result<(&'a LogicalId, &'a sqs::Queue), Why> {
    let arn = match &mapping.event_source_arn {
        Observed::Present(arn) => arn,
        Observed::Absent => return Err(Why::Malformed("a mapping without EventSourceArn".to_owned())),
        Observed::Unknown(why) => return Err(why.clone()),
    };
    match stack.directory.resolve(arn, &["AWS::SQS::Queue"]) {
        Target::Resource(id) => {
            match stack.resource(&id).map(|found| (&found.reference.logical_id, &found.properties)) {
                Some((id, Properties::Queue(queue))) => Ok((id, queue)),
                Some((_, Properties::Unreadable(why))) => Err(why.clone()),
                _ => Err(Why::NotObserved(format!("{id} is no queue of this stack"))),
            }
        }
        Target::Elsewhere => Err(Why::NotObserved("the queue is not in this stack".to_owned())),
        Target::Unknown(why) => Err(why),
    }
}

fn hidden_long_enough(stack: &Stack<'_>, id: &LogicalId, mapping: &EventSourceMapping, queue: &sqs::Queue) -> Verdict {
    let read = || -> Result<_, (Why, Place)> {
        let target = stack.functions.target_of(&mapping.function_name);
        let function = match &target {
            Some(FunctionTarget::Function { function, .. }) => function,
            Some(FunctionTarget::Unknown(why)) => return Err((why.clone(), Place::of(id, "FunctionName"))),
            Some(FunctionTarget::Elsewhere) | None => {
                let why = Why::NotObserved("the function is not in this stack".to_owned());
                return Err((why, Place::of(id, "FunctionName")));
            }
        };
        let timeout = match stack.function(function).map(timeout) {
            Some(timeout) => known(timeout).map_err(|why| (why, Place::of(function, "Timeout")))?,
            None => {
                let why = Why::NotObserved(format!("{function} could not be read"));
                return Err((why, Place::of(function, "Timeout")));
            }
        };
        let window = known(mapping.maximum_batching_window_in_seconds.clone().or_default_of_service(0))
            .map_err(|why| (why, Place::of(id, "MaximumBatchingWindowInSeconds")))?;
        let hidden = known(queue.visibility_timeout.clone().or_default_of_service(DEFAULT_VISIBILITY))
            .map_err(|why| (why, Place::property("VisibilityTimeout")))?;
        Ok((function.clone(), timeout, window, hidden))
    };
    let (function, timeout, window, hidden) = match read() {
        Ok(read) => read,
        Err((why, place)) => return Verdict::inconclusive(why).place(place),
    };
    let needed = TIMES * timeout + window;
    if hidden >= needed {
        return Verdict::Pass;
    }
    let text = format!(
        "a message stays hidden for {hidden} s; {needed} s are needed: 6 x {timeout} s of {function} + {window} s of batching"
    );
    // Below one run of the function, messages are surely worked on twice.
    let verdict = if hidden < timeout + window {
        Verdict::fail(text)
    } else {
        Verdict::partial(u8::try_from(hidden * 100 / needed).unwrap_or(99), text)
    };
    verdict.at("VisibilityTimeout")
}

/// A number of seconds that is there by now.
fn known(seconds: Observed<u32>) -> Result<u64, Why> {
    match seconds {
        Observed::Present(seconds) => Ok(u64::from(seconds)),
        Observed::Absent => Err(Why::NotObserved("no value was observed".to_owned())),
        Observed::Unknown(why) => Err(why),
    }
}

fn sync_timeout_fits_api(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for invocation in stack.invocations.iter().filter(|call| call.kind == InvocationKind::Synchronous) {
        let Some(waits) = &invocation.waits else { continue };
        let Some(id) = invocation.target.function() else { continue };
        let Some(function) = stack.function(id) else { continue };
        let verdict = match (known(waits.clone()), known(timeout(function))) {
            (Err(why), _) => Verdict::inconclusive(why).place(Place::of(&invocation.caller, &invocation.place)),
            (_, Err(why)) => Verdict::inconclusive(why).at("Timeout"),
            (Ok(millis), Ok(seconds)) => {
                let caller = &invocation.caller;
                let text = format!("may run for {seconds} s, while {caller} waits {} s", in_seconds(millis));
                let verdict = Verdict::pass_if(seconds * 1_000 <= millis, text).at("Timeout");
                if_it_is(invocation, verdict)
            }
        };
        verdicts.say(id, verdict);
    }
    verdicts.0
}

/// Milliseconds as seconds, without decimals where there are none.
fn in_seconds(millis: u64) -> String {
    match millis % 1_000 {
        0 => (millis / 1_000).to_string(),
        rest => format!("{}.{rest:03}", millis / 1_000),
    }
}
