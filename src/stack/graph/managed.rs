//! What AWS's own managed policies allow on data, as far as functions and state machines usually carry them.
//!
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>; each of them speaks of every
//! resource of its services.

/// Policies that say nothing of the data in a graph: logs, traces, network interfaces, deployments, reads of settings.
const SILENT: &[&str] = &[
    "AWSAppSyncPushToCloudWatchLogs",
    "AWSCodeDeployRoleForLambda",
    "AWSCodeDeployRoleForLambdaLimited",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
    "AmazonBedrockFullAccess",
    "AmazonBedrockReadOnly",
    "AmazonRekognitionFullAccess",
    "AmazonRekognitionReadOnlyAccess",
    "AmazonSESFullAccess",
    "AmazonTextractFullAccess",
    "AmazonTranscribeFullAccess",
    "CloudWatchLambdaApplicationSignalsExecutionRolePolicy",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "CloudWatchLogsFullAccess",
    "ComprehendFullAccess",
    "ComprehendReadOnly",
    "TranslateFullAccess",
    "TranslateReadOnly",
];

/// Policies that do, with the actions they allow on all resources.
const SPEAKING: &[(&str, &[&str])] = &[
    ("AWSLambdaExecute", &["s3:GetObject", "s3:PutObject"]),
    ("AWSLambdaKinesisExecutionRole", &["kinesis:GetRecords", "kinesis:SubscribeToShard"]),
    ("AWSLambdaRole", &["lambda:InvokeFunction"]),
    ("AWSLambdaSQSQueueExecutionRole", &["sqs:ReceiveMessage"]),
    ("AWSLambda_FullAccess", &["lambda:*"]),
    ("AWSStepFunctionsFullAccess", &["states:*"]),
    ("AdministratorAccess", &["*"]),
    ("AmazonDynamoDBFullAccess", &["dynamodb:*"]),
    ("AmazonDynamoDBFullAccess_v2", &["dynamodb:*"]),
    ("AmazonDynamoDBReadOnlyAccess", &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]),
    ("AmazonEventBridgeFullAccess", &["events:*"]),
    ("AmazonKinesisFirehoseFullAccess", &["firehose:*"]),
    ("AmazonKinesisFullAccess", &["kinesis:*"]),
    ("AmazonKinesisReadOnlyAccess", &["kinesis:Get*"]),
    ("AmazonS3FullAccess", &["s3:*"]),
    ("AmazonS3ReadOnlyAccess", &["s3:Get*"]),
    ("AmazonSNSFullAccess", &["sns:*"]),
    ("AmazonSQSFullAccess", &["sqs:*"]),
    ("AmazonSQSReadOnlyAccess", &[]),
    ("AmazonSSMFullAccess", &["ssm:*"]),
    ("AmazonSSMReadOnlyAccess", &["ssm:Get*"]),
    ("PowerUserAccess", &["*"]),
    ("SecretsManagerReadWrite", &["secretsmanager:*"]),
];

/// The actions that the policy allows on all data; `None` where nobody can tell.
pub(super) fn actions(policy: &str) -> Option<&'static [&'static str]> {
    if SILENT.contains(&policy) {
        return Some(&[]);
    }
    SPEAKING.iter().find(|(name, _)| *name == policy).map(|(_, actions)| *actions)
}
