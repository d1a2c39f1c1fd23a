//! Properties that are read by path: of types that are judged one by one, and that nothing is joined with.
//!
//! A type that holistic judges reason about has a struct of its own; for the rest a struct would repeat CloudFormation's
//! schema for the sake of one or two properties.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{List, Observed, Text, Why};

/// The types that checks read by path. A check of another type would judge nothing; a test holds that.
pub const TYPES: &[&str] = &[
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RequestValidator",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    "AWS::AppConfig::Application",
    "AWS::AppConfig::ConfigurationProfile",
    "AWS::AppConfig::Deployment",
    "AWS::AppConfig::DeploymentStrategy",
    "AWS::AppConfig::Environment",
    "AWS::AppSync::GraphQLApi",
    "AWS::Backup::BackupPlan",
    "AWS::Backup::BackupVault",
    "AWS::CloudFront::Distribution",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCEndpoint",
    "AWS::ECR::RegistryScanningConfiguration",
    "AWS::ECR::Repository",
    "AWS::EFS::AccessPoint",
    "AWS::EFS::FileSystem",
    "AWS::Events::Endpoint",
    "AWS::Events::EventBus",
    "AWS::Events::EventBusPolicy",
    "AWS::KMS::Key",
    "AWS::KMS::ReplicaKey",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Logs::DeliverySource",
    "AWS::Logs::ResourcePolicy",
    "AWS::OpenSearchServerless::Collection",
    "AWS::OpenSearchService::Domain",
    "AWS::RDS::DBCluster",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBProxy",
    "AWS::SNS::TopicInlinePolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueueInlinePolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SSM::Document",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::SecretsManager::Secret",
    "AWS::SecretsManager::SecretTargetAttachment",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::WebACL",
    "AWS::WAFv2::WebACLAssociation",
];

/// The properties of a resource, or of a part of one, in CloudFormation's names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Untyped(Map<String, Value>);

impl Untyped {
    /// All of them, as they are written.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// What is at `path`, the names joined by dots: `StreamEncryption.KeyId`.
    ///
    /// What is absent or unknown on the way is so at its end; where something else than an object is on the way, the
    /// property is malformed.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Observed<T> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some(value) = self.0.get(first) else { return Observed::Absent };
        if rest.is_empty() {
            return Observed::read(value);
        }
        Observed::<Self>::read(value).and_then(|inner| inner.get(rest))
    }

    /// The elements of the list at `path`, each of which may be unknown by itself.
    pub fn list<T: DeserializeOwned>(&self, path: &str) -> List<T> {
        self.get(path)
    }

    /// The names and values of the map at `path`, `Variables` of a stage for example.
    pub fn entries(&self, path: &str) -> Observed<Vec<(String, Observed<Text>)>> {
        let read = |map: Self| map.0.iter().map(|(name, value)| (name.clone(), Observed::read(value))).collect();
        self.get::<Self>(path).map(read)
    }

    /// The JSON at `path`, markers of texts included.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub fn written(&self, path: &str) -> Result<Option<&Value>, Why> {
        let mut map = &self.0;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let Some(value) = map.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
            if let Some(why) = super::unknown_marker(value) {
                return Err(why);
            }
            if names.peek().is_none() {
                return Ok(Some(value));
            }
            map = value.as_object().ok_or_else(|| Why::Malformed(format!("{name} is no object")))?;
        }
        Ok(None)
    }
}
