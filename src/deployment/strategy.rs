//! How traffic is shifted, and the weight a strategy gives the target at a minute.
//!
//! Rules: <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html>,
//! bounds: <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most minutes between the first and the last shift (CodeDeploy limits): 48 hours.
pub const MAX_SHIFT_MINUTES: u32 = 2_880;

/// The largest increment in percent (CodeDeploy limits).
pub const MAX_INCREMENT: u8 = 99;

/// The most characters in the name of a configuration (CodeDeploy limits).
pub const MAX_CONFIG_NAME: usize = 100;

const OWN_PREFIX: &str = "CodeDeployDefault.";
const LAMBDA_PREFIX: &str = "CodeDeployDefault.Lambda";

/// CodeDeploy's configurations for Lambda by the short names of SAM and CloudFormation, which drop
/// `CodeDeployDefault.Lambda`.
pub const PREDEFINED: [(&str, Strategy); 9] = [
    ("AllAtOnce", Strategy::AllAtOnce),
    ("Canary10Percent5Minutes", Strategy::TimeBasedCanary { percentage: 10, interval: 5 }),
    ("Canary10Percent10Minutes", Strategy::TimeBasedCanary { percentage: 10, interval: 10 }),
    ("Canary10Percent15Minutes", Strategy::TimeBasedCanary { percentage: 10, interval: 15 }),
    ("Canary10Percent30Minutes", Strategy::TimeBasedCanary { percentage: 10, interval: 30 }),
    ("Linear10PercentEvery1Minute", Strategy::TimeBasedLinear { percentage: 10, interval: 1 }),
    ("Linear10PercentEvery2Minutes", Strategy::TimeBasedLinear { percentage: 10, interval: 2 }),
    ("Linear10PercentEvery3Minutes", Strategy::TimeBasedLinear { percentage: 10, interval: 3 }),
    ("Linear10PercentEvery10Minutes", Strategy::TimeBasedLinear { percentage: 10, interval: 10 }),
];

/// The share of an alias's traffic that a version receives, in whole percent, 0 to 100.
///
/// As JSON it is Lambda's and CodeDeploy's own form: a number from 0.0 to 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Weight(u8);

impl Weight {
    /// No traffic.
    pub const NONE: Self = Self(0);
    /// All traffic.
    pub const ALL: Self = Self(100);

    /// A weight in whole percent; more than 100 is 100.
    pub const fn percent(percent: u8) -> Self {
        Self(if percent > 100 { 100 } else { percent })
    }

    /// 0 to 100.
    pub const fn as_percent(self) -> u8 {
        self.0
    }

    /// 0.0 to 1.0.
    pub fn as_fraction(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// What is left for the other version.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(100 - self.0)
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}%", self.0))
    }
}

impl From<Weight> for f64 {
    fn from(weight: Weight) -> Self {
        weight.as_fraction()
    }
}

/// A number that is no share.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("a weight is a number from 0.0 to 1.0, not {0}")]
pub struct WeightError(f64);

impl TryFrom<f64> for Weight {
    type Error = WeightError;

    /// Rounds to whole percent.
    fn try_from(fraction: f64) -> Result<Self, Self::Error> {
        let percent = (0..=100_u8).min_by(|a, b| {
            let away = |percent: &u8| (f64::from(*percent) / 100.0 - fraction).abs();
            away(a).total_cmp(&away(b))
        });
        match percent {
            Some(percent) if (0.0..=1.0).contains(&fraction) => Ok(Self(percent)),
            _ => Err(WeightError(fraction)),
        }
    }
}

/// How CodeDeploy shifts the traffic of an alias. As JSON it is `trafficRoutingConfig`.
///
/// [`Strategy::canary`], [`Strategy::linear`] and deserialisation keep to CodeDeploy's bounds, and
/// [`Strategy::checked`] holds any other value to them. Intervals are minutes, percentages are of all traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Routing", into = "Routing")]
pub enum Strategy {
    /// Everything in one shift.
    AllAtOnce,
    /// `percentage` at once, the rest `interval` minutes later.
    TimeBasedCanary {
        /// The first increment, 1 to 99 percent.
        percentage: u8,
        /// Minutes to the second.
        interval: u32,
    },
    /// `percentage` at once and again every `interval` minutes, until all is shifted; the last increment is what is left.
    TimeBasedLinear {
        /// Each increment, 1 to 99 percent.
        percentage: u8,
        /// Minutes between two.
        interval: u32,
    },
}

