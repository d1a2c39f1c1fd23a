//! The user's own checks: rules in the language of CloudFormation Guard, asked about templates and live facts alike.
//!
//! The language is that of <https://docs.aws.amazon.com/cfn-guard/latest/ug/writing-rules.html>, read and evaluated
//! here rather than by the crate `cfn-guard`, for reasons that are tests of this module:
//!
//! - A value may be unknown. A rule whose outcome depends on one is inconclusive, never a pass and never a failure;
//!   an engine of two values cannot say so, and cannot be asked which values an outcome rests on.
//! - A rules file is not trusted. Deep nesting and variables that refer to each other overflow the stack of that engine,
//!   which ends the process and cannot be caught; here both are mistakes with a place, every step is counted, and
//!   patterns are matched without backtracking.
//! - It has no clock, no I/O and no dependency that the hooks do not have anyway, so that the hooks judge by the same
//!   rules.
//!
//! What is not understood is refused with its place, never passed over: rules with parameters, names for keys, patterns
//! that look around themselves, functions but `count`, `to_lower`, `to_upper` and `json_parse`.
//!
//! Never does any I/O, never reads a clock, never runs without end.

mod catalogue;
mod clause;
mod compare;
mod datum;
mod document;
mod evaluate;
mod extent;
mod found;
mod parse;
mod parse_literal;
mod parse_query;
mod pattern;
mod query;
mod scan;
mod status;
mod syntax;

use std::{fmt, sync::Arc};

use crate::{
    check::{Check, Pillar, Severity, Verdict},
    facts::Why,
    inventory::LogicalId,
    source::Position,
};
pub(crate) use document::Document;
use evaluate::{Evaluator, Halted};
use scan::Mistake;
use status::Status;
use syntax::File;

/// Begins the id of every check that is a rule of the user's own; the catalogue has none such.
pub const PREFIX: &str = "own-";

/// The largest rules file, in bytes.
pub const LARGEST: usize = 64 << 10;

/// Rules in one file.
pub const MOST_RULES: usize = 100;

/// What the rules of a file are where their comments do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// How bad a failure is.
    pub severity: Severity,
    /// Which concern they serve.
    pub pillar: Pillar,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { severity: Severity::Medium, pillar: Pillar::Security }
    }
}

/// Why a rules file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesError {
    file: String,
    at: Option<Position>,
    message: String,
    hint: Option<String>,
}

impl RulesError {
    fn at(file: &str, Mistake { at, message, hint }: Mistake) -> Self {
        Self { file: file.to_owned(), at: Some(at), message, hint }
    }

    fn overall(file: &str, message: String) -> Self {
        Self { file: file.to_owned(), at: None, message, hint: None }
    }

    /// A rule of `file` whose id is that of another file's.
    pub(crate) fn twice(file: &str, id: &str) -> Self {
        Self::overall(file, format!("two rules are called {id}"))
    }

    /// What to write instead.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some(at) => write!(f, "{}:{at}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for RulesError {}

/// Reads a rules file; `name` is what messages call it. Every rule is a check.
///
/// # Errors
/// The first mistake with its place: nothing behind it can be understood.
pub fn read(name: &str, text: &str, defaults: Defaults) -> Result<Vec<&'static Check>, RulesError> {
    if text.len() > LARGEST {
        return Err(RulesError::overall(name, format!("the file has more than {LARGEST} bytes")));
    }
    let checks = catalogue::checks(name, text, defaults)?;
    if checks.is_empty() {
        return Err(RulesError::overall(name, "the file holds no rule".to_owned()));
    }
    Ok(checks)
}

/// A rule of the user's own, and whom it is asked of.
#[derive(Debug)]
pub struct OwnRule {
    file: Arc<File>,
    index: usize,
    of_each: bool,
    types: &'static [&'static str],
}

impl OwnRule {
    /// The CloudFormation types that it names.
    pub fn types(&self) -> &'static [&'static str] {
        self.types
    }

    /// Whether it is asked of each resource by itself, rather than once of the whole stack.
    pub fn is_of_each(&self) -> bool {
        self.of_each
    }

    /// What it says of each resource, or of the stack, which goes by `stack`.
    pub(crate) fn judge(&self, document: &Document, stack: &str) -> Vec<(LogicalId, Verdict)> {
        let Some(rule) = self.file.rules.get(self.index) else { return Vec::new() };
        let evaluator = Evaluator::new(&self.file);
        if !self.of_each {
            let said = verdict(evaluator.rule(rule, document.root(None)), stack);
            return said.map(|verdict| (LogicalId::new(stack), verdict)).into_iter().collect();
        }
        let each = document.resources.iter().enumerate().filter_map(|(index, (id, _))| {
            let said = evaluator.rule(rule, document.root(Some(index)));
            Some((LogicalId::new(id.as_str()), verdict(said, id)?))
        });
        each.collect()
    }
}

/// What comes of a rule; nothing where it does not apply.
fn verdict(outcome: Result<Status, Halted>, subject: &str) -> Option<Verdict> {
    let place = |verdict: Verdict, spot: Option<found::Spot>| match spot.and_then(|spot| spot.place(subject)) {
        Some(place) => verdict.place(place),
        None => verdict,
    };
    match outcome {
        Ok(Status::Pass) => Some(Verdict::Pass),
        Ok(Status::Skip) => None,
        Ok(Status::Fail(seen)) => Some(place(Verdict::fail(seen.text), seen.spot)),
        Ok(Status::Unknown(why, spot)) => Some(place(Verdict::inconclusive(why), spot)),
        Err(Halted(why)) => Some(Verdict::inconclusive(Why::NotObserved(why.to_owned()))),
    }
}
