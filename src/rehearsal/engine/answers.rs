//! What the engine says of itself, in the shapes of the API.

use super::{
    Engine, assumptions,
    error::{ApiError, Exception},
    run::{Event, Run},
    shapes::{
        BatchGetDeploymentTargetsOutput, DeploymentGroupInfo, DeploymentInfo, DeploymentOverview, DeploymentStatus,
        DeploymentStyle, DeploymentTarget, GetApplicationRevisionOutput, GetDeploymentGroupOutput, GetDeploymentOutput,
        LambdaFunctionInfo, LambdaTarget, LastDeploymentInfo, LifecycleEvent, ListDeploymentTargetsOutput,
        RevisionContent, RevisionLocation, RollbackInfo, TargetStatus, Timestamp,
    },
    time::Time,
};
use crate::{deployment::AppSpec, event::DeploymentId};

/// The most targets one call describes (service model).
const MAX_TARGETS: usize = 25;

impl Engine {
    /// `GetDeployment`
    ///
    /// # Errors
    /// An unknown deployment.
    pub fn get_deployment(&self, deployment_id: &str) -> Result<GetDeploymentOutput, ApiError> {
        Ok(GetDeploymentOutput { deployment_info: self.deployment_info(self.run(deployment_id)?) })
    }

    /// `ListDeploymentTargets`, optionally those of some statuses only.
    ///
    /// # Errors
    /// An unknown deployment, or `DeploymentNotStartedException` just after it was created.
    pub fn list_deployment_targets(
        &self,
        deployment_id: &str,
        statuses: &[TargetStatus],
    ) -> Result<ListDeploymentTargetsOutput, ApiError> {
        let run = self.started(deployment_id)?;
        let shown = statuses.is_empty() || statuses.contains(&target_status(run));
        let target = run.spec().filter(|_| shown);
        let target_ids = target.map(|spec| assumptions::target_id(&spec.function, &spec.alias)).into_iter().collect();
        Ok(ListDeploymentTargetsOutput { target_ids, next_token: None })
    }

    /// `BatchGetDeploymentTargets`
    ///
    /// # Errors
    /// An unknown deployment or target, none or more than 25 targets, or `DeploymentNotStartedException`.
    pub fn batch_get_deployment_targets(
        &self,
        deployment_id: &str,
        target_ids: &[String],
    ) -> Result<BatchGetDeploymentTargetsOutput, ApiError> {
        let run = self.started(deployment_id)?;
        if target_ids.is_empty() {
            return Err(ApiError::new(Exception::DeploymentTargetIdRequired, "at least one target id is needed"));
        }
        if target_ids.len() > MAX_TARGETS {
            let message = format!("{} target ids; at most {MAX_TARGETS} are taken", target_ids.len());
            return Err(ApiError::new(Exception::DeploymentTargetListSizeExceeded, message));
        }
        let targets = target_ids.iter().map(|target| self.target(run, target));
        Ok(BatchGetDeploymentTargetsOutput { deployment_targets: targets.collect::<Result<_, _>>()? })
    }

    /// `GetDeploymentGroup`
    ///
    /// # Errors
    /// An unknown application or group.
    pub fn get_deployment_group(&self, application: &str, group: &str) -> Result<GetDeploymentGroupOutput, ApiError> {
        let group = self.group(Some(application), Some(group))?.clone();
        let mine = || {
            let runs = self.created.iter().rev().filter_map(|id| self.runs.get(id));
            runs.filter(|run| {
                run.order.group.application_name == group.application_name
                    && run.order.group.deployment_group_name == group.deployment_group_name
            })
        };
        let last = mine().next().map(|run| self.last_deployment(run));
        let successful = mine().find(|run| run.status == DeploymentStatus::Succeeded);
        let deployment_group_info = DeploymentGroupInfo {
            last_successful_deployment: successful.map(|run| self.last_deployment(run)),
            last_attempted_deployment: last,
            application_name: group.application_name.clone(),
            deployment_group_name: group.deployment_group_name.clone(),
            deployment_config_name: group.deployment_config_name.clone(),
            alarm_configuration: group.alarm_configuration.clone(),
            auto_rollback_configuration: group.auto_rollback_configuration.clone(),
            deployment_style: DeploymentStyle::default(),
            compute_platform: "Lambda".to_owned(),
        };
        Ok(GetDeploymentGroupOutput { deployment_group_info })
    }

