//! IAM: the roles that checks look at, live, each with all that it may do.
//!
//! That are the roles of lifecycle hooks and those that CodeDeploy assumes for the stack's deployment groups. Each
//! function has a role, and reading one is four calls of IAM behind that of Cloud Control: the others, and the policies
//! that stand beside roles, are taken from the template where a check looks at them.

use std::{collections::BTreeSet, rc::Rc};

use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::{Document, Session, cloud_control, codedeploy, document::not_created};
use crate::{
    facts::{Observed, Part, Text, Why, iam::Texts},
    inventory::{LogicalId, ResourceRef},
    need::Need,
};

const ROLE: &str = "AWS::IAM::Role";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
const POLICY: &str = "AWS::IAM::Policy";
const FUNCTION: &str = "AWS::Lambda::Function";
const ALIAS: &str = "AWS::Lambda::Alias";

/// The properties of an alias's update policy that name a function.
const HOOKS: &[&str] = &["BeforeAllowTrafficHook", "AfterAllowTrafficHook"];

/// What observers share of roles.
#[derive(Debug, Default)]
pub(super) struct Shared {
    concerned: OnceCell<Rc<BTreeSet<String>>>,
}

/// The properties of a role.
pub(super) async fn role(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(name) = &resource.physical_id else { return not_created(resource) };
    if !session.wants(Need::Roles) || !concerned(session).await.contains(name) {
        return match session.wants(Need::IdentityPolicies) {
            true => cloud_control::from_template(session, resource, Some("RoleName")).await,
            false => left_out(name),
        };
    }
    match cloud_control::read(session, Need::Roles, ROLE, name).await {
        Observed::Present(Value::Object(role)) => with_policies(session, resource, role).await,
        Observed::Present(other) => other,
        Observed::Absent => {
            Document::unknown(&Why::NotObserved(format!("Cloud Control does not read {ROLE} in this region")))
        }
        Observed::Unknown(why) => Document::unknown(&why),
    }
}

/// A policy beside a role, as the template writes it.
pub(super) async fn policy(session: &Session<'_>, resource: &ResourceRef) -> Value {
    if session.wants(Need::IdentityPolicies) {
        return cloud_control::from_template(session, resource, None).await;
    }
    Document::unknown(&Why::NotObserved("it is looked at as part of the roles that carry it".to_owned()))
}

/// A role that no check looks at.
fn left_out(name: &str) -> Value {
    let why =
        Why::NotObserved("no check looks at this role: it is no lifecycle hook's and no deployment group's".to_owned());
    let mut document = Document::new();
    document.set("RoleName", name);
    for property in ["AssumeRolePolicyDocument", "Policies", "ManagedPolicyArns", "$AttachedPolicies"] {
        document.put::<()>(property, Observed::Unknown(why.clone()));
    }
    document.into()
}

/// A live role has its inline policies whole, and the managed ones by ARN: those of the stack get what the template
/// writes into them. An inline policy that is a resource of the stack stands beside the role, as in the template.
async fn with_policies(session: &Session<'_>, resource: &ResourceRef, mut role: Map<String, Value>) -> Value {
    let mut attached = Vec::new();
    let mut inline = Vec::new();
    let beside = policies_beside(session, resource).await;
    for mut policy in role.remove("Policies").as_ref().and_then(Value::as_array).into_iter().flatten().cloned() {
        let name = policy.get("PolicyName").and_then(Value::as_str);
        match beside.iter().find(|(known, _)| Some(known.as_str()) == name) {
            Some((_, id)) => {
                let document = policy.get_mut("PolicyDocument").map_or(Value::Null, Value::take);
                attached.push(json!({"Resource": id, "PolicyDocument": document}));
            }
            None => inline.push(policy),
        }
    }
    role.insert("Policies".to_owned(), Value::Array(inline));
    let mut elsewhere = Vec::new();
    for arn in role.remove("ManagedPolicyArns").as_ref().and_then(Value::as_array).into_iter().flatten() {
        let is_this = |known: &&ResourceRef| {
            known.r#type.as_str() == MANAGED_POLICY && known.physical_id.as_deref() == arn.as_str()
        };
        match session.inventory().await.iter().find(is_this) {
            Some(policy) => {
                let document = match session.templated(policy).await {
                    Observed::Present(mut written) => written.remove("PolicyDocument").unwrap_or(Value::Null),
                    Observed::Absent => Value::Null,
                    Observed::Unknown(why) => Document::unknown(&why),
                };
                session.took_from_template(policy);
                attached.push(json!({"Resource": policy.logical_id, "PolicyDocument": document}));
            }
            None => elsewhere.push(arn.clone()),
        }
    }
    role.insert("ManagedPolicyArns".to_owned(), Value::Array(elsewhere));
    role.insert("$AttachedPolicies".to_owned(), Value::Array(attached));
    Value::Object(role)
}

