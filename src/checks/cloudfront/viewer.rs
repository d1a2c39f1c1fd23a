//! What viewers get: encryption, certificates, the first page, signed URLs, and what is logged and filtered.

use super::{DISTRIBUTION, ORIGINS, behaviors, is_written, items, malformed, worst};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::named_by::named_by,
    facts::{
        Resource, Untyped,
        iam::{Known, any_known},
    },
    need::Need,
    stack::Stack,
};

/// Checks of `AWS::CloudFront::Distribution`, as its viewers see it.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "cloudfront-https",
        title: "Distribution serves viewers over HTTPS only",
        why: "Over plain HTTP everybody on the way reads and changes what is sent.",
        fix: "Set ViewerProtocolPolicy to redirect-to-https or https-only in every cache behavior.",
        absent: "CloudFormation refuses a cache behavior that does not say it.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, https),
    },
    Check {
        id: "cloudfront-tls12",
        title: "Distribution takes TLS 1.2 with current ciphers at least",
        why: "Older versions and ciphers have known weaknesses, and a viewer can be made to fall back to them.",
        fix: "Set ViewerCertificate.MinimumProtocolVersion to TLSv1.2_2021 or later, with a certificate of your own.",
        absent: "TLSv1. With CloudFront's own certificate it is TLSv1 whatever is written.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, tls12),
    },
    Check {
        id: "cloudfront-custom-cert",
        title: "Distribution shows a certificate of its own, by SNI",
        why: "CloudFront's own certificate fits no domain but cloudfront.net, and holds the distribution to TLSv1; \
              dedicated addresses cost a lot and gain nothing.",
        fix: "Set Aliases, and ViewerCertificate with AcmCertificateArn and SslSupportMethod sni-only.",
        absent: "CloudFront's own certificate, for *.cloudfront.net.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-https-dedicated-ip-or-sni.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, custom_cert),
    },
    Check {
        id: "cloudfront-default-root-object",
        title: "Distribution of a bucket says what its root shows",
        why: "Where the bucket's policy allows it, a request for the root lists every object of the bucket.",
        fix: "Set DefaultRootObject, index.html for example.",
        absent: "The root request goes to the bucket as it is. Distributions without an S3 origin are not judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DefaultRootObject.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, default_root_object),
    },
    Check {
        id: "cloudfront-key-groups",
        title: "Signed URLs are checked with key groups",
        why: "Keys of trusted signers can only be handled by the root user of an account, and not by any API.",
        fix: "Replace TrustedSigners by TrustedKeyGroups with an AWS::CloudFront::KeyGroup.",
        absent: "Without either of the two, URLs are not signed, and the behavior is not judged.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-trusted-signers.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, key_groups),
    },
    Check {
        id: "cloudfront-logging",
        title: "Distribution logs its requests",
        why: "Without access logs nobody can tell afterwards who fetched what, or what an attack was after.",
        fix: "Set Logging.Bucket, or add an AWS::Logs::DeliverySource for the distribution with a delivery.",
        absent: "Nothing is logged. A delivery source of another stack is not seen.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/AccessLogs.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate, Need::Distributions],
        applies: Applies::EachInStack(DISTRIBUTION, logging),
    },
    Check {
        id: "cloudfront-waf",
        title: "Distribution is guarded by a web ACL",
        why: "What everybody can reach is scanned and attacked all day; a web ACL turns known attacks away at the edge.",
        fix: "Set WebACLId to the Arn of an AWS::WAFv2::WebACL of the scope CLOUDFRONT.",
        absent: "No web ACL. AWS WAF is paid for, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Distributions],
        applies: Applies::Each(DISTRIBUTION, waf),
    },
];

fn https(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    const POLICY: &str = "ViewerProtocolPolicy";
    worst(&behaviors(distribution), |behavior| {
        let judged = |policy: &String| match policy.as_str() {
            "redirect-to-https" | "https-only" => Verdict::Pass,
            "allow-all" => Verdict::fail("viewers may use plain HTTP: ViewerProtocolPolicy is allow-all"),
            other => malformed(POLICY, Some(other)),
        };
        Some(behavior.judge(POLICY, judged, || malformed(POLICY, None)))
    })
}

const CERTIFICATE: &str = "DistributionConfig.ViewerCertificate";

/// Whether CloudFront's own certificate is asked for, by name or by saying nothing.
fn by_default(distribution: &Untyped) -> Known {
    let Some(certificate) = distribution.get::<Untyped>(CERTIFICATE).known()?.cloned() else { return Ok(true) };
    Ok(certificate.get::<bool>("CloudFrontDefaultCertificate").known()?.copied().unwrap_or(false))
}

