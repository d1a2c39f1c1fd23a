//! Lambda's asynchronous invocation: what happens after an attempt fails.
//!
//! CodeDeploy invokes its hooks this way, so that a hook that throws is run again, and a hook that reported and then
//! threw reports twice. Delivery is at least once: even without an error an event can arrive again.
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::time::Duration;

use serde::Serialize;

use super::time::Time;

/// `AWS::Lambda::EventInvokeConfig` of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsyncInvoke {
    /// Further attempts after a function error, 0 to 2.
    pub maximum_retry_attempts: u8,
    /// How long an event is kept, 60 seconds to 6 hours.
    pub maximum_event_age: Duration,
}

impl Default for AsyncInvoke {
    /// Two more attempts, six hours.
    fn default() -> Self {
        Self { maximum_retry_attempts: 2, maximum_event_age: Duration::from_secs(6 * 3_600) }
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptFailure {
    /// The function threw, timed out, or its process died.
    FunctionError,
    /// No concurrency was free (429), or Lambda itself failed (5xx). Uses up no attempt.
    Throttled {
        /// How often in a row, this time included, from 1.
        times: u32,
    },
}

/// What Lambda does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterFailure {
    /// Run the function again with the same event.
    RetryAt(Time),
    /// Send the event to the failure destination, if there is one, and forget it.
    GiveUp(Condition),
}

/// `requestContext.condition` of what a failure destination receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Condition {
    /// The function failed on every attempt.
    RetriesExhausted,
    /// The event became too old before it could be run.
    EventAgeExceeded,
}

impl AsyncInvoke {
    /// What follows a failure at `failed`: attempt number `attempt` (from 1) of an event queued at `queued`.
    ///
    /// The waits are one minute before the second attempt and two before the third; after throttling they double
    /// from one second to five minutes.
    pub fn after_failure(self, queued: Time, failed: Time, attempt: u8, failure: AttemptFailure) -> AfterFailure {
        let wait = match failure {
            AttemptFailure::FunctionError if attempt > self.maximum_retry_attempts => {
                return AfterFailure::GiveUp(Condition::RetriesExhausted);
            }
            AttemptFailure::FunctionError if attempt <= 1 => Duration::from_secs(60),
            AttemptFailure::FunctionError => Duration::from_secs(120),
            AttemptFailure::Throttled { times } => {
                Duration::from_secs(1_u64.checked_shl(times.saturating_sub(1)).unwrap_or(u64::MAX).min(300))
            }
        };
        let retry = failed + wait;
        if retry.since(queued) > self.maximum_event_age {
            return AfterFailure::GiveUp(Condition::EventAgeExceeded);
        }
        AfterFailure::RetryAt(retry)
    }
}

#[cfg(test)]
mod tests {
    use super::{AfterFailure::*, AttemptFailure::*, *};

    #[test]
    fn function_errors_are_retried_after_one_and_two_minutes() {
        let queued = Time::from_secs(100);
        let lambda = AsyncInvoke::default();
        let cases = [
            (130, 1, RetryAt(Time::from_secs(190))),
            (200, 2, RetryAt(Time::from_secs(320))),
            (330, 3, GiveUp(Condition::RetriesExhausted)),
            (330, 255, GiveUp(Condition::RetriesExhausted)),
        ];
        for (failed, attempt, expected) in cases {
            assert_eq!(lambda.after_failure(queued, Time::from_secs(failed), attempt, FunctionError), expected);
        }
        let once = AsyncInvoke { maximum_retry_attempts: 0, ..lambda };
        assert_eq!(once.after_failure(queued, queued, 1, FunctionError), GiveUp(Condition::RetriesExhausted));
    }

    #[test]
    fn throttling_backs_off_to_five_minutes_until_the_event_is_too_old() {
        let lambda = AsyncInvoke::default();
        let waits = [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (64, 300), (65, 300), (u32::MAX, 300)];
        for (times, wait) in waits {
            let next = lambda.after_failure(Time::ZERO, Time::ZERO, 1, Throttled { times });
            assert_eq!(next, RetryAt(Time::from_secs(wait)), "{times}");
        }
        let late = Time::from_secs(6 * 3_600 - 299);
        let next = lambda.after_failure(Time::ZERO, late, 1, Throttled { times: 20 });
        assert_eq!(next, GiveUp(Condition::EventAgeExceeded));
        let short = AsyncInvoke { maximum_event_age: Duration::from_secs(60), ..lambda };
        let next = short.after_failure(Time::ZERO, Time::from_secs(1), 1, FunctionError);
        assert_eq!(next, GiveUp(Condition::EventAgeExceeded));
    }
}
