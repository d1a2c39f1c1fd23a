//! What the engine does where AWS documents nothing. Each line is to be checked on a live account; where one turns
//! out otherwise, this is the place to change.
//!
//! Seen in published transcripts of live accounts, and so not assumed: a target lists exactly the events
//! `BeforeAllowTraffic`, `AllowTraffic` and `AfterAllowTraffic`; the first increment comes at once after the first
//! hook; during the shift the alias keeps its version and the target stands in the additional weights; an alarm ends
//! the deployment `Stopped` with `AllowTraffic` failed and `AfterAllowTraffic` skipped; an alarm already active stops
//! it within a second, before any shift, and still a rollback is created; a rollback takes two seconds, runs no hook
//! (its three events succeed) and is not stopped by the alarm that caused it; the texts of `ALARM_ACTIVE`,
//! `HOOK_EXECUTION_FAILURE`, `IAM_ROLE_PERMISSIONS`, `INVALID_LAMBDA_CONFIGURATION` and of `rollbackMessage`.

use std::time::Duration;

use super::{error::ErrorCode, shapes::LifecycleErrorCode};

/// From `CreateDeployment` to the start. Until then targets answer `DeploymentNotStartedException`.
pub(super) const START_DELAY: Duration = Duration::from_secs(1);

/// How often the alarms are polled. Live, an alarm stopped a deployment within 16 seconds.
pub(super) const ALARM_POLL: Duration = Duration::from_secs(10);

/// Whether an alarm that CloudWatch does not know counts as a failed poll. Silence must not look like health.
pub(super) const MISSING_ALARM_IS_A_FAILED_POLL: bool = true;

/// A hook that did not report within its hour, one whose invocation never started, and fifty hours in all.
pub(super) const TIME_OUT: ErrorCode = ErrorCode::Timeout;

/// An alias that still has two versions: the same code as for one that points elsewhere.
pub(super) const LEFTOVER_WEIGHTS: ErrorCode = ErrorCode::InvalidLambdaConfiguration;

/// A function, alias or target version that does not exist.
pub(super) const NO_SUCH_FUNCTION: ErrorCode = ErrorCode::InvalidLambdaFunction;

/// The poll was denied, throttled, or went unanswered.
pub(super) const POLL_DENIED: ErrorCode = ErrorCode::IamRolePermissions;
/// See [`POLL_DENIED`].
pub(super) const POLL_THROTTLED: ErrorCode = ErrorCode::Throttled;
/// See [`POLL_DENIED`].
pub(super) const POLL_UNAVAILABLE: ErrorCode = ErrorCode::InternalError;

/// Diagnostics of a hook that answered `Failed`, or could not be invoked.
pub(super) const HOOK_FAILED: LifecycleErrorCode = LifecycleErrorCode::UnknownError;
/// Diagnostics of a hook that never answered.
pub(super) const HOOK_TIMED_OUT: LifecycleErrorCode = LifecycleErrorCode::ScriptTimedOut;

/// The configuration a rollback names. It shifts everything at once whatever the first deployment did.
pub(super) const ROLLBACK_CONFIG: &str = "CodeDeployDefault.LambdaAllAtOnce";

/// Whether a deployment that was refused before it touched anything (its AppSpec or alias is wrong) is rolled back.
/// It must not be: "back" would be the version the wrong AppSpec claims, and leftover weights would vanish, though
/// the user guide says that deployments fail until they are cleared by hand.
pub(super) const REFUSED_IS_ROLLED_BACK: bool = false;

/// The id of a Lambda target. The API reference says "the names of Lambda functions"; listings show the alias too.
pub(super) fn target_id(function: &str, alias: &str) -> String {
    format!("{function}:{alias}")
}

/// What a manual stop leaves in `errorInformation`.
pub(super) const MANUAL_STOP: &str = "The deployment was stopped on request.";
