//! Ways from the internet to data, without anybody being asked who he is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{
    Verdicts,
    entries::{Entry, entries},
    managed_policies,
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Properties, Why},
    inventory::LogicalId,
    need::Need,
    stack::{Edge, Relation, Stack},
};

pub(super) const PUBLIC_PATH_TO_DATA: Check = Check {
    id: "public-path-to-data",
    title: "No caller gets to data of the stack without being asked who calls",
    why: "An open entry is one thing, a role that may change a table another; together anybody on the internet changes the \
          table with one request. Other checks judge the entry or the role; this one the path between them.",
    fix: "Ask for authorization at the entry (AuthType: AWS_IAM, an authorizer), or take the permission away from the \
          function behind it. An exemption says that the data is meant to be public.",
    absent: "A method or route without AuthorizationType is open. An API key counts as being asked; a private API, and one \
             whose policy names its callers, is not judged.",
    reference: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/identity-and-access-management.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::StackTemplate,
        Need::Function,
        Need::FunctionUrl,
        Need::FunctionAliases,
        Need::RestApiIntegrations,
        Need::HttpApiIntegrations,
        Need::HttpApiRoutes,
        Need::EventSourceMapping,
        Need::Subscriptions,
        Need::StateMachines,
        Need::Roles,
        Need::Queue,
        Need::QueuePolicies,
        Need::Topics,
        Need::TopicPolicies,
    ],
    applies: Applies::Stack(
        &[
            "AWS::ApiGateway::Method",
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Route",
            "AWS::Lambda::Url",
        ],
        public_path_to_data,
    ),
};

/// What holds data that somebody may mind. Parameters and queues are on the way to it.
const STORES: &[&str] = &["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret"];
const TOUCHES: [Relation; 2] = [Relation::Reads, Relation::Writes];
const PASSES_ON: [Relation; 2] = [Relation::Invokes, Relation::Publishes];

fn public_path_to_data(stack: &Stack<'_>, yardstick: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    // Many routes lead to one function.
    let mut known: BTreeMap<LogicalId, Reach> = BTreeMap::new();
    for entry in entries(stack) {
        for first in &entry.reaches {
            let reach = known.entry(first.clone()).or_insert_with(|| Reach::of(stack, first, yardstick));
            verdicts.say(&entry.subject, reach.judge(&entry));
        }
    }
    verdicts.0
}

/// What can be got at from one resource on.
struct Reach {
    /// The worst of the ways, in words.
    way: Option<Way>,
    /// Why the first resource may do worse.
    unsettled: Option<Why>,
    /// Why one further on may get at data after all.
    further: Option<Why>,
}

struct Way {
    /// From the first resource to the store.
    words: String,
    /// Whether the resource that the caller reaches first changes data itself.
    is_direct_write: bool,
}

impl Reach {
    fn of(stack: &Stack<'_>, first: &LogicalId, yardstick: &Yardstick) -> Self {
        let mut reach = Self { way: None, unsettled: None, further: None };
        let mut seen = BTreeSet::from([first.clone()]);
        let mut waiting = VecDeque::from([(first.clone(), first.to_string(), true)]);
        while let Some((at, words, is_first)) = waiting.pop_front() {
            for edge in stack.graph().from(&at) {
                if TOUCHES.contains(&edge.relation) && STORES.contains(&stack.type_of(&edge.to)) {
                    reach.found(edge, &words, is_first);
                }
                // A topic's subscribers come after its publisher, and so on.
                if PASSES_ON.contains(&edge.relation) && seen.insert(edge.to.clone()) {
                    let next = format!("{words} -> {}", edge.to);
                    waiting.push_back((edge.to.clone(), next, false));
                }
            }
            if is_first {
                reach.unsettled = unsettled(stack, &at, yardstick);
            } else if reach.further.is_none() {
                reach.further = unsettled(stack, &at, yardstick);
            }
            // Whether it may pass something on to whom it knows.
            if reach.further.is_none() {
                let mut open = stack.graph().unsettled_of(&at);
                let open = open.find(|open| open.to.is_some() && open.may(&PASSES_ON));
                reach.further = open.map(|open| open.why.clone());
            }
        }
        reach
    }

    fn found(&mut self, edge: &Edge, words: &str, is_first: bool) {
        let is_direct_write = is_first && edge.relation == Relation::Writes;
        if self.way.as_ref().is_none_or(|way| is_direct_write && !way.is_direct_write) {
            let words = format!("{words} {} {}", edge.relation.verb(), edge.to);
            self.way = Some(Way { words, is_direct_write });
        }
    }

    fn judge(&self, entry: &Entry) -> Verdict {
        let verdict = match (&self.way, &self.unsettled) {
            (Some(way), _) if way.is_direct_write => {
                Verdict::fail(format!("nobody is asked who calls, and {}", way.words))
            }
            (_, Some(why)) => Verdict::inconclusive(why.clone()),
            (Some(way), None) => Verdict::partial(60, format!("nobody is asked who calls, and {}", way.words)),
            (None, None) => self.further.clone().map_or(Verdict::Pass, Verdict::inconclusive),
        };
        match (&entry.is_open, verdict) {
            (_, Verdict::Pass) => Verdict::Pass,
            (Err(why), _) => Verdict::inconclusive(why.clone()).at(&entry.place),
            (Ok(_), verdict) => verdict.at(&entry.place),
        }
    }
}

/// Why a function may get at more than its edges say.
fn unsettled(stack: &Stack<'_>, function: &LogicalId, yardstick: &Yardstick) -> Option<Why> {
    let open = stack.graph().unsettled_of(function).find(|open| open.may(&TOUCHES)).map(|open| open.why.clone());
    let managed = || match &stack.resource(function)?.properties {
        Properties::Function(function) => {
            managed_policies::beyond(stack, function, &yardstick.allowed_managed_policies)
        }
        Properties::Unreadable(why) => Some(why.clone()),
        _ => None,
    };
    open.or_else(managed)
}
