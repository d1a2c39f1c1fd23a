//! What a stack's template alone shows of a resource that a service shows otherwise: `DeletionPolicy`,
//! `UpdateReplacePolicy` and `UpdatePolicy`, laid onto what was observed. Of the alias that is being deployed the
//! deployment itself says how it is updated.

use serde_json::{Map, Value, json};

use super::{Document, Session, codedeploy};
use crate::{
    facts::{Observed, UNKNOWN, Why},
    inventory::ResourceRef,
};

/// The types of which checks read attributes, and which.
const READ: &[(&str, &[&str])] = &[
    ("AWS::S3::Bucket", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::DynamoDB::Table", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::DynamoDB::GlobalTable", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::Cognito::UserPool", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::EFS::FileSystem", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::KMS::Key", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::OpenSearchService::Domain", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::RDS::DBCluster", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::RDS::DBInstance", &["DeletionPolicy", "UpdateReplacePolicy"]),
    ("AWS::Lambda::Alias", &["UpdatePolicy"]),
];

/// How CodeDeploy updates an alias.
const UPDATE: &str = "CodeDeployLambdaAliasUpdate";

/// The attributes of a resource, of those that checks read.
pub(super) async fn of(session: &Session<'_>, resource: &ResourceRef) -> Map<String, Value> {
    let Some((_, names)) = READ.iter().find(|(r#type, _)| *r#type == resource.r#type.as_str()) else {
        return Map::new();
    };
    let written = session.templated(resource).await;
    if let Some(update) = codedeploy::update_of(session, resource)
        && let Some(policy) = deployed(&written, update)
    {
        return Map::from_iter([("UpdatePolicy".to_owned(), policy)]);
    }
    match written {
        Observed::Present(mut written) => {
            names.iter().filter_map(|name| Some(((*name).to_owned(), written.remove(*name)?))).collect()
        }
        Observed::Absent => Map::new(),
        Observed::Unknown(why) => names.iter().map(|name| ((*name).to_owned(), Document::unknown(&why))).collect(),
    }
}

/// The update policy of an alias that is being deployed, where the template has none: CodeDeploy shifts it all the
/// same. Who is called before and after stays unknown where the template is not readable.
fn deployed(written: &Observed<Map<String, Value>>, mut update: Map<String, Value>) -> Option<Value> {
    match written {
        Observed::Present(written) if written.contains_key("UpdatePolicy") => return None,
        Observed::Present(_) | Observed::Absent | Observed::Unknown(Why::NotObserved(_)) => {}
        Observed::Unknown(why) => {
            for hook in ["BeforeAllowTrafficHook", "AfterAllowTrafficHook"] {
                update.insert(hook.to_owned(), Document::unknown(why));
            }
        }
    }
    Some(json!({ UPDATE: update }))
}

/// Puts attributes onto properties. Of a resource of which nothing is known they would say too much.
pub(super) fn lay_on(mut properties: Value, attributes: Map<String, Value>) -> Value {
    if let Some(map) = properties.as_object_mut().filter(|map| !map.contains_key(UNKNOWN)) {
        map.extend(attributes);
    }
    properties
}
