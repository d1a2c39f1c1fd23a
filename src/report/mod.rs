//! What people and scripts read: one value, one renderer a file.
//!
//! A [`Report`] holds everything that any of them shows; none of them looks anything up. Findings stand in
//! the order of the evaluation, so that two reports of the same stack can be compared line by line.

#[cfg(feature = "cli")]
mod github;
pub mod graph;
#[cfg(feature = "cli")]
mod html;
mod json;
#[cfg(feature = "cli")]
mod junit;
#[cfg(feature = "cli")]
mod markdown;
#[cfg(feature = "cli")]
mod ocsf;
#[cfg(feature = "pages")]
pub(crate) mod page;
#[cfg(feature = "pages")]
pub mod paragraph;
#[cfg(feature = "cli")]
mod sarif;
#[cfg(feature = "cli")]
mod text;

use serde::Serialize;

#[cfg(feature = "cli")]
pub use self::{
    github::github,
    html::{Figures, html},
    junit::junit,
    markdown::markdown,
    ocsf::ocsf,
    sarif::sarif,
    text::text,
};
use crate::{
    baseline::Baseline,
    check::{AppliedExemption, Check, Finding, Place, Severity, Verdict, VerdictKind},
    decide::Decision,
    evaluate::{Evaluation, Unjudged, UnusedExemption},
    inventory::{LogicalId, ResourceType},
    judgement::Judgement,
    policy::Policy,
    score::{Fitness, Points, losses},
};
pub use json::{Json, json};

/// What one evaluation comes to.
#[derive(Debug, Clone)]
pub struct Report {
    /// What was judged: a file or a stack, as the caller names it.
    pub input: String,
    /// The number.
    pub fitness: Fitness,
    /// Proceed or halt, with reasons.
    pub decision: Decision,
    /// How it came about, as far as a reader should know: that nothing was there to compare with, for example.
    pub remarks: Vec<String>,
    /// How many findings of each kind.
    pub counts: Counts,
    /// Every finding, passes included.
    pub findings: Vec<Entry>,
    /// Types of which no resource was judged.
    pub unjudged: Vec<Unjudged>,
    /// Exemptions that cover nothing.
    pub unused_exemptions: Vec<UnusedExemption>,
    /// How many resources there are.
    pub resources: usize,
    /// How many branches were judged: 1 where no condition is open.
    pub branches: usize,
}

/// How many findings of each kind; one that an exemption covers is counted there alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "the names are those of Verdict")]
pub struct Counts {
    pub pass: usize,
    pub partial: usize,
    pub fail: usize,
    pub inconclusive: usize,
    pub exempted: usize,
}

/// One finding as a report shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The check.
    pub check: &'static Check,
    /// The subject.
    pub resource: LogicalId,
    /// The subject's type.
    pub r#type: ResourceType,
    /// What the judge said.
    pub verdict: VerdictKind,
    /// Of a partial verdict, how much is met: 1 to 99 percent.
    pub share: Option<u8>,
    /// How bad a failure is, after policy.
    pub severity: Severity,
    /// What was seen, or why nothing was; of a pass, what holds.
    pub evidence: String,
    /// The property it rests on.
    pub place: Option<Place>,
    /// Where that stands, in a source that has places.
    pub location: Option<Location>,
    /// The exemption that speaks of it, expired or not.
    pub exemption: Option<AppliedExemption>,
    /// What it costs.
    pub lost: Points,
    /// Whether the baseline that it was compared with has it already.
    pub is_known: bool,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Location {
    /// The file, as the caller names it.
    pub file: String,
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
}

/// Finds where a property of a resource stands, or the resource itself where no property is named.
pub type Locate<'a> = dyn Fn(&LogicalId, Option<&Place>) -> Option<Location> + 'a;

impl Report {
    /// The report of a release that was judged live, where nothing has a place in a file.
    pub fn of(input: impl Into<String>, judgement: &Judgement) -> Self {
        let Judgement { evaluation, fitness, decision, policy, .. } = judgement;
        let report = Self::new(input, evaluation, fitness, decision, policy, &|_, _| None);
        Self { remarks: judgement.remarks.clone(), ..report }
    }

