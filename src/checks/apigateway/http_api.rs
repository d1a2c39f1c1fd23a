//! HTTP APIs: private integrations, cross-origin requests, the endpoint beside a custom domain.

use serde_json::Value;

use super::document::{Document, Operation, Unread};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        List, Observed, Properties, Resource, Target, Text, Untyped, Why,
        apigateway::{HttpApi, Integration},
        iam::{Known, any_known},
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

/// The table.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigwv2-private-integration-tls",
        title: "Private integration speaks TLS",
        why: "Between API Gateway and the load balancer the request is otherwise readable inside of the VPC.",
        fix: "Set TlsConfig.ServerNameToVerify to the name in the certificate of the listener.",
        absent: "Plain HTTP, where ConnectionType is VPC_LINK; other integrations are not judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-private.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::HttpApiIntegrations],
        applies: Applies::EachInStack(
            &["AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Integration"],
            private_integration_tls,
        ),
    },
    Check {
        id: "apigwv2-cors-not-wildcard",
        title: "HTTP API lets no foreign web page act with the user's credentials",
        why: "A page of any origin could call the API in the name of whoever looks at it, and read the answer.",
        fix: "List in AllowOrigins the origins that are meant, or leave out AllowCredentials.",
        absent: "Without CORS, or without credentials, no page of another origin can do so; an API without CORS is not judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::HttpApiIntegrations],
        applies: Applies::EachHttpApi(cors_not_wildcard),
    },
    Check {
        id: "apigwv2-default-endpoint-disabled",
        title: "API with a custom domain has no other door",
        why: "Whoever calls the execute-api endpoint passes by what stands before the domain: client certificates, a web ACL.",
        fix: "Set DisableExecuteApiEndpoint: true.",
        absent: "The endpoint stays open. An API that no AWS::ApiGatewayV2::ApiMapping of this stack maps is not judged.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-disable-default-endpoint.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::HttpApiIntegrations, Need::HttpApiMappings],
        applies: Applies::EachInStack(&["AWS::ApiGatewayV2::Api"], default_endpoint_disabled),
    },
];

fn private_integration_tls(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    match &resource.properties {
        Properties::Integration(integration) => of_integration(integration),
        Properties::HttpApi(api) => match Document::of(&api.body, &api.body_s3_location)? {
            Ok(document) => document.judge(|operation| of_operation(&document, operation)),
            Err(Unread { why, place }) => Some(Verdict::inconclusive(why).at(place)),
        },
        _ => None,
    }
}

fn of_integration(integration: &Integration) -> Option<Verdict> {
    let name = integration.tls_config.clone().map(|tls| tls.get::<Text>("ServerNameToVerify"));
    private(&integration.connection_type, name, &integration.integration_uri, "TlsConfig")
}

fn of_operation(document: &Document<'_>, operation: &Operation<'_>) -> Option<Result<Verdict, Why>> {
    let integration = match document.integration(operation) {
        Ok(integration) => integration?,
        Err(why) => return Some(Err(why)),
    };
    let text = |name: &str| integration.get(name).map_or(Observed::Absent, Observed::<Text>::read);
    let tls = integration.get("tlsConfig").map_or(Observed::Absent, Observed::<Untyped>::read);
    let name = tls.map(|tls| tls.get::<Text>("serverNameToVerify"));
    private(&text("connectionType"), name, &text("uri"), "").map(Ok)
}

/// Judges an integration by its connection, by the server's name inside of what it says of TLS, and by its address.
fn private(
    connection: &Observed<Text>,
    tls: Observed<Observed<Text>>,
    uri: &Observed<Text>,
    place: &str,
) -> Option<Verdict> {
    let is_private = connection.is("VPC_LINK");
    // The integration of a WebSocket API names the load balancer by its URL.
    let by_url = uri.known().map(|uri| uri.is_some_and(|uri| uri.literal_prefix().starts_with("https://")));
    let said = match tls {
        Observed::Present(Observed::Absent) => {
            Verdict::partial(70, "TLS is spoken, but no server name says whose certificate is expected")
        }
        Observed::Present(name) => name.judge(|_| Verdict::Pass, || Verdict::Pass),
        Observed::Absent if by_url == Ok(true) => Verdict::Pass,
        Observed::Absent if let Err(why) = by_url => Verdict::inconclusive(why),
        Observed::Absent => Verdict::fail("the private integration has no TlsConfig: plain HTTP is spoken"),
        Observed::Unknown(why) => Verdict::inconclusive(why),
    };
    match is_private {
        Ok(false) => None,
        Ok(true) => Some(said.at(place)),
        Err(_) if said == Verdict::Pass => Some(said),
        Err(why) => Some(Verdict::inconclusive(why).at(place)),
    }
}

