//! `AWS::Serverless::Api`: the REST API with its deployment and stage.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-api.html>

use super::super::build::At;
use super::super::code::{self, DEFINITION};
use super::super::expansion::Expansion;
use super::super::resource::{Generated, SamResource};
use super::super::tree::{digest, digest_text, filled, is_intrinsic, mapping_mut, put, size, take, truthy};
use super::{authorizers, cors, definition, domain, method_auth, resource_policy, usage_plan};
use crate::source::{Kind, Node};

const COPIED: &[&str] = &[
    "BinaryMediaTypes",
    "MinimumCompressionSize",
    "FailOnWarnings",
    "Name",
    "Description",
    "Mode",
    "ApiKeySourceType",
    "Policy",
    "SecurityPolicy",
    "EndpointAccessMode",
];
const OF_STAGE: &[&str] = &[
    "StageName",
    "CacheClusterEnabled",
    "CacheClusterSize",
    "Variables",
    "MethodSettings",
    "AccessLogSetting",
    "CanarySetting",
    "TracingEnabled",
];
const CONSUMED: &[&str] = &[
    "Tags",
    "DefinitionBody",
    "DefinitionUri",
    "MergeDefinitions",
    "EndpointConfiguration",
    "Cors",
    "Auth",
    "GatewayResponses",
    "OpenApiVersion",
    "Models",
    "Domain",
    "AlwaysDeploy",
    "PropagateTags",
    "DisableExecuteApiEndpoint",
];
const DERIVED: [(&str, &str); 6] = [
    ("Stage", "AWS::ApiGateway::Stage"),
    ("Deployment", "AWS::ApiGateway::Deployment"),
    ("DomainName", "AWS::ApiGateway::DomainName"),
    ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
    ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
    ("ApiKey", "AWS::ApiGateway::ApiKey"),
];

/// Replaces the API by what SAM generates from it.
pub(in super::super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(api) = expansion.take(id) else { return };
    let auth = api.filled("Auth").cloned();
    let body = body(expansion, &api, auth.as_ref());
    let deployment_id = format!("{id}Deployment{}", deployment_digest(&api, body.as_ref()));
    let stage_id = stage_id(&api);
    if api.filled("StageName").is_none() {
        expansion.refuse(id, api.at, "an API needs `StageName`");
    }
    let rest_api = rest_api(expansion, &api, body);
    expansion.emit(rest_api);
    let deployment = Generated::new(&deployment_id, "AWS::ApiGateway::Deployment", api.at, api.handed_on())
        .with("RestApiId", api.at.reference(id))
        .with_some("StageName", api.filled("OpenApiVersion").is_none().then(|| api.at.text("Stage")));
    expansion.emit(deployment);
    let at = api.place("StageName");
    let stage = Generated::new(&stage_id, "AWS::ApiGateway::Stage", at, api.handed_on())
        .with("DeploymentId", at.reference(&deployment_id))
        .with("RestApiId", at.reference(id))
        .with_copied(&api.properties, OF_STAGE)
        .with_some("Tags", api.get("Tags").map(|tags| super::super::tags::list(tags, At(tags.at))));
    expansion.emit(stage);
    if let Some(auth) = &auth {
        authorizers::permit(expansion, &api, auth, true);
        usage_plan::generate(expansion, &api, auth, &stage_id);
    }
    domain::of_rest(expansion, &api);
    expansion.finish(&api, &DERIVED);
}

