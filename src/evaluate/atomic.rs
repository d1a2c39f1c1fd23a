//! One judge on one resource, whatever its type is.

use crate::{
    check::{Applies, Judge, Place, Verdict, Yardstick},
    facts::{
        Observed, Properties, Why,
        dynamodb::{GlobalTable, Table},
        lambda::{Function, OtherPermission, Permission},
    },
};

const FUNCTION: &str = "AWS::Lambda::Function";

/// Where the statements of a function's policies are, which are no property of it.
const POLICY: &str = "Policy";

/// What a judge says of a resource of one of its types.
pub(super) fn atomic(
    applies: &Applies,
    r#type: &str,
    properties: &Properties,
    yardstick: &Yardstick,
) -> Option<Verdict> {
    match (applies, properties) {
        // A template that leaves open whether there is a resource: AWS Config has nothing to say of it.
        (Applies::EachEvaluated(..), Properties::Unreadable(Why::Unresolved(_))) => None,
        // Its permissions are resources of their own; what a live policy says beside them is part of a function read.
        (Applies::EachPermission(_), Properties::Unreadable(_)) if r#type == FUNCTION => None,
        (_, Properties::Unreadable(why)) => Some(Verdict::inconclusive(why.clone())),
        (Applies::EachBucket(judge), Properties::Bucket(it)) => judge(it, yardstick),
        (Applies::EachBucketPolicy(judge, _), Properties::Bucket(it)) => judge(it, yardstick),
        (Applies::EachBucketPolicy(_, judge), Properties::BucketPolicy(it)) => judge(it, yardstick),
        (Applies::EachAccessPoint(judge), Properties::AccessPoint(it)) => judge(it, yardstick),
        (Applies::EachTable(judge), Properties::Table(it)) => judge(it, yardstick),
        (Applies::EachTable(judge), Properties::GlobalTable(it)) => every_replica(*judge, it, yardstick),
        (Applies::EachDaxCluster(judge), Properties::DaxCluster(it)) => judge(it, yardstick),
        (Applies::EachFunction(judge), Properties::Function(it)) => judge(it, yardstick),
        (Applies::EachAlias(judge), Properties::Alias(it)) => judge(it, yardstick),
        (Applies::EachPermission(judge), Properties::Permission(it)) => judge(it, yardstick),
        (Applies::EachPermission(judge), Properties::Function(it)) => every_other_permission(*judge, it, yardstick),
        (Applies::EachFunctionUrl(judge), Properties::FunctionUrl(it)) => judge(it, yardstick),
        (Applies::EachEventSourceMapping(judge), Properties::EventSourceMapping(it)) => judge(it, yardstick),
        (Applies::EachEventInvokeConfig(judge), Properties::EventInvokeConfig(it)) => judge(it, yardstick),
        (Applies::EachDeploymentGroup(judge), Properties::DeploymentGroup(it)) => judge(it, yardstick),
        (Applies::EachAlarm(judge), Properties::Alarm(it)) => judge(it, yardstick),
        (Applies::EachRestApi(judge), Properties::RestApi(it)) => judge(it, yardstick),
        (Applies::EachMethod(judge), Properties::Method(it)) => judge(it, yardstick),
        (Applies::EachHttpApi(judge), Properties::HttpApi(it)) => judge(it, yardstick),
        (Applies::EachIntegration(judge), Properties::Integration(it)) => judge(it, yardstick),
        (Applies::EachQueue(judge), Properties::Queue(it)) => judge(it, yardstick),
        (Applies::EachTopic(judge), Properties::Topic(it)) => judge(it, yardstick),
        (Applies::EachSubscription(judge), Properties::Subscription(it)) => judge(it, yardstick),
        (Applies::EachRule(judge), Properties::Rule(it)) => judge(it, yardstick),
        (Applies::EachSchedule(judge), Properties::Schedule(it)) => judge(it, yardstick),
        (Applies::EachPipe(judge), Properties::Pipe(it)) => judge(it, yardstick),
        (Applies::EachStateMachine(judge), Properties::StateMachine(it)) => judge(it, yardstick),
        (Applies::EachLogGroup(judge), Properties::LogGroup(it)) => judge(it, yardstick),
        (Applies::EachRole(judge), Properties::Role(it)) => judge(it, yardstick),
        (Applies::EachPolicy(judge), Properties::Role(it)) => judge(&it.held(), yardstick),
        (Applies::EachPolicy(judge), Properties::Policy(it)) => judge(&it.held(), yardstick),
        (Applies::EachPolicy(judge), Properties::ManagedPolicy(it)) => judge(&it.held(), yardstick),
        (Applies::Each(_, judge), Properties::Untyped(it)) => judge(it, yardstick),
        (Applies::EachEvaluated(_, judge), it) if let Some(compliance) = it.config_compliance() => {
            judge(compliance, yardstick)
        }
        // A type that was read as another: ignorance, not silence.
        _ => Some(Verdict::inconclusive(Why::NotObserved("the properties were not read as this type".to_owned()))),
    }
}

/// One verdict for a global table: the worst of its replicas'.
fn every_replica(judge: Judge<Table>, global: &GlobalTable, yardstick: &Yardstick) -> Option<Verdict> {
    let judged = global.tables().into_iter().enumerate().filter_map(|(index, replica)| match replica {
        Observed::Present(table) => judge(&table, yardstick).map(|verdict| of_replica(verdict, index, global)),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why)),
    });
    judged.reduce(Verdict::worse)
}

/// One verdict for what a function's policies grant beside the permissions of the stack: the worst of them.
fn every_other_permission(judge: Judge<Permission>, function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    let others = match &function.other_permissions {
        Observed::Present(others) => others,
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why.clone()).at(POLICY)),
    };
    let judged = others.iter().filter_map(|other| match other {
        Observed::Present(other) => judge(&other.permission, yardstick).map(|verdict| of_statement(verdict, other)),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at(POLICY)),
    });
    judged.reduce(Verdict::worse)
}

/// Names the statement, which no template of the stack has.
fn of_statement(mut verdict: Verdict, other: &OtherPermission) -> Verdict {
    if let Verdict::Partial(_, evidence) | Verdict::Fail(evidence) = &mut verdict {
        evidence.text = format!("the statement {}, which is not of this stack: {}", other.statement_id, evidence.text);
    }
    verdict.at(format!("{POLICY}.{}", other.statement_id))
}

/// Names the replica where the verdict rests on a property of its own.
fn of_replica(mut verdict: Verdict, index: usize, global: &GlobalTable) -> Verdict {
    let own = |place: &Place| global.in_replica(index, &place.property);
    let Some((property, region)) = verdict.where_seen().and_then(own) else { return verdict };
    if let Verdict::Partial(_, evidence) | Verdict::Fail(evidence) = &mut verdict {
        evidence.text = format!("replica {region}: {}", evidence.text);
    }
    verdict.at(property)
}
