//! A check, the verdict it reaches, and the finding that comes of it.

mod by_path;
mod exempted;
pub mod own_rules;

use std::fmt;

pub use exempted::AppliedExemption;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    facts::{
        Facts, Observed, Resource, Untyped, Why, apigateway, cloudwatch, codedeploy, config, dax, dynamodb, events,
        iam, lambda, logs, s3, sns, sqs, stepfunctions,
    },
    inventory::{LogicalId, ResourceType},
    need::Need,
    stack::Stack,
};

/// One row of the catalogue: what is asked of which resources, and why.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable, kebab-case, service first; never reused.
    pub id: &'static str,
    /// One line, in the affirmative: what holds when it passes.
    pub title: &'static str,
    /// What goes wrong where it does not hold.
    pub why: &'static str,
    /// What to write, in CloudFormation's words.
    pub fix: &'static str,
    /// What an absent property means, the way the service behaves today.
    pub absent: &'static str,
    /// The documentation the rule comes from.
    pub reference: &'static str,
    /// Which concern it serves.
    pub pillar: Pillar,
    /// How bad a failure is, before policy.
    pub severity: Severity,
    /// The release that brought it.
    pub since: &'static str,
    /// Whether it is on where policy is silent.
    pub default: Default,
    /// What must be observed on a live stack.
    pub needs: &'static [Need],
    /// Whom it judges, and how.
    pub applies: Applies,
}

/// Whether a check is on where policy is silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// On.
    On,
    /// Off until policy turns it on: a matter of taste, cost or kind of business.
    OptIn,
}

/// A concern of the Well-Architected Framework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum Pillar {
    Security,
    Reliability,
    Performance,
    Cost,
    Operations,
}

impl Pillar {
    /// Every pillar, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Security, Self::Reliability, Self::Performance, Self::Cost, Self::Operations];

    /// The lower-case name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Reliability => "reliability",
            Self::Performance => "performance",
            Self::Cost => "cost",
            Self::Operations => "operations",
        }
    }
}

impl fmt::Display for Pillar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How bad a failed check is; `Low` is the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names say it")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The lower-case name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a judge says of one subject. Where a check does not apply there is no verdict at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It holds in part, or in a weaker form.
    Partial(Share, Evidence),
    /// It does not hold.
    Fail(Evidence),
    /// Nobody could tell. Never a pass.
    Inconclusive(Why, Option<Place>),
}

/// The four verdicts without their evidence, worst first, as reports and baselines name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are those of Verdict")]
pub enum VerdictKind {
    Fail,
    Inconclusive,
    Partial,
    Pass,
}

impl VerdictKind {
    /// The lower-case name used in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
            Self::Partial => "partial",
            Self::Pass => "pass",
        }
    }
}

/// How much of a check is met: 1 to 99 percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u8);

impl Share {
    /// A share of `percent`, brought into 1 to 99: nothing is a `Fail`, everything a `Pass`.
    pub const fn percent(percent: u8) -> Self {
        Self(match percent {
            0 => 1,
            1..=99 => percent,
            _ => 99,
        })
    }

    /// The percentage, 1 to 99.
    pub const fn as_percent(self) -> u8 {
        self.0
    }
}

/// What was seen, in words, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// One sentence without a full stop: "BucketEncryption is AES256".
    pub text: String,
    /// Where to look; the subject itself where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A property of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The resource, where it is not the subject: the bucket policy of a bucket for example.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<LogicalId>,
    /// A path such as `PolicyDocument.Statement[0].Principal`.
    pub property: String,
}

impl Place {
    /// A property of the subject.
    pub fn property(path: impl Into<String>) -> Self {
        Self { resource: None, property: path.into() }
    }

    /// A property of another resource.
    pub fn of(resource: &LogicalId, path: impl Into<String>) -> Self {
        Self { resource: Some(resource.clone()), property: path.into() }
    }
}

impl Verdict {
    /// A failure with its evidence.
    pub fn fail(text: impl Into<String>) -> Self {
        Self::Fail(Evidence { text: text.into(), place: None })
    }

    /// A pass in part, of `percent` percent.
    pub fn partial(percent: u8, text: impl Into<String>) -> Self {
        Self::Partial(Share::percent(percent), Evidence { text: text.into(), place: None })
    }

    /// Nobody could tell, because of `why`.
    pub fn inconclusive(why: Why) -> Self {
        Self::Inconclusive(why, None)
    }

    /// `Pass` where `holds`, else a failure with this evidence.
    pub fn pass_if(holds: bool, otherwise: impl Into<String>) -> Self {
        if holds { Self::Pass } else { Self::fail(otherwise) }
    }

