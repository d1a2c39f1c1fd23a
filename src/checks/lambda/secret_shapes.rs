//! What a credential looks like, by its own shape and by the name it goes under.
//!
//! Knows the kind of a credential, never repeats it.

/// Fixed beginnings of tokens: what they are, the beginning, and how many characters follow at least.
///
/// Each is followed by letters, digits, `_`, `-`, `.`, `+` or `/` only.
const PREFIXES: &[(&str, &str, usize)] = &[
    ("a GitHub token", "ghp_", 30),
    ("a GitHub token", "gho_", 30),
    ("a GitHub token", "ghu_", 30),
    ("a GitHub token", "ghs_", 30),
    ("a GitHub token", "ghr_", 30),
    ("a GitHub token", "github_pat_", 40),
    ("a GitLab token", "glpat-", 20),
    ("a Slack token", "xoxb-", 20),
    ("a Slack token", "xoxp-", 20),
    ("a Slack token", "xoxa-", 20),
    ("a Slack token", "xoxs-", 20),
    ("a Slack token", "xapp-", 20),
    ("a Stripe key", "sk_live_", 16),
    ("a Stripe key", "rk_live_", 16),
    ("a Google API key", "AIza", 35),
    ("an npm token", "npm_", 36),
    ("a PyPI token", "pypi-", 50),
    ("a SendGrid key", "SG.", 40),
    ("a Vault token", "hvs.", 24),
    ("a DigitalOcean token", "dop_v1_", 60),
    ("a Shopify token", "shpat_", 32),
    ("an Anthropic key", "sk-ant-", 40),
    ("an OpenAI key", "sk-proj-", 40),
];

/// Beginnings of AWS access key ids; sixteen upper-case letters or digits follow.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
const ACCESS_KEYS: &[&str] = &["AKIA", "ASIA"];

/// What credential the text contains, by shape alone.
pub(in crate::checks) fn shape(text: &str) -> Option<&'static str> {
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if text.contains("hooks.slack.com/services/T") {
        return Some("a Slack webhook");
    }
    if credentials_in_url(text) {
        return Some("a URL with a password");
    }
    let token = |c: char| c.is_ascii_alphanumeric() || "_-.+/=".contains(c);
    text.split(|c| !token(c)).find_map(token_shape)
}

fn token_shape(token: &str) -> Option<&'static str> {
    // A token may be glued to the name it is assigned to: `KEY=AKIA…`.
    let value = token.trim_end_matches('=').rsplit('=').next().unwrap_or(token);
    if access_key(value) {
        return Some("an AWS access key id");
    }
    if web_token(value) {
        return Some("a JSON web token");
    }
    let prefixed =
        PREFIXES.iter().find(|(_, prefix, least)| value.strip_prefix(prefix).is_some_and(|rest| rest.len() >= *least));
    prefixed.map(|(what, ..)| *what)
}

fn access_key(value: &str) -> bool {
    let rest = ACCESS_KEYS.iter().find_map(|prefix| value.strip_prefix(prefix));
    rest.is_some_and(|rest| rest.len() == 16 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
}

/// Three parts in base64, the first two JSON objects (`{"` is `eyJ`).
fn web_token(value: &str) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    matches!(parts.as_slice(), [header, claims, signature]
        if header.starts_with("eyJ") && claims.starts_with("eyJ") && header.len() >= 15 && signature.len() >= 15)
}

/// `scheme://user:password@host`, with a password that is written out.
fn credentials_in_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let end = rest.find(|c: char| c == '/' || c.is_whitespace() || c == '"' || c == '\'').unwrap_or(rest.len());
        let Some((user, _)) = rest[..end].rsplit_once('@') else { return false };
        user.split_once(':')
            .is_some_and(|(_, password)| password.len() >= 4 && !password.starts_with(['$', '{', '%', '<', '*']))
    })
}

/// How a name presents its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::checks) enum Presents {
    /// A password: any value is one.
    Password,
    /// A token or a key: a value that looks random is one.
    Token,
    /// Nothing secret.
    Nothing,
}

/// Endings of names that speak of a secret without holding it: where it is, what it is called, how long it lasts.
const ABOUT: &[&str] = &[
    "ALGORITHM",
    "ALIAS",
    "ARN",
    "BUCKET",
    "COUNT",
    "DAYS",
    "ENABLED",
    "ENDPOINT",
    "EXPIRATION",
    "EXPIRY",
    "FILE",
    "FORMAT",
    "HEADER",
    "HOURS",
    "ID",
    "ISSUER",
    "KEYNAME",
    "LENGTH",
    "LIFETIME",
    "LIMIT",
    "LOCATION",
    "MINUTES",
    "NAME",
    "PARAM",
    "PARAMETER",
    "PATH",
    "POLICY",
    "PREFIX",
    "PROVIDER",
    "QUEUE",
    "REGION",
    "ROTATION",
    "SECONDS",
    "SIZE",
    "STORE",
    "SUFFIX",
    "TABLE",
    "TOPIC",
    "TTL",
    "TYPE",
    "URI",
    "URL",
    "USERNAME",
    "VERSION",
];

