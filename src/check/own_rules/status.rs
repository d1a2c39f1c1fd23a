//! What comes of a clause, a block or a rule, and how several of them come to one.
//!
//! A failure that is certain stands whatever else is unknown; an alternative that certainly holds makes the others
//! not matter. In everything else what is unknown stays unknown.

use super::found::Spot;
use crate::facts::Why;

/// The outcome of a clause.
#[derive(Debug, Clone)]
pub(super) enum Status {
    Pass,
    /// It has nothing to say.
    Skip,
    Fail(Seen),
    /// Nobody could tell; never a pass.
    Unknown(Why, Option<Spot>),
}

/// What a failure rests on.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) text: String,
    pub(super) spot: Option<Spot>,
}

impl Status {
    pub(super) fn fail(text: impl Into<String>, spot: Option<Spot>) -> Self {
        Self::Fail(Seen { text: text.into(), spot })
    }

    /// All must hold; silent ones do not count.
    pub(super) fn all(statuses: impl IntoIterator<Item = Self>) -> Self {
        statuses.into_iter().fold(Self::Skip, |so_far, next| match (so_far, next) {
            (fail @ Self::Fail(_), _) | (_, fail @ Self::Fail(_)) => fail,
            (unknown @ Self::Unknown(..), _) | (_, unknown @ Self::Unknown(..)) => unknown,
            (Self::Pass, _) | (_, Self::Pass) => Self::Pass,
            (Self::Skip, Self::Skip) => Self::Skip,
        })
    }

    /// One that holds is enough; silent ones do not count.
    pub(super) fn any(statuses: impl IntoIterator<Item = Self>) -> Self {
        statuses.into_iter().fold(Self::Skip, |so_far, next| match (so_far, next) {
            (Self::Pass, _) | (_, Self::Pass) => Self::Pass,
            (unknown @ Self::Unknown(..), _) | (_, unknown @ Self::Unknown(..)) => unknown,
            (fail @ Self::Fail(_), _) | (_, fail @ Self::Fail(_)) => fail,
            (Self::Skip, Self::Skip) => Self::Skip,
        })
    }

    /// The outcome for several values: each with the reason why it may not be among them, if there is one.
    pub(super) fn of_each(each: Vec<(Self, Option<Why>)>, some: bool) -> Self {
        let certain = each.iter().any(|(_, doubt)| doubt.is_none());
        let statuses = each.into_iter().map(|(status, doubt)| match (status, doubt) {
            (status, None) => status,
            // It changes nothing where it is not among them.
            (Self::Skip, _) => Self::Skip,
            (Self::Pass, Some(_)) if certain && !some => Self::Skip,
            (Self::Fail(_), Some(_)) if certain && some => Self::Skip,
            (Self::Fail(seen), Some(why)) => Self::Unknown(why, seen.spot),
            (Self::Pass | Self::Unknown(..), Some(why)) => Self::Unknown(why, None),
        });
        if some { Self::any(statuses) } else { Self::all(statuses) }
    }

    /// What a block says where its condition is unknown: nothing, where it would say nothing anyway.
    pub(super) fn doubted(self, why: Why, spot: Option<Spot>) -> Self {
        match self {
            Self::Skip => Self::Skip,
            _ => Self::Unknown(why, spot),
        }
    }
}