fn cors_not_wildcard(api: &HttpApi, _: &Yardstick) -> Option<Verdict> {
    let own = match &api.cors_configuration {
        Observed::Present(cors) => Some(of_cors(cors, "AllowCredentials", "AllowOrigins").at("CorsConfiguration")),
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Verdict::inconclusive(why.clone()).at("CorsConfiguration")),
    };
    let in_document = Document::of(&api.body, &api.body_s3_location).and_then(|document| match document {
        Ok(document) => match document.top("x-amazon-apigateway-cors").and_then(Observed::<Untyped>::read) {
            Observed::Present(cors) => {
                Some(of_cors(&cors, "allowCredentials", "allowOrigins").at("Body.x-amazon-apigateway-cors"))
            }
            Observed::Absent => None,
            Observed::Unknown(why) => Some(Verdict::inconclusive(why).at("Body.x-amazon-apigateway-cors")),
        },
        Err(Unread { why, place }) => Some(Verdict::inconclusive(why).at(place)),
    });
    own.into_iter().chain(in_document).reduce(Verdict::worse)
}

fn of_cors(cors: &Untyped, credentials: &str, origins: &str) -> Verdict {
    let with_credentials = cors.get::<bool>(credentials).known().map(|with| with.copied().unwrap_or_default());
    let by_anybody = any_origin(&cors.list(origins));
    match (with_credentials, by_anybody) {
        (Ok(false), _) | (_, Ok(false)) => Verdict::Pass,
        (Ok(true), Ok(true)) => Verdict::fail("pages of any origin may call with the user's credentials"),
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
    }
}

/// Whether an origin is given by a wildcard: `*`, `https://*`, `http://*`.
fn any_origin(origins: &List<Text>) -> Known {
    any_known(origins.known()?.into_iter().flatten().map(|origin| {
        let Some(origin) = origin.known()? else { return Ok(false) };
        match origin.as_str() {
            Some(origin) => Ok(origin.contains('*')),
            None if origin.literal_prefix().contains('*') || origin.literal_suffix().contains('*') => Ok(true),
            None => Err(origin.why_unresolved()),
        }
    }))
}

fn default_endpoint_disabled(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    const PLACE: &str = "DisableExecuteApiEndpoint";
    let Properties::HttpApi(api) = &resource.properties else { return None };
    let mapped = is_mapped(&resource.reference.logical_id, stack);
    if mapped == Ok(false) {
        return None;
    }
    Some(match (is_disabled(api), mapped) {
        (Ok(true), _) => Verdict::Pass,
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why).at(PLACE),
        (Ok(false), Ok(_)) => {
            Verdict::fail("the API is mapped to a custom domain, and still answers at its execute-api endpoint")
                .at(PLACE)
        }
    })
}

fn is_mapped(api: &LogicalId, stack: &Stack<'_>) -> Known {
    const MAPPING: &str = "AWS::ApiGatewayV2::ApiMapping";
    let mappings = stack.facts.resources.iter().filter(|resource| resource.reference.r#type.as_str() == MAPPING);
    any_known(mappings.map(|mapping| {
        let mapping = match &mapping.properties {
            Properties::Untyped(mapping) => mapping.get::<Text>("ApiId"),
            Properties::Unreadable(why) => return Err(why.clone()),
            _ => return Ok(false),
        };
        let Some(named) = mapping.as_text()? else { return Ok(false) };
        match stack.directory.resolve(&named, &["AWS::ApiGatewayV2::Api"]) {
            Target::Resource(id) => Ok(&id == api),
            Target::Elsewhere => Ok(false),
            Target::Unknown(why) => Err(why),
        }
    }))
}

/// Whether the endpoint is off, by the property or by the document.
fn is_disabled(api: &HttpApi) -> Known {
    if let Some(disabled) = api.disable_execute_api_endpoint.known()? {
        return Ok(*disabled);
    }
    match Document::of(&api.body, &api.body_s3_location) {
        None => Ok(false),
        Some(Err(unread)) => Err(unread.why),
        Some(Ok(document)) => {
            const CONFIGURATION: &str = "x-amazon-apigateway-endpoint-configuration";
            let servers = document.top("servers").and_then(Observed::<Vec<Value>>::read);
            let own = document.top(CONFIGURATION).and_then(Observed::<Untyped>::read);
            let of_server = |server: &Value| Observed::<Untyped>::read(server).and_then(|it| it.get(CONFIGURATION));
            let of_servers = servers.known()?.into_iter().flatten().map(of_server);
            let each = of_servers.chain([own]).map(|configuration: Observed<Untyped>| {
                let disabled = configuration.and_then(|it| it.get::<bool>("disableExecuteApiEndpoint"));
                Ok(disabled.known()?.copied().unwrap_or_default())
            });
            any_known(each)
        }
    }
}
