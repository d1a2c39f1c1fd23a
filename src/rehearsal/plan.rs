//! What a rehearsal deploys: the alias of one function, found in the facts of its stack.

use crate::{
    deployment::{Strategy, full_config_name},
    facts::{
        Directory, Facts, Observed, Properties, Target, Text,
        codedeploy::{DeploymentGroup, TrafficRoutingConfig},
        lambda::Alias,
    },
    inventory::LogicalId,
};

use super::{alarm::Rule, engine::AutoRollbackEvent, feed};

/// One deployment to rehearse.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The function's logical id.
    pub function: LogicalId,
    /// The alias's own name, `live` for example.
    pub alias: String,
    /// The deployment group's logical id.
    pub group: String,
    /// The deployment configuration as CodeDeploy names it.
    pub config: String,
    /// How it shifts traffic.
    pub strategy: Strategy,
    /// On which events CodeDeploy rolls back by itself; none where that is off.
    pub rollback_events: Vec<AutoRollbackEvent>,
    /// Whether a deployment goes on while alarms cannot be read.
    pub ignore_poll_alarm_failure: bool,
    /// The alarms that stop the deployment.
    pub alarms: Vec<PlannedAlarm>,
    /// The other functions that CodeDeploy would deploy at the same time.
    pub alongside: Vec<LogicalId>,
}

/// An alarm of the deployment group.
#[derive(Debug, Clone)]
pub struct PlannedAlarm {
    /// Its logical id, or its name where it is not in the stack.
    pub name: String,
    /// How it is fed, or why it is not.
    pub rule: Result<Rule, String>,
}

/// Why nothing can be rehearsed.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// No alias is updated by CodeDeploy.
    #[error(
        "no function is deployed by CodeDeploy; give one an AutoPublishAlias and a DeploymentPreference (SAM), \
         or its alias an UpdatePolicy with CodeDeployLambdaAliasUpdate"
    )]
    NothingDeployed,
    /// The function asked for is not among them.
    #[error("CodeDeploy does not deploy {asked}; it deploys {}", known.join(", "))]
    NotDeployed {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
    /// A needed part is not known.
    #[error("cannot rehearse {function}: {what}; give it with --parameter, or name a strategy in a scenario")]
    Unknown {
        /// Whose.
        function: String,
        /// What is not known, and why.
        what: String,
    },
}

impl Plan {
    /// Plans the deployment of `function`, or of the first one that CodeDeploy deploys.
    ///
    /// # Errors
    /// A [`PlanError`] where there is none, or where its strategy is not known.
    pub fn of(facts: &Facts, function: Option<&str>, strategy: Option<Strategy>) -> Result<Self, PlanError> {
        let directory = Directory::of(facts);
        let deployed = deployed(facts, &directory);
        let names: Vec<String> = deployed.iter().map(|(id, _)| id.to_string()).collect();
        let chosen = match function {
            None => deployed.first().ok_or(PlanError::NothingDeployed)?,
            Some(asked) => deployed
                .iter()
                .find(|(id, _)| id.as_str() == asked)
                .ok_or_else(|| PlanError::NotDeployed { asked: asked.to_owned(), known: names })?,
        };
        let (id, alias) = chosen;
        let unknown = |what: String| PlanError::Unknown { function: id.to_string(), what };
        let (group_id, group) =
            group_of(facts, alias).ok_or_else(|| unknown("its deployment group is not in the template".into()))?;
        let (config, strategy) = strategy_of(group, strategy).map_err(unknown)?;
        let name = alias
            .name
            .present()
            .and_then(Text::as_str)
            .ok_or_else(|| unknown("the name of its alias is not known".into()))?;
        Ok(Self {
            function: id.clone(),
            alias: name.to_owned(),
            group: group_id.to_string(),
            config,
            strategy,
            rollback_events: rollback_events(group),
            ignore_poll_alarm_failure: ignores_poll_failure(group),
            alarms: alarms(facts, &directory, group),
            alongside: deployed.iter().map(|(other, _)| other).filter(|other| *other != id).cloned().collect(),
        })
    }
}

/// Each function whose alias CodeDeploy updates, with that alias, in the order of the template.
fn deployed<'a>(facts: &'a Facts, directory: &Directory) -> Vec<(LogicalId, &'a Alias)> {
    let aliases = facts.each(|properties| match properties {
        Properties::Alias(alias) => Some(alias.as_ref()),
        _ => None,
    });
    aliases
        .filter(|(_, alias)| {
            let update = alias.update_policy.present();
            update.is_some_and(|policy| policy.code_deploy_lambda_alias_update.present().is_some())
        })
        .filter_map(|(_, alias)| match directory.resolve(alias.function_name.present()?, &["AWS::Lambda::Function"]) {
            Target::Resource(function) => Some((function, alias)),
            Target::Elsewhere | Target::Unknown(_) => None,
        })
        .collect()
}

