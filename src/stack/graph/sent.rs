//! One delivery: from whom, by which property, to whatever that names.

use super::{Drawing, Edge, Relation};
use crate::{
    facts::{List, Observed, Target, Text},
    inventory::LogicalId,
    stack::Stack,
};

/// What messages and events are sent to, with the service as ARNs call it.
pub(super) const CHANNELS: Kinds = Kinds {
    relation: Relation::Publishes,
    types: &[
        "AWS::SQS::Queue",
        "AWS::SNS::Topic",
        "AWS::Kinesis::Stream",
        "AWS::KinesisFirehose::DeliveryStream",
        "AWS::Events::EventBus",
        "AWS::Logs::LogGroup",
    ],
    services: &["sqs", "sns", "kinesis", "firehose", "events", "logs"],
};

/// What events start.
const STARTED: Kinds =
    Kinds { relation: Relation::Invokes, types: &["AWS::StepFunctions::StateMachine"], services: &["states"] };

/// What outcomes of a function are written into.
const BUCKETS: Kinds = Kinds { relation: Relation::Writes, types: &["AWS::S3::Bucket"], services: &["s3"] };

/// What items are put into.
pub(super) const TABLES: Kinds = Kinds {
    relation: Relation::Writes,
    types: &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
    services: &["dynamodb"],
};

/// Receivers of one kind, and what is done with them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds {
    pub(super) relation: Relation,
    pub(super) types: &'static [&'static str],
    pub(super) services: &'static [&'static str],
}

/// The resource that says who sends to whom.
pub(super) struct Sender<'d, 's, 'a> {
    pub(super) drawing: &'d mut Drawing,
    pub(super) stack: &'s Stack<'a>,
    pub(super) said_by: &'s LogicalId,
}

impl Sender<'_, '_, '_> {
    /// To a channel, or to something that it starts; a call of a function is drawn by its invocation.
    pub(super) fn sends(&mut self, from: &LogicalId, place: &str, arn: &Observed<Text>) {
        self.to(&[CHANNELS, STARTED], from, place, arn);
    }

    /// Where a function's outcomes go, which may be a bucket too.
    pub(super) fn hands_over(&mut self, from: &LogicalId, place: &str, arn: &Observed<Text>) {
        self.to(&[CHANNELS, STARTED, BUCKETS], from, place, arn);
        let Some(target) = self.stack.functions.target_of(arn) else { return };
        if let Some(to) = target.function() {
            let to = to.clone();
            self.edge(from, to, Relation::Invokes, place);
        }
    }

    pub(super) fn to(&mut self, kinds: &[Kinds], from: &LogicalId, place: &str, arn: &Observed<Text>) {
        let text = match arn {
            Observed::Present(text) => text,
            Observed::Absent => return,
            Observed::Unknown(why) => {
                let relations = kinds.iter().map(|kind| kind.relation);
                return relations.for_each(|relation| self.drawing.unsettled(from, Some(relation), None, why));
            }
        };
        for kind in kinds.iter().filter(|kind| may_be(text, kind.services)) {
            match self.stack.directory.resolve(text, kind.types) {
                Target::Resource(to) if self.is_one_of(&to, kind.types) => self.edge(from, to, kind.relation, place),
                Target::Resource(_) | Target::Elsewhere => {}
                Target::Unknown(why) => self.drawing.unsettled(from, Some(kind.relation), None, &why),
            }
        }
    }

    pub(super) fn edge(&mut self, from: &LogicalId, to: LogicalId, relation: Relation, place: &str) {
        self.drawing.edge(Edge {
            from: from.clone(),
            to,
            relation,
            said_by: self.said_by.clone(),
            place: place.to_owned(),
            qualifier: None,
            by_wildcard: false,
        });
    }

    /// A reference resolves to whatever it names, of any type.
    fn is_one_of(&self, id: &LogicalId, types: &[&str]) -> bool {
        self.stack.resource(id).is_some_and(|resource| types.contains(&resource.reference.r#type.as_str()))
    }

    /// A list of things of which each may be unknown: `each` says of one where it sends, and by which property.
    pub(super) fn each<T>(
        &mut self,
        from: &LogicalId,
        place: &str,
        list: &List<T>,
        each: impl Fn(&mut Self, &T, &str),
    ) {
        let items = match list {
            Observed::Present(items) => items,
            Observed::Absent => return,
            Observed::Unknown(why) => return self.drawing.unsettled(from, Some(Relation::Publishes), None, why),
        };
        for (index, item) in items.iter().enumerate() {
            match item {
                Observed::Present(item) => each(self, item, &format!("{place}[{index}]")),
                Observed::Absent => {}
                Observed::Unknown(why) => self.drawing.unsettled(from, Some(Relation::Publishes), None, why),
            }
        }
    }
}

/// Whether the ARN may be of one of these services: one that names another is settled, whatever follows.
fn may_be(arn: &Text, services: &[&str]) -> bool {
    let mut shape = arn.literal_prefix().split(':');
    let named = if shape.next() == Some("arn") { shape.nth(1).filter(|_| shape.next().is_some()) } else { None };
    named.is_none_or(|service| services.contains(&service))
}
