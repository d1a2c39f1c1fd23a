//! Cloud Control: the general reader, for types that checks read and that have no observer of their own. What it
//! cannot read is taken from the stack's template, as CloudFormation deployed it.
//!
//! # What is live, and what is the template
//! Live is whatever one cheap call shows and somebody may have changed by hand. From the template come
//! - what no reader shows: the OpenAPI document of an API, the parameters of a pipe's source and target and most
//!   destinations of a delivery stream are write-only in their types' schemas; policies of queues, topics and event
//!   buses have no read handler;
//! - whatever API Gateway holds (stages, methods, routes, integrations, domains), whose service allows ten requests a
//!   second in all (<https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>);
//! - what Cloud Control knows by several identifiers at once: app clients of a user pool, web ACLs with their logging
//!   and their associations;
//! - which key encrypts what cannot change its key: live, the one that AWS manages is not told from a customer's own;
//! - profiles, environments and deployments of AppConfig, whose identifiers are of several parts, of which
//!   CloudFormation knows one;
//! - routes and endpoints of a VPC, most of which Cloud Control knows by several identifiers at once;
//! - log groups, of which each function has one: their service allows some ten reads a second in all
//!   (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>);
//! - secrets and parameters: what reads them here would need a permission to read what they hold, of all of them;
//! - what Cloud Control says it does not support.
//!
//! A remark of the session counts them.
//!
//! What the policy of a queue or a topic says comes from the service nevertheless: `QueueInlinePolicy` and
//! `TopicInlinePolicy` are read by the queue's URL and the topic's ARN, whoever attached it.

use aws_sdk_cloudcontrol::operation::get_resource::GetResourceOutput;
use serde_json::{Map, Value, json};

use super::{Document, Memo, Session, document::not_created};
use crate::{
    aws::{Fault, Operation},
    facts::{Observed, UNKNOWN, Why},
    inventory::ResourceRef,
    need::Need,
};

/// The largest document of a resource; a state machine's definition may have a megabyte.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const LARGEST: usize = 4 << 20;

/// How the resources of one type are read.
struct Reader {
    r#type: &'static str,
    need: Need,
    source: Source,
}

/// Where their properties come from.
enum Source {
    /// Cloud Control, by this identifier, but for these properties, which only the template shows.
    Live(Identifier, &'static [&'static str]),
    /// The template. The property that the physical id is, where there is one.
    Template(Option<&'static str>),
}

/// The primary identifier of a type, by its schema.
#[derive(Clone, Copy)]
enum Identifier {
    /// As CloudFormation knows the resource: a name, an ARN, a URL.
    Physical,
    /// The ARN of a rule, which CloudFormation knows by its name, or by its bus and its name.
    Rule,
    /// The name of a schedule of the default group. Of another group the identifier says nothing.
    Schedule,
}

