//! Whoever sends to queues, topics, streams and buses, or starts executions, because a property says so.

use super::hold;

const SINKS: &str = "  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Stream: {Type: AWS::Kinesis::Stream}
  Hose: {Type: AWS::KinesisFirehose::DeliveryStream}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Pass, End: true}}}}}
  Table: {Type: AWS::DynamoDB::Table}
  Bucket: {Type: AWS::S3::Bucket}
";

#[test]
fn every_kind_of_delivery_publishes_or_starts() {
    let cases: [(&str, &str, &[&str]); 14] = [
        (
            "rule to each kind",
            "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: q, Arn: !GetAtt Queue.Arn}, {Id: t, Arn: !Ref Topic}, {Id: s, Arn: !GetAtt Stream.Arn}, {Id: h, Arn: !GetAtt Hose.Arn}, {Id: b, Arn: !GetAtt Bus.Arn}, {Id: f, Arn: !GetAtt Flow.Arn}]}}\n",
            &[
                "Rule publishes to Queue: Rule Targets[0].Arn",
                "Rule publishes to Topic: Rule Targets[1].Arn",
                "Rule publishes to Stream: Rule Targets[2].Arn",
                "Rule publishes to Hose: Rule Targets[3].Arn",
                "Rule publishes to Bus: Rule Targets[4].Arn",
                "Rule invokes Flow: Rule Targets[5].Arn",
            ],
        ),
        (
            "a bus by its name",
            "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: b, Arn: 'arn:aws:events:eu-west-1:1:event-bus/orders'}]}}\n",
            &["Rule publishes to Bus: Rule Targets[0].Arn"],
        ),
        (
            "schedule",
            "  Nightly: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Queue.Arn}}}\n",
            &["Nightly publishes to Queue: Nightly Target.Arn"],
        ),
        (
            "subscription",
            "  Sub: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}}\n",
            &["Topic publishes to Queue: Sub Endpoint"],
        ),
        (
            "subscription written with the topic",
            "  Other: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}}\n",
            &["Other publishes to Queue: Other Subscription[0].Endpoint"],
        ),
        (
            "pipe",
            "  Pipe: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Queue.Arn, Target: !Ref Flow}}\n",
            &["Queue invokes Flow: Pipe Target"],
        ),
        (
            "bucket",
            "  Uploads: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {QueueConfigurations: [{Event: e, Queue: !GetAtt Queue.Arn}], TopicConfigurations: [{Event: e, Topic: !Ref Topic}]}}}\n",
            &[
                "Uploads publishes to Queue: Uploads NotificationConfiguration.QueueConfigurations[0].Queue",
                "Uploads publishes to Topic: Uploads NotificationConfiguration.TopicConfigurations[0].Topic",
            ],
        ),
        (
            "topic rule",
            "  Rule: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Sql: s, Actions: [{Sqs: {QueueUrl: !Ref Queue, RoleArn: r}}, {Sns: {TargetArn: !Ref Topic, RoleArn: r}}, {Kinesis: {StreamName: !Ref Stream, RoleArn: r}}, {Firehose: {DeliveryStreamName: !Ref Hose, RoleArn: r}}, {DynamoDBv2: {PutItem: {TableName: !Ref Table}, RoleArn: r}}]}}}\n",
            &[
                "Rule publishes to Queue: Rule TopicRulePayload.Actions[0].Sqs.QueueUrl",
                "Rule publishes to Topic: Rule TopicRulePayload.Actions[1].Sns.TargetArn",
                "Rule publishes to Stream: Rule TopicRulePayload.Actions[2].Kinesis.StreamName",
                "Rule publishes to Hose: Rule TopicRulePayload.Actions[3].Firehose.DeliveryStreamName",
                "Rule writes Table: Rule TopicRulePayload.Actions[4].DynamoDBv2.PutItem.TableName",
            ],
        ),
        (
            "log filter",
            "  Logs: {Type: AWS::Logs::LogGroup}
  Filter: {Type: AWS::Logs::SubscriptionFilter, Properties: {LogGroupName: !Ref Logs, DestinationArn: !GetAtt Stream.Arn, FilterPattern: ''}}
",
            &["Logs publishes to Stream: Filter DestinationArn"],
        ),
        (
            "dead letters of a queue and of a function",
            "  Jobs: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Queue.Arn, maxReceiveCount: 3}}}
  Fn: {Type: AWS::Lambda::Function, Properties: {DeadLetterConfig: {TargetArn: !GetAtt Queue.Arn}}}
",
            &[
                "Jobs publishes to Queue: Jobs RedrivePolicy.deadLetterTargetArn",
                "Fn publishes to Queue: Fn DeadLetterConfig.TargetArn",
            ],
        ),
        (
            "outcomes of a function",
            "  Fn: {Type: AWS::Lambda::Function, Properties: {}}
  Next: {Type: AWS::Lambda::Function, Properties: {}}
  Config: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref Fn, Qualifier: $LATEST, DestinationConfig: {OnFailure: {Destination: !GetAtt Bucket.Arn}, OnSuccess: {Destination: !GetAtt Next.Arn}}}}
",
            &[
                "Fn writes Bucket: Config DestinationConfig.OnFailure.Destination",
                "Fn invokes Next: Config DestinationConfig.OnSuccess.Destination",
            ],
        ),
        (
            "data source",
            "  Source: {Type: AWS::AppSync::DataSource, Properties: {DynamoDBConfig: {TableName: !Ref Table, AwsRegion: r}}}\n",
            &[
                "Source reads Table: Source DynamoDBConfig.TableName",
                "Source writes Table: Source DynamoDBConfig.TableName",
            ],
        ),
        (
            "something else than a channel, and an ARN that says so",
            "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: a, Arn: !GetAtt Table.Arn}, {Id: b, Arn: !Sub 'arn:aws:ecs:${AWS::Region}:1:cluster/c'}]}}\n",
            &[],
        ),
        (
            "nobody can tell to whom",
            "  Nightly: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !Sub 'arn:aws:sqs:eu-west-1:1:${Theirs}'}}}
  Theirs: {Type: Custom::Name, Properties: {ServiceToken: t}}
",
            &[],
        ),
    ];
    let cases = cases.map(|(name, resources, told)| (name, format!("{SINKS}{resources}"), told));
    let cases: Vec<_> = cases.iter().map(|(name, resources, told)| (*name, &**resources, *told)).collect();
    hold(&cases);
}

