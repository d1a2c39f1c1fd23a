//! The AWS edge by replayed HTTP exchanges: the SDK's own clients in front of a double of AWS, in process.
//!
//! One `mod` line a subject: tests of the double itself first, then what is built on it.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;
mod compared;
mod double;
mod judged;
mod looking;
mod release;

mod of_the_double;

mod answer;
mod dry_run;
mod failure_answer;
mod fault_matrix;
mod from_event_to_stack;
mod history;
mod history_command;
mod invocation;
mod judged_release;
mod metrics;
mod observe_autoscaling;
mod observe_backup;
mod observe_cloud_control;
mod observe_cloudwatch;
mod observe_codedeploy;
mod observe_config;
mod observe_dax;
mod observe_dynamodb;
mod observe_global_table;
mod observe_lambda;
mod observe_s3;
mod observe_template;
mod policy_source;
mod room;
mod store_verdicts;
