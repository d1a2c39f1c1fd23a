//! The alarms that may stop a deployment: do they watch the alias, can they fire, do they fire in time?

use super::{
    Verdicts,
    deployment_safety::{alias_in_doubt, perhaps_shifting, without_group},
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    deployment::Strategy,
    facts::{
        Observed, Text, Why,
        cloudwatch::{Alarm, Dimension, MetricDataQuery},
        codedeploy::DeploymentGroup,
    },
    inventory::LogicalId,
    need::Need,
    stack::{Canary, FunctionTarget, Qualifier, Stack},
};

mod watched;

use watched::{Name, Watched, Watching, watching};

const SUBJECTS: &[&str] = &["AWS::CodeDeploy::DeploymentGroup"];
const NEEDS: &[Need] = &[Need::StackTemplate, Need::DeploymentGroup, Need::Alarms];

pub(super) const ALIAS_ALARMS_IN_DEPLOYMENT_GROUP: Check = Check {
    id: "alias-alarms-in-deployment-group",
    title: "An alarm on the errors of the alias can stop its deployment",
    why: "Alarms are the only thing that stops a shift once it has begun. One that watches something else, or a \
          combination of dimensions that Lambda never reports, lets every error through in silence.",
    fix: "Give the deployment group (SAM: DeploymentPreference.Alarms) an alarm on AWS/Lambda Errors with the dimensions \
          FunctionName and Resource = !Sub '${Function}:live'; add ExecutedVersion = !GetAtt Version.Version to watch \
          the new version alone.",
    absent: "A deployment group without AlarmConfiguration is stopped by no alarm.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",
    pillar: Pillar::Reliability,
    severity: Severity::High,
    since: "0.1.0",
    default: Default::On,
    needs: NEEDS,
    applies: Applies::Stack(SUBJECTS, alias_alarms),
};

pub(super) const DEPLOYMENT_ALARMS_USABLE: Check = Check {
    id: "deployment-alarms-usable",
    title: "The alarms of a deployment group exist and can tell good from bad",
    why: "CodeDeploy refuses or stops a deployment while an alarm is in ALARM, so an alarm that takes silence for a \
          failure blocks every release, the fix included; one that does not exist fails the deployment when polled.",
    fix: "Let TreatMissingData be missing or notBreaching, leave ActionsEnabled on, name only alarms that exist, at \
          most ten.",
    absent: "TreatMissingData is missing, ActionsEnabled is true.",
    reference: "https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: NEEDS,
    applies: Applies::Stack(SUBJECTS, alarms_usable),
};

pub(super) const ALARM_WINDOW_FITS_CANARY: Check = Check {
    id: "alarm-window-fits-canary",
    title: "The alarms of a deployment group can fire before the next step of the shift",
    why: "An alarm needs its period times the number of bad periods before it fires. If that is longer than the canary \
          waits, all traffic is on the new version before anybody could know.",
    fix: "Shorten Period or DatapointsToAlarm of the alarm, or take a deployment configuration with a longer interval.",
    absent: "DatapointsToAlarm is EvaluationPeriods.",
    reference: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html",
    pillar: Pillar::Reliability,
    severity: Severity::Medium,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::StackTemplate, Need::DeploymentGroup, Need::DeploymentConfig, Need::Alarms],
    applies: Applies::Stack(SUBJECTS, window_fits),
};

/// The most alarms of a deployment group, as the API has it.
/// <https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html>
const MOST_BY_API: usize = 10;

/// The same, as the quota has it, which can be raised.
/// <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>
const MOST_BY_QUOTA: usize = 50;

fn alias_alarms(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for (id, group, canaries) in stack.deployment_groups() {
        if let (true, Some(verdict)) = (canaries.is_empty(), alias_in_doubt(stack)) {
            verdicts.say(id, verdict);
        }
        for canary in canaries {
            verdicts.say(id, guards(stack, group, canary));
        }
    }
    // Without such an alias each has its group, and no other is judged.
    perhaps_shifting(stack, |_| stack.canary_in_doubt().is_some(), &mut verdicts);
    without_group(stack, &mut verdicts);
    verdicts.0
}

