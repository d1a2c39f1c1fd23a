//! What roles allow on data: the ways to write an action, a resource and a policy.

use super::hold;

/// A function with a role of these statements.
fn with(statements: &str, more: &str) -> String {
    format!(
        "  Fn: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt Role.Arn}}}}
  Role: {{Type: AWS::IAM::Role, Properties: {{Policies: [{{PolicyName: p, PolicyDocument: {{Statement: [{statements}]}}}}]}}}}
{more}"
    )
}

/// One statement a case on one function and these resources.
fn allow(cases: &[(&str, &str, &str, &[&str])]) {
    let cases: Vec<_> = cases.iter().map(|(name, says, more, told)| (*name, with(says, more), *told)).collect();
    let cases: Vec<_> = cases.iter().map(|(name, text, told)| (*name, &**text, *told)).collect();
    hold(&cases);
}

const AT: &str = "Role Policies[0].PolicyDocument.Statement[0]";

#[test]
fn every_service_has_its_actions() {
    // Type, how the ARN is written, an action, the relation.
    let cases = [
        ("S3::Bucket", "!Sub '${It.Arn}/*'", "s3:GetObject", "reads"),
        ("S3::Bucket", "!Sub '${It.Arn}/uploads/*'", "s3:Put*", "writes"),
        ("S3::Bucket", "!Sub 'arn:${AWS::Partition}:s3:::${It}/*'", "s3:DeleteObject", "writes"),
        ("DynamoDB::Table", "!GetAtt It.Arn", "dynamodb:GetItem", "reads"),
        ("DynamoDB::Table", "!Sub '${It.Arn}/index/*'", "dynamodb:Query", "reads"),
        ("DynamoDB::Table", "!GetAtt It.Arn", "DynamoDB:putitem", "writes"),
        ("DynamoDB::GlobalTable", "!GetAtt It.Arn", "dynamodb:UpdateItem", "writes"),
        ("SQS::Queue", "!GetAtt It.Arn", "sqs:ReceiveMessage", "reads"),
        (
            "SQS::Queue",
            "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${It.QueueName}'",
            "sqs:SendMessage",
            "publishes to",
        ),
        ("SNS::Topic", "!Ref It", "sns:Publish", "publishes to"),
        ("SNS::Topic", "!Sub 'arn:aws:sns:*:*:${It.TopicName}'", "sns:Publish", "publishes to"),
        ("Kinesis::Stream", "!GetAtt It.Arn", "kinesis:GetRecords", "reads"),
        ("Kinesis::Stream", "!GetAtt It.Arn", "kinesis:PutRecords", "publishes to"),
        ("KinesisFirehose::DeliveryStream", "!GetAtt It.Arn", "firehose:PutRecord", "publishes to"),
        ("Events::EventBus", "!GetAtt It.Arn", "events:PutEvents", "publishes to"),
        ("SecretsManager::Secret", "!Ref It", "secretsmanager:GetSecretValue", "reads"),
        ("SecretsManager::Secret", "!Ref It", "secretsmanager:PutSecretValue", "writes"),
        ("SSM::Parameter", "!Sub 'arn:aws:ssm:eu-west-1:1:parameter/${It}'", "ssm:GetParameter", "reads"),
        ("SSM::Parameter", "!Sub 'arn:aws:ssm:eu-west-1:1:parameter${It}'", "ssm:PutParameter", "writes"),
        ("StepFunctions::StateMachine", "!Ref It", "states:StartExecution", "invokes"),
        ("Lambda::Function", "!GetAtt It.Arn", "lambda:InvokeFunction", "invokes"),
        ("Lambda::Function", "!Sub '${It.Arn}:*'", "lambda:Invoke*", "invokes"),
    ];
    for (r#type, arn, action, relation) in cases {
        let says = format!("{{Effect: Allow, Action: '{action}', Resource: {arn}}}");
        let more = format!("  It: {{Type: AWS::{type}}}\n  Other: {{Type: AWS::{type}}}\n");
        let definition = ", Properties: {Definition: {StartAt: A, States: {A: {Type: Pass}}}}}";
        let more = if r#type.ends_with("Machine") { more.replace('}', definition) } else { more };
        let told = super::told(&super::graph(&with(&says, &more)));
        assert_eq!(told, [format!("Fn {relation} It: {AT}")], "{type} {arn} {action}");
    }
}

