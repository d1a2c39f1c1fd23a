//! How many things stand between the internet and the functions behind an API.

use std::collections::BTreeMap;

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::apigateway::{
        http_stage,
        openings::{self},
        surroundings, traffic,
    },
    facts::{
        Observed, Properties, Resource, Target, Text, Why,
        iam::{Known, any_known},
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const API_PROTECTED_IN_DEPTH: Check = Check {
    id: "api-protected-in-depth",
    title: "A public API has authorization, throttling and a web ACL, one behind the other",
    why: "Each of the three stops what the others let through: a stolen token, a flood, an attack inside of a valid \
          request. Checks of their own judge each; this one says how many of them a stage has left, and fails where \
          there is none.",
    fix: "Ask for authorization on every route, set a rate and a burst limit for all of them, and add an \
          AWS::WAFv2::WebACLAssociation for a REST API's stage. Where an ACL stands elsewhere, an exemption says so.",
    absent: "No authorization, the account's limits only, no web ACL. HTTP and WebSocket APIs take no web ACL, and are \
             judged by two layers; private APIs, and those whose policy names their callers, are not judged.",
    reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html",
    pillar: Pillar::Security,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[
        Need::RestApiStages,
        Need::RestApiIntegrations,
        Need::HttpApiIntegrations,
        Need::HttpApiStages,
        Need::HttpApiRoutes,
        Need::WebAclAssociations,
    ],
    applies: Applies::Stack(STAGES, api_protected_in_depth),
};

const STAGES: &[&str] = &["AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage", HTTP_STAGE];
const HTTP_STAGE: &str = "AWS::ApiGatewayV2::Stage";

fn api_protected_in_depth(stack: &Stack<'_>, yardstick: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let open = open_apis(stack);
    let protected = surroundings::protected(stack);
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        let r#type = resource.reference.r#type.as_str();
        let is_http = r#type == HTTP_STAGE;
        let (throttling, acl) = match &resource.properties {
            Properties::Untyped(stage) if is_http => (http_stage::throttling(stage, yardstick), None),
            Properties::Untyped(_) if STAGES.contains(&r#type) => (
                traffic::throttling(resource, stack, yardstick),
                surroundings::has_web_acl(resource, stack, &protected),
            ),
            _ => continue,
        };
        let Some(throttling) = throttling else { continue };
        let layers = [Some(("throttling", held(&throttling))), acl.map(|acl| ("a web ACL", held(&acl)))];
        if let Some(verdict) = stage(stack, resource, &open, layers.into_iter().flatten().collect()) {
            verdicts.say(&resource.reference.logical_id, verdict);
        }
    }
    verdicts.0
}

/// Whether a part of the protection is there, in a weaker form too.
fn held(verdict: &Verdict) -> Known {
    match verdict {
        Verdict::Pass | Verdict::Partial(..) => Ok(true),
        Verdict::Fail(_) => Ok(false),
        Verdict::Inconclusive(why, _) => Err(why.clone()),
    }
}

/// Whether one of the routes of an API is open to anybody, by API.
fn open_apis(stack: &Stack<'_>) -> BTreeMap<LogicalId, Vec<Known>> {
    let mut open: BTreeMap<LogicalId, Vec<Known>> = BTreeMap::new();
    for resource in &stack.facts.resources {
        for opening in openings::of(resource, stack) {
            if let Some(api) = opening.api {
                open.entry(api).or_default().push(opening.is_open);
            }
        }
    }
    open
}

/// What is said of one stage; none of an API that is not open to the internet, or of which no route is known.
fn stage(
    stack: &Stack<'_>,
    resource: &Resource,
    open: &BTreeMap<LogicalId, Vec<Known>>,
    mut layers: Vec<(&'static str, Known)>,
) -> Option<Verdict> {
    let api = match api(stack, resource) {
        Ok(api) => api,
        Err(why) => return Some(Verdict::inconclusive(why)),
    };
    let routes = open.get(&api.reference.logical_id)?;
    let guarded = openings::is_guarded_api(api);
    if guarded == Ok(true) {
        return None;
    }
    layers.insert(0, ("authorization on every route", any_known(routes.iter().cloned()).map(|open| !open)));
    let verdict = judge(&layers);
    Some(match guarded {
        Err(why) if verdict != Verdict::Pass => Verdict::inconclusive(why),
        _ => verdict,
    })
}

fn judge(layers: &[(&'static str, Known)]) -> Verdict {
    if let Some(why) = layers.iter().find_map(|(_, known)| known.clone().err()) {
        return Verdict::inconclusive(why);
    }
    let missing: Vec<&str> = layers.iter().filter(|(_, known)| known == &Ok(false)).map(|(name, _)| *name).collect();
    let there = layers.len() - missing.len();
    let share = u8::try_from(there * 100 / layers.len().max(1)).unwrap_or(99);
    match (there, missing.as_slice()) {
        (_, []) => Verdict::Pass,
        (0, missing) => Verdict::fail(format!("nothing protects the API: it lacks {}", missing.join(", "))),
        (_, missing) => Verdict::partial(share, format!("the API lacks {}", missing.join(", "))),
    }
}

/// The API of a stage, or of the deployment that makes one.
fn api<'a>(stack: &Stack<'a>, stage: &Resource) -> Result<&'a Resource, Why> {
    let Properties::Untyped(properties) = &stage.properties else {
        return Err(Why::NotObserved("the stage was not read".to_owned()));
    };
    let property = if stage.reference.r#type.as_str() == HTTP_STAGE { "ApiId" } else { "RestApiId" };
    let named: Observed<Text> = properties.get(property);
    let missing = || Why::Malformed(format!("a stage without {property}"));
    let elsewhere = || Why::NotObserved("the API is not in this stack".to_owned());
    match stack.directory.resolve(named.known()?.ok_or_else(missing)?, &[]) {
        Target::Resource(id) => stack.resource(&id).ok_or_else(elsewhere),
        Target::Elsewhere => Err(elsewhere()),
        Target::Unknown(why) => Err(why),
    }
}