/// What the name of a variable says of its value.
pub(in crate::checks) fn presents(name: &str) -> Presents {
    let words = words(name);
    // `AWS_ACCESS_KEY_ID` is the one identifier that is half of a credential.
    let is_about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()));
    let has = |word: &str| words.iter().any(|other| other == word);
    let pair = |one: &str, two: &str| words.windows(2).any(|pair| pair[0] == one && pair[1] == two);
    if is_about && !pair("KEY", "ID") {
        return Presents::Nothing;
    }
    if ["PASSWORD", "PASSWD", "PASSPHRASE", "PWD"].iter().any(|word| has(word)) {
        return Presents::Password;
    }
    let token =
        ["SECRET", "SECRETS", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS", "PAT"].iter().any(|word| has(word))
            || ["API", "ACCESS", "PRIVATE", "SECRET", "SIGNING", "ENCRYPTION", "AUTH", "MASTER"]
                .iter()
                .any(|word| pair(word, "KEY"));
    if token { Presents::Token } else { Presents::Nothing }
}

/// The words of `DB_PASSWORD`, `db-password` or `dbPassword`, in capitals.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut lower = false;
    let mut open = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            open = false;
            lower = false;
            continue;
        }
        if !open || (lower && c.is_ascii_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c.to_ascii_uppercase());
        }
        open = true;
        lower = c.is_ascii_lowercase();
    }
    words
}

/// Whether a value under a name that presents a token looks like one rather than like a word, a path or a number.
pub(super) fn looks_random(value: &str) -> bool {
    let plain = value.len() < 12 || value.starts_with(['/', '$', '{', '<']) || value.contains(char::is_whitespace);
    let is_address = value.starts_with("arn:") || value.contains("://");
    let count = |kind: fn(&u8) -> bool| value.bytes().filter(kind).count();
    let (digits, upper, lower) =
        (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase), count(u8::is_ascii_lowercase));
    let mixed = (digits >= 2 && upper + lower >= 2) || (digits >= 1 && upper >= 3 && lower >= 3);
    !plain && !is_address && mixed
}

/// Whether a value under a password's name is nothing to speak of.
pub(super) fn is_no_password(value: &str) -> bool {
    const EMPTY_WORDS: &[&str] = &["true", "false", "none", "null", "disabled", "enabled"];
    let lower = value.to_ascii_lowercase();
    value.is_empty()
        || EMPTY_WORDS.contains(&lower.as_str())
        || value.starts_with("arn:")
        || value.starts_with(['/', '$', '<'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_apart_from_what_only_resembles_them() {
        let key = format!("AKIA{}", "IOSFODNN7EXAMPLE");
        let token = format!("ghp_{}", "a1".repeat(18));
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxIn0", "c2lnbmF0dXJlc2ln"].join(".");
        let cases: &[(&str, Option<&str>)] = &[
            (&key, Some("an AWS access key id")),
            (&format!("aws_access_key_id={key}"), Some("an AWS access key id")),
            (&format!("x{key}"), None),
            (&key.to_lowercase(), None),
            (&token, Some("a GitHub token")),
            ("ghp_short", None),
            (&jwt, Some("a JSON web token")),
            ("eyJ.eyJ.x", None),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE", Some("a private key")),
            ("-----BEGIN PUBLIC KEY-----", None),
            ("postgres://app:hunter2@db:5432/x", Some("a URL with a password")),
            ("postgres://app@db:5432/x", None),
            ("https://example.com/a:b@c", None),
            ("postgres://app:${PASSWORD}@db", None),
            ("https://häuser.example/ü:ö", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text), *expected, "{text}");
        }
    }

    #[test]
    fn names_say_what_they_hold() {
        let cases = [
            ("DB_PASSWORD", Presents::Password),
            ("dbPassword", Presents::Password),
            ("password", Presents::Password),
            ("PASSWORD_MIN_LENGTH", Presents::Nothing),
            ("PASSWORD_POLICY", Presents::Nothing),
            ("API_KEY", Presents::Token),
            ("apiKey", Presents::Token),
            ("CLIENT_SECRET", Presents::Token),
            ("SECRET_ARN", Presents::Nothing),
            ("SECRET_NAME", Presents::Nothing),
            ("AWS_SECRET_ACCESS_KEY", Presents::Token),
            ("MAX_TOKENS", Presents::Nothing),
            ("PARTITION_KEY", Presents::Nothing),
            ("TABLE", Presents::Nothing),
            ("", Presents::Nothing),
        ];
        for (name, expected) in cases {
            assert_eq!(presents(name), expected, "{name}");
        }
    }
}
