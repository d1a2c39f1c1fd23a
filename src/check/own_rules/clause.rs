//! One clause: a question about what a query finds, or a comparison.

use super::{
    compare::{Answer, apart, contained, equal, ordered, part_of},
    datum::Datum,
    evaluate::{Evaluator, Halted, Scope},
    found::Found,
    query::is_empty,
    status::Status,
    syntax::{Access, Operator, Part},
};

/// Whether a clause is what a rule asks for, or decides whether something is asked at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Asked,
    Gate,
}

/// Steps that trying a pattern on a text counts for, a byte.
const STEPS_OF_A_BYTE: u64 = 8;

impl Evaluator<'_> {
    pub(super) fn access(&self, access: &Access, scope: &Scope<'_>, role: Role) -> Result<Status, Halted> {
        let found = self.query(&access.query, scope)?;
        let status = match &access.with {
            None => questioned(access, &found),
            Some(with) => {
                let with = self.operand(with, scope)?;
                self.steps_of(weight(&found, &with))?;
                let negated = access.negated != access.not;
                self.compared_some(&found, &with, (access.operator, negated), (role, access.query.some))
            }
        };
        Ok(match status {
            Status::Fail(seen) => {
                let said = access.message.clone().unwrap_or_else(|| format!("`{}` does not hold", access.text));
                let text = if seen.text.is_empty() { said } else { format!("{said}: {}", seen.text) };
                Status::fail(text, seen.spot)
            }
            other => other,
        })
    }

    /// All values compared with others.
    pub(super) fn compared(&self, left: &[Found], right: &[Found], how: (Operator, bool), role: Role) -> Status {
        self.compared_some(left, right, how, (role, false))
    }

    fn compared_some(
        &self,
        left: &[Found],
        right: &[Found],
        (operator, negated): (Operator, bool),
        (role, some): (Role, bool),
    ) -> Status {
        if left.is_empty() {
            return Status::Skip;
        }
        if right.is_empty() {
            return match (role, negated) {
                (Role::Gate, _) => Status::Skip,
                (Role::Asked, true) => Status::Pass,
                (Role::Asked, false) => Status::fail("there is nothing to compare with", None),
            };
        }
        if let Some(why) = right.iter().find_map(|one| one.doubt.clone()) {
            return Status::Unknown(why, left.first().map(|one| one.spot.clone()));
        }
        let literal = right.iter().all(|one| one.is_literal);
        let as_sets =
            matches!(operator, Operator::Equal | Operator::In) && !literal && !left.iter().all(|one| one.is_literal);
        if as_sets {
            return sets(left, right, operator, negated);
        }
        let mut each = Vec::new();
        for one in left {
            if one.is_absent() {
                each.push((Status::fail(one.shown(), Some(one.spot.clone())), one.doubt.clone()));
                continue;
            }
            for other in right {
                for (found, answer) in answers(one, other, operator, negated) {
                    let spot = Some(found.spot.clone());
                    let status = match answer {
                        Answer::Yes => Status::Pass,
                        Answer::No | Answer::Neither => Status::fail(found.shown(), spot),
                        Answer::Unknown(why) => Status::Unknown(why, spot),
                    };
                    each.push((status, one.doubt.clone()));
                }
            }
        }
        Status::of_each(each, some)
    }
}

/// What the comparison of two values comes to: one answer, or one for each element of a list.
fn answers(one: &Found, other: &Found, operator: Operator, negated: bool) -> Vec<(Found, Answer)> {
    let turn = |answer: Answer| if negated { answer.turned() } else { answer };
    let elements = |one: &Found| match &*one.datum {
        Datum::List(items) => {
            items.iter().enumerate().map(|(index, item)| one.element(index, std::sync::Arc::clone(item))).collect()
        }
        _ => vec![one.clone()],
    };
    if other.is_absent() {
        return vec![(one.clone(), Answer::Neither)];
    }
    match (operator, &*other.datum) {
        (Operator::Equal, Datum::List(list)) => {
            let is_scalar = !matches!(*one.datum, Datum::List(_) | Datum::Map { .. });
            let answer = match list.as_slice() {
                [only] if is_scalar => equal(&one.datum, only),
                _ => equal(&one.datum, &other.datum),
            };
            vec![(one.clone(), turn(answer))]
        }
        (Operator::Equal, single) => {
            elements(one).into_iter().map(|each| (each.clone(), turn(equal(&each.datum, single)))).collect()
        }
        (Operator::In, Datum::Text(text)) => {
            elements(one).into_iter().map(|each| (each.clone(), turn(part_of(&each.datum, text)))).collect()
        }
        (Operator::In, set) if negated => vec![(one.clone(), apart(&one.datum, set))],
        (Operator::In, set) => vec![(one.clone(), contained(&one.datum, set))],
        _ => {
            let pairs = elements(one)
                .into_iter()
                .flat_map(|left| elements(other).into_iter().map(move |right| (left.clone(), right)));
            pairs.map(|(left, right)| (left.clone(), turn(ordered(&left.datum, &right.datum, operator)))).collect()
        }
    }
}

