//! Whether a function in a VPC can reach the AWS services that it uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Text, Why, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::{Relation, Stack},
};

mod routes;

use routes::{Network, Way};

pub(super) const VPC_FUNCTION_REACHES_SERVICES: Check = Check {
    id: "vpc-function-reaches-services",
    title: "A function in a VPC has a way to the AWS services that its role lets it use",
    why: "In a VPC a function has no public address. Without NAT or an endpoint every call of DynamoDB, S3 or Secrets \
          Manager waits until the function's time is up, and nothing in the function, its role or the service shows why.",
    fix: "Add a gateway endpoint (S3, DynamoDB) to the route table of the function's subnets, an interface endpoint for \
          other services, or a default route through a NAT gateway.",
    absent: "A subnet without a route of its own has none out of the VPC. A public subnet gives a function no way out \
             either. A permission for all resources of a service is not taken for a use.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Function, Need::Networks, Need::Roles, Need::IdentityPolicies],
    applies: Applies::Stack(&["AWS::Lambda::Function"], reaches_services),
};

/// The last part of a service's endpoint name, by the type of what is used there.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html>
const SERVICES: &[(&str, &str)] = &[
    ("AWS::DynamoDB::Table", "dynamodb"),
    ("AWS::Events::EventBus", "events"),
    ("AWS::Kinesis::Stream", "kinesis-streams"),
    ("AWS::KinesisFirehose::DeliveryStream", "kinesis-firehose"),
    ("AWS::Lambda::Function", "lambda"),
    ("AWS::S3::Bucket", "s3"),
    ("AWS::SNS::Topic", "sns"),
    ("AWS::SQS::Queue", "sqs"),
    ("AWS::SSM::Parameter", "ssm"),
    ("AWS::SecretsManager::Secret", "secretsmanager"),
    ("AWS::StepFunctions::StateMachine", "states"),
];

fn reaches_services(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let used = used(stack);
    let network = Network::of(stack);
    let mut verdicts = Vec::new();
    for resource in &stack.facts.resources {
        let Properties::Function(function) = &resource.properties else { continue };
        let id = &resource.reference.logical_id;
        let subnets = match subnets(function) {
            Ok([]) => continue,
            Ok(subnets) => subnets,
            Err(why) => {
                verdicts.push((id.clone(), Verdict::inconclusive(why).at("VpcConfig")));
                continue;
            }
        };
        let none = BTreeSet::new();
        let services = used.get(id).unwrap_or(&none);
        // Whom nobody knows, or who needs another service than those that are surely used.
        let elsewhere = |to: &LogicalId| {
            let r#type = stack.type_of(to);
            SERVICES.iter().any(|(known, service)| *known == r#type && !services.contains(service))
        };
        let open = stack.graph().unsettled_of(id).find(|it| it.to.as_ref().is_none_or(elsewhere));
        let verdict = judge(&network, subnets, services, open.map(|open| &open.why));
        verdicts.extend(verdict.map(|verdict| (id.clone(), verdict.at("VpcConfig.SubnetIds"))));
    }
    verdicts
}

/// The subnets of a function; none where it is in no VPC.
fn subnets(function: &Function) -> Result<&[Observed<Text>], Why> {
    match function.vpc_config.known()? {
        Some(vpc) => Ok(vpc.subnet_ids.known()?.map_or(&[][..], Vec::as_slice)),
        None => Ok(&[]),
    }
}

/// The services that each function uses by name.
fn used<'g>(stack: &'g Stack<'_>) -> BTreeMap<&'g LogicalId, BTreeSet<&'static str>> {
    let edges = &stack.graph().edges;
    // Lambda itself polls the queue or the stream of a mapping, whose permissions the role has to have.
    let polled: BTreeSet<(&LogicalId, &LogicalId)> =
        edges.iter().filter(|edge| edge.relation == Relation::Invokes).map(|edge| (&edge.from, &edge.to)).collect();
    let mut used: BTreeMap<&LogicalId, BTreeSet<&str>> = BTreeMap::new();
    for edge in edges.iter().filter(|edge| !edge.by_wildcard && stack.function(&edge.from).is_some()) {
        if edge.relation == Relation::Reads && polled.contains(&(&edge.to, &edge.from)) {
            continue;
        }
        let r#type = stack.type_of(&edge.to);
        let service = SERVICES.iter().find(|(known, _)| *known == r#type);
        used.entry(&edge.from).or_default().extend(service.map(|(_, service)| *service));
    }
    used
}

/// None where it uses nothing. `open` is why nobody can tell what it uses.
fn judge(
    network: &Network<'_, '_>,
    subnets: &[Observed<Text>],
    services: &BTreeSet<&'static str>,
    open: Option<&Why>,
) -> Option<Verdict> {
    if services.is_empty() && open.is_none() {
        return None;
    }
    let mut unknown = open.cloned();
    let mut missing = BTreeSet::new();
    let mut all_out = true;
    for subnet in subnets {
        match network.way(subnet) {
            Way::Out => {}
            Way::Unknown(why) => {
                all_out = false;
                unknown = Some(why);
            }
            Way::Inside { table, vpc } => {
                all_out = false;
                for service in services {
                    match network.endpoint(service, table, vpc) {
                        Ok(true) => {}
                        Ok(false) => {
                            missing.insert(*service);
                        }
                        Err(why) => unknown = Some(why),
                    }
                }
            }
        }
    }
    let names: Vec<&str> = missing.into_iter().collect();
    Some(match unknown {
        _ if all_out => Verdict::Pass,
        _ if !names.is_empty() => {
            Verdict::fail(format!("its subnets have neither NAT nor an endpoint for {}", names.join(", ")))
        }
        Some(why) => Verdict::inconclusive(why),
        None => Verdict::Pass,
    })
}
