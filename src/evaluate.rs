//! From facts and a policy to findings.
//!
//! A template whose conditions nothing settles has several branches. Every branch is judged, and a
//! resource gets the verdict that all of them share:
//!
//! | in the branches | verdict |
//! |---|---|
//! | the same verdict everywhere | that verdict |
//! | `Partial` everywhere, of different shares | `Partial` of the smallest share, which holds everywhere |
//! | `Fail` everywhere, for different reasons | `Fail` with each reason and its condition |
//! | `Pass` where the check applies; elsewhere it does not apply or the resource is gone | `Pass` |
//! | anything else | `Inconclusive`, naming which condition leads to which verdict |
//!
//! `Pass` here and `Partial` there is inconclusive too: neither of the two is true of every branch.
//!
//! Never does any I/O, never reads a clock, never catches a panic of a judge (the guard does).

mod atomic;
mod branches;
mod exempt;
mod subjects;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    check::{Check, Finding, Verdict, Yardstick},
    checks::exemption::EXEMPTION_EXPIRED,
    facts::Branch,
    inventory::{LogicalId, ResourceType},
    need::Need,
    parallel::Threads,
    policy::Policy,
};
use subjects::{Judged, Subjects};

/// What was found, by whom it was asked, and what nobody looked at.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Every verdict, passes included: in the order of the source's resources, then of the catalogue.
    pub findings: Vec<Finding>,
    /// The checks that were asked, in the order of the catalogue.
    pub checks: Vec<&'static Check>,
    /// Types of which no resource was judged, by name.
    pub unjudged: Vec<Unjudged>,
    /// Exemptions that cover nothing.
    pub unused: Vec<UnusedExemption>,
    /// What the reader of a report should know of the exemptions that templates state.
    pub remarks: Vec<String>,
    /// How many resources the source has, all branches together.
    pub resources: usize,
    /// How many branches the source has: 1 where nothing is open.
    pub branches: usize,
}

/// A type that no check was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unjudged {
    /// The CloudFormation type.
    pub r#type: ResourceType,
    /// How many resources of it there are.
    pub count: usize,
}

/// An exemption that covers nothing: what it tolerated is fixed or gone, or its patterns are mistaken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedExemption {
    /// Its pattern of checks.
    pub check: String,
    /// Its pattern of resources.
    pub resource: String,
    /// Who answers for it.
    pub owner: String,
    /// The template that states it, with line and column; none where policy does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_in: Option<String>,
}

/// Types whose resources are judged as part of another one, and the need by which a check says that it looks at
/// them: their properties are joined onto a subject of another type, or a holistic check reads them on its way.
const PART_OF_ANOTHER: &[(&str, Need)] = &[
    ("AWS::ApiGateway::Method", Need::RestApiIntegrations),
    ("AWS::ApiGateway::RequestValidator", Need::RequestValidators),
    ("AWS::ApiGateway::UsagePlan", Need::UsagePlans),
    ("AWS::ApiGatewayV2::Api", Need::HttpApiIntegrations),
    ("AWS::ApiGatewayV2::ApiMapping", Need::HttpApiMappings),
    ("AWS::ApiGatewayV2::Integration", Need::HttpApiIntegrations),
    ("AWS::ApplicationAutoScaling::ScalableTarget", Need::ScalableTargets),
    ("AWS::ApplicationAutoScaling::ScalingPolicy", Need::ScalingPolicies),
    ("AWS::Backup::BackupSelection", Need::ProtectedResources),
    ("AWS::CloudWatch::Alarm", Need::Alarms),
    ("AWS::CloudWatch::CompositeAlarm", Need::Alarms),
    ("AWS::CodeDeploy::Application", Need::DeploymentGroup),
    ("AWS::CodeDeploy::DeploymentConfig", Need::DeploymentConfig),
    ("AWS::EC2::Route", Need::Networks),
    ("AWS::EC2::RouteTable", Need::Networks),
    ("AWS::EC2::Subnet", Need::Subnets),
    ("AWS::EC2::SubnetRouteTableAssociation", Need::Networks),
    ("AWS::EC2::VPCEndpoint", Need::Networks),
    ("AWS::ECR::RegistryScanningConfiguration", Need::Repositories),
    ("AWS::IAM::ManagedPolicy", Need::Roles),
    ("AWS::IAM::Policy", Need::Roles),
    ("AWS::Lambda::Version", Need::FunctionVersions),
    ("AWS::Logs::DeliverySource", Need::Distributions),
    ("AWS::Logs::LogGroup", Need::LogGroups),
    ("AWS::S3::BucketPolicy", Need::BucketPolicy),
    ("AWS::SecretsManager::SecretTargetAttachment", Need::Secrets),
    ("AWS::WAFv2::LoggingConfiguration", Need::WebAcls),
    ("AWS::WAFv2::WebACLAssociation", Need::WebAclAssociations),
];