/// Whether some alarm of the group watches the errors of this alias.
fn guards<'a>(stack: &Stack<'a>, group: &'a DeploymentGroup, canary: &Canary) -> Verdict {
    let alarms = match watching(stack, group) {
        Watching::Nothing(text) => return Verdict::fail(text).at("AlarmConfiguration"),
        Watching::Unknown(why) => return Verdict::inconclusive(why).at("AlarmConfiguration"),
        Watching::Alarms(alarms) => alarms,
    };
    let coverages: Vec<Coverage> = alarms.iter().map(|alarm| coverage_of(stack, alarm, canary)).collect();
    let alias = canary.qualifier.in_words();
    let best = coverages.iter().filter_map(Coverage::percent).max().unwrap_or(0);
    if best == 100 {
        return Verdict::Pass;
    }
    let unknown = coverages.iter().find_map(|coverage| match coverage {
        Coverage::Unknown(why) => Some(why.clone()),
        _ => None,
    });
    let reasons: Vec<&str> = coverages.iter().filter_map(Coverage::reason).collect();
    let text = format!("no alarm of the group watches the errors of {alias} alone: {}", reasons.join("; "));
    let verdict = match (unknown, best) {
        (Some(why), _) => Verdict::inconclusive(why),
        (None, 0) => Verdict::fail(text),
        (None, percent) => Verdict::partial(percent, text),
    };
    verdict.at("AlarmConfiguration.Alarms")
}

/// How well an alarm guards an alias.
#[derive(Debug, Clone)]
enum Coverage {
    /// This many percent, and why not all.
    Percent(u8, String),
    /// Nobody can tell.
    Unknown(Why),
}

impl Coverage {
    /// The best of several; nobody can tell where an unknown one may be better than the best that is known, of which
    /// no more than `most` percent count.
    fn best(all: impl Iterator<Item = Self>, most: u8) -> Option<Self> {
        let all: Vec<Self> = all.collect();
        let known = all.iter().filter_map(Self::percent).max();
        let unknown = all.iter().position(|coverage| matches!(coverage, Self::Unknown(_)));
        let index = match unknown.filter(|_| known.is_none_or(|percent| percent < most)) {
            Some(unknown) => unknown,
            None => all.iter().position(|coverage| coverage.percent() == known)?,
        };
        all.into_iter().nth(index)
    }

    fn percent(&self) -> Option<u8> {
        match self {
            Self::Percent(percent, _) => Some(*percent),
            Self::Unknown(_) => None,
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Percent(percent, reason) if *percent < 100 => Some(reason),
            _ => None,
        }
    }
}

fn coverage_of(stack: &Stack<'_>, watched: &Watched<'_>, canary: &Canary) -> Coverage {
    match watched {
        Watched::Alarm(id, alarm) if rings_for_few(alarm) => {
            Coverage::Percent(0, format!("{id} fires when there are few errors, not when there are many"))
        }
        Watched::Alarm(id, alarm) => {
            let all = metrics(alarm).into_iter().map(|metric| coverage(stack, *id, &metric, canary));
            let best = Coverage::best(all, 100);
            match (best, &alarm.comparison_operator) {
                (None, _) => Coverage::Percent(0, format!("{id} watches no metric")),
                // It may ring for few.
                (Some(Coverage::Percent(1.., _)), Observed::Unknown(why)) if alarm.metrics.is_absent() => {
                    Coverage::Unknown(why.clone())
                }
                (Some(best), _) => best,
            }
        }
        Watched::Composite { members, only_or, id, .. } => {
            let most = if *only_or { 100 } else { 60 };
            match Coverage::best(members.iter().map(|member| coverage_of(stack, member, canary)), most) {
                Some(Coverage::Percent(percent, _)) if percent > 60 && !only_or => {
                    Coverage::Percent(60, format!("{id} fires only in combination with other alarms"))
                }
                Some(coverage) => coverage,
                None => Coverage::Percent(0, format!("{id} names no alarm")),
            }
        }
        Watched::Missing(name) => Coverage::Percent(0, format!("the alarm {name} does not exist")),
        Watched::Elsewhere(name) => {
            Coverage::Unknown(Why::NotObserved(format!("the alarm {name} is not in this stack")))
        }
        Watched::Unknown(why) => Coverage::Unknown(why.clone()),
    }
}

