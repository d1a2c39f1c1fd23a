//! Stages of HTTP and WebSocket APIs.

use super::{
    api::{Protocol, protocol},
    traffic::limited,
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Properties, Resource, Text, Untyped, Why, iam::Known},
    need::Need,
    stack::Stack,
};

const STAGE: &[&str] = &["AWS::ApiGatewayV2::Stage"];
const SETTINGS: &str = "DefaultRouteSettings";

/// Checks of `AWS::ApiGatewayV2::Stage`.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigwv2-access-logging",
        title: "HTTP or WebSocket stage writes access logs",
        why: "They are all that an HTTP API logs: without them nobody can say who called what, and what came of it.",
        fix: "Set AccessLogSettings.DestinationArn to a log group, and Format.",
        absent: "No access logs are written.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::HttpApiStages],
        applies: Applies::Each(STAGE, access_logging),
    },
    Check {
        id: "apigwv2-throttling",
        title: "HTTP or WebSocket stage limits rate and burst of requests",
        why: "Without limits of its own one stage can use up what all APIs of the account share in the region, and drive \
              up the functions behind it.",
        fix: "Set ThrottlingRateLimit and ThrottlingBurstLimit of DefaultRouteSettings.",
        absent: "The account's limits in the region hold, which all of its APIs share.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::HttpApiStages],
        applies: Applies::Each(STAGE, throttling),
    },
    Check {
        id: "apigwv2-detailed-metrics",
        title: "HTTP or WebSocket stage measures each of its routes",
        why: "The metrics of the stage as a whole do not say which route fails or is slow.",
        fix: "Set DetailedMetricsEnabled: true of DefaultRouteSettings.",
        absent: "Only the stage as a whole is measured. Detailed metrics are charged, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::HttpApiStages],
        applies: Applies::Each(STAGE, detailed_metrics),
    },
    Check {
        id: "apigwv2-websocket-execution-logging",
        title: "WebSocket stage logs the execution of its routes",
        why: "An error between the message and the function leaves no other trace.",
        fix: "Set LoggingLevel: ERROR of DefaultRouteSettings.",
        absent: "Nothing is logged: LoggingLevel is OFF. HTTP APIs have no such log, and are not judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::HttpApiStages, Need::HttpApiIntegrations],
        applies: Applies::EachInStack(STAGE, execution_logging),
    },
];

fn access_logging(stage: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let none = "AccessLogSettings names no destination: no access logs are written";
    Some(stage.must_be_there("AccessLogSettings.DestinationArn", none))
}

pub(in crate::checks) fn throttling(stage: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let none = "ThrottlingRateLimit and ThrottlingBurstLimit are not both set: only the account's limits hold";
    let verdict = match limited(stage, "DefaultRouteSettings.") {
        Ok(Some(true)) => Verdict::Pass,
        Ok(_) => match some_routes_are_limited(stage) {
            Ok(true) => Verdict::partial(30, "some routes only have a rate and a burst limit").at("RouteSettings"),
            Ok(false) => Verdict::fail(none),
            Err(why) => Verdict::inconclusive(why),
        },
        Err(why) => Verdict::inconclusive(why),
    };
    Some(if verdict.where_seen().is_some() { verdict } else { verdict.at(SETTINGS) })
}

/// `RouteSettings` is a map by the keys of routes, which may hold dots.
fn some_routes_are_limited(stage: &Untyped) -> Known {
    let routes = stage.get::<std::collections::BTreeMap<String, crate::facts::Observed<Untyped>>>("RouteSettings");
    let each = routes.known()?.into_iter().flatten().map(|(_, route)| {
        let Some(route) = route.known()? else { return Ok(false) };
        Ok(limited(route, "")?.unwrap_or_default())
    });
    crate::facts::iam::any_known(each)
}

fn detailed_metrics(stage: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let not = "DetailedMetricsEnabled is not true: routes are not measured one by one";
    Some(stage.must_be_true("DefaultRouteSettings.DetailedMetricsEnabled", not))
}

fn execution_logging(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    const LEVEL: &str = "DefaultRouteSettings.LoggingLevel";
    let Properties::Untyped(stage) = &resource.properties else { return None };
    let off = || Verdict::fail("the execution of routes is not logged: LoggingLevel is OFF");
    let level = |level: &Text| match level.as_str() {
        Some("INFO" | "ERROR") => Verdict::Pass,
        Some("OFF") => off(),
        Some(other) => {
            Verdict::inconclusive(Why::Malformed(format!("LoggingLevel {other:?} is none that API Gateway has")))
        }
        None => Verdict::inconclusive(level.why_unresolved()),
    };
    let said = stage.judge(LEVEL, level, off);
    match protocol(stack, &stage.get("ApiId")) {
        Ok(Protocol::Http) => None,
        Ok(Protocol::WebSocket) => Some(said),
        Err(why) if matches!(said, Verdict::Fail(_)) => Some(Verdict::inconclusive(why).at("ApiId")),
        Err(_) => Some(said),
    }
}
