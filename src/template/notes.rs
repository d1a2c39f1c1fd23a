//! What is wrong with a template: errors that end the reading, warnings that go with the result.

use crate::source::read::Errors;

/// Errors and warnings found so far in one template.
#[derive(Debug)]
pub(super) struct Notes {
    /// CloudFormation would refuse the template, and nobody could say what was meant.
    pub(super) errors: Errors,
    /// CloudFormation might refuse it, or something could not be read; the rest is judged.
    pub(super) warnings: Errors,
}

impl Notes {
    pub(super) fn new(name: &str, bytes: &[u8]) -> Self {
        Self { errors: Errors::new(name, bytes), warnings: Errors::new(name, bytes) }
    }
}
