//! The execution role that SAM makes for a function or a state machine.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::build::At;
use super::expansion::Expansion;
use super::policy_templates;
use super::resource::{Generated, SamResource};
use super::tree::{canonical, if_parts, is_intrinsic, is_no_value};
use crate::source::{Kind, Node};

/// The paths of AWS's managed policies by name, from `aws-sam-translator` 1.115.0 (Apache-2.0).
static MANAGED_POLICIES: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    let paths = include_str!("managed_policies.txt").lines();
    paths.map(|path| (path.rsplit('/').next().unwrap_or(path), path)).collect()
});

/// A role in the making: events add to it.
#[derive(Debug)]
pub(super) struct Role {
    /// Its logical id.
    pub(super) id: String,
    managed: Vec<Node>,
    policies: Vec<Node>,
    /// What the managed policies and the documents say, to add none twice.
    present: BTreeSet<String>,
}

/// What one item of `Policies` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Policy {
    Managed,
    Document,
    Template,
    Unknown,
}

impl Role {
    /// The role of the resource, with the managed policies that its service needs.
    pub(super) fn new(id: String, managed: Vec<Node>) -> Self {
        let present = managed.iter().map(canonical).collect();
        Self { id, managed, policies: Vec::new(), present }
    }

    /// Adds a managed policy once.
    pub(super) fn add_managed(&mut self, arn: Node) {
        if self.present.insert(canonical(&arn)) {
            self.managed.push(arn);
        }
    }

    /// Adds a named policy, unless one with the same document is there.
    pub(super) fn add_policy(&mut self, policy: Node) {
        if self.present.insert(canonical(document(&policy))) {
            self.policies.push(policy);
        }
    }

    /// Adds a named policy even where one with the same document is there.
    pub(super) fn push_policy(&mut self, policy: Node) {
        self.present.insert(canonical(document(&policy)));
        self.policies.push(policy);
    }

    /// Adds what stands in the property `Policies`.
    pub(super) fn add_listed(&mut self, expansion: &mut Expansion<'_>, owner: &SamResource) {
        let Some(listed) = owner.filled("Policies") else { return };
        let single = std::slice::from_ref(listed);
        let listed = if matches!(listed.kind, Kind::Sequence(_)) { listed.items() } else { single };
        for (index, policy) in listed.iter().enumerate() {
            self.add_item(expansion, &owner.id, index, policy);
        }
    }

    /// The role as a resource.
    pub(super) fn generate(&self, owner: &SamResource, mark: &str, trust: Node) -> Generated {
        let at = owner.place("Policies");
        Generated::new(&self.id, "AWS::IAM::Role", at, owner.handed_on())
            .with("AssumeRolePolicyDocument", trust)
            .with("ManagedPolicyArns", at.list(self.managed.clone()))
            .with_some("Policies", (!self.policies.is_empty()).then(|| at.list(self.policies.clone())))
            .with_some("Path", owner.get("RolePath").cloned())
            .with_some("PermissionsBoundary", owner.get("PermissionsBoundary").cloned())
            .with("Tags", super::tags::with_mark(mark, owner.filled("Tags"), owner.place("Tags")))
    }

    fn add_item(&mut self, expansion: &mut Expansion<'_>, owner: &str, index: usize, policy: &Node) {
        let name = format!("{}Policy{index}", self.id);
        match kind(policy) {
            Policy::Managed => {
                let arn = each_branch(policy, &mut |policy| managed_arn(policy, expansion.known.partition()));
                self.add_managed(arn);
            }
            Policy::Document => {
                self.push_policy(each_branch(policy, &mut |document| named(&name, document.clone(), At(policy.at))));
            }
            Policy::Template => self.push_policy(each_branch(policy, &mut |template| {
                let document = template_document(expansion, owner, template);
                named(&name, document, At(policy.at))
            })),
            Policy::Unknown => {
                let text = format!("item {} of `Policies` is no managed policy, document or template", index + 1);
                expansion.refuse(owner, At(policy.at), text);
                self.push_policy(policy.clone());
            }
        }
    }
}

fn document(policy: &Node) -> &Node {
    policy.get("PolicyDocument").unwrap_or(policy)
}

/// A policy under its name.
pub(super) fn named(name: &str, document: Node, at: At) -> Node {
    at.map([("PolicyName", at.text(name)), ("PolicyDocument", document)])
}

/// A policy of one statement that allows one action on one resource.
pub(super) fn allowing(name: &str, action: &str, resource: Node, at: At) -> Node {
    let statement = at.map([("Action", at.text(action)), ("Effect", at.text("Allow")), ("Resource", resource)]);
    named(name, at.map([("Statement", at.list([statement]))]), at)
}

/// The trust policy of a role for one AWS service.
pub(super) fn trust(service: &str, at: At) -> Node {
    let statement = at.map([
        ("Action", at.texts(["sts:AssumeRole"])),
        ("Effect", at.text("Allow")),
        ("Principal", at.map([("Service", at.texts([service]))])),
    ]);
    at.map([("Version", at.text("2012-10-17")), ("Statement", at.list([statement]))])
}

/// The ARN of one of AWS's managed policies, by its path.
pub(super) fn aws_managed(path: &str, partition: &str, at: At) -> Node {
    at.text(format!("arn:{partition}:iam::aws:policy/{path}"))
}

fn template_document(expansion: &mut Expansion<'_>, owner: &str, template: &Node) -> Node {
    if if_parts(template).is_some() {
        return each_branch(template, &mut |branch| template_document(expansion, owner, branch));
    }
    match policy_templates::document(template) {
        Some(Ok(document)) => document,
        Some(Err(missing)) => {
            let text = format!("the policy template lacks {}", missing.join(", "));
            expansion.refuse(owner, At(template.at), text);
            template.clone()
        }
        None => template.clone(),
    }
}

fn managed_arn(policy: &Node, partition: &str) -> Node {
    let Some(name) = policy.as_str() else { return policy.clone() };
    match MANAGED_POLICIES.get(name) {
        Some(path) => aws_managed(path, partition, At(policy.at)),
        None => policy.clone(),
    }
}

/// Applies `change` to the value, or to both branches of a `Fn::If` but not to `AWS::NoValue`.
fn each_branch(policy: &Node, change: &mut dyn FnMut(&Node) -> Node) -> Node {
    let Some([condition, value, alternative]) = if_parts(policy) else { return change(policy) };
    let mut branch = |node: &Node| if is_no_value(node) { node.clone() } else { change(node) };
    let parts = [condition.clone(), branch(value), branch(alternative)];
    let at = At(policy.at);
    at.map([("Fn::If", at.list(parts))])
}

fn kind(policy: &Node) -> Policy {
    if let Some([_, value, alternative]) = if_parts(policy) {
        return match (is_no_value(value), is_no_value(alternative)) {
            (true, _) => kind(alternative),
            (_, true) => kind(value),
            _ => Some(kind(value)).filter(|one| *one == kind(alternative)).unwrap_or(Policy::Unknown),
        };
    }
    match &policy.kind {
        Kind::String(_) => Policy::Managed,
        Kind::Mapping(_) if is_intrinsic(policy) => Policy::Managed,
        Kind::Mapping(_) if policy.get("Statement").is_some() => Policy::Document,
        Kind::Mapping(_) if policy_templates::is_template(policy) => Policy::Template,
        _ => Policy::Unknown,
    }
}
