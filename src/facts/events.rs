//! Facts of Amazon EventBridge: rules, schedules, pipes.

use serde::{Deserialize, Serialize};

/// `AWS::Events::Rule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Rule {}

/// `AWS::Scheduler::Schedule`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Schedule {}

/// `AWS::Pipes::Pipe`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Pipe {}
