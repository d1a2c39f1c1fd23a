//! The policies that one resource holds, whatever its type.

use super::{ManagedPolicy, Policy, PolicyDocument, Role};
use crate::facts::{Observed, Why};

/// What a resource permits by policies of its own: a role by its inline ones, a policy that stands beside a role by its
/// document.
///
/// So each document is held by one resource, the one that has to be changed, and nothing is found twice.
#[derive(Debug, Clone, Default)]
pub struct Held<'a> {
    /// Each document with its property.
    pub own: Vec<(String, &'a Observed<PolicyDocument>)>,
    /// Why there may be more of them, and at which property.
    pub unknown: Option<(Why, String)>,
    /// Of a role: the documents of the stack's policies that are attached to it, which those policies hold.
    pub attached: Vec<&'a Observed<PolicyDocument>>,
    /// Why there may be more of these.
    pub attached_unknown: Option<Why>,
}

impl<'a> Held<'a> {
    /// One document, at this property.
    pub fn one(property: &str, document: &'a Observed<PolicyDocument>) -> Self {
        Self { own: vec![(property.to_owned(), document)], ..Self::default() }
    }
}

impl Role {
    /// Its inline policies, and what is attached to it.
    pub fn held(&self) -> Held<'_> {
        let mut held = Held::default();
        match &self.policies {
            Observed::Present(policies) => {
                for (index, policy) in policies.iter().enumerate() {
                    let property = format!("Policies[{index}]");
                    match policy {
                        Observed::Present(policy) => {
                            held.own.push((format!("{property}.PolicyDocument"), &policy.policy_document));
                        }
                        Observed::Absent => {}
                        Observed::Unknown(why) => held.unknown = Some((why.clone(), property)),
                    }
                }
            }
            Observed::Absent => {}
            Observed::Unknown(why) => held.unknown = Some((why.clone(), "Policies".to_owned())),
        }
        match &self.attached_policies {
            Observed::Present(policies) => {
                for policy in policies {
                    match policy {
                        Observed::Present(policy) => held.attached.push(&policy.policy_document),
                        Observed::Absent => {}
                        Observed::Unknown(why) => held.attached_unknown = Some(why.clone()),
                    }
                }
            }
            Observed::Absent => {}
            Observed::Unknown(why) => held.attached_unknown = Some(why.clone()),
        }
        held
    }
}

impl Policy {
    /// Its document.
    pub fn held(&self) -> Held<'_> {
        Held::one("PolicyDocument", &self.policy_document)
    }
}

impl ManagedPolicy {
    /// Its document.
    pub fn held(&self) -> Held<'_> {
        Held::one("PolicyDocument", &self.policy_document)
    }
}
