//! The typed properties of a resource: one variant a CloudFormation type that a check reads.

use std::sync::Arc;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Observed, Text, UNKNOWN, Untyped, Why, apigateway, appsync, backup, cloudwatch, codedeploy, config, dax, dynamodb,
    ec2, events, iam, iot, lambda, logs, s3, sns, sqs, stepfunctions, untyped,
};
use crate::inventory::ResourceType;

/// What was observed of one resource. A copy shares it.
#[derive(Debug, Clone, PartialEq)]
pub enum Properties {
    /// `AWS::S3::Bucket`
    Bucket(Arc<s3::Bucket>),
    /// `AWS::S3::BucketPolicy`
    BucketPolicy(Arc<s3::BucketPolicy>),
    /// `AWS::S3::AccessPoint`
    AccessPoint(Arc<s3::AccessPoint>),
    /// `AWS::DynamoDB::Table`
    Table(Arc<dynamodb::Table>),
    /// `AWS::DynamoDB::GlobalTable`
    GlobalTable(Arc<dynamodb::GlobalTable>),
    /// `AWS::ApplicationAutoScaling::ScalableTarget`
    ScalableTarget(Arc<dynamodb::ScalableTarget>),
    /// `AWS::ApplicationAutoScaling::ScalingPolicy`
    ScalingPolicy(Arc<dynamodb::ScalingPolicy>),
    /// `AWS::DAX::Cluster`
    DaxCluster(Arc<dax::Cluster>),
    /// `AWS::Backup::BackupSelection`
    BackupSelection(Arc<backup::BackupSelection>),
    /// `AWS::Lambda::Function`
    Function(Arc<lambda::Function>),
    /// `AWS::Lambda::Alias`
    Alias(Arc<lambda::Alias>),
    /// `AWS::Lambda::Version`
    Version(Arc<lambda::Version>),
    /// `AWS::Lambda::Permission`
    Permission(Arc<lambda::Permission>),
    /// `AWS::Lambda::Url`
    FunctionUrl(Arc<lambda::Url>),
    /// `AWS::Lambda::EventSourceMapping`
    EventSourceMapping(Arc<lambda::EventSourceMapping>),
    /// `AWS::Lambda::EventInvokeConfig`
    EventInvokeConfig(Arc<lambda::EventInvokeConfig>),
    /// `AWS::CodeDeploy::Application`
    Application(Arc<codedeploy::Application>),
    /// `AWS::CodeDeploy::DeploymentGroup`
    DeploymentGroup(Arc<codedeploy::DeploymentGroup>),
    /// `AWS::CodeDeploy::DeploymentConfig`
    DeploymentConfig(Arc<codedeploy::DeploymentConfig>),
    /// `AWS::CloudWatch::Alarm`
    Alarm(Arc<cloudwatch::Alarm>),
    /// `AWS::CloudWatch::CompositeAlarm`
    CompositeAlarm(Arc<cloudwatch::CompositeAlarm>),
    /// `AWS::Logs::LogGroup`
    LogGroup(Arc<logs::LogGroup>),
    /// `AWS::EC2::Subnet`
    Subnet(Arc<ec2::Subnet>),
    /// `AWS::SQS::Queue`
    Queue(Arc<sqs::Queue>),
    /// `AWS::SNS::Topic`
    Topic(Arc<sns::Topic>),
    /// `AWS::SNS::Subscription`
    Subscription(Arc<sns::Subscription>),
    /// `AWS::IAM::Role`
    Role(Arc<iam::Role>),
    /// `AWS::IAM::Policy`
    Policy(Arc<iam::Policy>),
    /// `AWS::IAM::ManagedPolicy`
    ManagedPolicy(Arc<iam::ManagedPolicy>),
    /// `AWS::ApiGateway::RestApi`
    RestApi(Arc<apigateway::RestApi>),
    /// `AWS::ApiGateway::Method`
    Method(Arc<apigateway::Method>),
    /// `AWS::ApiGatewayV2::Api`
    HttpApi(Arc<apigateway::HttpApi>),
    /// `AWS::ApiGatewayV2::Integration`
    Integration(Arc<apigateway::Integration>),
    /// `AWS::Events::Rule`
    Rule(Arc<events::Rule>),
    /// `AWS::Scheduler::Schedule`
    Schedule(Arc<events::Schedule>),
    /// `AWS::Pipes::Pipe`
    Pipe(Arc<events::Pipe>),
    /// `AWS::StepFunctions::StateMachine`
    StateMachine(Arc<stepfunctions::StateMachine>),
    /// `AWS::AppSync::DataSource`
    DataSource(Arc<appsync::DataSource>),
    /// `AWS::IoT::TopicRule`
    TopicRule(Arc<iot::TopicRule>),
    /// Any of [`untyped::TYPES`], read by path.
    Untyped(Arc<Untyped>),
    /// A type that no check reads, kept as it came so that a saved document loses nothing.
    Other(Arc<Value>),
    /// Properties that nobody could read, or that are no object for a type that checks read.
    Unreadable(Why),
}

