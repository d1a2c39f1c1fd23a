//! Whoever calls a function: each kind of invocation, from the resource that causes it.

use super::{Case, hold};

const FN: &str = "  Fn: {Type: AWS::Lambda::Function, Properties: {}}\n";

#[test]
fn every_kind_of_caller_invokes() {
    let cases: Vec<(&str, &str, &[&str])> = vec![
        (
            "REST API, by its methods",
            "  Api: {Type: AWS::ApiGateway::RestApi}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, HttpMethod: GET, Integration: {Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'}}}
",
            &["Api invokes Fn: Get Integration.Uri"],
        ),
        (
            "HTTP API",
            "  Api: {Type: AWS::ApiGatewayV2::Api}
  Get: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Fn.Arn}}
",
            &["Api invokes Fn: Get IntegrationUri"],
        ),
        (
            "authorizer",
            "  Api: {Type: AWS::ApiGatewayV2::Api}
  Auth: {Type: AWS::ApiGatewayV2::Authorizer, Properties: {ApiId: !Ref Api, AuthorizerUri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'}}
",
            &["Api invokes Fn: Auth AuthorizerUri"],
        ),
        (
            "AppSync",
            "  Source: {Type: AWS::AppSync::DataSource, Properties: {LambdaConfig: {LambdaFunctionArn: !GetAtt Fn.Arn}}}\n",
            &["Source invokes Fn: Source LambdaConfig.LambdaFunctionArn"],
        ),
        (
            "user pool",
            "  Pool: {Type: AWS::Cognito::UserPool, Properties: {LambdaConfig: {PreSignUp: !GetAtt Fn.Arn}}}\n",
            &["Pool invokes Fn: Pool LambdaConfig.PreSignUp"],
        ),
        (
            "target group",
            "  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: !GetAtt Fn.Arn}]}}\n",
            &["Group invokes Fn: Group Targets[0].Id"],
        ),
        (
            "rule",
            "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: f, Arn: !GetAtt Fn.Arn}]}}\n",
            &["Rule invokes Fn: Rule Targets[0].Arn"],
        ),
        (
            "schedule",
            "  Nightly: {Type: AWS::Scheduler::Schedule, Properties: {Target: {Arn: !GetAtt Fn.Arn}}}\n",
            &["Nightly invokes Fn: Nightly Target.Arn"],
        ),
        (
            "topic rule",
            "  Rule: {Type: AWS::IoT::TopicRule, Properties: {TopicRulePayload: {Sql: s, Actions: [{Lambda: {FunctionArn: !GetAtt Fn.Arn}}]}}}\n",
            &["Rule invokes Fn: Rule TopicRulePayload.Actions[0].Lambda.FunctionArn"],
        ),
        (
            "function URL, by an alias",
            "  Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Fn, Name: live}}
  Url: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref Live}}
",
            &["Url invokes Fn by the alias live: Url TargetFunctionArn"],
        ),
        (
            "bucket",
            "  Bucket: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {LambdaConfigurations: [{Event: e, Function: !GetAtt Fn.Arn}]}}}\n",
            &["Bucket invokes Fn: Bucket NotificationConfiguration.LambdaConfigurations[0].Function"],
        ),
        (
            "subscription, from its topic",
            "  Topic: {Type: AWS::SNS::Topic}
  Sub: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: lambda, Endpoint: !GetAtt Fn.Arn}}
",
            &["Topic invokes Fn: Sub Endpoint"],
        ),
        (
            "subscription written with the topic",
            "  Topic: {Type: AWS::SNS::Topic, Properties: {Subscription: [{Protocol: lambda, Endpoint: !GetAtt Fn.Arn}]}}\n",
            &["Topic invokes Fn: Topic Subscription[0].Endpoint"],
        ),
        (
            "queue, by a mapping",
            "  Queue: {Type: AWS::SQS::Queue}
  Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Queue.Arn, FunctionName: !Ref Fn}}
",
            &["Queue invokes Fn: Map FunctionName"],
        ),
        (
            "table's stream, by a mapping",
            "  Table: {Type: AWS::DynamoDB::Table}
  Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Table.StreamArn, FunctionName: !Ref Fn}}
",
            &["Table invokes Fn: Map FunctionName"],
        ),
        (
            "a source elsewhere: the mapping itself",
            "  Map: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: 'arn:aws:sqs:eu-west-1:1:theirs', FunctionName: !Ref Fn}}\n",
            &["Map invokes Fn: Map FunctionName"],
        ),
        (
            "pipe, from its source",
            "  Queue: {Type: AWS::SQS::Queue}
  Pipe: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Queue.Arn, Target: !GetAtt Fn.Arn}}
",
            &["Queue invokes Fn: Pipe Target"],
        ),
        (
            "log filter, from its group",
            "  Logs: {Type: AWS::Logs::LogGroup}
  Filter: {Type: AWS::Logs::SubscriptionFilter, Properties: {LogGroupName: !Ref Logs, DestinationArn: !GetAtt Fn.Arn, FilterPattern: ''}}
",
            &["Logs invokes Fn: Filter DestinationArn"],
        ),
        (
            "state machine",
            "  Flow: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Fn.Arn, End: true}}}}}\n",
            &["Flow invokes Fn: Flow Definition.States.A.Resource"],
        ),
        (
            "nobody can tell whom",
            "  Rule: {Type: AWS::Events::Rule, Properties: {Targets: [{Id: f, Arn: !ImportValue theirs}]}}\n",
            &[
                "Rule invokes ?? the export theirs of another stack is known only at deployment",
                "Rule publishes to ?? the export theirs of another stack is known only at deployment",
            ],
        ),
    ];
    let with_function: Vec<(&str, String, &[&str])> =
        cases.into_iter().map(|(name, resources, told)| (name, format!("{FN}{resources}"), told)).collect();
    let cases: Vec<Case<'_>> =
        with_function.iter().map(|(name, resources, told)| (*name, &**resources, *told)).collect();
    hold(&cases);
}

#[test]
fn deployment_groups_deploy_the_functions_of_their_aliases() {
    hold(&[(
        "an alias with an update policy",
        "  Fn: {Type: AWS::Lambda::Function, Properties: {}}
  Group: {Type: AWS::CodeDeploy::DeploymentGroup, Properties: {}}
  Live:
    Type: AWS::Lambda::Alias
    Properties: {FunctionName: !Ref Fn, Name: live}
    UpdatePolicy: {CodeDeployLambdaAliasUpdate: {ApplicationName: a, DeploymentGroupName: !Ref Group}}
",
        &["Group deploys Fn by the alias live: Live UpdatePolicy.CodeDeployLambdaAliasUpdate"],
    )]);
}
