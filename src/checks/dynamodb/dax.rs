//! Whether a DAX cluster encrypts what it keeps and what it sends.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::dax::Cluster,
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "dax-encryption-at-rest",
        title: "DAX cluster encrypts what it writes to disk",
        why: "The cache holds the table's items; a table that is encrypted and a cache that is not is a table that is not.",
        fix: "Set SSESpecification.SSEEnabled true; it can be set at creation only.",
        absent: "Not encrypted.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionAtRest.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DaxClusters],
        applies: Applies::EachDaxCluster(encryption_at_rest),
    },
    Check {
        id: "dax-tls",
        title: "DAX cluster speaks TLS",
        why: "Items cross the network between function and cache in the open.",
        fix: "Set ClusterEndpointEncryptionType TLS; it can be set at creation only.",
        absent: "NONE: no TLS.",
        reference: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAXEncryptionInTransit.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::DaxClusters],
        applies: Applies::EachDaxCluster(tls),
    },
];

fn encryption_at_rest(cluster: &Cluster, _: &Yardstick) -> Option<Verdict> {
    let off = || Verdict::fail("encryption at rest is off");
    let verdict = cluster
        .sse_specification
        .judge(|encryption| encryption.sse_enabled.judge(|on| if *on { Verdict::Pass } else { off() }, off), off);
    Some(verdict.at("SSESpecification.SSEEnabled"))
}

fn tls(cluster: &Cluster, _: &Yardstick) -> Option<Verdict> {
    let tls = |kind: &String| Verdict::pass_if(kind == "TLS", format!("endpoint encryption is {kind}"));
    let absent = || Verdict::fail("endpoint encryption is NONE");
    Some(cluster.cluster_endpoint_encryption_type.judge(tls, absent).at("ClusterEndpointEncryptionType"))
}
