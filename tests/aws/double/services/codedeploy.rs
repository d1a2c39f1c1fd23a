//! CodeDeploy: the rehearsal's own engine behind the JSON protocol. What is stored for a group, an application or
//! a configuration stands on top of what the engine knows of it.

use fitgate::{
    deployment::Strategy,
    rehearsal::engine::{ApiError, CreateDeploymentInput, RevisionLocation, TargetStatus},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{Service, merge};
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const GROUP: &str = "codedeploy:GetDeploymentGroup";

/// Names of one call (<https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BatchGetDeploymentGroups.html>).
const MOST_GROUPS: usize = 100;

pub(super) struct CodeDeploy;

impl Service for CodeDeploy {
    fn name(&self) -> &'static str {
        "codedeploy"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.1")
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![
            "codedeploy:BatchGetDeploymentGroups",
            "codedeploy:BatchGetDeploymentTargets",
            "codedeploy:BatchGetDeployments",
            "codedeploy:CreateDeployment",
            "codedeploy:GetApplication",
            "codedeploy:GetApplicationRevision",
            "codedeploy:GetDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:GetDeploymentGroup",
            "codedeploy:ListDeploymentTargets",
            "codedeploy:PutLifecycleEventHookExecutionStatus",
            "codedeploy:StopDeployment",
        ]
    }

    /// The deployment's id, the application's name, `application/group`, the configuration's name.
    fn keys(&self, operation: &'static str, input: &Value) -> Vec<String> {
        let group = || format!("{}/{}", text(input, "applicationName"), text(input, "deploymentGroupName"));
        match operation {
            "codedeploy:CreateDeployment" | "codedeploy:GetDeploymentGroup" => vec![group()],
            "codedeploy:GetApplication" | "codedeploy:GetApplicationRevision" => {
                vec![text(input, "applicationName").to_owned()]
            }
            "codedeploy:GetDeploymentConfig" => vec![text(input, "deploymentConfigName").to_owned()],
            "codedeploy:BatchGetDeployments" => list(input, "deploymentIds"),
            "codedeploy:BatchGetDeploymentGroups" => {
                let application = text(input, "applicationName");
                list(input, "deploymentGroupNames").iter().map(|group| format!("{application}/{group}")).collect()
            }
            _ => vec![text(input, "deploymentId").to_owned()],
        }
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let engine = &mut state.engine;
        let deployment = call.text("deploymentId");
        match call.name() {
            "GetDeployment" => topped(value(engine.get_deployment(deployment))?, call, state),
            "BatchGetDeployments" => {
                // An id of nobody is left out: the service model has no error for it.
                let found = list(&call.input, "deploymentIds").into_iter();
                let found = found.filter_map(|id| Some(engine.get_deployment(&id).ok()?.deployment_info));
                Ok(Reply::Output(json!({"deploymentsInfo": found.collect::<Vec<_>>()})))
            }
            "ListDeploymentTargets" => {
                let statuses = call.input.pointer("/targetFilters/TargetStatus").cloned();
                let statuses: Vec<TargetStatus> = statuses.map_or_else(|| Ok(Vec::new()), shaped)?;
                output(engine.list_deployment_targets(deployment, &statuses))
            }
            "BatchGetDeploymentTargets" => {
                let targets = engine.batch_get_deployment_targets(deployment, &list(&call.input, "targetIds"));
                topped(value(targets)?, call, state)
            }
            "BatchGetDeploymentGroups" => self.groups(call, state),
            "GetApplicationRevision" => {
                let revision: RevisionLocation = shaped(call.input.get("revision").cloned().unwrap_or_default())?;
                output(engine.get_application_revision(call.key(), &revision))
            }
            "PutLifecycleEventHookExecutionStatus" => output(engine.put_lifecycle_event_hook_execution_status(
                deployment,
                call.text("lifecycleEventHookExecutionId"),
                call.text("status"),
            )),
            "CreateDeployment" => {
                let input: CreateDeploymentInput = shaped(call.input.clone())?;
                output(engine.create_deployment(input))
            }
            "StopDeployment" => {
                let rollback = call.input.get("autoRollbackEnabled").and_then(Value::as_bool);
                output(engine.stop_deployment(deployment, rollback))
            }
            _ => self.described(call, state),
        }
    }

    /// All exceptions of CodeDeploy have the status 400.
    fn unknown(&self, call: &Call) -> Refusal {
        let code = match call.name() {
            "GetApplication" => "ApplicationDoesNotExistException",
            "GetApplicationRevision" => "RevisionDoesNotExistException",
            "CreateDeployment" | "GetDeploymentGroup" => "DeploymentGroupDoesNotExistException",
            "GetDeploymentConfig" => "DeploymentConfigDoesNotExistException",
            _ => "DeploymentDoesNotExistException",
        };
        Refusal::new(400, code, format!("there is no {}", call.keys.join(", ")))
    }
}

