//! One verdict from the verdicts of all branches, and the words for where they differ.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::{
    check::{Evidence, Share, Verdict},
    facts::{Branch, Why},
};

/// How many different outcomes a text names, and how many ways to reach each.
const MOST_NAMED: usize = 4;

/// What a check says of a subject in one branch.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// The stack does not hold the subject then.
    Gone,
    /// The check has nothing to say of it then.
    NotApplicable,
    /// The verdict.
    Judged(Verdict),
}

impl Outcome {
    pub(super) fn of(verdict: Option<Verdict>) -> Self {
        verdict.map_or(Self::NotApplicable, Self::Judged)
    }

    /// Takes in a second outcome of the same branch: the worse verdict counts.
    pub(super) fn worsen(&mut self, other: &Self) {
        match (&*self, other) {
            (Self::Judged(mine), Self::Judged(theirs)) => *self = Self::Judged(mine.clone().worse(theirs.clone())),
            (_, Self::Judged(_)) | (Self::Gone, _) => *self = other.clone(),
            _ => {}
        }
    }

    fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Judged(verdict) => Some(verdict),
            Self::Gone | Self::NotApplicable => None,
        }
    }

    /// Worst first: the order in which outcomes are named.
    fn rank(&self) -> u8 {
        match self {
            Self::Judged(Verdict::Fail(_)) => 0,
            Self::Judged(Verdict::Inconclusive(..)) => 1,
            Self::Judged(Verdict::Partial(..)) => 2,
            Self::Judged(Verdict::Pass) => 3,
            Self::NotApplicable => 4,
            Self::Gone => 5,
        }
    }

    /// What it says, and why.
    fn words(&self) -> (String, Option<String>) {
        match self {
            Self::Judged(Verdict::Fail(evidence)) => ("fails".to_owned(), Some(evidence.text.clone())),
            Self::Judged(Verdict::Inconclusive(why, _)) => ("cannot be told".to_owned(), Some(why.to_string())),
            Self::Judged(Verdict::Partial(share, evidence)) => {
                (format!("holds to {} percent", share.as_percent()), Some(evidence.text.clone()))
            }
            Self::Judged(Verdict::Pass) => ("passes".to_owned(), None),
            Self::NotApplicable => ("does not apply".to_owned(), None),
            Self::Gone => ("is not in the stack".to_owned(), None),
        }
    }
}

/// The verdict that all branches share, as the module `evaluate` lays down; none where no branch has any.
pub(super) fn merge(outcomes: &[Outcome], assumptions: &Assumptions<'_>) -> Option<Verdict> {
    let verdicts: Vec<&Verdict> = outcomes.iter().filter_map(Outcome::verdict).collect();
    let first = *verdicts.first()?;
    if outcomes.iter().all(|outcome| outcome.verdict() == Some(first)) {
        return Some(first.clone());
    }
    if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Pass)) {
        return Some(Verdict::Pass);
    }
    let everywhere = verdicts.len() == outcomes.len();
    if everywhere && let Some(verdict) = same_kind(&verdicts, outcomes, assumptions) {
        return Some(verdict);
    }
    let worst = verdicts.iter().copied().cloned().reduce(Verdict::worse);
    let place = worst.and_then(|worst| worst.where_seen().cloned());
    Some(Verdict::Inconclusive(Why::Branches(differences(outcomes, assumptions)), place))
}

/// Failures everywhere are a failure; partial ones everywhere hold to the smallest share.
fn same_kind(verdicts: &[&Verdict], outcomes: &[Outcome], assumptions: &Assumptions<'_>) -> Option<Verdict> {
    let failures: Option<Vec<&Evidence>> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Fail(evidence) => Some(evidence),
            _ => None,
        })
        .collect();
    if let Some(evidence) = failures {
        return Some(Verdict::Fail(common(&evidence, || differences(outcomes, assumptions))));
    }
    let partial: Option<Vec<(Share, &Evidence)>> = verdicts
        .iter()
        .map(|verdict| match verdict {
            Verdict::Partial(share, evidence) => Some((*share, evidence)),
            _ => None,
        })
        .collect();
    let partial = partial?;
    let least = partial.iter().map(|(share, _)| *share).min()?;
    let evidence: Vec<&Evidence> = partial.iter().map(|(_, evidence)| *evidence).collect();
    Some(Verdict::Partial(least, common(&evidence, || differences(outcomes, assumptions))))
}

/// The evidence where all say the same, else the text that tells them apart, at the first place.
fn common(evidence: &[&Evidence], otherwise: impl FnOnce() -> String) -> Evidence {
    let text = match evidence {
        [first, rest @ ..] if rest.iter().all(|other| other.text == first.text) => first.text.clone(),
        _ => otherwise(),
    };
    Evidence { text, place: evidence.iter().find_map(|evidence| evidence.place.clone()) }
}

/// "fails when IsProd is true: BucketEncryption is absent; passes when IsProd is false".
fn differences(outcomes: &[Outcome], assumptions: &Assumptions<'_>) -> String {
    let classes = Classes::of(outcomes);
    let deciding = assumptions.deciding(&classes.of_branch);
    let mut text = String::new();
    for (class, outcome) in classes.outcomes.iter().enumerate().take(MOST_NAMED) {
        let (verb, why) = outcome.words();
        let separator = if class == 0 { "" } else { "; " };
        let when = assumptions.when(&deciding, &classes.of_branch, class);
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{verb} {when}");
        if let Some(why) = why {
            let _ = write!(text, ": {why}");
        }
    }
    if classes.outcomes.len() > MOST_NAMED {
        let _ = write!(text, "; and {} more cases", classes.outcomes.len() - MOST_NAMED);
    }
    text
}

