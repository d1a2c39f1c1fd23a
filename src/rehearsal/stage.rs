//! Where a rehearsal plays: the local CodeDeploy, the stack, and the world as its hooks see it.

use std::{cell::RefCell, collections::BTreeSet, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

use super::{
    engine::{ApiError, Engine, Exception, LifecycleEventStatus, Time},
    scenario::Behaviour,
};
use crate::{
    baseline::Baseline,
    deployment::{Deployment, Strategy},
    event::{Answer, HookEvent, Phase},
    facts::{Branch, Observed, Why},
    judgement::Judgement,
    need::Need,
    policy::Policy,
    world::{Mishap, Outage, Undelivered, World},
};

/// How long a call to AWS takes here. A round figure of the order seen in one region, so that the timeline
/// shows work as taking time; nothing is decided by it.
const CALL: Duration = Duration::from_millis(100);

/// How often CodeDeploy throttles an answer before it takes one ([`Behaviour::AnswerThrottled`]).
const THROTTLED_ANSWERS: u32 = 2;

/// What hooks and driver share.
#[derive(Debug)]
pub(super) struct Stage {
    engine: RefCell<Engine>,
    started: Instant,
    /// Rung when a hook has told CodeDeploy something.
    pub(super) news: Notify,
    pub(super) scene: Scene,
}

/// What the hooks find.
#[derive(Debug)]
pub(super) struct Scene {
    /// What the release made of the stack, as the pre-traffic hook sees it.
    pub(super) release: Vec<Branch>,
    /// The same after what happens during the shift, as the post-traffic hook sees it.
    pub(super) shift: Vec<Branch>,
    pub(super) policy: Policy,
    pub(super) baseline: Observed<Baseline>,
    pub(super) strategy: Strategy,
    /// The time of day at the beginning.
    pub(super) epoch: Timestamp,
}

impl Stage {
    /// Must be called on a paused clock: the time begins here.
    pub(super) fn new(engine: Engine, scene: Scene) -> Self {
        Self { engine: RefCell::new(engine), started: Instant::now(), news: Notify::new(), scene }
    }

    /// The virtual time.
    pub(super) fn now(&self) -> Time {
        Time::ZERO + self.started.elapsed()
    }

    /// The moment of the paused clock that `time` is.
    pub(super) fn instant(&self, time: Time) -> Instant {
        self.started + time.since(Time::ZERO)
    }

    /// Asks CodeDeploy something at the present moment. `question` must not ask again within itself.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&mut Engine) -> T) -> T {
        let mut engine = self.engine.borrow_mut();
        engine.advance(self.now());
        question(&mut engine)
    }
}

/// The world as one invocation of a hook sees it.
#[derive(Debug)]
pub(super) struct Rehearsed<'a> {
    pub(super) stage: &'a Stage,
    pub(super) phase: Phase,
    pub(super) behaviour: Behaviour,
    /// How often this invocation has been told to come back later.
    throttled: RefCell<u32>,
}

impl<'a> Rehearsed<'a> {
    pub(super) fn new(stage: &'a Stage, phase: Phase, behaviour: Behaviour) -> Self {
        Self { stage, phase, behaviour, throttled: RefCell::new(0) }
    }

    fn branches(&self) -> &'a [Branch] {
        match self.phase {
            Phase::BeforeAllowTraffic => &self.stage.scene.release,
            Phase::AfterAllowTraffic => &self.stage.scene.shift,
        }
    }
}

