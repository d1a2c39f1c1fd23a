//! `DeploymentPreference`: the alias's update policy, and the CodeDeploy application, group and role.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-deploymentpreference.html>

use super::build::At;
use super::conditions;
use super::expansion::Expansion;
use super::problem::ProblemKind;
use super::resource::{Generated, SamResource};
use super::role::{aws_managed, trust};
use super::tree::{if_parts, intrinsic, is_intrinsic, is_no_value, scalar_text, truthy};
use crate::source::{Kind, Node};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const SERVICE_ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// Strategies that CodeDeploy predefines for Lambda, as SAM abbreviates them.
const PREDEFINED: [&str; 9] = [
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// An enabled preference of one function.
#[derive(Debug)]
pub(super) struct Preference {
    at: At,
    has_role: bool,
    condition: Option<String>,
    tags: Option<Node>,
}

/// Adds the deployment group of a function, and the update policy of its alias.
pub(super) fn add(expansion: &mut Expansion<'_>, function: &SamResource, alias: Option<&mut Generated>) {
    let Some(written) = function.filled("DeploymentPreference") else { return };
    let at = function.place("DeploymentPreference");
    let Some(undecided) = enabled(expansion, function, written) else { return };
    let Some(alias) = alias else {
        expansion.refuse(&function.id, at, "`DeploymentPreference` needs `AutoPublishAlias`");
        return;
    };
    alias.set_attribute("UpdatePolicy", undecided.unwrap_or_else(|| update_policy(function, written)));
    let passes_condition = passes_condition(expansion, function, written);
    let condition = function.condition().filter(|_| passes_condition).map(str::to_owned);
    let group = deployment_group(expansion, function, written, condition.as_deref());
    let has_role = written.get("Role").is_some_and(truthy);
    let tags = function.propagated_tags().cloned();
    expansion.preferences.push(Preference { at, has_role, condition, tags });
    expansion.emit(group);
}

/// Adds what all deployment groups of the stack share.
pub(super) fn add_shared(expansion: &mut Expansion<'_>) {
    let preferences = std::mem::take(&mut expansion.preferences);
    let Some(at) = preferences.first().map(|preference| preference.at) else { return };
    let conditions: Vec<String> = preferences.iter().filter_map(|preference| preference.condition.clone()).collect();
    let is_conditional = conditions.len() == preferences.len();
    let condition = if is_conditional { conditions::any(expansion, conditions, CONDITION, at) } else { None };
    let tags = shared_tags(&preferences);
    let shared = |resource: Generated| {
        let resource = resource.with_some("Tags", tags.clone());
        match &condition {
            Some(condition) => resource.with_attribute("Condition", at.text(condition)),
            None => resource,
        }
    };
    let application = Generated::new(APPLICATION, "AWS::CodeDeploy::Application", at, Vec::new());
    expansion.place_last(shared(application.with("ComputePlatform", at.text("Lambda"))));
    if preferences.iter().all(|preference| preference.has_role) {
        return;
    }
    let partition = expansion.known.partition();
    let policy = match partition {
        "aws-iso" | "aws-iso-b" => "service-role/AWSCodeDeployRoleForLambdaLimited",
        _ => "service-role/AWSCodeDeployRoleForLambda",
    };
    let role = Generated::new(SERVICE_ROLE, "AWS::IAM::Role", at, Vec::new())
        .with("AssumeRolePolicyDocument", trust("codedeploy.amazonaws.com", at))
        .with("ManagedPolicyArns", at.list([aws_managed(policy, partition, at)]));
    expansion.place_last(shared(role));
}

/// `None` where the preference is off; else the update policy that stands for an unknown `Enabled`.
fn enabled(expansion: &mut Expansion<'_>, function: &SamResource, written: &Node) -> Option<Option<Node>> {
    let Some(switch) = written.get("Enabled") else { return Some(None) };
    let value = expansion.known.resolve(switch);
    if let Some(parameter) = expansion.known.missing_parameter(switch) {
        let parameter = parameter.to_owned();
        expansion.report(&function.id, At(switch.at), ProblemKind::Undecided(parameter));
        return Some(Some(switch.clone())); // a reference without a value stays unknown, neither present nor absent
    }
    let is_off = !truthy(&value) || matches!(value.as_str(), Some("false" | "False"));
    (!is_off).then_some(None)
}

fn update_policy(function: &SamResource, written: &Node) -> Node {
    let at = function.place("DeploymentPreference");
    let hook = |name: &str| {
        let hook = written.get("Hooks")?.get(name)?;
        (hook.kind != Kind::Null).then(|| hook.clone())
    };
    let update = at
        .mapping()
        .with("ApplicationName", at.reference(APPLICATION))
        .with("DeploymentGroupName", at.reference(&format!("{}DeploymentGroup", function.id)))
        .with_some("BeforeAllowTrafficHook", hook("PreTraffic"))
        .with_some("AfterAllowTrafficHook", hook("PostTraffic"));
    at.map([("CodeDeployLambdaAliasUpdate", update.node())])
}

fn deployment_group(
    expansion: &mut Expansion<'_>,
    function: &SamResource,
    written: &Node,
    condition: Option<&str>,
) -> Generated {
    let at = function.place("DeploymentPreference");
    let r#type = match written.get("Type") {
        Some(r#type) => Some(configuration_name(&expansion.known.resolve(r#type), false)),
        None => {
            expansion.refuse(&function.id, at, "`DeploymentPreference` needs `Type`");
            None
        }
    };
    let rollback = at.map([
        ("Enabled", at.flag(true)),
        ("Events", at.texts(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"])),
    ]);
    let style =
        at.map([("DeploymentType", at.text("BLUE_GREEN")), ("DeploymentOption", at.text("WITH_TRAFFIC_CONTROL"))]);
    let role = written.get("Role").filter(|role| truthy(role)).cloned();
    let id = format!("{}DeploymentGroup", function.id);
    let attributes =
        condition.map(|name| crate::source::Entry { key: "Condition".to_owned(), key_at: at.0, value: at.text(name) });
    Generated::new(id, "AWS::CodeDeploy::DeploymentGroup", at, attributes.into_iter().collect())
        .with_some("AlarmConfiguration", alarm_configuration(expansion, function, written))
        .with("ApplicationName", at.reference(APPLICATION))
        .with("AutoRollbackConfiguration", rollback)
        .with_some("DeploymentConfigName", r#type)
        .with("DeploymentStyle", style)
        .with("ServiceRoleArn", role.unwrap_or_else(|| at.get_att(SERVICE_ROLE, "Arn")))
        .with_some("TriggerConfigurations", written.get("TriggerConfigurations").filter(|list| truthy(list)).cloned())
        .with_some("Tags", function.propagated_tags().map(|tags| super::tags::list(tags, At(tags.at))))
}

/// `Linear10PercentEvery1Minute` by its full name, wherever it stands in intrinsic functions; other names stay.
fn configuration_name(node: &Node, in_sub: bool) -> Node {
    let at = At(node.at);
    match &node.kind {
        Kind::String(name) if PREDEFINED.contains(&name.as_str()) => {
            let parts = [at.text("CodeDeployDefault.Lambda${ConfigName}"), at.map([("ConfigName", at.text(name))])];
            // a `Fn::Sub` cannot hold another one
            if in_sub { at.list(parts) } else { at.map([("Fn::Sub", at.list(parts))]) }
        }
        Kind::Sequence(items) => at.list(items.iter().map(|item| configuration_name(item, false))),
        Kind::Mapping(_) => match intrinsic(node) {
            Some((name, argument)) => at.map([(name, configuration_name(argument, name == "Fn::Sub"))]),
            None => node.clone(),
        },
        _ => node.clone(),
    }
}

fn alarm_configuration(expansion: &mut Expansion<'_>, function: &SamResource, written: &Node) -> Option<Node> {
    let alarms = written.get("Alarms").filter(|alarms| truthy(alarms) && !is_no_value(alarms))?;
    let at = At(alarms.at);
    if let Some([condition, value, alternative]) = if_parts(alarms) {
        let branches = [value, alternative].map(|branch| alarm_list(expansion, function, branch));
        let [value, alternative] = branches;
        return Some(at.map([("Fn::If", at.list([condition.clone(), value, alternative]))]));
    }
    Some(alarm_list(expansion, function, alarms))
}

fn alarm_list(expansion: &mut Expansion<'_>, function: &SamResource, alarms: &Node) -> Node {
    let at = At(alarms.at);
    let Kind::Sequence(items) = &alarms.kind else {
        expansion.refuse(&function.id, at, "`Alarms` must be a list");
        return if is_intrinsic(alarms) {
            alarms.clone()
        } else {
            at.map([("Enabled", at.flag(true)), ("Alarms", alarms.clone())])
        };
    };
    if items.first().is_none_or(is_no_value) {
        return at.mapping().node();
    }
    let named = items.iter().map(|alarm| At(alarm.at).map([("Name", alarm.clone())]));
    at.map([("Enabled", at.flag(true)), ("Alarms", at.list(named))])
}

/// Whether the group gets the function's condition: `PassthroughCondition`, off by default.
fn passes_condition(expansion: &mut Expansion<'_>, function: &SamResource, written: &Node) -> bool {
    let Some(switch) = written.get("PassthroughCondition") else { return false };
    match scalar_text(&expansion.known.resolve(switch)) {
        Some("true" | "True") => true,
        Some("false" | "False") => false,
        _ => {
            expansion.refuse(&function.id, At(switch.at), "`PassthroughCondition` must be true or false");
            false
        }
    }
}

fn shared_tags(preferences: &[Preference]) -> Option<Node> {
    let mut merged: Option<Node> = None;
    for tags in preferences.iter().filter_map(|preference| preference.tags.as_ref()) {
        let all = merged.get_or_insert_with(|| At(tags.at).mapping().node());
        for tag in tags.entries() {
            super::tree::put(all, &tag.key, tag.value.clone());
        }
    }
    merged.map(|tags| super::tags::list(&tags, At(tags.at)))
}
