//! Data on its way from a store with a key of one's own to one without.

use super::{Verdicts, keys::key_of};
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    checks::kms,
    facts::{Properties, Resource, Text, Why, iam::Known},
    inventory::LogicalId,
    need::Need,
    stack::{Edge, Relation, Stack, Unsettled},
};

pub(super) const ENCRYPTION_CHAIN: Check = Check {
    id: "encryption-chain",
    title: "Data from a store with a customer key stays under customer keys",
    why: "The key of the first store protects nothing once its data lies in the next one: whoever may read there needs no \
          permission on the key. Other checks judge each store by itself; this one the step from one to the other.",
    fix: "Name a customer key in the store that receives as well (KmsMasterKeyId, SSESpecification, BucketEncryption).",
    absent: "Queues, buckets and tables are encrypted with keys of AWS; topics and streams not at all. Not all data is \
             worth a key of its own, so the check is opt-in.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_protect_data_rest_encrypt.html",
    pillar: Pillar::Security,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::OptIn,
    needs: &[
        Need::BucketEncryption,
        Need::BucketNotification,
        Need::Table,
        Need::Function,
        Need::EventSourceMapping,
        Need::Roles,
        Need::Pipes,
        Need::Subscriptions,
        Need::Queue,
        Need::Topics,
        Need::Streams,
        Need::DeliveryStreams,
    ],
    applies: Applies::Stack(STORES, encryption_chain),
};

const STORES: &[&str] = &[
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
];

fn encryption_chain(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for source in stores(stack) {
        let id = &source.reference.logical_id;
        let keyed = protection(source).map(|protection| protection == Protection::Customer);
        if keyed == Ok(false) {
            continue;
        }
        for Step { to, said_by, place, through, doubt } in steps(stack, id) {
            let Some(target) = stack.resource(to) else { continue };
            let words =
                through.map_or_else(|| format!("{id} sends to it"), |by| format!("{by} carries data of {id} to it"));
            let verdict = match (&keyed, judge(target, &words, through.is_some()), doubt) {
                (_, Verdict::Pass, _) => Verdict::Pass,
                (Err(why), ..) => Verdict::inconclusive(why.clone()),
                (_, _, Some(why)) => Verdict::inconclusive(why.clone()).place(Place::of(said_by, place)),
                (Ok(_), verdict, None) => verdict.place(Place::of(said_by, place)),
            };
            verdicts.say(to, verdict);
        }
    }
    verdicts.0
}

fn stores<'a>(stack: &Stack<'a>) -> impl Iterator<Item = &'a Resource> {
    stack.facts.resources.iter().filter(|resource| STORES.contains(&resource.reference.r#type.as_str()))
}

/// A step that data takes from a store, or may take.
struct Step<'s> {
    to: &'s LogicalId,
    said_by: &'s LogicalId,
    place: &'s str,
    /// The function that carries it; none where the service itself sends.
    through: Option<&'s LogicalId>,
    /// Why nobody can tell whether it is taken.
    doubt: Option<&'s Why>,
}

impl<'s> Step<'s> {
    fn along(edge: &'s Edge) -> Option<Self> {
        let step = Self { to: &edge.to, said_by: &edge.said_by, place: &edge.place, through: None, doubt: None };
        (!edge.by_wildcard).then_some(step)
    }

    fn perhaps(it: &'s Unsettled) -> Option<Self> {
        let (edge, to, doubt) = (it.by_name()?, it.to.as_ref()?, Some(&it.why));
        Some(Self { to, said_by: &edge.said_by, place: &edge.place, through: None, doubt })
    }
}

const PUTS: [Relation; 2] = [Relation::Writes, Relation::Publishes];

/// The steps that data takes from a store: sent by the service, or carried by a function that is meant for both.
fn steps<'s>(stack: &'s Stack<'_>, id: &'s LogicalId) -> Vec<Step<'s>> {
    let graph = stack.graph();
    let sent = graph.from(id).filter_map(Step::along);
    let reads = graph.to(id).filter(|edge| edge.relation == Relation::Reads && !edge.by_wildcard);
    let carriers = reads.map(|edge| (&edge.from, None)).chain(called(stack, id).map(|by| (by, None)));
    let readers = graph.unsettled_to(id).filter(|it| it.may(&[Relation::Reads]) && it.by_name().is_some());
    let readers = readers.map(|it| (&it.from, Some(&it.why)));
    let carried = carriers.chain(readers).flat_map(|(by, doubt)| {
        let puts = graph.from(by).filter(|edge| PUTS.contains(&edge.relation)).filter_map(Step::along);
        let maybe = graph.unsettled_of(by).filter(|it| it.may(&PUTS)).filter_map(Step::perhaps);
        puts.chain(maybe).map(move |step| Step { through: Some(by), doubt: doubt.or(step.doubt), ..step })
    });
    let is_store = |step: &Step<'_>| STORES.contains(&stack.type_of(step.to)) && step.to != id;
    sent.chain(carried).filter(is_store).collect()
}

/// The functions that are called with what the store holds.
fn called<'s>(stack: &'s Stack<'_>, id: &LogicalId) -> impl Iterator<Item = &'s LogicalId> {
    stack.graph().from(id).filter(|edge| edge.relation == Relation::Invokes).map(|edge| &edge.to)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    Customer,
    Aws,
    None,
}

fn protection(store: &Resource) -> Result<Protection, Why> {
    let key = key_of(store).map(|(_, key)| key).unwrap_or_default();
    if let Some(key) = key.as_text()? {
        return Ok(if is_customers(&key)? { Protection::Customer } else { Protection::Aws });
    }
    match &store.properties {
        Properties::Queue(queue) => Ok(match queue.sqs_managed_sse_enabled.known()? {
            Some(false) => Protection::None,
            _ => Protection::Aws,
        }),
        Properties::Topic(_) => Ok(Protection::None),
        Properties::Unreadable(why) => Err(why.clone()),
        Properties::Untyped(stream) => {
            let at_rest = ["StreamEncryption", "DeliveryStreamEncryptionConfigurationInput"];
            let written = at_rest.iter().map(|path| stream.written(path)).collect::<Result<Vec<_>, Why>>()?;
            Ok(if written.iter().any(Option::is_some) { Protection::Aws } else { Protection::None })
        }
        _ => Ok(Protection::Aws),
    }
}

/// `alias/aws/sqs` and its like are AWS's.
fn is_customers(key: &Text) -> Known {
    let services = ["dynamodb", "firehose", "kinesis", "s3", "sns", "sqs"];
    for service in services {
        if kms::is_managed(key, &format!("alias/aws/{service}")).unwrap_or_default() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn judge(target: &Resource, words: &str, is_carried: bool) -> Verdict {
    match (protection(target), is_carried) {
        (Ok(Protection::Customer), _) => Verdict::Pass,
        (Ok(Protection::None), false) => {
            Verdict::fail(format!("it is not encrypted, and {words}, which has a customer key"))
        }
        (Ok(Protection::None), true) => {
            Verdict::partial(40, format!("it is not encrypted, and {words}, which has a customer key"))
        }
        (Ok(Protection::Aws), false) => {
            Verdict::partial(50, format!("a key of AWS encrypts it, and {words}, which has a customer key"))
        }
        (Ok(Protection::Aws), true) => {
            Verdict::partial(75, format!("a key of AWS encrypts it, and {words}, which has a customer key"))
        }
        (Err(why), _) => Verdict::inconclusive(why),
    }
}
