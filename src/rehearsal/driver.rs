//! Drives a rehearsal: the local CodeDeploy on tokio's paused clock, hooks as futures, traffic by the minute.

use std::{collections::BTreeMap, future::Future, pin::Pin, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::{sleep, sleep_until, timeout};

use super::{
    alarm::{Alarm, State},
    engine::{
        AfterFailure, AlarmPoll, AlarmState, ApiError, AsyncInvoke, AttemptFailure, CreateDeploymentInput, Effect,
        EffectKind, Engine, Invocation, Time,
    },
    plan::Plan,
    record::Entry,
    scenario::{Behaviour, Scenario, Stop},
    stage::{Rehearsed, Stage},
    traffic::{Sample, Traffic},
};
use crate::{
    deployment::Version,
    event::{HookEvent, Phase},
    hook::{Allowance, DEFAULT_RESERVE, Guarded, guard},
    policy::Mode,
};

/// Lambda's deadline for the hooks here, and what they keep of it.
const ALLOWANCE: Allowance = Allowance { total: Duration::from_secs(120), reserve: DEFAULT_RESERVE };

/// From the event to the first line of a hook's code.
const COLD_START: Duration = Duration::from_millis(200);

/// How long the process of [`Behaviour::Dies`] lives: into the observations, before the answer.
const LIFE: Duration = Duration::from_millis(600);

/// The longest that alarms look back before the deployment here, minutes; CloudWatch's own limit for periods of
/// less than an hour is a day: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html>.
const LONGEST_PAST: u64 = 24 * 60;

const MINUTE: Duration = Duration::from_secs(60);

/// What a drive leaves to be told.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) timeline: Vec<Entry>,
    pub(super) hooks: Vec<Called>,
    pub(super) alarms: BTreeMap<String, State>,
}

/// A hook that CodeDeploy called, and what became of each invocation.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) event: HookEvent,
    pub(super) phase: Phase,
    pub(super) invocations: u32,
    pub(super) results: Vec<Guarded>,
}

/// One invocation that came to its end; `None` where the process died.
struct Ended {
    hook: usize,
    queued: Time,
    attempt: u8,
    guarded: Option<Guarded>,
}

type Running<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = Ended> + 'a>>>;

pub(super) struct Driver<'a> {
    stage: &'a Stage,
    scenario: &'a Scenario,
    order: CreateDeploymentInput,
    target: Version,
    running: Running<'a>,
    traffic: Traffic,
    /// Minute by minute, those before the deployment included.
    samples: Vec<Sample>,
    /// The minutes of the deployment that are over.
    minutes: u32,
    alarms: BTreeMap<String, Alarm>,
    stop: Option<Stop>,
    /// The weight of the target version since when, and what the running minute has seen of it.
    weight: f64,
    weighed: Time,
    weighted_seconds: f64,
    out: Driven,
}

impl<'a> Driver<'a> {
    pub(super) fn new(
        stage: &'a Stage,
        plan: &'a Plan,
        scenario: &'a Scenario,
        order: CreateDeploymentInput,
        target: Version,
    ) -> Self {
        let fed = plan
            .alarms
            .iter()
            .filter_map(|alarm| Some((alarm.name.clone(), Alarm::new(alarm.rule.as_ref().ok()?.clone()))));
        Self {
            stage,
            scenario,
            order,
            target,
            running: FuturesUnordered::new(),
            traffic: Traffic::new(scenario.load),
            samples: Vec::new(),
            minutes: 0,
            alarms: fed.collect(),
            stop: scenario.stop,
            weight: 0.0,
            weighed: Time::ZERO,
            weighted_seconds: 0.0,
            out: Driven { timeline: Vec::new(), hooks: Vec::new(), alarms: BTreeMap::new() },
        }
    }

    /// Runs the deployment, and its rollback, to the end.
    ///
    /// # Errors
    /// Where CodeDeploy refuses the deployment, or a call that a driver has to make.
    pub(super) async fn run(mut self) -> Result<Driven, ApiError> {
        self.past();
        let created = self.stage.ask(|engine| engine.create_deployment(self.order.clone()))?;
        loop {
            self.act_on_effects()?;
            let wakeup = self.stage.ask(|engine| engine.next_wakeup());
            if wakeup.is_none() && self.running.is_empty() {
                break;
            }
            let next = wakeup.map_or(self.end_of_minute(), |wakeup| wakeup.min(self.next_of_own()));
            tokio::select! {
                biased;
                Some(ended) = self.running.next(), if !self.running.is_empty() => self.ended(ended),
                () = self.stage.news.notified() => {}
                () = sleep_until(self.stage.instant(next)) => {}
            }
            self.tick(created.deployment_id.as_str())?;
        }
        if let Some(stop) = self.stop {
            self.tell(format!("the deployment was over before it could be stopped in minute {}", stop.minute));
        }
        self.try_again().await;
        self.out.alarms = self.alarms.into_iter().map(|(name, alarm)| (name, alarm.state())).collect();
        Ok(self.out)
    }