impl Properties {
    /// Types the JSON properties of a resource. Never fails: what cannot be read is `Unreadable`.
    pub fn read(r#type: &ResourceType, value: &Value) -> Self {
        Self::of(r#type, value.clone())
    }

    /// The same of properties that nobody needs any more.
    pub(crate) fn of(r#type: &ResourceType, mut value: Value) -> Self {
        // A key with `null` says what no key says, to every check, and is left out when facts are saved.
        if let Some(read) = Self::reader(r#type) {
            leave_out_absent(&mut value);
            return super::unknown_marker(&value).map_or_else(|| read(value), Self::Unreadable);
        }
        let mut present = value.clone();
        leave_out_absent(&mut present);
        super::unknown_marker(&present).map_or_else(|| Self::Other(Arc::new(value)), Self::Unreadable)
    }

    /// Whether checks read the properties of this type.
    pub(crate) fn are_read(r#type: &ResourceType) -> bool {
        Self::reader(r#type).is_some()
    }

    /// How known properties of this type are read; none of a type that no check reads.
    fn reader(r#type: &ResourceType) -> Option<fn(Value) -> Self> {
        Some(match r#type.as_str() {
            "AWS::S3::Bucket" => |value| typed(value, Self::Bucket),
            "AWS::S3::BucketPolicy" => |value| typed(value, Self::BucketPolicy),
            "AWS::S3::AccessPoint" => |value| typed(value, Self::AccessPoint),
            "AWS::DynamoDB::Table" => |value| typed(value, Self::Table),
            "AWS::DynamoDB::GlobalTable" => |value| typed(value, Self::GlobalTable),
            "AWS::ApplicationAutoScaling::ScalableTarget" => |value| typed(value, Self::ScalableTarget),
            "AWS::ApplicationAutoScaling::ScalingPolicy" => |value| typed(value, Self::ScalingPolicy),
            "AWS::DAX::Cluster" => |value| typed(value, Self::DaxCluster),
            "AWS::Backup::BackupSelection" => |value| typed(value, Self::BackupSelection),
            "AWS::Lambda::Function" => |value| typed(value, Self::Function),
            "AWS::Lambda::Alias" => |value| typed(value, Self::Alias),
            "AWS::Lambda::Version" => |value| typed(value, Self::Version),
            "AWS::Lambda::Permission" => |value| typed(value, Self::Permission),
            "AWS::Lambda::Url" => |value| typed(value, Self::FunctionUrl),
            "AWS::Lambda::EventSourceMapping" => |value| typed(value, Self::EventSourceMapping),
            "AWS::Lambda::EventInvokeConfig" => |value| typed(value, Self::EventInvokeConfig),
            "AWS::CodeDeploy::Application" => |value| typed(value, Self::Application),
            "AWS::CodeDeploy::DeploymentGroup" => |value| typed(value, Self::DeploymentGroup),
            "AWS::CodeDeploy::DeploymentConfig" => |value| typed(value, Self::DeploymentConfig),
            "AWS::CloudWatch::Alarm" => |value| typed(value, Self::Alarm),
            "AWS::CloudWatch::CompositeAlarm" => |value| typed(value, Self::CompositeAlarm),
            "AWS::Logs::LogGroup" => |value| typed(value, Self::LogGroup),
            "AWS::EC2::Subnet" => |value| typed(value, Self::Subnet),
            "AWS::SQS::Queue" => |value| typed(value, Self::Queue),
            "AWS::SNS::Topic" => |value| typed(value, Self::Topic),
            "AWS::SNS::Subscription" => |value| typed(value, Self::Subscription),
            "AWS::IAM::Role" => |value| typed(value, Self::Role),
            "AWS::IAM::Policy" => |value| typed(value, Self::Policy),
            "AWS::IAM::ManagedPolicy" => |value| typed(value, Self::ManagedPolicy),
            "AWS::ApiGateway::RestApi" => |value| typed(value, Self::RestApi),
            "AWS::ApiGateway::Method" => |value| typed(value, Self::Method),
            "AWS::ApiGatewayV2::Api" => |value| typed(value, Self::HttpApi),
            "AWS::ApiGatewayV2::Integration" => |value| typed(value, Self::Integration),
            "AWS::Events::Rule" => |value| typed(value, Self::Rule),
            "AWS::Scheduler::Schedule" => |value| typed(value, Self::Schedule),
            "AWS::Pipes::Pipe" => |value| typed(value, Self::Pipe),
            "AWS::StepFunctions::StateMachine" => |value| typed(value, Self::StateMachine),
            "AWS::AppSync::DataSource" => |value| typed(value, Self::DataSource),
            "AWS::IoT::TopicRule" => |value| typed(value, Self::TopicRule),
            read_by_path if untyped::TYPES.contains(&read_by_path) => by_path,
            _ => return None,
        })
    }

    /// What AWS Config says of it, where a check asks; none of a type that no such check judges.
    pub fn config_compliance(&self) -> Option<&config::Compliance> {
        Some(match self {
            Self::Bucket(bucket) => &bucket.config_compliance,
            Self::Table(table) => &table.config_compliance,
            Self::GlobalTable(table) => &table.config_compliance,
            Self::Function(function) => &function.config_compliance,
            _ => return None,
        })
    }

    /// The properties of a type that is read by path.
    pub fn untyped(&self) -> Option<&Untyped> {
        match self {
            Self::Untyped(properties) => Some(properties),
            _ => None,
        }
    }

    /// The property that names the resource, where its type has one.
    pub fn name(&self) -> Option<&Observed<Text>> {
        Some(match self {
            Self::Bucket(bucket) => &bucket.bucket_name,
            Self::Table(table) => &table.table_name,
            Self::GlobalTable(table) => &table.table_name,
            Self::Function(function) => &function.function_name,
            Self::Queue(queue) => &queue.queue_name,
            Self::Topic(topic) => &topic.topic_name,
            Self::StateMachine(machine) => &machine.state_machine_name,
            Self::Role(role) => &role.role_name,
            Self::Alarm(alarm) => &alarm.alarm_name,
            Self::CompositeAlarm(alarm) => &alarm.alarm_name,
            Self::LogGroup(group) => &group.log_group_name,
            Self::Application(application) => &application.application_name,
            Self::DeploymentGroup(group) => &group.deployment_group_name,
            Self::DeploymentConfig(config) => &config.deployment_config_name,
            _ => return None,
        })
    }

    /// The JSON properties again, without the absent ones.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON.
    pub fn to_value(&self) -> Result<Value, serde_json::Error> {
        let mut value = self.to_full_value()?;
        // What is kept as it came may hold a `null` that means something.
        if !matches!(self, Self::Other(_) | Self::Unreadable(_)) {
            leave_out_absent(&mut value);
        }
        Ok(value)
    }

    /// The same with `null` for what was looked for and is not there: what has no key at all, nobody looked for.
    ///
    /// # Errors
    /// Where a value cannot be written as JSON.
    pub fn to_full_value(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::Bucket(properties) => serde_json::to_value(properties),
            Self::BucketPolicy(properties) => serde_json::to_value(properties),
            Self::AccessPoint(properties) => serde_json::to_value(properties),
            Self::Table(properties) => serde_json::to_value(properties),
            Self::GlobalTable(properties) => serde_json::to_value(properties),
            Self::ScalableTarget(properties) => serde_json::to_value(properties),
            Self::ScalingPolicy(properties) => serde_json::to_value(properties),
            Self::DaxCluster(properties) => serde_json::to_value(properties),
            Self::BackupSelection(properties) => serde_json::to_value(properties),
            Self::Function(properties) => serde_json::to_value(properties),
            Self::Alias(properties) => serde_json::to_value(properties),
            Self::Version(properties) => serde_json::to_value(properties),
            Self::Permission(properties) => serde_json::to_value(properties),
            Self::FunctionUrl(properties) => serde_json::to_value(properties),
            Self::EventSourceMapping(properties) => serde_json::to_value(properties),
            Self::EventInvokeConfig(properties) => serde_json::to_value(properties),
            Self::Application(properties) => serde_json::to_value(properties),
            Self::DeploymentGroup(properties) => serde_json::to_value(properties),
            Self::DeploymentConfig(properties) => serde_json::to_value(properties),
            Self::Alarm(properties) => serde_json::to_value(properties),
            Self::CompositeAlarm(properties) => serde_json::to_value(properties),
            Self::LogGroup(properties) => serde_json::to_value(properties),
            Self::Subnet(properties) => serde_json::to_value(properties),
            Self::Queue(properties) => serde_json::to_value(properties),
            Self::Topic(properties) => serde_json::to_value(properties),
            Self::Subscription(properties) => serde_json::to_value(properties),
            Self::Role(properties) => serde_json::to_value(properties),
            Self::Policy(properties) => serde_json::to_value(properties),
            Self::ManagedPolicy(properties) => serde_json::to_value(properties),
            Self::RestApi(properties) => serde_json::to_value(properties),
            Self::Method(properties) => serde_json::to_value(properties),
            Self::HttpApi(properties) => serde_json::to_value(properties),
            Self::Integration(properties) => serde_json::to_value(properties),
            Self::Rule(properties) => serde_json::to_value(properties),
            Self::Schedule(properties) => serde_json::to_value(properties),
            Self::Pipe(properties) => serde_json::to_value(properties),
            Self::StateMachine(properties) => serde_json::to_value(properties),
            Self::DataSource(properties) => serde_json::to_value(properties),
            Self::TopicRule(properties) => serde_json::to_value(properties),
            Self::Untyped(properties) => serde_json::to_value(properties),
            Self::Other(value) => Ok(value.as_ref().clone()),
            Self::Unreadable(why) => Ok(serde_json::json!({ UNKNOWN: why })),
        }
    }
}

