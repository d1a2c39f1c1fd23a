//! Checks of `AWS::Lambda::EventSourceMapping`: queues, streams and Kafka.
//!
//! Retries and partial failures of Kafka are judged where the mapping has dedicated pollers
//! (`ProvisionedPollerConfig`), for only there can they be set.

use super::{Judged, find, joined, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Why,
        lambda::{DestinationConfig, EventSourceMapping, SourceKind},
    },
    need::Need,
};

const NEEDS: &[Need] = &[Need::EventSourceMapping];

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "esm-on-failure",
        title: "Stream mapping sends what it gives up to an OnFailure destination",
        why: "A record that fails until it expires, or until its retries are used up, is gone without a trace.",
        fix: "Set DestinationConfig.OnFailure.Destination to a queue, a topic or a bucket.",
        absent: "Records that are given up are dropped. Queues and brokers have no destination and are not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: NEEDS,
        applies: Applies::EachEventSourceMapping(on_failure),
    },
    Check {
        id: "esm-bounded-retry",
        title: "Stream mapping bounds its retries and splits failing batches",
        why: "One bad record is retried until it expires, for up to a week or longer, and blocks its shard meanwhile.",
        fix: "Set MaximumRetryAttempts or MaximumRecordAgeInSeconds, and BisectBatchOnFunctionError or \
              ReportBatchItemFailures.",
        absent: "Retried without end (-1), from Kafka with a destination ten times, and never split.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: NEEDS,
        applies: Applies::EachEventSourceMapping(bounded_retry),
    },
    Check {
        id: "esm-report-batch-failures",
        title: "Mapping lets the function report which records of a batch failed",
        why: "Without partial failures one bad record brings the whole batch back, and what succeeded is done twice.",
        fix: "Add ReportBatchItemFailures to FunctionResponseTypes, and return batchItemFailures.",
        absent: "An error fails the whole batch. Batches of one record and sources without this are not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: NEEDS,
        applies: Applies::EachEventSourceMapping(report_batch_failures),
    },
    Check {
        id: "esm-enabled",
        title: "Event source mapping polls",
        why: "A mapping that was switched off in an emergency lets messages pile up and expire.",
        fix: "Set Enabled to true, or remove the mapping.",
        absent: "Enabled.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: NEEDS,
        applies: Applies::EachEventSourceMapping(enabled),
    },
    Check {
        id: "esm-max-concurrency",
        title: "Queue mapping bounds its concurrency within what the function reserves",
        why: "Lambda polls on while the function is throttled; each throttled receive counts, and good messages end \
              in the dead-letter queue.",
        fix: "Set ScalingConfig.MaximumConcurrency to no more than ReservedConcurrentExecutions.",
        absent: "Up to the function's, else the account's concurrency. Only queues have the bound.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::EventSourceMapping, Need::Function],
        applies: Applies::EachEventSourceMapping(max_concurrency),
    },
];

/// Judges mappings whose source `concerns` the check.
fn of_source(
    mapping: &EventSourceMapping,
    concerns: impl FnOnce(SourceKind) -> Result<bool, Why>,
    property: &str,
    judge: impl FnOnce(&EventSourceMapping) -> Judged,
) -> Option<Verdict> {
    match joined(&mapping.source_kind) {
        Ok(kind) => match concerns(*kind) {
            Ok(true) => Some(verdict(judge(mapping), property)),
            Ok(false) => None,
            Err(why) => Some(Verdict::inconclusive(why).at("ProvisionedPollerConfig")),
        },
        Err(why) => Some(Verdict::inconclusive(why).at("EventSourceArn")),
    }
}

/// Whether a failed batch of this source is handled as a stream's is.
fn handled_like_stream(kind: SourceKind, mapping: &EventSourceMapping) -> Result<bool, Why> {
    Ok(kind.is_stream() || (kind.is_kafka() && mapping.provisioned_poller_config.known()?.is_some()))
}

fn on_failure(mapping: &EventSourceMapping, _: &Yardstick) -> Option<Verdict> {
    let concerned = |kind: SourceKind| Ok(kind.is_stream() || kind.is_kafka());
    of_source(mapping, concerned, "DestinationConfig.OnFailure", |mapping| {
        Ok(Verdict::pass_if(
            goes_somewhere(mapping)?,
            "no OnFailure destination: records that are given up are dropped",
        ))
    })
}

