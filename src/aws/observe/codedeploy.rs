//! CodeDeploy: deployment groups, a hundred a call for each application, and custom strategies.
//!
//! The stack knows a group by its name alone, and names are unique within an application only. So the applications
//! of the stack and that of the deployment under way are asked for all groups at once; whose group is not theirs,
//! or is in two of them, has its application looked up in the template.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use aws_sdk_codedeploy::types::{
    AlarmConfiguration, AutoRollbackConfiguration, DeploymentConfigInfo, DeploymentGroupInfo, DeploymentStyle,
    TrafficRoutingConfig, TriggerConfig,
};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::{Document, Memo, Session, cloudwatch, document::not_created};
use crate::{
    aws::{Fault, Operation},
    deployment::Deployment,
    facts::{Observed, Why},
    inventory::ResourceRef,
    need::Need,
};

const GROUP: &str = "AWS::CodeDeploy::DeploymentGroup";
const APPLICATION: &str = "AWS::CodeDeploy::Application";
const CONFIG: &str = "AWS::CodeDeploy::DeploymentConfig";

/// Groups of one call, the most that the API takes.
/// <https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BatchGetDeploymentGroups.html>
const AT_ONCE: usize = 100;

/// What observers share of CodeDeploy.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The deployment under way.
    deploying: RefCell<Option<UnderWay>>,
    groups: OnceCell<Rc<Groups>>,
    configs: Memo<String, Observed<Value>>,
}

/// What a deployment tells of the stack, though the stack may not.
#[derive(Debug, Clone)]
struct UnderWay {
    application: String,
    group: String,
    function: String,
    alias: String,
}

/// What was found of the stack's groups.
#[derive(Debug, Default)]
struct Groups {
    /// By name; of several applications where more than one has a group of this name.
    found: BTreeMap<String, Vec<DeploymentGroupInfo>>,
    /// By application, why nothing is known of its groups.
    unknown: BTreeMap<String, Why>,
}

impl Shared {
    pub(super) fn deploying(&self, deployment: &Deployment) {
        let Deployment { application, group, function, alias, .. } = deployment.clone();
        *self.deploying.borrow_mut() = Some(UnderWay { application, group, function, alias });
    }
}

/// How CodeDeploy updates an alias, where it is the one that is being deployed.
pub(super) fn update_of(session: &Session<'_>, alias: &ResourceRef) -> Option<Map<String, Value>> {
    let deploying = session.codedeploy.deploying.borrow();
    let UnderWay { application, group, function, alias: name } = deploying.as_ref()?;
    let arn = alias.physical_id.as_deref()?;
    let update = json!({"ApplicationName": application, "DeploymentGroupName": group});
    arn.ends_with(&format!(":function:{function}:{name}")).then(|| update.as_object().cloned())?
}

/// The properties of a deployment group.
pub(super) async fn group(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = &resource.physical_id else { return not_created(resource) };
    let found = match find(session, resource, name).await {
        Ok(found) => found,
        Err(why) => return Document::unknown(&why),
    };
    let mut document = Document::new();
    document.set_some("ApplicationName", found.application_name());
    document.set_some("DeploymentGroupName", found.deployment_group_name());
    document.set_some("DeploymentConfigName", found.deployment_config_name());
    document.set_some("ServiceRoleArn", found.service_role_arn());
    document.set_some("AutoRollbackConfiguration", found.auto_rollback_configuration().map(rollback));
    document.set_some("AlarmConfiguration", found.alarm_configuration().map(alarms));
    if !found.trigger_configurations().is_empty() {
        let triggers: Vec<Value> = found.trigger_configurations().iter().map(trigger).collect();
        document.set("TriggerConfigurations", triggers);
    }
    document.set_some("DeploymentStyle", found.deployment_style().map(style));
    document.set_some("ComputePlatform", found.compute_platform().map(|platform| platform.as_str()));
    document.put("DeploymentConfig", foreign_config(session, &found).await);
    document.put("$Alarms", cloudwatch::elsewhere(session, &names(&found)).await);
    document.into()
}

