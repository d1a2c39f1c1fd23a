//! The catalogue: one module a service, a plain table of checks in each.

// A table or a judge that nobody names is a check that would silently never be asked.
#![deny(dead_code)]

use crate::check::Check;

pub mod apigateway;
pub mod appconfig;
pub mod codedeploy;
pub mod config;
pub mod dynamodb;
pub mod equivalents;
pub mod exemption;
pub mod holistic;
pub mod lambda;
pub mod s3;

mod backup;
mod grants;
mod kms;
mod retention;
mod tags;
mod tls;

/// The tables, in the order of reports. Where one is not named here, nothing compiles: it is dead code.
const TABLES: &[&[Check]] = &[
    s3::access::CHECKS,
    s3::policy::CHECKS,
    s3::data::CHECKS,
    s3::upkeep::CHECKS,
    dynamodb::data::CHECKS,
    dynamodb::capacity::CHECKS,
    dynamodb::dax::CHECKS,
    lambda::runtime::CHECKS,
    lambda::configuration::CHECKS,
    lambda::network::CHECKS,
    lambda::secrets::CHECKS,
    lambda::invocation::CHECKS,
    lambda::alias::CHECKS,
    lambda::permission::CHECKS,
    lambda::url::CHECKS,
    lambda::event_source_mapping::CHECKS,
    apigateway::stage::CHECKS,
    codedeploy::CHECKS,
    appconfig::profile::CHECKS,
    appconfig::rollout::CHECKS,
    config::CHECKS,
    holistic::CHECKS,
];

/// Every check that judges a stack, in the order of reports.
pub fn all() -> impl Iterator<Item = &'static Check> {
    TABLES.iter().copied().flatten()
}

/// Every check there is: those that judge a stack, then those of the policy itself.
pub fn catalogue() -> impl Iterator<Item = &'static Check> {
    all().chain(exemption::CHECKS)
}

/// The check of this id.
pub fn by_id(id: &str) -> Option<&'static Check> {
    catalogue().find(|check| check.id == id)
}
