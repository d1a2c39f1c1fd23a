//! How many cases there were, and how they were answered.

use std::{fmt, iter::Sum};

use fitgate::event::Answer;

use super::{case::Case, oracle};

/// Cases by answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Tally {
    succeeded: usize,
    failed: usize,
    /// CodeDeploy knew nobody to answer.
    unheard: usize,
    pub(super) false_succeeded: usize,
    /// The rules that were broken, each with its case.
    pub(super) broken: Vec<String>,
}

impl Tally {
    pub(super) fn cases(&self) -> usize {
        self.succeeded + self.failed + self.unheard
    }

    pub(super) fn count(&mut self, case: &Case, answer: Option<Answer>) {
        match answer {
            Some(Answer::Succeeded) => self.succeeded += 1,
            Some(Answer::Failed) => self.failed += 1,
            None => self.unheard += 1,
        }
        self.false_succeeded += usize::from(answer.is_some_and(|answer| oracle::is_false(case.setting, answer)));
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |all, one| Self {
            succeeded: all.succeeded + one.succeeded,
            failed: all.failed + one.failed,
            unheard: all.unheard + one.unheard,
            false_succeeded: all.false_succeeded + one.false_succeeded,
            broken: [all.broken, one.broken].concat(),
        })
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { succeeded, failed, unheard, false_succeeded, .. } = self;
        write!(
            f,
            "{} cases: {succeeded} Succeeded, {failed} Failed, {unheard} where CodeDeploy knows no such deployment; \
             false Succeeded = {false_succeeded}",
            self.cases()
        )
    }
}
