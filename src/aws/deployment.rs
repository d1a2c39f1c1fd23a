//! From the two ids of an event to the deployment: what CodeDeploy says when asked.
//!
//! | what | first | then | last |
//! |---|---|---|---|
//! | application, group, configuration, creation | `GetDeployment` | | |
//! | function, alias, versions | the deployment's target | the AppSpec of its revision | |
//! | phase | the target's event in progress | | the entry point that was called |
//! | weight | the target | | what the phase means: nothing yet, or everything |
//!
//! That a Lambda target shows its hooks' events while they run follows from CodeDeploy's model and was not seen on a
//! live account; the last column is for the case that it does not.

use std::time::Duration;

use aws_sdk_codedeploy::types::{
    ComputePlatform, DeploymentInfo, DeploymentStatus, LambdaTarget, LifecycleEventStatus, RevisionLocation,
};
use futures_util::future::join;
use tokio::time::sleep;

use super::{Calls, Clients, Fault, Operation, invocation::outage, moment::moment};
use crate::{
    deployment::{AppSpec, Deployment, Strategy, Version, Weight},
    event::{HookEvent, Phase},
    facts::Why,
    world::Outage,
};

/// Asks for the deployment as a whole.
pub const GET: Operation = Operation::named("codedeploy:GetDeployment");
/// Asks for the ids of its targets.
pub const LIST: Operation = Operation::named("codedeploy:ListDeploymentTargets");
/// Asks for its targets.
pub const TARGETS: Operation = Operation::named("codedeploy:BatchGetDeploymentTargets");
/// Asks for its AppSpec, where the target does not say what is deployed.
pub const REVISION: Operation = Operation::named("codedeploy:GetApplicationRevision");

/// A deployment that was created a moment ago may not have started in every part of CodeDeploy.
const NOT_STARTED: &str = "DeploymentNotStartedException";
/// How often it is asked again, with pauses that begin here and double: 15.5 s in all.
const RETRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A deployment, and what its reader should know of how it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    /// The deployment.
    pub deployment: Deployment,
    /// What was found out meanwhile by its external id, where it has one.
    pub meanwhile: Option<T>,
    /// What did not come from where it should.
    pub remarks: Vec<String>,
}

/// What is deployed.
struct Subject {
    function: String,
    alias: String,
    current: Version,
    target: Version,
}

/// Finds out which deployment an event belongs to, and in which phase it is; `entry` is the phase of the entry point
/// that was called. `meanwhile` is asked by the external id as soon as that is known.
///
/// # Errors
/// Where CodeDeploy does not know the deployment, may not be asked, or the deployment is over or not one of Lambda.
pub async fn find<T>(
    clients: &Clients,
    calls: &Calls,
    event: &HookEvent,
    entry: Phase,
    meanwhile: impl AsyncFnOnce(&str) -> T,
) -> Result<Found<T>, Outage> {
    let id = event.deployment_id.as_str();
    let unread = |why| outage(format!("read the deployment {id}"), why);
    let described = async {
        let info = describe(clients, calls, id).await?;
        refuse(&info)?;
        let meanwhile = match info.external_id().filter(|id| !id.is_empty()) {
            Some(external) => Some(meanwhile(external).await),
            None => None,
        };
        Ok((info, meanwhile))
    };
    let (described, target) = join(described, target(clients, calls, id)).await;
    let (info, meanwhile) = described.map_err(unread)?;

    let mut remarks = Vec::new();
    let subject = match target.as_ref().map_err(Clone::clone).and_then(subject) {
        Ok(subject) => subject,
        Err(untold) => {
            let from_revision = from_revision(clients, calls, &info).await;
            remarks.push(format!("what is deployed was read from the AppSpec, for the target does not tell: {untold}"));
            let also = |why: Why| unread(Why::NotObserved(format!("{untold}; and of its revision: {why}")));
            from_revision.map_err(also)?
        }
    };
    let target = target.ok();
    let phase = target.as_ref().and_then(running).unwrap_or_else(|| {
        remarks
            .push(format!("CodeDeploy shows no hook in progress; taken for the {entry} hook by the function called"));
        entry
    });
    let weight = target.as_ref().and_then(weight).unwrap_or(match phase {
        Phase::BeforeAllowTraffic => Weight::NONE,
        Phase::AfterAllowTraffic => Weight::ALL,
    });
    let deployment = deployment(event, info, subject, phase, weight).map_err(unread)?;
    Ok(Found { deployment, meanwhile, remarks })
}

async fn describe(clients: &Clients, calls: &Calls, id: &str) -> Result<DeploymentInfo, Why> {
    let send = || clients.codedeploy.get_deployment().deployment_id(id).send();
    let answer = calls.within(GET, send).await.map_err(|fault| fault.why(GET))?;
    answer.deployment_info.ok_or_else(|| Why::NotObserved("GetDeployment answered without a deployment".to_owned()))
}

