//! The branches of a template: every way in which its open conditions can be answered together.
//!
//! Open parameters take the values that matter: those they are compared with, those they allow, and
//! one that stands for everything else. So `Stage = prod` and `Stage = dev` never hold together, and
//! conditions that hang together are answered together. A comparison that such values do not settle
//! is answered both ways.

mod questions;

use std::collections::{BTreeMap, BTreeSet};

use self::questions::Questions;
use super::resolve::Scope;

/// The most branches that are judged; more conditions than that are left open.
pub(super) const MOST: usize = 64;
/// Resources judged in all branches together, which bounds the branches of a very large template.
const MOST_JUDGED: usize = MOST * 500;
/// Values of parameters tried together for conditions that hang together.
const MOST_ASSIGNMENTS: usize = 4096;
/// Comparisons answered in all, however many conditions there are.
const MOST_WORK: usize = 300_000;

/// The branches and what tells them apart.
#[derive(Debug, Default)]
pub(super) struct Branches {
    /// For each branch the answer to every condition, by number; `None` where it is left open.
    pub(super) answers: Vec<Vec<Option<bool>>>,
    /// The conditions that differ from branch to branch, in the order of the template.
    pub(super) assumed: Vec<usize>,
    /// Conditions left open because there would be too many branches.
    pub(super) crowded_out: BTreeSet<usize>,
}

/// Finds the branches of a template with this many resources; `uses` says how often a condition decides over something
/// that is judged.
pub(super) fn find(scope: &Scope<'_>, uses: &[usize], resources: usize) -> Branches {
    let questions = Questions::of(scope);
    let settled = questions.settled_answers();
    let mut relevant: Vec<usize> = (0..scope.conditions.len())
        .filter(|number| settled.get(*number).copied().flatten().is_none())
        .filter(|number| uses.get(*number).copied().unwrap_or(0) > 0)
        .collect();
    let mut search = Search { questions: &questions, most: most(resources), work: MOST_WORK, known: BTreeMap::new() };
    let (kept, mut groups) = match search.groups(&relevant) {
        Some(groups) => (relevant.clone(), groups),
        None => {
            // Those that decide most first; the sort is stable, so ties keep the order of the template.
            relevant.sort_by_key(|number| std::cmp::Reverse(uses.get(*number).copied().unwrap_or(0)));
            search.as_many_as_fit(&relevant)
        }
    };
    groups.sort_by(|one, other| one.members.cmp(&other.members));
    let kept: BTreeSet<usize> = kept.into_iter().collect();
    Branches {
        answers: product(&groups).iter().map(|assumed| questions.answers(assumed)).collect(),
        assumed: varying(&groups),
        crowded_out: relevant.iter().copied().filter(|number| !kept.contains(number)).collect(),
    }
}

/// The most branches of a template with this many resources.
fn most(resources: usize) -> usize {
    (MOST_JUDGED / resources.max(1)).clamp(2, MOST)
}

/// Conditions that hang together, and the ways in which they can be answered.
#[derive(Debug, Clone)]
struct Group {
    members: Vec<usize>,
    /// One answer a member, each combination once.
    answers: Vec<Vec<bool>>,
}

struct Search<'q, 's, 't> {
    questions: &'q Questions<'s, 't>,
    /// The most branches.
    most: usize,
    /// Comparisons that may still be answered.
    work: usize,
    /// Groups enumerated before; `None` where there are too many ways.
    known: BTreeMap<Vec<usize>, Option<Group>>,
}

impl Search<'_, '_, '_> {
    /// Adds condition after condition while the branches stay few enough.
    fn as_many_as_fit(&mut self, relevant: &[usize]) -> (Vec<usize>, Vec<Group>) {
        let (mut kept, mut groups) = (Vec::new(), Vec::new());
        for number in relevant {
            if self.work == 0 || kept.len() > self.most * 4 {
                break;
            }
            kept.push(*number);
            match self.groups(&kept) {
                Some(more) => groups = more,
                None => {
                    kept.pop();
                }
            }
        }
        (kept, groups)
    }

    /// The groups of these conditions; none where there would be too many branches.
    fn groups(&mut self, selected: &[usize]) -> Option<Vec<Group>> {
        self.work = self.work.saturating_sub(selected.len());
        let mut branches = 1_usize;
        let mut groups = Vec::new();
        for mut members in self.hanging_together(selected)? {
            members.sort_unstable();
            let group = match self.known.get(&members) {
                Some(known) => known.clone(),
                None => {
                    let group = self.enumerate(&members);
                    self.known.insert(members, group.clone());
                    group
                }
            }?;
            branches = branches.checked_mul(group.answers.len()).filter(|branches| *branches <= self.most)?;
            groups.push(group);
        }
        Some(groups)
    }

    /// Conditions in sets that share neither an open parameter nor an open comparison.
    fn hanging_together(&self, selected: &[usize]) -> Option<Vec<Vec<usize>>> {
        let mut sets: Vec<(BTreeSet<usize>, Vec<usize>)> = Vec::new();
        for number in selected {
            let mut touched = self.questions.unknowns(*number)?.clone();
            let mut members = vec![*number];
            let (joined, apart): (Vec<_>, Vec<_>) =
                sets.into_iter().partition(|(unknowns, _)| !unknowns.is_disjoint(&touched));
            sets = apart;
            for (unknowns, others) in joined {
                touched.extend(unknowns);
                members.extend(others);
            }
            sets.push((touched, members));
        }
        Some(sets.into_iter().map(|(_, members)| members).collect())
    }

    fn enumerate(&mut self, members: &[usize]) -> Option<Group> {
        let trial = self.questions.trial(members, MOST_ASSIGNMENTS)?;
        let mut seen = BTreeSet::new();
        let mut answers = Vec::new();
        for assignment in 0..trial.assignments() {
            self.work = self.work.saturating_sub(trial.atoms());
            if self.work == 0 {
                return None;
            }
            let vector = trial.answers(assignment)?;
            if seen.insert(vector.clone()) {
                answers.push(vector);
            }
            if answers.len() > self.most {
                return None;
            }
        }
        Some(Group { members: members.to_vec(), answers })
    }
}

/// Every combination of one answer a group.
fn product(groups: &[Group]) -> Vec<Vec<(usize, bool)>> {
    let mut all = vec![Vec::new()];
    for group in groups {
        let with = |before: &Vec<(usize, bool)>, answers: &Vec<bool>| {
            before.iter().copied().chain(group.members.iter().copied().zip(answers.iter().copied())).collect()
        };
        all = all.iter().flat_map(|before| group.answers.iter().map(move |answers| with(before, answers))).collect();
    }
    all
}

fn varying(groups: &[Group]) -> Vec<usize> {
    let mut varying: Vec<usize> = groups
        .iter()
        .flat_map(|group| {
            let differs =
                |index: &usize| group.answers.iter().any(|answers| answers[*index] != group.answers[0][*index]);
            (0..group.members.len()).filter(differs).map(|index| group.members[index]).collect::<Vec<_>>()
        })
        .collect();
    varying.sort_unstable();
    varying
}
