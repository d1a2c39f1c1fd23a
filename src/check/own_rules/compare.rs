//! Comparisons, in three values and the fourth that Guard has: values of two kinds are neither equal nor unequal.
//!
//! Unlike Guard, `"true"` is `true` and `"5"` is `5`: CloudFormation takes one for the other, and facts do.

use std::sync::Arc;

use super::{datum::Datum, pattern::LONGEST_TEXT, syntax::Operator};
use crate::facts::{Text, Why};

/// Whether a comparison holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Yes,
    No,
    /// The two are of different kinds: neither the comparison holds nor its opposite.
    Neither,
    Unknown(Why),
}

impl Answer {
    pub(super) fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// The opposite.
    pub(super) fn turned(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            other => other,
        }
    }

    /// Whether one of them holds.
    pub(super) fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::No, |so_far, next| match (so_far, next) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            _ => Self::No,
        })
    }

    /// Whether all of them hold.
    pub(super) fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        answers.into_iter().fold(Self::Yes, |so_far, next| match (so_far, next) {
            (Self::No | Self::Neither, _) | (_, Self::No | Self::Neither) => Self::No,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            _ => Self::Yes,
        })
    }
}

/// Whether two values are equal; a pattern equals what it matches, a range what it holds.
pub(super) fn equal(left: &Datum, right: &Datum) -> Answer {
    match (left, right) {
        (Datum::Unknown(why), _) | (_, Datum::Unknown(why)) => Answer::Unknown(why.clone()),
        (Datum::Text(text), Datum::Pattern(pattern)) | (Datum::Pattern(pattern), Datum::Text(text)) => {
            match text.as_str() {
                Some(text) if text.len() > LONGEST_TEXT => {
                    Answer::Unknown(Why::NotObserved("the text is too long for a pattern".to_owned()))
                }
                Some(text) => Answer::of(pattern.matches(text)),
                None => Answer::Unknown(text.why_unresolved()),
            }
        }
        (Datum::Text(left), Datum::Text(right)) => match left.same(right) {
            Ok(same) => Answer::of(same),
            Err(why) => Answer::Unknown(why),
        },
        (Datum::List(left), Datum::List(right)) if left.len() == right.len() => {
            Answer::all(left.iter().zip(right).map(|(left, right)| equal(left, right)))
        }
        (Datum::List(_), Datum::List(_)) => Answer::No,
        (Datum::Map { .. }, Datum::Map { .. }) => equal_maps(left, right),
        (Datum::Null, Datum::Null) | (Datum::Absent, Datum::Absent) => Answer::Yes,
        (Datum::Bool(left), Datum::Bool(right)) => Answer::of(left == right),
        _ => match (number(left), right, number(right)) {
            (Some(number), Datum::Range(range), _) => Answer::of(range.holds(number)),
            (Some(left), _, Some(right)) => Answer::of(left == right),
            _ => of_two_kinds(left, right),
        },
    }
}

/// Of what nobody can know before deployment nobody knows the kind either.
fn of_two_kinds(left: &Datum, right: &Datum) -> Answer {
    let flag = |one: &Datum, other: &Datum| match (one, other) {
        (Datum::Text(text), Datum::Bool(flag)) => Some(match text.as_str() {
            Some("true" | "True") => Answer::of(*flag),
            Some("false" | "False") => Answer::of(!*flag),
            Some(_) => Answer::Neither,
            None => Answer::Unknown(text.why_unresolved()),
        }),
        _ => None,
    };
    let unknown = || left.why_unknown().or_else(|| right.why_unknown()).map(Answer::Unknown);
    flag(left, right).or_else(|| flag(right, left)).or_else(unknown).unwrap_or(Answer::Neither)
}

fn equal_maps(left: &Datum, right: &Datum) -> Answer {
    let (Datum::Map { entries: left, is_whole: one }, Datum::Map { entries: right, is_whole: other }) = (left, right)
    else {
        return Answer::Neither;
    };
    let known = |entries: &std::collections::BTreeMap<String, Arc<Datum>>| {
        let present = entries.iter().filter(|(_, datum)| !matches!(***datum, Datum::Absent));
        present.map(|(key, datum)| (key.clone(), Arc::clone(datum))).collect::<Vec<_>>()
    };
    let (left, right) = (known(left), known(right));
    let same_keys = left.iter().map(|(key, _)| key).eq(right.iter().map(|(key, _)| key));
    if !same_keys {
        return match one & other {
            true => Answer::No,
            false => Answer::Unknown(Why::NotObserved("not all of the object was observed".to_owned())),
        };
    }
    Answer::all(left.iter().zip(&right).map(|((_, left), (_, right))| equal(left, right)))
}

/// A number, or the text of one.
fn number(datum: &Datum) -> Option<f64> {
    match datum {
        Datum::Number(number) => Some(*number),
        Datum::Text(text) => text.as_str().and_then(|text| text.parse().ok()).filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

/// Whether one value stands before the other.
pub(super) fn ordered(left: &Datum, right: &Datum, operator: Operator) -> Answer {
    if let Some(why) = left.why_unknown().or_else(|| right.why_unknown()) {
        return Answer::Unknown(why);
    }
    let text = |datum: &Datum| match datum {
        Datum::Text(text) => text.as_str().map(str::to_owned),
        _ => None,
    };
    let order = match (number(left), number(right)) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => text(left).zip(text(right)).map(|(left, right)| left.cmp(&right)),
    };
    let Some(order) = order else { return Answer::Neither };
    Answer::of(match operator {
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// Whether a value is in another: an element of a list, each of a list, a part of a text.
pub(super) fn contained(left: &Datum, right: &Datum) -> Answer {
    match (left, right) {
        (Datum::Unknown(why), _) | (_, Datum::Unknown(why)) => Answer::Unknown(why.clone()),
        (Datum::List(left), Datum::List(right)) if !matches!(right.first().map(|one| &**one), Some(Datum::List(_))) => {
            Answer::all(left.iter().map(|one| Answer::any(right.iter().map(|other| equal(one, other)))))
        }
        (_, Datum::List(right)) => Answer::any(right.iter().map(|other| equal(left, other))),
        (Datum::List(_), _) => Answer::Neither,
        _ => equal(left, right),
    }
}

/// Whether none of a list is in another list: what `not in` asks of lists.
pub(super) fn apart(left: &Datum, right: &Datum) -> Answer {
    match (left, right) {
        (Datum::List(left), Datum::List(other)) if !matches!(other.first().map(|one| &**one), Some(Datum::List(_))) => {
            Answer::any(left.iter().map(|one| contained(one, right))).turned()
        }
        _ => contained(left, right).turned(),
    }
}

/// Whether a text is part of another.
pub(super) fn part_of(left: &Datum, right: &Text) -> Answer {
    match (left, right.as_str()) {
        (Datum::Text(left), Some(right)) => match left.as_str() {
            Some(left) => Answer::of(right.contains(left)),
            None => Answer::Unknown(left.why_unresolved()),
        },
        (Datum::Unknown(why), _) => Answer::Unknown(why.clone()),
        (_, None) => Answer::Unknown(right.why_unresolved()),
        _ => Answer::Neither,
    }
}
