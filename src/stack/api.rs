//! Calls from APIs: methods, integrations and OpenAPI documents.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    FunctionTarget, Invocation,
    InvocationKind::{self, Asynchronous, Synchronous},
    edges::{Reader, observed, unknown},
};
use crate::{
    facts::{
        Observed, Properties, Text, Why,
        apigateway::{HttpApi, Integration, Method, RestApi},
        unknown_marker,
    },
    inventory::LogicalId,
};

/// Milliseconds that a REST or WebSocket API waits where nothing is said.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html>
const REST_WAITS: u32 = 29_000;

/// Milliseconds that an HTTP API waits where nothing is said, which is also the most.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html>
const HTTP_WAITS: u32 = 30_000;

const PRINCIPAL: &str = "apigateway.amazonaws.com";
const INTEGRATION: &str = "x-amazon-apigateway-integration";
const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

/// What an integration says, whatever document it stands in.
struct Call<'a> {
    kind: Observed<Text>,
    uri: Observed<Text>,
    waits: Observed<u32>,
    by_role: bool,
    /// The value of the header that makes it asynchronous.
    header: Observed<Text>,
    place: &'a str,
}

/// The call of a REST API's method.
pub(super) fn method(reader: Reader<'_>, id: &LogicalId, method: &Method) -> Vec<Invocation> {
    let integration = match &method.integration {
        Observed::Present(integration) => integration,
        Observed::Absent => return Vec::new(),
        Observed::Unknown(why) => return unknown(id, "Integration", why, Synchronous),
    };
    let call = Call {
        kind: integration.r#type.clone(),
        uri: integration.uri.clone(),
        waits: integration.timeout_in_millis.clone().or_default_of_service(REST_WAITS),
        by_role: !integration.credentials.is_absent(),
        header: header(&integration.request_parameters),
        place: "Integration.Uri",
    };
    let source = reader.resource(&method.rest_api_id);
    call.read(reader, id).map(|call| call.from(source)).into_iter().collect()
}

/// The calls of a REST API whose routes are written in its body.
pub(super) fn rest_api(reader: Reader<'_>, id: &LogicalId, api: &RestApi) -> Vec<Invocation> {
    document(reader, id, &api.body, &api.body_s3_location, REST_WAITS)
}

/// The calls of an HTTP API: its body, and the target of quick create.
pub(super) fn http_api(reader: Reader<'_>, id: &LogicalId, api: &HttpApi) -> Vec<Invocation> {
    let target = reader.functions.target_of(&api.target).map(|target| {
        Invocation::new(id, "Target", target, Synchronous)
            .with_principal(PRINCIPAL)
            .waiting(Observed::Present(HTTP_WAITS))
    });
    let mut calls = document(reader, id, &api.body, &api.body_s3_location, HTTP_WAITS);
    // A quick-create target may be the URL of some web server.
    calls.extend(target.filter(|call| !matches!(call.target, FunctionTarget::Elsewhere)));
    calls
}

/// The call of an HTTP or WebSocket API's integration.
pub(super) fn integration(reader: Reader<'_>, id: &LogicalId, integration: &Integration) -> Vec<Invocation> {
    if !integration.integration_subtype.is_absent() {
        return Vec::new(); // another AWS service
    }
    let source = reader.resource(&integration.api_id);
    let protocol = source.as_ref().and_then(|api| match &reader.facts.get(api)?.properties {
        Properties::HttpApi(api) => Some(&api.protocol_type),
        _ => None,
    });
    let default = match protocol {
        Some(Observed::Present(protocol)) if protocol.equals("WEBSOCKET") == Some(true) => {
            Observed::Present(REST_WAITS)
        }
        Some(Observed::Unknown(why)) => Observed::Unknown(why.clone()),
        _ => Observed::Present(HTTP_WAITS),
    };
    let waits = match &integration.timeout_in_millis {
        Observed::Absent => default,
        given => given.clone(),
    };
    let call = Call {
        kind: integration.integration_type.clone(),
        uri: integration.integration_uri.clone(),
        waits,
        by_role: !integration.credentials_arn.is_absent(),
        header: Observed::Absent,
        place: "IntegrationUri",
    };
    call.read(reader, id).map(|call| call.from(source)).into_iter().collect()
}

impl Call<'_> {
    /// The call, unless the integration is known to go to something that is no function.
    fn read(self, reader: Reader<'_>, id: &LogicalId) -> Option<Invocation> {
        let calls_aws = match self.kind.present().and_then(Text::as_str) {
            Some(kind) => kind.eq_ignore_ascii_case("aws") || kind.eq_ignore_ascii_case("aws_proxy"),
            None => true,
        };
        if !calls_aws {
            return None;
        }
        let target = reader.functions.target_of(&self.uri)?;
        let (kind, doubt) = invocation_kind(&self.header);
        let call = Invocation { doubt, ..Invocation::new(id, self.place, target, kind) };
        let call = if self.by_role { call } else { call.with_principal(PRINCIPAL) };
        Some(if kind == Synchronous { call.waiting(self.waits) } else { call })
    }
}

/// The calls of an OpenAPI document.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-integration.html>
fn document(
    reader: Reader<'_>,
    id: &LogicalId,
    body: &Observed<Value>,
    elsewhere: &Observed<Value>,
    default: u32,
) -> Vec<Invocation> {
    let body = match body {
        Observed::Present(body) => body,
        Observed::Unknown(why) => return unknown(id, "Body", why, Synchronous),
        Observed::Absent if elsewhere.is_absent() => return Vec::new(),
        Observed::Absent => {
            let why = Why::Unresolved("the API's definition lies in S3".to_owned());
            return unknown(id, "BodyS3Location", &why, Synchronous);
        }
    };
    let mut calls = Vec::new();
    let mut document = Document { reader, id, body, default, calls: &mut calls };
    document.paths();
    document.authorizers();
    calls
}