/// What two queries find, compared as sets: all of the one among the other.
fn sets(left: &[Found], right: &[Found], operator: Operator, negated: bool) -> Status {
    if let Some(gone) = left.iter().chain(right).find(|one| one.is_absent()) {
        return Status::fail(gone.shown(), Some(gone.spot.clone()));
    }
    if let Some((one, why)) = left.iter().find_map(|one| Some((one, one.doubt.clone()?))) {
        return Status::Unknown(why, Some(one.spot.clone()));
    }
    let turned = operator == Operator::Equal && left.len() <= right.len();
    let (all, among) = if turned { (right, left) } else { (left, right) };
    let is_among = |one: &Found| {
        let each = among.iter().map(|other| match (operator, turned) {
            (Operator::In, _) => contained(&one.datum, &other.datum),
            _ => equal(&one.datum, &other.datum),
        });
        Answer::any(each)
    };
    let wanted = |answer: Answer| if negated { answer.turned() } else { answer };
    let each = all.iter().map(|one| {
        let spot = Some(one.spot.clone());
        match wanted(is_among(one)) {
            Answer::Yes => Status::Pass,
            Answer::No | Answer::Neither => Status::fail(one.shown(), spot),
            Answer::Unknown(why) => Status::Unknown(why, spot),
        }
    });
    Status::all(each)
}

/// The answer to `exists`, `empty` and `is_…`.
fn questioned(access: &Access, found: &[Found]) -> Status {
    let turn = access.negated != access.not;
    let selects = matches!(access.query.parts.last(), Some(Part::Filter(_) | Part::KeyFilter { .. }));
    let lone = matches!(access.query.parts.as_slice(), [Part::Variable(_)]);
    if access.operator == Operator::Empty && (selects || lone) && found.is_empty() {
        return if turn { Status::fail("nothing was found", None) } else { Status::Pass };
    }
    let each = found.iter().map(|one| {
        let answer = match access.operator {
            Operator::Empty if selects => selection_is_empty(one),
            Operator::Empty => is_empty(one),
            other => is(one, other),
        };
        let answer = if turn { answer.turned() } else { answer };
        let spot = Some(one.spot.clone());
        let status = match answer {
            Answer::Yes => Status::Pass,
            Answer::No => Status::fail(one.shown(), spot),
            // Guard ends with an error, or fails: of a number nobody can say whether it is empty.
            Answer::Neither => Status::fail(format!("{}, which cannot be empty", one.shown()), spot),
            Answer::Unknown(why) => Status::Unknown(why, spot),
        };
        (status, one.doubt.clone())
    });
    Status::of_each(each.collect(), access.query.some)
}

/// A filter that chose something is not empty, whatever that is.
fn selection_is_empty(one: &Found) -> Answer {
    match &*one.datum {
        Datum::Unknown(why) => Answer::Unknown(why.clone()),
        other => Answer::of(matches!(other, Datum::Absent | Datum::Null)),
    }
}

/// What kind of value it is.
fn is(one: &Found, operator: Operator) -> Answer {
    let datum = &*one.datum;
    if let Datum::Unknown(why) = datum {
        return Answer::Unknown(why.clone());
    }
    if operator == Operator::Exists {
        return Answer::of(!one.is_absent());
    }
    // What a reference stands for may be a list or a number.
    if let Some(why) = datum.why_unknown() {
        return Answer::Unknown(why);
    }
    Answer::of(match operator {
        Operator::IsString => matches!(datum, Datum::Text(_)),
        Operator::IsList => matches!(datum, Datum::List(_)),
        Operator::IsStruct => matches!(datum, Datum::Map { .. }),
        Operator::IsBool => matches!(datum, Datum::Bool(_)),
        Operator::IsInt => matches!(datum, Datum::Number(number) if number.fract() == 0.0),
        Operator::IsFloat => matches!(datum, Datum::Number(number) if number.fract() != 0.0),
        _ => matches!(datum, Datum::Null),
    })
}

/// How many steps a comparison counts for: patterns are tried on every byte.
fn weight(left: &[Found], right: &[Found]) -> u64 {
    let patterns = right.iter().map(|one| patterns(&one.datum)).sum::<u64>();
    let bytes = left.iter().map(|one| bytes(&one.datum)).sum::<u64>();
    let pairs = (left.len() as u64).saturating_mul(right.len() as u64);
    pairs.saturating_add(bytes.saturating_mul(patterns).saturating_mul(STEPS_OF_A_BYTE))
}

fn patterns(datum: &Datum) -> u64 {
    match datum {
        Datum::Pattern(_) => 1,
        Datum::List(items) => items.iter().map(|item| patterns(item)).sum(),
        Datum::Map { entries, .. } => entries.values().map(|value| patterns(value)).sum(),
        _ => 0,
    }
}

fn bytes(datum: &Datum) -> u64 {
    match datum {
        Datum::Text(text) => text.as_str().map_or(0, str::len) as u64,
        Datum::List(items) => items.iter().map(|item| bytes(item)).sum(),
        Datum::Map { entries, .. } => entries.values().map(|value| bytes(value)).sum(),
        _ => 0,
    }
}
