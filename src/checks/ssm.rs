//! Checks of AWS Systems Manager: credentials in parameters and documents, which are shown in clear.

use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    checks::{lambda::secrets, secret_documents},
    facts::{Observed, Part, Properties, Resource, Text, Untyped, Why},
    need::Need,
    stack::{Stack, state_machine::parse},
};

/// The table.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "ssm-parameter-no-secret",
        title: "No parameter of type String holds a credential",
        why: "A String is kept and shown in clear to whoever may read parameters; CloudFormation cannot make a \
              SecureString.",
        fix: "Keep the credential in Secrets Manager, or in a SecureString that is made outside of the template. Replace \
              the credential: it is known.",
        absent: "Value is required.",
        reference: "https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Parameters],
        applies: Applies::EachInStack(&["AWS::SSM::Parameter"], parameter),
    },
    Check {
        id: "ssm-document-no-secret",
        title: "No SSM document holds a credential",
        why: "A document is shown in clear to whoever may read it, is often shared with other accounts, and keeps its \
              old versions.",
        fix: "Let the document read the credential from Secrets Manager or a SecureString at run time. Replace the \
              credential: it is known.",
        absent: "Content is required.",
        reference: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
        pillar: Pillar::Security,
        severity: Severity::High,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Documents],
        applies: Applies::Each(&["AWS::SSM::Document"], document),
    },
];

fn parameter(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let Properties::Untyped(parameter) = &resource.properties else { return None };
    let value = match parameter.get::<Text>("Value") {
        Observed::Present(value) => match (secrets::variable(&name(resource, parameter), &value), unnamed(parameter)) {
            // A name that nobody knows may be that of a password, and a value that is written out with it.
            (Ok(Verdict::Pass), Some(why)) if value.as_str().is_some() => Err(why),
            (said, _) => said,
        },
        Observed::Absent => return None,
        Observed::Unknown(why) => secrets::unread(&why),
    };
    Some(value.unwrap_or_else(Verdict::inconclusive).at("Value"))
}

/// Why nobody knows how the name ends.
fn unnamed(parameter: &Untyped) -> Option<Why> {
    match parameter.get::<Text>("Name") {
        Observed::Present(name) => match name.parts().last() {
            Some(Part::Unknown(why)) => Some(why.clone()),
            _ => None,
        },
        Observed::Absent => None,
        Observed::Unknown(why) => Some(why),
    }
}

/// What the parameter is called: the last part of its path, or its logical id.
fn name(resource: &Resource, parameter: &Untyped) -> String {
    let given = parameter.get::<Text>("Name");
    let given = given.present().map(|name| name.literal_suffix().rsplit('/').next().unwrap_or_default());
    match given {
        Some(name) if !name.is_empty() => name.to_owned(),
        // `DatabasePasswordParameter` speaks of a password.
        _ => resource.reference.logical_id.as_str().trim_end_matches("Parameter").trim_end_matches("Param").to_owned(),
    }
}

fn document(document: &Untyped, _: &Yardstick) -> Option<Verdict> {
    const CONTENT: &str = "Content";
    let content = match document.written(CONTENT) {
        Ok(Some(content)) => content,
        Ok(None) => return None,
        Err(why) => return Some(secrets::unread(&why).unwrap_or_else(Verdict::inconclusive).at(CONTENT)),
    };
    let text = content.as_str().map(Text::literal).or_else(|| Text::from_marker(content));
    Some(match text {
        None => secret_documents::without_secret(content, CONTENT),
        Some(text) => match parse(&text) {
            Some(content) => secret_documents::without_secret(&content, CONTENT),
            // YAML, or plain text.
            None => secrets::source(&text, "the text").unwrap_or_else(Verdict::inconclusive).at(CONTENT),
        },
    })
}
