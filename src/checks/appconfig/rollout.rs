//! How a configuration is rolled out: in steps, watched by alarms, long enough.
//!
//! A deployment names a strategy of the stack, which is judged by itself, or one of those that AppConfig brings along.
//!
//! Opt-in: `appconfig-replicate-ssm`. Only who looks strategies up in Systems Manager misses the document.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Part, Text, Untyped, Why,
        iam::{Known, any_known},
    },
    need::Need,
};

const STRATEGIES: &[&str] = &["AWS::AppConfig::Deployment", "AWS::AppConfig::DeploymentStrategy"];

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "appconfig-gradual",
        title: "Configuration is rolled out in steps",
        why: "All at once gives alarms nothing to compare, and every caller the new configuration's mistakes.",
        fix: "Set GrowthFactor below 100 and DeploymentDurationInMinutes above 0, or deploy with \
              AppConfig.Canary10Percent20Minutes.",
        absent: "CloudFormation refuses a strategy without GrowthFactor or DeploymentDurationInMinutes.",
        reference: "https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ConfigurationDeployments, Need::ConfigurationStrategies],
        applies: Applies::Each(STRATEGIES, gradual),
    },
    Check {
        id: "appconfig-bake-time",
        title: "Configuration is watched for a while after the last step",
        why: "Some mistakes show only when every target has the configuration; by then nothing takes it back without a bake time.",
        fix: "Set FinalBakeTimeInMinutes to 30 or more, or deploy with AppConfig.Linear20PercentEvery6Minutes.",
        absent: "No bake time: the deployment is complete with its last step.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/appconfig-deployment-strategy-minimum-final-bake-time.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ConfigurationDeployments, Need::ConfigurationStrategies],
        applies: Applies::Each(STRATEGIES, bake_time),
    },
    Check {
        id: "appconfig-replicate-ssm",
        title: "Deployment strategy is kept as a document of Systems Manager too",
        why: "A strategy that was changed or deleted by hand can be read again from the document.",
        fix: "Set ReplicateTo: SSM_DOCUMENT.",
        absent: "No document is written.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/appconfig-deployment-strategy-replicate-to-ssm.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::ConfigurationStrategies],
        applies: Applies::Each(&["AWS::AppConfig::DeploymentStrategy"], replicate_ssm),
    },
    Check {
        id: "appconfig-environment-monitors",
        title: "An alarm takes a configuration back",
        why: "Without an alarm AppConfig cannot know that a configuration breaks something, and rolls it out to the end.",
        fix: "List alarms in Monitors, each with AlarmArn and AlarmRoleArn.",
        absent: "No alarm is watched; without AlarmRoleArn AppConfig may not look at the alarm.",
        reference: "https://docs.aws.amazon.com/appconfig/latest/userguide/setting-up-appconfig.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::ConfigurationEnvironments],
        applies: Applies::Each(&["AWS::AppConfig::Environment"], environment_monitors),
    },
];

/// What is known of a strategy.
struct Plan {
    growth_factor: Observed<f64>,
    duration: Observed<f64>,
    bake_time: Observed<f64>,
}

/// The strategies that every account has: name, growth factor in percent, duration and bake time in minutes.
/// <https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-deployment-strategy-predefined.html>
const PREDEFINED: &[(&str, f64, f64, f64)] = &[
    ("AppConfig.AllAtOnce", 100.0, 0.0, 10.0),
    ("AppConfig.Canary10Percent20Minutes", 10.0, 20.0, 10.0),
    ("AppConfig.Linear20PercentEvery6Minutes", 20.0, 30.0, 30.0),
    ("AppConfig.Linear50PercentEvery30Seconds", 50.0, 1.0, 1.0),
];

impl Plan {
    fn written(strategy: &Untyped) -> Self {
        Self {
            growth_factor: strategy.get("GrowthFactor"),
            duration: strategy.get("DeploymentDurationInMinutes"),
            bake_time: strategy.get("FinalBakeTimeInMinutes"),
        }
    }

