//! `AWS::Lambda::Function` and what is joined onto it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{EventInvokeConfig, Permission};
use crate::{
    facts::{List, Observed, Tag, Text, config::Compliance},
    inventory::LogicalId,
};

/// `AWS::Lambda::Function`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Function {
    /// The name; generated where absent.
    pub function_name: Observed<Text>,
    /// `Zip` (where absent) or `Image`.
    pub package_type: Observed<String>,
    /// `python3.14` for example; none for images.
    pub runtime: Observed<String>,
    /// The customer-managed runtime of a function whose `Runtime` is `custom`.
    pub runtime_config: Observed<RuntimeConfig>,
    /// The entry point.
    pub handler: Observed<Text>,
    /// Where the code is.
    #[serde(deserialize_with = "code")]
    pub code: Observed<Code>,
    /// The execution role's ARN.
    pub role: Observed<Text>,
    /// MiB; 128 where absent.
    pub memory_size: Observed<u32>,
    /// Seconds; 3 where absent.
    pub timeout: Observed<u32>,
    /// The function's own share of the account's concurrency.
    pub reserved_concurrent_executions: Observed<u32>,
    /// Environment variables.
    pub environment: Observed<Environment>,
    /// The customer key for environment variables, SnapStart snapshots and, for images, code.
    pub kms_key_arn: Observed<Text>,
    /// Where failed asynchronous events go.
    pub dead_letter_config: Observed<DeadLetterConfig>,
    /// X-Ray.
    pub tracing_config: Observed<TracingConfig>,
    /// Format, levels and group of the logs.
    pub logging_config: Observed<LoggingConfig>,
    /// Subnets and security groups.
    pub vpc_config: Observed<VpcConfig>,
    /// EFS and S3 mounts.
    pub file_system_configs: Observed<Vec<Observed<FileSystemConfig>>>,
    /// The size of `/tmp`.
    pub ephemeral_storage: Observed<EphemeralStorage>,
    /// Layer version ARNs.
    pub layers: Observed<Vec<Observed<Text>>>,
    /// `x86_64` (where absent) or `arm64`.
    pub architectures: Observed<Vec<Observed<String>>>,
    /// Snapshots of initialised environments.
    pub snap_start: Observed<SnapStart>,
    /// Which signatures are accepted.
    pub code_signing_config_arn: Observed<Text>,
    /// `Terminate` (where absent) or `Allow`.
    pub recursive_loop: Observed<String>,
    /// Tags.
    pub tags: Observed<Vec<Observed<Tag>>>,
    /// Joined: the invoke configurations of the function, of each qualifier.
    pub event_invoke_configs: Observed<Vec<Observed<InvokeConfigOf>>>,
    /// Joined: the aliases of the function.
    pub aliases: Observed<Vec<Observed<AliasOf>>>,
    /// Joined: the published versions of the function.
    pub versions: Observed<Vec<Observed<VersionOf>>>,
    /// Joined: the other functions of the stack that have the same role.
    pub role_shared_with: Observed<Vec<Observed<LogicalId>>>,
    /// Joined: the services (`s3.amazonaws.com`) that the stack lets invoke the function asynchronously.
    pub asynchronous_callers: Observed<Vec<Observed<String>>>,
    /// Joined: whether a deployment of the stack calls the function as a lifecycle hook.
    pub is_lifecycle_hook: Observed<bool>,
    /// Joined: the account of the stack; a template does not know it.
    pub account: Observed<String>,
    /// Joined: the availability zone of each subnet of `VpcConfig.SubnetIds`, in its order.
    pub availability_zones: Observed<Vec<Observed<Text>>>,
    /// Live only: what AWS Config says of it.
    #[serde(rename = "$ConfigCompliance")]
    pub config_compliance: Compliance,
    /// Live only: what the policies of the function and of its aliases grant beside the permissions of the stack.
    #[serde(rename = "$OtherPermissions")]
    pub other_permissions: List<OtherPermission>,
}

