//! The typed properties of a resource: one variant a CloudFormation type that a check reads.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    Observed, Text, UNKNOWN, Untyped, Why, apigateway, appsync, backup, cloudwatch, codedeploy, config, dax, dynamodb,
    ec2, events, iam, iot, lambda, logs, s3, sns, sqs, stepfunctions, untyped,
};
use crate::inventory::ResourceType;

/// What was observed of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Properties {
    /// `AWS::S3::Bucket`
    Bucket(Box<s3::Bucket>),
    /// `AWS::S3::BucketPolicy`
    BucketPolicy(Box<s3::BucketPolicy>),
    /// `AWS::S3::AccessPoint`
    AccessPoint(Box<s3::AccessPoint>),
    /// `AWS::DynamoDB::Table`
    Table(Box<dynamodb::Table>),
    /// `AWS::DynamoDB::GlobalTable`
    GlobalTable(Box<dynamodb::GlobalTable>),
    /// `AWS::ApplicationAutoScaling::ScalableTarget`
    ScalableTarget(Box<dynamodb::ScalableTarget>),
    /// `AWS::ApplicationAutoScaling::ScalingPolicy`
    ScalingPolicy(Box<dynamodb::ScalingPolicy>),
    /// `AWS::DAX::Cluster`
    DaxCluster(Box<dax::Cluster>),
    /// `AWS::Backup::BackupSelection`
    BackupSelection(Box<backup::BackupSelection>),
    /// `AWS::Lambda::Function`
    Function(Box<lambda::Function>),
    /// `AWS::Lambda::Alias`
    Alias(Box<lambda::Alias>),
    /// `AWS::Lambda::Version`
    Version(Box<lambda::Version>),
    /// `AWS::Lambda::Permission`
    Permission(Box<lambda::Permission>),
    /// `AWS::Lambda::Url`
    FunctionUrl(Box<lambda::Url>),
    /// `AWS::Lambda::EventSourceMapping`
    EventSourceMapping(Box<lambda::EventSourceMapping>),
    /// `AWS::Lambda::EventInvokeConfig`
    EventInvokeConfig(Box<lambda::EventInvokeConfig>),
    /// `AWS::CodeDeploy::Application`
    Application(Box<codedeploy::Application>),
    /// `AWS::CodeDeploy::DeploymentGroup`
    DeploymentGroup(Box<codedeploy::DeploymentGroup>),
    /// `AWS::CodeDeploy::DeploymentConfig`
    DeploymentConfig(Box<codedeploy::DeploymentConfig>),
    /// `AWS::CloudWatch::Alarm`
    Alarm(Box<cloudwatch::Alarm>),
    /// `AWS::CloudWatch::CompositeAlarm`
    CompositeAlarm(Box<cloudwatch::CompositeAlarm>),
    /// `AWS::Logs::LogGroup`
    LogGroup(Box<logs::LogGroup>),
    /// `AWS::EC2::Subnet`
    Subnet(Box<ec2::Subnet>),
    /// `AWS::SQS::Queue`
    Queue(Box<sqs::Queue>),
    /// `AWS::SNS::Topic`
    Topic(Box<sns::Topic>),
    /// `AWS::SNS::Subscription`
    Subscription(Box<sns::Subscription>),
    /// `AWS::IAM::Role`
    Role(Box<iam::Role>),
    /// `AWS::IAM::Policy`
    Policy(Box<iam::Policy>),
    /// `AWS::IAM::ManagedPolicy`
    ManagedPolicy(Box<iam::ManagedPolicy>),
    /// `AWS::ApiGateway::RestApi`
    RestApi(Box<apigateway::RestApi>),
    /// `AWS::ApiGateway::Method`
    Method(Box<apigateway::Method>),
    /// `AWS::ApiGatewayV2::Api`
    HttpApi(Box<apigateway::HttpApi>),
    /// `AWS::ApiGatewayV2::Integration`
    Integration(Box<apigateway::Integration>),
    /// `AWS::Events::Rule`
    Rule(Box<events::Rule>),
    /// `AWS::Scheduler::Schedule`
    Schedule(Box<events::Schedule>),
    /// `AWS::Pipes::Pipe`
    Pipe(Box<events::Pipe>),
    /// `AWS::StepFunctions::StateMachine`
    StateMachine(Box<stepfunctions::StateMachine>),
    /// `AWS::AppSync::DataSource`
    DataSource(Box<appsync::DataSource>),
    /// `AWS::IoT::TopicRule`
    TopicRule(Box<iot::TopicRule>),
    /// Any of [`untyped::TYPES`], read by path.
    Untyped(Untyped),
    /// A type that no check reads, kept as it came so that a saved document loses nothing.
    Other(Value),
    /// Properties that nobody could read, or that are no object for a type that checks read.
    Unreadable(Why),
}

