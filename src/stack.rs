//! The stack as holistic judges see it: the facts, who is meant by a name, and who calls whom.

use crate::facts::{Directory, Facts};

/// Facts with the indices that holistic judges need, built once.
#[derive(Debug)]
pub struct Stack<'a> {
    /// What was observed.
    pub facts: &'a Facts,
    /// Who is meant by a name, an ARN or a reference.
    pub directory: Directory,
}

impl<'a> Stack<'a> {
    /// Indexes the facts.
    pub fn of(facts: &'a Facts) -> Self {
        Self { facts, directory: Directory::of(facts) }
    }
}