    /// `Pass` where it is known to hold, `otherwise` where it is known not to.
    pub fn of(holds: Result<bool, Why>, otherwise: impl FnOnce() -> Self) -> Self {
        match holds {
            Ok(true) => Self::Pass,
            Ok(false) => otherwise(),
            Err(why) => Self::inconclusive(why),
        }
    }

    /// Says which property of the subject the verdict rests on.
    #[must_use]
    pub fn at(self, property: impl Into<String>) -> Self {
        self.place(Place::property(property))
    }

    /// Says where the verdict rests.
    #[must_use]
    pub fn place(self, place: Place) -> Self {
        match self {
            Self::Pass => Self::Pass,
            Self::Partial(share, evidence) => Self::Partial(share, Evidence { place: Some(place), ..evidence }),
            Self::Fail(evidence) => Self::Fail(Evidence { place: Some(place), ..evidence }),
            Self::Inconclusive(why, _) => Self::Inconclusive(why, Some(place)),
        }
    }

    /// Which of the four it is, without its evidence.
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Pass => VerdictKind::Pass,
            Self::Partial(..) => VerdictKind::Partial,
            Self::Fail(_) => VerdictKind::Fail,
            Self::Inconclusive(..) => VerdictKind::Inconclusive,
        }
    }

    /// Where the verdict rests, if the judge said so.
    pub fn where_seen(&self) -> Option<&Place> {
        match self {
            Self::Pass => None,
            Self::Partial(_, evidence) | Self::Fail(evidence) => evidence.place.as_ref(),
            Self::Inconclusive(_, place) => place.as_ref(),
        }
    }

    /// The worse of two: fail, inconclusive, partial, pass. Of two partial ones the smaller share.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        fn rank(verdict: &Verdict) -> u16 {
            match verdict {
                Verdict::Pass => 300,
                Verdict::Partial(share, _) => 200 + u16::from(share.as_percent()),
                Verdict::Inconclusive(..) => 100,
                Verdict::Fail(_) => 0,
            }
        }
        if rank(&other) < rank(&self) { other } else { self }
    }
}

impl<T> Observed<T> {
    /// Judges a value: `present` says of a value, `absent` of none; ignorance is inconclusive.
    pub fn judge(&self, present: impl FnOnce(&T) -> Verdict, absent: impl FnOnce() -> Verdict) -> Verdict {
        match self {
            Self::Present(value) => present(value),
            Self::Absent => absent(),
            Self::Unknown(why) => Verdict::inconclusive(why.clone()),
        }
    }
}

/// What judges measure against: the date and the parameters of policy. Judges read nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Yardstick {
    /// The day of the evaluation, for what expires (runtimes).
    pub today: Date,
    /// Tag keys that every taggable resource must carry; none by default.
    pub required_tags: Vec<String>,
    /// Accounts besides the stack's own that may be granted access or lend layers, twelve digits each.
    pub trusted_accounts: Vec<String>,
    /// The most verbose application log level that is allowed in production, `INFO` by default.
    pub application_log_level: LogLevel,
    /// The largest `/tmp` in MiB that needs no second look, 2,048 by default.
    pub ephemeral_storage_mib: u32,
    /// The least log retention in days, 1 by default (any retention at all).
    pub log_retention_days: u32,
    /// The largest share of the default account table limit (40,000 units) one table may provision, percent.
    pub table_throughput_percent: u32,
    /// The least number of hours that a stream keeps its records, 168 by default.
    pub stream_retention_hours: u32,
    /// The most days between two rotations of a secret, 90 by default.
    pub secret_rotation_days: u32,
    /// The least retention of backups in days, 35 by default, as AWS Config's
    /// backup-plan-min-frequency-and-min-retention-check has it.
    pub backup_retention_days: u32,
    /// Names of AWS's managed policies that a role may carry: those that every function of its kind needs, which SAM
    /// adds by itself.
    pub allowed_managed_policies: Vec<String>,
    /// The least bake time in minutes after the last step of an AppConfig deployment, 30 by default.
    pub configuration_bake_minutes: u32,
    /// Concurrent executions that Lambda allows the account in the region, 1,000 by default.
    pub account_concurrency: u32,
}

/// What SAM and the services' own guides attach to the roles of functions, state machines, APIs and deployments: they
/// write logs, traces and metrics, connect to a VPC, read what they are subscribed to, or shift an alias.
const ALLOWED_MANAGED_POLICIES: &[&str] = &[
    "AWSAppSyncPushToCloudWatchLogs",
    "AWSCodeDeployRoleForLambda",
    "AWSCodeDeployRoleForLambdaLimited",
    "AWSLambdaBasicDurableExecutionRolePolicy",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
    "AmazonRDSEnhancedMonitoringRole",
    "CloudWatchLambdaApplicationSignalsExecutionRolePolicy",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
];

