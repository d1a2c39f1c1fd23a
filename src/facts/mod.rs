//! What was observed of a stack's resources, shaped like CloudFormation's own properties.
//!
//! One document serves every source: a template, a live stack, a saved file. Readers write
//! [`RawResource`]s, JSON properties in CloudFormation's names with the markers of [`Observed`] and
//! [`Text`] where something is not known; [`Facts::build`] types them and joins what CloudFormation
//! splits over several resources (bucket and bucket policy, function and invoke config).
//!
//! Never does any I/O, never reads a clock.

mod directory;
mod exemptions;
mod observed;
mod properties;
mod tag;
mod text;

pub mod apigateway;
pub mod appsync;
pub mod backup;
pub mod cloudformation;
pub mod cloudwatch;
pub mod codedeploy;
pub mod config;
pub mod dax;
pub mod dynamodb;
pub mod ec2;
pub mod events;
pub mod iam;
pub mod iot;
pub mod lambda;
pub mod logs;
pub mod s3;
pub mod sns;
pub mod sqs;
pub mod stepfunctions;
pub mod untyped;

use std::{collections::BTreeMap, sync::Arc};

pub use directory::{Directory, Target};
pub use exemptions::{Exemptions, StatedExemption};
pub use observed::{Observed, UNKNOWN, Why, unknown_marker};
pub use properties::Properties;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use tag::Tag;
pub use text::{Part, TEXT, Text, ZONE};
pub use untyped::Untyped;

use crate::inventory::{LogicalId, ResourceRef};

/// The version of the facts document that this release writes.
pub const FACTS_VERSION: u32 = 1;

/// A list property of which each element may be unknown by itself.
pub type List<T> = Observed<Vec<Observed<T>>>;

/// Everything observed of one stack, as one versioned document (`audit --save`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Facts {
    /// [`FACTS_VERSION`] of the writer.
    pub version: u32,
    /// Whose facts these are.
    pub stack: StackIdentity,
    /// How CloudFormation handles the stack; absent where the source does not show it, as a template.
    #[serde(default, skip_serializing_if = "Observed::is_absent")]
    pub settings: Observed<cloudformation::Settings>,
    /// What the stack gives out, by the output's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Observed<Text>>,
    /// The exemptions that its templates state; none in documents of before there were any.
    #[serde(default, skip_serializing_if = "Exemptions::is_empty")]
    pub exemptions: Exemptions,
    /// One entry a resource, in the order of the source.
    pub resources: Vec<Resource>,
    /// The properties as a template wrote them, by resource, where a reader was asked to keep them: typed ones keep
    /// only what checks read. Empty for what was observed live, and never saved.
    #[serde(skip)]
    pub written: BTreeMap<LogicalId, Arc<Value>>,
}

/// Which stack, where. A template knows none of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StackIdentity {
    /// The stack's name, or the template's file name.
    pub name: String,
    /// The AWS account, twelve digits.
    pub account: Observed<String>,
    /// The region, `eu-west-1` for example.
    pub region: Observed<String>,
}

/// One resource with what was observed of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its names.
    pub reference: ResourceRef,
    /// Its typed properties, with whatever belongs to it joined.
    pub properties: Properties,
}

/// A resource as a reader hands it over: names, and properties as JSON in CloudFormation's shape.
///
/// The resource attributes `DeletionPolicy`, `UpdateReplacePolicy` and `UpdatePolicy` stand among the
/// properties: no CloudFormation type has a property of those names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct RawResource {
    /// Its names.
    #[serde(flatten)]
    pub reference: ResourceRef,
    /// An object; properties that are absent are left out.
    #[serde(default)]
    pub properties: Value,
}

/// Facts under assumptions about what the source leaves open.
///
/// A template with conditions that nothing settles has several branches; everything else has one,
/// without assumptions.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// What is taken to be true here, in a fixed order; empty where nothing is open.
    pub assumptions: Vec<Assumption>,
    /// What the stack holds then.
    pub facts: Facts,
}

/// One assumption of a [`Branch`]: a condition of the template and its value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumption {
    /// The condition's name.
    pub condition: String,
    /// Its value in this branch.
    pub holds: bool,
}

