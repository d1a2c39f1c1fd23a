//! Checks of Amazon RDS and Aurora: clusters, instances and proxies.

pub(super) mod access;
pub(super) mod data;

use crate::facts::{Observed, Resource, Text, Untyped, Why};

const CLUSTER: &str = "AWS::RDS::DBCluster";
const INSTANCE: &str = "AWS::RDS::DBInstance";

/// What keeps data of its own.
const DATABASES: &[&str] = &[CLUSTER, INSTANCE];

/// The properties of a cluster, or of an instance that belongs to none: of one in a cluster RDS manages encryption,
/// backups, passwords and protection with the cluster.
fn database(resource: &Resource) -> Option<&Untyped> {
    let properties = resource.properties.untyped()?;
    let in_cluster = match properties.get::<Text>("DBClusterIdentifier") {
        Observed::Present(cluster) => cluster.as_str() != Some(""),
        Observed::Absent => false,
        // Whichever it is, there is one.
        Observed::Unknown(_) => true,
    };
    (is_cluster(resource) || !in_cluster).then_some(properties)
}

/// The name of a cluster stands under the property by which an instance names its cluster.
fn is_cluster(resource: &Resource) -> bool {
    resource.reference.r#type.as_str() == CLUSTER
}

/// Whether it is Aurora; `Engine` is required of a cluster, and of an instance that is no copy.
fn is_aurora(database: &Untyped) -> Result<bool, Why> {
    Ok(database.get::<String>("Engine").known()?.is_some_and(|engine| engine.starts_with("aurora")))
}

/// The first of these properties that is there, whatever it holds.
fn named<'p>(database: &Untyped, properties: &[&'p str]) -> Option<&'p str> {
    properties.iter().copied().find(|property| !matches!(database.written(property), Ok(None)))
}