fn group_of<'a>(facts: &'a Facts, alias: &Alias) -> Option<(&'a LogicalId, &'a DeploymentGroup)> {
    let update = alias.update_policy.present()?.code_deploy_lambda_alias_update.present()?;
    let named = update.deployment_group_name.present()?;
    facts
        .each(|properties| match properties {
            Properties::DeploymentGroup(group) => Some(group.as_ref()),
            _ => None,
        })
        .find(|(id, group)| {
            named.references().any(|reference| reference == id.as_str())
                || group.deployment_group_name.present().is_some_and(|name| name == named)
        })
}

/// The deployment configuration's name, and how it shifts traffic.
fn strategy_of(group: &DeploymentGroup, wanted: Option<Strategy>) -> Result<(String, Strategy), String> {
    if let Some(strategy) = wanted {
        let name = strategy.predefined_name().unwrap_or_else(|| "custom".to_owned());
        return Ok((name, strategy));
    }
    if let Observed::Present(config) = &group.deployment_config {
        let name = config.deployment_config_name.present().map_or("custom".to_owned(), Text::to_string);
        let routing = config.traffic_routing_config.present().ok_or("its deployment configuration has no routing")?;
        return Ok((name, custom(routing).ok_or("its deployment configuration is not wholly known")?));
    }
    match &group.deployment_config_name {
        Observed::Present(name) => {
            let known = name.as_str().ok_or_else(|| format!("its deployment configuration {name} is not known"))?;
            let strategy = Strategy::named(known).ok_or_else(|| format!("{known} is no predefined configuration"))?;
            Ok((full_config_name(known).unwrap_or_else(|_| known.to_owned()), strategy))
        }
        Observed::Absent => Ok(("CodeDeployDefault.LambdaAllAtOnce".to_owned(), Strategy::AllAtOnce)),
        Observed::Unknown(why) => Err(format!("its deployment configuration is not known: {why}")),
    }
}

fn custom(routing: &TrafficRoutingConfig) -> Option<Strategy> {
    let percentage = |percentage: &Observed<u32>| u8::try_from(*percentage.present()?).ok();
    match routing.r#type.present()?.as_str() {
        "AllAtOnce" => Some(Strategy::AllAtOnce),
        "TimeBasedCanary" => {
            let canary = routing.time_based_canary.present()?;
            Strategy::canary(percentage(&canary.canary_percentage)?, *canary.canary_interval.present()?).ok()
        }
        "TimeBasedLinear" => {
            let linear = routing.time_based_linear.present()?;
            Strategy::linear(percentage(&linear.linear_percentage)?, *linear.linear_interval.present()?).ok()
        }
        _ => None,
    }
}

fn rollback_events(group: &DeploymentGroup) -> Vec<AutoRollbackEvent> {
    let on = group.auto_rollback_configuration.present().filter(|rollback| rollback.enabled.present() == Some(&true));
    let events = on.and_then(|rollback| rollback.events.present());
    let named = events.into_iter().flatten().filter_map(Observed::present);
    AutoRollbackEvent::ALL.into_iter().filter(|event| named.clone().any(|name| *name == event.to_string())).collect()
}

fn ignores_poll_failure(group: &DeploymentGroup) -> bool {
    let alarms = group.alarm_configuration.present();
    alarms.is_some_and(|alarms| alarms.ignore_poll_alarm_failure.present() == Some(&true))
}

fn alarms(facts: &Facts, directory: &Directory, group: &DeploymentGroup) -> Vec<PlannedAlarm> {
    let configured = group.alarm_configuration.present().filter(|alarms| alarms.enabled.present() == Some(&true));
    let named = configured.and_then(|alarms| alarms.alarms.present());
    let names = named.into_iter().flatten().filter_map(|alarm| alarm.present()?.name.present());
    names.map(|name| planned(facts, directory, name)).collect()
}

fn planned(facts: &Facts, directory: &Directory, name: &Text) -> PlannedAlarm {
    match directory.resolve(name, &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]) {
        Target::Resource(id) => {
            let rule = match facts.get(&id).map(|resource| &resource.properties) {
                Some(Properties::Alarm(alarm)) => feed::rule(alarm),
                Some(Properties::CompositeAlarm(_)) => Err("it is a composite alarm".to_owned()),
                _ => Err("it cannot be read".to_owned()),
            };
            PlannedAlarm { name: id.to_string(), rule }
        }
        Target::Elsewhere => PlannedAlarm { name: name.to_string(), rule: Err("it is not in this stack".to_owned()) },
        Target::Unknown(why) => PlannedAlarm { name: name.to_string(), rule: Err(why.to_string()) },
    }
}
