//! What holds of whatever is read.

use std::time::{Duration, Instant};

use fitgate::{
    baseline::Baseline,
    check::Verdict,
    checks,
    decide::decide,
    evaluate::{Evaluation, ask},
    facts::{Branch, Facts, Observed, Why},
    policy::Policy,
    score::score,
    source::SourceError,
    template::{Options, TemplateError, read},
};
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestCaseResult},
};

/// No document of the size made here takes seconds, not even in a slow build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// How many cases are tried: the number given, times what the environment says.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let times = std::env::var("FITGATE_FUZZ").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: cases.saturating_mul(times), failure_persistence: None, ..ProptestConfig::default() }
}

/// Runs it, and fails where it took too long.
pub(crate) fn in_time<T>(what: impl FnOnce() -> T) -> Result<T, TestCaseError> {
    let start = Instant::now();
    let result = what();
    let took = start.elapsed();
    prop_assert!(took < PATIENCE, "it took {} s", took.as_secs());
    Ok(result)
}

/// Mistakes say where they are, unless the document is none.
pub(crate) fn placed(mistakes: &[SourceError]) -> TestCaseResult {
    use fitgate::source::Fault::{Binary, Empty, NotUtf8, TooLarge};
    prop_assert!(!mistakes.is_empty());
    for mistake in mistakes {
        let whole = matches!(mistake.fault, Empty | Binary | NotUtf8 | TooLarge { .. });
        prop_assert!(whole || mistake.at.is_some(), "without a place: {mistake}");
    }
    Ok(())
}

/// A template is refused with places, or judged by every check; saved and loaded facts get the same verdicts.
pub(crate) fn template(name: &str, bytes: &[u8]) -> Result<bool, TestCaseError> {
    match in_time(|| read(name, bytes, &Options::default()))? {
        Err(TemplateError::Document(mistake)) => placed(&[mistake]).map(|()| false),
        Err(TemplateError::Invalid(mistakes)) => placed(&mistakes.0).map(|()| false),
        Ok(template) => {
            prop_assert!(!template.branches.is_empty() && template.branches.len() <= 64);
            placed_or_none(&template.warnings)?;
            branches(&template.branches)?;
            Ok(true)
        }
    }
}

fn placed_or_none(warnings: &[SourceError]) -> TestCaseResult {
    if warnings.is_empty() { Ok(()) } else { placed(warnings) }
}

/// Every check says something that can be scored and decided on, and the same of what is saved and loaded.
pub(crate) fn branches(branches: &[Branch]) -> TestCaseResult {
    let policy = Policy::default();
    let judged = judged(branches, &policy)?;
    let mut loaded = Vec::new();
    for branch in branches {
        let saved = serde_json::to_string(&branch.facts);
        let saved = saved.map_err(|error| TestCaseError::fail(format!("facts are not saved: {error}")))?;
        let facts = serde_json::from_str::<Facts>(&saved);
        let facts = facts.map_err(|error| TestCaseError::fail(format!("saved facts do not load: {error}")))?;
        loaded.push(Branch { assumptions: branch.assumptions.clone(), facts });
    }
    let again = in_time(|| ask(checks::all(), &loaded, &policy, TODAY))?;
    prop_assert_eq!(told(&judged), told(&again));
    Ok(())
}

const TODAY: jiff::civil::Date = jiff::civil::date(2026, 6, 1);

/// Judges, scores and decides.
pub(crate) fn judged(branches: &[Branch], policy: &Policy) -> Result<Evaluation, TestCaseError> {
    let judged = in_time(|| ask(checks::all(), branches, policy, TODAY))?;
    let fitness = score(&judged, policy);
    let before = Observed::Present(Baseline::of(&judged, &fitness));
    decide(&judged, &fitness, &before, policy);
    decide(&judged, &fitness, &Observed::Absent, policy);
    Ok(judged)
}

/// Every verdict, one a line.
fn told(judged: &Evaluation) -> Vec<String> {
    let words = |verdict: &Verdict| match verdict {
        // Which of several reasons is given may depend on the order of keys.
        Verdict::Inconclusive(Why::Branches(_), _) => "inconclusive: branches".to_owned(),
        other => format!("{other:?}"),
    };
    let line = |finding: &fitgate::check::Finding| {
        format!("{} {}: {}", finding.check.id, finding.resource, words(&finding.verdict))
    };
    judged.findings.iter().map(line).collect()
}