impl World for Rehearsed<'_> {
    async fn deployment(&self, event: &HookEvent) -> Result<Deployment, Outage> {
        sleep(CALL).await;
        let step = format!("read the deployment {}", event.deployment_id);
        let described = self.stage.ask(|engine| described(engine, event, self.stage.scene.strategy));
        described.map_err(|why| Outage { step, why })
    }

    async fn policy(&self, _: &Deployment) -> Result<Policy, Outage> {
        sleep(CALL).await;
        Ok(self.stage.scene.policy.clone())
    }

    async fn observe(&self, _: &Deployment, _: &BTreeSet<Need>) -> Result<Vec<Branch>, Outage> {
        sleep(CALL * 6).await;
        match self.behaviour {
            // Without the message that `panic!` writes to standard error: the guard reports it.
            Behaviour::Panics => std::panic::resume_unwind(Box::new("a judge of this scenario broke")),
            Behaviour::Hangs => std::future::pending().await,
            _ => Ok(self.branches().to_vec()),
        }
    }

    async fn baseline(&self, _: &Deployment) -> Observed<Baseline> {
        sleep(CALL).await;
        self.stage.scene.baseline.clone()
    }

    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    async fn answer(&self, event: &HookEvent, answer: Answer) -> Result<(), Undelivered> {
        sleep(CALL).await;
        if self.behaviour == Behaviour::AnswerThrottled && *self.throttled.borrow() < THROTTLED_ANSWERS {
            *self.throttled.borrow_mut() += 1;
            let operation = "codedeploy:PutLifecycleEventHookExecutionStatus".to_owned();
            return Err(Undelivered::ForNow(Why::Throttled { operation }));
        }
        let (deployment, execution) = (event.deployment_id.as_str(), event.execution_id.as_str());
        let told = self
            .stage
            .ask(|engine| engine.put_lifecycle_event_hook_execution_status(deployment, execution, answer.name()));
        self.stage.news.notify_one();
        match told {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.exception == Exception::LifecycleEventAlreadyCompleted => {
                Err(Undelivered::AlreadyCompleted)
            }
            Err(refusal) => Err(Undelivered::ForGood(refused("PutLifecycleEventHookExecutionStatus", &refusal))),
        }
    }

    /// Nothing is published: the record of the rehearsal is what there is to read.
    async fn publish(&self, _: &HookEvent, _: Result<&Judgement, &Mishap>, _: Answer) -> Result<(), Outage> {
        Ok(())
    }

    async fn pause(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn now(&self) -> Timestamp {
        self.stage.scene.epoch.saturating_add(self.stage.now().since(Time::ZERO)).unwrap_or(self.stage.scene.epoch)
    }
}

/// A deployment from what CodeDeploy says of it: `GetDeployment`, and the target with its events.
fn described(engine: &Engine, event: &HookEvent, strategy: Strategy) -> Result<Deployment, Why> {
    let id = event.deployment_id.as_str();
    let info = engine.get_deployment(id).map_err(|error| refused("GetDeployment", &error))?.deployment_info;
    let targets = engine.list_deployment_targets(id, &[]).map_err(|error| refused("ListDeploymentTargets", &error))?;
    let described = engine
        .batch_get_deployment_targets(id, &targets.target_ids)
        .map_err(|error| refused("BatchGetDeploymentTargets", &error))?;
    let target = described.deployment_targets.into_iter().next().map(|target| target.lambda_target);
    let target = target.ok_or_else(|| Why::Malformed(format!("deployment {id} has no target")))?;
    let phase = target
        .lifecycle_events
        .iter()
        .filter(|lifecycle| lifecycle.status == LifecycleEventStatus::InProgress)
        .find_map(|lifecycle| Phase::of_lifecycle_event(&lifecycle.lifecycle_event_name));
    let function = target.lambda_function_info;
    Ok(Deployment {
        id: event.deployment_id.clone(),
        application: info.application_name,
        group: info.deployment_group_name,
        function: function.function_name,
        alias: function.function_alias,
        current: function.current_version,
        target: function.target_version,
        phase: phase.ok_or_else(|| Why::Malformed(format!("no hook of deployment {id} is in progress")))?,
        weight: function.target_version_weight,
        config: info.deployment_config_name,
        strategy: Some(strategy),
        created: Timestamp::from_millisecond(info.create_time.0).ok(),
        creator: None,
        external_id: info.external_id,
    })
}

fn refused(operation: &str, error: &ApiError) -> Why {
    Why::Failed { operation: format!("codedeploy:{operation}"), message: error.to_string() }
}
