//! A whole deployment on this machine: stack, versions, hooks, traffic shift, alarms, rollback.
//!
//! The hooks run through the same job and guard as in Lambda; CodeDeploy is the [`engine`], a state machine
//! over virtual time. Deterministic and instant: the clock is tokio's paused one, which jumps to the next
//! thing that happens.

pub mod alarm;
mod change;
mod driver;
pub mod engine;
mod feed;
mod figures;
pub mod html;
mod plan;
pub mod record;
pub mod scenario;
mod stage;
pub mod text;
pub mod traffic;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, tz::TimeZone};

pub use self::plan::{Plan, PlanError};
use self::{
    driver::{Called, Driven, Driver},
    engine::{
        Alarm, AlarmConfiguration, Alias, ApiError, AutoRollbackConfiguration, CreateDeploymentInput, DeploymentGroup,
        Engine, LambdaError, Settings,
    },
    record::{AlarmRecord, AliasRecord, Fault, HookRecord, Loss, Outcome, Rehearsal, Rollback, Subject},
    scenario::{Behaviour, Moment, Scenario},
    stage::{Scene, Stage},
};
use crate::{
    baseline::Baseline,
    check::VerdictKind,
    deployment::{AppSpec, Hooks, Strategy, Version, VersionError},
    evaluate::evaluate,
    event::Answer,
    facts::{Branch, Observed},
    hook::{Delivery, Guarded},
    judgement::Judgement,
    policy::Policy,
    report::{Counts, Entry, Report},
    score::score,
};

const APPLICATION: &str = "rehearsal";
const PRE_TRAFFIC_HOOK: &str = "CodeDeployHook_fitgate_pre_traffic";
const POST_TRAFFIC_HOOK: &str = "CodeDeployHook_fitgate_post_traffic";

/// What to rehearse.
#[derive(Debug, Clone)]
pub struct Script {
    /// The stack before the release: it passes for the last good one.
    pub before: Vec<Branch>,
    /// The stack that is released.
    pub after: Vec<Branch>,
    /// The logical id of the function to deploy; the first that CodeDeploy deploys where none is given.
    pub function: Option<String>,
    /// What happens.
    pub scenario: Scenario,
    /// What the hooks judge by.
    pub policy: Policy,
    /// The time of day at the beginning.
    pub epoch: Timestamp,
}

