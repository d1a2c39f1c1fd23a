//! What a rehearsal deploys: the alias of one function, found in the facts of its stack.

use crate::{
    deployment::Strategy,
    event::Phase,
    facts::{Facts, Observed, Properties, Target, Text, Why, codedeploy::DeploymentGroup, lambda::Alias},
    inventory::LogicalId,
    stack::{Canary, Hook, Stack},
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
    /// What the rehearsal takes otherwise than the template has it, or had to assume.
    pub notes: Vec<String>,
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
    /// No alias that CodeDeploy would update was there before.
    #[error(
        "the stack before has no alias that CodeDeploy would update: CloudFormation creates {} with all the traffic \
         at once, and no hook is called; rehearse the release after it", created.join(", ")
    )]
    FirstRelease {
        /// The aliases that are new.
        created: Vec<String>,
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
    /// CodeDeploy updates an alias, it never creates one: one that `before` lacks is not deployed.
    /// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatepolicy.html>
    ///
    /// # Errors
    /// A [`PlanError`] where there is none, or where its strategy is not known.
    pub fn of(
        facts: &Facts,
        before: Option<&Facts>,
        function: Option<&str>,
        strategy: Option<Strategy>,
    ) -> Result<Self, PlanError> {
        let stack = Stack::of(facts);
        let all = deployed(&stack);
        let there = |alias: &LogicalId| before.is_none_or(|before| before.get(alias).is_some());
        let (deployed, created): (Vec<Deployed<'_>>, _) = all.into_iter().partition(|each| there(&each.canary.alias));
        let names = |deployed: &[Deployed<'_>]| deployed.iter().map(|each| each.function.to_string()).collect();
        let chosen = match function {
            None if deployed.is_empty() && !created.is_empty() => {
                let created = created.iter().map(|each| each.canary.alias.to_string()).collect();
                return Err(PlanError::FirstRelease { created });
            }
            None => deployed.first().ok_or(PlanError::NothingDeployed)?,
            Some(asked) => match deployed.iter().find(|each| each.function.as_str() == asked) {
                Some(found) => found,
                None => match created.iter().find(|each| each.function.as_str() == asked) {
                    Some(new) => return Err(PlanError::FirstRelease { created: vec![new.canary.alias.to_string()] }),
                    None => return Err(PlanError::NotDeployed { asked: asked.to_owned(), known: names(&deployed) }),
                },
            },
        };
        let mut plan = chosen.plan(&stack, strategy)?;
        plan.alongside =
            deployed.iter().map(|each| each.function).filter(|id| **id != plan.function).cloned().collect();
        plan.alongside.dedup();
        Ok(plan)
    }
}

/// A function with its alias that CodeDeploy updates.
struct Deployed<'a> {
    function: &'a LogicalId,
    alias: &'a Alias,
    canary: &'a Canary,
}

/// Each alias of a function of the stack that CodeDeploy updates, in the order of the template.
fn deployed<'a>(stack: &'a Stack<'_>) -> Vec<Deployed<'a>> {
    let certain = stack.canaries.iter().filter(|canary| canary.uncertain.is_none());
    let deployed = certain.filter_map(|canary| match &stack.facts.get(&canary.alias)?.properties {
        Properties::Alias(alias) => Some(Deployed { function: canary.function.function()?, alias, canary }),
        _ => None,
    });
    deployed.collect()
}

impl Deployed<'_> {
    fn plan(&self, stack: &Stack<'_>, strategy: Option<Strategy>) -> Result<Plan, PlanError> {
        let unknown = |what: String| PlanError::Unknown { function: self.function.to_string(), what };
        let (group_id, group) =
            self.group(stack).ok_or_else(|| unknown("its deployment group is not in the template".into()))?;
        let (config, strategy) = strategy_of(group, strategy).map_err(unknown)?;
        let name = self.alias.name.present().and_then(Text::as_str);
        let name = name.ok_or_else(|| unknown("the name of its alias is not known".into()))?;
        let hooks = self.canary.hooks.iter().filter_map(|hook| {
            let name = hook_name(stack, hook);
            let fitgates = Phase::ALL.iter().any(|phase| phase.hook_name() == name);
            (!fitgates).then(|| format!("the stack's own hook ({name}) is not run: fitgate's stands in its place"))
        });
        Ok(Plan {
            function: self.function.clone(),
            alias: name.to_owned(),
            group: group_id.to_string(),
            config,
            strategy,
            rollback_events: rollback_events(group),
            ignore_poll_alarm_failure: ignores_poll_failure(group),
            alarms: alarms(stack, self.canary, group),
            alongside: Vec::new(),
            notes: hooks.chain(assumptions(group)).collect(),
        })
    }

    fn group<'a>(&self, stack: &Stack<'a>) -> Option<(&'a LogicalId, &'a DeploymentGroup)> {
        let Target::Resource(id) = &self.canary.group else { return None };
        let resource = stack.facts.get(id)?;
        match &resource.properties {
            Properties::DeploymentGroup(group) => Some((&resource.reference.logical_id, group)),
            _ => None,
        }
    }
}

