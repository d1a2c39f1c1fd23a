//! Facts of AWS Lambda.
//!
//! Fields below a line `Joined` are no CloudFormation properties of the type: `join` fills them from the
//! other resources of the stack where they are absent, and keeps what a reader put there (a live reader may
//! know more than the stack holds). In a joined list an element that is `Unknown` stands for a resource of
//! which nobody can tell whether it belongs here.

mod event_source;
mod function;
mod function_target;
mod functions;
mod join;

pub use event_source::{
    AmazonManagedKafkaEventSourceConfig, EventSourceMapping, ScalingConfig, SelfManagedEventSource, SourceKind,
};
pub use function::{
    AliasOf, Code, DeadLetterConfig, Environment, EphemeralStorage, FileSystemConfig, Function, InvokeConfigOf,
    LoggingConfig, OtherPermission, RuntimeConfig, SnapStart, TracingConfig, VersionOf, VpcConfig,
};
pub use function_target::{FunctionTarget, Qualifier};
pub use functions::Functions;
pub(super) use join::join;
use serde::{Deserialize, Serialize};

use super::{Observed, Text};

/// The names of the joined fields, by type.
pub(super) const JOINED: &[(&str, &[&str])] = &[
    ("AWS::Lambda::Alias", &["Function"]),
    ("AWS::Lambda::EventInvokeConfig", &["FunctionDeadLetterTarget"]),
    ("AWS::Lambda::EventSourceMapping", &["SourceKind", "FunctionReservedConcurrency"]),
    (
        "AWS::Lambda::Function",
        &[
            "EventInvokeConfigs",
            "Aliases",
            "Versions",
            "RoleSharedWith",
            "AsynchronousCallers",
            "IsLifecycleHook",
            "Account",
            "AvailabilityZones",
        ],
    ),
    ("AWS::Lambda::Permission", &["FunctionHasUrl"]),
];

/// `AWS::Lambda::Alias`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Alias {
    /// The function, by name, ARN or reference.
    pub function_name: Observed<Text>,
    /// `3`, `$LATEST`, or a reference to a version's `Version`.
    pub function_version: Observed<Text>,
    /// The alias's own name.
    pub name: Observed<Text>,
    /// A second version that takes a share of the traffic.
    pub routing_config: Observed<RoutingConfig>,
    /// Execution environments kept warm.
    pub provisioned_concurrency_config: Observed<ProvisionedConcurrencyConfig>,
    /// The resource attribute; a live stack shows it in its template only.
    pub update_policy: Observed<UpdatePolicy>,
    /// Joined: the function in this stack that the alias belongs to.
    pub function: Observed<AliasedFunction>,
}

/// What an alias needs to know of its function.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AliasedFunction {
    /// The function's logical id.
    pub logical_id: Observed<String>,
    /// Whether a deployment calls the function as a lifecycle hook.
    pub is_lifecycle_hook: Observed<bool>,
}

/// Part of [`Alias`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RoutingConfig {
    /// At most one entry.
    pub additional_version_weights: Observed<Vec<Observed<VersionWeight>>>,
}

/// Part of [`RoutingConfig`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VersionWeight {
    /// The version that takes the share.
    pub function_version: Observed<Text>,
    /// 0.0 to 1.0.
    pub function_weight: Observed<f64>,
}

/// Part of [`Alias`] and [`Version`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ProvisionedConcurrencyConfig {
    /// How many, 1 or more.
    pub provisioned_concurrent_executions: Observed<u32>,
}

/// The `UpdatePolicy` attribute of an alias.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct UpdatePolicy {
    /// Hands the update of the alias to CodeDeploy.
    pub code_deploy_lambda_alias_update: Observed<CodeDeployLambdaAliasUpdate>,
}

/// Part of [`UpdatePolicy`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct CodeDeployLambdaAliasUpdate {
    /// The CodeDeploy application.
    pub application_name: Observed<Text>,
    /// The deployment group of that application.
    pub deployment_group_name: Observed<Text>,
    /// The function called before traffic is shifted, by name.
    pub before_allow_traffic_hook: Observed<Text>,
    /// The function called after traffic is shifted, by name.
    pub after_allow_traffic_hook: Observed<Text>,
}

