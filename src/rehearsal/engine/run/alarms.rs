//! The alarms: polled from the start to the end, through both hooks.

use std::collections::BTreeMap;

use super::{Outside, Run, Stage};
use crate::rehearsal::engine::{
    assumptions, effect::EffectKind, error::ErrorCode, group::AutoRollbackEvent, time::Time,
};

/// The state of an alarm, as CloudWatch names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlarmState {
    /// `OK`
    Ok,
    /// `ALARM`
    Alarm,
    /// `INSUFFICIENT_DATA`: stops nothing.
    InsufficientData,
}

/// What a poll of the alarms brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmPoll {
    /// The state of each alarm by name. One that was asked for and is missing counts as a failed poll.
    States(BTreeMap<String, AlarmState>),
    /// CloudWatch did not answer.
    Failed(PollFailure),
}

/// Why CloudWatch did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PollFailure {
    /// The role lacks `cloudwatch:DescribeAlarms`.
    Denied,
    /// Too many calls.
    Throttled,
    /// Anything else, an answer that never came included.
    Unavailable,
}

/// What a report about alarms did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmReport {
    /// The deployment goes on.
    GoesOn,
    /// The deployment was stopped.
    Stopped,
    /// Nobody waits for it: the deployment watches no alarm, has not started, or ended.
    NotWatching,
}

/// The alarms of a running deployment.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    names: Vec<String>,
    ignore_failure: bool,
    /// When the next poll is due; until then the last one is to be answered.
    due: Time,
    unanswered: bool,
}

impl Watch {
    pub(super) fn due(&self) -> Time {
        self.due
    }
}

impl Run {
    /// Polls for the first time. `false`: there is nothing to watch.
    pub(super) fn watch_alarms(&mut self, outside: &mut Outside<'_>) -> bool {
        let configuration = self.order.override_alarms.as_ref().unwrap_or(&self.order.group.alarm_configuration);
        let names = configuration.names();
        // The alarm that caused a rollback still rings while it runs.
        if names.is_empty() || self.order.rollback_of.is_some() {
            return false;
        }
        let ignore_failure = configuration.ignore_poll_alarm_failure;
        self.watch = Some(Watch { names, ignore_failure, due: outside.now, unanswered: false });
        self.poll_if_due(outside);
        true
    }

    /// Polls again when it is time. A poll nobody answered is a failed one.
    pub(super) fn poll_if_due(&mut self, outside: &mut Outside<'_>) {
        let Some(watch) = self.watch.as_mut().filter(|watch| watch.due <= outside.now) else { return };
        watch.due = outside.now + assumptions::ALARM_POLL;
        if std::mem::replace(&mut watch.unanswered, true) {
            self.poll_failed(PollFailure::Unavailable, outside);
        }
        if let Some(watch) = &self.watch {
            self.emit(EffectKind::PollAlarms { alarms: watch.names.clone() }, outside);
        }
    }

    /// Takes the answer to a poll; also one that nobody asked for, as when an alarm changes between two polls.
    pub(in crate::rehearsal::engine) fn alarms(&mut self, poll: &AlarmPoll, outside: &mut Outside<'_>) -> AlarmReport {
        let Some(watch) = &mut self.watch else { return AlarmReport::NotWatching };
        watch.unanswered = false;
        match poll {
            AlarmPoll::Failed(failure) => self.poll_failed(*failure, outside),
            AlarmPoll::States(states) => self.judge_states(states, outside),
        }
        if self.is_active() { AlarmReport::GoesOn } else { AlarmReport::Stopped }
    }

    fn judge_states(&mut self, states: &BTreeMap<String, AlarmState>, outside: &mut Outside<'_>) {
        let Some(watch) = &self.watch else { return };
        let state = |name: &&String| states.get(*name);
        let active = |name: &&String| state(name) == Some(&AlarmState::Alarm);
        let active: Vec<String> = watch.names.iter().filter(active).map(|name| format!("<{name}>")).collect();
        let unknown = watch.names.iter().any(|name| !states.contains_key(name));
        if !active.is_empty() {
            let message = format!(
                "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and \
                 the affected deployments have been stopped. Activated alarms: {}",
                active.join(" ")
            );
            let event = AutoRollbackEvent::DeploymentStopOnAlarm;
            self.end_stopped(ErrorCode::AlarmActive, message, event, outside);
        } else if unknown && assumptions::MISSING_ALARM_IS_A_FAILED_POLL {
            self.poll_failed(PollFailure::Unavailable, outside);
        } else {
            self.alarms_are_quiet(outside);
        }
    }

    fn poll_failed(&mut self, failure: PollFailure, outside: &mut Outside<'_>) {
        if self.watch.as_ref().is_some_and(|watch| watch.ignore_failure) {
            return self.alarms_are_quiet(outside);
        }
        let (code, why) = match failure {
            PollFailure::Denied => (assumptions::POLL_DENIED, "access denied; grant cloudwatch:DescribeAlarms"),
            PollFailure::Throttled => (assumptions::POLL_THROTTLED, "throttled"),
            PollFailure::Unavailable => (assumptions::POLL_UNAVAILABLE, "no answer"),
        };
        let message =
            format!("The state of the alarms could not be read ({why}), and ignorePollAlarmFailure is not set.");
        self.end_stopped(code, message, AutoRollbackEvent::DeploymentStopOnAlarm, outside);
    }

    /// The first quiet poll lets the deployment begin.
    fn alarms_are_quiet(&mut self, outside: &mut Outside<'_>) {
        if matches!(self.stage, Stage::AwaitingAlarms) {
            self.begin(outside);
        }
    }
}
