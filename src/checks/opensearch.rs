//! Checks of Amazon OpenSearch Service: domains, and collections of OpenSearch Serverless.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Untyped, Why},
    need::Need,
};

const DOMAIN: &[&str] = &["AWS::OpenSearchService::Domain"];

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "opensearch-encryption-at-rest",
        title: "OpenSearch domain encrypts its data",
        why: "Indices, logs and snapshots are readable by whoever reads the disk.",
        fix: "Set EncryptionAtRestOptions with Enabled: true.",
        absent: "Data is not encrypted.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/encryption-at-rest.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, encryption_at_rest),
    },
    Check {
        id: "opensearch-https",
        title: "OpenSearch domain takes HTTPS with TLS 1.2 or later only",
        why: "Over HTTP, queries and credentials pass the network in clear; older TLS can be broken.",
        fix: "Set DomainEndpointOptions with EnforceHTTPS: true and TLSSecurityPolicy: Policy-Min-TLS-1-2-PFS-2023-10.",
        absent: "HTTP is taken too. AWS does not document which TLS a domain takes without TLSSecurityPolicy; it counts in part.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/infrastructure-security.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, https),
    },
    Check {
        id: "opensearch-node-to-node",
        title: "Nodes of the OpenSearch domain talk to each other over TLS",
        why: "Inside the VPC of the service the nodes otherwise exchange data in clear.",
        fix: "Set NodeToNodeEncryptionOptions with Enabled: true.",
        absent: "Nodes talk in clear.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ntn.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, node_to_node),
    },
    Check {
        id: "opensearch-in-vpc",
        title: "OpenSearch domain is reached through a VPC only",
        why: "A public endpoint is as safe as its access policy alone, and a domain cannot be moved into a VPC later.",
        fix: "Set VPCOptions with SubnetIds and SecurityGroupIds.",
        absent: "The endpoint is public.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/vpc.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, in_vpc),
    },
    Check {
        id: "opensearch-fgac",
        title: "OpenSearch domain controls access index by index",
        why: "Without fine-grained access control, whoever may call the domain may read and change every index.",
        fix: "Set AdvancedSecurityOptions with Enabled: true and a master user.",
        absent: "Access control is off.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, fine_grained_access),
    },
    Check {
        id: "opensearch-audit-logs",
        title: "OpenSearch domain publishes its audit log",
        why: "Who read or changed which index cannot be told afterwards.",
        fix: "Set LogPublishingOptions.AUDIT_LOGS with Enabled: true and CloudWatchLogsLogGroupArn.",
        absent: "No audit log is published.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/audit-logs.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, audit_logs),
    },
    Check {
        id: "opensearch-fault-tolerance",
        title: "OpenSearch domain has three data nodes in several zones",
        why: "With fewer nodes, or all in one zone, the loss of one leaves no copy or no quorum.",
        fix: "Set ClusterConfig with InstanceCount of 3 or more and ZoneAwarenessEnabled: true. Nodes cost, so the check is \
              opt-in.",
        absent: "A domain has one data node in one zone.",
        reference: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-multiaz.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::SearchDomains],
        applies: Applies::Each(DOMAIN, fault_tolerance),
    },
    Check {
        id: "opensearchserverless-standby",
        title: "OpenSearch Serverless collection has standby replicas",
        why: "Without replicas in a second zone an outage of the first takes the collection with it, and it cannot be \
              changed later.",
        fix: "Leave StandbyReplicas out, or set it to ENABLED.",
        absent: "Replicas are kept; a collection of a group has what its group has.",
        reference: "https://docs.aws.amazon.com/config/latest/developerguide/opensearchserverless-collection-standbyreplicas-enabled.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SearchCollections],
        applies: Applies::Each(&["AWS::OpenSearchServerless::Collection"], standby),
    },
];

fn encryption_at_rest(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(domain.must_be_true("EncryptionAtRestOptions.Enabled", "data is not encrypted at rest"))
}

/// The policies that take TLS 1.2 or later only begin alike.
const TLS_1_2: &str = "Policy-Min-TLS-1-2-";

fn https(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let enforced = domain.must_be_true("DomainEndpointOptions.EnforceHTTPS", "HTTP is taken too");
    let policy = domain.judge(
        "DomainEndpointOptions.TLSSecurityPolicy",
        |policy: &String| match policy.starts_with(TLS_1_2) {
            true => Verdict::Pass,
            false => Verdict::partial(60, format!("TLSSecurityPolicy {policy} takes TLS older than 1.2")),
        },
        || Verdict::partial(60, "without TLSSecurityPolicy older TLS may be taken"),
    );
    Some(enforced.worse(policy))
}

fn node_to_node(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(domain.must_be_true("NodeToNodeEncryptionOptions.Enabled", "nodes talk to each other in clear"))
}

fn in_vpc(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(domain.must_be_there("VPCOptions.SubnetIds", "the endpoint of the domain is public"))
}

fn fine_grained_access(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(domain.must_be_true("AdvancedSecurityOptions.Enabled", "fine-grained access control is off"))
}

fn audit_logs(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(domain.must_be_true("LogPublishingOptions.AUDIT_LOGS.Enabled", "no audit log is published"))
}

/// A third node keeps a quorum where one is lost.
const NODES: u32 = 3;

fn fault_tolerance(domain: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let zones = domain.must_be_true("ClusterConfig.ZoneAwarenessEnabled", "all data nodes stand in one zone");
    let nodes = domain.judge(
        "ClusterConfig.InstanceCount",
        |count: &u32| match *count {
            NODES.. => Verdict::Pass,
            2 => Verdict::partial(50, "the domain has two data nodes"),
            _ => Verdict::fail("the domain has one data node"),
        },
        || Verdict::fail("the domain has one data node"),
    );
    Some(zones.worse(nodes))
}

fn standby(collection: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let of_group = || match collection.get::<String>("CollectionGroupName") {
        Observed::Absent => Verdict::Pass,
        Observed::Present(_) | Observed::Unknown(_) => {
            Verdict::inconclusive(Why::NotObserved("the collection group decides about standby replicas".to_owned()))
        }
    };
    Some(collection.judge(
        "StandbyReplicas",
        |replicas: &String| Verdict::pass_if(replicas != "DISABLED", "StandbyReplicas is DISABLED"),
        of_group,
    ))
}
