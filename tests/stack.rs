//! Who calls which function, by which qualifier, and how.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, its own functions too")]

use fitgate::{
    facts::{Facts, RawResource, StackIdentity},
    inventory::{LogicalId, ResourceRef, ResourceType},
    stack::{FunctionTarget, Invocation, InvocationKind, Stack},
};
use serde_json::{Value, json};

/// A stack of one function `Fn`, its alias `Live` (live) and version `V1`, and these resources.
fn stack(name: Value, more: Value) -> Facts {
    let function = if name.is_null() { json!({}) } else { json!({ "FunctionName": name }) };
    let mut resources = json!({
        "Fn": { "Type": "AWS::Lambda::Function", "Properties": function },
        "Live": { "Type": "AWS::Lambda::Alias", "Properties": { "FunctionName": reference("Fn"), "Name": "live" } },
        "V1": { "Type": "AWS::Lambda::Version", "Properties": { "FunctionName": reference("Fn") } },
        "Queue": { "Type": "AWS::SQS::Queue", "Properties": {} },
        "Nested": { "Type": "AWS::CloudFormation::Stack", "Properties": {} },
    });
    for (id, resource) in more.as_object().unwrap() {
        resources[id] = resource.clone();
    }
    let raw = resources.as_object().unwrap().iter().map(|(id, resource)| RawResource {
        reference: ResourceRef {
            logical_id: LogicalId::new(id.clone()),
            r#type: ResourceType::new(resource["Type"].as_str().unwrap()),
            physical_id: None,
            last_updated: None,
        },
        properties: resource["Properties"].clone(),
    });
    Facts::build(StackIdentity::default(), raw)
}

fn reference(resource: &str) -> Value {
    text([part(resource)])
}

fn arn(resource: &str) -> Value {
    text([json!({ "Reference": { "resource": resource, "attribute": "Arn" } })])
}

fn part(resource: &str) -> Value {
    json!({ "Reference": { "resource": resource } })
}

fn literal(text: &str) -> Value {
    json!({ "Literal": text })
}

fn pseudo(name: &str) -> Value {
    json!({ "Pseudo": name })
}

fn text<const N: usize>(parts: [Value; N]) -> Value {
    json!({ "$text": parts.to_vec() })
}

fn unknown(why: &str) -> Value {
    json!({ "$unknown": { "Unresolved": why } })
}

/// One line a call: `Caller Property -> target (kind)`.
fn told(facts: &Facts) -> Vec<String> {
    Stack::of(facts).invocations.iter().map(line).collect()
}

fn line(invocation: &Invocation) -> String {
    let target = match &invocation.target {
        FunctionTarget::Function { function, qualifier } => format!("{function} by {}", qualifier.in_words()),
        FunctionTarget::Elsewhere => "elsewhere".to_owned(),
        FunctionTarget::Unknown(why) => format!("unknown: {why}"),
    };
    let kind = match invocation.kind {
        InvocationKind::Synchronous => "sync",
        InvocationKind::Asynchronous => "async",
        InvocationKind::Queue => "queue",
        InvocationKind::Stream => "stream",
    };
    format!("{} {} -> {target} ({kind})", invocation.caller, invocation.place)
}

/// What a rule's target of this ARN calls.
fn target_of(name: Value, arn: Value) -> String {
    let rule =
        json!({ "Rule": { "Type": "AWS::Events::Rule", "Properties": { "Targets": [{ "Arn": arn, "Id": "t" }] } } });
    let calls = told(&stack(name, rule));
    let call = calls.first().cloned().unwrap_or_default();
    call.trim_start_matches("Rule Targets[0].Arn -> ").trim_end_matches(" (async)").to_owned()
}

