//! What a rehearsal saw, as a value: renderers and tests read nothing else.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    engine::{DeploymentStatus, ErrorCode},
    traffic::Sample,
};
use crate::{
    event::{Answer, Phase},
    score::Points,
};

/// A whole rehearsal.
#[derive(Debug, Clone, Serialize)]
pub struct Rehearsal {
    /// The scenario's name.
    pub scenario: String,
    /// What the scenario does, in one line.
    pub description: String,
    /// Who was deployed.
    pub subject: Subject,
    /// How CodeDeploy's deployment ended.
    pub deployment: Outcome,
    /// What the hooks saw and said, in the order they were called.
    pub hooks: Vec<HookRecord>,
    /// Where the alias points at the end.
    pub alias: AliasRecord,
    /// What the alarms of the deployment group look at, and which of them nothing here feeds.
    pub alarms: Vec<AlarmRecord>,
    /// What the rehearsal takes otherwise than the template has it, or had to assume.
    pub notes: Vec<String>,
    /// Everything that happened, in order.
    pub timeline: Vec<Entry>,
}

/// The function whose alias is shifted.
#[derive(Debug, Clone, Serialize)]
pub struct Subject {
    /// Its logical id.
    pub function: String,
    /// The alias.
    pub alias: String,
    /// The deployment configuration, as CodeDeploy names it.
    pub strategy: String,
    /// The version that had the traffic.
    pub current_version: String,
    /// The version that is to get it.
    pub target_version: String,
    /// The other functions of the stack that CodeDeploy would deploy at the same time.
    pub deployed_alongside: Vec<String>,
}

/// How a deployment ended, in CodeDeploy's words.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The deployment's id.
    pub id: String,
    /// `Succeeded`, `Failed` or `Stopped`.
    pub status: DeploymentStatus,
    /// What went wrong.
    pub error: Option<Fault>,
    /// The deployment that took the traffic back.
    pub rollback: Option<Rollback>,
}

/// An error of a deployment.
#[derive(Debug, Clone, Serialize)]
pub struct Fault {
    /// CodeDeploy's code, `ALARM_ACTIVE` for example.
    pub code: ErrorCode,
    /// What it says.
    pub message: String,
}

/// A rollback: a deployment of its own.
#[derive(Debug, Clone, Serialize)]
pub struct Rollback {
    /// Its id.
    pub deployment: String,
    /// How it ended.
    pub status: DeploymentStatus,
}

/// One hook of the deployment.
#[derive(Debug, Clone, Serialize)]
pub struct HookRecord {
    /// When it was called.
    pub phase: Phase,
    /// What CodeDeploy was told, if anything.
    pub answer: Option<Answer>,
    /// The fitness it measured, 0 to 100.
    pub fitness: Option<f64>,
    /// The fitness of the last good release.
    pub fitness_before: Option<f64>,
    /// Why it answered so.
    pub reasons: Vec<String>,
    /// How many resources it looked at.
    pub resources: usize,
    /// How many findings it made, by verdict.
    pub counts: BTreeMap<&'static str, usize>,
    /// What costs points, most first: the fitness explained finding by finding.
    pub lost: Vec<Loss>,
    /// How often Lambda invoked it.
    pub invocations: u32,
    /// What became of each answer it sent, in order.
    pub deliveries: Vec<String>,
}

/// Points that one finding costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Loss {
    /// The check.
    pub check: String,
    /// The resource.
    pub resource: String,
    /// Out of the points possible.
    pub points: Points,
    /// Whether the last good release did not have it.
    pub new: bool,
    /// What was seen.
    pub evidence: String,
}

/// Where an alias points.
#[derive(Debug, Clone, Serialize)]
pub struct AliasRecord {
    /// The version it names.
    pub version: String,
    /// The share of each version in its traffic, 0 to 1.
    pub weights: BTreeMap<String, f64>,
}

/// An alarm of the deployment group.
#[derive(Debug, Clone, Serialize)]
pub struct AlarmRecord {
    /// Its name or logical id.
    pub name: String,
    /// Its state at the end.
    pub state: &'static str,
    /// Why synthetic traffic does not feed it, where it does not.
    pub unfed: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Whole minutes since the deployment was created.
    pub minute: u64,
    /// Seconds since the deployment was created.
    pub second: f64,
    /// What happened, in words; for a sample of traffic `"traffic"`.
    pub event: String,
    /// The weight of the target version after it, 0 to 1.
    pub target_weight: f64,
    /// Whether it is a step of the shift: the alias got new weights.
    #[serde(skip)]
    pub step: bool,
    /// What a minute of traffic saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Observation>,
}

/// A minute of traffic with the share that the target version really got.
#[derive(Debug, Clone, Serialize)]
pub struct Observation {
    /// The counts.
    #[serde(flatten)]
    pub sample: Sample,
    /// Of all invocations, 0 to 1.
    pub observed_share: Option<f64>,
}

impl From<Sample> for Observation {
    fn from(sample: Sample) -> Self {
        Self { observed_share: sample.observed_share(), sample }
    }
}

impl Rehearsal {
    /// Whether the new version has all the traffic and CodeDeploy is content.
    pub fn succeeded(&self) -> bool {
        self.deployment.status == DeploymentStatus::Succeeded
    }
}
