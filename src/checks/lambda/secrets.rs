//! Checks that no credential stands in a function's variables or inline code.
//!
//! No value is ever repeated: evidence names the variable and the kind of credential.
//!
//! A dynamic reference to a secret (`{{resolve:secretsmanager:…}}`) keeps it out of the template, but
//! CloudFormation writes the value into the configuration, where `lambda:GetFunctionConfiguration` shows it in
//! clear: it fails, as it would on the live function.

use super::{secret_shapes, verdict};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Text, Why, lambda::Function},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-no-secret-in-env",
        title: "No Lambda environment variable holds a credential",
        why: "Variables are shown in clear to whoever may read the function's configuration, and stay in templates, \
              change sets and published versions for ever.",
        fix: "Keep the credential in Secrets Manager or Parameter Store, give the function its name, and read it at \
              run time. Replace the credential: it is known.",
        absent: "Without variables there is nothing to find.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(in_environment),
    },
    Check {
        id: "lambda-no-secret-in-code",
        title: "No inline Lambda code holds a credential",
        why: "Inline code stands in the template, in its repository and in every stack's history.",
        fix: "Read the credential from Secrets Manager at run time. Replace the credential: it is known.",
        absent: "Code in a package or an image is not looked into, and not judged.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html",
        pillar: Pillar::Security,
        severity: Severity::Critical,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::StackTemplate],
        applies: Applies::EachFunction(in_code),
    },
];

fn in_environment(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let variables = match function.environment.as_ref().and_then(|environment| environment.variables.as_ref()) {
        Observed::Present(variables) if !variables.is_empty() => variables,
        Observed::Present(_) | Observed::Absent => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why).at("Environment.Variables")),
    };
    let judged = variables.iter().map(|(name, value)| {
        let judged = match value {
            Observed::Present(value) => variable(name, value),
            Observed::Absent => Ok(Verdict::Pass),
            Observed::Unknown(why) => unread(why),
        };
        verdict(judged, &format!("Environment.Variables.{name}"))
    });
    judged.reduce(Verdict::worse)
}

fn variable(name: &str, value: &Text) -> Result<Verdict, Why> {
    let literals = value.parts().iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        _ => None,
    });
    if let Some(what) = literals.clone().find_map(secret_shapes::shape) {
        return Ok(Verdict::fail(format!("{name} holds {what}")));
    }
    if literals.clone().any(is_resolved_secret) {
        return Ok(resolved());
    }
    let presents = secret_shapes::presents(name);
    match value.as_str() {
        Some(known) => Ok(Verdict::pass_if(!named_secret(presents, known), format!("{name} holds a literal value"))),
        None => match value.parts().iter().find_map(|part| match part {
            Part::Unknown(why) => Some(why),
            _ => None,
        }) {
            Some(why) => unread(why),
            // References and pseudo parameters: names of resources, no secrets.
            None => Ok(Verdict::Pass),
        },
    }
}

fn named_secret(presents: secret_shapes::Presents, value: &str) -> bool {
    match presents {
        secret_shapes::Presents::Password => !secret_shapes::is_no_password(value),
        secret_shapes::Presents::Token => secret_shapes::looks_random(value),
        secret_shapes::Presents::Nothing => false,
    }
}

/// A value the template does not show: a secret by dynamic reference is known to be one.
fn unread(why: &Why) -> Result<Verdict, Why> {
    match why {
        Why::Unresolved(what) if is_resolved_secret(what) => Ok(resolved()),
        why => Err(why.clone()),
    }
}

pub(in crate::checks) fn is_resolved_secret(text: &str) -> bool {
    const RESOLVED: &[&str] = &["{{resolve:secretsmanager:", "{{resolve:ssm-secure:"];
    RESOLVED.iter().any(|reference| text.contains(reference))
}

fn resolved() -> Verdict {
    Verdict::fail("a dynamic reference writes the secret into the configuration, where it stands in clear")
}

fn in_code(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = match function.code.as_ref().and_then(|code| code.zip_file.as_ref()) {
        Observed::Absent => return None,
        Observed::Unknown(why) => Err(why),
        Observed::Present(code) => source(code),
    };
    Some(verdict(judged, "Code.ZipFile"))
}

fn source(code: &Text) -> Result<Verdict, Why> {
    let mut unread_part = None;
    for part in code.parts() {
        match part {
            Part::Literal(text) => {
                if let Some(what) = secret_shapes::shape(text) {
                    return Ok(Verdict::fail(format!("the code holds {what}")));
                }
                if is_resolved_secret(text) {
                    return Ok(resolved());
                }
                if let Some(name) = text.lines().find_map(assigned) {
                    return Ok(Verdict::fail(format!("the code assigns a literal to {name}")));
                }
            }
            Part::Unknown(why) => match unread(why) {
                Ok(found) => return Ok(found),
                Err(why) => unread_part = unread_part.or(Some(why)),
            },
            Part::Reference { .. } | Part::Pseudo(_) => {}
        }
    }
    unread_part.map_or(Ok(Verdict::Pass), Err)
}

/// The name that a line gives a credential written in quotes: `password = "…"`, `apiKey: '…'`.
fn assigned(line: &str) -> Option<&str> {
    let mut rest = line;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        rest = after;
        let name = before.trim_end().trim_end_matches(['"', '\'', ']']);
        let start = name.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        let name = start.map_or(name, |start| name.get(start..).map_or(name, |tail| tail.trim_start_matches(not_name)));
        if quoted(after).is_some_and(|value| named_secret(secret_shapes::presents(name), value)) {
            return Some(name);
        }
    }
    None
}

fn not_name(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// The text in quotes that an assignment begins with.
fn quoted(after: &str) -> Option<&str> {
    let after = after.trim_start_matches(['=', ' ']);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    let value = &after[1..];
    value.find(quote).map(|end| &value[..end]).filter(|value| value.len() >= 4)
}
