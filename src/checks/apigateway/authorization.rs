//! Methods of REST APIs: who may call them.

use super::document::{Callers, Document};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Properties, Resource, Why,
        apigateway::{Method, RestApi},
    },
    need::Need,
    stack::Stack,
};

/// The types whose methods are judged: one by one, and in the document of an API.
pub(super) const METHODS: &[&str] = &["AWS::ApiGateway::Method", "AWS::ApiGateway::RestApi"];

/// The table.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigw-method-authorization",
        title: "API method asks who is calling",
        why: "Without authorization anybody who finds the address may call the function behind it, and spend its money.",
        fix: "Set AuthorizationType to AWS_IAM, CUSTOM or COGNITO_USER_POOLS; in SAM, set Auth.DefaultAuthorizer of the API.",
        absent: "Anybody may call the method. OPTIONS is not judged: browsers ask it without credentials.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-to-api.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiIntegrations],
        applies: Applies::EachInStack(METHODS, method_authorization),
    },
    Check {
        id: "apigw-cognito-authorizer",
        title: "API method is called by users of a Cognito pool",
        why: "A user pool brings sign-up, second factors and the withdrawal of tokens along.",
        fix: "Set AuthorizationType: COGNITO_USER_POOLS and AuthorizerId.",
        absent: "No user pool stands before the method. Which authorizer fits is a matter of the API, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::RestApiIntegrations],
        applies: Applies::EachInStack(METHODS, cognito_authorizer),
    },
];

fn method_authorization(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    each(resource, |callers| {
        if callers.authorized {
            Verdict::Pass
        } else if callers.with_key {
            Verdict::partial(50, "an API key is all that is asked for; it names a client, but proves nothing")
        } else {
            Verdict::fail("neither authorization nor an API key is asked for")
        }
    })
}

fn cognito_authorizer(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    each(resource, |callers| Verdict::pass_if(callers.of_pool, "no Cognito user pool authorizes the callers"))
}

/// Judges the method that a resource is, or the worst of those in its document.
fn each(resource: &Resource, judge: fn(Callers) -> Verdict) -> Option<Verdict> {
    match &resource.properties {
        Properties::Method(method) => {
            let said = callers(method).map_or_else(Verdict::inconclusive, judge).at("AuthorizationType");
            (!answers_browsers(method)).then_some(said)
        }
        Properties::RestApi(api) => of_document(api, judge),
        _ => None,
    }
}

fn of_document(api: &RestApi, judge: fn(Callers) -> Verdict) -> Option<Verdict> {
    match Document::of(&api.body, &api.body_s3_location)? {
        Ok(document) => document.judge(|operation| {
            let is_judged = operation.method != "OPTIONS";
            is_judged.then(|| document.callers(operation).map(judge))
        }),
        Err(unread) => Some(Verdict::inconclusive(unread.why).at(unread.place)),
    }
}

/// Browsers ask what they may send, and send no credentials along.
pub(super) fn answers_browsers(method: &Method) -> bool {
    method.http_method.present().is_some_and(|method| method.equals("OPTIONS") == Some(true))
}

pub(super) fn callers(method: &Method) -> Result<Callers, Why> {
    let kind = method.authorization_type.known()?;
    let authorized = kind.is_some() && !method.authorization_type.is("NONE")?;
    let with_key = method.api_key_required.known();
    Ok(Callers {
        authorized,
        of_pool: authorized && method.authorization_type.is("COGNITO_USER_POOLS")?,
        // Of a method that is authorized anyhow the key does not matter.
        with_key: if authorized { false } else { with_key?.copied().unwrap_or_default() },
    })
}
