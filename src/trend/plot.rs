//! Where the dots of the plot stand.

use jiff::Timestamp;

use super::Release;
use crate::{event::Answer, points::Score};

/// Rows from the bottom to the top: eleven lines, ten steps.
const STEPS: u16 = 10;

/// How much a step may be worth, in tenths of a point: the smallest that holds all dots is taken.
const STEP_SIZES: [u16; 4] = [10, 20, 50, 100];

/// Columns between two dots, at most.
const WIDEST: usize = 4;

/// The last releases that fit into a width, on a scale that fits them.
#[derive(Debug)]
pub(super) struct Plot<'a> {
    releases: &'a [Release],
    left_out: usize,
    spacing: usize,
    /// The score of the lowest row, and what a row is worth; in tenths.
    lowest: u16,
    step: u16,
}

/// A row of the plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// In tenths.
    pub(super) score: u16,
    /// What stands beside it: every other row has a number.
    pub(super) label: Option<Score>,
}

impl<'a> Plot<'a> {
    /// None where fewer than two releases have a fitness.
    pub(super) fn of(releases: &'a [Release], columns: usize) -> Option<Self> {
        let left_out = releases.len().saturating_sub(columns);
        let releases = releases.get(left_out..)?;
        let scores = || releases.iter().filter_map(|release| release.last.fitness).map(Score::as_tenths);
        if scores().count() < 2 {
            return None;
        }
        let (least, most) = (scores().min()?, scores().max()?);
        let (lowest, step) = STEP_SIZES.into_iter().find_map(|step| Some((lowest(step, least, most)?, step)))?;
        let spacing = (columns / releases.len()).clamp(1, WIDEST);
        Some(Self { releases, left_out, spacing, lowest, step })
    }

    /// The rows from the top down.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> {
        (0..=STEPS).rev().map(|index| {
            let score = self.lowest + index * self.step;
            Row { score, label: (index % 2 == 0).then_some(Score::tenths(score)) }
        })
    }

    /// The dots of one row.
    pub(super) fn line(&self, score: u16) -> String {
        self.marks(|release| {
            let here = release.last.fitness.map(|fitness| self.nearest(fitness)) == Some(score);
            here.then_some(if release.last.answer == Answer::Succeeded { '●' } else { '×' })
        })
    }

    /// Marks for releases of which nothing was measured; none where there are none.
    pub(super) fn unmeasured(&self) -> Option<String> {
        let any = self.releases.iter().any(|release| release.last.fitness.is_none());
        any.then(|| self.marks(|release| release.last.fitness.is_none().then_some('?')))
    }

    /// Columns that the dots take.
    pub(super) fn width(&self) -> usize {
        self.releases.len() * self.spacing
    }

    /// How many of the first releases there is no room for.
    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    pub(super) fn first(&self) -> Timestamp {
        self.releases.first().map_or(Timestamp::UNIX_EPOCH, |release| release.last.created)
    }

    pub(super) fn last(&self) -> Timestamp {
        self.releases.last().map_or(Timestamp::UNIX_EPOCH, |release| release.last.created)
    }

    fn marks(&self, mark: impl Fn(&Release) -> Option<char>) -> String {
        let gap = self.spacing - 1;
        self.releases.iter().map(|release| format!("{:gap$}{}", "", mark(release).unwrap_or(' '))).collect()
    }

    /// The row that a score stands in.
    fn nearest(&self, score: Score) -> u16 {
        let above = score.as_tenths().saturating_sub(self.lowest);
        self.lowest + (above + self.step / 2) / self.step * self.step
    }
}

/// The lowest row of a scale with this step that holds all scores, if one does. It is a multiple of two steps, so that
/// the numbers beside it are round.
fn lowest(step: u16, least: u16, most: u16) -> Option<u16> {
    let span = STEPS * step;
    let full = Score::FULL.as_tenths();
    let lowest = (least / (2 * step) * (2 * step)).min(full.saturating_sub(span));
    (lowest + span >= most).then_some(lowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_the_smallest_that_holds_all() {
        // least, most, lowest row, step: in tenths
        let cases = [
            (950, 1_000, 900, 10),
            (1_000, 1_000, 900, 10),
            (0, 0, 0, 10),
            (925, 931, 900, 10),
            (915, 1_000, 900, 10),
            (895, 1_000, 800, 20),
            (800, 1_000, 800, 20),
            (550, 1_000, 500, 50),
            (0, 1_000, 0, 100),
            (33, 44, 20, 10),
        ];
        for (least, most, expected, step) in cases {
            let found = STEP_SIZES.into_iter().find_map(|step| Some((lowest(step, least, most)?, step)));
            assert_eq!(found, Some((expected, step)), "{least} to {most}");
        }
        for least in 0..=1_000 {
            for most in least..=1_000 {
                assert!(STEP_SIZES.into_iter().any(|step| lowest(step, least, most).is_some()), "{least} to {most}");
            }
        }
    }
}