const fn live(r#type: &'static str, need: Need, identifier: Identifier) -> Reader {
    Reader { r#type, need, source: Source::Live(identifier, &[]) }
}

/// Live, but for these properties.
const fn partly(r#type: &'static str, need: Need, hidden: &'static [&'static str]) -> Reader {
    Reader { r#type, need, source: Source::Live(Identifier::Physical, hidden) }
}

const fn templated(r#type: &'static str, need: Need) -> Reader {
    Reader { r#type, need, source: Source::Template(None) }
}

/// What only the template shows of a delivery stream: properties that its schema has as write-only, or parts of.
const OF_DELIVERY_STREAMS: &[&str] = &[
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "DatabaseSourceConfiguration",
    "ElasticsearchDestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "IcebergDestinationConfiguration",
    "KinesisStreamSourceConfiguration",
    "MSKSourceConfiguration",
    "RedshiftDestinationConfiguration",
    "S3DestinationConfiguration",
    "SnowflakeDestinationConfiguration",
    "SplunkDestinationConfiguration",
];

/// Whose policies are read besides: by the same identifier, as another type.
const POLICIES: &[(&str, Need, &str)] = &[
    ("AWS::SNS::Topic", Need::TopicPolicies, "AWS::SNS::TopicInlinePolicy"),
    ("AWS::SQS::Queue", Need::QueuePolicies, "AWS::SQS::QueueInlinePolicy"),
];

/// Every type that is read here; of one that stands twice, the first whose need is asked for.
const READERS: &[Reader] = &[
    templated("AWS::ApiGateway::Authorizer", Need::RestApiIntegrations),
    templated("AWS::ApiGateway::Deployment", Need::RestApiStages),
    templated("AWS::ApiGateway::DomainName", Need::RestApiDomains),
    templated("AWS::ApiGateway::DomainNameV2", Need::RestApiDomains),
    templated("AWS::ApiGateway::Method", Need::RestApiIntegrations),
    templated("AWS::ApiGateway::RequestValidator", Need::RequestValidators),
    templated("AWS::ApiGateway::RestApi", Need::RestApiIntegrations),
    templated("AWS::ApiGateway::Stage", Need::RestApiStages),
    templated("AWS::ApiGateway::UsagePlan", Need::UsagePlans),
    templated("AWS::ApiGatewayV2::Api", Need::HttpApiIntegrations),
    templated("AWS::ApiGatewayV2::ApiMapping", Need::HttpApiMappings),
    templated("AWS::ApiGatewayV2::Authorizer", Need::HttpApiIntegrations),
    templated("AWS::ApiGatewayV2::DomainName", Need::RestApiDomains),
    templated("AWS::ApiGatewayV2::Integration", Need::HttpApiIntegrations),
    templated("AWS::ApiGatewayV2::Route", Need::HttpApiRoutes),
    templated("AWS::ApiGatewayV2::Stage", Need::HttpApiStages),
    live("AWS::AppConfig::Application", Need::ConfigurationApplications, Identifier::Physical),
    templated("AWS::AppConfig::ConfigurationProfile", Need::ConfigurationProfiles),
    templated("AWS::AppConfig::Deployment", Need::ConfigurationDeployments),
    live("AWS::AppConfig::DeploymentStrategy", Need::ConfigurationStrategies, Identifier::Physical),
    templated("AWS::AppConfig::Environment", Need::ConfigurationEnvironments),
    live("AWS::AppSync::DataSource", Need::DataSources, Identifier::Physical),
    live("AWS::AppSync::GraphQLApi", Need::GraphQlApis, Identifier::Physical),
    live("AWS::Backup::BackupPlan", Need::BackupPlans, Identifier::Physical),
    templated("AWS::Backup::BackupVault", Need::BackupVaults),
    live("AWS::CloudFront::Distribution", Need::Distributions, Identifier::Physical),
    live("AWS::Cognito::IdentityPool", Need::IdentityPools, Identifier::Physical),
    live("AWS::Cognito::UserPool", Need::UserPools, Identifier::Physical),
    templated("AWS::Cognito::UserPoolClient", Need::UserPoolClients),
    templated("AWS::EC2::Route", Need::Networks),
    templated("AWS::EC2::RouteTable", Need::Networks),
    templated("AWS::EC2::SubnetRouteTableAssociation", Need::Networks),
    templated("AWS::EC2::VPCEndpoint", Need::Networks),
    live("AWS::ECR::RegistryScanningConfiguration", Need::Repositories, Identifier::Physical),
    // Cannot be changed; live, the key that AWS manages is an ARN like any other.
    partly("AWS::ECR::Repository", Need::Repositories, &["EncryptionConfiguration"]),
    live("AWS::EFS::AccessPoint", Need::FileSystemAccessPoints, Identifier::Physical),
    live("AWS::EFS::FileSystem", Need::FileSystems, Identifier::Physical),
    templated("AWS::ElasticLoadBalancingV2::TargetGroup", Need::StackTemplate),
    live("AWS::Events::Endpoint", Need::EventEndpoints, Identifier::Physical),
    live("AWS::Events::EventBus", Need::EventBuses, Identifier::Physical),
    templated("AWS::Events::EventBusPolicy", Need::EventBuses),
    live("AWS::Events::Rule", Need::RuleTargets, Identifier::Rule),
    live("AWS::IoT::TopicRule", Need::TopicRules, Identifier::Physical),
    partly("AWS::KMS::Key", Need::Keys, &["PendingWindowInDays", "RotationPeriodInDays"]),
    partly("AWS::KMS::ReplicaKey", Need::Keys, &["PendingWindowInDays"]),
    live("AWS::Kinesis::Stream", Need::Streams, Identifier::Physical),
    partly("AWS::KinesisFirehose::DeliveryStream", Need::DeliveryStreams, OF_DELIVERY_STREAMS),
    templated("AWS::Logs::DeliverySource", Need::StackTemplate),
    Reader { r#type: "AWS::Logs::LogGroup", need: Need::LogGroups, source: Source::Template(Some("LogGroupName")) },
    live("AWS::Logs::ResourcePolicy", Need::LogPolicies, Identifier::Physical),
    templated("AWS::Logs::SubscriptionFilter", Need::StackTemplate),
    live("AWS::OpenSearchServerless::Collection", Need::SearchCollections, Identifier::Physical),
    live("AWS::OpenSearchService::Domain", Need::SearchDomains, Identifier::Physical),
    partly("AWS::Pipes::Pipe", Need::Pipes, &["SourceParameters", "TargetParameters"]),
    partly("AWS::RDS::DBCluster", Need::DatabaseClusters, &["MasterUserPassword"]),
    partly("AWS::RDS::DBInstance", Need::DatabaseInstances, &["MasterUserPassword"]),
    live("AWS::RDS::DBProxy", Need::DatabaseProxies, Identifier::Physical),
    live("AWS::SNS::Subscription", Need::Subscriptions, Identifier::Physical),
    // SNS lists every subscription of the topic, the template those that are written inside of it.
    partly("AWS::SNS::Topic", Need::Topics, &["Subscription"]),
    // Whoever looks at those only.
    templated("AWS::SNS::Topic", Need::StackTemplate),
    templated("AWS::SNS::TopicInlinePolicy", Need::TopicPolicies),
    templated("AWS::SNS::TopicPolicy", Need::TopicPolicies),
    live("AWS::SQS::Queue", Need::Queue, Identifier::Physical),
    templated("AWS::SQS::QueueInlinePolicy", Need::QueuePolicies),
    templated("AWS::SQS::QueuePolicy", Need::QueuePolicies),
    live("AWS::SSM::Document", Need::Documents, Identifier::Physical),
    templated("AWS::SSM::Parameter", Need::Parameters),
    live("AWS::Scheduler::Schedule", Need::Schedules, Identifier::Schedule),
    partly("AWS::SecretsManager::ResourcePolicy", Need::SecretPolicies, &["BlockPublicPolicy"]),
    partly("AWS::SecretsManager::RotationSchedule", Need::RotationSchedules, &["HostedRotationLambda"]),
    templated("AWS::SecretsManager::Secret", Need::Secrets),
    templated("AWS::SecretsManager::SecretTargetAttachment", Need::Secrets),
    live("AWS::StepFunctions::StateMachine", Need::StateMachines, Identifier::Physical),
    templated("AWS::WAFv2::LoggingConfiguration", Need::WebAcls),
    templated("AWS::WAFv2::WebACL", Need::WebAcls),
    templated("AWS::WAFv2::WebACLAssociation", Need::WebAclAssociations),
    // CDK's `logRetention`.
    templated("Custom::LogRetention", Need::LogGroups),
];

/// What observers share of Cloud Control.
#[derive(Debug, Default)]
pub(super) struct Shared {
    documents: Memo<(String, String), Observed<Value>>,
}

/// Why a type cannot be read at all, whatever the resource.
const NO_READER: &[&str] = &["UnsupportedActionException", "TypeNotFoundException"];

/// The properties of a resource: of a type of the table, or of one that no check reads.
pub(super) async fn properties(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let r#type = resource.r#type.as_str();
    let mut readers = READERS.iter().filter(|reader| reader.r#type == r#type).peekable();
    if readers.peek().is_none() {
        return Document::unknown(&Why::NotObserved(format!("no check of fitgate reads {type}")));
    }
    let Some(reader) = readers.find(|reader| session.wants(reader.need)) else {
        return Document::unknown(&Why::NotObserved(format!("no enabled check looks at {type}")));
    };
    let (identifier, hidden) = match &reader.source {
        Source::Template(name) => return from_template(session, resource, *name).await,
        Source::Live(identifier, hidden) => (identifier, hidden),
    };
    let Some(physical) = &resource.physical_id else { return not_created(resource) };
    match identifier.of(session, resource, physical).await {
        Ok(Some(identifier)) => {
            let document = read(session, reader.need, r#type, &identifier).await;
            let document = completed(session, resource, document, hidden).await;
            with_policy(session, r#type, &identifier, document).await
        }
        Ok(None) => from_template(session, resource, None).await,
        Err(why) => Document::unknown(&why),
    }
}

/// What Cloud Control says of one resource, whether the stack has it or not; each is asked for once.
///
/// `need` is what the resource is looked at for. A resource that does not exist is a failure, not an absence: nobody
/// asks for one that is not named somewhere.
pub(super) async fn read(session: &Session<'_>, need: Need, r#type: &str, identifier: &str) -> Observed<Value> {
    let key = (r#type.to_owned(), identifier.to_owned());
    session.cloud_control.documents.get(key, || fetch(session, need, r#type, identifier)).await
}

async fn fetch(session: &Session<'_>, need: Need, r#type: &str, identifier: &str) -> Observed<Value> {
    if !session.wants(need) {
        return Observed::not_observed(format!("no enabled check looks at {type}"));
    }
    let get = || session.clients.cloudcontrol.get_resource().type_name(r#type).identifier(identifier).send();
    match session.calls.within(Operation::from(need), get).await {
        Ok(answer) => parsed(&answer).map_or_else(Observed::Unknown, Observed::Present),
        Err(fault) if fault.code().is_some_and(|code| NO_READER.contains(&code)) => Observed::Absent,
        Err(fault) => Observed::Unknown(why(&fault, need)),
    }
}

/// The properties, which are JSON inside of a text.
fn parsed(answer: &GetResourceOutput) -> Result<Value, Why> {
    let text = answer.resource_description().and_then(|description| description.properties()).unwrap_or_default();
    if text.len() > LARGEST {
        return Err(Why::Malformed(format!("a document of {} bytes; at most {LARGEST} are read", text.len())));
    }
    // `serde_json` bounds the depth.
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Why::Malformed("the properties that Cloud Control gives are no object".to_owned())),
        Err(error) => Err(Why::Malformed(format!("the properties that Cloud Control gives: {error}"))),
    }
}

/// Cloud Control calls the service on the caller's behalf, and says what that said inside of its own message:
/// `AWS::SQS::Queue Handler returned status FAILED: … (Service: Sqs, Status Code: 403, …) (HandlerErrorCode:
/// AccessDenied, …)`, under different codes.
/// <https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-cloudformation/issues/82>
fn why(fault: &Fault, need: Need) -> Why {
    let operation = Operation::from(need);
    // Which of them is missing nobody can tell from here.
    let denied = || Why::Denied { action: need.actions().collect::<Vec<_>>().join(", ") };
    match fault {
        Fault::Denied => denied(),
        Fault::Failed { message, .. } => {
            let says = |text: &str| message.contains(text);
            if says("HandlerErrorCode: AccessDenied") || says("not authorized to perform") || says("Status Code: 403") {
                denied()
            } else if says("HandlerErrorCode: Throttling") || says("Rate exceeded") {
                Fault::Throttled.why(operation)
            } else {
                fault.why(operation)
            }
        }
        _ => fault.why(operation),
    }
}

/// Adds the policy that the service has of it.
async fn with_policy(session: &Session<'_>, r#type: &str, identifier: &str, document: Value) -> Value {
    let policies = POLICIES.iter().find(|(owner, need, _)| *owner == r#type && session.wants(*need));
    match (document, policies) {
        (Value::Object(mut map), Some((_, need, policy))) if !map.contains_key(UNKNOWN) => {
            map.extend(Document::entry("$Policy", attached(session, *need, policy, identifier).await));
            Value::Object(map)
        }
        (document, _) => document,
    }
}

/// The document of a policy; one without statements where the service has none, nothing where nobody reads the type.
async fn attached(session: &Session<'_>, need: Need, r#type: &str, identifier: &str) -> Observed<Value> {
    let get = || session.clients.cloudcontrol.get_resource().type_name(r#type).identifier(identifier).send();
    let document = match session.calls.within(Operation::from(need), get).await {
        Ok(answer) => parsed(&answer),
        Err(fault) if fault.code().is_some_and(|code| NO_READER.contains(&code)) => return Observed::Absent,
        Err(Fault::NotFound { .. }) => return Observed::Present(json!({ "Statement": [] })),
        Err(fault) => Err(why(&fault, need)),
    };
    match document {
        Ok(mut document) => Observed::Present(document.get_mut("PolicyDocument").map(Value::take).unwrap_or_default()),
        Err(why) => Observed::Unknown(why),
    }
}

/// A live document with what only the template shows; where there is no reader for the type, the template's whole.
async fn completed(session: &Session<'_>, resource: &ResourceRef, document: Observed<Value>, hidden: &[&str]) -> Value {
    let mut map = match document {
        Observed::Present(Value::Object(map)) => map,
        Observed::Present(other) => return other,
        Observed::Absent => return from_template(session, resource, None).await,
        Observed::Unknown(why) => return Document::unknown(&why),
    };
    if hidden.is_empty() {
        return Value::Object(map);
    }
    map.retain(|name, _| !hidden.contains(&name.as_str()));
    match session.templated(resource).await {
        Observed::Present(mut written) => {
            map.extend(hidden.iter().filter_map(|name| Some(((*name).to_owned(), written.remove(*name)?))));
        }
        Observed::Absent => {}
        Observed::Unknown(why) => {
            map.extend(hidden.iter().map(|name| ((*name).to_owned(), Document::unknown(&why))));
        }
    }
    Value::Object(map)
}

/// What the template says, which is counted.
pub(super) async fn from_template(session: &Session<'_>, resource: &ResourceRef, name: Option<&str>) -> Value {
    match session.templated(resource).await {
        Observed::Present(mut written) => {
            session.took_from_template(resource);
            if let (Some(name), Some(physical)) = (name, &resource.physical_id) {
                written.insert(name.to_owned(), json!(physical));
            }
            Value::Object(written)
        }
        Observed::Absent => Value::Object(Map::new()),
        Observed::Unknown(why) => Document::unknown(&why),
    }
}

impl Identifier {
    /// The identifier; none where the template has to do.
    async fn of(self, session: &Session<'_>, resource: &ResourceRef, physical: &str) -> Result<Option<String>, Why> {
        match self {
            Self::Physical => Ok(Some(physical.to_owned())),
            Self::Rule => rule_arn(session, physical).map(Some),
            Self::Schedule => {
                let group = session.templated(resource).await.and_then(|mut written| {
                    written.remove("GroupName").map_or(Observed::Absent, |name| Observed::<Value>::read(&name))
                });
                let by_default = match &group {
                    Observed::Present(group) => group.as_str() == Some("default"),
                    // Without a template nobody would find out about another group.
                    Observed::Absent | Observed::Unknown(_) => true,
                };
                Ok(by_default.then(|| physical.to_owned()))
            }
        }
    }
}

/// `arn:aws:events:REGION:ACCOUNT:rule/[BUS/]NAME`; CloudFormation writes `BUS|NAME` of a bus other than the default.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>
fn rule_arn(session: &Session<'_>, physical: &str) -> Result<String, Why> {
    if physical.starts_with("arn:") {
        return Ok(physical.to_owned());
    }
    let stack = session.stack();
    let missing = |what: &str| Why::NotObserved(format!("the stack's {what} is not known, and a rule's ARN has it"));
    let account = stack.account.known()?.ok_or_else(|| missing("account"))?;
    let region = stack.region.known()?.ok_or_else(|| missing("region"))?;
    let partition = session.partition();
    Ok(format!("arn:{partition}:events:{region}:{account}:rule/{}", physical.replacen('|', "/", 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: &str, message: &str) -> Why {
        let (code, message) = (Some(code.to_owned()), message.to_owned());
        why(&Fault::Failed { code, message, passing: false }, Need::Queue)
    }

    /// Messages as they were reported: <https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-cloudformation/issues/82>
    #[test]
    fn what_the_service_said_inside_of_the_message_counts() {
        let denied =
            Why::Denied { action: "cloudformation:GetResource, sqs:GetQueueAttributes, sqs:ListQueueTags".to_owned() };
        for message in [
            "AWS::SQS::Queue Handler returned status FAILED: no (HandlerErrorCode: AccessDenied, RequestToken: x)",
            "AWS::SQS::Queue Handler returned status FAILED: User: u is not authorized to perform: sqs:getqueueattr…",
            "Handler returned status FAILED: The security token included in the request is invalid (Service: Sqs, \
             Status Code: 403, Request ID: y) (HandlerErrorCode: GeneralServiceException, RequestToken: x)",
        ] {
            assert_eq!(failed("GeneralServiceException", message), denied, "{message}");
        }
        let throttled = "Handler returned status FAILED: Rate exceeded (HandlerErrorCode: Throttling, RequestToken: x)";
        let operation = "cloudcontrol:GetResource".to_owned();
        assert_eq!(failed("GeneralServiceException", throttled), Why::Throttled { operation: operation.clone() });
        let message = "HandlerInternalFailureException: The input is odd".to_owned();
        let said = failed("HandlerInternalFailureException", "The input is odd");
        assert_eq!(said, Why::Failed { operation, message });
    }
}
