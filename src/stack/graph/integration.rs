//! Calls of AWS services by APIs: which service, and by which role. What the role allows there is what the API may do.

use serde_json::Value;

use crate::{
    facts::{Observed, Part, Properties, Resource, Target, Text},
    inventory::LogicalId,
    stack::Stack,
};

/// An API that calls a service by a role.
pub(super) struct ServiceCall {
    pub(super) from: LogicalId,
    pub(super) role: Observed<Text>,
    /// As ARNs call it.
    pub(super) service: String,
}

/// Service names of subtypes such as `SQS-SendMessage`, where ARNs have another.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html>
const SUBTYPES: &[(&str, &str)] =
    &[("EventBridge", "events"), ("SQS", "sqs"), ("StepFunctions", "states"), ("Kinesis", "kinesis")];

/// The services that a resource calls for an API.
pub(super) fn calls(stack: &Stack<'_>, resource: &Resource) -> Vec<ServiceCall> {
    let id = &resource.reference.logical_id;
    match &resource.properties {
        Properties::Method(method) => {
            let Observed::Present(integration) = &method.integration else { return Vec::new() };
            let service = service_of(&integration.uri);
            let call = |service| called(api(stack, id, &method.rest_api_id), &integration.credentials, service);
            service.map(call).into_iter().collect()
        }
        Properties::Integration(integration) => {
            let from = || api(stack, id, &integration.api_id);
            let subtype = integration.integration_subtype.present();
            let service = of_subtype(subtype).or_else(|| service_of(&integration.integration_uri));
            service.map(|service| called(from(), &integration.credentials_arn, service)).into_iter().collect()
        }
        Properties::RestApi(api) => in_document(id, &api.body),
        Properties::HttpApi(api) => in_document(id, &api.body),
        _ => Vec::new(),
    }
}

fn called(from: LogicalId, role: &Observed<Text>, service: String) -> ServiceCall {
    ServiceCall { from, role: role.clone(), service }
}

/// The API that a route belongs to; the route itself where nobody can tell.
fn api(stack: &Stack<'_>, id: &LogicalId, property: &Observed<Text>) -> LogicalId {
    match property.present().map(|api| stack.directory.resolve(api, &[])) {
        Some(Target::Resource(api)) => api,
        _ => id.clone(),
    }
}

/// The service in `arn:aws:apigateway:eu-west-1:sqs:path/…`; functions are drawn by their invocations.
fn service_of(uri: &Observed<Text>) -> Option<String> {
    let shape = uri.present()?.parts().iter().map(|part| match part {
        Part::Literal(text) => text.as_str(),
        _ => "?",
    });
    let shape: String = shape.collect();
    let mut fields = shape.split(':');
    let is_api = fields.next() == Some("arn") && fields.nth(1) == Some("apigateway");
    let service = fields.nth(1).filter(|_| is_api)?;
    (!["lambda", "?", ""].contains(&service)).then(|| service.to_owned())
}

/// The service in `SQS-SendMessage`.
fn of_subtype(subtype: Option<&Text>) -> Option<String> {
    let name = subtype?.as_str()?.split('-').next()?;
    SUBTYPES.iter().find(|(known, _)| *known == name).map(|(_, service)| (*service).to_owned())
}

/// The integrations of an OpenAPI document.
fn in_document(id: &LogicalId, body: &Observed<Value>) -> Vec<ServiceCall> {
    const INTEGRATION: &str = "x-amazon-apigateway-integration";
    let paths = body.present().and_then(|body| body.get("paths")).and_then(Value::as_object);
    let operations = paths.into_iter().flat_map(|paths| paths.values()).filter_map(Value::as_object);
    let integrations = operations.flat_map(|path| path.values()).filter_map(|operation| operation.get(INTEGRATION));
    let read = |value: Option<&Value>| value.map_or(Observed::Absent, Observed::<Text>::read);
    let call = |integration: &Value| {
        let role = read(integration.get("credentials"));
        let subtype = of_subtype(read(integration.get("integrationSubtype")).present());
        let service = subtype.or_else(|| service_of(&read(integration.get("uri"))))?;
        Some(called(id.clone(), &role, service))
    };
    integrations.filter_map(call).collect()
}