#[test]
fn every_way_to_write_a_resource_means_it() {
    let table =
        "  It: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}\n  Other: {Type: AWS::DynamoDB::Table}\n";
    let staged = "  It: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::StackName}-orders'}}\n  Other: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub '${AWS::StackName}-other'}}\n";
    let secret = "  It: {Type: AWS::SecretsManager::Secret, Properties: {Name: app/db}}\n  Other: {Type: AWS::SecretsManager::Secret, Properties: {Name: app/db-admin}}\n";
    let bucket = "  It: {Type: AWS::S3::Bucket, Properties: {BucketName: logs}}\n  Other: {Type: AWS::S3::Bucket, Properties: {BucketName: logs-old}}\n";
    let parameter = "  It: {Type: AWS::SSM::Parameter, Properties: {Name: /app/url}}\n";
    let reads = |resource: &str, action: &str| format!("{{Effect: Allow, Action: '{action}', Resource: {resource}}}");
    let one = |resource: &str| reads(resource, "dynamodb:GetItem");
    let told: &[&str] = &["Fn reads It: Role Policies[0].PolicyDocument.Statement[0]"];
    let both: &[&str] = &[
        "Fn reads It: Role Policies[0].PolicyDocument.Statement[0]",
        "Fn reads Other: Role Policies[0].PolicyDocument.Statement[0]",
    ];
    let all: &[&str] = &[
        "Fn reads It: Role Policies[0].PolicyDocument.Statement[0] (*)",
        "Fn reads Other: Role Policies[0].PolicyDocument.Statement[0] (*)",
    ];
    let cases = [
        ("the name", one("'arn:aws:dynamodb:eu-west-1:1:table/orders'"), table, told),
        ("a pattern", one("'arn:aws:dynamodb:*:*:table/ord?rs'"), table, told),
        ("another name", one("'arn:aws:dynamodb:*:*:table/theirs'"), table, &[]),
        ("everything", one("'*'"), table, all),
        ("every table", one("'arn:aws:dynamodb:*:*:table/*'"), table, all),
        ("every table there", one("'arn:aws:dynamodb:*'"), table, all),
        (
            "a list, by name before all",
            one("['*', !GetAtt It.Arn]"),
            table,
            &[
                "Fn reads It: Role Policies[0].PolicyDocument.Statement[0]",
                "Fn reads Other: Role Policies[0].PolicyDocument.Statement[0] (*)",
            ],
        ),
        ("a name of equal parts", one("!Sub 'arn:aws:dynamodb:*:*:table/${AWS::StackName}-orders'"), staged, told),
        (
            "every table of the stack, by name",
            one("!Sub 'arn:aws:dynamodb:*:*:table/${AWS::StackName}-*'"),
            staged,
            both,
        ),
        (
            "the generated names of the stack",
            one("!Sub 'arn:aws:dynamodb:*:*:table/${AWS::StackName}-*'"),
            "  It: {Type: AWS::DynamoDB::Table}\n",
            told,
        ),
        (
            "a name that may be it",
            one("'arn:aws:dynamodb:*:*:table/prod-orders'"),
            staged,
            &["Fn reads It? whether arn:aws:dynamodb:*:*:table/prod-orders means it is known only after deployment"],
        ),
        (
            "whatever is imported",
            one("!ImportValue theirs"),
            table,
            &["Fn reads ?? the export theirs of another stack is known only at deployment"],
        ),
        (
            "a secret with any suffix",
            reads("'arn:aws:secretsmanager:*:*:secret:app/db-??????'", "secretsmanager:*"),
            secret,
            &[
                "Fn reads It: Role Policies[0].PolicyDocument.Statement[0]",
                "Fn writes It: Role Policies[0].PolicyDocument.Statement[0]",
            ],
        ),
        (
            "a secret, wholly",
            reads("'arn:aws:secretsmanager:eu-west-1:1:secret:app/db-a1B2c3'", "secretsmanager:Get*"),
            secret,
            told,
        ),
        ("objects", reads("'arn:aws:s3:::logs/*'", "s3:GetObject"), bucket, told),
        ("one object", reads("'arn:aws:s3:::logs/2024/a.json'", "s3:GetObject"), bucket, told),
        ("the bucket is none of its objects", reads("'arn:aws:s3:::logs'", "s3:GetObject"), bucket, &[]),
        (
            "a parameter with a slash",
            reads("'arn:aws:ssm:eu-west-1:1:parameter/app/*'", "ssm:GetParameter"),
            parameter,
            told,
        ),
    ];
    let cases: Vec<_> = cases.iter().map(|(name, says, more, told)| (*name, &**says, *more, *told)).collect();
    allow(&cases);
}

const TWO: &str = "  It: {Type: AWS::DynamoDB::Table}\n  Other: {Type: AWS::DynamoDB::Table}\n";