/// The distinct outcomes, worst first, and which of them each branch has.
struct Classes<'a> {
    outcomes: Vec<&'a Outcome>,
    of_branch: Vec<usize>,
}

impl<'a> Classes<'a> {
    fn of(branches: &'a [Outcome]) -> Self {
        let mut outcomes: Vec<&Outcome> = Vec::new();
        for outcome in branches {
            if !outcomes.iter().any(|known| known.words() == outcome.words()) {
                outcomes.push(outcome);
            }
        }
        outcomes.sort_by_key(|outcome| outcome.rank());
        let class = |branch: &Outcome| outcomes.iter().position(|known| known.words() == branch.words());
        // Every branch's words were entered above.
        let of_branch = branches.iter().map(|branch| class(branch).unwrap_or_default()).collect();
        Self { outcomes, of_branch }
    }
}

/// What each branch assumes, without the conditions that are the same in all.
pub(super) struct Assumptions<'a> {
    conditions: Vec<&'a str>,
    /// One row a branch, one column a condition; none where the branch does not speak of it.
    rows: Vec<Vec<Option<bool>>>,
}

impl<'a> Assumptions<'a> {
    pub(super) fn of(branches: &'a [Branch]) -> Self {
        let mut conditions: Vec<&str> = Vec::new();
        let mut seen = BTreeSet::new();
        for assumption in branches.iter().flat_map(|branch| &branch.assumptions) {
            if seen.insert(assumption.condition.as_str()) {
                conditions.push(&assumption.condition);
            }
        }
        let maps: Vec<BTreeMap<&str, bool>> = branches
            .iter()
            .map(|branch| branch.assumptions.iter().map(|it| (it.condition.as_str(), it.holds)).collect())
            .collect();
        conditions.retain(|condition| maps.windows(2).any(|pair| pair[0].get(condition) != pair[1].get(condition)));
        let row = |map: &BTreeMap<&str, bool>| conditions.iter().map(|name| map.get(name).copied()).collect();
        let rows = maps.iter().map(row).collect();
        Self { conditions, rows }
    }

    /// Conditions that tell the classes apart; none of them could be left out.
    fn deciding(&self, class_of: &[usize]) -> Vec<usize> {
        let mut kept: Vec<usize> = (0..self.conditions.len()).collect();
        for condition in (0..self.conditions.len()).rev() {
            let fewer: Vec<usize> = kept.iter().copied().filter(|&other| other != condition).collect();
            if self.decide(&fewer, class_of) {
                kept = fewer;
            }
        }
        kept
    }

    /// Whether branches that agree on these conditions always agree on the class.
    fn decide(&self, conditions: &[usize], class_of: &[usize]) -> bool {
        let mut classes: BTreeMap<Vec<Option<bool>>, usize> = BTreeMap::new();
        self.rows.iter().zip(class_of).all(|(row, &class)| {
            let key = conditions.iter().map(|&condition| row[condition]).collect();
            *classes.entry(key).or_insert(class) == class
        })
    }

    /// "when IsProd is true and HasKey is false, or when IsTest is true".
    fn when(&self, deciding: &[usize], class_of: &[usize], class: usize) -> String {
        let mut terms: Vec<Vec<(usize, bool)>> = Vec::new();
        for (row, _) in self.rows.iter().zip(class_of).filter(|(_, of)| **of == class) {
            if !terms.iter().any(|term| holds(term, row)) {
                terms.push(self.term(row, deciding, class_of, class));
            }
        }
        let named: Vec<String> = terms.iter().take(MOST_NAMED).map(|term| self.sentence(term)).collect();
        let mut text = named.join(", or ");
        if terms.len() > MOST_NAMED {
            let _ = write!(text, ", or in {} more cases", terms.len() - MOST_NAMED);
        }
        text
    }

    /// As few conditions as tell this branch from those of every other class.
    fn term(&self, row: &[Option<bool>], deciding: &[usize], class_of: &[usize], class: usize) -> Vec<(usize, bool)> {
        let mut term: Vec<(usize, bool)> =
            deciding.iter().filter_map(|&condition| Some((condition, row[condition]?))).collect();
        for condition in deciding.iter().rev() {
            let fewer: Vec<(usize, bool)> = term.iter().copied().filter(|(other, _)| other != condition).collect();
            let ambiguous = self.rows.iter().zip(class_of).any(|(row, &of)| of != class && holds(&fewer, row));
            if !ambiguous {
                term = fewer;
            }
        }
        term
    }

    fn sentence(&self, term: &[(usize, bool)]) -> String {
        if term.is_empty() {
            return "in some case".to_owned();
        }
        let parts: Vec<String> =
            term.iter().map(|(condition, value)| format!("{} is {value}", self.conditions[*condition])).collect();
        format!("when {}", parts.join(" and "))
    }
}

/// Whether a branch meets all of these conditions.
fn holds(term: &[(usize, bool)], row: &[Option<bool>]) -> bool {
    term.iter().all(|(condition, value)| row[*condition] == Some(*value))
}
