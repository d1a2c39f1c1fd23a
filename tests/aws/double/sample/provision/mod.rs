//! From a resource's properties to what its service says: the way back of what fitgate's observers do.
//!
//! A property that nobody translates is an error: a sample never says less than its template.

mod codedeploy;
mod dynamodb;
mod functions;
mod lambda;
mod others;
mod s3;

use serde_json::{Map, Value, json};

use super::Resource;
use crate::double::{
    Double, Stack,
    state::{ACCOUNT, REGION},
};

/// The properties of a resource, taken one by one.
pub(super) struct Properties<'r> {
    resource: &'r Resource,
    left: Map<String, Value>,
}

impl Properties<'_> {
    /// A property, if it is there.
    fn take(&mut self, name: &str) -> Option<Value> {
        self.left.remove(name)
    }

    /// A text that must be there.
    fn text(&mut self, name: &str) -> String {
        match self.take(name) {
            Some(Value::String(text)) => text,
            other => panic!("{} of {} is {other:?}, not a text", name, self.resource.logical),
        }
    }

    /// What is left goes over as it is.
    fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.left)
    }
}

impl Drop for Properties<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let left: Vec<_> = self.left.keys().collect();
            assert!(left.is_empty(), "the double cannot provision {left:?} of {}", self.resource.r#type);
        }
    }
}

/// Makes a resource of a stack known to its services.
pub(super) fn provision(double: &Double, stack: &Stack, resource: &Resource) {
    let mut properties = Properties { resource, left: resource.properties.clone() };
    let (of, name) = (&mut properties, resource.physical.as_str());
    match resource.r#type {
        "AWS::S3::Bucket" => s3::bucket(double, stack, name, of),
        "AWS::S3::BucketPolicy" => s3::policy(double, of),
        "AWS::DynamoDB::Table" => dynamodb::table(double, name, of),
        "AWS::ApplicationAutoScaling::ScalableTarget" => dynamodb::scalable_target(double, name, of),
        "AWS::ApplicationAutoScaling::ScalingPolicy" => dynamodb::scaling_policy(double, name, of),
        "AWS::Lambda::Function" => functions::function(double, stack, name, of),
        "AWS::Lambda::Version" => functions::version(double, name, of),
        "AWS::Lambda::Alias" => functions::alias(double, of),
        "AWS::Lambda::Permission" => lambda::permission(double, name, of),
        "AWS::Lambda::EventInvokeConfig" => lambda::invoke_config(double, of),
        "AWS::Lambda::EventSourceMapping" => lambda::event_source_mapping(double, name, of),
        "AWS::Lambda::Url" => lambda::url(double, of),
        "AWS::CodeDeploy::Application" => codedeploy::application(double, name, of),
        "AWS::CodeDeploy::DeploymentGroup" => codedeploy::group(double, of),
        "AWS::CloudWatch::Alarm" | "AWS::CloudWatch::CompositeAlarm" => others::alarm(double, name, of),
        "AWS::DAX::Cluster" => others::cluster(double, name, of),
        // Cloud Control and the template say all there is.
        _ => drop(of.rest()),
    }
    let key = format!("{}/{}", resource.r#type, resource.physical);
    double.set("cloudcontrol:GetResource", &key, Value::Object(resource.properties.clone()));
}

/// Renames members of an object.
fn renamed(value: Value, names: &[(&str, &str)]) -> Value {
    let Value::Object(members) = value else { return value };
    let rename = |name: String| names.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| (*to).to_owned());
    members.into_iter().map(|(name, value)| (rename(name), value)).collect()
}

/// The items of a list.
fn items(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        Some(other) => panic!("{other} is no list"),
        None => Vec::new(),
    }
}

/// A document of the members that are there.
fn document(members: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect())
}

/// The tags of a resource, and those that CloudFormation puts on it.
fn tags(stack: &Stack, resource: &Resource, own: Option<Value>) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let own = items(own).into_iter().map(|tag| (text(&tag["Key"]), text(&tag["Value"])));
    let system = [
        ("aws:cloudformation:stack-id", stack.id()),
        ("aws:cloudformation:stack-name", stack.name().to_owned()),
        ("aws:cloudformation:logical-id", resource.logical.clone()),
    ];
    own.chain(system.map(|(key, value)| (key.to_owned(), value))).collect()
}

/// The ARN of something in the double's account and region.
fn arn(service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}")
}

fn tag_list(tags: Vec<(String, String)>) -> Value {
    tags.into_iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}
