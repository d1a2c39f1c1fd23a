//! The catalogue: one module a service, a plain table of checks in each.

use crate::check::Check;

pub mod codedeploy;
pub mod dynamodb;
pub mod holistic;
pub mod lambda;
pub mod s3;

/// The tables, in the order of reports. A table that is not named here does not compile: it would be unused.
const TABLES: &[&[Check]] = &[s3::CHECKS, dynamodb::CHECKS, lambda::CHECKS, codedeploy::CHECKS, holistic::CHECKS];

/// Every check, in the order of reports.
pub fn all() -> impl Iterator<Item = &'static Check> {
    TABLES.iter().copied().flatten()
}

/// The check of this id.
pub fn by_id(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}
