//! What AWS's own policies allow, which no edge of the graph tells.

use crate::{
    facts::{Why, iam::grants, lambda::Function},
    stack::Stack,
};

/// Why nobody can tell what a function may do, where its role has a policy of AWS's own other than these: what such a
/// policy allows is not read.
pub(super) fn beyond(stack: &Stack<'_>, function: &Function, allowed: &[String]) -> Option<Why> {
    let (_, role) = stack.role(function.role.present()?).ok()??;
    let name = grants(role).managed.into_iter().find(|name| !allowed.contains(name))?;
    Some(Why::NotObserved(format!("what AWS's managed policy {name} allows was not looked at")))
}
