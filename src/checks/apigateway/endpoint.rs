//! REST APIs from outside: endpoints, custom domains, resource policies, tags.

use super::document::Document;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        grants::{denies_strangers, to_everybody},
        tags::tagged,
    },
    facts::{
        Observed, Properties, Resource, Text, Untyped, Why,
        apigateway::RestApi,
        iam::{Known, PolicyDocument, Statement, any_known, matches_pattern},
    },
    need::Need,
    stack::Stack,
};

/// The table.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigw-endpoint-type",
        title: "REST API has a Regional or a private endpoint",
        why: "An edge-optimized endpoint puts a distribution of AWS's own before the API: nobody can set up its cache, its logs \
              or its ciphers.",
        fix: "Set EndpointConfiguration.Types to [REGIONAL] or [PRIVATE]; put a distribution of your own before it.",
        absent: "EDGE. Which endpoint fits is a matter of the callers, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-endpoint-types.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::RestApiIntegrations],
        applies: Applies::EachRestApi(endpoint_type),
    },
    Check {
        id: "apigw-domain-tls",
        title: "Custom domain of an API takes TLS 1.2 or later only",
        why: "TLS 1.0 and 1.1 have known weaknesses, and an attacker in between can make both ends fall back to them.",
        fix: "Set SecurityPolicy to TLS_1_2, or to a policy whose name begins with SecurityPolicy_TLS13.",
        absent: "TLS_1_2, for custom domains of every kind.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiDomains],
        applies: Applies::Each(
            &["AWS::ApiGateway::DomainName", "AWS::ApiGateway::DomainNameV2", "AWS::ApiGatewayV2::DomainName"],
            domain_tls,
        ),
    },
    Check {
        id: "apigw-resource-policy-not-public",
        title: "Private API is open to known VPCs or callers only",
        why: "A private API can be reached from every VPC of every account unless its policy says from which.",
        fix: "Write a Policy that allows execute-api:Invoke, and denies it where aws:SourceVpce is not one of your endpoints.",
        absent: "A private API without a policy cannot be called at all; one that is not private is not judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiIntegrations],
        applies: Applies::EachRestApi(resource_policy),
    },
    Check {
        id: "apigw-tagged",
        title: "REST API and its stages carry the required tags",
        why: "Cost and ownership are told apart by tags.",
        fix: "Add the missing keys to Tags, of the API and of the stage; in SAM set Tags and PropagateTags.",
        absent: "No tags. Where policy requires none, nothing is judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages, Need::RestApiIntegrations],
        applies: Applies::EachInStack(&["AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage"], required_tags),
    },
];

/// `EDGE`, `REGIONAL` or `PRIVATE`.
pub(super) fn endpoint(api: &RestApi) -> Result<String, Why> {
    const BY_DEFAULT: &str = "EDGE";
    let Some(configuration) = api.endpoint_configuration.known()? else { return Ok(BY_DEFAULT.to_owned()) };
    let Some(first) = configuration.types.known()?.and_then(|types| types.first()) else {
        return Ok(BY_DEFAULT.to_owned());
    };
    let Some(kind) = first.known()? else { return Ok(BY_DEFAULT.to_owned()) };
    kind.as_str().map(str::to_owned).ok_or_else(|| kind.why_unresolved())
}

fn endpoint_type(api: &RestApi, _: &Yardstick) -> Option<Verdict> {
    let verdict = match endpoint(api) {
        Ok(kind) if kind == "REGIONAL" || kind == "PRIVATE" => Verdict::Pass,
        Ok(kind) if kind == "EDGE" => Verdict::fail("the endpoint is edge-optimized"),
        Ok(kind) => {
            Verdict::inconclusive(Why::Malformed(format!("endpoint type {kind:?} is none that API Gateway has")))
        }
        Err(why) => Verdict::inconclusive(why),
    };
    Some(verdict.at("EndpointConfiguration.Types"))
}

