//! Checks of the stack as a whole: what no single resource shows.
//!
//! One file a concern. A judge names as subject the resource that has to be changed.

mod alarms;
mod callers;
mod capacity;
mod coverage;
mod databases;
mod dead_letters;
mod deployment_safety;
mod failure_sinks;
mod flags;
mod health;
mod hook_role;
mod hooks;
mod index;
mod logs;
mod loops;
mod network;
mod notifying;
mod rings;
mod roles;
mod scaling;
mod timeouts;
mod tracing;
mod watches;

use std::collections::BTreeMap;

use crate::{
    check::{Check, Verdict},
    inventory::LogicalId,
};

/// The table, in the order of the catalogue.
pub(super) const CHECKS: &[Check] = &[
    callers::CALLERS_USE_ALIAS,
    callers::PERMISSION_MATCHES_ALIAS,
    alarms::ALIAS_ALARMS_IN_DEPLOYMENT_GROUP,
    alarms::DEPLOYMENT_ALARMS_USABLE,
    alarms::ALARM_WINDOW_FITS_CANARY,
    deployment_safety::ROLLBACK_EVENTS_COMPLETE,
    deployment_safety::GRADUAL_SHIFT,
    failure_sinks::EVERY_ASYNC_EDGE_HAS_FAILURE_SINK,
    dead_letters::DLQ_IS_WATCHED,
    timeouts::VISIBILITY_6X_TIMEOUT,
    dead_letters::DLQ_TYPE_AND_RETENTION,
    roles::ROLE_NOT_SHARED,
    capacity::RESERVED_CONCURRENCY_BUDGET,
    databases::CONCURRENCY_VS_DOWNSTREAM,
    logs::LOG_GROUP_PER_FUNCTION,
    timeouts::SYNC_TIMEOUT_FITS_API,
    capacity::THROTTLE_FITS_CONCURRENCY,
    hook_role::HOOK_ROLE_LEAST_PRIVILEGE,
    hooks::HOOK_SHAPE,
    flags::FLAGS_SAFE,
    tracing::TRACE_CHAIN,
    loops::NO_EVENT_LOOP,
    network::VPC_FUNCTION_REACHES_SERVICES,
    coverage::ALARM_COVERAGE,
    notifying::ALARMS_NOTIFY,
    scaling::AUTOSCALING_COMPLETE,
    health::NO_DEPLOY_WHILE_UNHEALTHY,
];

/// The verdicts of a judge: each subject once, with the worst that was said of it; and the places of the subjects.
#[derive(Debug, Default)]
struct Verdicts(Vec<(LogicalId, Verdict)>, BTreeMap<LogicalId, usize>);

impl Verdicts {
    fn say(&mut self, subject: &LogicalId, verdict: Verdict) {
        match self.1.get(subject).and_then(|place| self.0.get_mut(*place)) {
            Some((_, said)) => {
                let before = std::mem::replace(said, Verdict::Pass);
                *said = before.worse(verdict);
            }
            None => {
                self.1.insert(subject.clone(), self.0.len());
                self.0.push((subject.clone(), verdict));
            }
        }
    }
}
