//! A deployment as CodeDeploy runs it: who, which versions, which strategy.

mod app_spec;
mod strategy;
mod version;

use jiff::Timestamp;
use serde::Serialize;

pub use self::{
    app_spec::{AppSpec, AppSpecError, Hooks},
    strategy::{
        MAX_CONFIG_NAME, MAX_INCREMENT, MAX_SHIFT_MINUTES, PREDEFINED, Step, Strategy, StrategyError, Weight,
        WeightError, full_config_name,
    },
    version::{Version, VersionError},
};
use crate::event::{DeploymentId, Phase};

/// What a hook is judging: one deployment of one function, as CodeDeploy described it when asked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// The CodeDeploy application.
    pub application: String,
    /// The deployment group.
    pub group: String,
    /// The name of the function.
    pub function: String,
    /// The alias whose traffic is shifted.
    pub alias: String,
    /// The version that serves before.
    pub current: Version,
    /// The version that is to serve afterwards.
    pub target: Version,
    /// Which hook was asked.
    pub phase: Phase,
    /// The share of traffic the target has now.
    pub weight: Weight,
    /// The name of the deployment configuration, `CodeDeployDefault.LambdaLinear10PercentEvery1Minute`.
    pub config: String,
    /// How the traffic is shifted; `None` for a custom configuration that nobody looked up.
    pub strategy: Option<Strategy>,
    /// When CodeDeploy created it (`createTime`), where it says. All phases and attempts of a deployment share it.
    pub created: Option<Timestamp>,
    /// What started it (`user`, `CloudFormation`, `codeDeployRollback`), where CodeDeploy says.
    pub creator: Option<String>,
    /// CodeDeploy's link to what is outside of it, mostly the id of a CloudFormation stack.
    pub external_id: Option<String>,
}