struct Document<'a> {
    reader: Reader<'a>,
    id: &'a LogicalId,
    body: &'a Value,
    default: u32,
    calls: &'a mut Vec<Invocation>,
}

impl<'a> Document<'a> {
    fn paths(&mut self) {
        if !self.body.is_object() {
            let why = Why::Malformed("Body is not an object".to_owned());
            return self.calls.extend(unknown(self.id, "Body", &why, Synchronous));
        }
        // `Fn::Transform` in a document may bring in anything.
        if self.body.get("Fn::Transform").is_some() {
            let why = Why::Unresolved("Fn::Transform includes a document".to_owned());
            self.calls.extend(unknown(self.id, "Body", &why, Synchronous));
        }
        for (item, place) in self.members(self.body.get("paths"), "Body.paths".to_owned()) {
            for (operation, place) in self.members(Some(item), place) {
                self.operation(operation, place);
            }
        }
    }

    /// The members of an object with their places; an unknown call where it is not known, or one of them is not.
    fn members(&mut self, object: Option<&'a Value>, place: String) -> Vec<(&'a Value, String)> {
        let Some(object) = object else { return Vec::new() };
        if let Some(why) = unknown_marker(object) {
            self.calls.extend(unknown(self.id, &place, &why, Synchronous));
            return Vec::new();
        }
        let members = object.as_object().into_iter().flatten();
        members.map(|(key, value)| (value, format!("{place}.{key}"))).collect()
    }

    /// Functions that decide who may call: OpenAPI 3 keeps them in `components`, OpenAPI 2 at the top.
    fn authorizers(&mut self) {
        for (schemes, place) in [
            (self.body.get("components").and_then(|all| all.get("securitySchemes")), "Body.components.securitySchemes"),
            (self.body.get("securityDefinitions"), "Body.securityDefinitions"),
        ] {
            for (scheme, place) in self.members(schemes, place.to_owned()) {
                let Some(authorizer) = scheme.get(AUTHORIZER) else { continue };
                let Some(target) = self.reader.functions.target_of(&observed(authorizer.get("authorizerUri"))) else {
                    continue;
                };
                let place = format!("{place}.{AUTHORIZER}.authorizerUri");
                let call = Invocation::new(self.id, place, target, Synchronous);
                let by_role = authorizer.get("authorizerCredentials").is_some();
                self.calls.push(if by_role { call } else { call.with_principal(PRINCIPAL) });
            }
        }
    }

    fn operation(&mut self, operation: &'a Value, place: String) {
        if let Some(why) = unknown_marker(operation) {
            return self.calls.extend(unknown(self.id, &place, &why, Synchronous));
        }
        let Some(integration) = operation.get(INTEGRATION) else { return };
        let place = format!("{place}.{INTEGRATION}");
        match self.followed(integration) {
            Ok(integration) => {
                let place = format!("{place}.uri");
                let parameters: Observed<BTreeMap<String, Observed<Text>>> =
                    integration.get("requestParameters").map_or(Observed::Absent, Observed::read);
                let call = Call {
                    kind: observed(integration.get("type")),
                    uri: observed(integration.get("uri")),
                    waits: integration
                        .get("timeoutInMillis")
                        .map_or(Observed::Absent, Observed::read)
                        .or_default_of_service(self.default),
                    by_role: integration.get("credentials").is_some_and(|credentials| !credentials.is_null()),
                    header: header(&parameters),
                    place: &place,
                };
                self.calls.extend(call.read(self.reader, self.id));
            }
            Err(why) => self.calls.extend(unknown(self.id, &place, &why, Synchronous)),
        }
    }

    /// The integration itself, or the one that a `$ref` points to.
    fn followed(&self, integration: &'a Value) -> Result<&'a Value, Why> {
        if let Some(why) = unknown_marker(integration) {
            return Err(why);
        }
        let Some(reference) = integration.get("$ref") else { return Ok(integration) };
        let pointer = reference.as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer
            .and_then(|pointer| self.body.pointer(pointer))
            .filter(|target| target.get("$ref").is_none())
            .ok_or_else(|| Why::Unresolved(format!("the integration {reference} is not in the document")))
    }
}

/// The value of the header that makes an integration asynchronous.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html>
fn header(parameters: &Observed<BTreeMap<String, Observed<Text>>>) -> Observed<Text> {
    let is_it = |name: &str| name.eq_ignore_ascii_case("integration.request.header.X-Amz-Invocation-Type");
    parameters.as_ref().and_then(|parameters| {
        parameters.iter().find(|(name, _)| is_it(name)).map_or(Observed::Absent, |(_, value)| value.clone())
    })
}

/// How a call is made, and why nobody can tell: a header may be passed on from the request of whoever calls the API.
fn invocation_kind(header: &Observed<Text>) -> (InvocationKind, Option<Why>) {
    let text = match header {
        Observed::Present(text) => text,
        Observed::Absent => return (Synchronous, None),
        Observed::Unknown(why) => return (Synchronous, Some(why.clone())),
    };
    match text.as_str() {
        Some("'Event'") => (Asynchronous, None),
        Some(passed) if passed.starts_with("method.request.") => {
            let why = format!("each request says by {passed} whether it waits for the function");
            (Synchronous, Some(Why::NotObserved(why)))
        }
        Some(_) => (Synchronous, None),
        None => (Synchronous, Some(text.why_unresolved())),
    }
}
