//! What a rule speaks of, read from its text: names that are not there, rules that lead back to themselves, and whether
//! it can be asked of one resource at a time.
//!
//! A rule that chooses resources in one way only (`Resources.*[ Type == … ]`, however often) is asked of each of them,
//! and says which one it means. One that chooses them in several ways, counts them or names one of them may compare
//! resources with each other: it is asked once, of the whole stack.

use std::collections::BTreeSet;

use super::{
    datum::Datum,
    scan::Mistake,
    syntax::{Access, Block, Clause, Conditions, File, Function, Let, Operand, Part, Query, Rule},
};
use crate::source::Position;

/// Variables and rules that lead to each other; more nobody could follow.
const LONGEST_CHAIN: usize = 30;

/// What a rule speaks of.
#[derive(Debug, Default)]
pub(super) struct Extent {
    /// Whether it is asked of each resource by itself.
    pub(super) of_each: bool,
    /// The CloudFormation types that it names.
    pub(super) types: BTreeSet<String>,
}

/// Looks through a rule and all that it refers to.
pub(super) fn of(file: &File, rule: &Rule) -> Result<Extent, Mistake> {
    let mut walk = Walk {
        file,
        chain: Vec::new(),
        seen: BTreeSet::new(),
        selections: BTreeSet::new(),
        whole: false,
        types: BTreeSet::new(),
    };
    walk.rule(rule)?;
    let of_each = !walk.whole && walk.selections.len() == 1;
    Ok(Extent { of_each, types: walk.types })
}

