//! Stages of APIs with what stands around them: web ACLs, usage plans, client certificates, variables.

use super::{
    api::Api,
    document::{Document, Operation},
    stages::{self, STAGES, Stage},
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::lambda::secrets::in_variables,
    facts::{
        Observed, Properties, Resource, Text, Untyped, Why,
        apigateway::Method,
        iam::{Known, any_known},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigw-waf",
        title: "API stage stands behind a web ACL",
        why: "A web ACL turns away known attacks and floods before they reach the API.",
        fix: "Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is the stage's: \
              arn:aws:apigateway:REGION::/restapis/API/stages/STAGE.",
        absent: "No association of this stack names the stage; one of another stack, or of Firewall Manager, is not seen, and \
                 a web ACL is charged, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-control-access-aws-waf.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::RestApiStages, Need::WebAclAssociations],
        applies: Applies::EachInStack(STAGES, waf),
    },
    Check {
        id: "apigw-usage-plan",
        title: "API stage that asks for API keys is in a usage plan",
        why: "A key is only taken where a usage plan connects it with the stage, and only a plan limits what it may use.",
        fix: "Add the stage to ApiStages of an AWS::ApiGateway::UsagePlan.",
        absent: "Without a plan every request to a method that asks for a key is refused; an API without such methods is not \
                 judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages, Need::RestApiIntegrations, Need::UsagePlans],
        applies: Applies::EachInStack(STAGES, usage_plan),
    },
    Check {
        id: "apigw-client-cert",
        title: "API stage shows a client certificate to its HTTP backends",
        why: "A backend on the internet cannot otherwise tell the API from anybody else who found its address.",
        fix: "Set ClientCertificateId to an AWS::ApiGateway::ClientCertificate, and have the backend demand it.",
        absent: "No certificate is shown. An API without HTTP integrations is not judged: functions never see one.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/getting-started-client-side-ssl-authentication.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages, Need::RestApiIntegrations],
        applies: Applies::EachInStack(STAGES, client_cert),
    },
    Check {
        id: "apigw-no-secret-in-stage-variables",
        title: "No API stage variable holds a credential",
        why: "Stage variables are shown in clear to whoever may read the stage, and stay in templates and change sets.",
        fix: "Keep the credential in Secrets Manager, and read it where it is used. Replace the credential: it is known.",
        absent: "Without variables there is nothing to find.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/stage-variables.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages, Need::HttpApiStages],
        applies: Applies::EachInStack(
            &["AWS::ApiGateway::Deployment", "AWS::ApiGateway::Stage", "AWS::ApiGatewayV2::Stage"],
            no_secret_in_variables,
        ),
    },
];

/// What associations of the stack attach web ACLs to.
pub(in crate::checks) fn protected(stack: &Stack<'_>) -> Vec<Result<Observed<Text>, Why>> {
    let associations = every(stack, "AWS::WAFv2::WebACLAssociation");
    associations.map(|association| Ok(association?.get::<Text>("ResourceArn"))).collect()
}

fn waf(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    has_web_acl(resource, stack, &protected(stack))
}

/// Whether one of what is protected is the stage.
pub(in crate::checks) fn has_web_acl(
    resource: &Resource,
    stack: &Stack<'_>,
    protected: &[Result<Observed<Text>, Why>],
) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let named = protected.iter().map(|arn| {
            let arn = arn.clone()?;
            let Some(arn) = arn.as_text()? else { return Ok(false) };
            match of_stage(&arn) {
                Some((api, name)) => stage.is(&api, &name, stack),
                // The ARN of something else, unless a part of it is open.
                None if arn.parts().iter().any(|part| matches!(part, crate::facts::Part::Unknown(_))) => {
                    Err(arn.why_unresolved())
                }
                None => Ok(false),
            }
        });
        Some(Verdict::of(any_known(named), || Verdict::fail("no web ACL association of this stack names the stage")))
    })
}

/// The properties of every resource of a type that is read by path.
fn every<'a>(stack: &Stack<'a>, r#type: &'static str) -> impl Iterator<Item = Result<&'a Untyped, Why>> {
    let of_type = move |resource: &&Resource| resource.reference.r#type.as_str() == r#type;
    stack.facts.resources.iter().filter(of_type).filter_map(|resource| match &resource.properties {
        Properties::Untyped(properties) => Some(Ok(properties.as_ref())),
        Properties::Unreadable(why) => Some(Err(why.clone())),
        _ => None,
    })
}

