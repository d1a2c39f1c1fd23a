//! `AWS::Serverless::HttpApi`: the HTTP API with its stage.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-httpapi.html>

use super::super::build::At;
use super::super::code::{self, DEFINITION};
use super::super::expansion::Expansion;
use super::super::resource::{Generated, SamResource};
use super::super::tree::{digest_text, is_intrinsic, put, size, truthy};
use super::{authorizers, cors, definition, domain, method_auth, rest};
use crate::source::{Kind, Node};

const OF_STAGE: &[&str] = &["StageVariables", "AccessLogSettings", "DefaultRouteSettings", "RouteSettings"];
const CONSUMED: &[&str] = &[
    "Name",
    "StageName",
    "Tags",
    "PropagateTags",
    "DefinitionBody",
    "DefinitionUri",
    "CorsConfiguration",
    "Auth",
    "Domain",
    "FailOnWarnings",
    "Description",
    "DisableExecuteApiEndpoint",
];
const DERIVED: [(&str, &str); 2] =
    [("Stage", "AWS::ApiGatewayV2::Stage"), ("DomainName", "AWS::ApiGatewayV2::DomainName")];
/// The stage that takes requests without a stage in their path.
const DEFAULT_STAGE: &str = "$default";

/// Replaces the API by what SAM generates from it.
pub(in super::super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(mut api) = expansion.take(id) else { return };
    let body = body(expansion, &api);
    let tags = body.as_ref().map(|_| tags(&api));
    let mut http_api = Generated::new(id, "AWS::ApiGatewayV2::Api", api.at, api.own())
        .with_some("FailOnWarnings", api.get("FailOnWarnings").filter(|fail| truthy(fail)).cloned())
        .with_some("Body", body);
    if let Some(uri) = api.filled("DefinitionUri") {
        http_api.properties.set("BodyS3Location", code::location(uri, DEFINITION));
    }
    http_api.keep_unknown(expansion, "AWS::Serverless::HttpApi", &api.properties, &[OF_STAGE, CONSUMED]);
    expansion.emit(http_api);
    if let Some(auth) = api.filled("Auth").cloned() {
        authorizers::permit(expansion, &api, &auth, false);
    }
    let tags = tags.or_else(|| api.get("Tags").cloned());
    domain::of_http(expansion, &api, tags.as_ref());
    let at = api.place("StageName");
    let name = api.filled("StageName").cloned().unwrap_or_else(|| at.text(DEFAULT_STAGE));
    let stage = Generated::new(stage_id(id, &name), "AWS::ApiGatewayV2::Stage", at, api.handed_on())
        .with("ApiId", at.reference(id))
        .with("StageName", name)
        .with_copied(&api.properties, OF_STAGE)
        .with_some("Tags", tags)
        .with("AutoDeploy", at.flag(true));
    expansion.emit(stage);
    // tags are mappings here, and set already
    super::super::tree::take(&mut api.properties, "PropagateTags");
    expansion.finish(&api, &DERIVED);
}

fn body(expansion: &mut Expansion<'_>, api: &SamResource) -> Option<Node> {
    let mut body = api.filled("DefinitionBody")?.clone();
    if is_intrinsic(&body) {
        return Some(body); // `AWS::Include` is filled in before SAM; without it nobody knows the methods
    }
    if !definition::is_valid(&body) {
        if ["CorsConfiguration", "Auth", "Tags"].iter().any(|name| api.filled(name).is_some()) {
            let text = "`Auth`, `CorsConfiguration` and `Tags` need a definition with paths";
            expansion.refuse(&api.id, api.place("DefinitionBody"), text);
        }
        return Some(body);
    }
    let paths = body.get("paths").map_or(0, |paths| paths.entries().len());
    if !expansion.admit(paths.saturating_mul(api.filled("Auth").map_or(0, size))) {
        return None;
    }
    if let Some(cors) = api.filled("CorsConfiguration").map(|cors| expansion.known.resolve(cors)) {
        cors::add_http(&mut body, &cors);
    }
    if let Some(auth) = api.filled("Auth") {
        authorizers::define_http(&mut body, auth, expansion.known.partition());
        method_auth::default_http(&mut body, auth);
    }
    let named = tags(api);
    let named = named.entries().iter().map(|tag| {
        let at = At(tag.key_at);
        at.map([("name", at.text(&tag.key)), ("x-amazon-apigateway-tag-value", tag.value.clone())])
    });
    let at = At(body.at);
    let own = body.get("tags").map(Node::items).unwrap_or_default().to_vec();
    let all = at.list(own.into_iter().chain(named));
    put(&mut body, "tags", all);
    if let Some(disabled) = api.get("DisableExecuteApiEndpoint") {
        rest::disable_endpoint(&mut body, disabled);
    }
    if let Some(name) = api.filled("Name")
        && let Some(info) = super::super::tree::mapping_mut(&mut body, "info", name.at)
    {
        put(info, "title", name.clone());
    }
    Some(body)
}

/// The API's tags with SAM's mark.
fn tags(api: &SamResource) -> Node {
    let at = api.place("Tags");
    let mut tags = match api.get("Tags") {
        Some(tags) if matches!(tags.kind, Kind::Mapping(_)) => tags.clone(),
        _ => at.mapping().node(),
    };
    put(&mut tags, "httpapi:createdBy", at.text("SAM"));
    tags
}

fn stage_id(api: &str, name: &Node) -> String {
    match name.as_str().unwrap_or_default() {
        "" => format!("{api}Stage"),
        DEFAULT_STAGE => format!("{api}ApiGatewayDefaultStage"),
        name if name.chars().all(char::is_alphanumeric) => format!("{api}{name}Stage"),
        name => format!("{api}Stage{}", digest_text(name)),
    }
}