fn by_path(value: Value) -> Properties {
    match Option::<Untyped>::deserialize(value) {
        Ok(properties) => Properties::Untyped(Arc::new(properties.unwrap_or_default())),
        Err(error) => Properties::Unreadable(Why::Malformed(error.to_string())),
    }
}

fn typed<T: DeserializeOwned>(value: Value, variant: fn(Arc<T>) -> Properties) -> Properties {
    let value = if value.is_null() { Value::Object(serde_json::Map::new()) } else { value };
    match T::deserialize(value) {
        Ok(properties) => variant(Arc::new(properties)),
        Err(error) => Properties::Unreadable(Why::Malformed(error.to_string())),
    }
}

/// Removes `null`, which is how `Observed::Absent` is written.
fn leave_out_absent(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(leave_out_absent);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_absent),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Facts are saved without `null`: what is read with it has to be read the same without.
    #[test]
    fn what_is_null_makes_no_difference() {
        let unresolved = || json!({ "Unresolved": "x" });
        for (with, without) in [
            (json!(null), json!({})),
            (json!({ "Variables": { "A": null, "B": [{ "C": null }] } }), json!({ "Variables": { "B": [{}] } })),
            (json!({ "$unknown": unresolved(), "Version": null }), json!({ "$unknown": unresolved() })),
            (json!({ "$unknown": { "Denied": null } }), json!({ "$unknown": {} })),
            (json!({ "Body": { "$text": null } }), json!({ "Body": {} })),
        ] {
            for r#type in ["AWS::ApiGateway::Stage", "AWS::ApiGateway::RestApi"].map(ResourceType::new) {
                assert_eq!(Properties::read(&r#type, &with), Properties::read(&r#type, &without), "{with}");
            }
        }
    }

    /// A `null` may mean something where nobody knows the type, to the user's own rules for example.
    #[test]
    fn what_no_check_reads_is_kept_with_its_null() {
        let properties = json!({ "A": null });
        let read = Properties::read(&ResourceType::new("Custom::Thing"), &properties);
        assert_eq!(read.to_value().expect("JSON"), properties);
    }
}
