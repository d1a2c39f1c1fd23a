//! What goes wrong with an operation.

use crate::double::{Double, Fault, Which};

/// One way in which an operation goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Course {
    /// Its first call, in a way that a retry heals.
    Once(Fault),
    /// Every call.
    Always(Fault),
}

/// Operations that change something: of them alone an answer that got lost differs from a connection that broke.
const WRITES: &[&str] = &[
    "appconfigdata:GetLatestConfiguration",
    "appconfigdata:StartConfigurationSession",
    "cloudwatch:PutMetricData",
    "codedeploy:PutLifecycleEventHookExecutionStatus",
    "dynamodb:PutItem",
];

impl Course {
    /// All of an operation.
    pub(super) fn all(operation: &str) -> Vec<Self> {
        let counts = |fault: &Fault| *fault != Fault::AnswerLost || WRITES.contains(&operation);
        let once = [Fault::Throttled, Fault::AnswerLost].map(Self::Once);
        let always = Fault::ALL.map(Self::Always);
        once.into_iter().chain(always).filter(|course| counts(course.fault())).collect()
    }

    pub(super) fn fault(&self) -> &Fault {
        match self {
            Self::Once(fault) | Self::Always(fault) => fault,
        }
    }

    pub(super) fn plan(&self, double: &Double, operation: &str) {
        match self {
            Self::Once(fault) => double.fail(operation, Which::Times(1), fault.clone()),
            Self::Always(fault) => double.fail(operation, Which::Always, fault.clone()),
        }
    }
}
