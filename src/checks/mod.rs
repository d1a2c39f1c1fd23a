//! The catalogue: one module a service, a plain table of checks in each.

// A table or a judge that nobody names is a check that would silently never be asked.
#![deny(dead_code)]

use crate::check::Check;

pub mod apigateway;
pub mod appconfig;
pub mod appsync;
pub mod cloudfront;
pub mod codedeploy;
pub mod cognito;
pub mod config;
pub mod dynamodb;
pub mod ecr;
pub mod efs;
pub mod equivalents;
pub mod eventbridge;
pub mod exemption;
pub mod firehose;
pub mod holistic;
pub mod iam;
pub mod kinesis;
pub mod lambda;
pub mod opensearch;
pub mod rds;
pub mod s3;
pub mod sns;
pub mod sqs;
pub mod stack;
pub mod wafv2;

mod attached;
mod backup;
mod backup_plan;
mod cloudwatch;
mod grants;
mod keys;
mod kms;
mod logs;
mod named_by;
mod public_policy;
mod retention;
mod secret_documents;
mod secretsmanager;
mod sinks;
mod ssm;
mod statements;
mod stepfunctions;
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
    rds::data::CHECKS,
    rds::access::CHECKS,
    opensearch::CHECKS,
    efs::CHECKS,
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
    apigateway::traffic::CHECKS,
    apigateway::surroundings::CHECKS,
    apigateway::authorization::CHECKS,
    apigateway::validation::CHECKS,
    apigateway::endpoint::CHECKS,
    apigateway::http_stage::CHECKS,
    apigateway::route::CHECKS,
    apigateway::http_api::CHECKS,
    sqs::queue::CHECKS,
    sqs::redrive::CHECKS,
    sqs::policy::CHECKS,
    sns::topic::CHECKS,
    sns::subscription::CHECKS,
    sns::policy::CHECKS,
    kinesis::CHECKS,
    firehose::CHECKS,
    eventbridge::rule::CHECKS,
    eventbridge::bus::CHECKS,
    eventbridge::schedule::CHECKS,
    stepfunctions::configuration::CHECKS,
    stepfunctions::definition::CHECKS,
    keys::CHECKS,
    secretsmanager::rotation::CHECKS,
    secretsmanager::secret::CHECKS,
    ssm::CHECKS,
    logs::CHECKS,
    cloudwatch::CHECKS,
    appsync::CHECKS,
    cloudfront::viewer::CHECKS,
    cloudfront::origin::CHECKS,
    cognito::user_pool::CHECKS,
    cognito::access::CHECKS,
    wafv2::CHECKS,
    ecr::CHECKS,
    backup_plan::CHECKS,
    stack::CHECKS,
    iam::role::CHECKS,
    iam::broad::CHECKS,
    iam::danger::CHECKS,
    iam::escalation::CHECKS,
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
