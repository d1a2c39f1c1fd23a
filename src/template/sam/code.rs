//! Where code lies: `CodeUri`, `InlineCode`, `ImageUri` and `ContentUri` as CloudFormation's `Code` and `Content`.

use super::build::At;
use super::tree::{filled, is_intrinsic};
use crate::source::{Kind, Node};

/// `S3Bucket`, `S3Key` and the rest of a location.
///
/// A local path stays text: `sam deploy` puts the uploaded object in its place before SAM sees it.
pub(super) fn location(uri: &Node, names: [&str; 3]) -> Node {
    let at = At(uri.at);
    let [bucket, key, version] = names;
    match &uri.kind {
        Kind::Mapping(_) if !is_intrinsic(uri) => at
            .mapping()
            .with_some(bucket, uri.get("Bucket").cloned())
            .with_some(key, uri.get("Key").cloned())
            .with_some(version, uri.get("Version").cloned())
            .with_some("S3ObjectStorageMode", uri.get("StorageMode").cloned())
            .node(),
        Kind::String(text) => match s3_parts(text) {
            Some((in_bucket, object, of_version)) => at
                .mapping()
                .with(bucket, at.text(in_bucket))
                .with(key, at.text(object))
                .with_some(version, of_version.map(|text| at.text(text)))
                .node(),
            None => uri.clone(),
        },
        _ => uri.clone(),
    }
}

/// The names that Lambda gives to the parts of a location.
pub(super) const LAMBDA: [&str; 3] = ["S3Bucket", "S3Key", "S3ObjectVersion"];
/// The names that API Gateway and Step Functions give to them.
pub(super) const DEFINITION: [&str; 3] = ["Bucket", "Key", "Version"];

/// `Code` of a function, `None` where the template names none.
pub(super) fn of_function(properties: &Node) -> Option<Node> {
    if let Some(image) = filled(properties, "ImageUri")
        && properties.get("PackageType").and_then(Node::as_str) == Some("Image")
    {
        return Some(At(image.at).map([("ImageUri", image.clone())]));
    }
    let mut code = match (properties.get("InlineCode"), properties.get("CodeUri")) {
        (Some(inline), _) if inline.kind != Kind::Null => At(inline.at).map([("ZipFile", inline.clone())]),
        (_, Some(uri)) if uri.kind != Kind::Null => location(uri, LAMBDA),
        _ => return None,
    };
    if let Some(key) = filled(properties, "SourceKMSKeyArn")
        && matches!(code.kind, Kind::Mapping(_))
    {
        super::tree::put(&mut code, "SourceKMSKeyArn", key.clone());
    }
    Some(code)
}

fn s3_parts(uri: &str) -> Option<(&str, &str, Option<&str>)> {
    let (path, query) = uri.strip_prefix("s3://")?.split_once('?').unwrap_or((uri.strip_prefix("s3://")?, ""));
    let (bucket, key) = path.split_once('/').filter(|(bucket, _)| !bucket.is_empty())?;
    let version = query.split('&').find_map(|pair| pair.strip_prefix("versionId="));
    Some((bucket, key.trim_start_matches('/'), version))
}