/// The properties of an application: its platform, as its groups know it.
pub(super) async fn application(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let mut document = Document::new();
    document.set_some("ApplicationName", resource.physical_id.as_deref());
    let groups = session.codedeploy.groups.get_or_init(|| look(session)).await;
    let of_this = |info: &&DeploymentGroupInfo| info.application_name() == resource.physical_id.as_deref();
    let platform = groups.found.values().flatten().filter(of_this).find_map(DeploymentGroupInfo::compute_platform);
    let unknown = || Observed::not_observed("no deployment group of this stack says which platform it is for");
    document.put("ComputePlatform", platform.map_or_else(unknown, |it| Observed::Present(it.as_str().to_owned())));
    document.into()
}

/// The properties of a custom strategy.
pub(super) async fn config(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = &resource.physical_id else { return not_created(resource) };
    match configured(session, name).await {
        Observed::Present(document) => document,
        Observed::Absent => json!({}),
        Observed::Unknown(why) => Document::unknown(&why),
    }
}

/// The alarms that the stack's groups name.
pub(super) async fn alarm_names(session: &Session<'_>) -> BTreeSet<String> {
    let groups = session.codedeploy.groups.get_or_init(|| look(session)).await;
    groups.found.values().flatten().flat_map(names).collect()
}

/// The roles that CodeDeploy assumes for the stack's groups, by ARN.
pub(super) async fn service_roles(session: &Session<'_>) -> BTreeSet<String> {
    let groups = session.codedeploy.groups.get_or_init(|| look(session)).await;
    let roles = groups.found.values().flatten().filter_map(DeploymentGroupInfo::service_role_arn);
    roles.map(str::to_owned).collect()
}

/// The alarms that a group names.
fn names(group: &DeploymentGroupInfo) -> Vec<String> {
    let alarms = group.alarm_configuration().map(AlarmConfiguration::alarms).unwrap_or_default();
    alarms.iter().filter_map(|alarm| alarm.name().map(str::to_owned)).collect()
}

/// A strategy that is neither predefined nor of this stack, whose join looks no further.
async fn foreign_config(session: &Session<'_>, group: &DeploymentGroupInfo) -> Observed<Value> {
    let Some(name) = group.deployment_config_name() else { return Observed::Absent };
    if name.starts_with("CodeDeployDefault.") || !session.wants(Need::DeploymentConfig) {
        return Observed::Absent;
    }
    let is_this = |known: &&ResourceRef| known.r#type.as_str() == CONFIG && known.physical_id.as_deref() == Some(name);
    match session.inventory().await.iter().find(is_this) {
        Some(_) => Observed::Absent,
        None => configured(session, name).await,
    }
}

async fn configured(session: &Session<'_>, name: &str) -> Observed<Value> {
    let get = || session.clients.codedeploy.get_deployment_config().deployment_config_name(name).send();
    let ask = || session.ask(Need::DeploymentConfig, &[], get);
    let read = || async {
        ask().await.and_then(|answer| match answer.deployment_config_info {
            Some(info) => Observed::Present(strategy(&info)),
            None => Observed::Unknown(Why::Malformed("GetDeploymentConfig answered without one".to_owned())),
        })
    };
    session.codedeploy.configs.get(name.to_owned(), read).await
}

/// The one group that the resource is.
async fn find(session: &Session<'_>, resource: &ResourceRef, name: &str) -> Result<DeploymentGroupInfo, Why> {
    if !session.wants(Need::DeploymentGroup) {
        let what = format!("no enabled check asks for {}", Need::DeploymentGroup.operation());
        return Err(Why::NotObserved(what));
    }
    let groups = session.codedeploy.groups.get_or_init(|| look(session)).await;
    match groups.found.get(name).map(Vec::as_slice) {
        Some([one]) => return Ok(one.clone()),
        Some(several) => {
            let application = templated_application(session, resource).await?;
            let of_it = |info: &&DeploymentGroupInfo| info.application_name() == Some(application.as_str());
            if let Some(found) = several.iter().find(of_it) {
                return Ok(found.clone());
            }
        }
        None => {}
    }
    if let Some(why) = groups.unknown.values().next() {
        return Err(why.clone());
    }
    let message = format!("no application of the stack, nor that of its template, has a group {name}");
    Err(Why::Failed { operation: Need::DeploymentGroup.operation().to_owned(), message })
}