impl Facts {
    /// Types the properties and joins what belongs together.
    pub fn build(stack: StackIdentity, resources: impl IntoIterator<Item = RawResource>) -> Self {
        Self::joined(stack, resources.into_iter().map(Resource::from).collect())
    }

    /// Joins what belongs together; what is joined already stays.
    pub fn joined(stack: StackIdentity, resources: Vec<Resource>) -> Self {
        let mut facts = Self { resources, ..Self::of(stack) };
        facts.join();
        facts
    }

    /// Of a stack without resources.
    pub(crate) fn of(stack: StackIdentity) -> Self {
        Self {
            version: FACTS_VERSION,
            stack,
            settings: Observed::Absent,
            outputs: BTreeMap::new(),
            exemptions: Exemptions::default(),
            resources: Vec::new(),
            written: BTreeMap::new(),
        }
    }

    /// Joins onto its resources what belongs to them; what is joined already stays.
    pub(crate) fn join(&mut self) {
        let directory = Directory::of(self);
        s3::join(self, &directory);
        dynamodb::join(self, &directory);
        lambda::join(self, &directory);
        iam::join(self, &directory);
        codedeploy::join(self, &directory);
    }

    /// The resources of one type of facts, with their names.
    pub fn each<'a, T: 'a>(
        &'a self,
        pick: impl Fn(&'a Properties) -> Option<&'a T> + 'a,
    ) -> impl Iterator<Item = (&'a LogicalId, &'a T)> {
        self.resources
            .iter()
            .filter_map(move |resource| Some((&resource.reference.logical_id, pick(&resource.properties)?)))
    }

    /// The resource of this name.
    pub fn get(&self, id: &LogicalId) -> Option<&Resource> {
        self.resources.iter().find(|resource| &resource.reference.logical_id == id)
    }
}

/// Joined fields of any type; those of Lambda and CodeDeploy are listed with their types.
const JOINED: &[&str] = &[
    "$Account",
    "$AttachedPolicies",
    "$BackupSelections",
    "$BucketInStack",
    "$BucketPolicy",
    "$LogTarget",
    "$LogicalId",
    "$Scaling",
];

/// The property that names a resource of a type without facts of its own, where it is not `Name`.
const NAMED_BY: &[(&str, &str)] = &[("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName")];

impl Resource {
    /// The name that the resource was given, whatever its type.
    pub fn given_name(&self) -> Observed<Text> {
        let r#type = self.reference.r#type.as_str();
        let key = NAMED_BY.iter().find(|(named, _)| *named == r#type).map_or("Name", |(_, key)| *key);
        match (&self.properties, self.properties.name()) {
            (_, Some(name)) => name.clone(),
            (Properties::Other(properties), None) => properties.get(key).map_or(Observed::Absent, Observed::read),
            (Properties::Untyped(properties), None) => properties.get(key),
            (Properties::Unreadable(why), None) => Observed::Unknown(why.clone()),
            _ => Observed::Absent,
        }
    }

    /// As a reader handed it over, without what was joined onto it: [`Facts::joined`] makes the same of it again.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON.
    pub fn unjoined(&self) -> Result<RawResource, serde_json::Error> {
        let reference = self.reference.clone();
        let mut properties = self.properties.to_value()?;
        if unknown_marker(&properties).is_none()
            && let Some(map) = properties.as_object_mut()
        {
            let of_type = |(r#type, _): &&(&str, _)| *r#type == reference.r#type.as_str();
            let joined = [lambda::JOINED, codedeploy::JOINED].concat();
            let named: &[&str] = joined.iter().find(of_type).map_or(&[], |(_, names)| names);
            map.retain(|name, _| !JOINED.contains(&name.as_str()) && !named.contains(&name.as_str()));
        }
        Ok(RawResource { reference, properties })
    }
}

impl From<RawResource> for Resource {
    fn from(raw: RawResource) -> Self {
        let properties = Properties::of(&raw.reference.r#type, raw.properties);
        Self { reference: raw.reference, properties }
    }
}

// As JSON a resource is a `RawResource` again: one shape for readers and for saved documents.
impl Serialize for Resource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let properties = self.properties.to_value().map_err(serde::ser::Error::custom)?;
        RawResource { reference: self.reference.clone(), properties }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawResource::deserialize(deserializer).map(Self::from)
    }
}
