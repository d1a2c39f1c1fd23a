//! User pools: how hard it is to guess a password, to use a stolen one, and to lose the users.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::wafv2::guarded,
    facts::{Untyped, Why},
    need::Need,
};

const USER_POOL: &[&str] = &["AWS::Cognito::UserPool"];

/// Checks of `AWS::Cognito::UserPool`.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "cognito-password-policy",
        title: "User pool asks for passwords that are hard to guess",
        why: "Short passwords, and passwords of one kind of character, are guessed or found in lists.",
        fix: "Set Policies.PasswordPolicy with MinimumLength 8 or more and RequireLowercase, RequireUppercase, \
              RequireNumbers and RequireSymbols true.",
        absent: "Without PasswordPolicy Cognito asks for eight characters of all four kinds. In a PasswordPolicy a kind \
                 that is not named is not asked for.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::UserPools],
        applies: Applies::Each(USER_POOL, password_policy),
    },
    Check {
        id: "cognito-mfa",
        title: "User pool asks for a second factor",
        why: "A password that was stolen or reused opens the account; a second factor keeps it shut.",
        fix: "Set MfaConfiguration: ON, and EnabledMfas: [SOFTWARE_TOKEN_MFA].",
        absent: "OFF: nobody can set up a second factor.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::UserPools],
        applies: Applies::Each(USER_POOL, mfa),
    },
    Check {
        id: "cognito-threat-protection",
        title: "User pool blocks risky sign-ins and leaked passwords",
        why: "Stolen credentials are tried from elsewhere and in bulk, which Cognito notices and can stop.",
        fix: "Set UserPoolTier: PLUS and UserPoolAddOns.AdvancedSecurityMode: ENFORCED.",
        absent: "Off. It needs the Plus plan, which costs more per user, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::UserPools],
        applies: Applies::Each(USER_POOL, threat_protection),
    },
    Check {
        id: "cognito-deletion-protection",
        title: "User pool is protected against deletion",
        why: "Users cannot be brought back: Cognito has no backup, and nobody can read the passwords out.",
        fix: "Set DeletionProtection: ACTIVE.",
        absent: "INACTIVE, unless the pool was made in the console.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-deletion-protection.html",
        pillar: Pillar::Reliability,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::UserPools],
        applies: Applies::Each(USER_POOL, deletion_protection),
    },
    Check {
        id: "cognito-waf",
        title: "User pool is guarded by a web ACL of its stack",
        why: "Sign-in and sign-up are open to everybody; without a web ACL nothing slows down who tries passwords or \
              makes accounts in bulk.",
        fix: "Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is the pool's Arn.",
        absent: "No web ACL. One that another stack or Firewall Manager associates is not seen, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::UserPools, Need::WebAclAssociations],
        applies: Applies::EachInStack(USER_POOL, guarded),
    },
];

/// The least length of a password, the default of AWS Config's cognito-user-pool-password-policy-check.
const LENGTH: u32 = 8;
const KINDS: [&str; 4] = ["RequireLowercase", "RequireUppercase", "RequireNumbers", "RequireSymbols"];
const POLICY: &str = "Policies.PasswordPolicy";

fn password_policy(pool: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = match pool.get::<Untyped>(POLICY).known() {
        // What CreateUserPool shows of a pool that was given no policy:
        // https://docs.aws.amazon.com/cli/latest/reference/cognito-idp/create-user-pool.html
        Ok(None) => Ok(Verdict::Pass),
        Ok(Some(policy)) => password(policy),
        Err(why) => Err(why),
    };
    Some(judged.unwrap_or_else(Verdict::inconclusive).at(POLICY))
}

fn password(policy: &Untyped) -> Result<Verdict, Why> {
    let missing = |name: &&str| Ok(policy.get::<bool>(name).known()?.copied() != Some(true));
    let missing: Vec<(&str, Result<bool, Why>)> = KINDS.iter().map(|name| (*name, missing(name))).collect();
    match policy.get::<u32>("MinimumLength").known()?.copied() {
        Some(length) if length < LENGTH => {
            return Ok(Verdict::fail(format!("a password of {length} characters is enough")));
        }
        Some(_) => {}
        None => return Err(Why::NotObserved("which length Cognito asks for without MinimumLength".to_owned())),
    }
    let mut names = Vec::new();
    for (name, missing) in missing {
        if missing? {
            names.push(name);
        }
    }
    let text = || format!("{} is not true", names.join(", "));
    Ok(match names.len() {
        0 => Verdict::Pass,
        1 => Verdict::partial(80, text()),
        2 => Verdict::partial(60, text()),
        3 => Verdict::partial(40, text()),
        _ => Verdict::fail("a password may be of one kind of character"),
    })
}

fn mfa(pool: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = |mode: &String| match mode.as_str() {
        "ON" => Verdict::Pass,
        "OPTIONAL" => Verdict::partial(60, "MfaConfiguration is OPTIONAL: each user decides"),
        "OFF" => Verdict::fail("MfaConfiguration is OFF"),
        other => unknown_value("MfaConfiguration", other),
    };
    Some(pool.judge("MfaConfiguration", judged, || Verdict::fail("MfaConfiguration is absent, which means OFF")))
}

fn threat_protection(pool: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = |mode: &String| match mode.as_str() {
        "ENFORCED" => Verdict::Pass,
        "AUDIT" => Verdict::partial(50, "AdvancedSecurityMode is AUDIT: risks are logged and not stopped"),
        "OFF" => Verdict::fail("AdvancedSecurityMode is OFF"),
        other => unknown_value("AdvancedSecurityMode", other),
    };
    let off = || Verdict::fail("threat protection is off");
    Some(pool.judge("UserPoolAddOns.AdvancedSecurityMode", judged, off))
}

fn deletion_protection(pool: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let judged = |state: &String| Verdict::pass_if(state == "ACTIVE", format!("DeletionProtection is {state}"));
    let absent = || Verdict::fail("DeletionProtection is absent, which means INACTIVE");
    Some(pool.judge("DeletionProtection", judged, absent))
}

fn unknown_value(property: &str, value: &str) -> Verdict {
    Verdict::inconclusive(Why::Malformed(format!("{property} {value:?} is none that Cognito has")))
}
