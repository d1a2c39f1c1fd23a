//! CloudWatch alarms over the synthetic traffic.
//!
//! Follows the evaluation that CloudWatch documents, at a resolution of one minute. It looks at the latest
//! periods alone, where CloudWatch may look further back for datapoints in place of missing ones:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html>.

use super::traffic::{Count, Sample};

/// The state of an alarm, in CloudWatch's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Within the threshold.
    Ok,
    /// Beyond it.
    Alarm,
    /// Too little data to tell.
    InsufficientData,
}

impl State {
    /// As the API writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

/// A metric of `AWS/Lambda` that synthetic traffic produces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// `Errors`
    Errors,
    /// `Invocations`
    Invocations,
}

/// Whose invocations an alarm counts, from its dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every invocation of the function or its alias.
    Both,
    /// Those of the target version alone (`ExecutedVersion`).
    Target,
}

/// How the datapoints of a period become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// All of them added.
    Sum,
    /// The mean over invocations: for `Errors` the error rate.
    Average,
    /// The largest of single datapoints: 1 where one invocation failed.
    Maximum,
    /// The smallest of single datapoints.
    Minimum,
    /// How many datapoints: the invocations.
    SampleCount,
}

/// `ComparisonOperator` of static thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are CloudWatch's own")]
pub enum Comparison {
    GreaterThanThreshold,
    GreaterThanOrEqualToThreshold,
    LessThanThreshold,
    LessThanOrEqualToThreshold,
}

/// `TreatMissingData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are CloudWatch's own")]
pub enum MissingData {
    Breaching,
    NotBreaching,
    Ignore,
    Missing,
}

/// An alarm that synthetic traffic can feed.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What is measured.
    pub metric: Metric,
    /// Whose.
    pub scope: Scope,
    /// How a period becomes one number.
    pub statistic: Statistic,
    /// Whole minutes in one period, at least 1.
    pub period_minutes: u64,
    /// How many of the latest periods are looked at, at least 1.
    pub evaluation_periods: u64,
    /// How many of them must breach, at most `evaluation_periods`.
    pub datapoints_to_alarm: u64,
    /// The limit.
    pub threshold: f64,
    /// Which side of it is bad.
    pub comparison: Comparison,
    /// What a period without datapoints counts as.
    pub missing: MissingData,
}

/// An alarm with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    rule: Rule,
    state: State,
}

impl Alarm {
    /// A new alarm, `INSUFFICIENT_DATA` until it has seen something.
    pub fn new(rule: Rule) -> Self {
        Self { rule, state: State::InsufficientData }
    }

    /// How many minutes it looks back.
    pub fn minutes(&self) -> u64 {
        self.rule.period_minutes.saturating_mul(self.rule.evaluation_periods)
    }

    /// The state after the latest evaluation.
    pub fn state(&self) -> State {
        self.state
    }

    /// Evaluates at the end of the minute that the last sample covers; samples are minute by minute.
    pub fn evaluate(&mut self, samples: &[Sample]) -> State {
        let periods = self.periods(samples);
        let breaching = |value: &Option<f64>| match (value, self.rule.missing) {
            (Some(value), _) => self.rule.breached_by(*value),
            (None, missing) => missing == MissingData::Breaching,
        };
        let bad = periods.iter().filter(|value| breaching(value)).count() as u64;
        let known = periods.iter().flatten().count() as u64;
        self.state = match self.rule.missing {
            MissingData::Missing if known == 0 => State::InsufficientData,
            MissingData::Ignore if known < self.rule.datapoints_to_alarm => self.state,
            _ if bad >= self.rule.datapoints_to_alarm => State::Alarm,
            _ => State::Ok,
        };
        self.state
    }

    /// The latest periods that are complete, as many as are looked at, each as one number.
    fn periods(&self, samples: &[Sample]) -> Vec<Option<f64>> {
        let size = usize::try_from(self.rule.period_minutes).unwrap_or(usize::MAX).max(1);
        let wanted = usize::try_from(self.rule.evaluation_periods).unwrap_or(usize::MAX).max(1);
        let complete = samples.len() - samples.len() % size;
        samples[..complete].rchunks(size).take(wanted).map(|period| self.rule.value(period)).collect()
    }
}

impl Rule {
    fn value(&self, period: &[Sample]) -> Option<f64> {
        let mut total = Count::default();
        for sample in period {
            for count in self.scope.counts(sample) {
                total.invocations += count.invocations;
                total.errors += count.errors;
            }
        }
        (total.invocations > 0).then(|| self.statistic.of(self.metric, total))
    }

