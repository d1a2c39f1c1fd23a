//! `AWS::Serverless::StateMachine`: the state machine with its role, version, alias and events.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html>

use super::build::At;
use super::code::{self, DEFINITION};
use super::events;
use super::expansion::Expansion;
use super::resource::{Generated, SamResource};
use super::role::{Role, aws_managed, trust};
use super::tree::{put, truthy};
use crate::source::Kind;

/// SAM's names of properties, and CloudFormation's.
const RENAMED: [(&str, &str); 5] = [
    ("Name", "StateMachineName"),
    ("Type", "StateMachineType"),
    ("Logging", "LoggingConfiguration"),
    ("Tracing", "TracingConfiguration"),
    ("DefinitionSubstitutions", "DefinitionSubstitutions"),
];
const CONSUMED: &[&str] = &[
    "Definition",
    "DefinitionUri",
    "Role",
    "RolePath",
    "Events",
    "Tags",
    "PropagateTags",
    "Policies",
    "PermissionsBoundary",
    "AutoPublishAlias",
    "DeploymentPreference",
    "UseAliasAsEventTarget",
];

/// The tag by which SAM marks state machines.
const MARK: &str = "stateMachine:createdBy";

/// Replaces the state machine by what SAM generates from it.
pub(super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(machine) = expansion.take(id) else { return };
    let mut generated = Generated::new(id, "AWS::StepFunctions::StateMachine", machine.at, machine.own())
        .with("Tags", super::tags::with_mark(MARK, machine.filled("Tags"), machine.place("Tags")));
    for (name, property) in RENAMED {
        generated = generated.with_some(property, machine.get(name).cloned());
    }
    add_definition(expansion, &machine, &mut generated);
    match machine.filled("Role") {
        Some(role) => {
            generated.properties.set("RoleArn", role.clone());
            if machine.filled("Policies").is_some() {
                expansion.refuse(id, machine.place("Policies"), "`Role` and `Policies` cannot both be set");
            }
        }
        None => add_role(expansion, &machine, &mut generated),
    }
    let mut known: Vec<&str> = RENAMED.iter().map(|(name, _)| *name).collect();
    known.extend(CONSUMED);
    generated.keep_unknown(expansion, "AWS::Serverless::StateMachine", &machine.properties, &[&known]);
    expansion.emit(generated);
    let alias = publish(expansion, &machine);
    let uses_alias = machine.get("UseAliasAsEventTarget").is_some_and(truthy);
    let target = match alias.filter(|_| uses_alias) {
        Some(alias) => alias,
        None => id.to_owned(),
    };
    events::of_state_machine(expansion, &machine, &target);
    expansion.finish(&machine, &[]);
}

/// The definition by object, which may hold intrinsic functions, or by place.
fn add_definition(expansion: &mut Expansion<'_>, machine: &SamResource, generated: &mut Generated) {
    match (machine.filled("Definition"), machine.filled("DefinitionUri")) {
        (Some(definition), None) => generated.properties.set("Definition", definition.clone()),
        (None, Some(uri)) => generated.properties.set("DefinitionS3Location", code::location(uri, DEFINITION)),
        (definition, _) => {
            let text = "a state machine needs either `Definition` or `DefinitionUri`";
            expansion.refuse(&machine.id, machine.at, text);
            if let Some(definition) = definition {
                generated.properties.set("Definition", definition.clone());
            }
        }
    }
}

fn add_role(expansion: &mut Expansion<'_>, machine: &SamResource, generated: &mut Generated) {
    let mut role = Role::new(format!("{}Role", machine.id), Vec::new());
    role.add_listed(expansion, machine);
    let tracing = machine.filled("Tracing").and_then(|tracing| tracing.get("Enabled"));
    if let Some(enabled) = tracing.filter(|enabled| enabled.kind == Kind::Bool(true)) {
        let partition = expansion.known.partition();
        let policy = if partition == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" };
        role.add_managed(aws_managed(policy, partition, At(enabled.at)));
    }
    generated.properties.set("RoleArn", machine.at.get_att(&role.id, "Arn"));
    expansion.emit(role.generate(machine, MARK, trust("states.amazonaws.com", machine.at)));
}

/// The version and the alias of a state machine that publishes one; the alias's id.
fn publish(expansion: &mut Expansion<'_>, machine: &SamResource) -> Option<String> {
    let Some(name) = machine.filled("AutoPublishAlias") else {
        for property in ["DeploymentPreference", "UseAliasAsEventTarget"] {
            if machine.filled(property).is_some() {
                expansion.refuse(
                    &machine.id,
                    machine.place(property),
                    format!("`{property}` needs `AutoPublishAlias`"),
                );
            }
        }
        return None;
    };
    let at = machine.place("AutoPublishAlias");
    let version_id = format!("{}Version", machine.id);
    let mut version = Generated::new(&version_id, "AWS::StepFunctions::StateMachineVersion", at, machine.handed_on())
        .with("StateMachineArn", at.reference(&machine.id))
        .with("StateMachineRevisionId", at.get_att(&machine.id, "StateMachineRevisionId"));
    for attribute in ["DeletionPolicy", "UpdateReplacePolicy"] {
        if !version.has_attribute(attribute) {
            version.set_attribute(attribute, at.text("Retain"));
        }
    }
    expansion.emit(version);
    let preference = machine.filled("DeploymentPreference").cloned();
    let mut preference = preference.unwrap_or_else(|| at.map([("Type", at.text("ALL_AT_ONCE"))]));
    put(&mut preference, "StateMachineVersionArn", at.reference(&version_id));
    let text = expansion.known.text(name);
    let part = text.as_deref().or_else(|| super::tree::referenced(name)).unwrap_or_default();
    let alias_id = format!("{}Alias{part}", machine.id);
    let alias = Generated::new(&alias_id, "AWS::StepFunctions::StateMachineAlias", at, machine.handed_on())
        .with("Name", name.clone())
        .with("DeploymentPreference", preference);
    expansion.emit(alias);
    Some(alias_id)
}
