//! Methods of REST APIs: whether requests are checked before they are passed on.

use serde_json::Value;

use super::{
    authorization::{METHODS, answers_browsers},
    document::{Document, Operation},
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Properties, Resource, Target, Text, Untyped, Why, apigateway::Method},
    need::Need,
    stack::Stack,
};

/// The table.
pub(crate) const CHECKS: &[Check] = &[Check {
    id: "apigw-request-validation",
    title: "API method checks requests before it passes them on",
    why: "What is malformed then costs a call of the function, and reaches its code.",
    fix: "Set RequestValidatorId to an AWS::ApiGateway::RequestValidator with ValidateRequestBody and \
          ValidateRequestParameters, and say what is valid in RequestModels and RequestParameters.",
    absent: "Nothing is checked. OPTIONS is not judged.",
    reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html",
    pillar: Pillar::Security,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::RestApiIntegrations, Need::RequestValidators],
    applies: Applies::EachInStack(METHODS, request_validation),
}];

/// Methods whose requests have no body.
const BODILESS: &[&str] = &["GET", "HEAD", "DELETE"];

/// What a validator checks.
struct Checked {
    body: bool,
    parameters: bool,
}

fn request_validation(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::Method(method) if answers_browsers(method) => None,
        Properties::Method(method) => {
            let name = method.http_method.present().and_then(Text::as_str).unwrap_or_default();
            let said = of_method(method, stack).map(|checked| verdict(checked, name));
            // Of a method that nobody knows nobody knows whether it has a body.
            let said = match (said, &method.http_method) {
                (Ok(Verdict::Partial(..)), Observed::Unknown(why)) => Err(why.clone()),
                (said, _) => said,
            };
            Some(said.unwrap_or_else(Verdict::inconclusive).at("RequestValidatorId"))
        }
        Properties::RestApi(api) => match Document::of(&api.body, &api.body_s3_location)? {
            Ok(document) => document.judge(|operation| {
                let is_judged = operation.method != "OPTIONS";
                is_judged.then(|| Ok(verdict(of_operation(&document, operation)?, &operation.method)))
            }),
            Err(unread) => Some(Verdict::inconclusive(unread.why).at(unread.place)),
        },
        _ => None,
    }
}

fn verdict(checked: Option<Checked>, method: &str) -> Verdict {
    let has_body = !BODILESS.contains(&method);
    match checked {
        Some(Checked { parameters: true, body }) if body || !has_body => Verdict::Pass,
        Some(Checked { parameters: true, .. }) => Verdict::partial(60, "the parameters are checked, the body is not"),
        Some(Checked { body: true, .. }) => Verdict::partial(60, "the body is checked, the parameters are not"),
        Some(_) => Verdict::fail("the request validator checks nothing"),
        None => Verdict::fail("no request validator is named"),
    }
}

fn of_method(method: &Method, stack: &Stack<'_>) -> Result<Option<Checked>, Why> {
    const VALIDATOR: &str = "AWS::ApiGateway::RequestValidator";
    let Some(id) = method.request_validator_id.as_text()? else { return Ok(None) };
    let validator = match stack.directory.resolve(&id, &[VALIDATOR]) {
        Target::Resource(id) => stack.resource(&id).map(|resource| &resource.properties),
        Target::Elsewhere => None,
        Target::Unknown(why) => return Err(why),
    };
    match validator {
        Some(Properties::Untyped(validator)) => {
            checked(validator, "ValidateRequestBody", "ValidateRequestParameters").map(Some)
        }
        Some(Properties::Unreadable(why)) => Err(why.clone()),
        _ => Err(Why::NotObserved("the request validator is not in this stack".to_owned())),
    }
}

fn of_operation(document: &Document<'_>, operation: &Operation<'_>) -> Result<Option<Checked>, Why> {
    const NAMED: &str = "x-amazon-apigateway-request-validator";
    let own = operation.value.get(NAMED).map_or(Observed::Absent, Observed::<Text>::read);
    let general = document.top(NAMED).and_then(Observed::<Text>::read);
    let name = if own.is_absent() { general } else { own };
    let Some(name) = name.known()? else { return Ok(None) };
    let name = name.as_str().ok_or_else(|| name.why_unresolved())?;
    let validators = document.top("x-amazon-apigateway-request-validators");
    let validator = validators.known()?.and_then(|validators: &&Value| validators.get(name));
    let validator = validator.map_or(Observed::Absent, Observed::<Untyped>::read);
    match validator.known()? {
        Some(validator) => checked(validator, "validateRequestBody", "validateRequestParameters").map(Some),
        None => Err(Why::Malformed(format!("the document defines no request validator {name:?}"))),
    }
}

fn checked(validator: &Untyped, body: &str, parameters: &str) -> Result<Checked, Why> {
    let is_on = |path: &str| Ok(validator.get::<bool>(path).known()?.copied().unwrap_or_default());
    Ok(Checked { body: is_on(body)?, parameters: is_on(parameters)? })
}