    fn breached_by(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::GreaterThanThreshold => value > self.threshold,
            Comparison::GreaterThanOrEqualToThreshold => value >= self.threshold,
            Comparison::LessThanThreshold => value < self.threshold,
            Comparison::LessThanOrEqualToThreshold => value <= self.threshold,
        }
    }
}

impl Scope {
    fn counts(self, sample: &Sample) -> Vec<Count> {
        match self {
            Self::Both => vec![sample.current, sample.target],
            Self::Target => vec![sample.target],
        }
    }
}

impl Statistic {
    /// One number from the datapoints of a period: Lambda sends one a call, 0 or 1 for `Errors`.
    /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
    fn of(self, metric: Metric, total: Count) -> f64 {
        let (sum, all) = match metric {
            Metric::Errors => (f64::from(total.errors), f64::from(total.invocations)),
            Metric::Invocations => (f64::from(total.invocations), f64::from(total.invocations)),
        };
        match self {
            Self::Sum => sum,
            Self::Average => sum / all,
            Self::Maximum => f64::from(u8::from(sum > 0.0)),
            Self::Minimum => f64::from(u8::from(sum >= all)),
            Self::SampleCount => all,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> Rule {
        Rule {
            metric: Metric::Errors,
            scope: Scope::Target,
            statistic: Statistic::Sum,
            period_minutes: 1,
            evaluation_periods: 2,
            datapoints_to_alarm: 2,
            threshold: 0.0,
            comparison: Comparison::GreaterThanThreshold,
            missing: MissingData::Missing,
        }
    }

    fn samples(target: &[(u32, u32)]) -> Vec<Sample> {
        let sample = |(minute, (invocations, errors)): (usize, &(u32, u32))| Sample {
            minute: minute as u64 + 1,
            expected_share: 0.5,
            current: Count { invocations: 100, errors: 0 },
            target: Count { invocations: *invocations, errors: *errors },
        };
        target.iter().enumerate().map(sample).collect()
    }

    fn state_after(rule: Rule, target: &[(u32, u32)]) -> State {
        let mut alarm = Alarm::new(rule);
        let samples = samples(target);
        for end in 1..=samples.len() {
            alarm.evaluate(&samples[..end]);
        }
        alarm.state()
    }

    #[test]
    fn states_follow_the_datapoints() {
        /// What it shows, the alarm, invocations and errors of the target a minute, the state after.
        type Case = (&'static str, Rule, &'static [(u32, u32)], State);
        let cases: &[Case] = &[
            ("nothing yet", rule(), &[], State::InsufficientData),
            ("no invocation", rule(), &[(0, 0), (0, 0)], State::InsufficientData),
            ("one bad of two", rule(), &[(10, 0), (10, 3)], State::Ok),
            ("two bad of two", rule(), &[(10, 1), (10, 3)], State::Alarm),
            ("recovered", rule(), &[(10, 1), (10, 3), (10, 0)], State::Ok),
            (
                "one of three suffices",
                Rule { evaluation_periods: 3, datapoints_to_alarm: 1, ..rule() },
                &[(9, 1), (9, 0), (9, 0)],
                State::Alarm,
            ),
            ("the alias sees the current version too", Rule { scope: Scope::Both, ..rule() }, &[(0, 0)], State::Ok),
            (
                "missing as breaching",
                Rule { missing: MissingData::Breaching, ..rule() },
                &[(0, 0), (0, 0)],
                State::Alarm,
            ),
            ("missing as good", Rule { missing: MissingData::NotBreaching, ..rule() }, &[(0, 0), (0, 0)], State::Ok),
            (
                "missing keeps the state",
                Rule { missing: MissingData::Ignore, ..rule() },
                &[(9, 1), (9, 1), (0, 0), (0, 0)],
                State::Alarm,
            ),
            (
                "a rate",
                Rule { statistic: Statistic::Average, threshold: 0.2, ..rule() },
                &[(10, 3), (10, 3)],
                State::Alarm,
            ),
            (
                "a low rate",
                Rule { statistic: Statistic::Average, threshold: 0.5, ..rule() },
                &[(10, 3), (10, 3)],
                State::Ok,
            ),
            (
                "a longer period",
                Rule { period_minutes: 2, evaluation_periods: 1, datapoints_to_alarm: 1, threshold: 3.0, ..rule() },
                &[(9, 2), (9, 2)],
                State::Alarm,
            ),
            (
                "too few invocations",
                Rule {
                    metric: Metric::Invocations,
                    comparison: Comparison::LessThanThreshold,
                    threshold: 5.0,
                    ..rule()
                },
                &[(2, 0), (2, 0)],
                State::Alarm,
            ),
        ];
        for (name, rule, target, expected) in cases {
            assert_eq!(state_after(rule.clone(), target), *expected, "{name}");
        }
    }
}