#[test]
fn every_way_to_write_a_function_means_the_same_function() {
    let api = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/";
    let cases = [
        ("Ref", Value::Null, reference("Fn"), "Fn by the bare function ($LATEST)"),
        ("GetAtt Arn", Value::Null, arn("Fn"), "Fn by the bare function ($LATEST)"),
        ("Ref of an alias", Value::Null, reference("Live"), "Fn by the alias live"),
        ("Ref of a version", Value::Null, reference("V1"), "Fn by a fixed version"),
        ("${Fn}:live", Value::Null, text([part("Fn"), literal(":live")]), "Fn by the alias live"),
        (
            "${Fn.Arn}:live",
            Value::Null,
            text([arn("Fn")["$text"][0].clone(), literal(":live")]),
            "Fn by the alias live",
        ),
        ("${Fn}:$LATEST", Value::Null, text([part("Fn"), literal(":$LATEST")]), "Fn by $LATEST"),
        ("${Fn}:7", Value::Null, text([part("Fn"), literal(":7")]), "Fn by version 7"),
        (
            "ARN around a Ref",
            Value::Null,
            text([
                literal("arn:aws:lambda:"),
                pseudo("AWS::Region"),
                literal(":1:function:"),
                part("Fn"),
                literal(":live"),
            ]),
            "Fn by the alias live",
        ),
        ("name", json!("worker"), json!("worker"), "Fn by the bare function ($LATEST)"),
        ("name and alias", json!("worker"), json!("worker:live"), "Fn by the alias live"),
        (
            "ARN",
            json!("worker"),
            json!("arn:aws:lambda:eu-west-1:123456789012:function:worker"),
            "Fn by the bare function ($LATEST)",
        ),
        (
            "ARN and alias",
            json!("worker"),
            json!("arn:aws:lambda:eu-west-1:123456789012:function:worker:live"),
            "Fn by the alias live",
        ),
        ("partial ARN", json!("worker"), json!("123456789012:function:worker:3"), "Fn by version 3"),
        ("another name", json!("worker"), json!("other"), "elsewhere"),
        ("a name, where ours is generated", Value::Null, json!("worker"), "elsewhere"),
        (
            "a name of equal parts",
            text([pseudo("AWS::StackName"), literal("-worker")]),
            text([literal("arn:aws:lambda:eu-west-1:1:function:"), pseudo("AWS::StackName"), literal("-worker:live")]),
            "Fn by the alias live",
        ),
        (
            "a name that may be ours",
            text([pseudo("AWS::StackName"), literal("-worker")]),
            json!("prod-worker"),
            "unknown: ${AWS::StackName}-worker is known only after deployment",
        ),
        (
            "a name that cannot be ours",
            text([pseudo("AWS::StackName"), literal("-worker")]),
            json!("prod-other"),
            "elsewhere",
        ),
        (
            "integration URI",
            Value::Null,
            text([literal(api), arn("Fn")["$text"][0].clone(), literal("/invocations")]),
            "Fn by the bare function ($LATEST)",
        ),
        (
            "integration URI with an alias",
            Value::Null,
            text([literal(api), part("Live"), literal("/invocations")]),
            "Fn by the alias live",
        ),
        (
            "integration URI with a qualifier",
            Value::Null,
            text([literal(api), arn("Fn")["$text"][0].clone(), literal(":live/invocations")]),
            "Fn by the alias live",
        ),
        (
            "stage variable",
            Value::Null,
            text([literal(api), arn("Fn")["$text"][0].clone(), literal(":${stageVariables.alias}/invocations")]),
            "unknown: the stage variable ${stageVariables.alias} names the function",
        ),
        (
            "unknown",
            Value::Null,
            unknown("parameter Target has no default"),
            "unknown: parameter Target has no default",
        ),
        (
            "unknown qualifier",
            Value::Null,
            text([part("Fn"), literal(":"), json!({ "Unknown": { "Unresolved": "parameter Stage" } })]),
            "Fn by a qualifier that is not known",
        ),
        (
            "output of a nested stack",
            Value::Null,
            text([json!({ "Reference": { "resource": "Nested", "attribute": "Outputs.Arn" } })]),
            "unknown: ${Nested.Outputs.Arn} is known only after deployment",
        ),
        ("a queue", Value::Null, arn("Queue"), ""),
        ("the ARN of a queue", Value::Null, json!("arn:aws:sqs:eu-west-1:123456789012:jobs"), ""),
        (
            "another service behind an API",
            Value::Null,
            json!("arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem"),
            "",
        ),
        ("nothing", Value::Null, json!(""), "elsewhere"),
        ("not text", Value::Null, json!(["Fn"]), "unknown: not what CloudFormation documents: expected text"),
    ];
    for (case, name, written, expected) in cases {
        assert_eq!(target_of(name, written), expected, "{case}");
    }
}