fn rest_api(expansion: &mut Expansion<'_>, api: &SamResource, body: Option<Node>) -> Generated {
    let mut rest_api = Generated::new(&api.id, "AWS::ApiGateway::RestApi", api.at, api.own())
        .with_copied(&api.properties, COPIED)
        .with_some("Body", body);
    if let Some(uri) = api.filled("DefinitionUri") {
        rest_api.properties.set("BodyS3Location", code::location(uri, DEFINITION));
    }
    if let Some(configuration) = api.filled("EndpointConfiguration") {
        let at = At(configuration.at);
        let r#type = filled(configuration, "Type").unwrap_or(configuration);
        let networks = configuration.get("VPCEndpointIds").or_else(|| configuration.get("VpcEndpointIds"));
        let types = at
            .mapping()
            .with("Types", at.list([r#type.clone()]))
            .with_some("VpcEndpointIds", networks.cloned())
            .with_copied(configuration, &["IpAddressType"]);
        rest_api.properties.set("EndpointConfiguration", types.node());
        rest_api.properties.set("Parameters", at.map([("endpointConfigurationTypes", r#type.clone())]));
    }
    rest_api.keep_unknown(expansion, "AWS::Serverless::Api", &api.properties, &[COPIED, OF_STAGE, CONSUMED]);
    rest_api
}

/// The definition with what the API's properties add to it.
fn body(expansion: &mut Expansion<'_>, api: &SamResource, auth: Option<&Node>) -> Option<Node> {
    let mut body = api.filled("DefinitionBody")?.clone();
    let is_changed = api.filled("Cors").is_some() || auth.is_some();
    if is_intrinsic(&body) {
        return Some(body); // `AWS::Include` is filled in before SAM; without it nobody knows the methods
    }
    if !definition::is_valid(&body) {
        if is_changed {
            expansion.refuse(&api.id, api.place("DefinitionBody"), "`Auth` and `Cors` need a definition with paths");
        }
        return Some(body);
    }
    // what is added to every path must fit as well
    let paths = body.get("paths").map_or(0, |paths| paths.entries().len());
    let added = api.filled("Cors").map_or(0, size) + auth.map_or(0, size);
    if !expansion.admit(paths.saturating_mul(added)) {
        return None;
    }
    if let Some(cors) = api.filled("Cors") {
        cors::add_rest(&mut body, cors);
    }
    if let Some(auth) = auth {
        authorizers::define_rest(&mut body, auth, expansion.known.partition());
        method_auth::default_rest(&mut body, auth);
        if let Some(policy) = filled(auth, "ResourcePolicy") {
            resource_policy::add(&mut body, policy, None, api.get("StageName"));
        }
        report_default(expansion, api, auth);
    }
    if let Some(disabled) = api.get("DisableExecuteApiEndpoint") {
        disable_endpoint(&mut body, disabled);
    }
    to_openapi(&mut body);
    Some(body)
}

fn report_default(expansion: &mut Expansion<'_>, api: &SamResource, auth: &Node) {
    let Some(name) = auth.get("DefaultAuthorizer").and_then(Node::as_str) else { return };
    let is_known = name == "AWS_IAM" || auth.get("Authorizers").is_some_and(|all| all.get(name).is_some());
    if !is_known {
        expansion.refuse(
            &api.id,
            api.place("Auth"),
            format!("`DefaultAuthorizer` names `{name}`, which is not defined"),
        );
    }
}

/// Says in the definition that the default endpoint is off.
pub(super) fn disable_endpoint(body: &mut Node, disabled: &Node) {
    const EXTENSION: &str = "x-amazon-apigateway-endpoint-configuration";
    let at = At(disabled.at);
    let configuration = at.map([("disableExecuteApiEndpoint", disabled.clone())]);
    if body.get("openapi").is_none() {
        put(body, EXTENSION, configuration);
        return;
    }
    match super::super::tree::get_mut(body, "servers").map(|servers| &mut servers.kind) {
        Some(Kind::Sequence(servers)) => {
            for server in servers {
                if let Some(present) = mapping_mut(server, EXTENSION, at.0) {
                    put(present, "disableExecuteApiEndpoint", disabled.clone());
                }
            }
        }
        _ => put(body, "servers", at.list([at.map([(EXTENSION, configuration)])])),
    }
}

/// Security definitions stand elsewhere in OpenAPI 3 than in Swagger 2.
fn to_openapi(body: &mut Node) {
    if body.get("openapi").is_none() {
        return;
    }
    if let Some(definitions) = take(body, "securityDefinitions")
        && let Some(components) = mapping_mut(body, "components", definitions.at)
    {
        put(components, "securitySchemes", definitions);
    }
}

fn deployment_digest(api: &SamResource, body: Option<&Node>) -> String {
    let parts = [body, api.get("DefinitionUri"), api.get("OpenApiVersion"), api.get("Domain")];
    let parts: Vec<&Node> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { digest(parts) }
}

/// SAM puts the stage's name into the id where it can.
fn stage_id(api: &SamResource) -> String {
    let name = api.get("StageName").filter(|name| truthy(name)).and_then(Node::as_str).unwrap_or_default();
    match name {
        "" => format!("{}Stage", api.id),
        name if name.chars().all(char::is_alphanumeric) => format!("{}{name}Stage", api.id),
        name => format!("{}Stage{}", api.id, digest_text(name)),
    }
}