/// Log levels of Lambda's JSON logging, most verbose first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[expect(missing_docs, reason = "the names are AWS's own")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Yardstick {
    /// What the shipped policy measures against, on this day.
    pub fn on(today: Date) -> Self {
        Self {
            today,
            required_tags: Vec::new(),
            trusted_accounts: Vec::new(),
            application_log_level: LogLevel::Info,
            ephemeral_storage_mib: 2_048,
            log_retention_days: 1,
            table_throughput_percent: 80,
            stream_retention_hours: 168,
            secret_rotation_days: 90,
            backup_retention_days: 35,
            allowed_managed_policies: ALLOWED_MANAGED_POLICIES.iter().map(|name| (*name).to_owned()).collect(),
            configuration_bake_minutes: 30,
            account_concurrency: 1_000,
        }
    }
}

/// Judges one resource of a type. `None`: the check does not apply to it.
pub type Judge<T> = fn(&T, &Yardstick) -> Option<Verdict>;

/// Judges one resource, which the stack holds and whose properties could be read, with a view on the rest of the stack.
/// `None`: the check does not apply to it.
pub type JudgeInStack = fn(&Resource, &Stack<'_>, &Yardstick) -> Option<Verdict>;

/// Judges the policies that one resource holds. `None`: the check does not apply to it.
pub type PolicyJudge = fn(&iam::Held<'_>, &Yardstick) -> Option<Verdict>;

/// Judges the stack as a whole: one verdict for each resource it has something to say of.
pub type StackJudge = fn(&Stack<'_>, &Yardstick) -> Vec<(LogicalId, Verdict)>;

/// Whom a check judges, and the function that does.
#[derive(Debug, Clone, Copy)]
pub enum Applies {
    /// Each `AWS::S3::Bucket`, with its policy joined.
    EachBucket(Judge<s3::Bucket>),
    /// Each `AWS::S3::Bucket` with its policy joined; and each `AWS::S3::BucketPolicy` whose bucket is
    /// not certainly one of the stack.
    EachBucketPolicy(Judge<s3::Bucket>, Judge<s3::BucketPolicy>),
    /// Each `AWS::S3::AccessPoint`.
    EachAccessPoint(Judge<s3::AccessPoint>),
    /// Each `AWS::DynamoDB::Table`, with its scaling joined, and each replica of an `AWS::DynamoDB::GlobalTable`.
    EachTable(Judge<dynamodb::Table>),
    /// Each `AWS::DAX::Cluster`.
    EachDaxCluster(Judge<dax::Cluster>),
    /// Each `AWS::Lambda::Function`, with its invoke config joined.
    EachFunction(Judge<lambda::Function>),
    /// Each `AWS::Lambda::Alias`.
    EachAlias(Judge<lambda::Alias>),
    /// Each `AWS::Lambda::Permission`, and each `AWS::Lambda::Function` whose live policies grant more than those.
    EachPermission(Judge<lambda::Permission>),
    /// Each `AWS::Lambda::Url`.
    EachFunctionUrl(Judge<lambda::Url>),
    /// Each `AWS::Lambda::EventSourceMapping`.
    EachEventSourceMapping(Judge<lambda::EventSourceMapping>),
    /// Each `AWS::Lambda::EventInvokeConfig`.
    EachEventInvokeConfig(Judge<lambda::EventInvokeConfig>),
    /// Each `AWS::CodeDeploy::DeploymentGroup`.
    EachDeploymentGroup(Judge<codedeploy::DeploymentGroup>),
    /// Each `AWS::CloudWatch::Alarm`.
    EachAlarm(Judge<cloudwatch::Alarm>),
    /// Each `AWS::ApiGateway::RestApi`.
    EachRestApi(Judge<apigateway::RestApi>),
    /// Each `AWS::ApiGateway::Method`.
    EachMethod(Judge<apigateway::Method>),
    /// Each `AWS::ApiGatewayV2::Api`.
    EachHttpApi(Judge<apigateway::HttpApi>),
    /// Each `AWS::ApiGatewayV2::Integration`.
    EachIntegration(Judge<apigateway::Integration>),
    /// Each `AWS::SQS::Queue`.
    EachQueue(Judge<sqs::Queue>),
    /// Each `AWS::SNS::Topic`.
    EachTopic(Judge<sns::Topic>),
    /// Each `AWS::SNS::Subscription`.
    EachSubscription(Judge<sns::Subscription>),
    /// Each `AWS::Events::Rule`.
    EachRule(Judge<events::Rule>),
    /// Each `AWS::Scheduler::Schedule`.
    EachSchedule(Judge<events::Schedule>),
    /// Each `AWS::Pipes::Pipe`.
    EachPipe(Judge<events::Pipe>),
    /// Each `AWS::StepFunctions::StateMachine`.
    EachStateMachine(Judge<stepfunctions::StateMachine>),
    /// Each `AWS::Logs::LogGroup`.
    EachLogGroup(Judge<logs::LogGroup>),
    /// Each `AWS::IAM::Role`, with the policies that stand beside it joined.
    EachRole(Judge<iam::Role>),
    /// Each `AWS::IAM::Role` by its inline policies, and each `AWS::IAM::Policy` and `AWS::IAM::ManagedPolicy` by its
    /// document, attached or not.
    EachPolicy(PolicyJudge),
    /// Each resource of these types, which must be among [`crate::facts::untyped::TYPES`], by its properties.
    Each(&'static [&'static str], Judge<Untyped>),
    /// Each resource of these types, by a judge that also looks at the rest of the stack; silent where it does not apply.
    EachInStack(&'static [&'static str], JudgeInStack),
    /// Each resource of these types, by what AWS Config says of it; silent on a template, which cannot show it.
    EachEvaluated(&'static [&'static str], Judge<config::Compliance>),
    /// The stack itself, as CloudFormation handles it; silent on what the source does not show.
    TheStack(Judge<Facts>),
    /// A rule of the user's own: each resource that it chooses, or the stack as a whole.
    Own(&'static own_rules::OwnRule),
    /// The stack as a whole; the types it speaks of, and the judge.
    Stack(&'static [&'static str], StackJudge),
}

