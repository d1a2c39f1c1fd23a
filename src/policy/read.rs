//! The document as a whole, and the kinds of values that several elements share.

use jiff::civil::Date;

use super::{
    BaselineRules, Beside, CheckRules, Exemption, FitnessLimits, InconclusiveRules, Mode, OwnRules, POLICY_VERSION,
    Parameters, Policy, Profile, Severities, TemplateExemptions, Weights, exemption::MOST_EXEMPTIONS, probe,
};
use crate::{
    check::{Check, Severity},
    points::Score,
    source::{
        Kind, Node,
        read::{Errors, Fields, choice, list, text},
    },
};

/// The whole document; what it leaves out is as in the shipped policy.
pub(super) fn policy(node: &Node, errors: &mut Errors, files: Option<&Beside<'_>>) -> Policy {
    let mut fields = Fields::of(node, errors, "the policy");
    fields.required("version", version);
    // Before whatever may name one of them.
    let rules = fields.optional("rules", |node, errors| OwnRules::read(node, errors, files)).unwrap_or_default();
    let own = rules.checks();
    let policy = Policy {
        version: POLICY_VERSION,
        profile: fields.optional("profile", Profile::read).unwrap_or_default(),
        mode: fields.optional("mode", Mode::read).unwrap_or_default(),
        fitness: fields.optional("fitness", FitnessLimits::read).unwrap_or_default(),
        blocking: fields.optional("blocking", Severities::read).unwrap_or_else(Severities::blocking),
        baseline: fields.optional("baseline", BaselineRules::read).unwrap_or_default(),
        inconclusive: fields.optional("inconclusive", InconclusiveRules::read).unwrap_or_default(),
        weights: fields.optional("weights", Weights::read).unwrap_or_default(),
        checks: fields.optional("checks", |node, errors| CheckRules::read(node, errors, own)).unwrap_or_default(),
        exemptions: fields.optional("exemptions", |node, errors| exemptions(node, errors, own)).unwrap_or_default(),
        template_exemptions: fields.optional("templateExemptions", TemplateExemptions::read).unwrap_or_default(),
        parameters: fields.optional("parameters", Parameters::read).unwrap_or_default(),
        probes: fields.optional("probes", probe::read_all).unwrap_or_default(),
        rules: OwnRules::default(),
    };
    fields.finish();
    Policy { rules, ..policy }
}

fn version(node: &Node, errors: &mut Errors) -> Option<()> {
    let written = text(node, errors)?;
    if written == POLICY_VERSION.to_string() {
        return Some(());
    }
    let remedy = format!("this release reads version {POLICY_VERSION}");
    errors.add(node.at, format_args!("unknown version {written:?}"), Some(remedy));
    None
}

fn exemptions(node: &Node, errors: &mut Errors, own: &[&'static Check]) -> Option<Vec<Exemption>> {
    bounded_list(node, errors, MOST_EXEMPTIONS, |node, errors| Exemption::read(node, errors, own))
}

/// A fitness, 0 to 100 with at most one decimal.
pub(super) fn score(node: &Node, errors: &mut Errors) -> Option<Score> {
    let Kind::Number(written) = &node.kind else {
        errors.expected(node, "a number from 0 to 100");
        return None;
    };
    let score = Score::parse(written);
    if score.is_none() {
        let remedy = "write 0 to 100, with at most one decimal".to_owned();
        errors.add(node.at, format_args!("{written} is no fitness"), Some(remedy));
    }
    score
}

/// One of the four severities.
pub(super) fn severity(node: &Node, errors: &mut Errors) -> Option<Severity> {
    choice(node, errors, "severity", &Severity::ALL.map(|severity| (severity.name(), severity)))
}

/// `on` or `off`, which YAML and JSON may also call `true` and `false`.
pub(super) fn switch(node: &Node, errors: &mut Errors) -> Option<bool> {
    match &node.kind {
        Kind::Bool(on) => Some(*on),
        Kind::String(word) if word == "on" => Some(true),
        Kind::String(word) if word == "off" => Some(false),
        _ => {
            errors.expected(node, "on, off, or a mapping with enabled, severity and weight");
            None
        }
    }
}

/// Text that says something, of at most `most` characters.
pub(super) fn words(node: &Node, errors: &mut Errors, most: usize) -> Option<String> {
    let words = text(node, errors)?;
    let count = words.chars().count();
    if words.trim().is_empty() {
        errors.add(node.at, "the text is empty", None);
        return None;
    }
    if count > most {
        errors.add(node.at, format_args!("{count} characters are too many"), Some(format!("at most {most}")));
        return None;
    }
    Some(words)
}

/// A list of at most `most` items.
pub(super) fn bounded_list<T>(
    node: &Node,
    errors: &mut Errors,
    most: usize,
    read: impl FnMut(&Node, &mut Errors) -> Option<T>,
) -> Option<Vec<T>> {
    if node.items().len() > most {
        let message = format!("{} items are too many", node.items().len());
        errors.add(node.at, message, Some(format!("at most {most}")));
        return None;
    }
    list(node, errors, read)
}

/// A day, `2027-01-31`.
pub(super) fn date(node: &Node, errors: &mut Errors) -> Option<Date> {
    let written = text(node, errors)?;
    // Only the plain form: a date with a time of day would leave open in whose day it ends.
    let plain = written.len() == 10 && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let date = if plain { written.parse().ok() } else { None };
    if date.is_none() {
        let remedy = "write year, month and day: 2027-01-31".to_owned();
        errors.add(node.at, format_args!("{written:?} is no date"), Some(remedy));
    }
    date
}