/// A statement of a function's policy that is no resource of the stack: added by hand, or by another stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct OtherPermission {
    /// The statement's `Sid`.
    pub statement_id: String,
    /// What it grants, as a permission of the stack would say it.
    #[serde(flatten)]
    pub permission: Permission,
}

/// An invoke configuration joined onto its function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InvokeConfigOf {
    /// The resource it comes from.
    pub logical_id: LogicalId,
    /// Its properties.
    #[serde(flatten)]
    pub config: EventInvokeConfig,
}

/// An alias joined onto its function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AliasOf {
    /// The resource it comes from.
    pub logical_id: LogicalId,
    /// The alias's name.
    #[serde(default)]
    pub name: Observed<Text>,
    /// The version it points to.
    #[serde(default)]
    pub function_version: Observed<Text>,
    /// Whether it splits its traffic over two versions.
    #[serde(default)]
    pub weighted: Observed<bool>,
    /// Execution environments kept warm; absent where none are asked for.
    #[serde(default)]
    pub provisioned_concurrent_executions: Observed<u32>,
}

/// A version joined onto its function.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct VersionOf {
    /// The resource it comes from.
    pub logical_id: LogicalId,
    /// Execution environments kept warm; absent where none are asked for.
    #[serde(default)]
    pub provisioned_concurrent_executions: Observed<u32>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RuntimeConfig {
    /// The ARN of the runtime, its version or its alias.
    pub runtime_arn: Observed<Text>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Code {
    /// Source code in the template itself.
    pub zip_file: Observed<Text>,
    /// A container image.
    pub image_uri: Observed<Text>,
    /// The bucket of a package.
    pub s3_bucket: Observed<Text>,
    /// The key of a package.
    pub s3_key: Observed<Text>,
    /// A folder or an archive beside the template, which packaging uploads: `Code: ./src` means that.
    pub local_path: Observed<Text>,
}

/// Reads `Code`, which before packaging may be the path of a local artifact instead of a mapping:
/// <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>
fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Observed<Code>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(match Text::deserialize(&value) {
        Ok(path) => Observed::Present(Code { local_path: Observed::Present(path), ..Code::default() }),
        Err(_) => Observed::read(&value),
    })
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Environment {
    /// By name. Values may be secret: never print them.
    pub variables: Observed<BTreeMap<String, Observed<Text>>>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DeadLetterConfig {
    /// A queue or a topic.
    pub target_arn: Observed<Text>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TracingConfig {
    /// `Active` or `PassThrough` (where absent).
    pub mode: Observed<String>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LoggingConfig {
    /// `Text` (where absent) or `JSON`.
    pub log_format: Observed<String>,
    /// `TRACE` to `FATAL`; `INFO` where absent and the format is JSON.
    pub application_log_level: Observed<String>,
    /// `DEBUG`, `INFO` or `WARN`; `INFO` where absent and the format is JSON.
    pub system_log_level: Observed<String>,
    /// `/aws/lambda/<function name>` where absent.
    pub log_group: Observed<Text>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct VpcConfig {
    /// At most 16.
    pub subnet_ids: Observed<Vec<Observed<Text>>>,
    /// At most 5.
    pub security_group_ids: Observed<Vec<Observed<Text>>>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct FileSystemConfig {
    /// The access point's ARN.
    pub arn: Observed<Text>,
    /// A path below `/mnt/`.
    pub local_mount_path: Observed<Text>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EphemeralStorage {
    /// MiB, 512 to 10,240.
    pub size: Observed<u32>,
}

/// Part of [`Function`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SnapStart {
    /// `PublishedVersions` or `None`.
    pub apply_on: Observed<String>,
}

impl Function {
    /// Whether the function is deployed as a container image, which has no runtime and no layers.
    pub fn is_image(&self) -> Observed<bool> {
        match &self.package_type {
            Observed::Present(kind) => Observed::Present(kind == "Image"),
            Observed::Absent => Observed::Present(false),
            Observed::Unknown(why) => Observed::Unknown(why.clone()),
        }
    }
}
