//! `AutoPublishAlias`: a version for every change of the code, and the alias that points to it.

use super::expansion::Expansion;
use super::problem::ProblemKind;
use super::resource::{Generated, SamResource};
use super::tree::{digest, digest_text, truthy};
use crate::source::Node;

/// The version and the alias of a function that publishes one.
pub(super) fn generate(
    expansion: &mut Expansion<'_>,
    function: &SamResource,
    lambda: &Generated,
) -> Option<(Generated, Generated)> {
    let written = function.filled("AutoPublishAlias")?;
    let (name, part) = alias_name(expansion, function, written)?;
    let version = version(expansion, function, lambda);
    let at = function.place("AutoPublishAlias");
    let id = format!("{}Alias{part}", function.id);
    let alias = Generated::new(id, "AWS::Lambda::Alias", at, function.handed_on())
        .with("Name", name)
        .with("FunctionName", at.reference(&function.id))
        .with("FunctionVersion", at.get_att(&version.id, "Version"))
        .with_some("ProvisionedConcurrencyConfig", function.filled("ProvisionedConcurrencyConfig").cloned());
    Some((version, alias))
}

/// The alias's name, and what of it goes into the logical id.
fn alias_name(expansion: &mut Expansion<'_>, function: &SamResource, written: &Node) -> Option<(Node, String)> {
    let at = function.place("AutoPublishAlias");
    if let Some(name) = expansion.known.text(written).filter(|name| !name.is_empty()) {
        if !is_valid(&name) {
            expansion.refuse(&function.id, at, format!("`{name}` is no name for an alias"));
        }
        let part = name.replace('-', "D").replace('_', "U");
        return Some((at.text(name), part));
    }
    match expansion.known.missing_parameter(written) {
        Some(parameter) => {
            expansion.report(&function.id, at, ProblemKind::Undecided(parameter.to_owned()));
            Some((written.clone(), parameter.to_owned()))
        }
        None => {
            expansion.refuse(&function.id, at, "`AutoPublishAlias` must be text or a reference to a parameter");
            Some((written.clone(), digest([written])))
        }
    }
}

/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>, `Name`.
fn is_valid(name: &str) -> bool {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    name.chars().all(is_allowed) && !name.chars().all(|letter| letter.is_ascii_digit())
}

fn version(expansion: &Expansion<'_>, function: &SamResource, lambda: &Generated) -> Generated {
    let at = function.place("AutoPublishAlias");
    let id = format!("{}Version{}", function.id, version_digest(expansion, function, lambda));
    let mut version = Generated::new(id, "AWS::Lambda::Version", at, function.handed_on())
        .with("FunctionName", at.reference(&function.id))
        .with_some("Description", function.get("VersionDescription").cloned());
    if function.filled("CapacityProviderConfig").is_some() {
        version = version.with_some("FunctionScalingConfig", function.filled("FunctionScalingConfig").cloned());
    }
    if !version.has_attribute("DeletionPolicy") {
        let default = if function.filled("CapacityProviderConfig").is_some() { "Delete" } else { "Retain" };
        let policy = function.get("VersionDeletionPolicy").cloned().unwrap_or_else(|| at.text(default));
        version.set_attribute("DeletionPolicy", policy);
    }
    version
}

/// What a new version hangs on: the code, or every property where the owner wants that.
fn version_digest(expansion: &Expansion<'_>, function: &SamResource, lambda: &Generated) -> String {
    if let Some(sha) = function.filled("AutoPublishCodeSha256").and_then(|sha| expansion.known.text(sha)) {
        let is_digest = sha.len() >= 10 && sha.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return if is_digest { sha.chars().take(10).collect() } else { digest_text(&sha) };
    }
    if function.get("AutoPublishAliasAllProperties").is_some_and(truthy) {
        return digest([&lambda.properties.clone().node()]);
    }
    let parts = ["Code", "Environment", "MemorySize", "SnapStart"].into_iter();
    let parts: Vec<Node> =
        parts.filter_map(|name| lambda.properties.get(name)).map(|part| expansion.known.resolve(part)).collect();
    digest(&parts)
}