/// The names and logical ids of the stack's inline policies that name this role.
async fn policies_beside(session: &Session<'_>, role: &ResourceRef) -> Vec<(String, LogicalId)> {
    let mut found = Vec::new();
    for policy in session.inventory().await.iter().filter(|resource| resource.r#type.as_str() == POLICY) {
        let Observed::Present(mut written) = session.templated(policy).await else { continue };
        let names = written.remove("PolicyName").map_or(Observed::Absent, |name| Observed::<Text>::read(&name));
        let roles = written.remove("Roles").map_or(Observed::Absent, |roles| Observed::<Texts>::read(&roles));
        let is_beside = roles.present().is_some_and(|roles| roles.iter().any(|name| is_called(role, name)));
        if let (Some(name), true) = (names.present().and_then(Text::as_str), is_beside) {
            found.push((name.to_owned(), policy.logical_id.clone()));
        }
    }
    found
}

/// The names of the roles that checks look at.
async fn concerned(session: &Session<'_>) -> Rc<BTreeSet<String>> {
    let read = || async {
        let mut names: BTreeSet<String> =
            codedeploy::service_roles(session).await.iter().map(|arn| last(arn)).collect();
        for alias in session.inventory().await.iter().filter(|resource| resource.r#type.as_str() == ALIAS) {
            for hook in hooks(session, alias).await {
                names.extend(role_of(session, hook).await);
            }
        }
        Rc::new(names)
    };
    session.roles.concerned.get_or_init(read).await.clone()
}

/// The functions of the stack that an alias's update policy calls.
async fn hooks<'s>(session: &'s Session<'_>, alias: &ResourceRef) -> Vec<&'s ResourceRef> {
    let Observed::Present(written) = session.templated(alias).await else { return Vec::new() };
    let update = written.get("UpdatePolicy").and_then(|policy| policy.get("CodeDeployLambdaAliasUpdate"));
    let mut found = Vec::new();
    for name in HOOKS.iter().filter_map(|property| update?.get(*property)) {
        let Observed::Present(name) = Observed::<Text>::read(name) else { continue };
        let inventory = session.inventory().await;
        let functions = inventory.iter().filter(|resource| resource.r#type.as_str() == FUNCTION);
        found.extend(functions.into_iter().find(|function| is_called(function, &name)));
    }
    found
}

/// Whether a text means this resource: by reference, or by the name that AWS knows it by.
fn is_called(resource: &ResourceRef, text: &Text) -> bool {
    match text.parts() {
        [Part::Reference { resource: id, .. }] => id == resource.logical_id.as_str(),
        _ => text.as_str().is_some_and(|name| Some(name) == resource.physical_id.as_deref()),
    }
}

/// The name of a function's role, as the template writes it.
async fn role_of(session: &Session<'_>, function: &ResourceRef) -> Option<String> {
    let Observed::Present(mut written) = session.templated(function).await else { return None };
    let Observed::Present(role) = Observed::<Text>::read(&written.remove("Role")?) else { return None };
    let inventory = session.inventory().await;
    let mut roles = inventory.iter().filter(|resource| resource.r#type.as_str() == ROLE);
    match roles.find(|resource| is_called(resource, &role)) {
        Some(resource) => resource.physical_id.clone(),
        None => role.as_str().map(last),
    }
}

/// The name at the end of an ARN.
fn last(arn: &str) -> String {
    arn.rsplit(['/', ':']).next().unwrap_or(arn).to_owned()
}