/// The target of a Lambda deployment, of which there is one: a function.
async fn target(clients: &Clients, calls: &Calls, id: &str) -> Result<LambdaTarget, Why> {
    let none = || Why::NotObserved(format!("CodeDeploy shows no Lambda target of {id}"));
    let list = async || {
        let send = || clients.codedeploy.list_deployment_targets().deployment_id(id).send();
        calls.within(LIST, send).await
    };
    let listed = started(list).await.map_err(|fault| fault.why(LIST))?;
    let first = listed.target_ids.unwrap_or_default().into_iter().next().ok_or_else(none)?;
    let get = async || {
        let request = clients.codedeploy.batch_get_deployment_targets().deployment_id(id).target_ids(&first);
        calls.within(TARGETS, || request.send()).await
    };
    let answer = started(get).await.map_err(|fault| fault.why(TARGETS))?;
    answer.deployment_targets.unwrap_or_default().into_iter().find_map(|target| target.lambda_target).ok_or_else(none)
}

/// Asks again while CodeDeploy says that the deployment has not started.
async fn started<T>(ask: impl AsyncFn() -> Result<T, Fault>) -> Result<T, Fault> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..RETRIES {
        match ask().await {
            Err(fault) if fault.code() == Some(NOT_STARTED) => sleep(pause).await,
            other => return other,
        }
        pause *= 2;
    }
    ask().await
}

/// What is over needs no judgement, and what is not of Lambda gets none.
fn refuse(info: &DeploymentInfo) -> Result<(), Why> {
    use DeploymentStatus::{Failed, Stopped, Succeeded};
    if let Some(status @ (Succeeded | Failed | Stopped)) = &info.status {
        return Err(Why::NotObserved(format!("it is over: CodeDeploy says {status}")));
    }
    match &info.compute_platform {
        Some(ComputePlatform::Lambda) | None => Ok(()),
        Some(platform) => {
            Err(Why::NotObserved(format!("its compute platform is {platform}; fitgate judges deployments of Lambda")))
        }
    }
}

fn subject(target: &LambdaTarget) -> Result<Subject, Why> {
    let without = |what: &str| Why::NotObserved(format!("the target has no {what}"));
    let info = target.lambda_function_info().ok_or_else(|| without("lambdaFunctionInfo"))?;
    let version = |name: &str, text: Option<&str>| -> Result<Version, Why> {
        let text = text.ok_or_else(|| without(name))?;
        text.parse().map_err(|error| Why::NotObserved(format!("{name} of the target: {error}")))
    };
    let text = |name: &str, text: Option<&str>| {
        text.filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(|| without(name))
    };
    Ok(Subject {
        function: text("functionName", info.function_name())?,
        alias: text("functionAlias", info.function_alias())?,
        current: version("currentVersion", info.current_version())?,
        target: version("targetVersion", info.target_version())?,
    })
}

/// The phase of the hook that is running.
fn running(target: &LambdaTarget) -> Option<Phase> {
    let mut running =
        target.lifecycle_events().iter().filter(|event| event.status() == Some(&LifecycleEventStatus::InProgress));
    running.find_map(|event| Phase::of_lifecycle_event(event.lifecycle_event_name()?))
}

fn weight(target: &LambdaTarget) -> Option<Weight> {
    Weight::try_from(target.lambda_function_info()?.target_version_weight()).ok()
}

/// What the AppSpec says. `GetDeployment` leaves its content out.
async fn from_revision(clients: &Clients, calls: &Calls, info: &DeploymentInfo) -> Result<Subject, Why> {
    let missing = |what: &str| Why::NotObserved(format!("the deployment has no {what}"));
    let application = info.application_name().ok_or_else(|| missing("application"))?;
    let revision = info.revision().ok_or_else(|| missing("revision"))?;
    let send = || {
        let request = clients.codedeploy.get_application_revision().application_name(application);
        request.revision(revision.clone()).send()
    };
    let answer = calls.within(REVISION, send).await.map_err(|fault| fault.why(REVISION))?;
    let content = answer.revision.as_ref().and_then(content).ok_or_else(|| missing("AppSpec in its revision"))?;
    let spec = AppSpec::parse(content).map_err(|error| Why::NotObserved(error.to_string()))?;
    Ok(Subject { function: spec.function, alias: spec.alias, current: spec.current, target: spec.target })
}

/// The text of an AppSpec that is in the revision itself: CloudFormation's `String`, or `AppSpecContent`.
fn content(revision: &RevisionLocation) -> Option<&str> {
    let of_app_spec = revision.app_spec_content().and_then(|content| content.content());
    of_app_spec.or_else(|| revision.string().and_then(|string| string.content()))
}

fn deployment(
    event: &HookEvent,
    info: DeploymentInfo,
    subject: Subject,
    phase: Phase,
    weight: Weight,
) -> Result<Deployment, Why> {
    let missing = |what: &str| Why::NotObserved(format!("GetDeployment answered without {what}"));
    let config = info.deployment_config_name.unwrap_or_default();
    Ok(Deployment {
        id: event.deployment_id.clone(),
        application: info.application_name.ok_or_else(|| missing("applicationName"))?,
        group: info.deployment_group_name.ok_or_else(|| missing("deploymentGroupName"))?,
        function: subject.function,
        alias: subject.alias,
        current: subject.current,
        target: subject.target,
        phase,
        weight,
        strategy: Strategy::named(&config),
        config,
        created: info.create_time.as_ref().and_then(moment),
        creator: info.creator.map(|creator| creator.as_str().to_owned()),
        external_id: info.external_id.filter(|id| !id.is_empty()),
    })
}
