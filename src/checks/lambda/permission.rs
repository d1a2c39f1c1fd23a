//! Checks of `AWS::Lambda::Permission`: who may call the function.
//!
//! A permission of everybody for function URLs without authentication is the URL's own matter where the stack has
//! that URL: `lambda-url-auth` says it once. Without a URL in the stack it is public access that nobody explains.

use super::{Judged, joined, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Text, Why, lambda::Permission},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-permission-not-public",
        title: "Lambda function cannot be invoked by everybody",
        why: "Principal * without a condition lets any AWS account run the function, with its role and at its cost.",
        fix: "Name the service or the account in Principal, or add SourceAccount, SourceArn or PrincipalOrgID.",
        absent: "Principal is required.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-1",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionPolicy, Need::FunctionUrl],
        applies: Applies::EachPermission(not_public),
    },
    Check {
        id: "lambda-permission-source-scoped",
        title: "A service may invoke the Lambda function for one source or account only",
        why: "Services act for everybody: without SourceArn or SourceAccount somebody else's bucket, topic or rule \
              may call the function. A bucket's ARN holds no account, so a deleted bucket's name can be taken over.",
        fix: "Add SourceArn, and for Amazon S3 SourceAccount too.",
        absent: "Any resource of the service in any account may invoke the function.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-1",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionPolicy],
        applies: Applies::EachPermission(source_scoped),
    },
    Check {
        id: "lambda-permission-invoke-only",
        title: "A Lambda permission grants invocation and nothing else",
        why: "lambda:* in a resource policy lets the principal replace the code, or grant itself more.",
        fix: "Set Action to lambda:InvokeFunction, or lambda:InvokeFunctionUrl for a function URL.",
        absent: "Action is required.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::FunctionPolicy],
        applies: Applies::EachPermission(invoke_only),
    },
];

fn not_public(permission: &Permission, _: &Yardstick) -> Option<Verdict> {
    let judged = match everybody(&permission.principal) {
        Ok(false) => Ok(Verdict::Pass),
        Ok(true) => match of_url(permission) {
            Ok(true) => return None,
            Ok(false) => public(permission),
            Err(why) => Err(why),
        },
        Err(why) => Err(why),
    };
    Some(verdict(judged, "Principal"))
}

/// Whether the principal is `*`. References and pseudo parameters are names of somebody.
fn everybody(principal: &Observed<Text>) -> Result<bool, Why> {
    let Some(principal) = principal.known()? else {
        return Err(Why::Malformed("a permission has a Principal".into()));
    };
    let named = principal.parts().iter().any(|part| matches!(part, Part::Reference { .. } | Part::Pseudo(_)));
    match principal.equals("*") {
        Some(false) if principal.as_str().is_some_and(|written| written.contains('*')) => {
            Err(Why::Malformed(format!("{principal} has a wildcard, which no Principal but * may have")))
        }
        Some(public) => Ok(public),
        None if named => Ok(false),
        None => Err(principal.why_unresolved()),
    }
}

/// Whether the permission is what a function URL of the stack without authentication needs.
fn of_url(permission: &Permission) -> Result<bool, Why> {
    let unauthenticated = permission.function_url_auth_type.known()?.is_some_and(|auth| auth == "NONE");
    let through_url = permission.invoked_via_function_url.known()?.copied().unwrap_or(false);
    Ok((unauthenticated || through_url) && *joined(&permission.function_has_url)?)
}

fn public(permission: &Permission) -> Judged {
    let conditions = [&permission.source_arn, &permission.source_account, &permission.principal_org_id];
    let mut unread = None;
    for condition in conditions {
        match condition.known() {
            Ok(Some(text)) if narrows(text) => return Ok(Verdict::Pass),
            Ok(_) => {}
            Err(why) => unread = unread.or(Some(why)),
        }
    }
    unread.map_or_else(|| Ok(Verdict::fail("Principal is * without SourceArn, SourceAccount or PrincipalOrgID")), Err)
}

/// Whether a condition leaves anybody out: not `*`, not empty, and no wildcard for the account of an ARN.
fn narrows(condition: &Text) -> bool {
    let Some(known) = condition.as_str() else { return true };
    let mut fields = known.split(':');
    match (fields.next(), fields.nth(3)) {
        (Some("arn"), Some(account)) => account != "*" && fields.next().is_some_and(|resource| resource != "*"),
        _ => !known.is_empty() && known != "*",
    }
}

fn source_scoped(permission: &Permission, _: &Yardstick) -> Option<Verdict> {
    let service = match service(&permission.principal) {
        Ok(Some(service)) => service,
        Ok(None) => return None,
        Err(why) => return Some(Verdict::inconclusive(why).at("Principal")),
    };
    Some(verdict(scoped(service, permission), "SourceArn"))
}

/// The service that is granted the call; none for accounts, roles and `*`.
fn service(principal: &Observed<Text>) -> Result<Option<&str>, Why> {
    const ENDINGS: &[&str] = &[".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"];
    let Some(principal) = principal.known()? else {
        return Err(Why::Malformed("a permission has a Principal".into()));
    };
    let is_service = |name: &str| ENDINGS.iter().any(|ending| name.ends_with(ending));
    match principal.as_str() {
        Some(name) => Ok(is_service(name).then_some(name)),
        // `logs.${AWS::Region}.amazonaws.com`
        None if is_service(principal.literal_suffix()) => Ok(Some(principal.literal_prefix())),
        None if principal.parts().iter().any(|part| matches!(part, Part::Unknown(_))) => {
            Err(principal.why_unresolved())
        }
        None => Ok(principal.literal_suffix().starts_with(".amazonaws.").then(|| principal.literal_prefix())),
    }
}

fn scoped(service: &str, permission: &Permission) -> Judged {
    let narrowed = |condition: &Observed<Text>| condition.known().map(|text| text.is_some_and(narrows));
    let (arn, account) = (narrowed(&permission.source_arn), narrowed(&permission.source_account));
    let token = narrowed(&permission.event_source_token);
    let bucket = service.starts_with("s3.");
    match (arn, account, token) {
        (_, Ok(true), _) | (_, _, Ok(true)) => Ok(Verdict::Pass),
        (Ok(true), Ok(false), _) if bucket => Ok(Verdict::partial(
            60,
            "SourceArn names a bucket, whose name another account could take; no SourceAccount",
        )),
        (Ok(true), Err(why), _) if bucket => Err(why),
        (Ok(true), ..) => Ok(Verdict::Pass),
        (Err(why), ..) | (_, Err(why), _) | (_, _, Err(why)) => Err(why),
        (Ok(false), Ok(false), Ok(false)) => {
            Ok(Verdict::fail(format!("{service} may invoke the function for any source in any account")))
        }
    }
}

/// Actions that run the function; `InvokeAsync` is the old name of an asynchronous call.
const INVOCATIONS: &[&str] = &["lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:InvokeAsync"];

fn invoke_only(permission: &Permission, _: &Yardstick) -> Option<Verdict> {
    let judged = permission.action.judge(
        |action| {
            let invokes = INVOCATIONS.iter().any(|known| known.eq_ignore_ascii_case(action));
            Verdict::pass_if(invokes, format!("Action is {action}"))
        },
        || Verdict::inconclusive(Why::Malformed("a permission has an Action".into())),
    );
    Some(judged.at("Action"))
}
