//! The methods, operations and routes that anybody may call: without authorization, and without an API key.

use super::{
    authorization::{answers_browsers, callers},
    document::Document,
    endpoint, route,
};
use crate::{
    facts::{
        Observed, Properties, Resource, Target, Text, Why,
        apigateway::{HttpApi, RestApi},
        iam::Known,
    },
    inventory::LogicalId,
    stack::Stack,
};

/// A method, an operation or a route, and whether anybody may call it.
pub(in crate::checks) struct Opening {
    /// Its API, where that is one of the stack.
    pub(in crate::checks) api: Option<LogicalId>,
    /// Where its authorization is written, or would be.
    pub(in crate::checks) place: String,
    /// Whether anybody may call it.
    pub(in crate::checks) is_open: Known,
    /// The resource whose calls it makes.
    pub(in crate::checks) caller: Option<LogicalId>,
    /// With what the places of those calls begin.
    pub(in crate::checks) calls_at: String,
}

/// What a resource lets in; nothing of a type that lets nobody in.
pub(in crate::checks) fn of(resource: &Resource, stack: &Stack<'_>) -> Vec<Opening> {
    let id = &resource.reference.logical_id;
    match &resource.properties {
        Properties::Method(method) if !answers_browsers(method) => vec![Opening {
            api: meant(stack, &method.rest_api_id),
            place: "AuthorizationType".to_owned(),
            is_open: callers(method).map(|callers| !callers.authorized && !callers.with_key),
            caller: Some(id.clone()),
            calls_at: "Integration".to_owned(),
        }],
        Properties::RestApi(api) => of_document(id, &api.body, &api.body_s3_location),
        Properties::HttpApi(api) => of_http(id, api),
        Properties::Untyped(route) if resource.reference.r#type.as_str() == "AWS::ApiGatewayV2::Route" => {
            let Some(is_open) = route::open(route, stack) else { return Vec::new() };
            let target = route.get::<Text>("Target");
            vec![Opening {
                api: meant(stack, &route.get("ApiId")),
                place: "AuthorizationType".to_owned(),
                is_open,
                caller: meant(stack, &target),
                calls_at: String::new(),
            }]
        }
        _ => Vec::new(),
    }
}

fn meant(stack: &Stack<'_>, named: &Observed<Text>) -> Option<LogicalId> {
    match stack.directory.resolve(named.present()?, &[]) {
        Target::Resource(id) => Some(id),
        Target::Elsewhere | Target::Unknown(_) => None,
    }
}

fn of_document(
    id: &LogicalId,
    body: &Observed<serde_json::Value>,
    elsewhere: &Observed<serde_json::Value>,
) -> Vec<Opening> {
    let opening = |place: String, is_open: Known| Opening {
        api: Some(id.clone()),
        is_open,
        caller: Some(id.clone()),
        calls_at: format!("{place}."),
        place,
    };
    match Document::of(body, elsewhere) {
        None => Vec::new(),
        Some(Err(unread)) => vec![opening(unread.place, Err(unread.why))],
        Some(Ok(document)) => {
            let operations = document.operations().into_iter();
            let judged = operations.filter_map(|operation| match operation {
                Ok(operation) if operation.method == "OPTIONS" => None,
                Ok(operation) => {
                    let is_open = document.callers(&operation).map(|it| !it.authorized && !it.with_key);
                    Some(opening(operation.place, is_open))
                }
                Err(unread) => Some(opening(unread.place, Err(unread.why))),
            });
            judged.collect()
        }
    }
}

fn of_http(id: &LogicalId, api: &HttpApi) -> Vec<Opening> {
    let mut openings = of_document(id, &api.body, &api.body_s3_location);
    if !api.target.is_absent() {
        let (api, caller) = (Some(id.clone()), Some(id.clone()));
        let place = "Target".to_owned();
        openings.push(Opening { api, caller, calls_at: place.clone(), place, is_open: Ok(true) });
    }
    openings
}

/// Whether a REST API lets in only whom its endpoint or its policy lets in: it is private, or no statement of the
/// policy is for everybody.
pub(in crate::checks) fn is_guarded(api: &RestApi) -> Known {
    if endpoint::endpoint(api)? == "PRIVATE" {
        return Ok(true);
    }
    match endpoint::written_policy(api).0 {
        Observed::Present(policy) => endpoint::lets_strangers_in(&policy).map(|open| !open),
        Observed::Absent => Ok(false),
        Observed::Unknown(why) => Err(why),
    }
}

/// Whether whoever calls an API of the stack has to come from somewhere known.
pub(in crate::checks) fn is_guarded_api(api: &Resource) -> Known {
    match &api.properties {
        Properties::RestApi(api) => is_guarded(api),
        // HTTP and WebSocket APIs have no policy, and are never private.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html
        Properties::HttpApi(_) => Ok(false),
        Properties::Unreadable(why) => Err(why.clone()),
        _ => Err(Why::NotObserved(format!("{} is no API", api.reference.logical_id))),
    }
}
