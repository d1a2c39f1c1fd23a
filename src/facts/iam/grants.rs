//! What a role of the stack may do, from all the places where that is written.

use super::{PolicyDocument, Role, Statement};
use crate::{
    facts::{Observed, Text, Why},
    inventory::LogicalId,
};

/// Everything a role is allowed and denied, as far as the stack shows it.
#[derive(Debug, Clone)]
pub struct Grants<'a> {
    /// The statements of its policies.
    pub statements: Vec<Granted<'a>>,
    /// The names of AWS's managed policies.
    pub managed: Vec<String>,
    /// Why something about it is not known.
    pub unknown: Option<Why>,
}

/// Collects what a role may do.
pub fn grants(role: &Role) -> Grants<'_> {
    let mut grants = Grants { statements: Vec::new(), managed: Vec::new(), unknown: None };
    match &role.policies {
        Observed::Present(policies) => {
            for (index, policy) in policies.iter().enumerate() {
                match policy {
                    Observed::Present(policy) => {
                        grants.take(&policy.policy_document, None, &format!("Policies[{index}].PolicyDocument"));
                    }
                    Observed::Absent => {}
                    Observed::Unknown(why) => grants.unknown(why),
                }
            }
        }
        Observed::Absent => {}
        Observed::Unknown(why) => grants.unknown(why),
    }
    match &role.attached_policies {
        Observed::Present(policies) => {
            for policy in policies {
                match policy {
                    Observed::Present(policy) => {
                        grants.take(&policy.policy_document, Some(&policy.resource), "PolicyDocument");
                    }
                    Observed::Absent => {}
                    Observed::Unknown(why) => grants.unknown(why),
                }
            }
        }
        Observed::Absent => {}
        Observed::Unknown(why) => grants.unknown(why),
    }
    match &role.managed_policy_arns {
        Observed::Present(arns) => arns.iter().for_each(|arn| grants.take_arn(arn)),
        Observed::Absent => {}
        Observed::Unknown(why) => grants.unknown(why),
    }
    grants
}

/// A statement of one of a role's policies.
#[derive(Debug, Clone)]
pub struct Granted<'a> {
    /// The policy, where it is a resource of its own and not part of the role.
    pub policy: Option<&'a LogicalId>,
    /// The property that holds it.
    pub property: String,
    /// What it says.
    pub statement: &'a Statement,
}

impl<'a> Grants<'a> {
    fn unknown(&mut self, why: &Why) {
        self.unknown.get_or_insert_with(|| why.clone());
    }

    fn take(&mut self, document: &'a Observed<PolicyDocument>, policy: Option<&'a LogicalId>, property: &str) {
        let document = match document {
            Observed::Present(document) => document,
            Observed::Absent => return,
            Observed::Unknown(why) => return self.unknown(why),
        };
        let statements = match document.statements() {
            Ok(statements) => statements,
            Err(why) => return self.unknown(&why),
        };
        for (index, statement) in statements {
            match statement {
                Observed::Present(statement) => {
                    let property = format!("{property}.Statement[{index}]");
                    self.statements.push(Granted { policy, property, statement });
                }
                Observed::Absent => {}
                Observed::Unknown(why) => self.unknown(why),
            }
        }
    }

    /// A managed policy of the stack is attached already; of AWS's own the name says enough; any other is unknown.
    fn take_arn(&mut self, arn: &Text) {
        let end = arn.literal_suffix();
        if end.contains(":policy/")
            && (end.contains("iam::aws:") || arn.as_str().is_none_or(|arn| arn.contains("::aws:")))
        {
            self.managed.push(end.rsplit('/').next().unwrap_or(end).to_owned());
        } else if arn.references().next().is_none() {
            self.unknown(&Why::NotObserved(format!("the managed policy {arn} is not in this stack")));
        }
    }
}
