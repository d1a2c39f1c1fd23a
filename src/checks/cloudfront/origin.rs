//! How a distribution fetches from its origins: encrypted, and as the only one who may.

use super::{DISTRIBUTION, ORIGINS, behaviors, is_written, items, malformed, same, worst};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{
        Observed, Part, Resource, Text, Untyped,
        iam::{Known, all_known, any_known},
    },
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

/// Checks of `AWS::CloudFront::Distribution`, towards its origins.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "cloudfront-origin-https",
        title: "Distribution fetches from custom origins over HTTPS",
        why: "Between CloudFront and the origin lies the internet; plain HTTP there undoes the viewer's encryption.",
        fix: "Set OriginProtocolPolicy: https-only.",
        absent: "CloudFormation refuses a custom origin that does not say it. S3 and VPC origins are not judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-cloudfront-to-custom-origin.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, https),
    },
    Check {
        id: "cloudfront-origin-tls",
        title: "Distribution speaks no outdated TLS to custom origins",
        why: "SSLv3 and TLSv1 can be broken by whoever sits between CloudFront and the origin.",
        fix: "Set OriginSSLProtocols: [TLSv1.2].",
        absent: "TLSv1 and SSLv3. Origins that are fetched from over plain HTTP only are not judged here.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-ciphers-cloudfront-to-origin.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, tls),
    },
    Check {
        id: "cloudfront-oac",
        title: "Distribution fetches from buckets with origin access control",
        why: "Without it the bucket must be open to everybody, and CloudFront can be gone around.",
        fix: "Set OriginAccessControlId to an AWS::CloudFront::OriginAccessControl, and admit the distribution in the \
              bucket's policy.",
        absent: "Requests to the bucket are not signed. Only origins with S3OriginConfig are judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, bucket_access),
    },
    Check {
        id: "cloudfront-lambda-url-oac",
        title: "Distribution calls function URLs with origin access control",
        why: "Without it the URL must be open to everybody, and CloudFront with its web ACL can be gone around.",
        fix: "Set OriginAccessControlId to an AWS::CloudFront::OriginAccessControl of the type lambda, and the URL's \
              AuthType to AWS_IAM.",
        absent: "Requests to the URL are not signed. Other origins are not judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::EachInStack(DISTRIBUTION, function_access),
    },
    Check {
        id: "cloudfront-origin-failover",
        title: "Distribution has a second origin for when the first one fails",
        why: "An origin that is down takes the distribution down, for all that is not in the cache.",
        fix: "Set OriginGroups with a primary and a secondary origin, and let a cache behavior target the group.",
        absent: "No failover. A second origin costs its upkeep, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, failover),
    },
];

const GROUPS: &str = "DistributionConfig.OriginGroups.Items";
const POLICY: &str = "CustomOriginConfig.OriginProtocolPolicy";

fn https(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    worst(&items(distribution, ORIGINS), |origin| {
        let judged = |policy: &String| match policy.as_str() {
            "https-only" => Verdict::Pass,
            "http-only" => Verdict::fail("the origin is fetched from over plain HTTP"),
            "match-viewer" => {
                let plain = || Verdict::fail("match-viewer: what a viewer asks for over HTTP is fetched over HTTP");
                Verdict::of(plain_to(distribution, origin).map(|plain| !plain), plain)
            }
            other => malformed("OriginProtocolPolicy", Some(other)),
        };
        match origin.written("CustomOriginConfig") {
            Ok(None) => None,
            _ => Some(origin.judge(POLICY, judged, || malformed("OriginProtocolPolicy", None))),
        }
    })
}

/// Whether a viewer's plain request may lead to the origin.
fn plain_to(distribution: &Untyped, origin: &Untyped) -> Known {
    let Some(id) = origin.get::<Text>("Id").known()?.cloned() else { return Ok(false) };
    any_known(behaviors(distribution).iter().map(|(_, behavior)| {
        let Some(behavior) = behavior.known()? else { return Ok(false) };
        let plain =
            behavior.get::<String>("ViewerProtocolPolicy").known().map(|it| it.is_some_and(|it| it == "allow-all"));
        all_known([plain, leads_to(distribution, behavior, &id)])
    }))
}

