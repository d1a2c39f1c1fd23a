//! Checks of `AWS::Lambda::Url`.

use super::{find, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Text, Why, lambda::Url},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-url-auth",
        title: "Lambda function URL asks for IAM authentication",
        why: "A URL with AuthType NONE is open to the internet: anybody runs the function, at its owner's cost.",
        fix: "Set AuthType to AWS_IAM, and put CloudFront with origin access control in front for the public.",
        absent: "AuthType is required.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionUrl],
        applies: Applies::EachFunctionUrl(auth),
    },
    Check {
        id: "lambda-url-cors",
        title: "Lambda function URL names the origins that may call it",
        why: "With origin * the script of any web site may call the URL in its visitors' browsers.",
        fix: "List the origins in Cors.AllowOrigins.",
        absent: "Without Cors, or without AllowOrigins, browsers let no other origin call the URL.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionUrl],
        applies: Applies::EachFunctionUrl(cors),
    },
];

fn auth(url: &Url, _: &Yardstick) -> Option<Verdict> {
    let judged = url.auth_type.judge(
        |auth| Verdict::pass_if(auth == "AWS_IAM", format!("AuthType is {auth}")),
        || Verdict::inconclusive(Why::Malformed("a function URL has an AuthType".into())),
    );
    Some(judged.at("AuthType"))
}

fn cors(url: &Url, _: &Yardstick) -> Option<Verdict> {
    let origins = url.cors.as_ref().and_then(|cors| cors.allow_origins.clone());
    let judged = find(&origins, |origin| any(origin) == Some(true)).and_then(|everybody| {
        if let Some(origin) = everybody {
            return Ok(Verdict::fail(format!("Cors.AllowOrigins contains {origin}")));
        }
        match find(&origins, |origin| any(origin).is_none())? {
            Some(origin) => Err(origin.why_unresolved()),
            None => Ok(Verdict::Pass),
        }
    });
    Some(verdict(judged, "Cors.AllowOrigins"))
}

/// Whether the origin is a wildcard for all hosts; `None` where that is not known yet.
fn any(origin: &Text) -> Option<bool> {
    const WILDCARDS: &[&str] = &["*", "http://*", "https://*"];
    let known: Vec<Option<bool>> = WILDCARDS.iter().map(|wildcard| origin.equals(wildcard)).collect();
    if known.contains(&Some(true)) {
        return Some(true);
    }
    // The name of a resource of the stack, its domain for example, is no wildcard.
    let named = origin.references().next().is_some();
    if named || known.iter().all(|known| *known == Some(false)) { Some(false) } else { None }
}