/// One shift of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Minutes since the shift began.
    pub minute: u32,
    /// What the target has from then on.
    pub weight: Weight,
}

impl Strategy {
    /// A custom canary.
    ///
    /// # Errors
    /// Outside of CodeDeploy's bounds.
    pub fn canary(percentage: u8, interval: u32) -> Result<Self, StrategyError> {
        Self::TimeBasedCanary { percentage, interval }.checked()
    }

    /// A custom linear shift.
    ///
    /// # Errors
    /// Outside of CodeDeploy's bounds.
    pub fn linear(percentage: u8, interval: u32) -> Result<Self, StrategyError> {
        Self::TimeBasedLinear { percentage, interval }.checked()
    }

    /// The predefined strategy with this name: SAM's short form, or `CodeDeployDefault.Lambda…`. `None` for a custom one.
    pub fn named(name: &str) -> Option<Self> {
        let short = name.strip_prefix(LAMBDA_PREFIX).unwrap_or(name);
        PREDEFINED.iter().find(|(known, _)| *known == short).map(|(_, strategy)| *strategy)
    }

    /// The full name of the predefined configuration that shifts like this, where there is one.
    pub fn predefined_name(self) -> Option<String> {
        PREDEFINED.iter().find(|(_, known)| *known == self).map(|(short, _)| format!("{LAMBDA_PREFIX}{short}"))
    }

    /// The share the target has `minute` minutes after the shift began. The first increment comes at minute 0,
    /// "at the start of each increment" (API reference, TimeBasedLinear). Never falls, and is 100 % in the end.
    pub fn weight_at(self, minute: u32) -> Weight {
        match self {
            Self::AllAtOnce => Weight::ALL,
            Self::TimeBasedCanary { interval, .. } if minute >= interval => Weight::ALL,
            Self::TimeBasedCanary { percentage, .. } => Weight::percent(percentage),
            Self::TimeBasedLinear { percentage, interval } => {
                let increments = u64::from(minute / interval.max(1)) + 1;
                let percent = increments.saturating_mul(u64::from(percentage.max(1))).min(100);
                Weight::percent(u8::try_from(percent).unwrap_or(100))
            }
        }
    }

    /// Every shift in order. The last gives the target everything.
    pub fn steps(self) -> Vec<Step> {
        let (interval, shifts) = match self {
            Self::AllAtOnce => (0, 1),
            Self::TimeBasedCanary { interval, .. } => (interval, 2),
            Self::TimeBasedLinear { percentage, interval } => (interval, u32::from(100_u8.div_ceil(percentage.max(1)))),
        };
        let minutes = (0..shifts).map(|shift| shift.saturating_mul(interval));
        minutes.map(|minute| Step { minute, weight: self.weight_at(minute) }).collect()
    }

    /// Minutes from the first shift to the last.
    pub fn minutes(self) -> u32 {
        self.steps().last().map_or(0, |step| step.minute)
    }

    /// From the first shift to the last.
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.minutes()) * 60)
    }

    /// The same strategy, if CodeDeploy would take it.
    ///
    /// # Errors
    /// Outside of CodeDeploy's bounds.
    pub fn checked(self) -> Result<Self, StrategyError> {
        let (Self::TimeBasedCanary { percentage, interval } | Self::TimeBasedLinear { percentage, interval }) = self
        else {
            return Ok(self);
        };
        if !(1..=MAX_INCREMENT).contains(&percentage) {
            return Err(StrategyError::Percentage(i64::from(percentage)));
        }
        if interval == 0 {
            return Err(StrategyError::Interval(0));
        }
        let minutes = self.minutes();
        if minutes > MAX_SHIFT_MINUTES { Err(StrategyError::TooLong { minutes }) } else { Ok(self) }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllAtOnce => f.write_str("all at once"),
            Self::TimeBasedCanary { percentage, interval } => {
                write!(f, "{percentage}% at once, the rest after {interval} min")
            }
            Self::TimeBasedLinear { percentage, interval } => write!(f, "{percentage}% every {interval} min"),
        }
    }
}

