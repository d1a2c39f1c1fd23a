//! What functions and state machines may do with the data of the stack: their roles' policies.
//!
//! A `Deny` is not looked at: it takes something away from an edge that a judge is better off to know of.

use super::{Drawing, Edge, Relation};
use crate::{
    facts::{
        Observed, Properties, Text, Why,
        iam::{Granted, Known, Referred, Statement, Subject, any_known, grants, matches_action},
    },
    inventory::LogicalId,
    stack::Stack,
};

/// Actions on the resources of one type, as the Service Authorization Reference names them:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
struct Actions {
    r#type: &'static str,
    /// What `Ref` gives.
    referred: Referred,
    /// The ARN up to the name, in the partition `aws`, without region and account.
    arn: &'static str,
    /// What lies behind the name in the ARNs that these actions are allowed on; empty, and a tail that no pattern but a
    /// wildcard can mean.
    rest: &'static [&'static str],
    by: &'static [(Relation, &'static [&'static str])],
}

/// The tail of an object's ARN.
const OBJECT: &str = "/\u{1}";
/// The suffix that Secrets Manager gives to names.
const SUFFIX: &str = "-\u{1}";

const ACTIONS: &[Actions] = &[
    Actions {
        r#type: "AWS::S3::Bucket",
        referred: Referred::Name,
        arn: "arn:aws:s3:::",
        rest: &["", OBJECT],
        by: &[
            (Relation::Reads, &["s3:GetObject", "s3:GetObjectVersion"]),
            (Relation::Writes, &["s3:PutObject", "s3:DeleteObject"]),
        ],
    },
    Actions {
        r#type: "AWS::DynamoDB::Table",
        referred: Referred::Name,
        arn: "arn:aws:dynamodb:::table/",
        rest: &[""],
        by: &[
            (
                Relation::Reads,
                &[
                    "dynamodb:GetItem",
                    "dynamodb:BatchGetItem",
                    "dynamodb:Query",
                    "dynamodb:Scan",
                    "dynamodb:PartiQLSelect",
                ],
            ),
            (
                Relation::Writes,
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
    },
    Actions {
        r#type: "AWS::SQS::Queue",
        referred: Referred::Otherwise,
        arn: "arn:aws:sqs:::",
        rest: &[""],
        by: &[(Relation::Reads, &["sqs:ReceiveMessage"]), (Relation::Publishes, &["sqs:SendMessage"])],
    },
    Actions {
        r#type: "AWS::SNS::Topic",
        referred: Referred::Arn,
        arn: "arn:aws:sns:::",
        rest: &[""],
        by: &[(Relation::Publishes, &["sns:Publish"])],
    },
    Actions {
        r#type: "AWS::Kinesis::Stream",
        referred: Referred::Name,
        arn: "arn:aws:kinesis:::stream/",
        rest: &[""],
        by: &[
            (Relation::Reads, &["kinesis:GetRecords", "kinesis:SubscribeToShard"]),
            (Relation::Publishes, &["kinesis:PutRecord", "kinesis:PutRecords"]),
        ],
    },
    Actions {
        r#type: "AWS::KinesisFirehose::DeliveryStream",
        referred: Referred::Name,
        arn: "arn:aws:firehose:::deliverystream/",
        rest: &[""],
        by: &[(Relation::Publishes, &["firehose:PutRecord", "firehose:PutRecordBatch"])],
    },
    Actions {
        r#type: "AWS::Events::EventBus",
        referred: Referred::Name,
        arn: "arn:aws:events:::event-bus/",
        rest: &[""],
        by: &[(Relation::Publishes, &["events:PutEvents"])],
    },
    Actions {
        r#type: "AWS::SecretsManager::Secret",
        referred: Referred::Arn,
        arn: "arn:aws:secretsmanager:::secret:",
        rest: &["", SUFFIX],
        by: &[
            (Relation::Reads, &["secretsmanager:GetSecretValue"]),
            (Relation::Writes, &["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret"]),
        ],
    },
    Actions {
        r#type: "AWS::SSM::Parameter",
        referred: Referred::Name,
        arn: "arn:aws:ssm:::parameter/",
        rest: &[""],
        by: &[
            (Relation::Reads, &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]),
            (Relation::Writes, &["ssm:PutParameter"]),
        ],
    },
    Actions {
        r#type: "AWS::StepFunctions::StateMachine",
        referred: Referred::Arn,
        arn: "arn:aws:states:::stateMachine:",
        rest: &[""],
        by: &[(Relation::Invokes, &["states:StartExecution", "states:StartSyncExecution"])],
    },
    Actions {
        r#type: "AWS::Lambda::Function",
        referred: Referred::Name,
        arn: "arn:aws:lambda:::function:",
        rest: &["", ":\u{1}"],
        by: &[(Relation::Invokes, &["lambda:InvokeFunction"])],
    },
];

/// Draws what the roles of functions and state machines allow.
pub(super) fn draw(drawing: &mut Drawing, stack: &Stack<'_>) {
    let subjects = subjects(stack);
    for resource in &stack.facts.resources {
        let arn = match &resource.properties {
            Properties::Function(function) => &function.role,
            Properties::StateMachine(machine) => &machine.role_arn,
            _ => continue,
        };
        let id = &resource.reference.logical_id;
        match arn {
            Observed::Present(arn) => by_role(drawing, stack, id, arn, &subjects),
            Observed::Absent => {}
            Observed::Unknown(why) => drawing.unsettled(id, None, None, why),
        }
    }
}

/// Whose data may be meant, with the actions on it.
struct Owned<'a> {
    id: &'a LogicalId,
    name: Observed<Text>,
    actions: &'static Actions,
}