/// The application that the template names for a group.
async fn templated_application(session: &Session<'_>, resource: &ResourceRef) -> Result<String, Why> {
    let written = session.templated(resource).await;
    let name = written.and_then(|mut written| {
        written.remove("ApplicationName").map_or(Observed::Absent, |name| Observed::read(&name))
    });
    let application = match name {
        Observed::Present(name) => session.physical(&name).await,
        Observed::Absent => Observed::Absent,
        Observed::Unknown(why) => Observed::Unknown(why),
    };
    let missing = || Why::Malformed("the template names no ApplicationName".to_owned());
    application.known()?.cloned().ok_or_else(missing)
}

/// Asks for every group of the stack: of the applications that the stack has and of the one that deploys, then of
/// those that the template names for groups that were not among them.
async fn look(session: &Session<'_>) -> Rc<Groups> {
    let mut groups = Groups::default();
    if !session.wants(Need::DeploymentGroup) {
        return Rc::new(groups);
    }
    let inventory = session.inventory().await;
    let of = |r#type: &'static str| inventory.iter().filter(move |resource| resource.r#type.as_str() == r#type);
    let names: BTreeSet<&str> = of(GROUP).filter_map(|resource| resource.physical_id.as_deref()).collect();
    let deploying = session.codedeploy.deploying.borrow().as_ref().map(|deployment| deployment.application.clone());
    let mut applications: BTreeSet<String> =
        of(APPLICATION).filter_map(|resource| resource.physical_id.clone()).chain(deploying).collect();
    let asked = applications.iter().map(|application| ask(session, application, &names));
    for (application, answer) in applications.iter().zip(join_all(asked).await) {
        groups.add(application, answer);
    }

    let missing: Vec<&ResourceRef> =
        of(GROUP).filter(|resource| resource.physical_id.as_deref().is_some_and(|name| !groups.has(name))).collect();
    let named = join_all(missing.iter().map(|resource| templated_application(session, resource))).await;
    let mut further: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (resource, application) in missing.iter().zip(named) {
        if let (Some(name), Ok(application)) = (resource.physical_id.as_deref(), application)
            && !applications.contains(&application)
        {
            further.entry(application).or_default().insert(name);
        }
    }
    applications.extend(further.keys().cloned());
    let asked = further.iter().map(|(application, names)| ask(session, application, names));
    for (application, answer) in further.keys().zip(join_all(asked).await) {
        groups.add(application, answer);
    }
    Rc::new(groups)
}

impl Groups {
    fn has(&self, name: &str) -> bool {
        self.found.contains_key(name)
    }

    fn add(&mut self, application: &str, answer: Result<Vec<DeploymentGroupInfo>, Why>) {
        match answer {
            Ok(found) => {
                for info in found {
                    if let Some(name) = info.deployment_group_name().map(str::to_owned) {
                        self.found.entry(name).or_default().push(info);
                    }
                }
            }
            Err(why) => {
                self.unknown.insert(application.to_owned(), why);
            }
        }
    }
}

/// The groups of these names that an application has; none where there is no such application.
async fn ask(
    session: &Session<'_>,
    application: &str,
    names: &BTreeSet<&str>,
) -> Result<Vec<DeploymentGroupInfo>, Why> {
    let names: Vec<&str> = names.iter().copied().collect();
    let mut found = Vec::new();
    for answer in join_all(names.chunks(AT_ONCE).map(|names| batch(session, application, names))).await {
        found.extend(answer?);
    }
    Ok(found)
}

