//! What the stack itself holds of Lambda, by the names that Lambda has for it.

use std::collections::{BTreeMap, BTreeSet};

use super::called::Called;
use crate::inventory::{LogicalId, ResourceRef};

/// The stack's own functions, aliases, versions, permissions and invoke configurations.
#[derive(Debug, Default)]
pub(super) struct Roster {
    functions: BTreeSet<String>,
    aliases: BTreeMap<(String, String), LogicalId>,
    versions: BTreeMap<(String, String), LogicalId>,
    invoke_configs: BTreeMap<(String, String), LogicalId>,
    statements: BTreeSet<String>,
    /// The UUIDs of the event source mappings.
    pub(super) mappings: BTreeSet<String>,
}

impl Roster {
    /// Reads the physical ids of a whole inventory.
    pub(super) fn of(inventory: &[ResourceRef]) -> Self {
        let mut roster = Self::default();
        for resource in inventory {
            if let Some(physical) = resource.physical_id.as_deref() {
                roster.enter(resource, physical);
            }
        }
        roster
    }

    fn enter(&mut self, resource: &ResourceRef, physical: &str) {
        let id = || resource.logical_id.clone();
        match resource.r#type.as_str() {
            "AWS::Lambda::Function" => {
                self.functions.extend(Called::read(physical).map(|called| called.name.to_owned()));
            }
            "AWS::Lambda::Alias" => self.aliases.extend(qualified(physical).map(|key| (key, id()))),
            "AWS::Lambda::Version" => self.versions.extend(qualified(physical).map(|key| (key, id()))),
            "AWS::Lambda::EventInvokeConfig" => {
                self.invoke_configs.extend(invoke_config(physical).map(|key| (key, id())));
            }
            "AWS::Lambda::Permission" => {
                let (_, statement) = statement(physical);
                self.statements.insert(statement.to_owned());
            }
            "AWS::Lambda::EventSourceMapping" => {
                self.mappings.insert(physical.to_owned());
            }
            _ => {}
        }
    }

    /// The names of the stack's functions.
    pub(super) fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(String::as_str)
    }

    /// The names of the stack's aliases of a function.
    pub(super) fn aliases_of(&self, function: &str) -> impl Iterator<Item = &str> {
        of(&self.aliases, function).map(|(alias, _)| alias)
    }

    /// The stack's versions of a function: number and resource.
    pub(super) fn versions_of(&self, function: &str) -> impl Iterator<Item = (&str, &LogicalId)> {
        of(&self.versions, function)
    }

    /// What to call an alias: by its resource, or as Lambda calls what is none of the stack.
    pub(super) fn alias(&self, function: &str, alias: &str) -> LogicalId {
        called(&self.aliases, function, alias)
    }

    /// What to call an invoke configuration, likewise.
    pub(super) fn invoke_config(&self, function: &str, qualifier: &str) -> LogicalId {
        called(&self.invoke_configs, function, qualifier)
    }

    /// Whether a permission of the stack made this statement. CloudFormation makes the ids, and no two alike.
    pub(super) fn has_statement(&self, statement: &str) -> bool {
        self.statements.contains(statement)
    }
}

fn of<'a>(
    map: &'a BTreeMap<(String, String), LogicalId>,
    function: &str,
) -> impl Iterator<Item = (&'a str, &'a LogicalId)> {
    let first = (function.to_owned(), String::new());
    let name = first.0.clone();
    map.range(first..)
        .take_while(move |((function, _), _)| *function == name)
        .map(|((_, qualifier), id)| (qualifier.as_str(), id))
}

fn called(map: &BTreeMap<(String, String), LogicalId>, function: &str, qualifier: &str) -> LogicalId {
    let key = (function.to_owned(), qualifier.to_owned());
    // A colon stands in no logical id, so this is none of the stack's.
    map.get(&key).cloned().unwrap_or_else(|| LogicalId::new(outside(function, qualifier)))
}

/// What is called so by Lambda, and is no resource of the stack: `orders:live`.
pub(super) fn outside(function: &str, qualifier: &str) -> String {
    format!("{function}:{qualifier}")
}

/// Function and qualifier of an alias' or a version's ARN.
pub(super) fn qualified(physical: &str) -> Option<(String, String)> {
    let called = Called::read(physical)?;
    Some((called.name.to_owned(), called.qualifier?.to_owned()))
}

/// Function and qualifier of an invoke configuration: `orders|live`, the function by name or ARN.
///
/// That is how CloudFormation writes the identifier of a type with these two
/// (<https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-identifier.html>). Its documentation of
/// the type says "a unique identifier" and no more; one of another kind gives none here.
pub(super) fn invoke_config(physical: &str) -> Option<(String, String)> {
    let (function, qualifier) = physical.rsplit_once('|')?;
    Some((Called::read(function)?.name.to_owned(), qualifier.to_owned()))
}

/// The function, where it says it, and the statement of a permission: `stack-Permission-1A2B3C` or
/// `orders|stack-Permission-1A2B3C`.
pub(super) fn statement(physical: &str) -> (Option<Called<'_>>, &str) {
    match physical.rsplit_once('|') {
        Some((function, statement)) => (Called::read(function), statement),
        None => (None, physical),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::ResourceType;

    #[test]
    fn what_the_stack_holds_is_called_by_its_resource_and_nothing_else_is() {
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
        let resources = [
            ("Orders", "Function", "orders"),
            ("OrdersTwo", "Function", "orders-two"),
            ("Nested/Live", "Alias", &format!("{arn}:live")),
            ("Two", "Alias", &format!("{arn}-two:live")),
            ("One", "Version", &format!("{arn}:1")),
            ("Config", "EventInvokeConfig", "orders|live"),
            ("Latest", "EventInvokeConfig", &format!("{arn}|$LATEST")),
            ("Opaque", "EventInvokeConfig", "8c5a3a0e-7b1c-4a52-8f0e-2f5a3a0e7b1c"),
            ("Topic", "Permission", "shop-Topic-1A2B3C"),
            ("Bucket", "Permission", "orders:live|shop-Bucket-1A2B3C"),
            ("Queue", "EventSourceMapping", "8c5a3a0e-7b1c-4a52-8f0e-2f5a3a0e7b1c"),
        ];
        let inventory: Vec<ResourceRef> = resources
            .iter()
            .map(|(id, kind, physical)| ResourceRef {
                logical_id: LogicalId::new(*id),
                r#type: ResourceType::new(format!("AWS::Lambda::{kind}")),
                physical_id: Some((*physical).to_owned()),
                last_updated: None,
            })
            .collect();
        let roster = Roster::of(&inventory);
        assert_eq!(roster.functions().collect::<Vec<_>>(), ["orders", "orders-two"]);
        assert_eq!(roster.aliases_of("orders").collect::<Vec<_>>(), ["live"]);
        let one = LogicalId::new("One");
        assert_eq!(roster.versions_of("orders").collect::<Vec<_>>(), [("1", &one)]);
        assert_eq!(roster.alias("orders", "live").as_str(), "Nested/Live");
        assert_eq!(roster.alias("orders", "beta").as_str(), "orders:beta");
        assert_eq!(roster.invoke_config("orders", "live").as_str(), "Config");
        assert_eq!(roster.invoke_config("orders", "$LATEST").as_str(), "Latest");
        assert_eq!(roster.invoke_config("orders", "1").as_str(), "orders:1");
        assert!(roster.has_statement("shop-Topic-1A2B3C") && roster.has_statement("shop-Bucket-1A2B3C"));
        assert!(!roster.has_statement("by-hand"));
        assert_eq!(roster.mappings.len(), 1);
    }
}
