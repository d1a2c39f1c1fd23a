//! The resources of all branches, each content once, so that no judge sees the same thing twice.

use std::{cell::OnceCell, collections::BTreeMap};

use super::branches::{Assumptions, Outcome, merge};
use crate::{
    check::{
        Applies, Check, Judge, JudgeInStack, Place, Verdict, Yardstick,
        own_rules::{Document, OwnRule},
    },
    facts::{
        Branch, Facts, Observed, Properties, Why,
        dynamodb::{GlobalTable, Table},
        lambda::{Function, OtherPermission, Permission},
    },
    inventory::{LogicalId, ResourceRef, ResourceType},
    stack::Stack,
};

/// The type that a finding carries where its subject is no resource of the stack.
const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

const FUNCTION: &str = "AWS::Lambda::Function";

/// Where the statements of a function's policies are, which are no property of it.
const POLICY: &str = "Policy";

/// Every resource of every branch, in the order of the source.
pub(super) struct Subjects<'a> {
    branches: &'a [Branch],
    assumptions: Assumptions<'a>,
    subjects: Vec<Subject<'a>>,
    /// Where the subjects of a type stand, and those of an id: of a large stack a check looks at few.
    of_type: BTreeMap<&'a str, Vec<usize>>,
    of_id: BTreeMap<&'a LogicalId, Vec<usize>>,
    /// Where those stand that nobody could read in some branch.
    unread: Vec<usize>,
    /// Groups of branches that hold the same resources with the same contents.
    alike: Vec<Vec<usize>>,
    /// One stack a group; built when the first holistic check asks.
    stacks: OnceCell<Vec<Stack<'a>>>,
    /// One document a branch; built when the first of the user's own rules asks.
    documents: OnceCell<Vec<Document>>,
}

/// One resource over all branches.
struct Subject<'a> {
    reference: &'a ResourceRef,
    variants: Vec<Variant<'a>>,
}

/// Who is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) id: LogicalId,
    pub(super) r#type: ResourceType,
}

/// What a check says of one of them.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    /// Its place in the order of the source; what is no resource stands behind all others.
    pub(super) position: usize,
    pub(super) name: Name,
    pub(super) verdict: Verdict,
}

/// One content of a resource, and the branches that have it.
struct Variant<'a> {
    properties: &'a Properties,
    branches: Vec<usize>,
}