/// Whether it fires below its threshold. An expression may turn a metric round, so its sign says nothing.
fn rings_for_few(alarm: &Alarm) -> bool {
    let operator = alarm.comparison_operator.present().map(String::as_str);
    alarm.metrics.is_absent() && matches!(operator, Some("LessThanThreshold" | "LessThanOrEqualToThreshold"))
}

/// A metric that an alarm looks at.
pub(super) struct Metric<'a> {
    pub(super) namespace: &'a Observed<Text>,
    pub(super) name: &'a Observed<Text>,
    pub(super) dimensions: &'a Observed<Vec<Observed<Dimension>>>,
}

/// The metrics of an alarm: its own, or those of its expression. An entry that cannot be read is unknown throughout.
pub(super) fn metrics(alarm: &Alarm) -> Vec<Result<Metric<'_>, Why>> {
    let queries = match &alarm.metrics {
        Observed::Unknown(why) => return vec![Err(why.clone())],
        Observed::Absent => {
            return vec![Ok(Metric {
                namespace: &alarm.namespace,
                name: &alarm.metric_name,
                dimensions: &alarm.dimensions,
            })];
        }
        Observed::Present(queries) => queries,
    };
    queries.iter().filter_map(metric).collect()
}

/// The metric of an entry; none of an expression, which only speaks of other entries.
fn metric(query: &Observed<MetricDataQuery>) -> Option<Result<Metric<'_>, Why>> {
    let stat = query.as_ref().and_then(|query| query.metric_stat.as_ref());
    match stat.and_then(|stat| stat.metric.as_ref()) {
        Observed::Present(metric) => {
            Some(Ok(Metric { namespace: &metric.namespace, name: &metric.metric_name, dimensions: &metric.dimensions }))
        }
        Observed::Absent => None,
        Observed::Unknown(why) => Some(Err(why)),
    }
}

fn coverage(stack: &Stack<'_>, id: Name<'_>, metric: &Result<Metric<'_>, Why>, canary: &Canary) -> Coverage {
    let metric = match metric {
        Ok(metric) => metric,
        Err(why) => return Coverage::Unknown(why.clone()),
    };
    for (property, wanted) in [(metric.namespace, "AWS/Lambda"), (metric.name, "Errors")] {
        match property.is(wanted) {
            Ok(true) => {}
            Ok(false) => {
                return Coverage::Percent(30, format!("{id} watches another metric than Errors of AWS/Lambda"));
            }
            Err(why) => return Coverage::Unknown(why),
        }
    }
    match Dimensions::of(stack, metric.dimensions) {
        Ok(dimensions) => dimensions.coverage(id, canary),
        Err(why) => Coverage::Unknown(why),
    }
}

/// Whose errors: the dimensions that Lambda reports with.
#[derive(Default)]
struct Dimensions {
    function: Option<FunctionTarget>,
    resource: Option<FunctionTarget>,
    version: bool,
    others: bool,
}

impl Dimensions {
    fn of(stack: &Stack<'_>, dimensions: &Observed<Vec<Observed<Dimension>>>) -> Result<Self, Why> {
        let dimensions = match dimensions {
            Observed::Present(dimensions) => dimensions,
            Observed::Absent => return Ok(Self::default()),
            Observed::Unknown(why) => return Err(why.clone()),
        };
        let mut read = Self::default();
        for dimension in dimensions {
            let dimension = match dimension {
                Observed::Present(dimension) => dimension,
                Observed::Absent => continue,
                Observed::Unknown(why) => return Err(why.clone()),
            };
            let target = stack.functions.target_of(&dimension.value);
            match dimension.name.present().and_then(Text::as_str) {
                Some("FunctionName") => read.function = target.or(Some(FunctionTarget::Elsewhere)),
                Some("Resource") => read.resource = target.or(Some(FunctionTarget::Elsewhere)),
                Some("ExecutedVersion") => read.version = true,
                Some(_) => read.others = true,
                None => return Err(Why::Unresolved("the name of a dimension is not known".to_owned())),
            }
        }
        Ok(read)
    }