/// Why a rehearsal could not take place.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// There is nothing to deploy.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The scenario speaks of resources that the stack does not have.
    #[error("the scenario {0} changes nothing in this stack: none of its resources or properties is there")]
    ChangesNothing(String),
    /// The stack has no branch.
    #[error("there is no stack to rehearse")]
    NoStack,
    /// CodeDeploy refuses the deployment.
    #[error("CodeDeploy refuses the deployment: {0}")]
    Refused(#[from] ApiError),
    /// Lambda refuses an alias.
    #[error("Lambda refuses the alias: {0}")]
    Alias(#[from] LambdaError),
    /// A version number is none.
    #[error(transparent)]
    Version(#[from] VersionError),
    /// The runtime cannot start.
    #[error("cannot start the rehearsal's clock: {0}")]
    Clock(#[from] std::io::Error),
}

/// Rehearses a whole deployment.
///
/// # Errors
/// A [`RehearsalError`] where it cannot begin; a deployment that fails is no error but the result.
pub fn rehearse(script: &Script) -> Result<Rehearsal, RehearsalError> {
    let scenario = &script.scenario;
    let first = script.after.first().ok_or(RehearsalError::NoStack)?;
    let before = script.before.first().map(|branch| &branch.facts);
    let mut plan = Plan::of(&first.facts, before, script.function.as_deref(), scenario.strategy)?;
    plan.notes.extend(taken_branch(&script.after));
    let release = change::apply(&script.after, scenario, Moment::Release).branches;
    let shift = change::apply(&script.after, scenario, Moment::Shift);
    let changes = shift.changed.iter().sum::<usize>();
    let idle = |listed: usize, done: usize| listed > 0 && done == 0;
    if idle(scenario.changes.len(), changes) || idle(scenario.observations.len(), shift.hidden) {
        return Err(RehearsalError::ChangesNothing(scenario.name.clone()));
    }
    let without_effect = shift.changed.iter().zip(&scenario.changes).filter(|(changed, _)| **changed == 0);
    plan.notes.extend(without_effect.map(|(_, change)| format!("{} changes nothing in this stack", change.whom)));

    let versions = (Version::new(1)?, Version::new(2)?);
    let (engine, order) = codedeploy(&plan, scenario, script.epoch, versions)?;
    let scene = Scene {
        release,
        shift: shift.branches,
        policy: script.policy.clone(),
        baseline: Observed::Present(last_good(script)),
        strategy: plan.strategy,
        epoch: script.epoch,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    runtime.block_on(async {
        let stage = Stage::new(engine, scene);
        let driven = Driver::new(&stage, &plan, scenario, order, versions.1).run().await?;
        record(script, &plan, &stage, driven, versions)
    })
}

/// Which of several branches is deployed.
fn taken_branch(branches: &[Branch]) -> Option<String> {
    let first = branches.first().filter(|_| branches.len() > 1)?;
    let taken = first.assumptions.iter().map(|assumption| format!("{} is {}", assumption.condition, assumption.holds));
    let taken: Vec<String> = taken.collect();
    Some(format!(
        "open conditions make {} branches: deployed is the one where {}; the hooks judge all",
        branches.len(),
        taken.join(", ")
    ))
}

/// The stack before the release, judged as its own release would have been.
fn last_good(script: &Script) -> Baseline {
    let today = script.epoch.to_zoned(TimeZone::UTC).date();
    let evaluation = evaluate(&script.before, &script.policy, today);
    let fitness = score(&evaluation, &script.policy);
    Baseline::of(&evaluation, &fitness)
}

/// The local CodeDeploy before the deployment, and what is ordered of it.
fn codedeploy(
    plan: &Plan,
    scenario: &Scenario,
    epoch: Timestamp,
    (current, target): (Version, Version),
) -> Result<(Engine, CreateDeploymentInput), RehearsalError> {
    let function = plan.function.as_str();
    let epoch = engine::Timestamp(epoch.as_millisecond());
    let mut engine = Engine::new(Settings { epoch, ..Settings::default() });
    engine.publish_version(function, current);
    engine.publish_version(function, target);
    engine.set_alias(function, &plan.alias, Alias::of(current))?;
    if Strategy::named(&plan.config).is_none() {
        engine.create_deployment_config(&plan.config, plan.strategy)?;
    }
    engine.create_deployment_group(group(plan))?;
    let hook = |behaviour, name: &str| (behaviour != Behaviour::Absent).then(|| name.to_owned());
    let spec = AppSpec {
        resource: function.to_owned(),
        function: function.to_owned(),
        alias: plan.alias.clone(),
        current,
        target,
        hooks: Hooks {
            before_allow_traffic: hook(scenario.before, PRE_TRAFFIC_HOOK),
            after_allow_traffic: hook(scenario.after, POST_TRAFFIC_HOOK),
        },
    };
    Ok((engine, CreateDeploymentInput::of(APPLICATION, &plan.group, &spec)))
}

fn group(plan: &Plan) -> DeploymentGroup {
    let mut group = DeploymentGroup::new(APPLICATION, &plan.group, &plan.config);
    group.alarm_configuration = AlarmConfiguration {
        enabled: !plan.alarms.is_empty(),
        ignore_poll_alarm_failure: plan.ignore_poll_alarm_failure,
        alarms: plan.alarms.iter().map(|alarm| Alarm { name: alarm.name.clone() }).collect(),
    };
    group.auto_rollback_configuration =
        AutoRollbackConfiguration { enabled: !plan.rollback_events.is_empty(), events: plan.rollback_events.clone() };
    group
}

fn record(
    script: &Script,
    plan: &Plan,
    stage: &Stage,
    driven: Driven,
    (current, target): (Version, Version),
) -> Result<Rehearsal, RehearsalError> {
    let alias = stage.ask(|engine| engine.alias(plan.function.as_str(), &plan.alias))?;
    Ok(Rehearsal {
        scenario: script.scenario.name.clone(),
        description: script.scenario.description.clone(),
        subject: Subject {
            function: plan.function.to_string(),
            alias: plan.alias.clone(),
            strategy: plan.config.clone(),
            current_version: current.to_string(),
            target_version: target.to_string(),
            deployed_alongside: plan.alongside.iter().map(ToString::to_string).collect(),
        },
        deployment: stage.ask(|engine| outcome(engine))?,
        hooks: driven
            .hooks
            .into_iter()
            .map(|called| hook_record(called, &stage.scene.policy, &stage.scene.baseline))
            .collect(),
        alias: AliasRecord {
            version: alias.version.to_string(),
            weights: alias
                .weights()
                .into_iter()
                .map(|(version, weight)| (version.to_string(), weight.as_fraction()))
                .collect(),
        },
        alarms: plan
            .alarms
            .iter()
            .map(|alarm| AlarmRecord {
                name: alarm.name.clone(),
                state: driven.alarms.get(&alarm.name).map_or("INSUFFICIENT_DATA", |state| state.name()),
                unfed: alarm.rule.as_ref().err().cloned(),
            })
            .collect(),
        notes: plan.notes.clone(),
        timeline: driven.timeline,
    })
}

/// How the first deployment ended, and the rollback that it caused.
fn outcome(engine: &Engine) -> Result<Outcome, RehearsalError> {
    let first = engine.deployments().first().map(ToString::to_string).unwrap_or_default();
    let info = engine.get_deployment(&first)?.deployment_info;
    let rollback = info.rollback_info.and_then(|rollback| rollback.rollback_deployment_id);
    let rollback = match rollback {
        Some(id) => {
            let status = engine.get_deployment(id.as_str())?.deployment_info.status;
            Some(Rollback { deployment: id.to_string(), status })
        }
        None => None,
    };
    Ok(Outcome {
        id: first,
        status: info.status,
        error: info.error_information.map(|error| Fault { code: error.code, message: error.message }),
        rollback,
    })
}

fn hook_record(called: Called, policy: &Policy, baseline: &Observed<Baseline>) -> HookRecord {
    let deliveries = called.results.iter().map(told).collect();
    let mut record = HookRecord {
        phase: called.phase,
        answer: delivered(&called),
        fitness: None,
        fitness_before: baseline.present().and_then(|baseline| baseline.fitness.total).map(|score| score.as_f64()),
        reasons: Vec::new(),
        resources: 0,
        counts: BTreeMap::new(),
        lost: Vec::new(),
        invocations: called.invocations,
        deliveries,
    };
    match called.results.into_iter().next().map(|guarded| guarded.outcome) {
        Some(Ok(judgement)) => judged(&mut record, &judgement, policy),
        Some(Err(mishap)) => record.reasons.push(mishap.to_string()),
        None => record.reasons.push("the process ended before it answered, at every attempt".to_owned()),
    }
    record
}

/// What CodeDeploy was told; an answer that it did not take is none.
fn delivered(called: &Called) -> Option<Answer> {
    let taken = called.results.iter().find(|guarded| matches!(guarded.delivery, Delivery::Delivered { .. }));
    taken.map(|guarded| guarded.answer)
}

fn told(guarded: &Guarded) -> String {
    format!("{}: {}", guarded.answer.name(), guarded.delivery)
}

fn judged(record: &mut HookRecord, judgement: &Judgement, policy: &Policy) {
    record.fitness = judgement.fitness.total.map(|score| score.as_f64());
    record.reasons = judgement.decision.reasons.iter().map(ToString::to_string).collect();
    if record.reasons.is_empty() {
        record.reasons.push("no limit of the policy is crossed, and nothing blocks".to_owned());
    }
    record.resources = judgement.evaluation.resources;
    let counts = Counts::of(&judgement.evaluation.findings);
    record.counts = BTreeMap::from([
        ("pass", counts.pass),
        ("partial", counts.partial),
        ("fail", counts.fail),
        ("inconclusive", counts.inconclusive),
        ("exempted", counts.exempted),
    ]);
    record.lost = lost(judgement, policy);
}

/// The points that each finding costs, the most first.
fn lost(judgement: &Judgement, policy: &Policy) -> Vec<Loss> {
    let known: BTreeSet<_> = judgement.baseline.present().map(Baseline::known_failures).unwrap_or_default();
    let Judgement { evaluation, fitness, decision, .. } = judgement;
    let report = Report::new("", evaluation, fitness, decision, policy, &|_, _| None);
    let loss = |entry: &Entry| Loss {
        check: entry.check.id.to_owned(),
        resource: entry.resource.to_string(),
        points: entry.lost,
        new: entry.verdict == VerdictKind::Fail && !known.contains(&(entry.check.id, &entry.resource)),
        evidence: entry.evidence.clone(),
    };
    report.losses().into_iter().map(loss).collect()
}
