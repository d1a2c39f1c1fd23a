//! What can be done with the data of each service: the actions of policies, and how ARNs name the resources.
//!
//! As the Service Authorization Reference names them:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.

use super::Relation::{self, Invokes, Publishes, Reads, Writes};

/// The resources of one type, and the actions on them.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) r#type: &'static str,
    /// The ARN up to the name, in the partition `aws`, without region and account.
    pub(super) arn: &'static str,
    /// What `Ref` gives.
    pub(super) reference: Gives,
    /// Attributes that give something else than another resource's property.
    pub(super) attributes: &'static [(&'static str, Gives)],
    /// What the actions are allowed on.
    pub(super) tails: &'static [Tail],
    /// The shape of the name that CloudFormation generates where none is given.
    pub(super) generated: Generated,
    pub(super) by: &'static [(Relation, &'static [&'static str])],
}

/// What a reference to a resource stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    Name,
    Arn,
    Other,
}

/// What stands behind the name in the ARNs that an action is allowed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing: the resource itself.
    Nothing,
    /// A part of it of any name, behind this: an object, an index, a version.
    Below(&'static str),
    /// The hyphen and six characters that Secrets Manager adds to names.
    Suffix,
}

/// A name that CloudFormation makes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generated {
    /// The stack's name, the logical id, chance.
    OfStack,
    /// Nothing that a pattern could mean by more than a wildcard.
    Opaque,
}

const BASE: Service = Service {
    r#type: "",
    arn: "",
    reference: Gives::Name,
    attributes: &[("Arn", Gives::Arn)],
    tails: &[Tail::Nothing],
    generated: Generated::OfStack,
    by: &[],
};

const TABLE: Service = Service {
    r#type: "AWS::DynamoDB::Table",
    arn: "arn:aws:dynamodb:::table/",
    tails: &[Tail::Nothing, Tail::Below("/index/")],
    by: &[
        (
            Reads,
            &["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PartiQLSelect"],
        ),
        (
            Writes,
            &[
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:PartiQLInsert",
                "dynamodb:PartiQLUpdate",
                "dynamodb:PartiQLDelete",
            ],
        ),
    ],
    ..BASE
};

pub(super) const SERVICES: &[Service] = &[
    Service {
        r#type: "AWS::S3::Bucket",
        arn: "arn:aws:s3:::",
        // These actions are on objects: a bucket's own ARN allows none of them.
        tails: &[Tail::Below("/")],
        generated: Generated::Opaque,
        by: &[
            (Reads, &["s3:GetObject", "s3:GetObjectVersion"]),
            (Writes, &["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]),
        ],
        ..BASE
    },
    TABLE,
    Service { r#type: "AWS::DynamoDB::GlobalTable", ..TABLE },
    Service {
        r#type: "AWS::SQS::Queue",
        arn: "arn:aws:sqs:::",
        reference: Gives::Other, // the URL
        attributes: &[("Arn", Gives::Arn), ("QueueName", Gives::Name)],
        by: &[(Reads, &["sqs:ReceiveMessage"]), (Publishes, &["sqs:SendMessage"])],
        ..BASE
    },
    Service {
        r#type: "AWS::SNS::Topic",
        arn: "arn:aws:sns:::",
        reference: Gives::Arn,
        attributes: &[("TopicArn", Gives::Arn), ("TopicName", Gives::Name)],
        by: &[(Publishes, &["sns:Publish"])],
        ..BASE
    },
    Service {
        r#type: "AWS::Kinesis::Stream",
        arn: "arn:aws:kinesis:::stream/",
        by: &[
            (Reads, &["kinesis:GetRecords", "kinesis:SubscribeToShard"]),
            (Publishes, &["kinesis:PutRecord", "kinesis:PutRecords"]),
        ],
        ..BASE
    },
    Service {
        r#type: "AWS::KinesisFirehose::DeliveryStream",
        arn: "arn:aws:firehose:::deliverystream/",
        by: &[(Publishes, &["firehose:PutRecord", "firehose:PutRecordBatch"])],
        ..BASE
    },
    Service {
        r#type: "AWS::Events::EventBus",
        arn: "arn:aws:events:::event-bus/",
        attributes: &[("Arn", Gives::Arn), ("Name", Gives::Name)],
        generated: Generated::Opaque,
        by: &[(Publishes, &["events:PutEvents"])],
        ..BASE
    },
    Service {
        r#type: "AWS::SecretsManager::Secret",
        arn: "arn:aws:secretsmanager:::secret:",
        reference: Gives::Arn,
        attributes: &[("Id", Gives::Arn)],
        tails: &[Tail::Nothing, Tail::Suffix],
        generated: Generated::Opaque,
        by: &[
            (Reads, &["secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"]),
            (Writes, &["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"]),
        ],
    },
    Service {
        r#type: PARAMETER,
        arn: "arn:aws:ssm:::parameter/",
        attributes: &[],
        generated: Generated::Opaque,
        by: &[
            (Reads, &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]),
            (Writes, &["ssm:PutParameter"]),
        ],
        ..BASE
    },
    Service {
        r#type: "AWS::StepFunctions::StateMachine",
        arn: "arn:aws:states:::stateMachine:",
        reference: Gives::Arn,
        attributes: &[("Arn", Gives::Arn), ("Name", Gives::Name)],
        generated: Generated::Opaque,
        by: &[(Invokes, &["states:StartExecution", "states:StartSyncExecution"])],
        ..BASE
    },
    Service {
        r#type: FUNCTION,
        arn: "arn:aws:lambda:::function:",
        // Behind the colon stands an alias or a version.
        tails: &[Tail::Nothing, Tail::Below(":")],
        by: &[(Invokes, &["lambda:InvokeFunction"])],
        ..BASE
    },
];

pub(super) const PARAMETER: &str = "AWS::SSM::Parameter";
pub(super) const FUNCTION: &str = "AWS::Lambda::Function";

/// The place in [`SERVICES`] of a type.
pub(super) fn of_type(r#type: &str) -> Option<usize> {
    SERVICES.iter().position(|service| service.r#type == r#type)
}

impl Service {
    /// The service's name in ARNs and integration URIs.
    pub(super) fn name(&self) -> &'static str {
        self.arn.split(':').nth(2).unwrap_or_default()
    }

    /// What an attribute gives; `Ref` where there is none.
    pub(super) fn gives(&self, attribute: Option<&str>) -> Gives {
        let Some(attribute) = attribute else { return self.reference };
        self.attributes.iter().find(|(name, _)| *name == attribute).map_or(Gives::Other, |(_, gives)| *gives)
    }
}