    /// Lambda reports `FunctionName`, `FunctionName` + `Resource`, both + `ExecutedVersion`, or none of them.
    fn coverage(&self, id: Name<'_>, canary: &Canary) -> Coverage {
        let never = |text: &str| Coverage::Percent(0, format!("{id} has {text}, which Lambda never reports: no data"));
        match (&self.function, &self.resource) {
            _ if self.others => never("dimensions besides FunctionName, Resource and ExecutedVersion"),
            (None, Some(_)) => never("Resource without FunctionName"),
            (_, None) if self.version => never("ExecutedVersion without Resource"),
            (None, None) => Coverage::Percent(30, format!("{id} watches all functions of the account together")),
            (Some(FunctionTarget::Unknown(why)), _) | (_, Some(FunctionTarget::Unknown(why))) => {
                Coverage::Unknown(why.clone())
            }
            (Some(function), resource) => {
                if let FunctionTarget::Unknown(why) = &canary.function {
                    return Coverage::Unknown(why.clone());
                }
                if function.function() != canary.function.function() {
                    return Coverage::Percent(0, format!("{id} watches another function"));
                }
                match resource {
                    None => {
                        Coverage::Percent(60, format!("{id} counts the errors of every version and alias together"))
                    }
                    Some(resource) => alias_coverage(id, resource, canary),
                }
            }
        }
    }
}

fn alias_coverage(id: Name<'_>, resource: &FunctionTarget, canary: &Canary) -> Coverage {
    let FunctionTarget::Function { function, qualifier } = resource else {
        return Coverage::Percent(0, format!("{id} watches another function"));
    };
    if canary.function.function() != Some(function) {
        return Coverage::Percent(0, format!("{id} has FunctionName and Resource of different functions: no data"));
    }
    match (qualifier.same(&canary.qualifier), qualifier) {
        (Some(true), _) => Coverage::Percent(100, String::new()),
        (_, Qualifier::Unknown(why)) => Coverage::Unknown(why.clone()),
        (None, _) => Coverage::Unknown(Why::Unresolved(format!("the name of {} is not known", canary.alias))),
        (Some(false), qualifier) => Coverage::Percent(0, format!("{id} watches {}", qualifier.in_words())),
    }
}

fn alarms_usable(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for (id, group, _) in stack.deployment_groups() {
        // Without alarms there is nothing to judge here; that they lack is another check's finding.
        match watching(stack, group) {
            Watching::Nothing(_) => {}
            Watching::Unknown(why) => verdicts.say(id, Verdict::inconclusive(why).at("AlarmConfiguration")),
            Watching::Alarms(alarms) => {
                verdicts.say(id, number_of(alarms.len()));
                alarms.iter().for_each(|alarm| verdicts.say(id, usable(alarm)));
            }
        }
    }
    let watches = |group: &DeploymentGroup| !matches!(watching(stack, group), Watching::Nothing(_));
    perhaps_shifting(stack, watches, &mut verdicts);
    verdicts.0
}

fn number_of(alarms: usize) -> Verdict {
    let verdict = match alarms {
        few if few <= MOST_BY_API => Verdict::Pass,
        some if some <= MOST_BY_QUOTA => Verdict::inconclusive(Why::NotObserved(format!(
            "{alarms} alarms, of which CodeDeploy takes {MOST_BY_API} by its API's description, {MOST_BY_QUOTA} by its quotas"
        ))),
        _ => Verdict::fail(format!(
            "{alarms} alarms, and CodeDeploy takes at most {MOST_BY_QUOTA} unless the quota is raised"
        )),
    };
    verdict.at("AlarmConfiguration.Alarms")
}

fn usable(alarm: &Watched<'_>) -> Verdict {
    match alarm {
        Watched::Alarm(id, alarm) => {
            let missing = alarm.treat_missing_data.judge(
                |treatment| match treatment.as_str() {
                    Some("breaching") => Verdict::fail(format!(
                        "{id} takes missing data for a failure: without traffic it is in ALARM and blocks the deployment"
                    )),
                    Some("ignore") => Verdict::partial(
                        70,
                        format!("{id} ignores missing data: once in ALARM it stays there until traffic comes, and blocks the fix"),
                    ),
                    Some(_) => Verdict::Pass,
                    None => Verdict::inconclusive(treatment.why_unresolved()),
                },
                || Verdict::Pass,
            );
            let missing = missing.place(id.place("TreatMissingData"));
            missing.worse(actions(*id, &alarm.actions_enabled)).worse(state(*id, &alarm.state_value))
        }
        Watched::Composite { id, alarm, .. } => {
            actions(*id, &alarm.actions_enabled).worse(state(*id, &alarm.state_value))
        }
        Watched::Missing(name) => Verdict::fail(format!(
            "the alarm {name} does not exist: CodeDeploy cannot read it, and stops the deployment"
        ))
        .at("AlarmConfiguration.Alarms"),
        Watched::Elsewhere(name) => {
            Verdict::inconclusive(Why::NotObserved(format!("the alarm {name} is not in this stack")))
                .at("AlarmConfiguration.Alarms")
        }
        Watched::Unknown(why) => Verdict::inconclusive(why.clone()).at("AlarmConfiguration.Alarms"),
    }
}