impl<'a> Subjects<'a> {
    /// Collects the resources of all branches.
    pub(super) fn of(branches: &'a [Branch]) -> Self {
        let subjects = collect(branches);
        let alike = groups(&subjects, branches.len());
        let mut of_type: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut of_id: BTreeMap<&LogicalId, Vec<usize>> = BTreeMap::new();
        for (position, subject) in subjects.iter().enumerate() {
            of_type.entry(subject.r#type()).or_default().push(position);
            of_id.entry(&subject.reference.logical_id).or_default().push(position);
        }
        let unread = (0..subjects.len()).filter(|&position| subjects[position].is_unread()).collect();
        Self {
            branches,
            assumptions: Assumptions::of(branches),
            subjects,
            of_type,
            of_id,
            unread,
            alike,
            stacks: OnceCell::new(),
            documents: OnceCell::new(),
        }
    }

    /// The types there are, by name, with the numbers of their resources.
    pub(super) fn types(&self) -> impl Iterator<Item = (&'a str, usize)> {
        self.of_type.iter().map(|(r#type, positions)| (*r#type, positions.len()))
    }

    /// What a check says of each of them, where it applies.
    pub(super) fn judge(&self, check: &Check, yardstick: &Yardstick) -> Vec<Judged> {
        match check.applies {
            Applies::Stack(types, judge) => self.judge_stack(types, |stack| judge(stack, yardstick)),
            Applies::EachInStack(types, judge) => {
                self.judge_stack(types, |stack| each_in(stack, types, judge, yardstick))
            }
            Applies::Own(rule) => self.judge_own(rule),
            Applies::TheStack(judge) => self.judge_itself(judge, yardstick).into_iter().collect(),
            ref applies => self.judge_each(applies, yardstick),
        }
    }

    /// The stack is no resource of its own; it goes by its name.
    fn judge_itself(&self, judge: Judge<Facts>, yardstick: &Yardstick) -> Option<Judged> {
        let id = LogicalId::new(&self.branches.first()?.facts.stack.name);
        let said = self.branches.iter().map(|branch| Outcome::of(judge(&branch.facts, yardstick)));
        let verdict = merge(&said.collect::<Vec<_>>(), &self.assumptions)?;
        let name = Name { id, r#type: ResourceType::new(STACK_TYPE) };
        Some(Judged { position: self.subjects.len(), name, verdict })
    }

    /// A rule sees what the template wrote, which may differ where what checks read of it does not: it is asked in every
    /// branch.
    fn judge_own(&self, rule: &OwnRule) -> Vec<Judged> {
        let documents =
            self.documents.get_or_init(|| self.branches.iter().map(|branch| Document::of(&branch.facts)).collect());
        let mut said: BTreeMap<LogicalId, Vec<(usize, Verdict)>> = BTreeMap::new();
        for (branch, document) in documents.iter().enumerate() {
            for (id, verdict) in rule.judge(document, &self.branches[branch].facts.stack.name) {
                said.entry(id).or_default().push((branch, verdict));
            }
        }
        let mut judged = Vec::new();
        for (position, subject) in self.subjects.iter().enumerate().filter(|_| rule.is_of_each()) {
            let mut outcomes = vec![Outcome::Gone; self.branches.len()];
            for &branch in subject.variants.iter().flat_map(|variant| &variant.branches) {
                outcomes[branch] = Outcome::NotApplicable;
            }
            let of_subject = said.get(&subject.reference.logical_id).into_iter().flatten();
            // An id that changes its type from branch to branch is several subjects.
            for (branch, verdict) in of_subject.filter(|(branch, _)| subject.has(*branch)) {
                outcomes[*branch].worsen(&Outcome::Judged(verdict.clone()));
            }
            let verdict = merge(&outcomes, &self.assumptions);
            judged.extend(verdict.map(|verdict| Judged { position, name: subject.name(), verdict }));
        }
        for (id, said) in said.into_iter().filter(|_| !rule.is_of_each()) {
            let mut outcomes = vec![Outcome::NotApplicable; self.branches.len()];
            for (branch, verdict) in said {
                outcomes[branch] = Outcome::Judged(verdict);
            }
            let name = Name { id, r#type: ResourceType::new(STACK_TYPE) };
            let verdict = merge(&outcomes, &self.assumptions);
            judged.extend(verdict.map(|verdict| Judged { position: self.subjects.len(), name, verdict }));
        }
        judged
    }

    fn judge_each(&self, applies: &Applies, yardstick: &Yardstick) -> Vec<Judged> {
        let mut positions: Vec<usize> =
            applies.types().iter().filter_map(|r#type| self.of_type.get(r#type)).flatten().copied().collect();
        positions.sort_unstable();
        positions.dedup();
        let judged = positions.into_iter().filter_map(|position| {
            let subject = &self.subjects[position];
            let r#type = subject.r#type();
            let verdict = self.over_branches(subject, |properties| atomic(applies, r#type, properties, yardstick))?;
            Some(Judged { position, name: subject.name(), verdict })
        });
        judged.collect()
    }

    /// Each content of a resource is judged once, however many branches have it.
    fn over_branches(&self, subject: &Subject<'_>, judge: impl Fn(&Properties) -> Option<Verdict>) -> Option<Verdict> {
        if let [everywhere] = subject.variants.as_slice()
            && everywhere.branches.len() == self.branches.len()
        {
            return judge(everywhere.properties);
        }
        let mut outcomes = vec![Outcome::Gone; self.branches.len()];
        for variant in &subject.variants {
            let outcome = Outcome::of(judge(variant.properties));
            for &branch in &variant.branches {
                outcomes[branch].worsen(&outcome);
            }
        }
        merge(&outcomes, &self.assumptions)
    }

    fn judge_stack(&self, types: &[&str], judge: impl Fn(&Stack<'_>) -> Vec<(LogicalId, Verdict)>) -> Vec<Judged> {
        let mut said: BTreeMap<usize, Vec<(usize, Verdict)>> = BTreeMap::new();
        let mut of_no_resource: BTreeMap<LogicalId, Vec<(usize, Verdict)>> = BTreeMap::new();
        for (group, stack) in self.stacks().iter().enumerate() {
            for (id, verdict) in judge(stack) {
                let said_of = match self.position_of(&id, group) {
                    Some(position) => said.entry(position).or_default(),
                    None => of_no_resource.entry(id).or_default(),
                };
                said_of.push((group, verdict));
            }
        }
        for &position in self.unread.iter().filter(|&&position| types.contains(&self.subjects[position].r#type())) {
            said.entry(position).or_default();
        }
        let mut verdicts = Vec::new();
        for (position, said) in said {
            let subject = &self.subjects[position];
            let outcomes = self.stack_outcomes(subject, types.contains(&subject.r#type()), &said);
            let verdict = merge(&outcomes, &self.assumptions);
            verdicts.extend(verdict.map(|verdict| Judged { position, name: subject.name(), verdict }));
        }
        for (id, said) in of_no_resource {
            let mut outcomes = vec![Outcome::NotApplicable; self.branches.len()];
            self.spread(&mut outcomes, &said);
            let name = Name { id, r#type: ResourceType::new(STACK_TYPE) };
            let verdict = merge(&outcomes, &self.assumptions);
            verdicts.extend(verdict.map(|verdict| Judged { position: self.subjects.len(), name, verdict }));
        }
        verdicts
    }

    /// Where the resource of this id stands that the branches of a group have. An id that changes its type from branch
    /// to branch is several subjects; one that no branch of the group has goes by the first.
    fn position_of(&self, id: &LogicalId, group: usize) -> Option<usize> {
        let positions = self.of_id.get(id)?;
        let branch = self.alike[group].first()?;
        let there = positions.iter().find(|&&position| self.subjects[position].has(*branch));
        there.or_else(|| positions.first()).copied()
    }

    /// Where the judge is silent on a resource of its types that nobody could read, that is no verdict but ignorance.
    fn stack_outcomes(&self, subject: &Subject<'_>, unread: bool, said: &[(usize, Verdict)]) -> Vec<Outcome> {
        let mut outcomes = vec![Outcome::Gone; self.branches.len()];
        for variant in &subject.variants {
            for &branch in &variant.branches {
                outcomes[branch].worsen(&Outcome::NotApplicable);
            }
        }
        self.spread(&mut outcomes, said);
        for variant in subject.variants.iter().filter(|_| unread) {
            if let Properties::Unreadable(why) = variant.properties {
                for &branch in &variant.branches {
                    if outcomes[branch] == Outcome::NotApplicable {
                        outcomes[branch] = Outcome::Judged(Verdict::inconclusive(why.clone()));
                    }
                }
            }
        }
        outcomes
    }

    /// What was said of a group holds in each of its branches.
    fn spread(&self, outcomes: &mut [Outcome], said: &[(usize, Verdict)]) {
        for (group, verdict) in said {
            for &branch in &self.alike[*group] {
                outcomes[branch].worsen(&Outcome::Judged(verdict.clone()));
            }
        }
    }

    fn stacks(&self) -> &[Stack<'a>] {
        self.stacks.get_or_init(|| {
            let first_of_each = self.alike.iter().filter_map(|group| group.first());
            first_of_each.map(|&branch| Stack::of(&self.branches[branch].facts)).collect()
        })
    }
}

/// Merges the branches' resources: one that only a later branch has stands after its neighbour there.
fn collect(branches: &[Branch]) -> Vec<Subject<'_>> {
    let mut subjects: Vec<Subject<'_>> = Vec::new();
    let mut order: Vec<usize> = Vec::new();
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (branch, facts) in branches.iter().map(|branch| &branch.facts).enumerate() {
        let mut place = 0;
        for resource in &facts.resources {
            let reference = &resource.reference;
            let key = (reference.logical_id.as_str(), reference.r#type.as_str());
            let subject = *known.entry(key).or_insert_with(|| {
                subjects.push(Subject { reference, variants: Vec::new() });
                order.insert(place, subjects.len() - 1);
                subjects.len() - 1
            });
            place = position(&order, subject, place) + 1;
            subjects[subject].add(&resource.properties, branch);
        }
    }
    let mut sorted: Vec<Option<Subject<'_>>> = subjects.into_iter().map(Some).collect();
    order.into_iter().filter_map(|subject| sorted[subject].take()).collect()
}

/// Where `subject` stands in `order`; nearly always at or right after the place expected.
fn position(order: &[usize], subject: usize, expected: usize) -> usize {
    let after = order.iter().skip(expected).position(|&other| other == subject).map(|offset| expected + offset);
    after.or_else(|| order.iter().position(|&other| other == subject)).unwrap_or(expected)
}

impl<'a> Subject<'a> {
    fn name(&self) -> Name {
        Name { id: self.reference.logical_id.clone(), r#type: self.reference.r#type.clone() }
    }

    fn r#type(&self) -> &'a str {
        self.reference.r#type.as_str()
    }

    fn is_unread(&self) -> bool {
        self.variants.iter().any(|variant| matches!(variant.properties, Properties::Unreadable(_)))
    }

    fn has(&self, branch: usize) -> bool {
        self.variants.iter().any(|variant| variant.branches.contains(&branch))
    }

    fn add(&mut self, properties: &'a Properties, branch: usize) {
        match self.variants.iter_mut().find(|variant| variant.properties == properties) {
            Some(variant) => variant.branches.push(branch),
            None => self.variants.push(Variant { properties, branches: vec![branch] }),
        }
    }
}

/// Branches with the same contents, by the variants they have of each resource.
fn groups(subjects: &[Subject<'_>], branches: usize) -> Vec<Vec<usize>> {
    let mut contents: Vec<Vec<(usize, usize)>> = vec![Vec::new(); branches];
    for (index, subject) in subjects.iter().enumerate() {
        for (variant, having) in subject.variants.iter().enumerate() {
            for &branch in &having.branches {
                contents[branch].push((index, variant));
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut group_of: BTreeMap<Vec<(usize, usize)>, usize> = BTreeMap::new();
    for (branch, content) in contents.into_iter().enumerate() {
        let group = *group_of.entry(content).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(members) => members.push(branch),
            None => groups.push(vec![branch]),
        }
    }
    groups
}

/// One judge on each resource of its types. One that could not be read is left to whoever asks.
fn each_in(stack: &Stack<'_>, types: &[&str], judge: JudgeInStack, yardstick: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let read = types.iter().flat_map(|r#type| stack.of_type(r#type));
    let read = read.filter(|resource| !matches!(resource.properties, Properties::Unreadable(_)));
    read.filter_map(|resource| Some((resource.reference.logical_id.clone(), judge(resource, stack, yardstick)?)))
        .collect()
}

/// One judge on one resource of its type.
fn atomic(applies: &Applies, r#type: &str, properties: &Properties, yardstick: &Yardstick) -> Option<Verdict> {
    match (applies, properties) {
        // A template that leaves open whether there is a resource: AWS Config has nothing to say of it.
        (Applies::EachEvaluated(..), Properties::Unreadable(Why::Unresolved(_))) => None,
        // Its permissions are resources of their own; what a live policy says beside them is part of a function read.
        (Applies::EachPermission(_), Properties::Unreadable(_)) if r#type == FUNCTION => None,
        (_, Properties::Unreadable(why)) => Some(Verdict::inconclusive(why.clone())),
        (Applies::EachBucket(judge), Properties::Bucket(it)) => judge(it, yardstick),
        (Applies::EachBucketPolicy(judge, _), Properties::Bucket(it)) => judge(it, yardstick),
        (Applies::EachBucketPolicy(_, judge), Properties::BucketPolicy(it)) => judge(it, yardstick),
        (Applies::EachAccessPoint(judge), Properties::AccessPoint(it)) => judge(it, yardstick),
        (Applies::EachTable(judge), Properties::Table(it)) => judge(it, yardstick),
        (Applies::EachTable(judge), Properties::GlobalTable(it)) => every_replica(*judge, it, yardstick),
        (Applies::EachDaxCluster(judge), Properties::DaxCluster(it)) => judge(it, yardstick),
        (Applies::EachFunction(judge), Properties::Function(it)) => judge(it, yardstick),
        (Applies::EachAlias(judge), Properties::Alias(it)) => judge(it, yardstick),
        (Applies::EachPermission(judge), Properties::Permission(it)) => judge(it, yardstick),
        (Applies::EachPermission(judge), Properties::Function(it)) => every_other_permission(*judge, it, yardstick),
        (Applies::EachFunctionUrl(judge), Properties::FunctionUrl(it)) => judge(it, yardstick),
        (Applies::EachEventSourceMapping(judge), Properties::EventSourceMapping(it)) => judge(it, yardstick),
        (Applies::EachEventInvokeConfig(judge), Properties::EventInvokeConfig(it)) => judge(it, yardstick),
        (Applies::EachDeploymentGroup(judge), Properties::DeploymentGroup(it)) => judge(it, yardstick),
        (Applies::EachAlarm(judge), Properties::Alarm(it)) => judge(it, yardstick),
        (Applies::EachRestApi(judge), Properties::RestApi(it)) => judge(it, yardstick),
        (Applies::EachMethod(judge), Properties::Method(it)) => judge(it, yardstick),
        (Applies::EachHttpApi(judge), Properties::HttpApi(it)) => judge(it, yardstick),
        (Applies::EachIntegration(judge), Properties::Integration(it)) => judge(it, yardstick),
        (Applies::EachQueue(judge), Properties::Queue(it)) => judge(it, yardstick),
        (Applies::EachTopic(judge), Properties::Topic(it)) => judge(it, yardstick),
        (Applies::EachSubscription(judge), Properties::Subscription(it)) => judge(it, yardstick),
        (Applies::EachRule(judge), Properties::Rule(it)) => judge(it, yardstick),
        (Applies::EachSchedule(judge), Properties::Schedule(it)) => judge(it, yardstick),
        (Applies::EachPipe(judge), Properties::Pipe(it)) => judge(it, yardstick),
        (Applies::EachStateMachine(judge), Properties::StateMachine(it)) => judge(it, yardstick),
        (Applies::EachLogGroup(judge), Properties::LogGroup(it)) => judge(it, yardstick),
        (Applies::EachRole(judge), Properties::Role(it)) => judge(it, yardstick),
        (Applies::EachPolicy(judge), Properties::Role(it)) => judge(&it.held(), yardstick),
        (Applies::EachPolicy(judge), Properties::Policy(it)) => judge(&it.held(), yardstick),
        (Applies::EachPolicy(judge), Properties::ManagedPolicy(it)) => judge(&it.held(), yardstick),
        (Applies::Each(_, judge), Properties::Untyped(it)) => judge(it, yardstick),
        (Applies::EachEvaluated(_, judge), it) if let Some(compliance) = it.config_compliance() => {
            judge(compliance, yardstick)
        }
        // A type that was read as another: ignorance, not silence.
        _ => Some(Verdict::inconclusive(Why::NotObserved("the properties were not read as this type".to_owned()))),
    }
}

/// One verdict for a global table: the worst of its replicas'.
fn every_replica(judge: Judge<Table>, global: &GlobalTable, yardstick: &Yardstick) -> Option<Verdict> {
    let judged = global.tables().into_iter().enumerate().filter_map(|(index, replica)| match replica {
        Observed::Present(table) => judge(&table, yardstick).map(|verdict| of_replica(verdict, index, global)),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why)),
    });
    judged.reduce(Verdict::worse)
}

/// One verdict for what a function's policies grant beside the permissions of the stack: the worst of them.
fn every_other_permission(judge: Judge<Permission>, function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    let others = match &function.other_permissions {
        Observed::Present(others) => others,
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why.clone()).at(POLICY)),
    };
    let judged = others.iter().filter_map(|other| match other {
        Observed::Present(other) => judge(&other.permission, yardstick).map(|verdict| of_statement(verdict, other)),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at(POLICY)),
    });
    judged.reduce(Verdict::worse)
}

/// Names the statement, which no template of the stack has.
fn of_statement(mut verdict: Verdict, other: &OtherPermission) -> Verdict {
    if let Verdict::Partial(_, evidence) | Verdict::Fail(evidence) = &mut verdict {
        evidence.text = format!("the statement {}, which is not of this stack: {}", other.statement_id, evidence.text);
    }
    verdict.at(format!("{POLICY}.{}", other.statement_id))
}

/// Names the replica where the verdict rests on a property of its own.
fn of_replica(mut verdict: Verdict, index: usize, global: &GlobalTable) -> Verdict {
    let own = |place: &Place| global.in_replica(index, &place.property);
    let Some((property, region)) = verdict.where_seen().and_then(own) else { return verdict };
    if let Verdict::Partial(_, evidence) | Verdict::Fail(evidence) = &mut verdict {
        evidence.text = format!("replica {region}: {}", evidence.text);
    }
    verdict.at(property)
}
