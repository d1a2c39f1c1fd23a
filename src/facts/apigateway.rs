//! Facts of Amazon API Gateway, REST and HTTP.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{List, Observed, Tag, Text, Untyped, iam::PolicyDocument};

/// `AWS::ApiGateway::RestApi`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct RestApi {
    /// The API's name.
    pub name: Observed<Text>,
    /// An OpenAPI document; markers of [`Observed`] and [`Text`] may stand at any depth.
    pub body: Observed<Value>,
    /// Where the OpenAPI document lies, if not here.
    pub body_s3_location: Observed<Value>,
    /// Where its endpoint is; edge-optimized where absent.
    pub endpoint_configuration: Observed<EndpointConfiguration>,
    /// Who may call it from where; may also stand in the body, as `x-amazon-apigateway-policy`.
    pub policy: Observed<PolicyDocument>,
    /// Its tags.
    pub tags: List<Tag>,
}

/// `EndpointConfiguration` of an API or of a custom domain.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct EndpointConfiguration {
    /// One of `EDGE`, `REGIONAL` and `PRIVATE`.
    pub types: List<Text>,
}

/// `AWS::ApiGateway::Method`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Method {
    /// The API it belongs to.
    pub rest_api_id: Observed<Text>,
    /// `GET`, `ANY` and so on.
    pub http_method: Observed<Text>,
    /// `NONE`, `AWS_IAM`, `CUSTOM`, `COGNITO_USER_POOLS`.
    pub authorization_type: Observed<Text>,
    /// Whether a caller must show an API key; not where absent.
    pub api_key_required: Observed<bool>,
    /// What is checked of a request before it is passed on; nothing where absent.
    pub request_validator_id: Observed<Text>,
    /// What answers it.
    pub integration: Observed<MethodIntegration>,
}

/// `Integration` of a method.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct MethodIntegration {
    /// `AWS_PROXY`, `AWS`, `HTTP`, `HTTP_PROXY`, `MOCK`.
    pub r#type: Observed<Text>,
    /// An API Gateway ARN that wraps the ARN of the function.
    pub uri: Observed<Text>,
    /// Milliseconds to wait for an answer; 29,000 where absent.
    pub timeout_in_millis: Observed<u32>,
    /// Parameters set on the way: `integration.request.header.X-Amz-Invocation-Type` makes a call asynchronous.
    pub request_parameters: Observed<BTreeMap<String, Observed<Text>>>,
    /// The role it calls with; by resource policy where absent.
    pub credentials: Observed<Text>,
}

/// `AWS::ApiGatewayV2::Api`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct HttpApi {
    /// The API's name.
    pub name: Observed<Text>,
    /// `HTTP` or `WEBSOCKET`.
    pub protocol_type: Observed<Text>,
    /// An OpenAPI document, as in [`RestApi::body`].
    pub body: Observed<Value>,
    /// Where the OpenAPI document lies, if not here.
    pub body_s3_location: Observed<Value>,
    /// Quick create: the function (or URL) behind the default route.
    pub target: Observed<Text>,
    /// Which web pages of other origins may call it; may also stand in the body, as `x-amazon-apigateway-cors`.
    pub cors_configuration: Observed<Untyped>,
    /// Whether it answers under its custom domains only; not where absent.
    pub disable_execute_api_endpoint: Observed<bool>,
}

/// `AWS::ApiGatewayV2::Integration`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Integration {
    /// The API it belongs to.
    pub api_id: Observed<Text>,
    /// `AWS_PROXY`, `AWS`, `HTTP_PROXY` and so on.
    pub integration_type: Observed<Text>,
    /// An AWS service instead of a function, `SQS-SendMessage` for example.
    pub integration_subtype: Observed<Text>,
    /// The function's ARN, bare or wrapped as in a REST API.
    pub integration_uri: Observed<Text>,
    /// Milliseconds to wait for an answer; 30,000 (HTTP) or 29,000 (WebSocket) where absent.
    pub timeout_in_millis: Observed<u32>,
    /// The role it calls with; by resource policy where absent.
    pub credentials_arn: Observed<Text>,
    /// `INTERNET` or `VPC_LINK`; the former where absent.
    pub connection_type: Observed<Text>,
    /// How a private integration speaks TLS; plain HTTP where absent.
    pub tls_config: Observed<Untyped>,
}
