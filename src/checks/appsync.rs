//! Checks of AWS AppSync: who may call a GraphQL API, and what is seen of the calls.
//!
//! Caches are not judged: AppSync encrypts every one at rest and in transit, whatever AtRestEncryptionEnabled and
//! TransitEncryptionEnabled say. <https://docs.aws.amazon.com/securityhub/latest/userguide/appsync-controls.html>

use super::wafv2::guarded;
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Untyped, Why},
    need::Need,
};

const API: &[&str] = &["AWS::AppSync::GraphQLApi"];

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "appsync-field-logging",
        title: "GraphQL API logs the errors of its fields",
        why: "A resolver that fails answers with null and an error that only the caller sees.",
        fix: "Set LogConfig with FieldLogLevel ERROR or ALL, and a role in CloudWatchLogsRoleArn.",
        absent: "Nothing is logged.",
        reference: "https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::GraphQlApis],
        applies: Applies::Each(API, field_logging),
    },
    Check {
        id: "appsync-xray",
        title: "GraphQL API is traced",
        why: "A slow query cannot be followed to the resolver and the data source that hold it up.",
        fix: "Set XrayEnabled: true.",
        absent: "Requests are not traced.",
        reference: "https://docs.aws.amazon.com/appsync/latest/devguide/x-ray-tracing.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::GraphQlApis],
        applies: Applies::Each(API, xray),
    },
    Check {
        id: "appsync-no-api-key",
        title: "GraphQL API does not rely on an API key",
        why: "An API key stands in every client, tells nobody apart, and lets in whoever reads it there.",
        fix: "Set AuthenticationType to AMAZON_COGNITO_USER_POOLS, OPENID_CONNECT, AWS_IAM or AWS_LAMBDA, and take \
              API_KEY out of AdditionalAuthenticationProviders.",
        absent: "CloudFormation refuses an API without AuthenticationType; without further providers that is the only \
                 way in.",
        reference: "https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::GraphQlApis],
        applies: Applies::Each(API, no_api_key),
    },
    Check {
        id: "appsync-waf",
        title: "GraphQL API is guarded by a web ACL of its stack",
        why: "Nothing slows down who sends queries in bulk, or queries that are known attacks.",
        fix: "Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is the API's Arn.",
        absent: "No web ACL. One that another stack or Firewall Manager associates is not seen, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/appsync/latest/devguide/WAF-Integration.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::GraphQlApis, Need::WebAclAssociations],
        applies: Applies::EachInStack(API, guarded),
    },
];

fn field_logging(api: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = |level: &String| match level.as_str() {
        // DEBUG and INFO say more than ERROR, and ALL most.
        "ERROR" | "INFO" | "DEBUG" | "ALL" => Verdict::Pass,
        "NONE" => Verdict::fail("FieldLogLevel is NONE"),
        other => Verdict::inconclusive(Why::Malformed(format!("FieldLogLevel {other:?} is none that AppSync has"))),
    };
    Some(api.judge("LogConfig.FieldLogLevel", judged, || Verdict::fail("nothing is logged")))
}

fn xray(api: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(api.must_be_true("XrayEnabled", "XrayEnabled is not true: requests are not traced"))
}

const FURTHER: &str = "AdditionalAuthenticationProviders";

fn no_api_key(api: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let is_key =
        |provider: &Untyped| Ok(provider.get::<String>("AuthenticationType").known()?.map(|it| it == "API_KEY"));
    let first = match is_key(api) {
        Ok(Some(true)) => Verdict::fail("whoever has the API key may call it"),
        Ok(Some(false)) => Verdict::Pass,
        Ok(None) => Verdict::inconclusive(Why::Malformed("AuthenticationType is required".to_owned())),
        Err(why) => Verdict::inconclusive(why),
    }
    .at("AuthenticationType");
    let further = || -> Result<bool, Why> {
        let providers = api.list::<Untyped>(FURTHER);
        let providers = providers.known()?.map_or(&[][..], Vec::as_slice);
        crate::facts::iam::any_known(
            providers.iter().map(|provider| Ok(provider.known()?.map_or(Ok(None), is_key)? == Some(true))),
        )
    };
    let with_directive =
        || Verdict::partial(50, "fields with the directive @aws_api_key are open to whoever has the key");
    Some(first.worse(Verdict::of(further().map(|key| !key), with_directive).at(FURTHER)))
}