/// Whether a cache behavior targets the origin, or a group that the origin is in.
fn leads_to(distribution: &Untyped, behavior: &Untyped, origin: &Text) -> Known {
    let Some(target) = behavior.get::<Text>("TargetOriginId").known()?.cloned() else { return Ok(false) };
    let groups = items(distribution, GROUPS);
    let by_group = groups.iter().map(|(_, group)| {
        let Some(group) = group.known()? else { return Ok(false) };
        let members = items(group, "Members.Items");
        let member = members
            .iter()
            .map(|(_, member)| member.known()?.map_or(Ok(false), |member| same(member, "OriginId", origin)));
        all_known([same(group, "Id", &target), any_known(member)])
    });
    any_known([target.same(origin)].into_iter().chain(by_group))
}

const PROTOCOLS: &str = "CustomOriginConfig.OriginSSLProtocols";

fn tls(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    worst(&items(distribution, ORIGINS), |origin| {
        let custom = origin.get::<Untyped>("CustomOriginConfig");
        if custom.is_absent() || origin.get::<String>(POLICY).present().is_some_and(|policy| policy == "http-only") {
            return None;
        }
        let by_default = || Verdict::fail("OriginSSLProtocols is absent, which means TLSv1 and SSLv3");
        Some(origin.judge(PROTOCOLS, |list: &Vec<_>| protocols(list), by_default))
    })
}

fn protocols(list: &[Observed<Text>]) -> Verdict {
    let has = |name: &str| any_known(list.iter().map(|protocol| protocol.is(name)));
    match (any_known([has("SSLv3"), has("TLSv1")]), has("TLSv1.1")) {
        (Ok(true), _) => Verdict::fail("SSLv3 or TLSv1 is spoken where the origin knows no better"),
        (Err(why), _) | (_, Err(why)) => Verdict::inconclusive(why),
        (Ok(false), Ok(true)) => Verdict::partial(70, "TLSv1.1 is spoken where the origin knows no better"),
        (Ok(false), Ok(false)) => Verdict::Pass,
    }
}

const CONTROL: &str = "OriginAccessControlId";

fn bucket_access(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    worst(&items(distribution, ORIGINS), |origin| {
        match origin.written("S3OriginConfig") {
            Ok(Some(_)) => {}
            Ok(None) => return None,
            Err(why) => return Some(Verdict::inconclusive(why).at("S3OriginConfig")),
        }
        let identity = || is_written(origin, "S3OriginConfig.OriginAccessIdentity");
        Some(match (is_written(origin, CONTROL), identity()) {
            (Ok(true), _) => Verdict::Pass,
            (Err(why), _) => Verdict::inconclusive(why).at(CONTROL),
            (Ok(false), Ok(true)) => {
                let text = "an origin access identity, the older way: without SSE-KMS and without newer regions";
                Verdict::partial(70, text).at("S3OriginConfig.OriginAccessIdentity")
            }
            (Ok(false), Ok(false)) => Verdict::fail("requests to the bucket are not signed").at(CONTROL),
            (Ok(false), Err(why)) => Verdict::inconclusive(why).at("S3OriginConfig.OriginAccessIdentity"),
        })
    })
}

fn function_access(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let distribution = resource.properties.untyped()?;
    worst(&items(distribution, ORIGINS), |origin| {
        let controlled = is_written(origin, CONTROL);
        match (is_function_url(origin, stack), controlled) {
            (Ok(false), _) => None,
            (_, Ok(true)) => Some(Verdict::Pass),
            (Ok(true), Ok(false)) => Some(Verdict::fail("requests to the function URL are not signed").at(CONTROL)),
            (Ok(true), Err(why)) => Some(Verdict::inconclusive(why).at(CONTROL)),
            (Err(why), _) => Some(Verdict::inconclusive(why).at("DomainName")),
        }
    })
}

/// `ID.lambda-url.REGION.on.aws`, written out or taken from an `AWS::Lambda::Url`. Of a bucket nobody has to ask.
fn is_function_url(origin: &Untyped, stack: &Stack<'_>) -> Known {
    if origin.written("S3OriginConfig")?.is_some() {
        return Ok(false);
    }
    let Some(domain) = origin.get::<Text>("DomainName").known()?.cloned() else { return Ok(false) };
    let is_url = |id: &str| {
        let resource = stack.resource(&LogicalId::new(id));
        resource.is_some_and(|resource| resource.reference.r#type.as_str() == "AWS::Lambda::Url")
    };
    any_known(domain.parts().iter().map(|part| match part {
        Part::Literal(text) => Ok(text.contains(".lambda-url.")),
        Part::Reference { resource, .. } => Ok(is_url(resource)),
        Part::Pseudo(_) => Ok(false),
        Part::Unknown(why) => Err(why.clone()),
    }))
}

fn failover(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(distribution.must_be_there(GROUPS, "no origin group: nothing takes over from an origin that fails"))
}