    /// Lets the alarms see the traffic of the current version before the deployment: some ring already.
    fn past(&mut self) {
        let window = self.alarms.values().map(Alarm::minutes).max().unwrap_or(0);
        for _ in 0..window.min(LONGEST_PAST) {
            self.samples.push(self.traffic.before());
            for alarm in self.alarms.values_mut() {
                alarm.evaluate(&self.samples);
            }
        }
        let states = self.alarms.iter().filter(|(_, alarm)| alarm.state() == State::Alarm);
        let ringing: Vec<String> = states.map(|(name, _)| format!("alarm {name} is in ALARM already")).collect();
        ringing.into_iter().for_each(|alarm| self.tell(alarm));
    }

    fn end_of_minute(&self) -> Time {
        Time::ZERO + MINUTE * self.minutes.saturating_add(1)
    }

    /// When something happens that is not CodeDeploy's.
    fn next_of_own(&self) -> Time {
        match self.stop {
            Some(stop) => self.end_of_minute().min(Time::from_secs(stop.minute.saturating_mul(60))),
            None => self.end_of_minute(),
        }
    }

    /// Does what is due by the clock: a minute of traffic, a stop by hand.
    fn tick(&mut self, deployment: &str) -> Result<(), ApiError> {
        let now = self.stage.now();
        if now >= self.end_of_minute() {
            self.minute();
        }
        if let Some(stop) = self.stop.filter(|stop| now >= Time::from_secs(stop.minute.saturating_mul(60))) {
            self.stop = None;
            let rollback = if stop.rollback { "with rollback" } else { "without rollback" };
            self.tell(format!("stopped by hand, {rollback}"));
            // A deployment that ended before the stop is no error of the rehearsal: it is told.
            let stopped = self.stage.ask(|engine| engine.stop_deployment(deployment, Some(stop.rollback)));
            if let Err(refusal) = stopped {
                self.tell(format!("CodeDeploy refuses to stop: {refusal}"));
            }
        }
        Ok(())
    }

    fn act_on_effects(&mut self) -> Result<(), ApiError> {
        loop {
            let effects = self.stage.ask(Engine::take_effects);
            if effects.is_empty() {
                return Ok(());
            }
            for effect in effects {
                self.act(effect)?;
            }
        }
    }

    fn act(&mut self, effect: Effect) -> Result<(), ApiError> {
        let id = effect.deployment;
        match effect.kind {
            EffectKind::PollAlarms { alarms } => {
                let states = alarms.into_iter().map(|name| (name.clone(), self.state_of(&name))).collect();
                self.stage.ask(|engine| engine.report_alarms(&id, &AlarmPoll::States(states)))?;
            }
            EffectKind::InvokeHook { phase, hook_event, .. } => {
                self.stage.ask(|engine| engine.hook_invoked(&hook_event, Invocation::Accepted))?;
                self.tell(format!("{} hook invoked", phase.word()));
                self.call(phase, hook_event);
            }
            EffectKind::AliasUpdated { to, .. } => {
                self.weigh();
                self.weight = to.weight_of(self.target).as_fraction();
                self.enter(format!("alias updated, {:.0} % to the target", self.weight * 100.0), true, None);
            }
            EffectKind::Created { rollback_of: None } => self.tell(format!("deployment {id} created")),
            EffectKind::Created { rollback_of: Some(undone) } => {
                self.tell(format!("rollback {id} of {undone} created"));
            }
            EffectKind::Started => self.tell(format!("{id} Start")),
            EffectKind::LifecycleEvent { name, status } => self.tell(format!("{name} {status}")),
            EffectKind::Finished { status, error, .. } => {
                let why = error.map_or(String::new(), |error| format!(": {}", error.code));
                self.tell(format!("{id} End, {status}{why}"));
            }
        }
        Ok(())
    }

    /// An alarm that nothing feeds has no data.
    fn state_of(&self, name: &str) -> AlarmState {
        match self.alarms.get(name).map(Alarm::state) {
            Some(State::Ok) => AlarmState::Ok,
            Some(State::Alarm) => AlarmState::Alarm,
            Some(State::InsufficientData) | None => AlarmState::InsufficientData,
        }
    }

    fn tell(&mut self, event: String) {
        self.enter(event, false, None);
    }

    fn enter(&mut self, event: String, step: bool, sample: Option<Sample>) {
        let now = self.stage.now();
        self.out.timeline.push(Entry {
            minute: now.as_millis() / 60_000,
            second: now.as_secs_f64(),
            event,
            target_weight: self.weight,
            step,
            traffic: sample.map(Into::into),
        });
    }

