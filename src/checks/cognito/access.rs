//! Who gets in: app clients of user pools, and guests of identity pools.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Untyped, Why},
    need::Need,
};

/// Checks of `AWS::Cognito::IdentityPool` and `AWS::Cognito::UserPoolClient`.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "cognito-no-unauthenticated",
        title: "Identity pool gives no credentials to guests",
        why: "Anybody who knows the pool's id, which every client carries, gets AWS credentials without signing in.",
        fix: "Set AllowUnauthenticatedIdentities: false.",
        absent: "CloudFormation refuses a pool that does not say it.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::IdentityPools],
        applies: Applies::Each(&["AWS::Cognito::IdentityPool"], no_guests),
    },
    Check {
        id: "cognito-user-existence-errors",
        title: "App client does not tell whether a user exists",
        why: "An error that names unknown users lets anybody find out who has an account, one address after another.",
        fix: "Set PreventUserExistenceErrors: ENABLED.",
        absent: "LEGACY, unless the client was made in the console: UserNotFoundException is returned.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::UserPoolClients],
        applies: Applies::Each(&["AWS::Cognito::UserPoolClient"], hides_users),
    },
    Check {
        id: "cognito-token-revocation",
        title: "App client lets tokens be revoked",
        why: "A stolen refresh token that cannot be revoked makes new access tokens until it expires.",
        fix: "Set EnableTokenRevocation: true, or leave it out.",
        absent: "Cognito turns it on for new clients.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::UserPoolClients],
        applies: Applies::Each(&["AWS::Cognito::UserPoolClient"], revocable),
    },
];

fn no_guests(pool: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let allowed = |allowed: &bool| Verdict::pass_if(!*allowed, "guests get credentials");
    let absent = || Verdict::inconclusive(Why::Malformed("AllowUnauthenticatedIdentities is required".to_owned()));
    Some(pool.judge("AllowUnauthenticatedIdentities", allowed, absent))
}

fn hides_users(client: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = |mode: &String| Verdict::pass_if(mode == "ENABLED", format!("PreventUserExistenceErrors is {mode}"));
    let absent = || Verdict::fail("PreventUserExistenceErrors is absent, which means LEGACY");
    Some(client.judge("PreventUserExistenceErrors", judged, absent))
}

fn revocable(client: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let on = |on: &bool| Verdict::pass_if(*on, "EnableTokenRevocation is false");
    Some(client.judge("EnableTokenRevocation", on, || Verdict::Pass))
}
