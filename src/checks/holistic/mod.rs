//! Checks of the stack as a whole: what no single resource shows.
//!
//! One file a concern. A judge names as subject the resource that has to be changed.

use std::collections::BTreeMap;

mod alarms;
mod api_depth;
mod callers;
mod capacity;
mod cdn;
mod coverage;
mod databases;
mod dead_letters;
mod deployment_safety;
mod encryption_chain;
mod entries;
mod failure_sinks;
mod flags;
mod health;
mod hook_role;
mod hooks;
mod keys;
mod logs;
mod loops;
mod managed_policies;
mod network;
mod notifying;
mod permissions;
mod public_paths;
mod queues;
mod rings;
mod role_scope;
mod roles;
mod scaling;
mod secrets;
mod service_grants;
mod sources;
mod stores;
mod timeouts;
mod tracing;
mod watches;

use crate::{
    check::{Check, Place, Verdict},
    inventory::LogicalId,
    stack::Invocation,
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
    stores::WRITTEN_TABLE_HAS_PITR,
    role_scope::ROLE_SCOPE_VS_USED_RESOURCES,
    roles::ROLE_NOT_SHARED,
    capacity::RESERVED_CONCURRENCY_BUDGET,
    databases::CONCURRENCY_VS_DOWNSTREAM,
    logs::LOG_GROUP_PER_FUNCTION,
    keys::LOG_KEY_USABLE,
    keys::USED_KEYS_ROTATE,
    encryption_chain::ENCRYPTION_CHAIN,
    api_depth::API_PROTECTED_IN_DEPTH,
    capacity::THROTTLE_FITS_CONCURRENCY,
    timeouts::SYNC_TIMEOUT_FITS_API,
    public_paths::PUBLIC_PATH_TO_DATA,
    cdn::CDN_NOT_BYPASSABLE,
    hook_role::HOOK_ROLE_LEAST_PRIVILEGE,
    hooks::HOOK_SHAPE,
    flags::FLAGS_SAFE,
    stores::STATEFUL_RETAINED,
    stores::BACKUP_COVERAGE,
    tracing::TRACE_CHAIN,
    loops::NO_EVENT_LOOP,
    network::VPC_FUNCTION_REACHES_SERVICES,
    permissions::SOURCE_PERMISSION_EXISTS,
    queues::QUEUE_POLICY_ALLOWS_SOURCE,
    secrets::SECRET_USED_IS_ROTATED,
    coverage::ALARM_COVERAGE,
    notifying::ALARMS_NOTIFY,
    scaling::AUTOSCALING_COMPLETE,
    health::NO_DEPLOY_WHILE_UNHEALTHY,
];

/// What a judge says of a call whose kind is in doubt, as if it were of the kind judged: a pass holds either way, and of
/// anything else nobody can tell.
fn if_it_is(call: &Invocation, verdict: Verdict) -> Verdict {
    match &call.doubt {
        Some(why) if verdict != Verdict::Pass => {
            Verdict::inconclusive(why.clone()).place(Place::of(&call.caller, &call.place))
        }
        _ => verdict,
    }
}

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