fn subjects<'a>(stack: &Stack<'a>) -> Vec<Owned<'a>> {
    let owned = |resource: &'a crate::facts::Resource| {
        let actions = ACTIONS.iter().find(|actions| actions.r#type == resource.reference.r#type.as_str())?;
        let name = resource.properties.name().cloned();
        let name = name.or_else(|| Some(resource.properties.untyped()?.get("Name"))).unwrap_or_default();
        Some(Owned { id: &resource.reference.logical_id, name, actions })
    };
    stack.facts.resources.iter().filter_map(owned).collect()
}

fn by_role(drawing: &mut Drawing, stack: &Stack<'_>, id: &LogicalId, arn: &Text, subjects: &[Owned<'_>]) {
    let (role_id, role) = match stack.role(arn) {
        Ok(Some(found)) => found,
        Ok(None) => {
            let why = Why::NotObserved(format!("the role of {id} is not in this stack"));
            return drawing.unsettled(id, None, None, &why);
        }
        Err(why) => return drawing.unsettled(id, None, None, &why),
    };
    let grants = grants(role);
    for granted in &grants.statements {
        by_statement(drawing, id, role_id, granted, subjects);
    }
    if let Some(why) = &grants.unknown {
        drawing.unsettled(id, None, None, why);
    }
}

fn by_statement(
    drawing: &mut Drawing,
    id: &LogicalId,
    role: &LogicalId,
    granted: &Granted<'_>,
    subjects: &[Owned<'_>],
) {
    let statement = granted.statement;
    if statement.allows() == Ok(false) {
        return;
    }
    for owned in subjects.iter().filter(|owned| owned.id != id) {
        let covered = covers(statement, owned);
        if covered == Ok(false) {
            continue;
        }
        for (relation, actions) in owned.actions.by {
            match all(covered.clone(), allows_any(statement, actions)) {
                Ok(false) => {}
                Ok(true) => drawing.edge(Edge {
                    from: id.clone(),
                    to: owned.id.clone(),
                    relation: *relation,
                    said_by: granted.policy.unwrap_or(role).clone(),
                    place: granted.property.clone(),
                    qualifier: None,
                    by_wildcard: names_everything(statement, owned.actions),
                }),
                Err(why) => drawing.unsettled(id, Some(*relation), Some(owned.id), &why),
            }
        }
    }
}

fn all(one: Known, other: Known) -> Known {
    crate::facts::iam::all_known([one, other])
}

fn allows_any(statement: &Statement, actions: &[&str]) -> Known {
    if let Some(left_out) = statement.not_action.known()? {
        // Everything but these: an action that none of them matches is allowed.
        return any_known(actions.iter().map(|action| {
            any_known(left_out.iter().map(|pattern| matches_action(pattern, action))).map(|left_out| !left_out)
        }));
    }
    let Some(allowed) = statement.action.known()? else { return Ok(false) };
    any_known(actions.iter().flat_map(|action| allowed.iter().map(move |pattern| matches_action(pattern, action))))
}

fn covers(statement: &Statement, owned: &Owned<'_>) -> Known {
    let subject = Subject { id: owned.id, name: &owned.name, arn: owned.actions.arn, referred: owned.actions.referred };
    let covered = |pattern: &Text| any_known(owned.actions.rest.iter().map(|rest| subject.covered_by(pattern, rest)));
    if let Some(left_out) = statement.not_resource.known()? {
        return any_known(left_out.iter().map(covered)).map(|left_out| !left_out);
    }
    let Some(patterns) = statement.resource.known()? else { return Ok(false) };
    any_known(patterns.iter().map(covered))
}

/// Whether the statement speaks of every resource of the type: it would cover one of any name.
fn names_everything(statement: &Statement, actions: &Actions) -> bool {
    let nobody = LogicalId::new("\u{3}");
    let any = Subject { id: &nobody, name: &Observed::Absent, arn: actions.arn, referred: actions.referred };
    let covered = |pattern: &Text| actions.rest.iter().any(|rest| any.covered_by(pattern, rest) == Ok(true));
    !statement.not_resource.is_absent() || statement.resource.present().is_some_and(|all| all.iter().any(covered))
}