#[test]
fn statements_allow_as_iam_reads_them() {
    let of = "Role Policies[0].PolicyDocument.Statement[0]";
    let (read_it, write_it) = (format!("Fn reads It: {of}"), format!("Fn writes It: {of}"));
    let read_other = format!("Fn reads Other: {of} (*)");
    allow(&[
        ("both", "{Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt It.Arn}", TWO, &[&read_it, &write_it]),
        (
            "NotAction",
            "{Effect: Allow, NotAction: ['dynamodb:*Item', 'dynamodb:PartiQL*'], Resource: !GetAtt It.Arn}",
            TWO,
            &[&read_it],
        ),
        (
            "NotResource",
            "{Effect: Allow, Action: 'dynamodb:GetItem', NotResource: !GetAtt It.Arn}",
            TWO,
            &[&read_other],
        ),
        ("Deny", "{Effect: Deny, Action: '*', Resource: '*'}", TWO, &[]),
        (
            "a Deny beside it",
            "{Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt It.Arn}, {Effect: Deny, Action: '*', Resource: '*'}",
            TWO,
            &[&read_it],
        ),
        (
            "an effect nobody knows",
            "{Effect: !ImportValue e, Action: 'dynamodb:GetItem', Resource: !GetAtt It.Arn}",
            TWO,
            &["Fn reads It? the export e of another stack is known only at deployment"],
        ),
        (
            "an action nobody knows",
            "{Effect: Allow, Action: !ImportValue a, Resource: !GetAtt It.Arn}",
            TWO,
            &[
                "Fn reads It? the export a of another stack is known only at deployment",
                "Fn writes It? the export a of another stack is known only at deployment",
            ],
        ),
        (
            "settled by another",
            "{Effect: Allow, Action: !ImportValue a, Resource: !GetAtt It.Arn}, {Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt It.Arn}",
            TWO,
            &[
                "Fn reads It: Role Policies[0].PolicyDocument.Statement[1]",
                "Fn writes It: Role Policies[0].PolicyDocument.Statement[1]",
            ],
        ),
        ("of no service held here", "{Effect: Allow, Action: 'ses:SendEmail', Resource: '*'}", TWO, &[]),
    ]);
}

#[test]
fn policies_stand_in_several_places() {
    let role = |properties: &str, more: &str| {
        format!(
            "  Fn: {{Type: AWS::Lambda::Function, Properties: {{Role: !GetAtt Role.Arn}}}}\n  Role: {{Type: AWS::IAM::Role, Properties: {{{properties}}}}}\n{TWO}{more}"
        )
    };
    let document = "PolicyDocument: {Statement: {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt It.Arn}}";
    let attached = format!(
        "  Policy: {{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, Roles: [!Ref Role], {document}}}}}\n"
    );
    let managed = format!("  Policy: {{Type: AWS::IAM::ManagedPolicy, Properties: {{{document}}}}}\n");
    let by_policy: &[&str] = &["Fn reads It: Policy PolicyDocument.Statement[0]"];
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("attached", role("", &attached), by_policy),
        ("managed, of the stack", role("ManagedPolicyArns: [!Ref Policy]", &managed), by_policy),
        (
            "AWS's, of all tables",
            role("ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess']", ""),
            &["Fn reads It: Role ManagedPolicyArns (*)", "Fn reads Other: Role ManagedPolicyArns (*)"],
        ),
        (
            "AWS's, of logs",
            role("ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']", ""),
            &[],
        ),
        (
            "AWS's, that few know",
            role("ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSNewThing']", ""),
            &["Fn ? ?? what the managed policy AWSNewThing allows is not known"],
        ),
        (
            "somebody's",
            role("ManagedPolicyArns: ['arn:aws:iam::123456789012:policy/theirs']", ""),
            &["Fn ? ?? the managed policy arn:aws:iam::123456789012:policy/theirs is not in this stack"],
        ),
        (
            "a role elsewhere",
            format!("  Fn: {{Type: AWS::Lambda::Function, Properties: {{Role: 'arn:aws:iam::1:role/theirs'}}}}\n{TWO}"),
            &["Fn ? ?? the role of Fn is not in this stack"],
        ),
        (
            "a role nobody knows",
            format!("  Fn: {{Type: AWS::Lambda::Function, Properties: {{Role: !ImportValue role}}}}\n{TWO}"),
            &["Fn ? ?? the export role of another stack is known only at deployment"],
        ),
        (
            "of a state machine",
            role("", &attached).replace(
                "Lambda::Function, Properties: {Role:",
                "StepFunctions::StateMachine, Properties: {Definition: {States: {}}, RoleArn:",
            ),
            by_policy,
        ),
    ];
    let cases: Vec<_> = cases.iter().map(|(name, text, told)| (*name, &**text, *told)).collect();
    hold(&cases);
}

#[test]
fn sam_policy_templates_and_connectors_become_edges() {
    let function = |more: &str| {
        format!(
            "  Fn:\n    Type: AWS::Serverless::Function\n    Properties: {{Handler: a.b, Runtime: nodejs22.x, InlineCode: x{more}}}\n{TWO}"
        )
    };
    let at = "FnRole Policies[0].PolicyDocument.Statement[0]";
    let (reads, writes) = (format!("Fn reads It: {at}"), format!("Fn writes It: {at}"));
    let by_connector = "FnItPolicy PolicyDocument";
    let connected =
        [format!("Fn reads It: {by_connector}.Statement[0]"), format!("Fn writes It: {by_connector}.Statement[1]")];
    let connected: Vec<&str> = connected.iter().map(String::as_str).collect();
    let connector = "  FnIt: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Fn}, Destination: {Id: It}, Permissions: [Read, Write]}}\n";
    let crud = function(", Policies: [{DynamoDBCrudPolicy: {TableName: !Ref It}}]");
    let read = function(", Policies: [{DynamoDBReadPolicy: {TableName: !Ref It}}]");
    let joined = format!("{}{connector}", function(""));
    hold(&[
        ("DynamoDBCrudPolicy", &crud, &[&reads, &writes]),
        ("DynamoDBReadPolicy", &read, &[&reads]),
        ("connector", &joined, &connected),
    ]);
}
