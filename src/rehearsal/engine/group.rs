//! Deployment groups: which alarms stop a deployment, and what is rolled back.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

use super::error::{ApiError, Exception};

/// The most alarms of a group (CodeDeploy quotas; the description of the API still says 10).
pub const MAX_ALARMS: usize = 50;

/// The longest name of an alarm (service model).
const MAX_ALARM_NAME: usize = 255;

/// What `AWSCodeDeployRoleForLambda` may invoke.
const MANAGED_POLICY: &str = "CodeDeployHook_*";

/// A deployment group, as far as a Lambda deployment is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentGroup {
    /// The application it belongs to.
    pub application_name: String,
    /// Its name, unique in the application.
    pub deployment_group_name: String,
    /// The configuration where a deployment names none.
    pub deployment_config_name: String,
    /// Alarms that stop a deployment.
    #[serde(default)]
    pub alarm_configuration: AlarmConfiguration,
    /// What is rolled back.
    #[serde(default)]
    pub auto_rollback_configuration: AutoRollbackConfiguration,
    /// Names of functions (`*` and `?` allowed) that its role may invoke besides `CodeDeployHook_*`.
    #[serde(skip)]
    pub invoke_grants: Vec<String>,
}

impl DeploymentGroup {
    /// A group without alarms and without rollback.
    pub fn new(application: &str, group: &str, config: &str) -> Self {
        Self {
            application_name: application.to_owned(),
            deployment_group_name: group.to_owned(),
            deployment_config_name: config.to_owned(),
            alarm_configuration: AlarmConfiguration::default(),
            auto_rollback_configuration: AutoRollbackConfiguration::default(),
            invoke_grants: Vec::new(),
        }
    }

    /// Whether the group's role may invoke a hook, given by name or ARN.
    pub fn may_invoke(&self, hook: &str) -> bool {
        let name = function_name(hook);
        let patterns = self.invoke_grants.iter().map(String::as_str);
        patterns.chain([MANAGED_POLICY]).any(|pattern| WildMatch::new(pattern).matches(name))
    }
}

/// The bare name in `name`, `name:qualifier` and `arn:aws:lambda:…:function:name:qualifier`.
fn function_name(function: &str) -> &str {
    let name = match function.strip_prefix("arn:") {
        Some(arn) => arn.splitn(6, ':').nth(5).unwrap_or(function),
        None => function,
    };
    name.split(':').next().unwrap_or(name)
}

/// Alarms that stop a deployment: `alarmConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlarmConfiguration {
    /// Whether they are looked at.
    pub enabled: bool,
    /// Whether a deployment goes on when their state cannot be read.
    pub ignore_poll_alarm_failure: bool,
    /// Which.
    pub alarms: Vec<Alarm>,
}

/// An alarm by its name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Alarm {
    /// Its name.
    pub name: String,
}

impl AlarmConfiguration {
    /// Enabled, with these alarms, stopping when they cannot be read.
    pub fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let alarms = names.into_iter().map(|name| Alarm { name: name.to_owned() }).collect();
        Self { enabled: true, ignore_poll_alarm_failure: false, alarms }
    }

    /// The names to poll; none where it is not enabled.
    pub fn names(&self) -> Vec<String> {
        if !self.enabled {
            return Vec::new();
        }
        self.alarms.iter().map(|alarm| alarm.name.clone()).collect()
    }

    /// # Errors
    /// `InvalidAlarmConfigException` and `AlarmsLimitExceededException`, as the model describes them.
    pub fn check(&self) -> Result<(), ApiError> {
        let invalid = |message: String| Err(ApiError::new(Exception::InvalidAlarmConfig, message));
        if self.alarms.len() > MAX_ALARMS {
            let message = format!("{} alarms; a deployment group has at most {MAX_ALARMS}", self.alarms.len());
            return Err(ApiError::new(Exception::AlarmsLimitExceeded, message));
        }
        if self.enabled && self.alarms.is_empty() {
            return invalid("the alarm configuration is enabled, but the alarm list is empty".to_owned());
        }
        let mut seen = BTreeSet::new();
        for Alarm { name } in &self.alarms {
            if name.is_empty() || name.chars().count() > MAX_ALARM_NAME {
                return invalid(format!("the name of an alarm has 1 to {MAX_ALARM_NAME} characters"));
            }
            if !seen.insert(name) {
                return invalid(format!("alarm `{name}` is named twice"));
            }
        }
        Ok(())
    }
}

/// What is rolled back by itself: `autoRollbackConfiguration`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AutoRollbackConfiguration {
    /// Whether anything is.
    pub enabled: bool,
    /// On which ends of a deployment.
    pub events: Vec<AutoRollbackEvent>,
}

/// An end of a deployment that can cause a rollback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AutoRollbackEvent {
    /// It failed.
    DeploymentFailure,
    /// An alarm stopped it, or the alarms could not be read.
    DeploymentStopOnAlarm,
    /// Somebody stopped it.
    DeploymentStopOnRequest,
}

impl AutoRollbackEvent {
    /// All three, as SAM sets them.
    pub const ALL: [Self; 3] = [Self::DeploymentFailure, Self::DeploymentStopOnAlarm, Self::DeploymentStopOnRequest];
}

impl fmt::Display for AutoRollbackEvent {
    /// As on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl AutoRollbackConfiguration {
    /// Enabled for these ends.
    pub fn on(events: impl IntoIterator<Item = AutoRollbackEvent>) -> Self {
        Self { enabled: true, events: events.into_iter().collect() }
    }

    /// Whether this end causes a rollback.
    pub fn covers(&self, event: AutoRollbackEvent) -> bool {
        self.enabled && self.events.contains(&event)
    }

    /// # Errors
    /// `InvalidAutoRollbackConfigException` where it is enabled for nothing.
    pub fn check(&self) -> Result<(), ApiError> {
        if self.enabled && self.events.is_empty() {
            let message = "automatic rollback is enabled, but no event is listed";
            return Err(ApiError::new(Exception::InvalidAutoRollbackConfig, message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_invokes_hooks_by_prefix_or_grant() {
        let mut group = DeploymentGroup::new("app", "group", "c");
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:";
        assert!(group.may_invoke("CodeDeployHook_pre"));
        assert!(group.may_invoke(&format!("{arn}CodeDeployHook_pre:live")));
        for other in ["pre", "codedeployhook_pre", "my-CodeDeployHook_pre", "arn:", "arn:aws:lambda", ""] {
            assert!(!group.may_invoke(other), "{other}");
        }
        group.invoke_grants = vec!["pre".to_owned(), "team-*".to_owned()];
        for granted in ["pre", "pre:3", "team-hook", &format!("{arn}team-hook")] {
            assert!(group.may_invoke(granted), "{granted}");
        }
        assert!(!group.may_invoke("pre2"));
    }
}