/// One call. A group that the application does not have is left out of the answer, with a message about it: so the
/// service model says, which has no error for it (not verified live). Should one come all the same, each is asked
/// for by itself.
async fn batch(session: &Session<'_>, application: &str, names: &[&str]) -> Result<Vec<DeploymentGroupInfo>, Why> {
    match batch_of(session, application, names).await {
        Err(Fault::NotFound { code, .. }) if code == "DeploymentGroupDoesNotExistException" && names.len() > 1 => {
            let each = names.iter().map(|name| batch_of(session, application, std::slice::from_ref(name)));
            let mut found = Vec::new();
            for answer in join_all(each).await {
                found.extend(existing(answer)?);
            }
            Ok(found)
        }
        answer => existing(answer),
    }
}

async fn batch_of(session: &Session<'_>, application: &str, names: &[&str]) -> Result<Vec<DeploymentGroupInfo>, Fault> {
    let get = || {
        let get = session.clients.codedeploy.batch_get_deployment_groups().application_name(application);
        get.set_deployment_group_names(Some(names.iter().map(|name| (*name).to_owned()).collect())).send()
    };
    let answer = session.calls.within(Operation::from(Need::DeploymentGroup), get).await?;
    Ok(answer.deployment_groups_info.unwrap_or_default())
}

/// An application or a group that does not exist has no groups.
fn existing(answer: Result<Vec<DeploymentGroupInfo>, Fault>) -> Result<Vec<DeploymentGroupInfo>, Why> {
    match answer {
        Err(Fault::NotFound { .. }) => Ok(Vec::new()),
        answer => answer.map_err(|fault| fault.why(Operation::from(Need::DeploymentGroup))),
    }
}

fn rollback(rollback: &AutoRollbackConfiguration) -> Value {
    let events: Vec<&str> = rollback.events().iter().map(|event| event.as_str()).collect();
    json!({"Enabled": rollback.enabled(), "Events": events})
}

fn alarms(configuration: &AlarmConfiguration) -> Value {
    let alarms: Vec<Value> = configuration.alarms().iter().map(|alarm| json!({"Name": alarm.name()})).collect();
    json!({
        "Enabled": configuration.enabled(),
        "IgnorePollAlarmFailure": configuration.ignore_poll_alarm_failure(),
        "Alarms": alarms,
    })
}

fn trigger(trigger: &TriggerConfig) -> Value {
    let events: Vec<&str> = trigger.trigger_events().iter().map(|event| event.as_str()).collect();
    json!({
        "TriggerName": trigger.trigger_name(),
        "TriggerTargetArn": trigger.trigger_target_arn(),
        "TriggerEvents": events,
    })
}

fn style(style: &DeploymentStyle) -> Value {
    json!({
        "DeploymentOption": style.deployment_option().map(|option| option.as_str()),
        "DeploymentType": style.deployment_type().map(|kind| kind.as_str()),
    })
}

fn strategy(info: &DeploymentConfigInfo) -> Value {
    let mut document = Document::new();
    document.set_some("DeploymentConfigName", info.deployment_config_name());
    document.set_some("ComputePlatform", info.compute_platform().map(|platform| platform.as_str()));
    document.set_some("TrafficRoutingConfig", info.traffic_routing_config().map(routing));
    document.into()
}

fn routing(config: &TrafficRoutingConfig) -> Value {
    let mut document = Document::new();
    document.set_some("Type", config.r#type().map(|kind| kind.as_str()));
    let canary = config.time_based_canary();
    let canary =
        canary.map(|it| json!({"CanaryPercentage": it.canary_percentage(), "CanaryInterval": it.canary_interval()}));
    document.set_some("TimeBasedCanary", canary);
    let linear = config.time_based_linear();
    let linear =
        linear.map(|it| json!({"LinearPercentage": it.linear_percentage(), "LinearInterval": it.linear_interval()}));
    document.set_some("TimeBasedLinear", linear);
    document.into()
}