/// The full name of a configuration: predefined short names are completed, any other name is taken as it stands.
///
/// # Errors
/// A name CodeDeploy could not know: too long, of other characters, or under its own prefix without being its own.
pub fn full_config_name(name: &str) -> Result<String, StrategyError> {
    if let Some(full) = Strategy::named(name).and_then(Strategy::predefined_name) {
        return Ok(full);
    }
    // [A-Za-z0-9+=,.@_-]{1,100}: pattern of DeploymentConfigName in the service model.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    let invalid = name.is_empty() || name.len() > MAX_CONFIG_NAME || !name.bytes().all(allowed);
    if invalid || name.starts_with(OWN_PREFIX) {
        return Err(StrategyError::Name(name.chars().take(MAX_CONFIG_NAME).collect()));
    }
    Ok(name.to_owned())
}

/// A strategy that CodeDeploy would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StrategyError {
    /// An increment out of bounds.
    #[error("an increment is 1 to {MAX_INCREMENT} percent, not {0}")]
    Percentage(i64),
    /// An interval out of bounds.
    #[error("an interval is 1 to {MAX_SHIFT_MINUTES} minutes, not {0}")]
    Interval(i64),
    /// The last shift comes too late.
    #[error("the last shift would come after {minutes} minutes; CodeDeploy allows {MAX_SHIFT_MINUTES}")]
    TooLong {
        /// From the first shift to the last.
        minutes: u32,
    },
    /// Type and parts do not belong together.
    #[error("a traffic routing of type {kind} needs {needs} and nothing else")]
    Shape {
        /// `TimeBasedCanary`, for example.
        kind: String,
        /// What belongs to it.
        needs: &'static str,
    },
    /// Not a name of a configuration for Lambda.
    #[error(
        "`{0}` is not a deployment configuration for Lambda; predefined ones are AllAtOnce, Canary10Percent5Minutes, \
             Linear10PercentEvery1Minute, …; custom names have 1 to {MAX_CONFIG_NAME} of [A-Za-z0-9+=,.@_-]"
    )]
    Name(String),
}

/// `trafficRoutingConfig` as the API writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Routing {
    r#type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_based_canary: Option<Canary>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_based_linear: Option<Linear>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Canary {
    canary_percentage: i64,
    canary_interval: i64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Linear {
    linear_percentage: i64,
    linear_interval: i64,
}

impl TryFrom<Routing> for Strategy {
    type Error = StrategyError;

    fn try_from(routing: Routing) -> Result<Self, Self::Error> {
        let percentage = |percent| u8::try_from(percent).map_err(|_| StrategyError::Percentage(percent));
        let interval = |minutes| u32::try_from(minutes).map_err(|_| StrategyError::Interval(minutes));
        let needs = match (routing.r#type.as_str(), routing.time_based_canary, routing.time_based_linear) {
            ("AllAtOnce", None, None) => return Ok(Self::AllAtOnce),
            ("TimeBasedCanary", Some(Canary { canary_percentage, canary_interval }), None) => {
                return Self::canary(percentage(canary_percentage)?, interval(canary_interval)?);
            }
            ("TimeBasedLinear", None, Some(Linear { linear_percentage, linear_interval })) => {
                return Self::linear(percentage(linear_percentage)?, interval(linear_interval)?);
            }
            ("AllAtOnce", ..) => "no part",
            ("TimeBasedCanary", ..) => "timeBasedCanary",
            ("TimeBasedLinear", ..) => "timeBasedLinear",
            _ => "to be AllAtOnce, TimeBasedCanary or TimeBasedLinear",
        };
        Err(StrategyError::Shape { kind: routing.r#type, needs })
    }
}

impl From<Strategy> for Routing {
    fn from(strategy: Strategy) -> Self {
        let routing = |r#type: &str, time_based_canary, time_based_linear| Self {
            r#type: r#type.to_owned(),
            time_based_canary,
            time_based_linear,
        };
        match strategy {
            Strategy::AllAtOnce => routing("AllAtOnce", None, None),
            Strategy::TimeBasedCanary { percentage, interval } => {
                let canary = Canary { canary_percentage: percentage.into(), canary_interval: interval.into() };
                routing("TimeBasedCanary", Some(canary), None)
            }
            Strategy::TimeBasedLinear { percentage, interval } => {
                let linear = Linear { linear_percentage: percentage.into(), linear_interval: interval.into() };
                routing("TimeBasedLinear", None, Some(linear))
            }
        }
    }
}