    /// `GetApplicationRevision`: the content behind a digest, which `GetDeployment` leaves out.
    ///
    /// # Errors
    /// An unknown application, or no revision with this digest in it.
    pub fn get_application_revision(
        &self,
        application: &str,
        revision: &RevisionLocation,
    ) -> Result<GetApplicationRevisionOutput, ApiError> {
        if !self.groups.keys().any(|(known, _)| known == application) {
            let message = format!("there is no application {application}");
            return Err(ApiError::new(Exception::ApplicationDoesNotExist, message));
        }
        let digest = revision.part().and_then(|part| part.sha256.as_deref());
        let same = |run: &&Run| {
            let stored = run.order.revision.part().and_then(|part| part.sha256.as_deref());
            run.order.group.application_name == application && digest.is_some() && stored == digest
        };
        let run = self.runs.values().find(same).ok_or_else(|| {
            let message = format!("application {application} has no such revision");
            ApiError::new(Exception::RevisionDoesNotExist, message)
        })?;
        Ok(GetApplicationRevisionOutput {
            application_name: application.to_owned(),
            revision: run.order.revision.clone(),
        })
    }

    /// The id, if it is of the right form and known.
    pub(super) fn known(&self, deployment_id: &str) -> Result<DeploymentId, ApiError> {
        self.run(deployment_id).map(|run| run.id.clone())
    }

    fn run(&self, deployment_id: &str) -> Result<&Run, ApiError> {
        if deployment_id.is_empty() {
            return Err(ApiError::new(Exception::DeploymentIdRequired, "the id of a deployment is missing"));
        }
        let id = DeploymentId::new(deployment_id)
            .map_err(|error| ApiError::new(Exception::InvalidDeploymentId, error.to_string()))?;
        self.runs.get(&id).ok_or_else(|| no_such_deployment(deployment_id))
    }

    fn started(&self, deployment_id: &str) -> Result<&Run, ApiError> {
        let run = self.run(deployment_id)?;
        if run.started.is_none() {
            let message = format!("deployment {deployment_id} has not started");
            return Err(ApiError::new(Exception::DeploymentNotStarted, message));
        }
        Ok(run)
    }

    fn timestamp(&self, time: Time) -> Timestamp {
        let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Timestamp(self.settings.epoch.0.saturating_add(millis))
    }

    fn deployment_info(&self, run: &Run) -> DeploymentInfo {
        let order = &run.order;
        let digest = order.revision.part().and_then(|part| part.sha256.clone());
        DeploymentInfo {
            application_name: order.group.application_name.clone(),
            deployment_group_name: order.group.deployment_group_name.clone(),
            deployment_config_name: order.config.clone(),
            deployment_id: run.id.clone(),
            revision: order.revision.with_part(RevisionContent { content: None, sha256: digest }),
            status: run.status,
            error_information: run.error.clone(),
            create_time: self.timestamp(run.created),
            start_time: run.started.map(|time| self.timestamp(time)),
            complete_time: run.completed.map(|time| self.timestamp(time)),
            deployment_overview: overview(run),
            description: order.description.clone(),
            creator: order.creator,
            ignore_application_stop_failures: false,
            auto_rollback_configuration: order.auto_rollback.clone(),
            update_outdated_instances_only: false,
            rollback_info: rollback_info(run),
            deployment_style: DeploymentStyle::default(),
            instance_termination_wait_time_started: false,
            compute_platform: "Lambda".to_owned(),
            external_id: order.external_id.clone(),
            override_alarm_configuration: order.override_alarms.clone(),
        }
    }

