//! Whether another resource of the stack is there for the subject: a web ACL association, a logging configuration.

use crate::{
    facts::{
        Properties, Target, Text, Why,
        iam::{Known, any_known},
    },
    inventory::ResourceRef,
    stack::Stack,
};

/// Whether a resource of this type names the subject at this property.
///
/// One that nobody could read, or of which nobody knows whom it names, may be the one.
pub(super) fn named_by(subject: &ResourceRef, stack: &Stack<'_>, r#type: &str, property: &str) -> Known {
    let others = stack.facts.resources.iter().filter(|other| other.reference.r#type.as_str() == r#type);
    any_known(others.map(|other| {
        let properties = match &other.properties {
            Properties::Untyped(properties) => properties,
            Properties::Unreadable(why) => return Err(why.clone()),
            _ => return Err(Why::NotObserved(format!("{} was not read", other.reference.logical_id))),
        };
        let Some(named) = properties.get::<Text>(property).known()?.cloned() else { return Ok(false) };
        match stack.directory.resolve(&named, &[subject.r#type.as_str()]) {
            Target::Resource(id) => Ok(id == subject.logical_id),
            Target::Elsewhere => Ok(false),
            Target::Unknown(why) => Err(why),
        }
    }))
}