#[test]
fn every_kind_of_caller_is_read() {
    let live = || reference("Live");
    let cases = [
        (
            json!({ "Type": "AWS::ApiGateway::Method", "Properties": { "Integration": { "Type": "AWS_PROXY", "Uri": live() } } }),
            vec!["Caller Integration.Uri -> Fn by the alias live (sync)"],
        ),
        (
            json!({ "Type": "AWS::ApiGateway::Method", "Properties": { "Integration": { "Type": "AWS", "Uri": live(),
                "RequestParameters": { "integration.request.header.X-Amz-Invocation-Type": "'Event'" } } } }),
            vec!["Caller Integration.Uri -> Fn by the alias live (async)"],
        ),
        (json!({ "Type": "AWS::ApiGateway::Method", "Properties": { "Integration": { "Type": "MOCK" } } }), vec![]),
        (
            json!({ "Type": "AWS::ApiGateway::RestApi", "Properties": { "Body": { "paths": {
                "/a": { "get": { "x-amazon-apigateway-integration": { "type": "aws_proxy", "uri": live() } },
                        "post": { "x-amazon-apigateway-integration": { "type": "http", "uri": "https://example.com" } } },
                "/b": unknown("AWS::Include") } } } }),
            vec![
                "Caller Body.paths./a.get.x-amazon-apigateway-integration.uri -> Fn by the alias live (sync)",
                "Caller Body.paths./b -> unknown: AWS::Include (sync)",
            ],
        ),
        (
            json!({ "Type": "AWS::ApiGateway::RestApi", "Properties": { "BodyS3Location": { "Bucket": "b", "Key": "k" } } }),
            vec!["Caller BodyS3Location -> unknown: the API's definition lies in S3 (sync)"],
        ),
        (json!({ "Type": "AWS::ApiGateway::RestApi", "Properties": {} }), vec![]),
        (
            json!({ "Type": "AWS::ApiGatewayV2::Api", "Properties": { "Target": live(), "Body": {
                "paths": { "/": { "get": { "x-amazon-apigateway-integration": { "$ref": "#/components/x-amazon-apigateway-integrations/one" } } } },
                "components": { "x-amazon-apigateway-integrations": { "one": { "type": "AWS_PROXY", "uri": arn("Fn") } } } } } }),
            vec![
                "Caller Body.paths./.get.x-amazon-apigateway-integration.uri -> Fn by the bare function ($LATEST) (sync)",
                "Caller Target -> Fn by the alias live (sync)",
            ],
        ),
        (
            json!({ "Type": "AWS::ApiGatewayV2::Integration", "Properties": { "IntegrationType": "AWS_PROXY", "IntegrationUri": live() } }),
            vec!["Caller IntegrationUri -> Fn by the alias live (sync)"],
        ),
        (
            json!({ "Type": "AWS::Scheduler::Schedule", "Properties": { "Target": { "Arn": live() } } }),
            vec!["Caller Target.Arn -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::Scheduler::Schedule", "Properties": { "Target": { "Arn": "arn:aws:scheduler:::aws-sdk:lambda:invoke",
                "Input": text([literal("{\"FunctionName\":\""), part("Fn"), literal("\",\"Qualifier\":\"live\"}")]) } } }),
            vec!["Caller Target.Input.FunctionName -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::Pipes::Pipe", "Properties": { "Source": arn("Queue"), "Enrichment": arn("Fn"), "Target": live(),
                "TargetParameters": { "LambdaFunctionParameters": { "InvocationType": "FIRE_AND_FORGET" } } } }),
            vec![
                "Caller Enrichment -> Fn by the bare function ($LATEST) (sync)",
                "Caller Target -> Fn by the alias live (async)",
            ],
        ),
        (
            json!({ "Type": "AWS::SNS::Subscription", "Properties": { "Protocol": "lambda", "Endpoint": live() } }),
            vec!["Caller Endpoint -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::SNS::Subscription", "Properties": { "Protocol": "sqs", "Endpoint": arn("Queue") } }),
            vec![],
        ),
        (
            json!({ "Type": "AWS::SNS::Topic", "Properties": { "Subscription": [{ "Protocol": "lambda", "Endpoint": live() }] } }),
            vec!["Caller Subscription[0].Endpoint -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::S3::Bucket", "Properties": { "NotificationConfiguration": { "LambdaConfigurations": [{ "Event": "s3:ObjectCreated:*", "Function": live() }] } } }),
            vec!["Caller NotificationConfiguration.LambdaConfigurations[0].Function -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::Lambda::EventSourceMapping", "Properties": { "EventSourceArn": arn("Queue"), "FunctionName": live() } }),
            vec!["Caller FunctionName -> Fn by the alias live (queue)"],
        ),
        (
            json!({ "Type": "AWS::Lambda::EventSourceMapping", "Properties": { "EventSourceArn": "arn:aws:kinesis:eu-west-1:1:stream/s", "FunctionName": live() } }),
            vec!["Caller FunctionName -> Fn by the alias live (stream)"],
        ),
        (
            json!({ "Type": "AWS::AppSync::DataSource", "Properties": { "Type": "AWS_LAMBDA", "LambdaConfig": { "LambdaFunctionArn": live() } } }),
            vec!["Caller LambdaConfig.LambdaFunctionArn -> Fn by the alias live (sync)"],
        ),
        (
            json!({ "Type": "AWS::IoT::TopicRule", "Properties": { "TopicRulePayload": { "Actions": [{ "Lambda": { "FunctionArn": live() } }, { "S3": {} }] } } }),
            vec!["Caller TopicRulePayload.Actions[0].Lambda.FunctionArn -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::Lambda::Url", "Properties": { "TargetFunctionArn": arn("Fn"), "Qualifier": "live", "AuthType": "NONE" } }),
            vec!["Caller TargetFunctionArn -> Fn by the alias live (sync)"],
        ),
        (
            json!({ "Type": "AWS::ApiGateway::Authorizer", "Properties": { "Type": "TOKEN", "AuthorizerUri": live() } }),
            vec!["Caller AuthorizerUri -> Fn by the alias live (sync)"],
        ),
        (
            json!({ "Type": "AWS::ApiGateway::RestApi", "Properties": { "Body": { "securityDefinitions": { "auth": {
                "x-amazon-apigateway-authorizer": { "authorizerUri": live() } } } } } }),
            vec![
                "Caller Body.securityDefinitions.auth.x-amazon-apigateway-authorizer.authorizerUri -> Fn by the alias live (sync)",
            ],
        ),
        (
            json!({ "Type": "AWS::Cognito::UserPool", "Properties": { "LambdaConfig": { "PreSignUp": live(),
                "PreTokenGenerationConfig": { "LambdaArn": arn("Fn"), "LambdaVersion": "V2_0" } } } }),
            vec![
                "Caller LambdaConfig.PreSignUp -> Fn by the alias live (sync)",
                "Caller LambdaConfig.PreTokenGenerationConfig.LambdaArn -> Fn by the bare function ($LATEST) (sync)",
            ],
        ),
        (
            json!({ "Type": "AWS::ElasticLoadBalancingV2::TargetGroup", "Properties": { "TargetType": "lambda", "Targets": [{ "Id": live() }] } }),
            vec!["Caller Targets[0].Id -> Fn by the alias live (sync)"],
        ),
        (
            json!({ "Type": "AWS::Logs::SubscriptionFilter", "Properties": { "DestinationArn": live() } }),
            vec!["Caller DestinationArn -> Fn by the alias live (async)"],
        ),
        (
            json!({ "Type": "AWS::Events::Rule", "Properties": unknown("Fn::Transform") }),
            vec!["Caller  -> unknown: Fn::Transform (async)"],
        ),
        (
            json!({ "Type": "AWS::Events::Rule", "Properties": { "Targets": unknown("parameter Targets") } }),
            vec!["Caller Targets -> unknown: parameter Targets (async)"],
        ),
    ];
    for (caller, expected) in cases {
        let calls = told(&stack(Value::Null, json!({ "Caller": caller.clone() })));
        assert_eq!(calls, expected, "{caller}");
    }
}