    fn last_deployment(&self, run: &Run) -> LastDeploymentInfo {
        LastDeploymentInfo {
            deployment_id: run.id.clone(),
            status: run.status,
            end_time: run.completed.map(|time| self.timestamp(time)),
            create_time: self.timestamp(run.created),
        }
    }

    fn target(&self, run: &Run, target_id: &str) -> Result<DeploymentTarget, ApiError> {
        let mine = |spec: &&AppSpec| assumptions::target_id(&spec.function, &spec.alias) == target_id;
        let spec = run.spec().filter(mine).ok_or_else(|| {
            let message = format!("target {target_id} does not belong to deployment {}", run.id);
            ApiError::new(Exception::DeploymentTargetDoesNotExist, message)
        })?;
        let (region, account) = (&self.settings.region, &self.settings.account);
        let lambda_target = LambdaTarget {
            deployment_id: run.id.clone(),
            target_id: target_id.to_owned(),
            target_arn: format!("arn:aws:lambda:{region}:{account}:function:{}:{}", spec.function, spec.alias),
            status: target_status(run),
            last_updated_at: self.timestamp(run.updated),
            lifecycle_events: run.events.iter().map(|event| self.lifecycle_event(event)).collect(),
            lambda_function_info: LambdaFunctionInfo {
                function_name: spec.function.clone(),
                function_alias: spec.alias.clone(),
                current_version: spec.current,
                target_version: spec.target,
                target_version_weight: run.weight,
            },
        };
        Ok(DeploymentTarget { deployment_target_type: "LambdaTarget".to_owned(), lambda_target })
    }

    fn lifecycle_event(&self, event: &Event) -> LifecycleEvent {
        LifecycleEvent {
            lifecycle_event_name: event.name.to_owned(),
            status: event.status,
            start_time: event.start.map(|time| self.timestamp(time)),
            end_time: event.end.map(|time| self.timestamp(time)),
            diagnostics: event.diagnostics.clone(),
        }
    }
}

pub(super) fn no_such_deployment(id: &str) -> ApiError {
    ApiError::new(Exception::DeploymentDoesNotExist, format!("there is no deployment {id}"))
}

/// A target has no status of its own for a stop: what did not succeed failed.
fn target_status(run: &Run) -> TargetStatus {
    match run.status {
        DeploymentStatus::Succeeded => TargetStatus::Succeeded,
        DeploymentStatus::Failed | DeploymentStatus::Stopped if run.started.is_none() => TargetStatus::Skipped,
        DeploymentStatus::Failed | DeploymentStatus::Stopped => TargetStatus::Failed,
        DeploymentStatus::InProgress => TargetStatus::InProgress,
        _ => TargetStatus::Pending,
    }
}

fn overview(run: &Run) -> DeploymentOverview {
    let mut overview = DeploymentOverview::default();
    let count = match target_status(run) {
        TargetStatus::Succeeded => &mut overview.succeeded,
        TargetStatus::Failed => &mut overview.failed,
        TargetStatus::Skipped => &mut overview.skipped,
        TargetStatus::InProgress => &mut overview.in_progress,
        _ => &mut overview.pending,
    };
    *count = 1;
    overview
}

/// The texts are CodeDeploy's.
fn rollback_info(run: &Run) -> Option<RollbackInfo> {
    let id = &run.id;
    match (&run.rollback, &run.order.rollback_of) {
        (Some(rollback), _) => Some(RollbackInfo {
            rollback_deployment_id: Some(rollback.clone()),
            rollback_triggering_deployment_id: None,
            rollback_message: format!(
                "Deployment {id} terminated. Automatic rollback is triggered with a DeploymentId {rollback}."
            ),
        }),
        (None, Some(undone)) => Some(RollbackInfo {
            rollback_deployment_id: None,
            rollback_triggering_deployment_id: Some(undone.clone()),
            rollback_message: format!("Deployment {id} is triggered to roll back deployment {undone}."),
        }),
        (None, None) => None,
    }
}
