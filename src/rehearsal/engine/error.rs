//! The two ways in which CodeDeploy says no: an exception to a call, and the error code of a deployment.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A call that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{exception}: {message}")]
pub struct ApiError {
    /// Which exception of the service model.
    pub exception: Exception,
    /// What was wrong.
    pub message: String,
}

impl ApiError {
    /// A refusal.
    pub fn new(exception: Exception, message: impl Into<String>) -> Self {
        Self { exception, message: message.into() }
    }
}

/// Names the exceptions once: the variant, and the model's name with `Exception` behind it.
macro_rules! exceptions {
    ($($name:ident),+ $(,)?) => {
        /// The exceptions of CodeDeploy's service model that a Lambda deployment can meet.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names are AWS's own")]
        pub enum Exception { $($name),+ }

        impl Exception {
            /// The name on the wire, such as `DeploymentDoesNotExistException`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => concat!(stringify!($name), "Exception")),+ }
            }
        }
    };
}

exceptions! {
    AlarmsLimitExceeded,
    ApplicationDoesNotExist,
    ApplicationNameRequired,
    DeploymentAlreadyCompleted,
    DeploymentConfigAlreadyExists,
    DeploymentConfigDoesNotExist,
    DeploymentConfigLimitExceeded,
    DeploymentConfigNameRequired,
    DeploymentDoesNotExist,
    DeploymentGroupAlreadyExists,
    DeploymentGroupDoesNotExist,
    DeploymentGroupNameRequired,
    DeploymentIdRequired,
    DeploymentLimitExceeded,
    DeploymentNotStarted,
    DeploymentTargetDoesNotExist,
    DeploymentTargetIdRequired,
    DeploymentTargetListSizeExceeded,
    DescriptionTooLong,
    InvalidAlarmConfig,
    InvalidApplicationName,
    InvalidAutoRollbackConfig,
    InvalidDeploymentConfigName,
    InvalidDeploymentGroupName,
    InvalidDeploymentId,
    InvalidLifecycleEventHookExecutionId,
    InvalidLifecycleEventHookExecutionStatus,
    InvalidRevision,
    InvalidTrafficRoutingConfiguration,
    LifecycleEventAlreadyCompleted,
    RevisionDoesNotExist,
    RevisionRequired,
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a deployment failed or stopped: `errorInformation.code`, those a Lambda deployment can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum ErrorCode {
    AlarmActive,
    CloudformationStackFailure,
    HookExecutionFailure,
    IamRoleMissing,
    IamRolePermissions,
    InternalError,
    InvalidLambdaConfiguration,
    InvalidLambdaFunction,
    InvalidRevision,
    ManualStop,
    ResourceLimitExceeded,
    Throttled,
    Timeout,
}

impl fmt::Display for ErrorCode {
    /// As on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_model() {
        assert_eq!(Exception::DeploymentDoesNotExist.to_string(), "DeploymentDoesNotExistException");
        assert_eq!(serde_json::to_string(&ErrorCode::HookExecutionFailure).unwrap(), r#""HOOK_EXECUTION_FAILURE""#);
        assert_eq!(serde_json::to_string(&ErrorCode::IamRolePermissions).unwrap(), r#""IAM_ROLE_PERMISSIONS""#);
        let error = ApiError::new(Exception::InvalidDeploymentId, "x");
        assert_eq!(error.to_string(), "InvalidDeploymentIdException: x");
    }
}
