//! What holds of any graph.

use std::{collections::BTreeSet, fmt::Write as _};

use fitgate::{inventory::LogicalId, stack::Relation};
use proptest::prelude::*;

use super::{graph, told};

/// A resource of some stack that refers to others of it by number.
fn resource() -> impl Strategy<Value = String> {
    let arn = prop_oneof![
        Just("!GetAtt R1.Arn".to_owned()),
        Just("!Ref R2".to_owned()),
        Just("'*'".to_owned()),
        Just("!Sub '${R3.Arn}/*'".to_owned()),
        Just("!Sub 'arn:aws:dynamodb:*:*:table/${AWS::StackName}-*'".to_owned()),
        Just("!ImportValue x".to_owned()),
        "[a-z:*?/$]{0,12}".prop_map(|text| format!("'{text}'")),
        "arn:aws:(s3|sqs|dynamodb|lambda):::[a-z*?/:]{0,8}".prop_map(|text| format!("'{text}'")),
    ];
    let action =
        prop_oneof![Just("*"), Just("s3:*"), Just("dynamodb:GetItem"), Just("sqs:SendMessage"), Just("lambda:*")];
    let held = prop_oneof![
        Just("S3::Bucket"),
        Just("DynamoDB::Table"),
        Just("SQS::Queue"),
        Just("SNS::Topic"),
        Just("Kinesis::Stream"),
    ];
    prop_oneof![
        held.prop_map(|kind| format!("{{Type: AWS::{kind}}}")),
        Just("{Type: AWS::Lambda::Function, Properties: {Role: !GetAtt R0.Arn}}".to_owned()),
        (arn.clone(), action).prop_map(|(arn, action)| format!(
            "{{Type: AWS::IAM::Policy, Properties: {{PolicyName: p, Roles: [!Ref R0], PolicyDocument: {{Statement: [{{Effect: Allow, Action: '{action}', Resource: [{arn}]}}]}}}}}}"
        )),
        arn.clone().prop_map(|arn| format!("{{Type: AWS::Events::Rule, Properties: {{Targets: [{{Id: t, Arn: {arn}}}]}}}}")),
        arn.prop_map(|arn| format!("{{Type: AWS::Lambda::EventSourceMapping, Properties: {{FunctionName: !Ref R4, EventSourceArn: {arn}}}}}")),
    ]
}

fn stack() -> impl Strategy<Value = String> {
    proptest::collection::vec(resource(), 5..12).prop_map(|resources| {
        let mut text = "  R0: {Type: AWS::IAM::Role, Properties: {}}\n".to_owned();
        for (number, resource) in resources.iter().enumerate() {
            let _ = writeln!(text, "  R{}: {resource}", number + 1);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ends_exist_each_edge_is_there_once_and_indices_agree(text in stack()) {
        let graph = graph(&text);
        let nodes: BTreeSet<&LogicalId> = graph.nodes.iter().map(|node| &node.id).collect();
        prop_assert_eq!(nodes.len(), graph.nodes.len());
        let mut once: BTreeSet<(&LogicalId, &LogicalId, Relation)> = BTreeSet::new();
        for edge in &graph.edges {
            prop_assert!(nodes.contains(&edge.from) && nodes.contains(&edge.to), "{:?}", edge);
            prop_assert!(once.insert((&edge.from, &edge.to, edge.relation)), "{:?} twice", edge);
        }
        for node in &nodes {
            let from = graph.edges.iter().filter(|edge| edge.from == **node);
            prop_assert!(graph.from(node).eq(from));
            let to = graph.edges.iter().filter(|edge| edge.to == **node);
            prop_assert!(graph.to(node).eq(to));
        }
    }

    #[test]
    fn it_is_the_same_every_time_and_doubts_are_told_once(text in stack()) {
        let first = graph(&text);
        prop_assert_eq!(told(&first), told(&graph(&text)));
        let doubts: BTreeSet<_> = first.unsettled.iter().collect();
        prop_assert_eq!(doubts.len(), first.unsettled.len());
    }
}

/// A function a role a table, five thousand of them: what grows with the square of it would not end.
#[test]
fn large_stacks_are_read_in_the_time_of_their_resources_and_edges() {
    use fitgate::{
        facts::{Facts, RawResource, StackIdentity},
        inventory::{ResourceRef, ResourceType},
        stack::{Graph, Stack},
    };
    use serde_json::json;

    let arn = |id: String| json!({ "$text": [{ "Reference": { "resource": id, "attribute": "Arn" } }] });
    let raw = |id: String, r#type: &str, properties| RawResource {
        reference: ResourceRef {
            logical_id: LogicalId::new(id),
            r#type: ResourceType::new(r#type),
            physical_id: None,
            last_updated: None,
        },
        properties,
    };
    let cells = (0..1_700).flat_map(|n| {
        let statement = json!({ "Effect": "Allow", "Action": "dynamodb:*", "Resource": arn(format!("Table{n}")) });
        let policies = json!({ "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Statement": [statement] } }] });
        [
            raw(format!("Fn{n}"), "AWS::Lambda::Function", json!({ "Role": arn(format!("Role{n}")) })),
            raw(format!("Role{n}"), "AWS::IAM::Role", policies),
            raw(format!("Table{n}"), "AWS::DynamoDB::Table", json!({})),
        ]
    });
    let facts = Facts::build(StackIdentity::default(), cells);
    let graph = Graph::of(&Stack::of(&facts));
    assert_eq!((graph.nodes.len(), graph.edges.len(), graph.unsettled.len()), (3_400, 3_400, 0));
}