/// `AWS::Lambda::Version`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Version {
    /// The function, by name, ARN or reference.
    pub function_name: Observed<Text>,
    /// The digest that the package must have.
    pub code_sha256: Observed<String>,
    /// Execution environments kept warm.
    pub provisioned_concurrency_config: Observed<ProvisionedConcurrencyConfig>,
}

/// `AWS::Lambda::Permission`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Permission {
    /// The action granted, `lambda:InvokeFunction` for example.
    pub action: Observed<String>,
    /// The function, version or alias, by name, ARN or reference.
    pub function_name: Observed<Text>,
    /// A service (`s3.amazonaws.com`), an account, an ARN, or `*`.
    pub principal: Observed<Text>,
    /// `PrincipalOrgID`: only callers of this organization.
    #[serde(rename = "PrincipalOrgID")]
    pub principal_org_id: Observed<Text>,
    /// Only this resource of the calling service.
    pub source_arn: Observed<Text>,
    /// Only resources of this account.
    pub source_account: Observed<Text>,
    /// Only function URLs of this authentication type: `AWS_IAM` or `NONE`.
    pub function_url_auth_type: Observed<String>,
    /// Only invocations through a function URL.
    pub invoked_via_function_url: Observed<bool>,
    /// Alexa's skill id.
    pub event_source_token: Observed<Text>,
    /// Joined: whether the stack has a URL of the function.
    pub function_has_url: Observed<bool>,
}

/// `AWS::Lambda::Url`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Url {
    /// `AWS_IAM` or `NONE`.
    pub auth_type: Observed<String>,
    /// Cross-origin resource sharing.
    pub cors: Observed<Cors>,
    /// `BUFFERED` or `RESPONSE_STREAM`.
    pub invoke_mode: Observed<String>,
    /// The alias's name.
    pub qualifier: Observed<Text>,
    /// The function, by name, ARN or reference.
    pub target_function_arn: Observed<Text>,
}

/// Part of [`Url`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Cors {
    /// Whether cookies and credentials may be sent.
    pub allow_credentials: Observed<bool>,
    /// Request headers that are let through.
    pub allow_headers: Observed<Vec<Observed<Text>>>,
    /// HTTP methods that are let through.
    pub allow_methods: Observed<Vec<Observed<String>>>,
    /// Origins that are let through; `*` for any.
    pub allow_origins: Observed<Vec<Observed<Text>>>,
}

/// `AWS::Lambda::EventInvokeConfig`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EventInvokeConfig {
    /// The function, by name, ARN or reference.
    pub function_name: Observed<Text>,
    /// `$LATEST`, a version's number or an alias's name.
    pub qualifier: Observed<Text>,
    /// Where outcomes of asynchronous invocations go.
    pub destination_config: Observed<DestinationConfig>,
    /// 60 to 21,600 seconds.
    pub maximum_event_age_in_seconds: Observed<u32>,
    /// 0 to 2.
    pub maximum_retry_attempts: Observed<u32>,
    /// Joined: the dead-letter target of the function, where the function is in this stack.
    pub function_dead_letter_target: Observed<Text>,
}

/// Part of [`EventInvokeConfig`] and [`EventSourceMapping`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DestinationConfig {
    /// Where failures go.
    pub on_failure: Observed<Destination>,
    /// Where successes go.
    pub on_success: Observed<Destination>,
}

/// Part of [`DestinationConfig`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Destination {
    /// The ARN of a queue, topic, bus, function or bucket.
    pub destination: Observed<Text>,
}

impl DestinationConfig {
    /// The ARN that failures go to. An `OnFailure` without destination is none.
    pub fn failure_target(config: &Observed<Self>) -> Observed<&Text> {
        config.as_ref().and_then(|config| config.on_failure.as_ref()).and_then(|to| to.destination.as_ref())
    }
}
