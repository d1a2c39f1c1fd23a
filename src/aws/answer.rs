//! The answer to CodeDeploy: one attempt to deliver it.

use aws_sdk_codedeploy::{config, types::LifecycleEventStatus};
use aws_smithy_types::retry::RetryConfig;

use super::{Calls, Clients, Fault, Operation};
use crate::{
    event::{Answer, HookEvent},
    world::Undelivered,
};

/// Tells CodeDeploy.
pub const PUT: Operation = Operation::named("codedeploy:PutLifecycleEventHookExecutionStatus");

/// CodeDeploy's words for an event that has its answer, or waits no longer for one.
const COMPLETED: &str = "LifecycleEventAlreadyCompletedException";

/// Delivers an answer, once: whoever calls this tries again where that can help, and counts.
///
/// # Errors
/// Why CodeDeploy did not take it, and whether another attempt is worth it.
pub async fn put(clients: &Clients, calls: &Calls, event: &HookEvent, answer: Answer) -> Result<(), Undelivered> {
    let status = match answer {
        Answer::Succeeded => LifecycleEventStatus::Succeeded,
        Answer::Failed => LifecycleEventStatus::Failed,
    };
    let send = || {
        clients
            .codedeploy
            .put_lifecycle_event_hook_execution_status()
            .deployment_id(event.deployment_id.as_str())
            .lifecycle_event_hook_execution_id(event.execution_id.as_str())
            .status(status)
            .customize()
            // The SDK's own retries would wait for the limits that earlier calls ran into.
            .config_override(config::Config::builder().retry_config(RetryConfig::disabled()))
            .send()
    };
    calls.call(PUT, send).await.map(|_| ()).map_err(|fault| undelivered(&fault))
}

fn undelivered(fault: &Fault) -> Undelivered {
    let why = fault.why(PUT);
    match fault {
        _ if fault.code() == Some(COMPLETED) => Undelivered::AlreadyCompleted,
        Fault::Denied | Fault::Throttled | Fault::TimedOut | Fault::Failed { passing: true, .. } => {
            Undelivered::ForNow(why)
        }
        Fault::NotFound { .. } | Fault::Failed { code: Some(_), .. } => Undelivered::ForGood(why),
        // No word from CodeDeploy itself: credentials that are not there yet, a request that could not be made.
        Fault::Failed { code: None, .. } => Undelivered::ForNow(why),
    }
}
