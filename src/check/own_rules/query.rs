//! Following a query through the document.

use std::sync::Arc;

use super::{
    clause::Role,
    compare::Answer,
    datum::Datum,
    evaluate::{Evaluator, Halted, Scope},
    found::Found,
    status::Status,
    syntax::{Conditions, Function, Operand, Part, Query},
};
use crate::facts::{Part as TextPart, Why};

/// What one query may find; more is a product that nobody meant.
const MOST_FOUND: usize = 50_000;

type Evaluated<T> = Result<T, Halted>;

impl Evaluator<'_> {
    /// What a query finds from here.
    pub(super) fn query(&self, query: &Query, scope: &Scope<'_>) -> Evaluated<Vec<Found>> {
        let mut parts = query.parts.iter();
        let mut found = match query.parts.first() {
            Some(Part::Variable(name)) => {
                parts.next();
                self.variable(name, scope)?
            }
            _ => vec![scope.root.clone()],
        };
        let mut before: Option<&Part> = query.parts.first().filter(|first| matches!(first, Part::Variable(_)));
        for part in parts {
            let mut next = Vec::new();
            for one in found {
                self.step()?;
                // The way has ended, or goes on where nobody sees.
                if one.is_absent() || matches!(*one.datum, Datum::Unknown(_)) {
                    next.push(one);
                    continue;
                }
                self.part(part, before, &one, scope, &mut next)?;
                if next.len() > MOST_FOUND {
                    return Err(Halted("a query finds more than it could mean"));
                }
            }
            (found, before) = (next, Some(part));
        }
        Ok(found)
    }

    fn part(
        &self,
        part: &Part,
        before: Option<&Part>,
        one: &Found,
        scope: &Scope<'_>,
        next: &mut Vec<Found>,
    ) -> Evaluated<()> {
        match part {
            Part::Variable(_) | Part::This => next.push(one.clone()),
            Part::Key(key) => next.push(key_of(one, key)),
            Part::Keys(name) => {
                for key in self.variable(name, scope)? {
                    next.extend(keys_of(one, &key));
                }
            }
            Part::Values => next.extend(values(one)),
            Part::Elements if matches!(*one.datum, Datum::Map { .. }) => next.push(one.clone()),
            Part::Elements => next.extend(values(one)),
            Part::Index(index) => next.push(index_of(one, *index)),
            Part::Filter(conditions) => {
                // Behind the name of a property a filter looks at the values below it, else at what was found.
                let of_map = matches!(*one.datum, Datum::Map { .. }) && matches!(before, Some(Part::Key(_)));
                let of_list = matches!(*one.datum, Datum::List(_));
                let candidates = match (of_map, of_list) {
                    (true, _) | (_, true) => elements(one),
                    _ => vec![one.clone()],
                };
                for candidate in candidates {
                    next.extend(self.filtered(conditions, candidate, scope)?);
                }
            }
            Part::KeyFilter { operator, negated, with } => {
                let Datum::Map { entries, is_whole } = &*one.datum else {
                    next.push(one.instead(Datum::Absent));
                    return Ok(());
                };
                let with = self.operand(with, scope)?;
                for (key, value) in entries.iter().filter(|(_, value)| !matches!(***value, Datum::Absent)) {
                    let key_itself = Found::new(Datum::text(key.as_str()));
                    let status = self.compared(&[key_itself], &with, (*operator, *negated), Role::Gate);
                    next.extend(chosen(one.below(key, Arc::clone(value)), status));
                }
                next.extend(unseen(one, *is_whole));
            }
        }
        Ok(())
    }

    /// A value that meets the conditions, perhaps.
    fn filtered(&self, conditions: &Conditions, candidate: Found, scope: &Scope<'_>) -> Evaluated<Option<Found>> {
        if let Datum::Unknown(why) = &*candidate.datum {
            let doubt = Some(candidate.doubt.clone().unwrap_or_else(|| why.clone()));
            return Ok(Some(Found { doubt, ..candidate }));
        }
        let inner = scope.within(&[], &candidate);
        let status = self.conditions(conditions, &inner, Role::Gate)?;
        Ok(chosen(candidate, status))
    }

    /// What a variable stands for, evaluated where it is declared.
    fn variable(&self, name: &str, scope: &Scope<'_>) -> Evaluated<Vec<Found>> {
        let mut around = Some(scope);
        while let Some(here) = around {
            if let Some(found) = here.lets.iter().find(|one| one.name == name) {
                return self.deeper(|| self.operand(&found.value, here));
            }
            around = here.parent;
        }
        // Names are checked when the file is read.
        Err(Halted("a variable is not declared"))
    }

    /// What a clause compares with.
    pub(super) fn operand(&self, operand: &Operand, scope: &Scope<'_>) -> Evaluated<Vec<Found>> {
        self.step()?;
        match operand {
            Operand::Literal(datum) => Ok(vec![Found::literal(Arc::clone(datum))]),
            Operand::Query(query) => self.query(query, scope),
            Operand::Call(function, arguments) => {
                let mut all = Vec::new();
                for argument in arguments {
                    all.extend(self.operand(argument, scope)?);
                }
                Ok(called(*function, all))
            }
        }
    }
}

fn called(function: Function, found: Vec<Found>) -> Vec<Found> {
    let text = |one: &Found, change: fn(&str) -> String| match &*one.datum {
        Datum::Text(text) => match text.as_str() {
            Some(known) => Found { datum: Datum::text(change(known)), ..one.clone() },
            None => one.instead(Datum::Unknown(text.why_unresolved())),
        },
        _ => one.clone(),
    };
    match function {
        Function::Count => vec![Found::literal(Arc::new(count(&found)))],
        Function::ToLower => found.iter().map(|one| text(one, str::to_lowercase)).collect(),
        Function::ToUpper => found.iter().map(|one| text(one, str::to_uppercase)).collect(),
        Function::JsonParse => found.iter().map(parsed).collect(),
    }
}

