//! `AWS::Serverless::LayerVersion`: a version of a layer, kept when the next one replaces it.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-layerversion.html>

use super::code;
use super::expansion::Expansion;
use super::resource::Generated;
use super::tree::digest;

const COPIED: &[&str] = &["LayerName", "Description", "CompatibleArchitectures", "CompatibleRuntimes", "LicenseInfo"];

/// Replaces the layer by the version that SAM generates, under an id of its own for every content.
pub(super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(layer) = expansion.take(id) else { return };
    let new = format!("{id}{}", digest([&layer.properties]));
    let content = layer.get("ContentUri").map(|uri| code::location(uri, code::LAMBDA));
    if content.is_none() && layer.attribute("Metadata").is_none() {
        expansion.refuse(id, layer.at, "a layer needs `ContentUri`");
    }
    let mut version = Generated::new(&new, "AWS::Lambda::LayerVersion", layer.at, layer.own())
        .with_some("Content", content)
        .with_copied(&layer.properties, COPIED);
    if version.properties.get("LayerName").is_none() {
        version.properties.set("LayerName", layer.at.text(id));
    }
    let at = layer.place("RetentionPolicy");
    let policy = layer.get("RetentionPolicy").and_then(|policy| expansion.known.text(policy));
    match policy.map(|policy| policy.to_ascii_lowercase()).as_deref() {
        Some("retain") => version.set_attribute("DeletionPolicy", at.text("Retain")),
        Some("delete") => version.set_attribute("DeletionPolicy", at.text("Delete")),
        _ => {
            if layer.get("RetentionPolicy").is_some() {
                expansion.refuse(id, at, "`RetentionPolicy` must be Retain or Delete");
            }
            if !version.has_attribute("DeletionPolicy") {
                version.set_attribute("DeletionPolicy", at.text("Retain"));
            }
        }
    }
    let known: [&[&str]; 2] = [COPIED, &["ContentUri", "RetentionPolicy", "PublishLambdaVersion"]];
    version.keep_unknown(expansion, "AWS::Serverless::LayerVersion", &layer.properties, &known);
    expansion.references.rename(id, &new);
    expansion.emit(version);
    expansion.finish(&layer, &[]);
}
