//! Facts of AWS IAM: roles, their policies, and the policy documents that resources carry.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod condition;
mod document;
mod grants;
mod held;
mod matching;
mod resource;

pub use condition::{Condition, Operator};
pub use document::{OneOrMany, PolicyDocument, Principal, Statement, Texts};
pub use grants::{Granted, Grants, grants};
pub use held::Held;
pub use matching::{Account, Known, account_of, all_known, any_known, matches_action, matches_pattern};
pub use resource::{Referred, Subject};

use super::{Directory, Facts, Observed, Properties, Target, Text};
use crate::inventory::LogicalId;

/// `AWS::IAM::Role`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Role {
    /// The name, where the template gives one.
    pub role_name: Observed<Text>,
    /// Who may assume it.
    pub assume_role_policy_document: Observed<PolicyDocument>,
    /// Inline policies.
    pub policies: Observed<Vec<Observed<InlinePolicy>>>,
    /// ARNs of managed policies.
    pub managed_policy_arns: Observed<Texts>,
    /// ARN of the permissions boundary.
    pub permissions_boundary: Observed<Text>,
    /// Joined: the `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy` resources of the stack that name this role.
    #[serde(rename = "$AttachedPolicies")]
    pub attached_policies: Observed<Vec<Observed<AttachedPolicy>>>,
}

/// A policy written inside a role.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct InlinePolicy {
    /// Its name.
    pub policy_name: Observed<Text>,
    /// What it permits.
    pub policy_document: Observed<PolicyDocument>,
}

/// A policy of its own that is attached to a role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AttachedPolicy {
    /// The policy's resource.
    pub resource: LogicalId,
    /// What it permits.
    #[serde(default)]
    pub policy_document: Observed<PolicyDocument>,
}

/// `AWS::IAM::Policy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Policy {
    /// Its name.
    pub policy_name: Observed<Text>,
    /// What it permits.
    pub policy_document: Observed<PolicyDocument>,
    /// Names of the roles that carry it.
    pub roles: Observed<Texts>,
}

/// `AWS::IAM::ManagedPolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ManagedPolicy {
    /// The name, where the template gives one.
    pub managed_policy_name: Observed<Text>,
    /// What it permits.
    pub policy_document: Observed<PolicyDocument>,
    /// Names of the roles that carry it, besides those that name it in `ManagedPolicyArns`.
    pub roles: Observed<Texts>,
}

/// Joins policies of their own onto the roles that carry them.
pub(super) fn join(facts: &mut Facts, directory: &Directory) {
    let policies = policies(facts);
    for resource in &mut facts.resources {
        let Properties::Role(role) = &mut resource.properties else { continue };
        if !role.attached_policies.is_absent() {
            continue; // observed on the role itself
        }
        let id = &resource.reference.logical_id;
        let attached: Vec<_> = policies.iter().filter_map(|policy| policy.attached_to(id, role, directory)).collect();
        if !attached.is_empty() {
            Arc::make_mut(role).attached_policies = Observed::Present(attached);
        }
    }
}

/// The types of policies that stand beside a role.
const POLICIES: &[&str] = &["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"];

/// A policy of its own with the roles it names.
struct Candidate {
    policy: AttachedPolicy,
    roles: Observed<Texts>,
}

impl Candidate {
    /// The policy, where it belongs to this role; unknown, where nobody can tell.
    fn attached_to(&self, id: &LogicalId, role: &Role, directory: &Directory) -> Option<Observed<AttachedPolicy>> {
        let by_arn = role.managed_policy_arns.present().is_some_and(|arns| {
            arns.iter().any(|arn| directory.resolve(arn, &["AWS::IAM::ManagedPolicy"]) == self.target())
        });
        if by_arn {
            return Some(Observed::Present(self.policy.clone()));
        }
        let names = match &self.roles {
            Observed::Present(names) => names,
            Observed::Absent => return None,
            Observed::Unknown(why) => return Some(Observed::Unknown(why.clone())),
        };
        let mut unknown = None;
        for name in names.iter() {
            match directory.resolve(name, &["AWS::IAM::Role"]) {
                Target::Resource(target) if &target == id => return Some(Observed::Present(self.policy.clone())),
                Target::Resource(_) | Target::Elsewhere => {}
                Target::Unknown(why) => unknown = Some(Observed::Unknown(why)),
            }
        }
        unknown
    }

    fn target(&self) -> Target {
        Target::Resource(self.policy.resource.clone())
    }
}

fn policies(facts: &Facts) -> Vec<Candidate> {
    facts
        .resources
        .iter()
        .filter_map(|resource| {
            let (policy_document, roles) = match &resource.properties {
                Properties::Policy(policy) => (policy.policy_document.clone(), policy.roles.clone()),
                Properties::ManagedPolicy(policy) => (policy.policy_document.clone(), policy.roles.clone()),
                Properties::Unreadable(why) if POLICIES.contains(&resource.reference.r#type.as_str()) => {
                    (Observed::Unknown(why.clone()), Observed::Unknown(why.clone()))
                }
                _ => return None,
            };
            let resource = resource.reference.logical_id.clone();
            Some(Candidate { policy: AttachedPolicy { resource, policy_document }, roles })
        })
        .collect()
}