    /// The predefined strategy that a deployment names; none where it names one of the stack.
    fn named(strategy: &Text) -> Result<Option<Self>, Why> {
        if let [Part::Reference { .. }] = strategy.parts() {
            return Ok(None);
        }
        let Some(id) = strategy.as_str() else { return Err(strategy.why_unresolved()) };
        let Some((_, growth, duration, bake)) = PREDEFINED.iter().find(|(name, ..)| *name == id) else {
            return Err(Why::NotObserved(format!("the strategy {id} is not part of the stack")));
        };
        let [growth_factor, duration, bake_time] = [growth, duration, bake].map(|number| Observed::Present(*number));
        Ok(Some(Self { growth_factor, duration, bake_time }))
    }
}

/// Judges a strategy, or the one that a deployment names.
fn planned(resource: &Untyped, judge: impl Fn(&Plan) -> Verdict) -> Option<Verdict> {
    const NAMED: &str = "DeploymentStrategyId";
    let plan = match resource.get::<Text>(NAMED).known().and_then(|named| named.map(Plan::named).transpose()) {
        Ok(None) => return Some(judge(&Plan::written(resource))),
        Ok(Some(named)) => named?,
        Err(why) => return Some(Verdict::inconclusive(why).at(NAMED)),
    };
    Some(judge(&plan).at(NAMED))
}

fn gradual(resource: &Untyped, _: &Yardstick) -> Option<Verdict> {
    planned(resource, |plan| {
        let part = |percent: &f64| Verdict::pass_if(*percent < 100.0, "the first step reaches every target");
        let some_time = |minutes: &f64| Verdict::pass_if(*minutes > 0.0, "the steps follow each other at once");
        let steps = plan.growth_factor.judge(part, || Verdict::fail("no GrowthFactor")).at("GrowthFactor");
        let time = plan.duration.judge(some_time, || Verdict::fail("no DeploymentDurationInMinutes"));
        steps.worse(time.at("DeploymentDurationInMinutes"))
    })
}

fn bake_time(resource: &Untyped, yardstick: &Yardstick) -> Option<Verdict> {
    let least = yardstick.configuration_bake_minutes;
    let none = || Verdict::fail("nothing is watched after the last step");
    let baked = |minutes: &f64| match *minutes {
        enough if enough >= f64::from(least) => Verdict::Pass,
        some if some > 0.0 => {
            Verdict::partial(50, format!("alarms are watched for {some} minutes after the last step, not for {least}"))
        }
        _ => none(),
    };
    planned(resource, |plan| plan.bake_time.judge(baked, none).at("FinalBakeTimeInMinutes"))
}

fn replicate_ssm(strategy: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let otherwise = "no document of Systems Manager is written";
    let to = |to: &String| Verdict::pass_if(to == "SSM_DOCUMENT", otherwise);
    Some(strategy.judge("ReplicateTo", to, || Verdict::fail(otherwise)))
}

fn environment_monitors(environment: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let none = || Verdict::fail("no alarm is watched while a configuration is rolled out");
    let watched = |monitors: &Vec<Observed<Untyped>>| {
        let unreadable =
            || Verdict::partial(50, "no monitor has an AlarmRoleArn: AppConfig may not look at the alarms");
        if monitors.is_empty() { none() } else { Verdict::of(any_known(monitors.iter().map(readable)), unreadable) }
    };
    Some(environment.list("Monitors").judge(watched, none).at("Monitors"))
}

/// Whether AppConfig may look at the alarm.
/// <https://docs.aws.amazon.com/appconfig/latest/userguide/setting-up-appconfig.html>
fn readable(monitor: &Observed<Untyped>) -> Known {
    let Some(monitor) = monitor.known()? else { return Ok(false) };
    Ok(monitor.written("AlarmArn")?.is_some() && monitor.written("AlarmRoleArn")?.is_some())
}
