//! Checks of Amazon Kinesis Data Streams.
//!
//! Opt-in: `kinesis-retention` and `kinesis-on-demand-or-scaled`, for both cost money.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Untyped},
    need::Need,
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "kinesis-encryption",
        title: "Stream encrypts its records with a KMS key",
        why: "Records that are not encrypted are readable by whoever reads the disk, for as long as the stream keeps them.",
        fix: "Set StreamEncryption with EncryptionType KMS and KeyId; alias/aws/kinesis is the key that AWS manages.",
        absent: "Records are not encrypted.",
        reference: "https://docs.aws.amazon.com/streams/latest/dev/what-is-sse.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Streams],
        applies: Applies::Each(STREAM, encryption),
    },
    Check {
        id: "kinesis-retention",
        title: "Stream keeps its records long enough",
        why: "A consumer that stands still over a weekend loses what the stream no longer keeps.",
        fix: "Set RetentionPeriodHours to at least streamRetentionHours of the policy, 168 where it says nothing.",
        absent: "Records are kept for 24 hours.",
        reference: "https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Streams],
        applies: Applies::Each(STREAM, retention),
    },
    Check {
        id: "kinesis-on-demand-or-scaled",
        title: "Stream grows with its load",
        why: "A shard takes 1 MB or 1,000 records a second; what producers send beyond that is refused.",
        fix: "Set StreamModeDetails.StreamMode to ON_DEMAND.",
        absent: "PROVISIONED, with ShardCount shards. Nothing in a template shows who would change their number, so several of them hold in part.",
        reference: "https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html",
        pillar: Pillar::Performance,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Streams],
        applies: Applies::Each(STREAM, on_demand),
    },
];

const STREAM: &[&str] = &["AWS::Kinesis::Stream"];

/// Hours that a stream keeps records where it does not say.
const DEFAULT_RETENTION: u32 = 24;

fn encryption(stream: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let kms = |r#type: &String| Verdict::pass_if(r#type == "KMS", format!("EncryptionType is {}", r#type));
    let none = || Verdict::fail("StreamEncryption names no EncryptionType: records are not encrypted");
    Some(stream.judge("StreamEncryption.EncryptionType", kms, none))
}

fn retention(stream: &Untyped, yardstick: &Yardstick) -> Option<Verdict> {
    let path = "RetentionPeriodHours";
    let needed = yardstick.stream_retention_hours;
    let hours = stream.get::<u32>(path).or_default_of_service(DEFAULT_RETENTION);
    let verdict = |hours: &u32| {
        let text = format!("records are kept for {hours} hours; {needed} are needed");
        match *hours {
            hours if hours >= needed => Verdict::Pass,
            hours if hours > DEFAULT_RETENTION => Verdict::partial(share(hours, needed), text),
            _ => Verdict::fail(text),
        }
    };
    Some(hours.judge(verdict, || Verdict::fail("records are not kept")).at(path))
}

fn share(part: u32, whole: u32) -> u8 {
    u8::try_from(u64::from(part) * 100 / u64::from(whole.max(1))).unwrap_or(99)
}

fn on_demand(stream: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let mode = stream.get::<String>("StreamModeDetails.StreamMode").or_default_of_service("PROVISIONED".to_owned());
    let verdict = |mode: &String| if mode == "ON_DEMAND" { Verdict::Pass } else { provisioned(stream) };
    let verdict = mode.judge(verdict, || provisioned(stream));
    Some(verdict.at("StreamModeDetails.StreamMode"))
}

fn provisioned(stream: &Untyped) -> Verdict {
    match stream.get::<u32>("ShardCount").or_default_of_service(1) {
        Observed::Present(shards) if shards > 1 => Verdict::partial(
            50,
            format!("the stream has {shards} shards, and nothing of the stack changes their number"),
        ),
        Observed::Unknown(why) => Verdict::inconclusive(why),
        Observed::Present(_) | Observed::Absent => Verdict::fail("the stream has one shard, whatever its load"),
    }
}