fn bounded_retry(mapping: &EventSourceMapping, _: &Yardstick) -> Option<Verdict> {
    let concerned = |kind: SourceKind| handled_like_stream(kind, mapping);
    of_source(mapping, concerned, "MaximumRetryAttempts", |mapping| {
        let bounds = [&mapping.maximum_retry_attempts, &mapping.maximum_record_age_in_seconds];
        let written = either(bounds.map(|bound| Ok(bound.known()?.is_some_and(|bound| *bound >= 0))));
        if !either([written, ten_by_destination(mapping)])? {
            return Ok(Verdict::fail("failed batches are retried until their records expire"));
        }
        let bisected = || Ok(mapping.bisect_batch_on_function_error.known()?.copied().unwrap_or(false));
        if either([reports(mapping), bisected()])? {
            return Ok(Verdict::Pass);
        }
        Ok(Verdict::partial(
            70,
            "retries are bounded, but a failing batch is never split: good records are lost with it",
        ))
    })
}

/// Kafka's records go to a destination after ten attempts where retries are without end.
/// <https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html>
fn ten_by_destination(mapping: &EventSourceMapping) -> Result<bool, Why> {
    let is_kafka = joined(&mapping.source_kind)?.is_kafka();
    Ok(is_kafka && goes_somewhere(mapping)?)
}

fn goes_somewhere(mapping: &EventSourceMapping) -> Result<bool, Why> {
    let target = DestinationConfig::failure_target(&mapping.destination_config);
    Ok(target.known()?.is_some_and(|target| target.as_str() != Some("")))
}

/// Whether any holds; ignorance counts only where none does.
fn either(known: [Result<bool, Why>; 2]) -> Result<bool, Why> {
    let [one, other] = known;
    match (one, other) {
        (Ok(true), _) | (_, Ok(true)) => Ok(true),
        (Err(why), _) | (_, Err(why)) => Err(why),
        (Ok(false), Ok(false)) => Ok(false),
    }
}

fn reports(mapping: &EventSourceMapping) -> Result<bool, Why> {
    Ok(find(&mapping.function_response_types, |kind| kind == "ReportBatchItemFailures")?.is_some())
}

fn report_batch_failures(mapping: &EventSourceMapping, _: &Yardstick) -> Option<Verdict> {
    if mapping.batch_size == Observed::Present(1) {
        return None;
    }
    let concerned = |kind: SourceKind| Ok(kind == SourceKind::Sqs || handled_like_stream(kind, mapping)?);
    of_source(mapping, concerned, "FunctionResponseTypes", |mapping| {
        Ok(Verdict::pass_if(reports(mapping)?, "one failed record brings the whole batch back"))
    })
}

fn enabled(mapping: &EventSourceMapping, _: &Yardstick) -> Option<Verdict> {
    const POLLS: &[&str] = &["Creating", "Enabling", "Enabled", "Updating"];
    let wanted = mapping
        .enabled
        .judge(|enabled| Verdict::pass_if(*enabled, "Enabled is false: nothing is read"), || Verdict::Pass)
        .at("Enabled");
    let live = mapping
        .state
        .judge(
            |state| Verdict::pass_if(POLLS.contains(&state.as_str()), format!("the mapping is {state}")),
            || Verdict::Pass,
        )
        .at("State");
    Some(wanted.worse(live))
}

fn max_concurrency(mapping: &EventSourceMapping, _: &Yardstick) -> Option<Verdict> {
    // Dedicated pollers bound the concurrency themselves, and exclude the setting.
    let concerned =
        |kind: SourceKind| Ok(kind == SourceKind::Sqs && mapping.provisioned_poller_config.known()?.is_none());
    of_source(mapping, concerned, "ScalingConfig.MaximumConcurrency", |mapping| {
        mapping.provisioned_poller_config.known()?;
        let bound = mapping.scaling_config.as_ref().and_then(|scaling| scaling.maximum_concurrency.clone());
        let Some(bound) = bound.known()?.copied() else {
            return Ok(match mapping.function_reserved_concurrency.known()? {
                Some(reserved) => {
                    Verdict::fail(format!("no bound: Lambda polls past the {reserved} executions reserved"))
                }
                None => Verdict::partial(50, "no bound: the queue may take the concurrency of the whole account"),
            });
        };
        Ok(match mapping.function_reserved_concurrency.known()? {
            Some(&reserved) if bound > reserved => {
                Verdict::fail(format!("MaximumConcurrency is {bound}, but only {reserved} executions are reserved"))
            }
            _ => Verdict::Pass,
        })
    })
}
