//! Who is meant: from a name, an ARN or a reference to the resource of the stack.

use std::collections::BTreeMap;

use super::{Facts, Part, Text, Why};
use crate::inventory::LogicalId;

/// The resources of a stack by every name that a property may call them.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    by_logical_id: BTreeMap<String, LogicalId>,
    by_name: BTreeMap<String, Vec<(String, LogicalId)>>,
}

/// Whom a name, an ARN or a reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A resource of this stack.
    Resource(LogicalId),
    /// Something that is known not to be in this stack.
    Elsewhere,
    /// Nobody can tell.
    Unknown(Why),
}

/// The property that names a resource, by type.
const NAME_PROPERTIES: &[(&str, &str)] = &[
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::DynamoDB::Table", "TableName"),
    ("AWS::DynamoDB::GlobalTable", "TableName"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::CloudWatch::Alarm", "AlarmName"),
    ("AWS::CloudWatch::CompositeAlarm", "AlarmName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::CodeDeploy::Application", "ApplicationName"),
    ("AWS::CodeDeploy::DeploymentConfig", "DeploymentConfigName"),
];

impl Directory {
    /// The names of every resource, physical ids and literal name properties alike.
    pub fn of(facts: &Facts) -> Self {
        let mut directory = Self::default();
        for resource in &facts.resources {
            let id = &resource.reference.logical_id;
            let r#type = resource.reference.r#type.as_str();
            directory.by_logical_id.insert(id.to_string(), id.clone());
            if let Some(physical) = &resource.reference.physical_id {
                directory.enter(physical, r#type, id);
            }
            let named = NAME_PROPERTIES.iter().find(|(of, _)| *of == r#type);
            if let (Some((_, property)), Ok(properties)) = (named, resource.properties.to_value())
                && let Some(name) = properties.get(property).and_then(serde_json::Value::as_str)
            {
                directory.enter(name, r#type, id);
            }
        }
        directory
    }

    fn enter(&mut self, name: &str, r#type: &str, id: &LogicalId) {
        self.by_name.entry(name.to_owned()).or_default().push((r#type.to_owned(), id.clone()));
    }

    /// Whom `text` means among the resources whose type is one of `types` (any, where none is given).
    ///
    /// A text with exactly one reference means that resource; a literal is looked up as a name, as a
    /// physical id and, where it is an ARN or a URL, by its last part.
    pub fn resolve(&self, text: &Text, types: &[&str]) -> Target {
        let mut references: Vec<&str> = text.references().collect();
        references.dedup();
        match references.as_slice() {
            [one] => return self.by_logical_id.get(*one).cloned().map_or(Target::Elsewhere, Target::Resource),
            [] => {}
            _ => return Target::Unknown(text.why_unresolved()),
        }
        match text.as_str() {
            Some(name) => self.named(name, types),
            None => match text.parts().last() {
                // Only the account or the region is open: the name at the end is known.
                Some(Part::Literal(end)) if !text.parts().iter().any(|part| matches!(part, Part::Unknown(_))) => {
                    self.named(end, types)
                }
                _ => Target::Unknown(text.why_unresolved()),
            },
        }
    }

    fn named(&self, name: &str, types: &[&str]) -> Target {
        let last = name.rsplit([':', '/']).next().unwrap_or(name);
        [name, last]
            .iter()
            .filter_map(|candidate| self.by_name.get(*candidate))
            .flatten()
            .find(|(r#type, _)| types.is_empty() || types.contains(&r#type.as_str()))
            .map_or(Target::Elsewhere, |(_, id)| Target::Resource(id.clone()))
    }
}
