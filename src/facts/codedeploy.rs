//! Facts of AWS CodeDeploy.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Directory, Facts, List, Observed, Properties, Target, Text, Why,
    cloudwatch::{Alarm, CompositeAlarm},
};
use crate::deployment::Strategy;

/// The names of the joined fields, by type.
pub(super) const JOINED: &[(&str, &[&str])] =
    &[("AWS::CodeDeploy::DeploymentGroup", &["ComputePlatform", "DeploymentConfig"])];

/// `AWS::CodeDeploy::Application`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Application {
    /// The name; generated where absent.
    pub application_name: Observed<Text>,
    /// `Lambda`, `ECS` or `Server` (where absent).
    pub compute_platform: Observed<String>,
}

/// `AWS::CodeDeploy::DeploymentGroup`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeploymentGroup {
    /// The application, by name or reference.
    pub application_name: Observed<Text>,
    /// The name; generated where absent.
    pub deployment_group_name: Observed<Text>,
    /// A predefined or custom strategy; `CodeDeployDefault.OneAtATime` or the platform's all-at-once where absent.
    pub deployment_config_name: Observed<Text>,
    /// The role CodeDeploy assumes.
    pub service_role_arn: Observed<Text>,
    /// When a deployment is undone.
    pub auto_rollback_configuration: Observed<AutoRollbackConfiguration>,
    /// Which alarms stop a deployment.
    pub alarm_configuration: Observed<AlarmConfiguration>,
    /// Who is told of what.
    pub trigger_configurations: Observed<Vec<Observed<TriggerConfig>>>,
    /// In place or blue/green, with or without traffic control.
    pub deployment_style: Observed<DeploymentStyle>,
    /// Joined: `ComputePlatform` of the application: `Lambda`, `ECS` or `Server`.
    pub compute_platform: Observed<String>,
    /// Joined: the custom strategy that `DeploymentConfigName` means: of this stack; on a live one of any.
    pub deployment_config: Observed<DeploymentConfig>,
    /// Live only: the alarms that it watches without the stack having them, those inside of composite ones too.
    /// Which of its alarms is neither here nor in the stack does not exist.
    #[serde(rename = "$Alarms")]
    pub alarms_elsewhere: Observed<AlarmsElsewhere>,
}

/// Alarms of no resource of the stack.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AlarmsElsewhere {
    /// On a metric.
    pub alarms: List<Alarm>,
    /// Over other alarms.
    pub composite_alarms: List<CompositeAlarm>,
}

/// Part of [`DeploymentGroup`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AutoRollbackConfiguration {
    /// Off where absent.
    pub enabled: Observed<bool>,
    /// `DEPLOYMENT_FAILURE`, `DEPLOYMENT_STOP_ON_ALARM`, `DEPLOYMENT_STOP_ON_REQUEST`.
    pub events: Observed<Vec<Observed<String>>>,
}

/// Part of [`DeploymentGroup`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AlarmConfiguration {
    /// Off where absent.
    pub enabled: Observed<bool>,
    /// Whether a deployment goes on while alarms cannot be read; `false` where absent.
    pub ignore_poll_alarm_failure: Observed<bool>,
    /// The alarms, by name.
    pub alarms: Observed<Vec<Observed<AlarmName>>>,
}

/// Part of [`AlarmConfiguration`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AlarmName {
    /// The alarm's name or a reference to it.
    pub name: Observed<Text>,
}

/// Part of [`DeploymentGroup`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TriggerConfig {
    /// `DeploymentFailure`, `DeploymentRollback` and so on.
    pub trigger_events: Observed<Vec<Observed<String>>>,
    /// The trigger's name.
    pub trigger_name: Observed<Text>,
    /// The topic.
    pub trigger_target_arn: Observed<Text>,
}

/// Part of [`DeploymentGroup`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeploymentStyle {
    /// `WITH_TRAFFIC_CONTROL` or `WITHOUT_TRAFFIC_CONTROL`.
    pub deployment_option: Observed<String>,
    /// `BLUE_GREEN` or `IN_PLACE`.
    pub deployment_type: Observed<String>,
}

/// `AWS::CodeDeploy::DeploymentConfig`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeploymentConfig {
    /// The name; generated where absent.
    pub deployment_config_name: Observed<Text>,
    /// `Lambda`, `ECS` or `Server` (where absent).
    pub compute_platform: Observed<String>,
    /// How traffic is shifted.
    pub traffic_routing_config: Observed<TrafficRoutingConfig>,
}

/// Part of [`DeploymentConfig`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TrafficRoutingConfig {
    /// `TimeBasedCanary`, `TimeBasedLinear` or `AllAtOnce`.
    pub r#type: Observed<String>,
    /// One step, then the rest.
    pub time_based_canary: Observed<TimeBasedCanary>,
    /// Equal steps.
    pub time_based_linear: Observed<TimeBasedLinear>,
}

/// Part of [`TrafficRoutingConfig`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TimeBasedCanary {
    /// Percent of the first step.
    pub canary_percentage: Observed<u32>,
    /// Minutes until the rest.
    pub canary_interval: Observed<u32>,
}

/// Part of [`TrafficRoutingConfig`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TimeBasedLinear {
    /// Percent a step.
    pub linear_percentage: Observed<u32>,
    /// Minutes between two steps.
    pub linear_interval: Observed<u32>,
}