const API_ROLE: &str = "  Queue: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties: {Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}, {Effect: Allow, Action: '*', Resource: '*'}]}}]}
  Table: {Type: AWS::DynamoDB::Table}
";

/// A service that an API calls is one that the role of the integration speaks of.
#[test]
fn apis_call_services_by_the_role_of_the_integration() {
    let cases: [(&str, &str, &[&str]); 4] = [
        (
            "document of an HTTP API",
            "  Api:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Body: {paths: {/: {post: {x-amazon-apigateway-integration: {type: AWS_PROXY, integrationSubtype: SQS-SendMessage, credentials: !GetAtt Role.Arn}}}}}}
",
            &[
                "Api reads Queue: Role Policies[0].PolicyDocument.Statement[1] (*)",
                "Api publishes to Queue: Role Policies[0].PolicyDocument.Statement[0]",
            ],
        ),
        (
            "REST API",
            "  Api: {Type: AWS::ApiGateway::RestApi}
  Post: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, HttpMethod: POST, Integration: {Type: AWS, Credentials: !GetAtt Role.Arn, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:sqs:path/${AWS::AccountId}/${Queue.QueueName}'}}}
",
            &[
                "Api reads Queue: Role Policies[0].PolicyDocument.Statement[1] (*)",
                "Api publishes to Queue: Role Policies[0].PolicyDocument.Statement[0]",
            ],
        ),
        (
            "HTTP API",
            "  Api: {Type: AWS::ApiGatewayV2::Api}
  Post: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationSubtype: SQS-SendMessage, CredentialsArn: !GetAtt Role.Arn}}
",
            &[
                "Api reads Queue: Role Policies[0].PolicyDocument.Statement[1] (*)",
                "Api publishes to Queue: Role Policies[0].PolicyDocument.Statement[0]",
            ],
        ),
        (
            "document",
            "  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Body: {paths: {/: {put: {x-amazon-apigateway-integration: {type: aws, credentials: !GetAtt Role.Arn, uri: !Sub 'arn:aws:apigateway:${AWS::Region}:dynamodb:action/PutItem'}}}}}}
",
            &[
                "Api reads Table: Role Policies[0].PolicyDocument.Statement[1] (*)",
                "Api writes Table: Role Policies[0].PolicyDocument.Statement[1] (*)",
            ],
        ),
    ];
    let cases = cases.map(|(name, resources, told)| (name, format!("{API_ROLE}{resources}"), told));
    let cases: Vec<_> = cases.iter().map(|(name, resources, told)| (*name, &**resources, *told)).collect();
    hold(&cases);
}
