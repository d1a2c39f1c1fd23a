//! Exemptions over findings: which one covers what, which cover nothing, and which have expired.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use jiff::civil::Date;

use super::UnusedExemption;
use crate::{
    check::{Finding, Severity, Verdict},
    checks::exemption::EXEMPTION_EXPIRED,
    facts::{Branch, StatedExemption},
    policy::{Exemption, Policy, TemplateExemptions},
};

/// The exemptions that count: those of the policy, then those that templates state, if policy allows them; and what
/// a reader of the report should know of the latter.
///
/// A branch states what holds in it; what no branch states is not known here.
pub(super) fn in_force(branches: &[Branch], policy: &Policy) -> (Vec<Exemption>, Vec<String>) {
    let mut exemptions = policy.exemptions.clone();
    let mut seen: BTreeSet<&StatedExemption> = BTreeSet::new();
    let of_templates = || branches.iter().map(|branch| &branch.facts.exemptions);
    let stated: Vec<&StatedExemption> =
        of_templates().flat_map(|found| &found.stated).filter(|stated| seen.insert(stated)).collect();
    match policy.template_exemptions {
        TemplateExemptions::Allow => {
            exemptions.extend(stated.into_iter().map(Exemption::from));
            let mut said: BTreeSet<&str> = BTreeSet::new();
            let unknown = of_templates().flat_map(|found| &found.unknown).filter(|sentence| said.insert(sentence));
            (exemptions, unknown.cloned().collect())
        }
        TemplateExemptions::Ignore if stated.is_empty() => (exemptions, Vec::new()),
        TemplateExemptions::Ignore => {
            let remark = format!("exemptions that templates state, and that policy ignores: {}", stated.len());
            (exemptions, vec![remark])
        }
    }
}

/// Puts exemptions onto the findings they speak of, and returns those that speak of none.
///
/// A pass needs no exemption. Where several match, the first that still holds covers the finding; where
/// none holds any more, the one that held longest is shown as expired.
pub(super) fn apply(findings: &mut [Finding], exemptions: &[Exemption], today: Date) -> Vec<UnusedExemption> {
    let mut used = vec![false; exemptions.len()];
    for finding in findings.iter_mut().filter(|finding| finding.verdict != Verdict::Pass) {
        let matching = |exemption: &&Exemption| exemption.matches(finding.check.id, &finding.resource);
        let mut best: Option<&Exemption> = None;
        for (index, exemption) in exemptions.iter().enumerate().filter(|(_, exemption)| matching(exemption)) {
            used[index] = true;
            let holds = best.is_some_and(|best| today <= best.expires);
            if !holds && best.is_none_or(|best| exemption.expires > best.expires) {
                best = Some(exemption);
            }
        }
        finding.exemption = best.map(|exemption| exemption.applied(today));
    }
    let unused = exemptions.iter().zip(used).filter(|(_, used)| !used);
    unused
        .map(|(exemption, _)| UnusedExemption {
            check: exemption.check.to_string(),
            resource: exemption.resource.to_string(),
            owner: exemption.owner.clone(),
            stated_in: exemption.stated_in.clone(),
        })
        .collect()
}

/// Adds, behind the findings of each resource, one that names the expired exemptions it still relies on.
pub(super) fn report_expired(findings: Vec<Finding>, severity: Severity) -> Vec<Finding> {
    let expired = |finding: &Finding| finding.exemption.as_ref().is_some_and(|exemption| exemption.expired);
    if !findings.iter().any(expired) {
        return findings;
    }
    let mut all = Vec::with_capacity(findings.len());
    for group in findings.chunk_by(|one, next| one.resource == next.resource && one.r#type == next.r#type) {
        all.extend_from_slice(group);
        all.extend(group.iter().find(|finding| expired(finding)).map(|first| Finding {
            check: EXEMPTION_EXPIRED,
            resource: first.resource.clone(),
            r#type: first.r#type.clone(),
            verdict: Verdict::fail(sentence(group)),
            severity,
            exemption: None,
        }));
    }
    all
}

/// "the exemption of s3-versioning and s3-lifecycle by team-a expired on 2026-01-31".
fn sentence(findings: &[Finding]) -> String {
    let mut expired: BTreeMap<(Reverse<Date>, &str), Vec<&str>> = BTreeMap::new();
    for finding in findings {
        if let Some(exemption) = finding.exemption.as_ref().filter(|exemption| exemption.expired) {
            expired.entry((Reverse(exemption.expires), &exemption.owner)).or_default().push(finding.check.id);
        }
    }
    let part = |((Reverse(date), owner), checks): (&(Reverse<Date>, &str), &Vec<&str>)| {
        format!("the exemption of {} by {owner} expired on {date}", checks.join(" and "))
    };
    expired.iter().map(part).collect::<Vec<_>>().join("; ")
}
