//! Facts of AWS Step Functions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{List, Observed, Tag, Text};

/// `AWS::StepFunctions::StateMachine`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StateMachine {
    /// The name, generated where absent.
    pub state_machine_name: Observed<Text>,
    /// The definition as JSON text, with references inside.
    pub definition_string: Observed<Text>,
    /// The definition as an object, with markers at any depth.
    pub definition: Observed<Value>,
    /// Where the definition lies, if not here.
    pub definition_s3_location: Observed<Value>,
    /// The role that executions run with.
    pub role_arn: Observed<Text>,
    /// What `${Name}` in the definition stands for.
    pub definition_substitutions: Observed<BTreeMap<String, Observed<Text>>>,
    /// `STANDARD`, which is meant where absent, or `EXPRESS`, whose executions end after five minutes.
    pub state_machine_type: Observed<String>,
    /// What is logged of executions; nothing where absent.
    pub logging_configuration: Observed<LoggingConfiguration>,
    /// Whether X-Ray traces executions; it does not where absent.
    pub tracing_configuration: Observed<TracingConfiguration>,
    /// Whose key encrypts definition and executions; one that AWS owns where absent.
    pub encryption_configuration: Observed<EncryptionConfiguration>,
    /// Its tags.
    pub tags: List<Tag>,
}

/// `LoggingConfiguration` of a [`StateMachine`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LoggingConfiguration {
    /// `ALL`, `ERROR`, `FATAL` or `OFF`, which is meant where absent.
    pub level: Observed<String>,
    /// Log groups.
    pub destinations: List<Value>,
}

/// `TracingConfiguration` of a [`StateMachine`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TracingConfiguration {
    /// On or off.
    pub enabled: Observed<bool>,
}

/// `EncryptionConfiguration` of a [`StateMachine`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EncryptionConfiguration {
    /// `CUSTOMER_MANAGED_KMS_KEY` or `AWS_OWNED_KEY`.
    pub r#type: Observed<String>,
    /// The customer's key.
    pub kms_key_id: Observed<Text>,
}
