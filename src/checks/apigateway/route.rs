//! Routes of HTTP and WebSocket APIs: who may call them.

use super::{
    api::{Protocol, protocol},
    document::Document,
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Resource, Text, Untyped, Why, apigateway::HttpApi, iam::Known},
    need::Need,
    stack::Stack,
};

/// The table.
pub(crate) const CHECKS: &[Check] = &[Check {
    id: "apigwv2-route-authorization",
    title: "HTTP or WebSocket route asks who is calling",
    why: "Without authorization anybody who finds the address may call the function behind it, and spend its money.",
    fix: "Set AuthorizationType to JWT, AWS_IAM or CUSTOM; in SAM, set Auth.DefaultAuthorizer of the API.",
    absent: "Anybody may call the route. Of a WebSocket API $connect alone is judged, for it decides for the whole \
             connection; OPTIONS never is.",
    reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
    pillar: Pillar::Security,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::HttpApiRoutes, Need::HttpApiIntegrations],
    applies: Applies::EachInStack(&["AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Route"], route_authorization),
}];

const OPEN: &str = "no authorization is asked for";

fn route_authorization(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::HttpApi(api) => of_api(api),
        Properties::Untyped(route) => of_route(route, stack),
        _ => None,
    }
}

/// The routes that are no resources: those of a document, and the one that quick create makes.
fn of_api(api: &HttpApi) -> Option<Verdict> {
    let of_document = Document::of(&api.body, &api.body_s3_location).and_then(|document| match document {
        Ok(document) => document.judge(|operation| {
            let is_judged = operation.method != "OPTIONS";
            // HTTP APIs know no API keys.
            let verdict = || Ok(Verdict::pass_if(document.callers(operation)?.authorized, OPEN));
            is_judged.then(verdict)
        }),
        Err(unread) => Some(Verdict::inconclusive(unread.why).at(unread.place)),
    });
    let of_target = match &api.target {
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at("Target")),
        Observed::Present(_) => {
            Some(Verdict::fail("quick create makes a route that asks for no authorization").at("Target"))
        }
    };
    of_document.into_iter().chain(of_target).reduce(Verdict::worse)
}

/// How much of a route's key is to be judged.
enum Route {
    /// A route of an HTTP API.
    Http,
    /// `$connect`.
    Connect,
    /// Nothing to authorize.
    Free,
}

fn of_route(route: &Untyped, stack: &Stack<'_>) -> Option<Verdict> {
    const PLACE: &str = "AuthorizationType";
    let authorized = match authorized(route) {
        Ok(authorized) => authorized,
        // Where nothing is to be authorized it does not matter.
        Err(_) if matches!(kind(route, stack), Ok(Route::Free)) => return None,
        Err(why) => return Some(Verdict::inconclusive(why).at(PLACE)),
    };
    let verdict = match kind(route, stack) {
        Ok(Route::Free) => return None,
        _ if authorized => Verdict::Pass,
        Ok(Route::Http) => Verdict::fail(OPEN),
        Ok(Route::Connect) => {
            let key =
                || Verdict::partial(50, "an API key is all that is asked for; it names a client, but proves nothing");
            let asks = |asks: &bool| if *asks { key() } else { Verdict::fail(OPEN) };
            route.get::<bool>("ApiKeyRequired").judge(asks, || Verdict::fail(OPEN))
        }
        Err(why) => Verdict::inconclusive(why),
    };
    Some(verdict.at(PLACE))
}

/// Whether anybody may use the route; none of what is never authorized.
pub(super) fn open(route: &Untyped, stack: &Stack<'_>) -> Option<Known> {
    let kind = match kind(route, stack) {
        Ok(Route::Free) => return None,
        kind => kind,
    };
    let asks_for_key = || match route.get::<bool>("ApiKeyRequired").known()? {
        Some(asks) if matches!(kind, Ok(Route::Connect)) => Ok(*asks),
        _ => Ok(false),
    };
    Some(authorized(route).and_then(|authorized| match (authorized, &kind) {
        (true, _) => Ok(false),
        (false, Ok(_)) => asks_for_key().map(|asks: bool| !asks),
        (false, Err(why)) => Err(why.clone()),
    }))
}

fn kind(route: &Untyped, stack: &Stack<'_>) -> Result<Route, Why> {
    let key = route.get::<Text>("RouteKey");
    let Some(key) = key.known()? else { return Err(Why::Malformed("a route without RouteKey".to_owned())) };
    match key.as_str() {
        Some("$connect") => Ok(Route::Connect),
        Some("$default") => match protocol(stack, &route.get("ApiId"))? {
            Protocol::Http => Ok(Route::Http),
            Protocol::WebSocket => Ok(Route::Free),
        },
        Some(key) if key.starts_with("OPTIONS ") => Ok(Route::Free),
        // `GET /orders`; the other keys of a WebSocket API are names of actions.
        Some(key) if key.contains('/') => Ok(Route::Http),
        Some(_) => Ok(Route::Free),
        None => Err(key.why_unresolved()),
    }
}

fn authorized(route: &Untyped) -> Known {
    let kind = route.get::<Text>("AuthorizationType");
    let Some(kind) = kind.known()? else { return Ok(false) };
    kind.is("NONE").map(|none| !none)
}
