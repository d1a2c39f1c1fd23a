//! A rule asked about a document.
//!
//! Never catches a panic, because nothing here panics; never runs without end: every step is counted, and so is every
//! level of nesting. A rule that takes more than it may has no outcome, which is told as inconclusive.

use std::{cell::Cell, sync::Arc};

use super::{
    clause::Role,
    datum::Datum,
    found::Found,
    status::Status,
    syntax::{Block, Clause, Conditions, File, Let, Query, Rule},
};

/// Steps that one rule may take on one stack: a query of ten parts over 500 resources takes 5,000.
const MOST_STEPS: u64 = 5_000_000;

/// Blocks, filters, variables and rules inside each other.
const DEEPEST: u32 = 48;

/// Why a rule came to no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Halted(pub(super) &'static str);

type Evaluated<T> = Result<T, Halted>;

/// Asks the rules of one file.
#[derive(Debug)]
pub(super) struct Evaluator<'f> {
    file: &'f File,
    steps: Cell<u64>,
    depth: Cell<u32>,
}

/// What names and paths mean here.
#[derive(Debug)]
pub(super) struct Scope<'s> {
    pub(super) lets: &'s [Let],
    pub(super) root: &'s Found,
    pub(super) parent: Option<&'s Scope<'s>>,
}

impl<'s> Scope<'s> {
    /// Inside a block or a filter, at this value.
    pub(super) fn within<'i>(&'i self, lets: &'i [Let], root: &'i Found) -> Scope<'i>
    where
        's: 'i,
    {
        Scope { lets, root, parent: Some(self) }
    }

    /// The scope of the file, at the whole document.
    fn outermost(&self) -> &Scope<'s> {
        let mut scope = self;
        while let Some(parent) = scope.parent {
            scope = parent;
        }
        scope
    }
}

impl<'f> Evaluator<'f> {
    pub(super) fn new(file: &'f File) -> Self {
        Self { file, steps: Cell::new(0), depth: Cell::new(0) }
    }

    /// What a rule says of a document.
    pub(super) fn rule(&self, rule: &Rule, document: Arc<Datum>) -> Evaluated<Status> {
        let root = Found::new(document);
        let scope = Scope { lets: &self.file.lets, root: &root, parent: None };
        self.asked(rule, &scope)
    }

    fn asked(&self, rule: &Rule, outermost: &Scope<'_>) -> Evaluated<Status> {
        let guarded = Guarded { conditions: &rule.when, block: &rule.block };
        self.deeper(|| self.guarded(guarded, outermost))
    }

    fn guarded(&self, Guarded { conditions, block }: Guarded<'_>, scope: &Scope<'_>) -> Evaluated<Status> {
        // The conditions of a rule may use the variables of its block's surroundings only.
        let applies = match conditions.is_empty() {
            true => Status::Pass,
            false => self.conditions(conditions, scope, Role::Gate)?,
        };
        let doubt = match applies {
            Status::Pass => None,
            Status::Skip | Status::Fail(_) => return Ok(Status::Skip),
            Status::Unknown(why, spot) => Some((why, spot)),
        };
        let status = self.block(block, scope, Role::Asked)?;
        Ok(match doubt {
            None => status,
            Some((why, spot)) => status.doubted(why, spot),
        })
    }

    fn block(&self, block: &Block, scope: &Scope<'_>, role: Role) -> Evaluated<Status> {
        let inner = scope.within(&block.lets, scope.root);
        self.conditions(&block.clauses, &inner, role)
    }

    /// All lines, each with its alternatives.
    pub(super) fn conditions(&self, lines: &Conditions, scope: &Scope<'_>, role: Role) -> Evaluated<Status> {
        let mut all = Vec::with_capacity(lines.len());
        for alternatives in lines {
            let mut any = Vec::with_capacity(alternatives.len());
            for clause in alternatives {
                let status = self.deeper(|| self.clause(clause, scope, role))?;
                let holds = matches!(status, Status::Pass);
                any.push(status);
                if holds {
                    break;
                }
            }
            all.push(Status::any(any));
        }
        Ok(Status::all(all))
    }

    fn clause(&self, clause: &Clause, scope: &Scope<'_>, role: Role) -> Evaluated<Status> {
        self.step()?;
        match clause {
            Clause::Access(access) => self.access(access, scope, role),
            Clause::Named { name, not, .. } => self.named(name, *not, scope, role),
            Clause::Each { query, block } => self.each(query, block, scope, role),
            Clause::When { conditions, block } => self.guarded(Guarded { conditions, block }, scope),
        }
    }

    /// Another rule, asked about the same document.
    fn named(&self, name: &str, not: bool, scope: &Scope<'_>, role: Role) -> Evaluated<Status> {
        let Some(rule) = self.file.rules.iter().find(|rule| rule.name == name) else {
            // Names are checked when the file is read.
            return Err(Halted("a rule is not there"));
        };
        Ok(match (self.asked(rule, scope.outermost())?, not, role) {
            (Status::Pass, true, _) => Status::fail(format!("the rule {name} holds"), None),
            (Status::Skip, _, Role::Asked) => Status::fail(format!("the rule {name} does not apply"), None),
            (Status::Skip | Status::Fail(_), true, _) => Status::Pass,
            (status, ..) => status,
        })
    }

    /// The block, of each value that the query finds.
    fn each(&self, query: &Query, block: &Block, scope: &Scope<'_>, role: Role) -> Evaluated<Status> {
        let mut each = Vec::new();
        for found in self.query(query, scope)? {
            let status = match &*found.datum {
                Datum::Absent => Status::fail(found.shown(), Some(found.spot.clone())),
                Datum::Unknown(why) => Status::Unknown(why.clone(), Some(found.spot.clone())),
                _ => {
                    let inner = scope.within(&[], &found);
                    self.block(block, &inner, role)?
                }
            };
            each.push((status, found.doubt));
        }
        Ok(Status::of_each(each, query.some))
    }

    /// One step more.
    pub(super) fn step(&self) -> Evaluated<()> {
        self.steps_of(1)
    }

    /// So many steps more.
    pub(super) fn steps_of(&self, steps: u64) -> Evaluated<()> {
        self.steps.set(self.steps.get().saturating_add(steps));
        if self.steps.get() > MOST_STEPS { Err(Halted("the rule takes too many steps")) } else { Ok(()) }
    }

    /// One level deeper.
    pub(super) fn deeper<T>(&self, evaluate: impl FnOnce() -> Evaluated<T>) -> Evaluated<T> {
        if self.depth.get() >= DEEPEST {
            return Err(Halted("the rule is nested too deeply"));
        }
        self.depth.set(self.depth.get() + 1);
        let evaluated = evaluate();
        self.depth.set(self.depth.get() - 1);
        evaluated
    }
}

/// A block that is asked only where conditions hold.
#[derive(Clone, Copy)]
struct Guarded<'c> {
    conditions: &'c Conditions,
    block: &'c Block,
}
