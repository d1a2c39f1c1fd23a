//! The report as SARIF 2.1.0, which code scanning reads:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.
//!
//! A failure is a result of kind `fail`; what nobody could tell is `open`, never `pass`. What an exemption covers is
//! suppressed, with its reason. What to write instead stands in the help of the rule: SARIF's own `fixes` are edits of the file,
//! which fitgate does not make.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Location, LogicalLocation, MultiformatMessageString, PhysicalLocation, PropertyBag, Region,
    ReportingConfiguration, ReportingDescriptor, ResultKind, ResultLevel, Run, SCHEMA_URL, Sarif, Suppression, Tool,
    ToolComponent, Version,
};

use super::{Entry, Report};
use crate::check::{AppliedExemption, Check, Severity, VerdictKind};

/// The log of these reports; passes are listed only where `all` are asked for.
pub fn sarif(reports: &[Report], all: bool) -> Sarif {
    let listed = || reports.iter().flat_map(|report| report.listed(all).map(move |entry| (report, entry)));
    let rules: BTreeMap<&str, &Check> = listed().map(|(_, entry)| (entry.check.id, entry.check)).collect();
    let index = |id: &str| rules.keys().position(|known| *known == id).and_then(|index| i64::try_from(index).ok());
    let results: Vec<_> = listed().map(|(report, entry)| result(report, entry, index(entry.check.id))).collect();
    let driver = ToolComponent::builder()
        .name("fitgate")
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules.values().map(|check| rule(check)).collect::<Vec<_>>())
        .build();
    let decisions: BTreeMap<String, Value> =
        reports.iter().map(|report| (report.input.clone(), decision(report))).collect();
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .results(results)
        // Columns are counted in characters, not in UTF-16 units.
        .column_kind(json!("unicodeCodePoints"))
        .properties(PropertyBag::builder().additional_properties(decisions).build())
        .build();
    Sarif::builder().schema(SCHEMA_URL).version(json!(Version::V2_1_0.to_string())).runs(vec![run]).build()
}

fn decision(report: &Report) -> Value {
    json!({ "decision": report.decision.outcome, "fitness": report.fitness.total })
}

fn rule(check: &Check) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let help = format!("{} {}", check.fix, check.absent);
    let markdown = format!("{}\n\n{}\n\n[Documentation]({})", check.fix, check.absent, check.reference);
    let properties = [
        ("tags".to_owned(), json!([check.pillar, check.applies.scope()])),
        ("precision".to_owned(), json!("high")),
        ("security-severity".to_owned(), json!(score(check.severity))),
    ];
    ReportingDescriptor::builder()
        .id(check.id)
        .name(check.id)
        .short_description(text(check.title))
        .full_description(text(check.why))
        .help(MultiformatMessageString::builder().text(help).markdown(markdown).build())
        .help_uri(check.reference)
        .default_configuration(ReportingConfiguration::builder().level(level_json(check.severity)).build())
        .properties(PropertyBag::builder().additional_properties(BTreeMap::from(properties)).build())
        .build()
}

fn result(report: &Report, entry: &Entry, rule: Option<i64>) -> serde_sarif::sarif::Result {
    let mut result = serde_sarif::sarif::Result::builder()
        .rule_id(entry.check.id)
        .message(message(entry).as_str())
        .kind(kind(entry.verdict))
        .level(level(entry))
        .locations(vec![location(report, entry)])
        .partial_fingerprints(BTreeMap::from([(
            "fitgate/v1".to_owned(),
            format!("{}/{}/{}", report.input, entry.check.id, entry.resource),
        )]))
        .build();
    result.rule_index = rule;
    result.suppressions = entry.exemption.as_ref().filter(|it| !it.expired).map(|it| vec![suppression(it)]);
    result
}

fn message(entry: &Entry) -> String {
    let share = entry.share.map(|share| format!(" ({share} percent)")).unwrap_or_default();
    format!("{}: {}{share}", entry.resource, entry.evidence)
}

/// Only a failure has a level: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html#_Toc34317648>.
fn level(entry: &Entry) -> ResultLevel {
    match entry.verdict {
        VerdictKind::Pass | VerdictKind::Inconclusive => ResultLevel::None,
        VerdictKind::Partial => ResultLevel::Note,
        VerdictKind::Fail if entry.severity >= Severity::High => ResultLevel::Error,
        VerdictKind::Fail if entry.severity == Severity::Medium => ResultLevel::Warning,
        VerdictKind::Fail => ResultLevel::Note,
    }
}

fn level_json(severity: Severity) -> Value {
    json!(match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    })
}

fn kind(verdict: VerdictKind) -> ResultKind {
    match verdict {
        VerdictKind::Pass => ResultKind::Pass,
        VerdictKind::Inconclusive => ResultKind::Open,
        VerdictKind::Partial | VerdictKind::Fail => ResultKind::Fail,
    }
}

/// How code scanning sorts: over 9.0 critical, 7.0 to 8.9 high, 4.0 to 6.9 medium, 0.1 to 3.9 low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn location(report: &Report, entry: &Entry) -> Location {
    let property = entry.place.as_ref().map(|place| format!(".{}", place.property)).unwrap_or_default();
    let logical = LogicalLocation::builder()
        .name(entry.resource.to_string())
        .fully_qualified_name(format!("{}/{}{property}", report.input, entry.resource))
        .kind("resource")
        .build();
    let mut location = Location::builder().logical_locations(vec![logical]).build();
    location.physical_location = entry.location.as_ref().map(|at| {
        let region = Region::builder().start_line(i64::from(at.line)).start_column(i64::from(at.column)).build();
        let artifact = ArtifactLocation::builder().uri(uri(&at.file)).build();
        PhysicalLocation::builder().artifact_location(artifact).region(region).build()
    });
    location
}

/// A path as a URI reference: what is not allowed in one is encoded byte by byte.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if plain(byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn suppression(exemption: &AppliedExemption) -> Suppression {
    let AppliedExemption { owner, reason, expires, stated_in, .. } = exemption;
    // SARIF tells what the judged files say themselves from what somebody decided elsewhere.
    let (kind, place) = match stated_in {
        Some(place) => ("inSource", format!(" in {place}")),
        None => ("external", String::new()),
    };
    Suppression::builder()
        .kind(json!(kind))
        .status(json!("accepted"))
        .justification(format!("{owner}{place}, until {expires}: {reason}"))
        .build()
}
