//! Logging, tracing, encryption and tags of state machines.
//!
//! Opt-in: `sfn-encryption-cmk`. Everything is encrypted with a key of AWS anyway; a key of one's own costs money.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::tags,
    facts::{
        List, Observed, Why,
        stepfunctions::{LoggingConfiguration, StateMachine},
    },
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sfn-logging",
        title: "State machine logs its executions",
        why: "Of an express workflow nothing is kept but its log, and of any other the history is gone after 90 days: \
              a failed execution cannot be explained.",
        fix: "Set LoggingConfiguration with Level ALL or ERROR and a CloudWatch log group in Destinations.",
        absent: "Level is OFF: nothing is logged.",
        reference: "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StateMachines],
        applies: Applies::EachStateMachine(logging),
    },
    Check {
        id: "sfn-xray",
        title: "State machine is traced",
        why: "Without a trace nobody sees which of the services an execution calls is slow or fails.",
        fix: "Set TracingConfiguration.Enabled to true.",
        absent: "Executions are not traced.",
        reference: "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StateMachines],
        applies: Applies::EachStateMachine(tracing),
    },
    Check {
        id: "sfn-encryption-cmk",
        title: "State machine encrypts definition and executions with a customer key",
        why: "Inputs and outputs of executions hold business data; a customer key is a second lock on them, its use is \
              logged, and it can be withdrawn.",
        fix: "Set EncryptionConfiguration with Type CUSTOMER_MANAGED_KMS_KEY and KmsKeyId.",
        absent: "Encrypted with a key that AWS owns. A key of one's own costs money, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::StateMachines],
        applies: Applies::EachStateMachine(encryption),
    },
    Check {
        id: "sfn-tagged",
        title: "State machine carries the tags that policy requires",
        why: "Without tags nobody knows whose state machine it is, and who pays.",
        fix: "Add the missing keys to Tags.",
        absent: "No tags. Where policy requires none, nothing is judged.",
        reference: "https://docs.aws.amazon.com/step-functions/latest/apireference/API_TagResource.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StateMachines],
        applies: Applies::EachStateMachine(tagged),
    },
];

fn logging(machine: &StateMachine, _: &Yardstick) -> Option<Verdict> {
    let verdict = machine.logging_configuration.known().and_then(|configuration| match configuration {
        Some(configuration) => logged(configuration),
        None => Ok(Verdict::fail("no LoggingConfiguration: nothing is logged")),
    });
    Some(verdict.unwrap_or_else(Verdict::inconclusive).at("LoggingConfiguration"))
}

fn logged(configuration: &LoggingConfiguration) -> Result<Verdict, Why> {
    let level = configuration.level.known()?.map_or("OFF", String::as_str);
    match level {
        "OFF" => return Ok(Verdict::fail("Level is OFF: nothing is logged")),
        "ALL" | "ERROR" | "FATAL" => {}
        other => return Err(Why::Malformed(format!("Level {other:?} is none that Step Functions has"))),
    }
    if !any(&configuration.destinations)? {
        return Ok(Verdict::fail(format!("Level is {level}, but Destinations names no log group")));
    }
    let only_fatal = "Level is FATAL: of a failed execution its end is logged, not the error of the state that failed";
    Ok(if level == "FATAL" { Verdict::partial(60, only_fatal) } else { Verdict::Pass })
}

/// Whether the list has an element.
///
/// # Errors
/// Where it may have one that nobody could read.
fn any<T>(list: &List<T>) -> Result<bool, Why> {
    let items = list.known()?.map_or(&[][..], Vec::as_slice);
    if items.iter().any(|item| matches!(item, Observed::Present(_))) {
        return Ok(true);
    }
    items.iter().try_fold(false, |found, item| item.known().map(|_| found))
}

fn tracing(machine: &StateMachine, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("TracingConfiguration.Enabled is not true: executions are not traced");
    let enabled = machine.tracing_configuration.as_ref().and_then(|configuration| configuration.enabled.as_ref());
    Some(enabled.judge(|on| if **on { Verdict::Pass } else { off() }, off).at("TracingConfiguration.Enabled"))
}

fn encryption(machine: &StateMachine, _: &Yardstick) -> Option<Verdict> {
    let owned = || Verdict::fail("encrypted with a key that AWS owns");
    let kind = machine.encryption_configuration.as_ref().and_then(|configuration| configuration.r#type.as_ref());
    let verdict = kind.judge(
        |kind| match kind.as_str() {
            "CUSTOMER_MANAGED_KMS_KEY" => Verdict::Pass,
            "AWS_OWNED_KEY" => owned(),
            other => Verdict::inconclusive(Why::Malformed(format!("Type {other:?} is none that Step Functions has"))),
        },
        owned,
    );
    Some(verdict.at("EncryptionConfiguration.Type"))
}

fn tagged(machine: &StateMachine, yardstick: &Yardstick) -> Option<Verdict> {
    tags::tagged(&machine.tags, yardstick)
}