    /// Adds to the running minute what the target's weight has been since it was last looked at.
    fn weigh(&mut self) {
        let now = self.stage.now();
        self.weighted_seconds += self.weight * now.since(self.weighed).as_secs_f64();
        self.weighed = now;
    }

    /// A minute of traffic at the weight it saw, and what the alarms make of it.
    fn minute(&mut self) {
        self.weigh();
        let share = (std::mem::take(&mut self.weighted_seconds) / MINUTE.as_secs_f64()).clamp(0.0, 1.0);
        self.minutes = self.minutes.saturating_add(1);
        let sample = self.traffic.minute(u64::from(self.minutes), share);
        self.samples.push(sample);
        self.enter("traffic".to_owned(), false, Some(sample));
        let mut changes = Vec::new();
        for (name, alarm) in &mut self.alarms {
            let before = alarm.state();
            let after = alarm.evaluate(&self.samples);
            if before != after {
                changes.push(format!("alarm {name} goes from {} to {}", before.name(), after.name()));
            }
        }
        changes.into_iter().for_each(|change| self.tell(change));
    }

    fn call(&mut self, phase: Phase, event: HookEvent) {
        let hook = self.out.hooks.len();
        self.out.hooks.push(Called { event, phase, invocations: 0, results: Vec::new() });
        let now = self.stage.now();
        let deliveries = if self.behaviour(phase) == Behaviour::AnswersTwice { 2 } else { 1 };
        for _ in 0..deliveries {
            self.invoke(hook, now, 1, COLD_START);
        }
    }

    fn behaviour(&self, phase: Phase) -> Behaviour {
        match phase {
            Phase::BeforeAllowTraffic => self.scenario.before,
            Phase::AfterAllowTraffic => self.scenario.after,
        }
    }

    fn invoke(&mut self, hook: usize, queued: Time, attempt: u8, after: Duration) {
        let Some(called) = self.out.hooks.get_mut(hook) else { return };
        called.invocations += 1;
        let (stage, phase, event) = (self.stage, called.phase, called.event.clone());
        let behaviour = self.behaviour(phase);
        self.running.push(Box::pin(async move {
            sleep(after).await;
            let world = Rehearsed::new(stage, phase, behaviour);
            let work = guard(&world, &event, ALLOWANCE, Mode::Enforce);
            let guarded = match behaviour {
                // The process ends where it stands: the future is dropped.
                Behaviour::Dies => timeout(LIFE, work).await.ok(),
                _ => Some(work.await),
            };
            Ended { hook, queued, attempt, guarded }
        }));
    }

    /// What Lambda does at the end of an asynchronous invocation.
    fn ended(&mut self, ended: Ended) {
        let Some(phase) = self.out.hooks.get(ended.hook).map(|called| called.phase) else { return };
        let hook = phase.word();
        match ended.guarded {
            Some(guarded) => {
                self.tell(format!("{hook} hook answers {}: {}", guarded.answer.name(), guarded.delivery));
                if let Some(called) = self.out.hooks.get_mut(ended.hook) {
                    called.results.push(guarded);
                }
            }
            None => {
                let now = self.stage.now();
                let lambda = AsyncInvoke::default();
                match lambda.after_failure(ended.queued, now, ended.attempt, AttemptFailure::FunctionError) {
                    AfterFailure::RetryAt(at) => {
                        self.tell(format!("the {hook} hook died; Lambda tries again"));
                        self.invoke(ended.hook, ended.queued, ended.attempt + 1, at.since(now));
                    }
                    AfterFailure::GiveUp(_) => self.tell(format!("the {hook} hook died; Lambda gives up")),
                }
            }
        }
    }

    /// Where an end without rollback left the alias on two versions, the next deployment shows what that means.
    async fn try_again(&mut self) {
        if self.weight <= 0.0 || self.weight >= 1.0 {
            return;
        }
        let created = match self.stage.ask(|engine| engine.create_deployment(self.order.clone())) {
            Ok(created) => created.deployment_id,
            Err(refusal) => return self.tell(format!("the next deployment is refused: {refusal}")),
        };
        self.tell(format!("the next deployment {created} is created"));
        // It looks at the alias when it starts, before it calls a hook.
        while let Some(at) = self.stage.ask(|engine| engine.next_wakeup()) {
            sleep_until(self.stage.instant(at)).await;
            let effects = self.stage.ask(Engine::take_effects);
            let settled =
                |kind: &EffectKind| matches!(kind, EffectKind::Finished { .. } | EffectKind::InvokeHook { .. });
            if effects.iter().any(|effect| settled(&effect.kind)) {
                break;
            }
        }
        let info = self.stage.ask(|engine| engine.get_deployment(created.as_str()));
        match info.ok().and_then(|output| output.deployment_info.error_information) {
            Some(error) => self.tell(format!("the next deployment fails: {}: {}", error.code, error.message)),
            None => self.tell("the next deployment starts".to_owned()),
        }
    }
}
