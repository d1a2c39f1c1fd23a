//! The resources of all branches, each content once, so that no judge sees the same thing twice.

use std::collections::BTreeMap;

use super::{
    atomic::atomic,
    branches::{Assumptions, Outcome, merge},
};
use crate::{
    check::{
        Applies, Check, Judge, JudgeInStack, Verdict, Yardstick,
        own_rules::{Document, OwnRule},
    },
    facts::{Branch, Facts, Properties},
    inventory::{LogicalId, ResourceRef, ResourceType},
    parallel::Threads,
    stack::Stack,
};

/// The type that a finding carries where its subject is no resource of the stack.
const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

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

/// A part of the judging that needs no other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The holistic checks, of one group of branches.
    Group(usize),
    /// The user's own rules, of one branch.
    OwnRules(usize),
    /// All others: of each resource over all branches, and of the stack itself.
    Atomic,
}

/// What is said of a resource, or of what goes by its name.
type Said = Vec<(LogicalId, Verdict)>;

/// What checks say in one part of the judging, by their places.
enum Spoken {
    /// Of the resources of a group, or of a branch, by its number.
    Of(usize, Vec<(usize, Said)>),
    /// Over all branches.
    OfAll(Vec<(usize, Vec<Judged>)>),
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
        Self { branches, assumptions: Assumptions::of(branches), subjects, of_type, of_id, unread, alike }
    }

    /// The types there are, by name, with the numbers of their resources.
    pub(super) fn types(&self) -> impl Iterator<Item = (&'a str, usize)> {
        self.of_type.iter().map(|(r#type, positions)| (*r#type, positions.len()))
    }

    /// What each check says of each of them, where it applies, with the check's place.
    pub(super) fn judge(
        &self,
        checks: &[&'static Check],
        yardstick: &Yardstick,
        threads: Threads,
    ) -> Vec<(usize, Judged)> {
        let threads = threads.for_resources(self.subjects.len());
        let mut by_part: BTreeMap<usize, Vec<(usize, Said)>> = BTreeMap::new();
        let mut over_all: BTreeMap<usize, Vec<Judged>> = BTreeMap::new();
        for spoken in threads.map(self.parts(checks), |part| self.judge_part(part, checks, yardstick)) {
            match spoken {
                Spoken::Of(number, said) => {
                    said.into_iter().for_each(|(row, said)| by_part.entry(row).or_default().push((number, said)));
                }
                Spoken::OfAll(said) => over_all.extend(said),
            }
        }
        let mut judged = Vec::new();
        for (row, check) in checks.iter().enumerate() {
            let said = by_part.remove(&row).unwrap_or_default();
            let of_row = match check.applies {
                Applies::Stack(types, _) | Applies::EachInStack(types, _) => self.of_groups(types, said),
                Applies::Own(rule) => self.of_branches(rule, said),
                _ => over_all.remove(&row).unwrap_or_default(),
            };
            judged.extend(of_row.into_iter().map(|judged| (row, judged)));
        }
        judged
    }

    /// The parts that these checks are asked in; those that take longest first.
    fn parts(&self, checks: &[&'static Check]) -> Vec<Part> {
        let groups = (0..self.alike.len()).map(Part::Group);
        let branches = (0..self.branches.len()).map(Part::OwnRules);
        let all = groups.chain(branches).chain([Part::Atomic]);
        all.filter(|part| checks.iter().any(|check| part.asks(check))).collect()
    }

    fn judge_part(&self, part: Part, checks: &[&'static Check], yardstick: &Yardstick) -> Spoken {
        let asked = checks.iter().enumerate().filter(|(_, check)| part.asks(check));
        match part {
            Part::Group(group) => {
                let first = self.alike[group].first();
                let stack = first.map(|&branch| Stack::of(&self.branches[branch].facts));
                let said = |check: &Check| stack.as_ref().map(|stack| in_stack(check, stack, yardstick));
                Spoken::Of(group, asked.filter_map(|(row, check)| Some((row, said(check)?))).collect())
            }
            Part::OwnRules(branch) => {
                let facts = &self.branches[branch].facts;
                let document = Document::of(facts);
                let said = |check: &Check| match check.applies {
                    Applies::Own(rule) => rule.judge(&document, &facts.stack.name),
                    _ => Vec::new(),
                };
                Spoken::Of(branch, asked.map(|(row, check)| (row, said(check))).collect())
            }
            Part::Atomic => Spoken::OfAll(asked.map(|(row, check)| (row, self.judge_each(check, yardstick))).collect()),
        }
    }

    /// The stack is no resource of its own; it goes by its name.
    fn judge_itself(&self, judge: Judge<Facts>, yardstick: &Yardstick) -> Option<Judged> {
        let id = LogicalId::new(self.branches.first()?.facts.stack.name.as_str());
        let said = self.branches.iter().map(|branch| Outcome::of(judge(&branch.facts, yardstick)));
        let verdict = merge(&said.collect::<Vec<_>>(), &self.assumptions)?;
        let name = Name { id, r#type: ResourceType::new(STACK_TYPE) };
        Some(Judged { position: self.subjects.len(), name, verdict })
    }

    /// A rule sees what the template wrote, which may differ where what checks read of it does not: it is asked in every
    /// branch.
    fn of_branches(&self, rule: &OwnRule, spoken: Vec<(usize, Said)>) -> Vec<Judged> {
        let mut said: BTreeMap<LogicalId, Vec<(usize, Verdict)>> = BTreeMap::new();
        for (branch, spoken) in spoken {
            spoken.into_iter().for_each(|(id, verdict)| said.entry(id).or_default().push((branch, verdict)));
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

    /// What a check says of each resource of its types, or of the stack itself.
    fn judge_each(&self, check: &Check, yardstick: &Yardstick) -> Vec<Judged> {
        let applies = &check.applies;
        if let Applies::TheStack(judge) = applies {
            return self.judge_itself(*judge, yardstick).into_iter().collect();
        }
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

    fn of_groups(&self, types: &[&str], spoken: Vec<(usize, Said)>) -> Vec<Judged> {
        let mut said: BTreeMap<usize, Vec<(usize, Verdict)>> = BTreeMap::new();
        let mut of_no_resource: BTreeMap<LogicalId, Vec<(usize, Verdict)>> = BTreeMap::new();
        for (group, spoken) in spoken {
            for (id, verdict) in spoken {
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
}

impl Part {
    /// Whether the check is asked in this part.
    fn asks(self, check: &Check) -> bool {
        match check.applies {
            Applies::Stack(..) | Applies::EachInStack(..) => matches!(self, Self::Group(_)),
            Applies::Own(_) => matches!(self, Self::OwnRules(_)),
            _ => self == Self::Atomic,
        }
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

/// What a holistic check says of a stack; nothing if it is none.
fn in_stack(check: &Check, stack: &Stack<'_>, yardstick: &Yardstick) -> Said {
    match check.applies {
        Applies::Stack(_, judge) => judge(stack, yardstick),
        Applies::EachInStack(types, judge) => each_in(stack, types, judge, yardstick),
        _ => Vec::new(),
    }
}

/// One judge on each resource of its types. One that could not be read is left to whoever asks.
fn each_in(stack: &Stack<'_>, types: &[&str], judge: JudgeInStack, yardstick: &Yardstick) -> Said {
    let read = types.iter().flat_map(|r#type| stack.of_type(r#type));
    let read = read.filter(|resource| !matches!(resource.properties, Properties::Unreadable(_)));
    read.filter_map(|resource| Some((resource.reference.logical_id.clone(), judge(resource, stack, yardstick)?)))
        .collect()
}