/// CodeDeploy reads the state, not the actions: an alarm without actions stops a deployment, and tells nobody.
fn actions(id: Name<'_>, enabled: &Observed<bool>) -> Verdict {
    let verdict = enabled.judge(
        |enabled| {
            if *enabled {
                Verdict::Pass
            } else {
                Verdict::partial(80, format!("the actions of {id} are disabled: it tells nobody"))
            }
        },
        || Verdict::Pass,
    );
    verdict.place(id.place("ActionsEnabled"))
}

/// Only a live stack has a state; its absence says nothing.
fn state(id: Name<'_>, state: &Observed<String>) -> Verdict {
    let verdict = state.judge(
        |state| match state.as_str() {
            "ALARM" => Verdict::fail(format!("{id} is in ALARM already: the deployment would be stopped at once")),
            "INSUFFICIENT_DATA" => {
                Verdict::partial(50, format!("{id} has no data yet, which CodeDeploy takes for a good sign"))
            }
            _ => Verdict::Pass,
        },
        || Verdict::Pass,
    );
    verdict.place(id.place("StateValue"))
}

fn window_fits(stack: &Stack<'_>, _: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let mut verdicts = Verdicts::default();
    for (id, group, _) in stack.deployment_groups() {
        let alarms = match watching(stack, group) {
            Watching::Nothing(_) => continue,
            Watching::Unknown(why) => {
                verdicts.say(id, Verdict::inconclusive(why).at("AlarmConfiguration"));
                continue;
            }
            Watching::Alarms(alarms) => alarms,
        };
        match group.strategy() {
            // Nothing waits: that all is shifted at once is another check's finding.
            Ok(Strategy::AllAtOnce) => {}
            Ok(strategy) => verdicts.say(id, all_in_time(&alarms, strategy)),
            Err(why) => verdicts.say(id, Verdict::inconclusive(why).at("DeploymentConfigName")),
        }
    }
    let waits = |group: &DeploymentGroup| {
        !matches!(watching(stack, group), Watching::Nothing(_)) && !matches!(group.strategy(), Ok(Strategy::AllAtOnce))
    };
    perhaps_shifting(stack, waits, &mut verdicts);
    verdicts.0
}

/// Whether the alarms fire within one step; each counts for itself.
fn all_in_time(alarms: &[Watched<'_>], strategy: Strategy) -> Verdict {
    let (step, steps) = match strategy {
        Strategy::AllAtOnce => return Verdict::Pass,
        Strategy::TimeBasedCanary { interval, .. } => (interval, "the canary"),
        Strategy::TimeBasedLinear { interval, .. } => (interval, "one step"),
    };
    let step = u64::from(step) * 60;
    let whole = u64::from(strategy.minutes()) * 60;
    let mut credit = 0;
    let mut late = Vec::new();
    for alarm in alarms {
        match alarm.seconds_to_fire() {
            Ok((_, seconds)) if seconds <= step => credit += 100,
            Ok((id, seconds)) => {
                // Late for its step, but still before the end of a linear shift.
                credit += if seconds <= whole { 50 } else { 0 };
                late.push(format!("{id} needs {seconds} s to fire"));
            }
            Err(why) => return Verdict::inconclusive(why).at("AlarmConfiguration.Alarms"),
        }
    }
    let percent = u8::try_from(credit / alarms.len().max(1)).unwrap_or(0);
    let text = format!("{}, and {steps} takes {step} s", late.join(", "));
    let verdict = match (late.is_empty(), percent) {
        (true, _) => Verdict::Pass,
        (false, 0) => Verdict::fail(text),
        (false, percent) => Verdict::partial(percent, text),
    };
    verdict.at("AlarmConfiguration.Alarms")
}
