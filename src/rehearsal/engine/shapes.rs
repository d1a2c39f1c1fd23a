//! The shapes of CodeDeploy's answers and requests, named as the service model names them.
//!
//! Only the parts a Lambda deployment uses. Moments are seconds since 1970 with thousandths, as the JSON protocol has them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    error::ErrorCode,
    group::{AlarmConfiguration, AutoRollbackConfiguration},
};
use crate::{
    deployment::{AppSpec, Version, Weight},
    event::{DeploymentId, HookExecutionId},
};

/// A moment: milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Exact: the years up to 9999 need fewer than the 53 bits of a float.
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit 53 bits")]
        serializer.serialize_f64(self.0 as f64 / 1_000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        #[expect(clippy::cast_possible_truncation, reason = "a cast from float saturates")]
        Ok(Self((seconds * 1_000.0).round() as i64))
    }
}

/// `deploymentInfo.status`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum DeploymentStatus {
    Created,
    Queued,
    InProgress,
    Baking,
    Succeeded,
    Failed,
    Stopped,
    Ready,
}

impl DeploymentStatus {
    /// Whether nothing changes any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Stopped)
    }
}

impl fmt::Display for DeploymentStatus {
    /// As on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Status of a lifecycle event, and of a report about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum LifecycleEventStatus {
    Pending,
    InProgress,
    Succeeded,
    Failed,
    Skipped,
    Unknown,
}

impl fmt::Display for LifecycleEventStatus {
    /// As on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Status of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum TargetStatus {
    Pending,
    InProgress,
    Succeeded,
    Failed,
    Skipped,
    Unknown,
    Ready,
}

/// `diagnostics.errorCode`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum LifecycleErrorCode {
    Success,
    ScriptMissing,
    ScriptNotExecutable,
    ScriptTimedOut,
    ScriptFailed,
    UnknownError,
}

/// `deploymentInfo.creator`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum DeploymentCreator {
    #[default]
    #[serde(rename = "user")]
    User,
    #[serde(rename = "codeDeployRollback")]
    CodeDeployRollback,
    CloudFormation,
    CloudFormationRollback,
}

/// `CreateDeployment`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct CreateDeploymentInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_group_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionLocation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_config_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_rollback_configuration: Option<AutoRollbackConfiguration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_alarm_configuration: Option<AlarmConfiguration>,
}

impl CreateDeploymentInput {
    /// Asks to deploy this AppSpec with the group's own settings.
    pub fn of(application: &str, group: &str, spec: &AppSpec) -> Self {
        Self {
            application_name: Some(application.to_owned()),
            deployment_group_name: Some(group.to_owned()),
            revision: Some(RevisionLocation::app_spec_content(spec.to_value().to_string())),
            ..Self::default()
        }
    }
}

/// Where the AppSpec is: in the request itself, in one of two spellings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevisionLocation {
    /// `AppSpecContent`, `String` (CloudFormation's), `S3` or `GitHub`.
    pub revision_type: String,
    /// For `AppSpecContent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_spec_content: Option<RevisionContent>,
    /// For `String`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub string: Option<RevisionContent>,
}

/// A text and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionContent {
    /// JSON or YAML. `GetDeployment` leaves it out, `GetApplicationRevision` has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Lower-case hexadecimal SHA-256 of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl RevisionLocation {
    /// An AppSpec in the request.
    pub fn app_spec_content(content: String) -> Self {
        let content = RevisionContent { content: Some(content), sha256: None };
        Self { revision_type: "AppSpecContent".to_owned(), app_spec_content: Some(content), string: None }
    }

    /// The part that goes with the type; `None` for `S3`, `GitHub` and what does not fit.
    pub fn part(&self) -> Option<&RevisionContent> {
        match self.revision_type.as_str() {
            "AppSpecContent" => self.app_spec_content.as_ref(),
            "String" => self.string.as_ref(),
            _ => None,
        }
    }

    /// The same location with another part.
    pub(super) fn with_part(&self, part: RevisionContent) -> Self {
        let (app_spec_content, string) = if self.string.is_some() { (None, Some(part)) } else { (Some(part), None) };
        Self { revision_type: self.revision_type.clone(), app_spec_content, string }
    }
}

/// Output of `CreateDeployment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct CreateDeploymentOutput {
    pub deployment_id: DeploymentId,
}

/// Output of `StopDeployment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct StopDeploymentOutput {
    /// `Pending` or `Succeeded`.
    pub status: String,
    pub status_message: String,
}

