//! The aliases that CodeDeploy shifts, with the group and the hooks of their deployments.

use std::collections::BTreeSet;

use super::{FunctionTarget, Functions, Qualifier, Stack};
use crate::{
    facts::{
        Directory, Facts, Observed, Properties, Target, Text, Why,
        codedeploy::DeploymentGroup,
        lambda::{Alias, CodeDeployLambdaAliasUpdate},
    },
    inventory::LogicalId,
};

/// An alias whose updates CodeDeploy carries out, or may carry out.
///
/// The sign is the alias's `UpdatePolicy.CodeDeployLambdaAliasUpdate`, which SAM's `DeploymentPreference` and
/// CDK's `LambdaDeploymentGroup` write, and which a live stack shows in its template.
#[derive(Debug, Clone, PartialEq)]
pub struct Canary {
    /// The alias.
    pub alias: LogicalId,
    /// The function it belongs to.
    pub function: FunctionTarget,
    /// How calls name the alias.
    pub qualifier: Qualifier,
    /// Whether CodeDeploy updates it at all: the reason, where nobody can tell.
    pub uncertain: Option<Why>,
    /// The deployment group.
    pub group: Target,
    /// The functions called before and after the shift.
    pub hooks: Vec<Hook>,
}

/// A function that CodeDeploy calls before or after a shift.
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    /// The property of the alias that names it.
    pub place: &'static str,
    /// What the property says.
    pub name: Observed<Text>,
    /// Whom it means.
    pub target: FunctionTarget,
}

/// The aliases with an update policy, or of which nobody can tell, in the order of the source.
pub(super) fn canaries(facts: &Facts, directory: &Directory, functions: &Functions) -> Vec<Canary> {
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let id = &resource.reference.logical_id;
            let Properties::Alias(alias) = &resource.properties else { return None };
            let update =
                alias.update_policy.as_ref().and_then(|policy| policy.code_deploy_lambda_alias_update.as_ref());
            match update {
                Observed::Absent => None,
                Observed::Present(update) => Some(canary(id, alias, update, directory, functions)),
                Observed::Unknown(why) => Some(Canary {
                    alias: id.clone(),
                    function: owner(alias, functions),
                    qualifier: named(id, alias),
                    group: Target::Unknown(why.clone()),
                    uncertain: Some(why),
                    hooks: Vec::new(),
                }),
            }
        })
        .collect()
}

fn owner(alias: &Alias, functions: &Functions) -> FunctionTarget {
    functions.target_of(&alias.function_name).unwrap_or(FunctionTarget::Elsewhere)
}

fn named(id: &LogicalId, alias: &Alias) -> Qualifier {
    let name = alias.name.present().and_then(Text::as_str).map(str::to_owned);
    Qualifier::Alias { name, resource: Some(id.clone()) }
}

fn canary(
    id: &LogicalId,
    alias: &Alias,
    update: &CodeDeployLambdaAliasUpdate,
    directory: &Directory,
    functions: &Functions,
) -> Canary {
    let group = match &update.deployment_group_name {
        Observed::Present(name) => directory.resolve(name, &["AWS::CodeDeploy::DeploymentGroup"]),
        Observed::Absent => Target::Elsewhere,
        Observed::Unknown(why) => Target::Unknown(why.clone()),
    };
    let hook = |place, name: &Observed<Text>| {
        let target = functions.target_of(name)?;
        Some(Hook { place, name: name.clone(), target })
    };
    let hooks = [
        hook("UpdatePolicy.CodeDeployLambdaAliasUpdate.BeforeAllowTrafficHook", &update.before_allow_traffic_hook),
        hook("UpdatePolicy.CodeDeployLambdaAliasUpdate.AfterAllowTrafficHook", &update.after_allow_traffic_hook),
    ];
    Canary {
        alias: id.clone(),
        function: owner(alias, functions),
        qualifier: named(id, alias),
        uncertain: None,
        group,
        hooks: hooks.into_iter().flatten().collect(),
    }
}

impl<'a> Stack<'a> {
    /// The aliases of this function that CodeDeploy shifts, or may shift.
    pub fn canaries_of<'s>(&'s self, function: &'s LogicalId) -> impl Iterator<Item = &'s Canary> {
        self.canaries.iter().filter(move |canary| canary.function.function() == Some(function))
    }

    /// The deployment groups that shift an alias of this stack, each with its aliases, in the order of the source.
    pub fn deployment_groups(&self) -> Vec<(&'a LogicalId, &'a DeploymentGroup, Vec<&Canary>)> {
        self.facts
            .resources
            .iter()
            .filter_map(|resource| {
                let id = &resource.reference.logical_id;
                let Properties::DeploymentGroup(group) = &resource.properties else { return None };
                let shifts = |canary: &&Canary| canary.group == Target::Resource(id.clone());
                let canaries: Vec<&Canary> = self.canaries.iter().filter(shifts).collect();
                let for_lambda = group.compute_platform.present().is_some_and(|platform| platform == "Lambda");
                (for_lambda || !canaries.is_empty()).then_some((id, &**group, canaries))
            })
            .collect()
    }

    /// The deployment groups that are not known to shift an alias of this stack, in the order of the source.
    pub fn other_deployment_groups(&self) -> impl Iterator<Item = (&'a LogicalId, &'a DeploymentGroup)> {
        let known: BTreeSet<&LogicalId> = self.deployment_groups().into_iter().map(|(id, ..)| id).collect();
        self.of_type("AWS::CodeDeploy::DeploymentGroup").filter_map(move |resource| match &resource.properties {
            Properties::DeploymentGroup(group) if !known.contains(&resource.reference.logical_id) => {
                Some((&resource.reference.logical_id, &**group))
            }
            _ => None,
        })
    }

    /// An alias of which nobody can tell whether CodeDeploy shifts it, nor by which group, and why.
    pub fn canary_in_doubt(&self) -> Option<(&LogicalId, &Why)> {
        self.canaries.iter().find_map(|canary| Some((&canary.alias, canary.uncertain.as_ref()?)))
    }
}
