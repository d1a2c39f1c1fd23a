//! Facts of Amazon API Gateway, REST and HTTP.

use serde::{Deserialize, Serialize};

/// `AWS::ApiGateway::RestApi`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RestApi {}

/// `AWS::ApiGateway::Method`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Method {}

/// `AWS::ApiGatewayV2::Api`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct HttpApi {}

/// `AWS::ApiGatewayV2::Integration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Integration {}
