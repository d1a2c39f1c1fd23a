//! Queues and topics with the policies that resources of their own attach to them.
//!
//! As with buckets, a policy is judged with what it is attached to; one of which not all is in the stack is judged by
//! itself. What SQS and SNS say of a live queue or topic counts more than what the stack attaches.

use std::{collections::BTreeMap, rc::Rc};

use super::statements::located;
use crate::{
    check::{Verdict, VerdictKind},
    facts::{List, Observed, Properties, Resource, Target, Text, Untyped, Why, iam::PolicyDocument},
    inventory::LogicalId,
    stack::Stack,
};

/// A type that policies are attached to.
pub(super) struct Kind {
    owner: &'static str,
    noun: &'static str,
    attaching: &'static [Attaching],
    live: fn(&Properties) -> Option<&Observed<PolicyDocument>>,
    among: fn(&Attached) -> &Policies,
}

/// A type that attaches policies, and whom it names.
struct Attaching {
    r#type: &'static str,
    names: fn(&Untyped) -> List<Text>,
}

pub(super) const QUEUES: Kind = Kind {
    owner: "AWS::SQS::Queue",
    noun: "queue",
    attaching: &[
        Attaching { r#type: "AWS::SQS::QueuePolicy", names: |policy| policy.list("Queues") },
        Attaching { r#type: "AWS::SQS::QueueInlinePolicy", names: |policy| one(policy, "Queue") },
    ],
    live: |properties| match properties {
        Properties::Queue(queue) => Some(&queue.policy),
        _ => None,
    },
    among: |attached| &attached.queues,
};
pub(super) const TOPICS: Kind = Kind {
    owner: "AWS::SNS::Topic",
    noun: "topic",
    attaching: &[
        Attaching { r#type: "AWS::SNS::TopicPolicy", names: |policy| policy.list("Topics") },
        Attaching { r#type: "AWS::SNS::TopicInlinePolicy", names: |policy| one(policy, "TopicArn") },
    ],
    live: |properties| match properties {
        Properties::Topic(topic) => Some(&topic.policy),
        _ => None,
    },
    among: |attached| &attached.topics,
};

/// The types of queues, and of what attaches policies to them.
pub(super) const QUEUES_AND_POLICIES: &[&str] =
    &["AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"];
/// The types of topics, and of what attaches policies to them.
pub(super) const TOPICS_AND_POLICIES: &[&str] =
    &["AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::SNS::TopicInlinePolicy"];

const DOCUMENT: &str = "PolicyDocument";

fn one(policy: &Untyped, property: &str) -> List<Text> {
    Observed::Present(vec![policy.get(property)])
}

/// A policy of the stack.
struct Policy {
    id: LogicalId,
    document: Observed<PolicyDocument>,
    /// Whom it names, and who that is.
    named: Vec<(Observed<Text>, Target)>,
}

/// The policies of a stack, by whom they are attached to.
struct Attached {
    queues: Policies,
    topics: Policies,
}

/// The policies of one kind.
#[derive(Default)]
struct Policies {
    by_owner: BTreeMap<LogicalId, Vec<Rc<Policy>>>,
    /// Those of which not every owner is known.
    open: Vec<Rc<Policy>>,
}

impl Attached {
    fn of(stack: &Stack<'_>) -> Self {
        Self { queues: Policies::of(stack, &QUEUES), topics: Policies::of(stack, &TOPICS) }
    }
}

impl Policies {
    fn of(stack: &Stack<'_>, kind: &Kind) -> Self {
        let mut policies = Self::default();
        for policy in stack.facts.resources.iter().filter_map(|resource| policy(resource, stack, kind)).map(Rc::new) {
            let mut owners: Vec<&LogicalId> = policy.named.iter().filter_map(|(_, target)| owner(target)).collect();
            owners.sort();
            owners.dedup();
            for owner in owners {
                policies.by_owner.entry(owner.clone()).or_default().push(policy.clone());
            }
            if policy.named.iter().any(|(_, target)| matches!(target, Target::Unknown(_))) {
                policies.open.push(policy);
            }
        }
        policies
    }
}

fn owner(target: &Target) -> Option<&LogicalId> {
    match target {
        Target::Resource(id) => Some(id),
        Target::Elsewhere | Target::Unknown(_) => None,
    }
}

/// Judges each policy once, with its owner or by itself. The judge is told where the document stands. None, where
/// nothing is attached, and of a policy that is judged with its owners.
pub(super) fn each(
    resource: &Resource,
    stack: &Stack<'_>,
    kind: &Kind,
    judge: impl Fn(&Observed<PolicyDocument>, &str) -> Verdict,
) -> Option<Verdict> {
    if resource.reference.r#type.as_str() == kind.owner {
        return on_owner(resource, stack, kind, judge);
    }
    let policy = policy(resource, stack, kind)?;
    let joined = policy.named.iter().all(|(_, target)| matches!(target, Target::Resource(_)));
    if joined { None } else { Some(judge(&policy.document, DOCUMENT)) }
}

/// Judges what is attached to a queue or a topic; none, where nothing is.
pub(super) fn on_owner(
    resource: &Resource,
    stack: &Stack<'_>,
    kind: &Kind,
    judge: impl Fn(&Observed<PolicyDocument>, &str) -> Verdict,
) -> Option<Verdict> {
    let id = &resource.reference.logical_id;
    let attached = stack.derived(Attached::of);
    let policies = (kind.among)(&attached);
    let own = policies.by_owner.get(id).map_or(&[][..], Vec::as_slice);
    let live = (kind.live)(&resource.properties)?;
    match (live, own) {
        (Observed::Present(document), _) if is_empty(document) => None,
        (Observed::Absent, []) => may_be_attached(resource, stack, kind),
        (Observed::Absent, own) => {
            let verdicts = own.iter().map(|policy| located(judge(&policy.document, DOCUMENT), Some(&policy.id)));
            settled(verdicts.collect(), kind)
        }
        (live, [one]) => Some(located(judge(live, DOCUMENT), Some(&one.id))),
        (live, _) => Some(judge(live, "Policy")),
    }
}

fn is_empty(document: &PolicyDocument) -> bool {
    document.statements().is_ok_and(|mut statements| statements.next().is_none())
}

/// A policy whose owner nobody can tell may be that of everyone who has none. None, where no policy may be this one's.
pub(super) fn may_be_attached(owner: &Resource, stack: &Stack<'_>, kind: &Kind) -> Option<Verdict> {
    let attached = stack.derived(Attached::of);
    let mut named = (kind.among)(&attached).open.iter().flat_map(|policy| &policy.named);
    named.find_map(|(name, target)| match target {
        // A live queue or topic was asked for its policy.
        Target::Unknown(Why::NotObserved(_)) => None,
        Target::Unknown(why) if may_mean(name, owner) => Some(Verdict::inconclusive(why.clone())),
        _ => None,
    })
}

/// Whether a name that nobody can tell may be the owner's. What is given from outside is never a name that
/// CloudFormation makes up: only a reference means that one.
fn may_mean(named: &Observed<Text>, owner: &Resource) -> bool {
    let end = match named {
        Observed::Present(text) => text.literal_suffix(),
        Observed::Unknown(Why::Unresolved(_)) => "",
        // It could not be read at all.
        Observed::Absent | Observed::Unknown(_) => return true,
    };
    match owner.properties.name() {
        Some(Observed::Present(name)) => name.as_str().is_none_or(|name| name.ends_with(end)),
        Some(Observed::Unknown(_)) => true,
        Some(Observed::Absent) | None => false,
    }
}

/// Of several policies the last one written replaces the others, and nobody can tell which that is.
fn settled(verdicts: Vec<Verdict>, kind: &Kind) -> Option<Verdict> {
    let kinds: Vec<VerdictKind> = verdicts.iter().map(Verdict::kind).collect();
    if kinds.windows(2).all(|two| matches!(two, [first, second] if first == second)) {
        return verdicts.into_iter().reduce(Verdict::worse);
    }
    let text = format!("the {} has more than one policy, of which the last one written replaces the others", kind.noun);
    Some(Verdict::inconclusive(Why::Malformed(text)))
}

/// A resource as a policy, if it is one.
fn policy(resource: &Resource, stack: &Stack<'_>, kind: &Kind) -> Option<Policy> {
    let r#type = resource.reference.r#type.as_str();
    let attaching = kind.attaching.iter().find(|attaching| attaching.r#type == r#type)?;
    let unreadable = |why: &Why| vec![(Observed::Unknown(why.clone()), Target::Unknown(why.clone()))];
    let (document, named) = match &resource.properties {
        Properties::Untyped(properties) => {
            let named = match (attaching.names)(properties) {
                Observed::Present(names) => names.into_iter().map(|name| target(name, stack, kind)).collect(),
                Observed::Absent => unreadable(&Why::Malformed(format!("no {} is named", kind.noun))),
                Observed::Unknown(why) => unreadable(&why),
            };
            (properties.get(DOCUMENT), named)
        }
        Properties::Unreadable(why) => (Observed::Unknown(why.clone()), unreadable(why)),
        _ => return None,
    };
    Some(Policy { id: resource.reference.logical_id.clone(), document, named })
}

/// Whom a name, a URL or an ARN means. What another resource returns, a nested stack for example, is elsewhere.
fn target(name: Observed<Text>, stack: &Stack<'_>, kind: &Kind) -> (Observed<Text>, Target) {
    let is_owner =
        |id: &LogicalId| stack.resource(id).is_some_and(|resource| resource.reference.r#type.as_str() == kind.owner);
    let target = match name.as_text() {
        Ok(Some(text)) => match stack.directory.resolve(&text, &[kind.owner]) {
            Target::Resource(id) if !is_owner(&id) => Target::Elsewhere,
            Target::Elsewhere if text.as_str().is_none() && text.references().next().is_none() => {
                Target::Unknown(text.why_unresolved())
            }
            settled => settled,
        },
        Ok(None) => Target::Unknown(Why::Malformed(format!("no {} is named", kind.noun))),
        Err(why) => Target::Unknown(why),
    };
    (name, target)
}