    /// Gathers everything; `locate` finds places, and may know none.
    pub fn new(
        input: impl Into<String>,
        evaluation: &Evaluation,
        fitness: &Fitness,
        decision: &Decision,
        policy: &Policy,
        locate: &Locate<'_>,
    ) -> Self {
        let mut findings: Vec<Entry> = evaluation.findings.iter().map(|finding| Entry::of(finding, locate)).collect();
        for loss in losses(evaluation, policy) {
            if let Some(entry) = findings.get_mut(loss.finding) {
                entry.lost = loss.points;
            }
        }
        Self {
            input: input.into(),
            fitness: fitness.clone(),
            decision: decision.clone(),
            remarks: evaluation.remarks.clone(),
            counts: Counts::of(&evaluation.findings),
            findings,
            unjudged: evaluation.unjudged.clone(),
            unused_exemptions: evaluation.unused.clone(),
            resources: evaluation.resources,
            branches: evaluation.branches,
        }
    }

    /// Marks what is nothing new: it is listed only where all are asked for.
    #[must_use]
    pub fn since(self, baseline: &Baseline, evaluation: &Evaluation) -> Self {
        let known = evaluation.findings.iter().map(|finding| baseline.knows(finding));
        let findings = self.findings.into_iter().zip(known).map(|(entry, is_known)| Entry { is_known, ..entry });
        Self { findings: findings.collect(), ..self }
    }

    /// How many findings that are no passes the baseline has already.
    pub fn known(&self) -> usize {
        self.findings.iter().filter(|entry| entry.is_known && entry.verdict != VerdictKind::Pass).count()
    }

    /// What is listed: everything that is new and no pass, or all where all are asked for; in the order of the findings.
    pub fn listed(&self, all: bool) -> impl Iterator<Item = &Entry> {
        self.findings.iter().filter(move |entry| all || (entry.verdict != VerdictKind::Pass && !entry.is_known))
    }

    /// The same, the dearest first and passes last; equal ones in the order of the findings.
    pub fn by_cost(&self, all: bool) -> Vec<&Entry> {
        let mut listed: Vec<&Entry> = self.listed(all).collect();
        listed.sort_by_key(|entry| (std::cmp::Reverse(entry.lost), entry.verdict == VerdictKind::Pass));
        listed
    }

    /// Findings that cost points, the dearest first; equal ones in the order of the findings.
    pub fn losses(&self) -> Vec<&Entry> {
        let mut losses: Vec<&Entry> = self.findings.iter().filter(|entry| entry.lost > Points::default()).collect();
        losses.sort_by_key(|entry| std::cmp::Reverse(entry.lost));
        losses
    }
}

impl Counts {
    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            *match finding.verdict.kind() {
                _ if finding.is_exempted() => &mut counts.exempted,
                VerdictKind::Pass => &mut counts.pass,
                VerdictKind::Partial => &mut counts.partial,
                VerdictKind::Fail => &mut counts.fail,
                VerdictKind::Inconclusive => &mut counts.inconclusive,
            } += 1;
        }
        counts
    }
}

impl Entry {
    fn of(finding: &Finding, locate: &Locate<'_>) -> Self {
        let (evidence, share) = match &finding.verdict {
            Verdict::Pass => (finding.check.title.to_owned(), None),
            Verdict::Partial(share, evidence) => (evidence.text.clone(), Some(share.as_percent())),
            Verdict::Fail(evidence) => (evidence.text.clone(), None),
            Verdict::Inconclusive(why, _) => (why.to_string(), None),
        };
        let place = finding.verdict.where_seen().cloned();
        Self {
            check: finding.check,
            resource: finding.resource.clone(),
            r#type: finding.r#type.clone(),
            verdict: finding.verdict.kind(),
            share,
            severity: finding.severity,
            evidence,
            location: locate(&finding.resource, place.as_ref()),
            place,
            exemption: finding.exemption.clone(),
            lost: Points::default(),
            is_known: false,
        }
    }
}
