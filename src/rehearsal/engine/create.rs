//! What comes into being: groups, configurations, deployments, rollbacks.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::{
    Engine, assumptions,
    error::{ApiError, Exception},
    group::DeploymentGroup,
    run::{Order, Run},
    shapes::{CreateDeploymentInput, CreateDeploymentOutput, DeploymentCreator, RevisionContent, RevisionLocation},
};
use crate::{
    deployment::{AppSpec, AppSpecError, Hooks, MAX_CONFIG_NAME, Strategy, full_config_name},
    event::DeploymentId,
};

/// The most deployments at the same time in an account (CodeDeploy quotas).
const MAX_CONCURRENT: usize = 1_300;

/// The most custom configurations in an account (CodeDeploy quotas).
const MAX_CONFIGS: usize = 50;

/// The longest description of a deployment (CodeDeploy limits).
const MAX_DESCRIPTION: usize = 256;

/// The longest name of an application or a group (service model).
const MAX_NAME: usize = 100;

impl Engine {
    /// `CreateDeploymentGroup`; the application comes into being with its first group.
    ///
    /// # Errors
    /// A name that is taken or of another form, an unknown configuration, alarms or rollback events out of order.
    pub fn create_deployment_group(&mut self, mut group: DeploymentGroup) -> Result<(), ApiError> {
        let application = name(Some(&group.application_name), &APPLICATION)?;
        let key = (application, name(Some(&group.deployment_group_name), &GROUP)?);
        if self.groups.contains_key(&key) {
            let message = format!("application {} has a deployment group {} already", key.0, key.1);
            return Err(ApiError::new(Exception::DeploymentGroupAlreadyExists, message));
        }
        group.alarm_configuration.check()?;
        group.auto_rollback_configuration.check()?;
        (group.deployment_config_name, _) = self.config(&group.deployment_config_name)?;
        self.groups.insert(key, group);
        Ok(())
    }

    /// `CreateDeploymentConfig` for Lambda.
    ///
    /// # Errors
    /// A name that is taken or of another form, a strategy out of CodeDeploy's bounds, more than 200 of them.
    pub fn create_deployment_config(&mut self, name: &str, strategy: Strategy) -> Result<(), ApiError> {
        if name.is_empty() {
            return Err(ApiError::new(Exception::DeploymentConfigNameRequired, "a configuration needs a name"));
        }
        let known = Strategy::named(name).is_some() || self.configs.contains_key(name);
        if known {
            let message = format!("there is a deployment configuration {name} already");
            return Err(ApiError::new(Exception::DeploymentConfigAlreadyExists, message));
        }
        full_config_name(name)
            .map_err(|error| ApiError::new(Exception::InvalidDeploymentConfigName, error.to_string()))?;
        let strategy = strategy
            .checked()
            .map_err(|error| ApiError::new(Exception::InvalidTrafficRoutingConfiguration, error.to_string()))?;
        if self.configs.len() >= MAX_CONFIGS {
            let message = format!("an account has at most {MAX_CONFIGS} custom configurations");
            return Err(ApiError::new(Exception::DeploymentConfigLimitExceeded, message));
        }
        self.configs.insert(name.to_owned(), strategy);
        Ok(())
    }

    /// `CreateDeployment` by a user.
    ///
    /// An AppSpec that is text but not in order is taken, and the deployment fails when it starts, as on AWS.
    ///
    /// # Errors
    /// As in the service model; `DeploymentLimitExceededException` while the group deploys something else.
    pub fn create_deployment(&mut self, input: CreateDeploymentInput) -> Result<CreateDeploymentOutput, ApiError> {
        self.create_deployment_as(DeploymentCreator::User, None, input)
    }