/// Output of `PutLifecycleEventHookExecutionStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct PutLifecycleEventHookExecutionStatusOutput {
    pub lifecycle_event_hook_execution_id: HookExecutionId,
}

/// Output of `GetDeployment`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct GetDeploymentOutput {
    pub deployment_info: DeploymentInfo,
}

/// A deployment as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct DeploymentInfo {
    pub application_name: String,
    pub deployment_group_name: String,
    pub deployment_config_name: String,
    pub deployment_id: DeploymentId,
    /// With the digest, without the content.
    pub revision: RevisionLocation,
    pub status: DeploymentStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_information: Option<ErrorInformation>,
    pub create_time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete_time: Option<Timestamp>,
    pub deployment_overview: DeploymentOverview,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub creator: DeploymentCreator,
    pub ignore_application_stop_failures: bool,
    pub auto_rollback_configuration: AutoRollbackConfiguration,
    pub update_outdated_instances_only: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_info: Option<RollbackInfo>,
    pub deployment_style: DeploymentStyle,
    pub instance_termination_wait_time_started: bool,
    pub compute_platform: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_alarm_configuration: Option<AlarmConfiguration>,
}

/// Why a deployment did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct ErrorInformation {
    pub code: ErrorCode,
    pub message: String,
}

/// How a deployment and its rollback are linked: each names the other.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackInfo {
    /// On the deployment that is undone: the one that undoes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_deployment_id: Option<DeploymentId>,
    /// On the rollback: the deployment it undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_triggering_deployment_id: Option<DeploymentId>,
    /// The same in words.
    pub rollback_message: String,
}

/// Targets by status; a Lambda deployment has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct DeploymentOverview {
    pub pending: u64,
    pub in_progress: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub skipped: u64,
    pub ready: u64,
}

/// Always blue/green with traffic control for Lambda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct DeploymentStyle {
    pub deployment_type: String,
    pub deployment_option: String,
}

impl Default for DeploymentStyle {
    fn default() -> Self {
        Self { deployment_type: "BLUE_GREEN".to_owned(), deployment_option: "WITH_TRAFFIC_CONTROL".to_owned() }
    }
}

/// Output of `ListDeploymentTargets`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct ListDeploymentTargetsOutput {
    pub target_ids: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
}

/// Output of `BatchGetDeploymentTargets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct BatchGetDeploymentTargetsOutput {
    pub deployment_targets: Vec<DeploymentTarget>,
}

/// What is deployed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct DeploymentTarget {
    /// `LambdaTarget`.
    pub deployment_target_type: String,
    pub lambda_target: LambdaTarget,
}

/// A function that is deployed to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct LambdaTarget {
    pub deployment_id: DeploymentId,
    pub target_id: String,
    pub target_arn: String,
    pub status: TargetStatus,
    pub last_updated_at: Timestamp,
    pub lifecycle_events: Vec<LifecycleEvent>,
    pub lambda_function_info: LambdaFunctionInfo,
}

/// One of the events a target goes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct LifecycleEvent {
    pub lifecycle_event_name: String,
    pub status: LifecycleEventStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostics: Option<Diagnostics>,
}

/// Why an event failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct Diagnostics {
    pub error_code: LifecycleErrorCode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script_name: Option<String>,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_tail: Option<String>,
}

/// The function, its versions, and how far the shift is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct LambdaFunctionInfo {
    pub function_name: String,
    pub function_alias: String,
    pub current_version: Version,
    pub target_version: Version,
    /// 0.0 to 1.0.
    pub target_version_weight: Weight,
}

/// Output of `GetDeploymentGroup`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct GetDeploymentGroupOutput {
    pub deployment_group_info: DeploymentGroupInfo,
}

/// A deployment group and the last that happened to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct DeploymentGroupInfo {
    pub application_name: String,
    pub deployment_group_name: String,
    pub deployment_config_name: String,
    pub alarm_configuration: AlarmConfiguration,
    pub auto_rollback_configuration: AutoRollbackConfiguration,
    pub deployment_style: DeploymentStyle,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_successful_deployment: Option<LastDeploymentInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_attempted_deployment: Option<LastDeploymentInfo>,
    pub compute_platform: String,
}

/// One deployment of a group in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct LastDeploymentInfo {
    pub deployment_id: DeploymentId,
    pub status: DeploymentStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Timestamp>,
    pub create_time: Timestamp,
}

/// Output of `GetApplicationRevision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub struct GetApplicationRevisionOutput {
    pub application_name: String,
    /// With its content.
    pub revision: RevisionLocation,
}
