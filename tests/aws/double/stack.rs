//! Stacks as CloudFormation shows them.

use serde_json::{Value, json};

use super::state::{ACCOUNT, REGION};

/// When everything was created, as far as anybody asks.
const CREATED: &str = "2000-01-01T00:00:00Z";

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resource {
    pub(crate) logical: String,
    pub(crate) r#type: String,
    /// Empty while there is none.
    pub(crate) physical: String,
    /// `CREATE_COMPLETE` and so on.
    pub(crate) status: String,
}

impl Resource {
    /// Whether it is part of the stack still.
    pub(crate) fn is_there(&self) -> bool {
        !self.status.starts_with("DELETE_")
    }

    /// As `ListStackResources` has it.
    pub(crate) fn summary(&self) -> Value {
        let mut summary = json!({
            "LogicalResourceId": self.logical,
            "ResourceType": self.r#type,
            "ResourceStatus": self.status,
            "LastUpdatedTimestamp": CREATED,
        });
        if !self.physical.is_empty() {
            summary["PhysicalResourceId"] = self.physical.as_str().into();
        }
        summary
    }
}

/// A stack. Nested ones are stacks of their own, beside a resource of the type `AWS::CloudFormation::Stack` in their parent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stack {
    name: String,
    resources: Vec<Resource>,
    /// As it was given, text of YAML or JSON.
    pub(crate) template: String,
    /// After its transforms, where there are any.
    pub(crate) processed: Option<String>,
    /// `CREATE_COMPLETE` and so on.
    pub(crate) status: String,
    parameters: Vec<(String, String)>,
    /// Name and ARN of the stack that holds it.
    parent: Option<String>,
    root: Option<String>,
}

impl Stack {
    /// An empty stack, of which creation is complete.
    pub(crate) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            resources: Vec::new(),
            template: "{\"Resources\": {}}".to_owned(),
            processed: None,
            status: "CREATE_COMPLETE".to_owned(),
            parameters: Vec::new(),
            parent: None,
            root: None,
        }
    }

    /// With one resource more, of which creation is complete.
    pub(crate) fn with(self, logical: &str, r#type: &str, physical: &str) -> Self {
        self.with_status(logical, r#type, physical, "CREATE_COMPLETE")
    }

    /// With one resource more in any status.
    pub(crate) fn with_status(mut self, logical: &str, r#type: &str, physical: &str, status: &str) -> Self {
        let [logical, r#type, physical, status] = [logical, r#type, physical, status].map(str::to_owned);
        self.resources.push(Resource { logical, r#type, physical, status });
        self
    }

    /// With this stack nested in it; both go into the double.
    pub(crate) fn with_nested(self, logical: &str, nested: &mut Self) -> Self {
        nested.parent = Some(self.id());
        nested.root = Some(self.root.clone().unwrap_or_else(|| self.id()));
        self.with(logical, "AWS::CloudFormation::Stack", &nested.id())
    }

    pub(crate) fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with_template(mut self, template: &str) -> Self {
        template.clone_into(&mut self.template);
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its ARN.
    pub(crate) fn id(&self) -> String {
        format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{}/00000000-0000-4000-8000-000000000000", self.name)
    }

    /// Whether it holds the resource with this physical id.
    pub(crate) fn holds(&self, physical: &str) -> bool {
        self.resources.iter().any(|resource| resource.physical == physical && resource.is_there())
    }

    pub(crate) fn resources(&self) -> &[Resource] {
        &self.resources
    }

    pub(crate) fn resources_mut(&mut self) -> &mut Vec<Resource> {
        &mut self.resources
    }

    /// As `DescribeStacks` has it.
    pub(crate) fn described(&self) -> Value {
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|(name, value)| json!({"ParameterKey": name, "ParameterValue": value}));
        let mut described = json!({
            "StackId": self.id(),
            "StackName": self.name,
            "Parameters": parameters.collect::<Vec<_>>(),
            "CreationTime": CREATED,
            "StackStatus": self.status,
        });
        for (name, value) in [("ParentId", &self.parent), ("RootId", &self.root)] {
            if let Some(value) = value {
                described[name] = value.as_str().into();
            }
        }
        described
    }
}