/// What one check says of every resource it applies to, in the order of the source, over all branches.
///
/// A resource nobody could read gets an inconclusive verdict from every check of its type.
pub fn judge(
    check: &'static Check,
    branches: &[Branch],
    yardstick: &Yardstick,
) -> Vec<(LogicalId, ResourceType, Verdict)> {
    let said = Subjects::of(branches).judge(&[check], yardstick, Threads::default());
    said.into_iter().map(|(_, judged)| (judged.name.id, judged.name.r#type, judged.verdict)).collect()
}

/// What the checks that policy enables say of a stack on this day.
pub fn evaluate(branches: &[Branch], policy: &Policy, today: Date) -> Evaluation {
    evaluate_on(Threads::default(), branches, policy, today)
}

/// The same, on several threads.
pub fn evaluate_on(threads: Threads, branches: &[Branch], policy: &Policy, today: Date) -> Evaluation {
    ask_on(threads, policy.checks().filter(|check| policy.enables(check)).collect(), branches, policy, today)
}

/// What these checks say of a stack on this day, in their order, whether policy enables them or not.
pub fn ask(
    checks: impl IntoIterator<Item = &'static Check>,
    branches: &[Branch],
    policy: &Policy,
    today: Date,
) -> Evaluation {
    ask_on(Threads::default(), checks.into_iter().collect(), branches, policy, today)
}

fn ask_on(
    threads: Threads,
    mut checks: Vec<&'static Check>,
    branches: &[Branch],
    policy: &Policy,
    today: Date,
) -> Evaluation {
    let yardstick = policy.yardstick(today);
    let subjects = Subjects::of(branches);
    let mut judged = subjects.judge(&checks, &yardstick, threads);
    let unjudged = unjudged(&checks, &subjects);
    // Stable: what is said of the same resource stays in the order of the catalogue.
    judged.sort_by_key(|(_, judged)| judged.position);

    let finding = |(row, judged): (usize, Judged)| {
        let check = checks[row];
        let Judged { name, verdict, .. } = judged;
        let severity = policy.severity(check);
        Finding { check, resource: name.id, r#type: name.r#type, verdict, severity, exemption: None }
    };
    let mut findings: Vec<Finding> = judged.into_iter().map(finding).collect();
    let (exemptions, remarks) = exempt::in_force(branches, policy);
    let unused = exempt::apply(&mut findings, &exemptions, today);
    if policy.enables(EXEMPTION_EXPIRED) {
        findings = exempt::report_expired(findings, policy.severity(EXEMPTION_EXPIRED));
        checks.push(EXEMPTION_EXPIRED);
    }
    let (resources, branches) = (subjects.types().map(|(_, count)| count).sum(), branches.len());
    Evaluation { findings, checks, unjudged, unused, remarks, resources, branches }
}

/// Types that none of these checks was asked about, with their numbers.
fn unjudged(checks: &[&Check], subjects: &Subjects<'_>) -> Vec<Unjudged> {
    let mut judged: BTreeSet<&str> = checks.iter().flat_map(|check| check.applies.types()).copied().collect();
    let needs: BTreeSet<Need> = checks.iter().flat_map(|check| check.needs).copied().collect();
    judged.extend(PART_OF_ANOTHER.iter().filter(|(_, need)| needs.contains(need)).map(|(r#type, _)| r#type));
    let unjudged = subjects.types().filter(|(r#type, _)| !judged.contains(r#type));
    unjudged.map(|(r#type, count)| Unjudged { r#type: ResourceType::new(r#type), count }).collect()
}
