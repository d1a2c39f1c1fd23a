//! Stacks in good order: resources as a template has them, from which the double derives what every service says.
//!
//! ```ignore
//! let mut shop = Sample::shop();                                         // passes every check that is on by default
//! shop.property("Data", "VersioningConfiguration", json!({"Status": "Suspended"}));
//! let double = shop.double();
//! let event = double.deploys();                                          // what CodeDeploy would hand to a hook
//! ```
//!
//! [`Sample::crowd`] makes any number of resources in nested stacks. [`Sample::template`] is the same stack for the
//! reader of templates: what it says and what the double's services say are two views of one thing.

mod crowd;
mod provision;
mod shop;

use serde_json::{Map, Value, json};

use super::{Double, Stack};

/// A resource to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resource {
    pub(crate) logical: String,
    pub(crate) r#type: &'static str,
    pub(crate) physical: String,
    /// As CloudFormation has them, without references.
    pub(crate) properties: Map<String, Value>,
    /// `DeletionPolicy`, `UpdatePolicy` and so on.
    pub(crate) attributes: Map<String, Value>,
}

impl Resource {
    /// A resource with these properties.
    pub(crate) fn new(logical: &str, r#type: &'static str, physical: &str, properties: Value) -> Self {
        let properties = object(properties);
        let (logical, physical) = (logical.to_owned(), physical.to_owned());
        Self { logical, r#type, physical, properties, attributes: Map::new() }
    }

    /// With attributes beside its properties.
    pub(crate) fn with(self, attributes: Value) -> Self {
        Self { attributes: object(attributes), ..self }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

/// One stack of a sample.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    name: String,
    resources: Vec<Resource>,
}

/// A stack with those nested in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    root: Part,
    /// Each is a resource of the root, by its logical id.
    nested: Vec<(String, Part)>,
    /// The function that [`Double::deploys`] deploys.
    function: String,
}

impl Sample {
    /// The stack's name.
    pub(crate) fn name(&self) -> &str {
        &self.root.name
    }

    /// The resource with this logical id, `Nested/Data` in a nested stack.
    ///
    /// # Panics
    /// There is none.
    pub(crate) fn resource(&mut self, logical: &str) -> &mut Resource {
        let (part, name) = match logical.split_once('/') {
            None => (Some(&mut self.root), logical),
            Some((nested, name)) => {
                (self.nested.iter_mut().find(|(known, _)| known == nested).map(|(_, part)| part), name)
            }
        };
        let mut resources = part.into_iter().flat_map(|part| &mut part.resources);
        resources.find(|resource| resource.logical == name).unwrap_or_else(|| panic!("there is no {logical}"))
    }

    /// Sets one property of a resource; null takes it away.
    pub(crate) fn property(&mut self, logical: &str, name: &str, value: Value) {
        let properties = &mut self.resource(logical).properties;
        match value {
            Value::Null => drop(properties.remove(name)),
            value => drop(properties.insert(name.to_owned(), value)),
        }
    }

    /// Takes a resource of the root away.
    pub(crate) fn without(&mut self, logical: &str) {
        self.resource(logical);
        self.root.resources.retain(|resource| resource.logical != logical);
    }

    /// One resource more in the root.
    pub(crate) fn add(&mut self, resource: Resource) {
        self.root.resources.push(resource);
    }

    /// How many resources there are, nested stacks themselves not counted.
    pub(crate) fn len(&self) -> usize {
        self.root.resources.len() + self.nested.iter().map(|(_, part)| part.resources.len()).sum::<usize>()
    }

    /// The root's template; nested stacks are resources without a template there.
    pub(crate) fn template(&self) -> Value {
        let nested = self.nested.iter().map(|(logical, _)| {
            let url = format!("https://s3.amazonaws.com/templates/{logical}.json");
            (logical.clone(), json!({"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}))
        });
        let mut template = template(&self.root);
        object_mut(&mut template["Resources"]).extend(nested);
        template
    }

    /// A double that has it, and nothing else.
    pub(crate) fn double(&self) -> Double {
        let double = Double::new();
        double.provision(self);
        double
    }
}

fn object_mut(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().expect("an object")
}

fn template(part: &Part) -> Value {
    let resource = |resource: &Resource| {
        let mut written = json!({"Type": resource.r#type, "Properties": resource.properties});
        object_mut(&mut written).extend(resource.attributes.clone());
        (resource.logical.clone(), written)
    };
    json!({"Resources": part.resources.iter().map(resource).collect::<Map<_, _>>()})
}

impl Double {
    /// Adds a sample: its stacks, and what every service says of their resources.
    pub(crate) fn provision(&self, sample: &Sample) {
        let mut root = Stack::named(&sample.root.name).with_template(&sample.template().to_string());
        for resource in &sample.root.resources {
            root = root.with(&resource.logical, resource.r#type, &resource.physical);
        }
        for (logical, part) in &sample.nested {
            let mut stack = Stack::named(&part.name).with_template(&template(part).to_string());
            for resource in &part.resources {
                stack = stack.with(&resource.logical, resource.r#type, &resource.physical);
            }
            root = root.with_nested(logical, &mut stack);
            self.provision_part(part, &stack);
            self.stack(stack);
        }
        self.provision_part(&sample.root, &root);
        self.stack(root);
        self.state().deploys = Some(sample.function.clone());
    }

    fn provision_part(&self, part: &Part, stack: &Stack) {
        for resource in &part.resources {
            provision::provision(self, stack, resource);
        }
    }
}