impl Properties {
    /// Types the JSON properties of a resource. Never fails: what cannot be read is `Unreadable`.
    pub fn read(r#type: &ResourceType, value: &Value) -> Self {
        // A key with `null` says what no key says, to every check, and is left out when facts are saved.
        if holds_null(value) {
            let mut present = value.clone();
            leave_out_absent(&mut present);
            let read = Self::read_present(r#type, &present);
            if !matches!(read, Self::Other(_)) {
                return read;
            }
        }
        Self::read_present(r#type, value)
    }

    fn read_present(r#type: &ResourceType, value: &Value) -> Self {
        match r#type.as_str() {
            "AWS::S3::Bucket" => typed(value, Self::Bucket),
            "AWS::S3::BucketPolicy" => typed(value, Self::BucketPolicy),
            "AWS::S3::AccessPoint" => typed(value, Self::AccessPoint),
            "AWS::DynamoDB::Table" => typed(value, Self::Table),
            "AWS::DynamoDB::GlobalTable" => typed(value, Self::GlobalTable),
            "AWS::ApplicationAutoScaling::ScalableTarget" => typed(value, Self::ScalableTarget),
            "AWS::ApplicationAutoScaling::ScalingPolicy" => typed(value, Self::ScalingPolicy),
            "AWS::DAX::Cluster" => typed(value, Self::DaxCluster),
            "AWS::Backup::BackupSelection" => typed(value, Self::BackupSelection),
            "AWS::Lambda::Function" => typed(value, Self::Function),
            "AWS::Lambda::Alias" => typed(value, Self::Alias),
            "AWS::Lambda::Version" => typed(value, Self::Version),
            "AWS::Lambda::Permission" => typed(value, Self::Permission),
            "AWS::Lambda::Url" => typed(value, Self::FunctionUrl),
            "AWS::Lambda::EventSourceMapping" => typed(value, Self::EventSourceMapping),
            "AWS::Lambda::EventInvokeConfig" => typed(value, Self::EventInvokeConfig),
            "AWS::CodeDeploy::Application" => typed(value, Self::Application),
            "AWS::CodeDeploy::DeploymentGroup" => typed(value, Self::DeploymentGroup),
            "AWS::CodeDeploy::DeploymentConfig" => typed(value, Self::DeploymentConfig),
            "AWS::CloudWatch::Alarm" => typed(value, Self::Alarm),
            "AWS::CloudWatch::CompositeAlarm" => typed(value, Self::CompositeAlarm),
            "AWS::Logs::LogGroup" => typed(value, Self::LogGroup),
            "AWS::EC2::Subnet" => typed(value, Self::Subnet),
            "AWS::SQS::Queue" => typed(value, Self::Queue),
            "AWS::SNS::Topic" => typed(value, Self::Topic),
            "AWS::SNS::Subscription" => typed(value, Self::Subscription),
            "AWS::IAM::Role" => typed(value, Self::Role),
            "AWS::IAM::Policy" => typed(value, Self::Policy),
            "AWS::IAM::ManagedPolicy" => typed(value, Self::ManagedPolicy),
            "AWS::ApiGateway::RestApi" => typed(value, Self::RestApi),
            "AWS::ApiGateway::Method" => typed(value, Self::Method),
            "AWS::ApiGatewayV2::Api" => typed(value, Self::HttpApi),
            "AWS::ApiGatewayV2::Integration" => typed(value, Self::Integration),
            "AWS::Events::Rule" => typed(value, Self::Rule),
            "AWS::Scheduler::Schedule" => typed(value, Self::Schedule),
            "AWS::Pipes::Pipe" => typed(value, Self::Pipe),
            "AWS::StepFunctions::StateMachine" => typed(value, Self::StateMachine),
            "AWS::AppSync::DataSource" => typed(value, Self::DataSource),
            "AWS::IoT::TopicRule" => typed(value, Self::TopicRule),
            read_by_path if untyped::TYPES.contains(&read_by_path) => by_path(value),
            _ => super::unknown_marker(value).map_or_else(|| Self::Other(value.clone()), Self::Unreadable),
        }
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
            Self::Other(value) => Ok(value.clone()),
            Self::Unreadable(why) => Ok(serde_json::json!({ UNKNOWN: why })),
        }
    }
}

fn by_path(value: &Value) -> Properties {
    if let Some(why) = super::unknown_marker(value) {
        return Properties::Unreadable(why);
    }
    match Option::<Untyped>::deserialize(value) {
        Ok(properties) => Properties::Untyped(properties.unwrap_or_default()),
        Err(error) => Properties::Unreadable(Why::Malformed(error.to_string())),
    }
}

fn typed<T: DeserializeOwned>(value: &Value, variant: fn(Box<T>) -> Properties) -> Properties {
    if let Some(why) = super::unknown_marker(value) {
        return Properties::Unreadable(why);
    }
    let empty = Value::Object(serde_json::Map::new());
    let value = if value.is_null() { &empty } else { value };
    match T::deserialize(value) {
        Ok(properties) => variant(Box::new(properties)),
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

/// Whether `leave_out_absent` would change anything.
fn holds_null(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().any(|value| value.is_null() || holds_null(value)),
        Value::Array(items) => items.iter().any(holds_null),
        _ => false,
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