impl CodeDeploy {
    /// Groups of one application; the names of nobody are told in words, as a whole that succeeds.
    fn groups(&self, call: &Call, state: &State) -> Outcome {
        if call.keys.len() > MOST_GROUPS {
            let message = format!("{} names; at most {MOST_GROUPS} are taken", call.keys.len());
            return Err(Refusal::new(400, "BatchLimitExceededException", message));
        }
        let application = format!("{}/", call.text("applicationName"));
        let stored = state.answers.all(GROUP).any(|(key, _)| key.starts_with(&application));
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        for key in &call.keys {
            let single =
                Call { operation: GROUP, keys: vec![key.clone()], elsewhere: String::new(), input: Value::Null };
            match self.described(&single, state) {
                Ok(Reply::Output(mut group)) => found.push(group["deploymentGroupInfo"].take()),
                Err(refusal) if refusal.code == "ApplicationDoesNotExistException" && !stored => return Err(refusal),
                _ => unknown.push(refusal_of_group(key)),
            }
        }
        let mut output = json!({"deploymentGroupsInfo": found});
        if !unknown.is_empty() {
            output["errorMessage"] = unknown.join(" ").into();
        }
        Ok(Reply::Output(output))
    }

    /// What is described by name: the engine's own view, and what the test stored, which stands on top.
    fn described(&self, call: &Call, state: &State) -> Outcome {
        let stored = state.answers.get(call.operation, call.key());
        let (application, group) = call.key().split_once('/').unwrap_or((call.key(), ""));
        let own = match call.name() {
            "GetDeploymentGroup" => value(state.engine.get_deployment_group(application, group)),
            "GetDeploymentConfig" => config(call.key()).ok_or_else(|| self.unknown(call)),
            "GetApplication" => match state.engine.get_deployment_group(application, "of nobody") {
                Err(error) if error.exception.name() == "ApplicationDoesNotExistException" => Err(refusal(&error)),
                _ => Ok(json!({"application": {"applicationName": application, "computePlatform": "Lambda"}})),
            },
            other => unreachable!("{other} is among the operations"),
        };
        match (own, stored) {
            (Ok(mut own), Some(stored)) => {
                merge(&mut own, stored);
                Ok(Reply::Output(own))
            }
            (Ok(own), None) => Ok(Reply::Output(own)),
            (Err(_), Some(stored)) => Ok(Reply::Output(stored.clone())),
            (Err(refusal), None) => Err(refusal),
        }
    }
}

/// The engine's view of a deployment that it runs, with what the test stored on top.
fn topped(mut own: Value, call: &Call, state: &State) -> Outcome {
    if let Some(stored) = state.answers.get(call.operation, call.key()) {
        merge(&mut own, stored);
    }
    Ok(Reply::Output(own))
}

fn refusal_of_group(key: &str) -> String {
    format!("No Deployment Group found for name: {}.", key.split_once('/').map_or(key, |(_, group)| group))
}

/// A predefined configuration; others are stored.
fn config(name: &str) -> Option<Value> {
    let strategy = Strategy::named(name)?;
    Some(json!({"deploymentConfigInfo": {
        "deploymentConfigName": strategy.predefined_name()?,
        "computePlatform": "Lambda",
        "trafficRoutingConfig": strategy,
    }}))
}

fn output<T: Serialize>(result: Result<T, ApiError>) -> Outcome {
    value(result).map(Reply::Output)
}

fn value<T: Serialize>(result: Result<T, ApiError>) -> Result<Value, Refusal> {
    let answer = result.map_err(|error| refusal(&error))?;
    Ok(serde_json::to_value(answer).expect("an answer of the engine is JSON"))
}

fn refusal(error: &ApiError) -> Refusal {
    Refusal::new(400, error.exception.name(), error.message.clone())
}

fn shaped<T: DeserializeOwned>(value: Value) -> Result<T, Refusal> {
    serde_json::from_value(value).map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))
}

fn list(input: &Value, name: &str) -> Vec<String> {
    let items = input.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}