/// How many there are; what is absent does not count.
fn count(found: &[Found]) -> Datum {
    let unknown = found.iter().find_map(|one| match (&one.doubt, &*one.datum) {
        (Some(why), _) | (None, Datum::Unknown(why)) => Some(why.clone()),
        _ => None,
    });
    let known = found.iter().filter(|one| !one.is_absent()).count();
    unknown.map_or(Datum::Number(f64::from(u32::try_from(known).unwrap_or(u32::MAX))), Datum::Unknown)
}

/// The document that a text is.
fn parsed(one: &Found) -> Found {
    let Datum::Text(text) = &*one.datum else { return one.clone() };
    let Some(known) = text.as_str() else { return one.instead(Datum::Unknown(text.why_unresolved())) };
    match serde_json::from_str(known) {
        Ok(value) => Found { datum: Datum::read(&value, true), ..one.clone() },
        Err(error) => one.instead(Datum::Unknown(Why::Malformed(error.to_string()))),
    }
}

fn key_of(one: &Found, key: &str) -> Found {
    match &*one.datum {
        Datum::Map { entries, is_whole } => match entries.get(key) {
            Some(value) => one.below(key, Arc::clone(value)),
            None if *is_whole => one.below(key, Arc::new(Datum::Absent)),
            None => {
                let why = Why::NotObserved(format!("{key} is not among what is known of it"));
                one.below(key, Arc::new(Datum::Unknown(why)))
            }
        },
        other => match other.why_unknown() {
            Some(why) => one.below(key, Arc::new(Datum::Unknown(why))),
            None => one.below(key, Arc::new(Datum::Absent)),
        },
    }
}

/// The values under the keys that a variable holds.
fn keys_of(one: &Found, key: &Found) -> Vec<Found> {
    match &*key.datum {
        Datum::List(keys) => keys.iter().flat_map(|each| keys_of(one, &Found::new(Arc::clone(each)))).collect(),
        Datum::Text(text) => match text.as_str() {
            Some(known) => vec![key_of(one, known)],
            None => vec![one.instead(Datum::Unknown(text.why_unresolved()))],
        },
        Datum::Unknown(why) => vec![one.instead(Datum::Unknown(why.clone()))],
        _ => vec![one.instead(Datum::Absent)],
    }
}

fn index_of(one: &Found, index: i64) -> Found {
    let absent = || one.instead(other_than_known(one));
    let Datum::List(items) = &*one.datum else { return absent() };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let index = usize::try_from(if index < 0 { length + index } else { index }).ok();
    index.and_then(|index| Some(one.element(index, Arc::clone(items.get(index)?)))).unwrap_or_else(absent)
}

fn other_than_known(one: &Found) -> Datum {
    one.datum.why_unknown().map_or(Datum::Absent, Datum::Unknown)
}

/// What is below a list or an object; of nothing below it, that it is absent; of anything else, itself.
fn values(one: &Found) -> Vec<Found> {
    match &*one.datum {
        Datum::List(_) | Datum::Map { .. } => match elements(one) {
            none if none.is_empty() => vec![one.instead(Datum::Absent)],
            some => some,
        },
        _ => vec![one.clone()],
    }
}

fn elements(one: &Found) -> Vec<Found> {
    match &*one.datum {
        Datum::List(items) => {
            items.iter().enumerate().map(|(index, item)| one.element(index, Arc::clone(item))).collect()
        }
        Datum::Map { entries, is_whole } => {
            let present = entries.iter().filter(|(_, value)| !matches!(***value, Datum::Absent));
            let seen = present.map(|(key, value)| one.below(key, Arc::clone(value)));
            seen.chain(unseen(one, *is_whole)).collect()
        }
        _ => Vec::new(),
    }
}

/// What an object may hold besides what is known of it.
fn unseen(one: &Found, is_whole: bool) -> Option<Found> {
    let why = || Why::NotObserved("not all of the object was observed".to_owned());
    (!is_whole).then(|| Found { doubt: Some(why()), ..one.instead(Datum::Unknown(why())) })
}

/// A value, as far as its conditions hold.
fn chosen(candidate: Found, status: Status) -> Option<Found> {
    match status {
        Status::Pass => Some(candidate),
        Status::Fail(_) | Status::Skip => None,
        Status::Unknown(why, _) => Some(Found { doubt: Some(why), ..candidate }),
    }
}

/// Whether a value is empty; `Neither` of what has no emptiness.
pub(super) fn is_empty(one: &Found) -> Answer {
    match &*one.datum {
        Datum::Absent | Datum::Null => Answer::Yes,
        Datum::Unknown(why) => Answer::Unknown(why.clone()),
        Datum::List(items) => Answer::of(items.is_empty()),
        Datum::Map { .. } => match elements(one).iter().all(|below| below.doubt.is_some()) {
            true if elements(one).is_empty() => Answer::Yes,
            true => Answer::Unknown(Why::NotObserved("not all of the object was observed".to_owned())),
            false => Answer::No,
        },
        Datum::Text(text) => match text.as_str() {
            Some(known) => Answer::of(known.is_empty()),
            // What a resource is called, or a region, is never empty.
            None if text.parts().iter().any(|part| !matches!(part, TextPart::Unknown(_))) => Answer::No,
            None => Answer::Unknown(text.why_unresolved()),
        },
        Datum::Bool(_) | Datum::Number(_) | Datum::Pattern(_) | Datum::Range(_) => Answer::Neither,
    }
}
