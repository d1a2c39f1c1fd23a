//! The time that an invocation has.

use std::time::Duration;

use jiff::Timestamp;

use crate::hook::Allowance;

/// How long CodeDeploy waits for an answer: <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>. No
/// function that is invoked synchronously may run as long; a deadline beyond it is nonsense.
const LONGEST: Duration = Duration::from_secs(3_600);

/// The time there is where the deadline says nothing: it lies in the past, as with tools that run a function locally.
const UNTOLD: Duration = Duration::from_secs(60);

/// Kept for the line in the log and the reply to Lambda: a twentieth of the time, and never more than this.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Kept for judging what was observed until then: a tenth of the time to judge in, and never more than this.
const VERDICT: Duration = Duration::from_secs(5);

/// The time from `now` to Lambda's `deadline`, in milliseconds since 1970.
pub(super) fn of(deadline: u64, now: Timestamp, reserve: Duration) -> Allowance {
    let now = u64::try_from(now.as_millisecond()).unwrap_or(0);
    let left = Duration::from_millis(deadline.saturating_sub(now)).min(LONGEST);
    let left = if left.is_zero() { UNTOLD } else { left };
    Allowance { total: left - LAST_WORD.min(left / 20), reserve }
}

/// How long calls of the observation may take, so that one that hangs becomes one unknown fact and the judgement still
/// comes in time.
pub(super) fn to_observe(allowance: Allowance) -> Duration {
    let time = allowance.time_to_judge();
    time - VERDICT.min(time / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVE: Duration = Duration::from_secs(20);

    #[test]
    fn the_deadline_counts_and_nonsense_does_not() {
        let now = Timestamp::from_millisecond(1_000_000).unwrap();
        let cases = [
            (1_000_000 + 300_000, 299_000),
            (1_000_000 + 3_000, 2_850),
            (1_000_000, 59_000),
            (0, 59_000),
            (u64::MAX, 3_599_000),
        ];
        for (deadline, total) in cases {
            let expected = Allowance { total: Duration::from_millis(total), reserve: RESERVE };
            assert_eq!(of(deadline, now, RESERVE), expected, "{deadline}");
        }
        assert_eq!(of(60_000, Timestamp::MIN, RESERVE).total, Duration::from_secs(59));
    }

    #[test]
    fn observing_ends_before_judging_does() {
        for (total, to_observe_) in [(299_000, 274_000), (60_000, 36_000), (3_000, 1_350)] {
            let allowance = Allowance { total: Duration::from_millis(total), reserve: RESERVE };
            assert_eq!(to_observe(allowance), Duration::from_millis(to_observe_), "{total}");
        }
    }
}
