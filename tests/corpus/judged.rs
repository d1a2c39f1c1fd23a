//! What checks say of a template.

use std::collections::BTreeMap;

use fitgate::{
    check::{Check, Verdict, VerdictKind, Yardstick},
    checks,
    evaluate::judge,
    template::{Options, Template, read},
};
use serde_json::Value;

/// Check and resource.
pub(crate) type Subject = (&'static str, String);

/// The worst verdict on each subject: a resource may be of two types in two branches.
pub(crate) type Verdicts = BTreeMap<Subject, Verdict>;

/// Strict where the shipped policy asks for nothing, so that more checks have something to say.
pub(crate) fn yardstick() -> Yardstick {
    let required_tags = vec!["team".to_owned()];
    Yardstick { required_tags, ..Yardstick::on(jiff::civil::date(2026, 6, 1)) }
}

/// What these checks say.
pub(crate) fn verdicts(template: &Template, checks: impl Iterator<Item = &'static Check>) -> Verdicts {
    let mut verdicts = Verdicts::new();
    for check in checks {
        for (resource, _, verdict) in judge(check, &template.branches, &yardstick()) {
            let subject = (check.id, resource.to_string());
            let worst = match verdicts.remove(&subject) {
                Some(other) => verdict.worse(other),
                None => verdict,
            };
            verdicts.insert(subject, worst);
        }
    }
    verdicts
}

pub(crate) fn all_checks() -> impl Iterator<Item = &'static Check> {
    checks::all()
}

/// A template written as JSON; none where CloudFormation refuses it.
pub(crate) fn understood(template: &Value, parameters: &BTreeMap<String, String>) -> Option<Template> {
    let bytes = serde_json::to_vec_pretty(template).expect("JSON");
    let options = Options { parameters: parameters.clone(), ..Options::default() };
    read("template.json", &bytes, &options).ok()
}

/// How often SAM refuses a template, which is then judged with what could be read of it.
pub(crate) fn refusals(template: &Template) -> usize {
    template.warnings.iter().filter(|warning| warning.fault.to_string().contains("SAM refuses the template")).count()
}

/// Kind and words.
pub(crate) fn told(verdict: Option<&Verdict>) -> String {
    match verdict {
        None => "nothing".to_owned(),
        Some(Verdict::Pass) => "pass".to_owned(),
        Some(Verdict::Partial(_, evidence)) => format!("partial: {}", evidence.text),
        Some(Verdict::Fail(evidence)) => format!("fail: {}", evidence.text),
        Some(Verdict::Inconclusive(why, _)) => format!("inconclusive: {why}"),
    }
}

pub(crate) fn kind(verdict: Option<&Verdict>) -> Option<VerdictKind> {
    verdict.map(Verdict::kind)
}