struct Walk<'f> {
    file: &'f File,
    /// Names on the way here, to find those that lead back.
    chain: Vec<(&'f str, Position)>,
    /// Variables that were looked through.
    seen: BTreeSet<(&'f str, Position)>,
    /// The ways in which resources are chosen.
    selections: BTreeSet<String>,
    whole: bool,
    types: BTreeSet<String>,
}

type Scopes<'f> = Vec<&'f [Let]>;

impl<'f> Walk<'f> {
    fn rule(&mut self, rule: &'f Rule) -> Result<(), Mistake> {
        self.along(&rule.name, rule.at, |walk| {
            let scopes = vec![walk.file.lets.as_slice()];
            walk.conditions(&rule.when, &scopes)?;
            walk.block(&rule.block, &scopes)
        })
    }

    /// Looks through something with a name, unless the way leads through it already.
    fn along(
        &mut self,
        name: &'f str,
        at: Position,
        look: impl FnOnce(&mut Self) -> Result<(), Mistake>,
    ) -> Result<(), Mistake> {
        let fail = |message| Err(Mistake { at, message, hint: None });
        if self.chain.contains(&(name, at)) {
            return fail(format!("{name} refers to itself"));
        }
        if self.chain.len() >= LONGEST_CHAIN {
            return fail(format!("more than {LONGEST_CHAIN} names refer to each other"));
        }
        if self.seen.contains(&(name, at)) {
            return Ok(());
        }
        self.chain.push((name, at));
        let looked = look(self);
        self.chain.pop();
        self.seen.insert((name, at));
        looked
    }

    fn block(&mut self, block: &'f Block, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        let mut inner = scopes.clone();
        inner.push(&block.lets);
        self.conditions(&block.clauses, &inner)
    }

    fn conditions(&mut self, conditions: &'f Conditions, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        conditions.iter().flatten().try_for_each(|clause| self.clause(clause, scopes))
    }

    fn clause(&mut self, clause: &'f Clause, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        match clause {
            Clause::Access(access) => self.access(access, scopes),
            Clause::Each { query, block } => {
                self.query(query, scopes)?;
                self.block(block, scopes)
            }
            Clause::When { conditions, block } => {
                self.conditions(conditions, scopes)?;
                self.block(block, scopes)
            }
            Clause::Named { name, at, .. } => match self.file.rules.iter().find(|rule| rule.name == *name) {
                Some(rule) => self.rule(rule),
                None => {
                    let hint = Some("a query needs an operator behind it: exists, ==, in …".to_owned());
                    Err(Mistake { at: *at, message: format!("there is no rule {name}"), hint })
                }
            },
        }
    }

    fn access(&mut self, access: &'f Access, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        self.query(&access.query, scopes)?;
        if let (Some(Operand::Literal(datum)), Some(Part::Key(key))) = (&access.with, access.query.parts.last())
            && key == "Type"
        {
            self.of_type(datum, access.query.at)?;
        }
        access.with.as_ref().map_or(Ok(()), |with| self.operand(with, scopes))
    }

    /// What the transform replaces no stack holds: a rule about it would never be asked, and seem to pass.
    fn of_type(&mut self, datum: &Datum, at: Position) -> Result<(), Mistake> {
        match datum {
            Datum::List(items) => items.iter().try_for_each(|item| self.of_type(item, at)),
            Datum::Text(text) => {
                let name = text.as_str().unwrap_or_default();
                if name.starts_with("AWS::Serverless::") {
                    let message = format!("{name} is replaced before anything is judged");
                    let hint =
                        "name what it becomes: AWS::Lambda::Function, AWS::DynamoDB::Table, AWS::ApiGateway::RestApi …";
                    return Err(Mistake { at, message, hint: Some(hint.to_owned()) });
                }
                if name.contains("::") {
                    self.types.insert(name.to_owned());
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn operand(&mut self, operand: &'f Operand, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        match operand {
            Operand::Literal(_) => Ok(()),
            Operand::Query(query) => self.query(query, scopes),
            Operand::Call(function, arguments) => {
                let of_stack = |operand: &Operand| match operand {
                    Operand::Query(query) => matches!(query.parts.first(), Some(Part::Variable(_))) || is_root(query),
                    _ => false,
                };
                self.whole |= *function == Function::Count && arguments.iter().any(of_stack);
                arguments.iter().try_for_each(|argument| self.operand(argument, scopes))
            }
        }
    }

    fn query(&mut self, query: &'f Query, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        if is_root(query) {
            match query.parts.get(1) {
                Some(Part::Values) => {
                    let chosen = query.parts.get(2).map(selection).unwrap_or_default();
                    self.selections.insert(chosen);
                }
                _ => self.whole = true,
            }
        }
        for part in &query.parts {
            match part {
                Part::Variable(name) | Part::Keys(name) => self.variable(name, query.at, scopes)?,
                Part::Filter(conditions) => self.conditions(conditions, scopes)?,
                Part::KeyFilter { with, .. } => self.operand(with, scopes)?,
                Part::This | Part::Key(_) | Part::Values | Part::Elements | Part::Index(_) => {}
            }
        }
        Ok(())
    }

    fn variable(&mut self, name: &'f str, at: Position, scopes: &Scopes<'f>) -> Result<(), Mistake> {
        for (depth, lets) in scopes.iter().enumerate().rev() {
            if let Some(found) = lets.iter().find(|one| one.name == name) {
                let declared: Scopes<'f> = scopes.iter().take(depth + 1).copied().collect();
                return self.along(&found.name, found.at, |walk| walk.operand(&found.value, &declared));
            }
        }
        Err(Mistake {
            at,
            message: format!("there is no variable {name}"),
            hint: Some(format!("add `let {name} = …`")),
        })
    }
}

/// Whether a query begins at the resources.
fn is_root(query: &Query) -> bool {
    matches!(query.parts.first(), Some(Part::Key(key)) if key == "Resources")
}

/// A filter as text, so that two that are written alike are one.
fn selection(part: &Part) -> String {
    let Part::Filter(conditions) = part else { return String::new() };
    let clause = |clause: &Clause| match clause {
        Clause::Access(access) => access.text.replace('"', "'").replace(' ', ""),
        // Anything else is alike only where it is the same place.
        other => format!("{other:?}"),
    };
    let line = |line: &Vec<Clause>| line.iter().map(clause).collect::<Vec<_>>().join("|");
    conditions.iter().map(line).collect::<Vec<_>>().join("&")
}