/// The name of a hook: of a function of the stack its own, of any other as the alias says it.
fn hook_name(stack: &Stack<'_>, hook: &Hook) -> String {
    let of_function = hook.target.function().and_then(|id| stack.function(id)).map(|function| &function.function_name);
    let known = of_function.and_then(Observed::present).and_then(Text::as_str).map(str::to_owned);
    known.unwrap_or_else(|| hook.name.present().map_or("not known".to_owned(), Text::to_string))
}

/// The deployment configuration's name, and how it shifts traffic.
fn strategy_of(group: &DeploymentGroup, wanted: Option<Strategy>) -> Result<(String, Strategy), String> {
    if let Some(strategy) = wanted {
        let name = strategy.predefined_name().unwrap_or_else(|| "custom".to_owned());
        return Ok((name, strategy));
    }
    let strategy = group.strategy().map_err(|why| format!("its deployment configuration is not known: {why}"))?;
    let name = match &group.deployment_config {
        Observed::Present(config) => &config.deployment_config_name,
        Observed::Absent | Observed::Unknown(_) => &group.deployment_config_name,
    };
    let predefined = || strategy.predefined_name().unwrap_or_else(|| "custom".to_owned());
    // A name that is generated, or that has open parts, is none that CodeDeploy would take.
    Ok((name.present().and_then(Text::as_str).map_or_else(predefined, str::to_owned), strategy))
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

/// What of the group is not known, and what is taken in its place.
fn assumptions(group: &DeploymentGroup) -> Vec<String> {
    let rollback = &group.auto_rollback_configuration;
    let alarms = &group.alarm_configuration;
    let open = [
        (
            "whether it rolls back",
            "as not",
            rollback.as_ref().and_then(|rollback| rollback.enabled.as_ref()).known().err(),
        ),
        ("on which events it rolls back", "as on none of them", {
            let events = rollback.as_ref().and_then(|rollback| rollback.events.as_ref());
            events.known().err().or_else(|| open_item(rollback.present().map(|rollback| &rollback.events)))
        }),
        ("whether alarms stop it", "as not", alarms.as_ref().and_then(|alarms| alarms.enabled.as_ref()).known().err()),
        ("which alarms stop it", "without those", {
            let listed = alarms.as_ref().and_then(|alarms| alarms.alarms.as_ref());
            listed.known().err().or_else(|| open_item(alarms.present().map(|alarms| &alarms.alarms)))
        }),
    ];
    let note =
        |(what, taken, why): (&str, &str, Option<Why>)| Some(format!("{what} is not known, taken {taken}: {}", why?));
    open.into_iter().filter_map(note).collect()
}

/// Why an item of a list is not known, where one is not.
fn open_item<T>(list: Option<&Observed<Vec<Observed<T>>>>) -> Option<Why> {
    list?.present()?.iter().find_map(|item| item.known().err())
}

fn alarms(stack: &Stack<'_>, canary: &Canary, group: &DeploymentGroup) -> Vec<PlannedAlarm> {
    let configured = group.alarm_configuration.present().filter(|alarms| alarms.enabled.present() == Some(&true));
    let named = configured.and_then(|alarms| alarms.alarms.present());
    let names = named.into_iter().flatten().filter_map(|alarm| alarm.present()?.name.present());
    names.map(|name| planned(stack, canary, name)).collect()
}

fn planned(stack: &Stack<'_>, canary: &Canary, name: &Text) -> PlannedAlarm {
    match stack.directory.resolve(name, &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]) {
        Target::Resource(id) => {
            let rule = match stack.facts.get(&id).map(|resource| &resource.properties) {
                Some(Properties::Alarm(alarm)) => feed::rule(stack, canary, alarm),
                Some(Properties::CompositeAlarm(_)) => Err("it is a composite alarm".to_owned()),
                _ => Err("it cannot be read".to_owned()),
            };
            PlannedAlarm { name: id.to_string(), rule }
        }
        Target::Elsewhere => PlannedAlarm { name: name.to_string(), rule: Err("it is not in this stack".to_owned()) },
        Target::Unknown(why) => PlannedAlarm { name: name.to_string(), rule: Err(why.to_string()) },
    }
}