impl DeploymentGroup {
    /// How the group shifts the traffic of an alias: by a configuration of the same stack or by a predefined one,
    /// whose full name counts: SAM's short one would be the name of a custom configuration.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub fn strategy(&self) -> Result<Strategy, Why> {
        match &self.deployment_config {
            Observed::Present(config) => return custom(&config.traffic_routing_config),
            Observed::Unknown(why) => return Err(why.clone()),
            Observed::Absent => {}
        }
        let name = match &self.deployment_config_name {
            Observed::Present(name) => name,
            Observed::Absent => return Ok(Strategy::AllAtOnce),
            Observed::Unknown(why) => return Err(why.clone()),
        };
        let written = name.as_str().ok_or_else(|| name.why_unresolved())?;
        let predefined = Strategy::named(written).filter(|_| written.starts_with("CodeDeployDefault."));
        predefined
            .ok_or_else(|| Why::NotObserved(format!("the deployment configuration {written} is not in this stack")))
    }
}

/// A custom configuration.
fn custom(config: &Observed<TrafficRoutingConfig>) -> Result<Strategy, Why> {
    let config = written(config, "TrafficRoutingConfig")?;
    let strategy = match written(&config.r#type, "the type of TrafficRoutingConfig")?.as_str() {
        "AllAtOnce" => return Ok(Strategy::AllAtOnce),
        "TimeBasedCanary" => {
            let canary = written(&config.time_based_canary, "TimeBasedCanary")?;
            let (percentage, interval) = first_step(&canary.canary_percentage, &canary.canary_interval)?;
            Strategy::TimeBasedCanary { percentage, interval }
        }
        "TimeBasedLinear" => {
            let linear = written(&config.time_based_linear, "TimeBasedLinear")?;
            let (percentage, interval) = first_step(&linear.linear_percentage, &linear.linear_interval)?;
            Strategy::TimeBasedLinear { percentage, interval }
        }
        other => return Err(Why::Malformed(format!("TrafficRoutingConfig has no type {other}"))),
    };
    strategy.checked().map_err(|error| Why::Malformed(error.to_string()))
}

fn first_step(percentage: &Observed<u32>, interval: &Observed<u32>) -> Result<(u8, u32), Why> {
    let percentage = *written(percentage, "the percentage of the first step")?;
    let percentage = u8::try_from(percentage).map_err(|error| Why::Malformed(error.to_string()))?;
    Ok((percentage, *written(interval, "the interval between steps")?))
}

fn written<'a, T>(observed: &'a Observed<T>, what: &str) -> Result<&'a T, Why> {
    observed.known()?.ok_or_else(|| Why::Malformed(format!("a custom configuration without {what}")))
}

/// Joins onto a deployment group the platform of its application and a strategy of the same stack.
pub(super) fn join(facts: &mut Facts, directory: &Directory) {
    let joined: Vec<_> = facts
        .resources
        .iter()
        .map(|resource| match &resource.properties {
            Properties::DeploymentGroup(group) => {
                let strategy = strategy_of(group, facts, directory);
                Some((platform_of(group, &strategy, facts, directory), strategy))
            }
            _ => None,
        })
        .collect();
    for (resource, joined) in facts.resources.iter_mut().zip(joined) {
        if let (Properties::DeploymentGroup(group), Some((platform, strategy))) = (&mut resource.properties, joined) {
            let group = Arc::make_mut(group);
            if group.compute_platform.is_absent() {
                group.compute_platform = platform;
            }
            if group.deployment_config.is_absent() {
                group.deployment_config = strategy;
            }
        }
    }
}

fn strategy_of(group: &DeploymentGroup, facts: &Facts, directory: &Directory) -> Observed<DeploymentConfig> {
    group.deployment_config_name.as_ref().and_then(|name| {
        match directory.resolve(name, &["AWS::CodeDeploy::DeploymentConfig"]) {
            Target::Resource(id) => match facts.get(&id).map(|resource| &resource.properties) {
                Some(Properties::DeploymentConfig(config)) => Observed::Present(config.as_ref().clone()),
                _ => Observed::not_observed(format!("the properties of {id} cannot be read")),
            },
            Target::Elsewhere => Observed::Absent,
            Target::Unknown(why) => Observed::Unknown(why),
        }
    })
}

/// The platform by the application, else by a strategy's name, which carries it: `CodeDeployDefault.Lambda…`.
fn platform_of(
    group: &DeploymentGroup,
    strategy: &Observed<DeploymentConfig>,
    facts: &Facts,
    directory: &Directory,
) -> Observed<String> {
    let application = group.application_name.as_ref().and_then(|name| {
        match directory.resolve(name, &["AWS::CodeDeploy::Application"]) {
            Target::Resource(id) => match facts.get(&id).map(|resource| &resource.properties) {
                Some(Properties::Application(application)) => {
                    application.compute_platform.clone().or_default_of_service("Server".into())
                }
                _ => Observed::not_observed(format!("the properties of {id} cannot be read")),
            },
            Target::Elsewhere => Observed::not_observed("the CodeDeploy application is not in this stack"),
            Target::Unknown(why) => Observed::Unknown(why),
        }
    });
    if let Observed::Present(_) = application {
        return application;
    }
    let name = group.deployment_config_name.present().map_or("", Text::literal_prefix);
    match strategy {
        Observed::Present(strategy) => strategy.compute_platform.clone().or_default_of_service("Server".into()),
        _ if name.starts_with("CodeDeployDefault.Lambda") => Observed::Present("Lambda".into()),
        _ if name.starts_with("CodeDeployDefault.ECS") => Observed::Present("ECS".into()),
        _ if name.starts_with("CodeDeployDefault.") => Observed::Present("Server".into()),
        _ => application,
    }
}