fn tls12(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    const VERSION: &str = "DistributionConfig.ViewerCertificate.MinimumProtocolVersion";
    let judged = |version: &String| match version.as_str() {
        "TLSv1.2_2021" | "TLSv1.2_2025" | "TLSv1.3_2025" => Verdict::Pass,
        "TLSv1.2_2018" | "TLSv1.2_2019" => Verdict::partial(70, format!("{version} still takes older ciphers")),
        "SSLv3" | "TLSv1" | "TLSv1_2016" | "TLSv1.1_2016" => Verdict::fail(format!("{version} is enough")),
        other => malformed("MinimumProtocolVersion", Some(other)),
    };
    Some(match by_default(distribution) {
        Ok(true) => Verdict::fail("CloudFront's own certificate takes TLSv1, whatever is written").at(CERTIFICATE),
        Ok(false) => {
            distribution.judge(VERSION, judged, || Verdict::fail("without MinimumProtocolVersion TLSv1 is enough"))
        }
        Err(why) => Verdict::inconclusive(why).at(CERTIFICATE),
    })
}

fn custom_cert(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    const METHOD: &str = "DistributionConfig.ViewerCertificate.SslSupportMethod";
    let own = || Verdict::fail("CloudFront's own certificate is shown, for *.cloudfront.net").at(CERTIFICATE);
    let without_method = || {
        let names = ["AcmCertificateArn", "IamCertificateId"];
        let has = any_known(names.iter().map(|name| is_written(distribution, &format!("{CERTIFICATE}.{name}"))));
        match has {
            Ok(true) => malformed("SslSupportMethod", None),
            Ok(false) => own(),
            Err(why) => Verdict::inconclusive(why),
        }
    };
    // Goes only with a certificate of one's own, even where nobody knows yet which one.
    let judged = |method: &String| match method.as_str() {
        "sni-only" => Verdict::Pass,
        "vip" | "static-ip" => {
            Verdict::partial(50, format!("SslSupportMethod is {method}: dedicated addresses, at extra cost"))
        }
        other => malformed("SslSupportMethod", Some(other)),
    };
    Some(match by_default(distribution) {
        Ok(true) => own(),
        Ok(false) => distribution.judge(METHOD, judged, without_method),
        Err(why) => Verdict::inconclusive(why).at(CERTIFICATE),
    })
}

fn default_root_object(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let of_bucket = any_known(items(distribution, ORIGINS).iter().map(|(_, origin)| {
        origin.known()?.map_or(Ok(false), |origin| Ok(origin.written("S3OriginConfig")?.is_some()))
    }));
    let otherwise = "DefaultRootObject is not set: the root request goes to the bucket as it is";
    let judged = distribution.must_be_there("DistributionConfig.DefaultRootObject", otherwise);
    match of_bucket {
        Ok(true) => Some(judged),
        Ok(false) => None,
        Err(_) if judged == Verdict::Pass => Some(judged),
        Err(why) => Some(Verdict::inconclusive(why).at(ORIGINS)),
    }
}

fn key_groups(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    worst(&behaviors(distribution), |behavior| {
        let signers = is_written(behavior, "TrustedSigners");
        match (signers, is_written(behavior, "TrustedKeyGroups")) {
            (Ok(true), _) => {
                Some(Verdict::fail("URLs are checked with the keys of trusted signers").at("TrustedSigners"))
            }
            (Err(why), _) => Some(Verdict::inconclusive(why).at("TrustedSigners")),
            (Ok(false), Ok(true)) => Some(Verdict::Pass),
            (Ok(false), Ok(false)) => None,
            (Ok(false), Err(why)) => Some(Verdict::inconclusive(why).at("TrustedKeyGroups")),
        }
    })
}

fn logging(resource: &Resource, stack: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let distribution = resource.properties.untyped()?;
    let otherwise = "neither Logging nor a delivery source of this stack logs its requests";
    let legacy = distribution.must_be_there("DistributionConfig.Logging.Bucket", otherwise);
    if legacy == Verdict::Pass {
        return Some(legacy);
    }
    // A source is there for nothing else than to be delivered.
    Some(match named_by(&resource.reference, stack, "AWS::Logs::DeliverySource", "ResourceArn") {
        Ok(true) => Verdict::Pass,
        Ok(false) => legacy,
        Err(why) => Verdict::inconclusive(why),
    })
}

fn waf(distribution: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(distribution.must_be_there("DistributionConfig.WebACLId", "no web ACL stands before the distribution"))
}