fn domain_tls(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    const POLICY: &str = "SecurityPolicy";
    const CONFIGURATIONS: &str = "DomainNameConfigurations";
    // The domains of `AWS::ApiGatewayV2` have a policy for each endpoint.
    let configurations = domain.list::<Untyped>(CONFIGURATIONS);
    match configurations {
        Observed::Present(configurations) => {
            let each = configurations.iter().enumerate().map(|(index, configuration)| {
                let policy = configuration.as_ref().and_then(|configuration| configuration.get::<Text>(POLICY));
                policy_takes(&policy).at(format!("{CONFIGURATIONS}[{index}].{POLICY}"))
            });
            each.reduce(Verdict::worse)
        }
        Observed::Absent => Some(policy_takes(&domain.get(POLICY)).at(POLICY)),
        Observed::Unknown(why) => Some(Verdict::inconclusive(why).at(CONFIGURATIONS)),
    }
}

fn policy_takes(policy: &Observed<Text>) -> Verdict {
    let known = |policy: &Text| match policy.as_str() {
        Some("TLS_1_2") => Verdict::Pass,
        Some("TLS_1_0") => Verdict::fail("SecurityPolicy is TLS_1_0, which takes TLS 1.0 and 1.1"),
        Some(name) if ["SecurityPolicy_TLS12", "SecurityPolicy_TLS13"].iter().any(|it| name.starts_with(it)) => {
            Verdict::Pass
        }
        Some(other) => Verdict::inconclusive(Why::Malformed(format!("SecurityPolicy {other:?} is not known"))),
        None => Verdict::inconclusive(policy.why_unresolved()),
    };
    policy.judge(known, || Verdict::Pass)
}

fn resource_policy(api: &RestApi, _: &Yardstick) -> Option<Verdict> {
    match endpoint(api) {
        Ok(kind) if kind == "PRIVATE" => {}
        Ok(_) => return None,
        Err(why) => return Some(Verdict::inconclusive(why).at("EndpointConfiguration.Types")),
    }
    let (policy, place) = written_policy(api);
    let open = || Verdict::fail("the policy lets callers of every VPC in, of other accounts as well");
    let said = policy.judge(
        |policy| Verdict::of(lets_strangers_in(policy).map(|open| !open), open),
        || Verdict::fail("the API is private, and has no policy that says for whom"),
    );
    Some(said.at(place))
}

/// The policy of the API: a property, or a part of its document.
pub(super) fn written_policy(api: &RestApi) -> (Observed<PolicyDocument>, &'static str) {
    const IN_DOCUMENT: &str = "x-amazon-apigateway-policy";
    if !api.policy.is_absent() {
        return (api.policy.clone(), "Policy");
    }
    match Document::of(&api.body, &api.body_s3_location) {
        None => (Observed::Absent, "Policy"),
        Some(Ok(document)) => {
            (document.top(IN_DOCUMENT).and_then(Observed::<PolicyDocument>::read), "Body.x-amazon-apigateway-policy")
        }
        Some(Err(unread)) => (Observed::Unknown(unread.why), "Body"),
    }
}

/// Whether a statement allows everybody what no other one denies to strangers.
pub(super) fn lets_strangers_in(policy: &PolicyDocument) -> Known {
    let statements: Vec<&Observed<Statement>> = policy.statements()?.map(|(_, statement)| statement).collect();
    let each = statements.iter().map(|statement| {
        let Some(allowed) = statement.known()? else { return Ok(false) };
        if !to_everybody(allowed)? {
            return Ok(false);
        }
        let denied = statements.iter().map(|statement| {
            let Some(denial) = statement.known()? else { return Ok(false) };
            Ok(denies_strangers(denial)? && covers(denial, allowed)?)
        });
        any_known(denied).map(|denied| !denied)
    });
    any_known(each)
}

/// Whether the one speaks of everything that the other speaks of.
fn covers(denial: &Statement, allowed: &Statement) -> Known {
    // API Gateway completes `execute-api:/*` to the API's own ARN.
    const ANYTHING: &str = "execute-api:/\u{1}/\u{1}/\u{1}";
    let Some(resources) = denial.resource.known()? else { return Ok(false) };
    if allowed.resource.known()? == Some(resources) {
        return Ok(true);
    }
    any_known(resources.iter().map(|resource| matches_pattern(resource, ANYTHING)))
}

fn required_tags(resource: &Resource, _: &Stack<'_>, yardstick: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::RestApi(api) => tagged(&api.tags, yardstick),
        Properties::Untyped(stage) => tagged(&stage.list("Tags"), yardstick),
        _ => None,
    }
}