/// API and stage of `arn:aws:apigateway:REGION::/restapis/API/stages/STAGE`.
fn of_stage(arn: &Text) -> Option<(Text, Text)> {
    let segments = segments(arn);
    let at = segments.iter().position(|segment| segment.as_str() == Some("restapis"))?;
    match segments.get(at + 1..)? {
        [api, stages, name] if stages.as_str() == Some("stages") => Some((api.clone(), name.clone())),
        _ => None,
    }
}

/// A text cut at its slashes.
fn segments(text: &Text) -> Vec<Text> {
    use crate::facts::Part;
    let mut segments: Vec<Vec<Part>> = vec![Vec::new()];
    for part in text.parts() {
        let Part::Literal(literal) = part else {
            segments.last_mut().into_iter().for_each(|segment| segment.push(part.clone()));
            continue;
        };
        for (index, piece) in literal.split('/').enumerate() {
            if index > 0 {
                segments.push(Vec::new());
            }
            segments.last_mut().into_iter().for_each(|segment| segment.push(Part::Literal(piece.to_owned())));
        }
    }
    segments.into_iter().map(Text::new).collect()
}

fn usage_plan(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let asks = Api::of(stack, &stage.api).and_then(|api| api.any(asks_for_key, names_key));
        if asks == Ok(false) {
            return None;
        }
        let planned = any_known(every(stack, "AWS::ApiGateway::UsagePlan").map(|plan| plans(plan?, stage, stack)));
        Some(match (planned, asks) {
            (Ok(true), _) => Verdict::Pass,
            (_, Err(why)) => Verdict::inconclusive(why),
            (planned, Ok(_)) => Verdict::of(planned, || {
                Verdict::fail("methods of the API ask for an API key, and no usage plan of this stack has the stage")
            }),
        })
    })
}

fn asks_for_key(method: &Method) -> Known {
    Ok(method.api_key_required.known()?.copied().unwrap_or_default())
}

fn names_key(document: &Document<'_>, operation: &Operation<'_>) -> Known {
    Ok(document.callers(operation)?.with_key)
}

fn plans(plan: &Untyped, stage: &Stage<'_>, stack: &Stack<'_>) -> Known {
    let stages = plan.list::<Untyped>("ApiStages");
    any_known(stages.known()?.into_iter().flatten().map(|planned| {
        let Some(planned) = planned.known()? else { return Ok(false) };
        let (api, name) = (planned.get::<Text>("ApiId"), planned.get::<Text>("Stage"));
        match (api.as_text()?, name.as_text()?) {
            (Some(api), Some(name)) => stage.is(&api, &name, stack),
            _ => Ok(false),
        }
    }))
}

fn client_cert(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let by_http = Api::of(stack, &stage.api).and_then(|api| api.any(is_http, calls_http));
        let shown =
            stage.must_be_there("ClientCertificateId", "the API has HTTP integrations, and shows them no certificate");
        match by_http {
            Ok(false) => None,
            Err(why) if matches!(shown, Verdict::Fail(_)) => {
                Some(Verdict::inconclusive(why).at(stage.place("ClientCertificateId")))
            }
            Ok(true) | Err(_) => Some(shown),
        }
    })
}

fn is_http(method: &Method) -> Known {
    let Some(integration) = method.integration.known()? else { return Ok(false) };
    of_http(&integration.r#type)
}

fn calls_http(document: &Document<'_>, operation: &Operation<'_>) -> Known {
    let integration = document.integration(operation)?;
    of_http(&integration.and_then(|integration| integration.get("type")).map_or(Observed::Absent, Observed::read))
}

fn of_http(kind: &Observed<Text>) -> Known {
    let Some(kind) = kind.known()? else { return Ok(false) };
    let kind = kind.as_str().ok_or_else(|| kind.why_unresolved())?;
    Ok(kind.eq_ignore_ascii_case("http") || kind.eq_ignore_ascii_case("http_proxy"))
}

fn no_secret_in_variables(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::Untyped(stage) if resource.reference.r#type.as_str() == "AWS::ApiGatewayV2::Stage" => {
            variables(stage, "StageVariables", "StageVariables")
        }
        _ => stages::judge(resource, |stage| {
            let own = ["Variables", "CanarySetting.StageVariableOverrides"];
            let judged = own.iter().filter_map(|path| variables(&stage.settings, path, &stage.place(path)));
            judged.reduce(Verdict::worse)
        }),
    }
}

fn variables(stage: &Untyped, path: &str, place: &str) -> Option<Verdict> {
    match stage.entries(path) {
        Observed::Present(variables) => {
            in_variables(variables.iter().map(|(name, value)| (name.as_str(), value)), place)
        }
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why).at(place)),
    }
}
