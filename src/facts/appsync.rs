//! Facts of AWS AppSync.

use serde::{Deserialize, Serialize};

use super::{Observed, Text, Untyped};

/// `AWS::AppSync::DataSource`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct DataSource {
    /// The API that it belongs to.
    pub api_id: Observed<Text>,
    /// `AWS_LAMBDA`, `AMAZON_DYNAMODB` and so on.
    pub r#type: Observed<Text>,
    /// The function behind it.
    pub lambda_config: Observed<LambdaConfig>,
    /// The table behind it.
    #[serde(rename = "DynamoDBConfig")]
    pub dynamodb_config: Observed<Untyped>,
}

/// `LambdaConfig` of a data source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LambdaConfig {
    /// The function's ARN.
    pub lambda_function_arn: Observed<Text>,
}