    /// `CreateDeployment` on behalf of somebody; `external_id` is mostly the id of a CloudFormation stack.
    ///
    /// # Errors
    /// As [`Engine::create_deployment`].
    pub fn create_deployment_as(
        &mut self,
        creator: DeploymentCreator,
        external_id: Option<String>,
        input: CreateDeploymentInput,
    ) -> Result<CreateDeploymentOutput, ApiError> {
        let group = self.group(input.application_name.as_deref(), input.deployment_group_name.as_deref())?.clone();
        let (revision, spec) = read_revision(input.revision)?;
        let config = input.deployment_config_name.as_deref().unwrap_or(&group.deployment_config_name);
        let (config, strategy) = self.config(config)?;
        if input.description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
            let message = format!("a description has at most {MAX_DESCRIPTION} characters");
            return Err(ApiError::new(Exception::DescriptionTooLong, message));
        }
        let auto_rollback =
            input.auto_rollback_configuration.unwrap_or_else(|| group.auto_rollback_configuration.clone());
        auto_rollback.check()?;
        if let Some(alarms) = &input.override_alarm_configuration {
            alarms.check()?;
        }
        let id = self.room_for_one_more(&group)?;
        let order = Order {
            group,
            config,
            strategy,
            revision,
            spec,
            description: input.description,
            creator,
            external_id,
            auto_rollback,
            override_alarms: input.override_alarm_configuration,
            rollback_of: None,
        };
        self.add(id.clone(), order);
        Ok(CreateDeploymentOutput { deployment_id: id })
    }

    /// The group with these names.
    pub(super) fn group(&self, application: Option<&str>, group: Option<&str>) -> Result<&DeploymentGroup, ApiError> {
        let application = name(application, &APPLICATION)?;
        if !self.groups.keys().any(|(known, _)| *known == application) {
            let message = format!("there is no application {application}");
            return Err(ApiError::new(Exception::ApplicationDoesNotExist, message));
        }
        let key = (application, name(group, &GROUP)?);
        self.groups.get(&key).ok_or_else(|| {
            let message = format!("application {} has no deployment group {}", key.0, key.1);
            ApiError::new(Exception::DeploymentGroupDoesNotExist, message)
        })
    }

    /// A configuration by any of its names: the full name and what it does.
    fn config(&self, name: &str) -> Result<(String, Strategy), ApiError> {
        if let Some(strategy) = self.configs.get(name) {
            return Ok((name.to_owned(), *strategy));
        }
        let predefined = Strategy::named(name).and_then(|strategy| Some((strategy.predefined_name()?, strategy)));
        predefined.ok_or_else(|| {
            let shown: String = name.chars().take(MAX_CONFIG_NAME).collect();
            let message = format!("there is no deployment configuration {shown} for Lambda");
            ApiError::new(Exception::DeploymentConfigDoesNotExist, message)
        })
    }

    /// An id for a new deployment, unless the group or the account is busy.
    fn room_for_one_more(&self, group: &DeploymentGroup) -> Result<DeploymentId, ApiError> {
        let exceeded = |message: String| ApiError::new(Exception::DeploymentLimitExceeded, message);
        let active = || self.runs.values().filter(|run| run.is_active());
        let same_group = |run: &&Run| {
            run.order.group.application_name == group.application_name
                && run.order.group.deployment_group_name == group.deployment_group_name
        };
        if let Some(busy) = active().find(same_group) {
            let name = &group.deployment_group_name;
            return Err(exceeded(format!(
                "The Deployment Group '{name}' is already deploying deployment '{}'.",
                busy.id
            )));
        }
        if active().count() >= MAX_CONCURRENT {
            return Err(exceeded(format!("an account runs at most {MAX_CONCURRENT} deployments at the same time")));
        }
        self.free_id().ok_or_else(|| exceeded("there are no more deployment ids".to_owned()))
    }

    /// Ids look like CodeDeploy's, and depend on nothing but how many there were.
    pub(super) fn free_id(&self) -> Option<DeploymentId> {
        const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        const IDS: u64 = 36_u64.pow(9);
        // Coprime to 36, so that no id comes twice before all were given.
        const STRIDE: u64 = 71_828_182_845_907;
        let number = u64::try_from(self.created.len()).ok()?.checked_add(1)?;
        let mut rest = u64::try_from(u128::from(number) * u128::from(STRIDE) % u128::from(IDS)).ok()?;
        let mut text = String::from("d-");
        for _ in 0..9 {
            let digit = usize::try_from(rest % 36).ok()?;
            text.push(char::from(*DIGITS.get(digit)?));
            rest /= 36;
        }
        DeploymentId::new(text).ok()
    }
}

/// The order to undo a deployment: all traffic back to the version that had it, at once, and asking nobody.
pub(super) fn rollback_of(run: &Run) -> Option<Order> {
    let spec = run.spec()?;
    let back = AppSpec { current: spec.target, target: spec.current, hooks: Hooks::default(), ..spec.clone() };
    let content = back.to_value().to_string();
    let digest = sha256(&content);
    let part = RevisionContent { content: Some(content), sha256: Some(digest) };
    Some(Order {
        group: run.order.group.clone(),
        config: assumptions::ROLLBACK_CONFIG.to_owned(),
        strategy: Strategy::AllAtOnce,
        revision: run.order.revision.with_part(part),
        spec: Ok(back),
        description: None,
        creator: DeploymentCreator::CodeDeployRollback,
        external_id: run.order.external_id.clone(),
        auto_rollback: run.order.auto_rollback.clone(),
        override_alarms: None,
        rollback_of: Some(run.id.clone()),
    })
}

/// The revision with its digest, and the AppSpec in it.
fn read_revision(
    revision: Option<RevisionLocation>,
) -> Result<(RevisionLocation, Result<AppSpec, AppSpecError>), ApiError> {
    let invalid = |message: &str| ApiError::new(Exception::InvalidRevision, message);
    let revision =
        revision.ok_or_else(|| ApiError::new(Exception::RevisionRequired, "a deployment needs a revision"))?;
    let Some(part) = revision.part() else {
        return Err(invalid("this CodeDeploy reads revisions of the types AppSpecContent and String only"));
    };
    let Some(content) = part.content.clone().filter(|content| !content.trim().is_empty()) else {
        return Err(invalid("the revision has no content"));
    };
    let digest = sha256(&content);
    if part.sha256.as_ref().is_some_and(|given| !given.eq_ignore_ascii_case(&digest)) {
        return Err(invalid("sha256 of the revision is not the digest of its content"));
    }
    let spec = AppSpec::parse(&content);
    Ok((revision.with_part(RevisionContent { content: Some(content), sha256: Some(digest) }), spec))
}

fn sha256(content: &str) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(content.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// What a name is of, and how its absence and its form are refused.
struct NameOf(&'static str, Exception, Exception);

const APPLICATION: NameOf =
    NameOf("application", Exception::ApplicationNameRequired, Exception::InvalidApplicationName);
const GROUP: NameOf =
    NameOf("deployment group", Exception::DeploymentGroupNameRequired, Exception::InvalidDeploymentGroupName);

fn name(given: Option<&str>, NameOf(what, required, invalid): &NameOf) -> Result<String, ApiError> {
    let given = given.filter(|name| !name.is_empty());
    let name = given.ok_or_else(|| ApiError::new(*required, format!("the name of the {what} is missing")))?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if name.len() > MAX_NAME || !name.bytes().all(allowed) {
        let message = format!("the name of an {what} has 1 to {MAX_NAME} of [A-Za-z0-9+=,.@_-]");
        return Err(ApiError::new(*invalid, message.replace("an deployment", "a deployment")));
    }
    Ok(name.to_owned())
}
