//! What a secret holds by its template, who may read it, and under which key.
//!
//! Opt-in: `secret-cmk`. Every secret is encrypted with a KMS key; one of one's own costs money.

use serde_json::{Map, Value};

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{
        kms,
        lambda::{
            secret_shapes::{self, Presents},
            secrets,
        },
        public_policy, secret_documents,
    },
    facts::{Observed, Part, Text, Untyped, Why, unknown_marker},
    need::Need,
    stack::state_machine::parse,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "secret-cmk",
        title: "Secret is encrypted with a customer key",
        why: "A key policy is a second lock on the secret and the only way to share it with another account; the \
              managed key offers neither.",
        fix: "Set KmsKeyId to a customer-managed key.",
        absent: "The key aws/secretsmanager, which AWS manages. A key of one's own costs money, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Secrets],
        applies: Applies::Each(&["AWS::SecretsManager::Secret"], customer_key),
    },
    Check {
        id: "secret-policy-restrictive",
        title: "Resource policy of a secret grants nothing to everybody",
        why: "A grant to everybody, limited by nothing that a stranger cannot choose, gives the secret away.",
        fix: "Name the principals, or limit them with StringEquals on aws:PrincipalOrgID or aws:SourceVpce and fixed \
              values; BlockPublicPolicy: true lets Secrets Manager refuse a public policy.",
        absent: "Without a policy nothing is granted, and the check does not apply.",
        reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::SecretPolicies],
        applies: Applies::Each(&["AWS::SecretsManager::ResourcePolicy"], policy),
    },
    Check {
        id: "secret-no-literal",
        title: "Secret's value is not written into the template",
        why: "A literal SecretString stands in the template, in its repository and in every stack's history: it is no \
              secret any more.",
        fix: "Use GenerateSecretString, or create the secret empty and fill it outside of the template. Replace the \
              value: it is known.",
        absent: "Without SecretString the value is generated, or set outside of the template.",
        reference: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Secrets],
        applies: Applies::Each(&["AWS::SecretsManager::Secret"], no_literal),
    },
];

/// The alias of the key that AWS manages for Secrets Manager in every account.
const MANAGED_KEY: &str = "alias/aws/secretsmanager";
const STRING: &str = "SecretString";
const PATTERN: &str = "GenerateSecretString.SecretStringTemplate";

/// Keys of a secret's JSON that are no secret themselves: where the database is, and who logs in.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html>
const NOT_SECRET: &[&str] = &[
    "account",
    "clientid",
    "database",
    "dbclusteridentifier",
    "dbinstanceidentifier",
    "dbname",
    "endpoint",
    "engine",
    "host",
    "hostname",
    "masterarn",
    "port",
    "region",
    "ssl",
    "tenant",
    "user",
    "username",
    "warehouse",
];

fn customer_key(secret: &Untyped, _: &Yardstick) -> Option<Verdict> {
    let managed = || Verdict::fail("the key is aws/secretsmanager, which AWS manages");
    let own = |key: &Text| Verdict::of(kms::is_managed(key, MANAGED_KEY).map(|managed| !managed), managed);
    Some(secret.judge("KmsKeyId", own, managed))
}

fn policy(policy: &Untyped, _: &Yardstick) -> Option<Verdict> {
    const POLICY: &str = "ResourcePolicy";
    Some(public_policy::admits_no_stranger(&policy.get(POLICY), POLICY, public_policy::missing))
}

fn no_literal(secret: &Untyped, _: &Yardstick) -> Option<Verdict> {
    Some(match secret.get::<Text>(STRING) {
        Observed::Present(text) => value(&text).at(STRING),
        Observed::Absent => pattern(secret),
        Observed::Unknown(why) => elsewhere(&why).at(STRING),
    })
}

/// What is generated goes into a template of its own, which may hold a literal besides.
fn pattern(secret: &Untyped) -> Verdict {
    match secret.get::<Text>(PATTERN) {
        Observed::Present(text) => match parse(&text) {
            Some(document) => secret_documents::without_secret(&document, PATTERN),
            None => secrets::source(&text, "the text").unwrap_or_else(Verdict::inconclusive).at(PATTERN),
        },
        Observed::Absent => Verdict::Pass,
        Observed::Unknown(why) => elsewhere(&why).at(PATTERN),
    }
}

fn value(text: &Text) -> Verdict {
    // A reference alone reads as JSON too, as its own marker.
    let document = if text.literal_prefix().trim_start().starts_with('{') { parse(text) } else { None };
    match document {
        Some(Value::Object(map)) => entries(&map),
        _ => part(text, "the value"),
    }
}

fn entries(map: &Map<String, Value>) -> Verdict {
    map.iter().map(|(key, value)| entry(key, value)).fold(Verdict::Pass, Verdict::worse)
}

/// One entry of a secret that is JSON.
fn entry(key: &str, value: &Value) -> Verdict {
    if let Some(why) = unknown_marker(value) {
        return elsewhere(&why);
    }
    let known = NOT_SECRET.iter().any(|harmless| harmless.eq_ignore_ascii_case(&key.replace(['-', '_'], "")));
    match (Text::from_marker(value), value) {
        (Some(text), _) => part(&text, key),
        (None, Value::String(text)) if known => {
            Verdict::pass_if(secret_shapes::shape(text).is_none(), format!("{key} is written out"))
        }
        (None, Value::String(text)) => part(&Text::literal(text), key),
        (None, Value::Number(_)) => Verdict::pass_if(
            known || secret_shapes::presents(key) == Presents::Nothing,
            format!("{key} is written out"),
        ),
        (None, Value::Array(items)) => items.iter().map(|item| entry(key, item)).fold(Verdict::Pass, Verdict::worse),
        // `serde_json` bounds the depth.
        (None, Value::Object(map)) => entries(map),
        (None, Value::Null | Value::Bool(_)) => Verdict::Pass,
    }
}

/// A text of the secret: a literal is written out, a reference is the value of something else.
fn part(text: &Text, name: &str) -> Verdict {
    let written = || Verdict::fail(format!("{name} is written out"));
    if let Some(known) = text.as_str() {
        return if known.trim().is_empty() { Verdict::Pass } else { written() };
    }
    let mut verdict = Verdict::Pass;
    for part in text.parts() {
        verdict = verdict.worse(match part {
            Part::Literal(literal) => {
                Verdict::pass_if(secret_shapes::shape(literal).is_none(), format!("{name} is written out in part"))
            }
            Part::Unknown(why) => elsewhere(why),
            Part::Reference { .. } | Part::Pseudo(_) => Verdict::Pass,
        });
    }
    verdict
}

/// A value that the template does not show: another secret's stays one, of anything else nobody can tell.
fn elsewhere(why: &Why) -> Verdict {
    match why {
        Why::Unresolved(what) if secrets::is_resolved_secret(what) => Verdict::Pass,
        why => Verdict::inconclusive(why.clone()),
    }
}
