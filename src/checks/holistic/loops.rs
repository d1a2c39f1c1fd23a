//! Events that come back to the function that caused them.

use std::collections::{BTreeMap, BTreeSet};

use super::rings::Rings;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Why, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::{Edge, Graph, Relation, Stack},
};

pub(super) const NO_EVENT_LOOP: Check = Check {
    id: "no-event-loop",
    title: "No event comes back to the function that caused it, or Lambda stops it there",
    why: "A function that writes where it is called from calls itself, with all the concurrency of the account, until \
          somebody sees the bill. The path may lead through other functions, so no single resource shows it.",
    fix: "Write to another bucket, queue, topic or table than the one that calls the function, or narrow what its role \
          may write; leave RecursiveLoop at Terminate.",
    absent: "RecursiveLoop is Terminate: Lambda stops a chain through SQS, SNS, S3 and functions after some 16 rounds. \
             It does not follow events through DynamoDB, Kinesis or Step Functions.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
    pillar: Pillar::Cost,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::BucketNotification,
        Need::Function,
        Need::EventSourceMapping,
        Need::RuleTargets,
        Need::Roles,
        Need::IdentityPolicies,
        Need::Pipes,
        Need::StateMachines,
        Need::Subscriptions,
        Need::Topics,
    ],
    applies: Applies::Stack(&["AWS::Lambda::Function"], no_event_loop),
};

/// What Lambda follows an event through.
/// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html#invocation-recursion-supported>
const FOLLOWED: &[&str] = &["AWS::Lambda::Function", "AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue"];

/// What calls a function when something is put into it.
const TRIGGERS: &[&str] = &[
    "AWS::DynamoDB::GlobalTable",
    "AWS::DynamoDB::Table",
    "AWS::Kinesis::Stream",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
];

/// Whether an event goes on along the edge.
fn carries(edge: &Edge) -> bool {
    matches!(edge.relation, Relation::Invokes | Relation::Publishes | Relation::Writes)
}

fn no_event_loop(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let view = View::of(stack);
    let functions = stack.facts.each(|properties| match properties {
        crate::facts::Properties::Function(function) => Some(&**function),
        _ => None,
    });
    functions.filter_map(|(id, function)| Some((id.clone(), view.judge(id, function)?))).collect()
}

/// The stack as a judge of loops sees it.
struct View<'g, 'a> {
    stack: &'g Stack<'a>,
    /// Along edges that mean their ends by name.
    named: Ringed<'g>,
    /// Along these and those that a permission for everything opens.
    all: Ringed<'g>,
    triggers: BTreeMap<&'g LogicalId, Vec<&'g LogicalId>>,
}

/// Rings, and where the path of a function goes on along its ring.
struct Ringed<'g> {
    rings: Rings<'g>,
    next: BTreeMap<&'g LogicalId, &'g LogicalId>,
    /// For each ring what is on it that Lambda does not follow.
    unseen: BTreeMap<usize, &'g LogicalId>,
}

impl<'g> Ringed<'g> {
    fn of(graph: &'g Graph, stack: &Stack<'_>, takes: impl Fn(&Edge) -> bool) -> Self {
        let edges = || graph.edges.iter().filter(|edge| carries(edge) && takes(edge));
        let rings = Rings::of(edges().map(|edge| (&edge.from, &edge.to)));
        let on_one = |edge: &&Edge| {
            let number = rings.number(&edge.from);
            number.is_some() && number == rings.number(&edge.to)
        };
        let next = edges().filter(on_one).map(|edge| (&edge.from, &edge.to)).collect();
        let unseen = rings.nodes().filter(|(id, _)| !FOLLOWED.contains(&stack.type_of(id)));
        let unseen = unseen.map(|(id, number)| (number, id)).collect();
        Self { rings, next, unseen }
    }
}

impl<'g, 'a> View<'g, 'a> {
    fn of(stack: &'g Stack<'a>) -> Self {
        let graph = stack.graph();
        let mut triggers: BTreeMap<&LogicalId, Vec<&LogicalId>> = BTreeMap::new();
        let called = graph.edges.iter().filter(|edge| edge.relation == Relation::Invokes);
        for edge in called.filter(|edge| TRIGGERS.contains(&stack.type_of(&edge.from))) {
            triggers.entry(&edge.to).or_default().push(&edge.from);
        }
        let named = Ringed::of(graph, stack, |edge| !edge.by_wildcard);
        let all = Ringed::of(graph, stack, |_| true);
        Self { stack, named, all, triggers }
    }

    /// None of a function that nothing calls which it could write to.
    fn judge(&self, id: &LogicalId, function: &Function) -> Option<Verdict> {
        let allowed = match &function.recursive_loop {
            Observed::Present(mode) => Ok(mode == "Allow"),
            Observed::Absent => Ok(false),
            Observed::Unknown(why) => Err(why.clone()),
        };
        if let Some(verdict) = self.on_ring(&self.named, id, &allowed, "its role lets it put something into", (0, 50)) {
            return Some(verdict);
        }
        let triggers = self.triggers.get(id);
        let ring = self.on_ring(&self.all, id, &allowed, "its role lets it write anywhere, also to", (60, 80));
        match (ring, triggers) {
            (Some(verdict), _) => Some(verdict),
            (None, None) => None,
            (None, Some(triggers)) => Some(match self.may_write(id, triggers) {
                Some(why) if allowed != Ok(false) || self.any_unseen(triggers) => Verdict::inconclusive(why).at("Role"),
                _ => Verdict::Pass,
            }),
        }
    }

    /// The verdict of a function on a ring. The percentages are those where the loop is allowed, and where Lambda does
    /// not see it.
    fn on_ring(
        &self,
        ringed: &Ringed<'_>,
        id: &LogicalId,
        allowed: &Result<bool, Why>,
        words: &str,
        (when_allowed, when_unseen): (u8, u8),
    ) -> Option<Verdict> {
        let number = ringed.rings.number(id)?;
        let next = ringed.next.get(id)?;
        let text = format!("{words} {next}, and what is there comes back to it");
        let partly = |percent, text| if percent == 0 { Verdict::fail(text) } else { Verdict::partial(percent, text) };
        Some(match (allowed, ringed.unseen.get(&number)) {
            (Ok(true), _) => partly(when_allowed, format!("{text}; RecursiveLoop is Allow")).at("RecursiveLoop"),
            (Err(why), _) => Verdict::inconclusive(why.clone()).at("RecursiveLoop"),
            (Ok(false), Some(unseen)) => {
                partly(when_unseen, format!("{text}; Lambda does not follow events through {unseen}")).at("Role")
            }
            (Ok(false), None) => Verdict::Pass,
        })
    }

    /// Why nobody can tell whether it writes to one of these.
    fn may_write(&self, id: &LogicalId, triggers: &[&LogicalId]) -> Option<Why> {
        let triggers: BTreeSet<&LogicalId> = triggers.iter().copied().collect();
        let mut open =
            self.stack.graph().unsettled_of(id).filter(|open| open.may(&[Relation::Publishes, Relation::Writes]));
        let open = open.find(|open| open.to.as_ref().is_none_or(|to| triggers.contains(to)));
        open.map(|open| open.why.clone())
    }

    fn any_unseen(&self, triggers: &[&LogicalId]) -> bool {
        triggers.iter().any(|id| !FOLLOWED.contains(&self.stack.type_of(id)))
    }
}
