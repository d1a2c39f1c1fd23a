//! What a type is to the eye: a mark, a word, and one of a few kinds that share a shape.

use crate::inventory::ResourceType;

/// What a resource is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Where events come in: APIs, rules, schedules.
    Source,
    /// What computes: functions, state machines.
    Compute,
    /// What carries messages.
    Channel,
    /// What holds data.
    Data,
    /// What deploys.
    Deployment,
    /// Anything else.
    Other,
}

impl Kind {
    pub(super) const ALL: [Self; 6] =
        [Self::Source, Self::Compute, Self::Channel, Self::Data, Self::Deployment, Self::Other];

    /// A word, which is also a class of CSS and of Mermaid.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Compute => "compute",
            Self::Channel => "channel",
            Self::Data => "data",
            Self::Deployment => "deployment",
            Self::Other => "other",
        }
    }
}

/// How a type is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) kind: Kind,
    /// At most three letters.
    pub(super) mark: String,
    /// A word or two.
    pub(super) word: String,
}

const LOOKS: &[(&str, Kind, &str, &str)] = &[
    ("AWS::ApiGateway::Method", Kind::Source, "API", "API method"),
    ("AWS::ApiGateway::RestApi", Kind::Source, "API", "REST API"),
    ("AWS::ApiGatewayV2::Api", Kind::Source, "API", "HTTP API"),
    ("AWS::ApiGatewayV2::Integration", Kind::Source, "API", "API integration"),
    ("AWS::AppSync::DataSource", Kind::Source, "GQL", "AppSync source"),
    ("AWS::CodeDeploy::DeploymentGroup", Kind::Deployment, "CD", "Deployment group"),
    ("AWS::Cognito::UserPool", Kind::Source, "COG", "User pool"),
    ("AWS::DynamoDB::GlobalTable", Kind::Data, "DDB", "Global table"),
    ("AWS::DynamoDB::Table", Kind::Data, "DDB", "Table"),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", Kind::Source, "ELB", "Target group"),
    ("AWS::Events::EventBus", Kind::Channel, "EB", "Event bus"),
    ("AWS::Events::Rule", Kind::Source, "EB", "Event rule"),
    ("AWS::IoT::TopicRule", Kind::Source, "IoT", "Topic rule"),
    ("AWS::Kinesis::Stream", Kind::Channel, "KDS", "Stream"),
    ("AWS::KinesisFirehose::DeliveryStream", Kind::Channel, "KDF", "Delivery stream"),
    ("AWS::Lambda::EventSourceMapping", Kind::Source, "ESM", "Event source"),
    ("AWS::Lambda::Function", Kind::Compute, "λ", "Function"),
    ("AWS::Lambda::Url", Kind::Source, "URL", "Function URL"),
    ("AWS::Logs::LogGroup", Kind::Channel, "LOG", "Log group"),
    ("AWS::Logs::SubscriptionFilter", Kind::Source, "LOG", "Log filter"),
    ("AWS::Pipes::Pipe", Kind::Source, "PIP", "Pipe"),
    ("AWS::S3::Bucket", Kind::Data, "S3", "Bucket"),
    ("AWS::SNS::Subscription", Kind::Source, "SNS", "Subscription"),
    ("AWS::SNS::Topic", Kind::Channel, "SNS", "Topic"),
    ("AWS::SQS::Queue", Kind::Channel, "SQS", "Queue"),
    ("AWS::SSM::Parameter", Kind::Data, "SSM", "Parameter"),
    ("AWS::Scheduler::Schedule", Kind::Source, "CRN", "Schedule"),
    ("AWS::SecretsManager::Secret", Kind::Data, "SEC", "Secret"),
    ("AWS::StepFunctions::StateMachine", Kind::Compute, "SFN", "State machine"),
];

/// How a type is shown; one that is not listed by the end of its name.
pub(super) fn look(r#type: &ResourceType) -> Look {
    let name = r#type.as_str();
    if let Some((_, kind, mark, word)) = LOOKS.iter().find(|(known, ..)| *known == name) {
        return Look { kind: *kind, mark: (*mark).to_owned(), word: (*word).to_owned() };
    }
    let word = name.rsplit("::").next().unwrap_or(name);
    let mark = word.chars().filter(|letter| letter.is_alphanumeric()).take(2).collect::<String>().to_uppercase();
    Look { kind: Kind::Other, mark, word: word.to_owned() }
}