#[test]
fn the_tasks_of_a_state_machine_are_read_whichever_way_it_is_written() {
    let definition = |function: Value| {
        json!({ "StartAt": "All", "States": {
            "All": { "Type": "Parallel", "Branches": [{ "States": {
                "Direct": { "Type": "Task", "Resource": function } } }] },
            "Each": { "Type": "Map", "ItemProcessor": { "States": {
                "Invoke": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                    "Parameters": { "FunctionName": function, "Qualifier": "live" } } } } },
            "Computed": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": { "FunctionName": "{% $fn %}" } },
            "Other": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {} },
        } })
    };
    let expected = |place: &str| {
        vec![
            format!(
                "Caller {place}.States.All.Branches[0].States.Direct.Resource -> Fn by the bare function ($LATEST) (sync)"
            ),
            format!(
                "Caller {place}.States.Computed.Arguments.FunctionName -> unknown: FunctionName is computed while the state machine runs (sync)"
            ),
            format!(
                "Caller {place}.States.Each.ItemProcessor.States.Invoke.Parameters.FunctionName -> Fn by the alias live (sync)"
            ),
        ]
    };
    let as_text = |source: &str, placeholder: &str| {
        let pieces: Vec<&str> = source.split(placeholder).collect();
        let mut parts = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                parts.push(arn("Fn")["$text"][0].clone());
            }
            parts.push(literal(piece));
        }
        json!({ "$text": parts.to_vec() })
    };
    let source = definition(json!("@@")).to_string();
    let cases = [
        ("Definition", json!({ "Definition": definition(arn("Fn")) })),
        ("DefinitionString", json!({ "DefinitionString": as_text(&source, "@@") })),
        (
            "Definition",
            json!({ "Definition": definition(json!("${Work}")), "DefinitionSubstitutions": { "Work": arn("Fn") } }),
        ),
        (
            "DefinitionString",
            json!({ "DefinitionString": source.replace("@@", "${Work}"), "DefinitionSubstitutions": { "Work": arn("Fn") } }),
        ),
    ];
    for (place, properties) in cases {
        let machine = json!({ "Caller": { "Type": "AWS::StepFunctions::StateMachine", "Properties": properties } });
        let mut calls = told(&stack(Value::Null, machine));
        calls.sort();
        assert_eq!(calls, expected(place), "{properties}");
    }
}

