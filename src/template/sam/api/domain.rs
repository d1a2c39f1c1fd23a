//! `Domain`: the custom domain of an API, and how it is mapped.

use super::super::build::At;
use super::super::expansion::Expansion;
use super::super::resource::{Generated, SamResource};
use super::super::tree::{digest, filled, truthy};
use crate::source::{Kind, Node};

/// Adds the domain of a REST API.
pub(super) fn of_rest(expansion: &mut Expansion<'_>, api: &SamResource) {
    let Some(domain) = api.filled("Domain").map(|domain| expansion.known.resolve(domain)) else { return };
    let at = At(domain.at);
    let Some((name, certificate)) = required(expansion, api, &domain) else { return };
    let endpoint = domain.get("EndpointConfiguration").and_then(Node::as_str).unwrap_or("REGIONAL").to_owned();
    let is_private = endpoint == "PRIVATE";
    let (prefix, r#type, key) = match is_private {
        true => ("ApiGatewayDomainNameV2", "AWS::ApiGateway::DomainNameV2", "CertificateArn"),
        false if endpoint == "REGIONAL" => {
            ("ApiGatewayDomainName", "AWS::ApiGateway::DomainName", "RegionalCertificateArn")
        }
        false => ("ApiGatewayDomainName", "AWS::ApiGateway::DomainName", "CertificateArn"),
    };
    let id = format!("{prefix}{}", digest([&name]));
    let types = at.mapping().with("Types", at.texts([endpoint.as_str()])).with_copied(&domain, &["IpAddressType"]);
    let resource = Generated::new(&id, r#type, at, api.handed_on())
        .with("DomainName", name)
        .with(key, certificate)
        .with("EndpointConfiguration", types.node())
        .with_copied(
            &domain,
            &["SecurityPolicy", "EndpointAccessMode", "Policy", "OwnershipVerificationCertificateArn"],
        )
        .with_some("MutualTlsAuthentication", mutual_tls(&domain));
    expansion.emit(resource);
    let mapping = match is_private {
        true => ("AWS::ApiGateway::BasePathMappingV2", "DomainNameArn"),
        false => ("AWS::ApiGateway::BasePathMapping", "DomainName"),
    };
    for (suffix, path) in base_paths(&domain) {
        let path = path
            .map(|path| if domain.get("NormalizeBasePath").is_none_or(truthy) { alphanumeric(&path) } else { path });
        let resource = Generated::new(format!("{}{suffix}BasePathMapping", api.id), mapping.0, at, api.handed_on())
            .with(mapping.1, at.reference(&id))
            .with("RestApiId", at.reference(&api.id))
            .with("Stage", at.reference(&format!("{}.Stage", api.id)))
            .with_some("BasePath", path.map(|path| at.text(path)));
        expansion.emit(resource);
    }
}

/// Adds the domain of an HTTP API.
pub(super) fn of_http(expansion: &mut Expansion<'_>, api: &SamResource, tags: Option<&Node>) {
    let Some(domain) = api.filled("Domain").map(|domain| expansion.known.resolve(domain)) else { return };
    let at = At(domain.at);
    let Some((name, certificate)) = required(expansion, api, &domain) else { return };
    let id = format!("ApiGatewayDomainNameV2{}", digest([&name]));
    let endpoint = domain.get("EndpointConfiguration").cloned().unwrap_or_else(|| at.text("REGIONAL"));
    let configuration = at
        .mapping()
        .with("CertificateArn", certificate)
        .with("EndpointType", endpoint)
        .with_copied(&domain, &["OwnershipVerificationCertificateArn", "SecurityPolicy", "IpAddressType"]);
    let resource = Generated::new(&id, "AWS::ApiGatewayV2::DomainName", at, api.handed_on())
        .with("DomainName", name)
        .with("DomainNameConfigurations", at.list([configuration.node()]))
        .with_some("Tags", tags.cloned())
        .with_some("MutualTlsAuthentication", mutual_tls(&domain));
    expansion.emit(resource);
    for (suffix, path) in base_paths(&domain) {
        let resource = Generated::new(
            format!("{}{suffix}ApiMapping", api.id),
            "AWS::ApiGatewayV2::ApiMapping",
            at,
            api.handed_on(),
        )
        .with("DomainName", at.reference(&id))
        .with("ApiId", at.reference(&api.id))
        .with("Stage", at.reference(&format!("{}.Stage", api.id)))
        .with_some("ApiMappingKey", path.map(|path| at.text(path.trim_matches('/'))));
        expansion.emit(resource);
    }
}

fn required(expansion: &mut Expansion<'_>, api: &SamResource, domain: &Node) -> Option<(Node, Node)> {
    let parts = filled(domain, "DomainName").cloned().zip(filled(domain, "CertificateArn").cloned());
    if parts.is_none() {
        expansion.refuse(&api.id, api.place("Domain"), "`Domain` needs `DomainName` and `CertificateArn`");
    }
    parts
}

fn mutual_tls(domain: &Node) -> Option<Node> {
    let tls = filled(domain, "MutualTlsAuthentication")?;
    Some(At(tls.at).mapping().with_copied(tls, &["TruststoreUri", "TruststoreVersion"]).node())
}

/// What a path adds to the mapping's id, and the path; one mapping without a path where none is written.
fn base_paths(domain: &Node) -> Vec<(String, Option<String>)> {
    let written = filled(domain, "BasePath");
    let texts: Vec<&str> = match written.map(|paths| &paths.kind) {
        Some(Kind::String(path)) => vec![path],
        Some(Kind::Sequence(paths)) => paths.iter().filter_map(Node::as_str).collect(),
        _ => return vec![(String::new(), None)],
    };
    texts.into_iter().map(|path| (alphanumeric(path), Some(path.to_owned()))).collect()
}

fn alphanumeric(path: &str) -> String {
    path.chars().filter(|letter| letter.is_alphanumeric()).collect()
}
