//! What the owner of a stack wants: modes, limits, checks, exemptions, parameters, probes.
//!
//! A policy is a YAML or JSON document. [`Policy::parse`] reports every mistake at once, each with line,
//! column, path and remedy; a [`Policy`] that exists is valid. What a document leaves out is as in the
//! shipped policy, [`DEFAULT`], a commented file that says why each value is what it is, or as in the [`Profile`] that
//! it names.
//!
//! One file a configuration element: its values, their meaning (which is also the description in the JSON
//! schema), how it is read and what is refused.

mod baseline;
mod checks;
mod exemption;
mod fitness;
mod inconclusive;
mod mode;
mod parameters;
mod pattern;
mod probe;
mod probe_call;
mod profile;
mod read;
mod rules;
#[cfg(feature = "cli")]
mod schema;
mod severities;
mod template_exemptions;
mod weights;

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    check::{Check, Default as ByDefault, Severity, Yardstick},
    source::{Limits, SourceErrors, read::Errors},
};
pub use baseline::{BaselineRules, KnownFailures, UnknownBaseline};
pub use checks::{CheckRule, CheckRules};
pub use exemption::{Exemption, METADATA, MOST_EXEMPTIONS};
pub use fitness::FitnessLimits;
pub use inconclusive::{InconclusiveAction, InconclusiveRules};
pub use mode::Mode;
pub use parameters::Parameters;
pub use pattern::Pattern;
pub use probe::{Expectation, Probe, ProbePhase};
pub use probe_call::{HttpMethod, HttpRequest, Invocation, ProbeCall};
pub use profile::Profile;
pub use rules::{Beside, OwnRules, RulesSource};
#[cfg(feature = "cli")]
pub use schema::schema;
pub use severities::Severities;
pub use template_exemptions::TemplateExemptions;
pub use weights::{Weight, Weights};

/// The shipped policy as a file: what `policy init` writes, equal to `Policy::default()`.
pub const DEFAULT: &str = include_str!("default.yaml");

/// The version of the policy document that this release reads.
pub const POLICY_VERSION: u32 = 1;

/// What may be wrong with a policy document stops long before these limits.
const LIMITS: Limits = Limits { bytes: 256 * 1024, depth: 32, nodes: 20_000 };

/// What the owner of a stack wants of a release.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct Policy {
    /// The version of this document's format: 1.
    #[cfg_attr(feature = "cli", schemars(range(min = 1, max = 1)))]
    version: u32,
    /// What the document starts from; whatever it says itself goes first.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub profile: Profile,
    /// Whether a decision to halt is carried out.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub mode: Mode,
    /// The least fitness a release may have.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub fitness: FitnessLimits,
    /// Severities of which a single failed check halts, whatever the fitness.
    #[cfg_attr(feature = "cli", schemars(default = "Severities::blocking"))]
    pub blocking: Severities,
    /// How a release is compared with the last good one.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub baseline: BaselineRules,
    /// What a finding does that nobody could judge.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub inconclusive: InconclusiveRules,
    /// How many points a check of each severity is worth.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub weights: Weights,
    /// Checks by id: `on`, `off`, or a mapping with `enabled`, `severity` and `weight`.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub checks: CheckRules,
    /// Checks of the owner's own, in the language of CloudFormation Guard. Each rule is a check `own-…`, which `checks`
    /// and `exemptions` may name.
    #[cfg_attr(feature = "cli", schemars(default, with = "Vec<RulesSource>", length(max = 20)))]
    pub rules: OwnRules,
    /// Findings that are tolerated, by whom, why and until when.
    #[cfg_attr(feature = "cli", schemars(default, length(max = 1000)))]
    pub exemptions: Vec<Exemption>,
    /// Whether exemptions count that templates state in their `Metadata`.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub template_exemptions: TemplateExemptions,
    /// What checks measure against.
    #[cfg_attr(feature = "cli", schemars(default))]
    pub parameters: Parameters,
    /// Calls that exercise the new version. Used by the hooks of a later release; read and validated today.
    #[cfg_attr(feature = "cli", schemars(default, length(max = 20)))]
    pub probes: Vec<Probe>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: POLICY_VERSION,
            profile: Profile::default(),
            mode: Mode::default(),
            fitness: FitnessLimits::default(),
            blocking: Severities::blocking(),
            baseline: BaselineRules::default(),
            inconclusive: InconclusiveRules::default(),
            weights: Weights::default(),
            checks: CheckRules::default(),
            rules: OwnRules::default(),
            exemptions: Vec::new(),
            template_exemptions: TemplateExemptions::default(),
            parameters: Parameters::default(),
            probes: Vec::new(),
        }
    }
}

impl Policy {
    /// Reads a document, YAML or JSON; `name` is what messages call it.
    ///
    /// # Errors
    /// Every mistake, in the order of the document.
    pub fn parse(name: &str, bytes: &[u8]) -> Result<Self, SourceErrors> {
        Self::read(name, bytes, None)
    }

    /// The same, where rules may be in files beside the document.
    ///
    /// # Errors
    /// Every mistake, in the order of the document; of a rules file the first.
    pub fn parse_beside(name: &str, bytes: &[u8], files: &Beside<'_>) -> Result<Self, SourceErrors> {
        Self::read(name, bytes, Some(files))
    }

    fn read(name: &str, bytes: &[u8], files: Option<&Beside<'_>>) -> Result<Self, SourceErrors> {
        let node = crate::source::parse(name, bytes, &LIMITS).and_then(profile::applied);
        let node = node.map_err(|error| SourceErrors(vec![error]))?;
        let mut errors = Errors::new(name, bytes);
        let policy = read::policy(&node, &mut errors, files);
        errors.finish(Some(policy))
    }

    /// Every check that a stack may be judged by, the owner's own behind those of the catalogue.
    pub fn checks(&self) -> impl Iterator<Item = &'static Check> {
        crate::checks::all().chain(self.rules.checks().iter().copied())
    }

    /// Whether a check is asked.
    pub fn enables(&self, check: &Check) -> bool {
        let by_default = check.default == ByDefault::On;
        self.checks.get(check.id).and_then(|rule| rule.enabled).unwrap_or(by_default)
    }

    /// How bad a failure of this check is here.
    pub fn severity(&self, check: &Check) -> Severity {
        self.checks.get(check.id).and_then(|rule| rule.severity).unwrap_or(check.severity)
    }

    /// How many points this check is worth here, on each resource it applies to.
    pub fn weight(&self, check: &Check) -> Weight {
        let own = self.checks.get(check.id).and_then(|rule| rule.weight);
        own.unwrap_or_else(|| self.weights.of(self.severity(check)))
    }

    /// What judges measure against on this day.
    pub fn yardstick(&self, today: Date) -> Yardstick {
        self.parameters.on(today)
    }
}