#[test]
fn a_state_machine_nobody_can_read_keeps_an_unknown_call() {
    let deep =
        (0..60).fold(json!({ "States": {} }), |inner, _| json!({ "States": { "M": { "ItemProcessor": inner } } }));
    let number = text([literal("{\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":"), part("Queue"), literal("}}}")]);
    let cases = [
        (json!({ "DefinitionString": "not json" }), vec!["DefinitionString is not JSON"]),
        (json!({ "DefinitionS3Location": { "Bucket": "b" } }), vec!["lies in S3"]),
        (json!({ "Definition": unknown("Fn::Transform") }), vec!["Fn::Transform"]),
        (json!({ "Definition": { "States": { "A": unknown("x") } } }), vec!["unknown: x"]),
        (json!({ "Definition": deep }), vec!["nest deeper"]),
        // A number that is known only after deployment stands outside quotes and hides nothing else.
        (json!({ "DefinitionString": number }), vec![]),
    ];
    for (properties, expected) in cases {
        let machine = json!({ "Caller": { "Type": "AWS::StepFunctions::StateMachine", "Properties": properties } });
        let calls = told(&stack(Value::Null, machine));
        assert_eq!(calls.len(), expected.len(), "{calls:?}");
        for (call, words) in calls.iter().zip(expected) {
            assert!(call.contains(words), "{call} should say {words}");
        }
    }
}