impl Applies {
    /// The CloudFormation types it judges.
    pub fn types(&self) -> &'static [&'static str] {
        match self {
            Self::EachBucket(_) => &["AWS::S3::Bucket"],
            Self::EachAccessPoint(_) => &["AWS::S3::AccessPoint"],
            Self::EachBucketPolicy(..) => &["AWS::S3::Bucket", "AWS::S3::BucketPolicy"],
            Self::EachTable(_) => &["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
            Self::EachDaxCluster(_) => &["AWS::DAX::Cluster"],
            Self::EachFunction(_) => &["AWS::Lambda::Function"],
            Self::EachAlias(_) => &["AWS::Lambda::Alias"],
            Self::EachPermission(_) => &["AWS::Lambda::Permission", "AWS::Lambda::Function"],
            Self::EachFunctionUrl(_) => &["AWS::Lambda::Url"],
            Self::EachEventSourceMapping(_) => &["AWS::Lambda::EventSourceMapping"],
            Self::EachEventInvokeConfig(_) => &["AWS::Lambda::EventInvokeConfig"],
            Self::EachDeploymentGroup(_) => &["AWS::CodeDeploy::DeploymentGroup"],
            Self::EachAlarm(_) => &["AWS::CloudWatch::Alarm"],
            Self::EachRestApi(_) => &["AWS::ApiGateway::RestApi"],
            Self::EachMethod(_) => &["AWS::ApiGateway::Method"],
            Self::EachHttpApi(_) => &["AWS::ApiGatewayV2::Api"],
            Self::EachIntegration(_) => &["AWS::ApiGatewayV2::Integration"],
            Self::EachQueue(_) => &["AWS::SQS::Queue"],
            Self::EachTopic(_) => &["AWS::SNS::Topic"],
            Self::EachSubscription(_) => &["AWS::SNS::Subscription"],
            Self::EachRule(_) => &["AWS::Events::Rule"],
            Self::EachSchedule(_) => &["AWS::Scheduler::Schedule"],
            Self::EachPipe(_) => &["AWS::Pipes::Pipe"],
            Self::EachStateMachine(_) => &["AWS::StepFunctions::StateMachine"],
            Self::EachLogGroup(_) => &["AWS::Logs::LogGroup"],
            Self::EachRole(_) => &["AWS::IAM::Role"],
            Self::TheStack(_) => &["AWS::CloudFormation::Stack"],
            Self::EachPolicy(_) => &["AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"],
            Self::Own(rule) => rule.types(),
            Self::Each(types, _)
            | Self::EachInStack(types, _)
            | Self::EachEvaluated(types, _)
            | Self::Stack(types, _) => types,
        }
    }

    /// `atomic` where it judges one resource at a time, `holistic` where it judges the stack.
    pub fn scope(&self) -> &'static str {
        match self {
            Self::Stack(..) => "holistic",
            Self::Own(rule) if !rule.is_of_each() => "holistic",
            _ => "atomic",
        }
    }
}

/// One verdict on one subject, as policy weighs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// The subject.
    pub resource: LogicalId,
    /// The subject's type.
    pub r#type: ResourceType,
    /// What the judge said.
    pub verdict: Verdict,
    /// How bad a failure is, after policy.
    pub severity: Severity,
    /// The exemption that covers it, if any.
    pub exemption: Option<AppliedExemption>,
}

impl Finding {
    /// Whether an exemption that still holds covers it: it costs nothing and halts nothing.
    pub fn is_exempted(&self) -> bool {
        self.exemption.as_ref().is_some_and(|exemption| !exemption.expired)
    }
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
