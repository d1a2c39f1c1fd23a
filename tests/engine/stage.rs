//! A stage for the engine: one function with an alias, one group, and a driver that plays hooks and alarms.

use std::collections::BTreeMap;

use fitgate::{
    deployment::{AppSpec, Hooks, Strategy, Version, Weight},
    event::{DeploymentId, HookEvent, Phase},
    rehearsal::engine::{
        AlarmConfiguration, AlarmPoll, AlarmState, Alias, AutoRollbackConfiguration, AutoRollbackEvent,
        CreateDeploymentInput, DeploymentGroup, DeploymentInfo, DeploymentTarget, Effect, EffectKind, Engine,
        Invocation, LifecycleEventStatus, PollFailure, Settings, Time,
    },
};

pub(crate) const APPLICATION: &str = "app";
pub(crate) const GROUP: &str = "group";
pub(crate) const FUNCTION: &str = "fn";
pub(crate) const ALIAS: &str = "live";

/// What a hook does with its event.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hook {
    /// The AppSpec has none.
    Absent,
    /// Lambda takes the event, and this status is reported so many seconds later.
    Reports(&'static str, u64),
    /// Lambda takes the event, and nothing more is heard.
    Silent,
    /// Nobody says that Lambda took it.
    Unheard,
    /// Lambda does not take it.
    Refused(Invocation),
}

/// How CloudWatch answers polls.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CloudWatch {
    /// No alarms in the group.
    NoAlarms,
    /// Quiet all the time.
    Quiet,
    /// In this state from this second on.
    From(u64, AlarmState),
    /// Polls fail from this second on.
    FailsFrom(u64, PollFailure),
    /// Polls stay unanswered from this second on.
    DeafFrom(u64),
    /// The alarm does not exist.
    Unknown,
}

/// A group and an AppSpec to play.
#[derive(Debug, Clone)]
pub(crate) struct Play {
    pub(crate) config: &'static str,
    pub(crate) before: Hook,
    pub(crate) after: Hook,
    pub(crate) cloudwatch: CloudWatch,
    pub(crate) ignore_poll_failure: bool,
    pub(crate) rollback: &'static [AutoRollbackEvent],
    /// Stops the deployment at this second, with this `autoRollbackEnabled`.
    pub(crate) stop: Option<(u64, Option<bool>)>,
}

impl Default for Play {
    /// Linear, both hooks say yes after two seconds, no alarm, everything rolled back.
    fn default() -> Self {
        Self {
            config: "Linear10PercentEvery1Minute",
            before: Hook::Reports("Succeeded", 2),
            after: Hook::Reports("Succeeded", 2),
            cloudwatch: CloudWatch::NoAlarms,
            ignore_poll_failure: false,
            rollback: &AutoRollbackEvent::ALL,
            stop: None,
        }
    }
}

/// The engine and all that came out of it.
pub(crate) struct Stage {
    pub(crate) engine: Engine,
    pub(crate) effects: Vec<Effect>,
    play: Play,
    reports: Vec<(Time, HookEvent, &'static str)>,
}

impl Stage {
    /// Versions 1 to 9 are published; the alias points to version 3.
    pub(crate) fn new(play: Play) -> Self {
        let mut engine = Engine::new(Settings::default());
        for number in 1..=9 {
            engine.publish_version(FUNCTION, version(number));
        }
        engine.set_alias(FUNCTION, ALIAS, Alias::of(version(3))).unwrap();
        engine.create_deployment_config("Slow", Strategy::canary(1, 2_880).unwrap()).unwrap();
        let alarms = match play.cloudwatch {
            CloudWatch::NoAlarms => AlarmConfiguration::default(),
            _ => AlarmConfiguration {
                ignore_poll_alarm_failure: play.ignore_poll_failure,
                ..AlarmConfiguration::of(["errors", "latency"])
            },
        };
        let auto_rollback_configuration = match play.rollback {
            [] => AutoRollbackConfiguration::default(),
            events => AutoRollbackConfiguration::on(events.iter().copied()),
        };
        let group = DeploymentGroup::new(APPLICATION, GROUP, play.config);
        engine
            .create_deployment_group(DeploymentGroup {
                alarm_configuration: alarms,
                auto_rollback_configuration,
                ..group
            })
            .unwrap();
        Self { engine, effects: Vec::new(), play, reports: Vec::new() }
    }

    /// Creates the deployment from version 3 to version 4.
    pub(crate) fn create(&mut self) -> DeploymentId {
        let spec = self.spec(3, 4);
        self.create_from(&spec)
    }

    pub(crate) fn create_from(&mut self, spec: &AppSpec) -> DeploymentId {
        self.engine.create_deployment(CreateDeploymentInput::of(APPLICATION, GROUP, spec)).unwrap().deployment_id
    }

    pub(crate) fn spec(&self, current: u64, target: u64) -> AppSpec {
        let hook = |hook: Hook, name: &str| (!matches!(hook, Hook::Absent)).then(|| name.to_owned());
        AppSpec {
            resource: "myFn".to_owned(),
            function: FUNCTION.to_owned(),
            alias: ALIAS.to_owned(),
            current: version(current),
            target: version(target),
            hooks: Hooks {
                before_allow_traffic: hook(self.play.before, "CodeDeployHook_pre"),
                after_allow_traffic: hook(self.play.after, "CodeDeployHook_post"),
            },
        }
    }

    /// Plays until nothing is left to happen.
    pub(crate) fn play(&mut self) {
        while let Some(next) = self.next() {
            self.to(next);
        }
        self.react();
    }

    /// Plays until this second, included.
    pub(crate) fn play_until(&mut self, second: u64) {
        while let Some(next) = self.next().filter(|next| *next <= Time::from_secs(second)) {
            self.to(next);
        }
        self.to(Time::from_secs(second));
    }

    fn next(&self) -> Option<Time> {
        let stop = self.play.stop.map(|(second, _)| Time::from_secs(second));
        let reports = self.reports.iter().map(|(at, ..)| *at);
        self.engine.next_wakeup().into_iter().chain(reports).chain(stop).min()
    }

    fn to(&mut self, next: Time) {
        self.engine.advance(next);
        self.react();
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.reports).into_iter().partition(|(at, ..)| *at <= next);
        self.reports = later;
        for (_, event, status) in due {
            let (id, execution) = (event.deployment_id.as_str(), event.execution_id.as_str());
            // A report that comes too late is refused; cases look at what became of the deployment.
            let _ = self.engine.put_lifecycle_event_hook_execution_status(id, execution, status);
            self.react();
        }
        if let Some((_, rollback)) = self.play.stop.take_if(|(second, _)| Time::from_secs(*second) <= next) {
            let id = self.engine.deployments()[0].clone();
            self.engine.stop_deployment(id.as_str(), rollback).unwrap();
            self.react();
        }
    }

    /// Does what the effects ask for, and what that asks for.
    fn react(&mut self) {
        loop {
            let effects = self.engine.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match &effect.kind {
                    EffectKind::InvokeHook { phase, hook_event, .. } => self.invoke(*phase, hook_event),
                    EffectKind::PollAlarms { .. } => self.poll(&effect.deployment),
                    _ => {}
                }
                self.effects.push(effect);
            }
        }
    }

    fn invoke(&mut self, phase: Phase, event: &HookEvent) {
        let hook = if phase == Phase::BeforeAllowTraffic { self.play.before } else { self.play.after };
        let outcome = match hook {
            Hook::Refused(refusal) => refusal,
            Hook::Unheard | Hook::Absent => return,
            Hook::Reports(status, after) => {
                let at = Time::from_millis(self.engine.now().as_millis() + after * 1_000);
                self.reports.push((at, event.clone(), status));
                Invocation::Accepted
            }
            Hook::Silent => Invocation::Accepted,
        };
        self.engine.hook_invoked(event, outcome).unwrap();
    }

    fn poll(&mut self, deployment: &DeploymentId) {
        let now = self.engine.now();
        let since = |second: u64| now >= Time::from_secs(second);
        let errors = |state| states([("errors", state), ("latency", AlarmState::Ok)]);
        let poll = match self.play.cloudwatch {
            CloudWatch::DeafFrom(second) if since(second) => return,
            CloudWatch::From(second, state) if since(second) => errors(state),
            CloudWatch::FailsFrom(second, failure) if since(second) => AlarmPoll::Failed(failure),
            CloudWatch::Unknown => states([("latency", AlarmState::Ok)]),
            _ => errors(AlarmState::Ok),
        };
        self.engine.report_alarms(deployment, &poll).unwrap();
    }

    pub(crate) fn info(&self, id: &DeploymentId) -> DeploymentInfo {
        self.engine.get_deployment(id.as_str()).unwrap().deployment_info
    }

    pub(crate) fn target(&self, id: &DeploymentId) -> DeploymentTarget {
        let ids = self.engine.list_deployment_targets(id.as_str(), &[]).unwrap().target_ids;
        self.engine.batch_get_deployment_targets(id.as_str(), &ids).unwrap().deployment_targets.remove(0)
    }

    /// The statuses of the three events.
    pub(crate) fn events(&self, id: &DeploymentId) -> Vec<LifecycleEventStatus> {
        self.target(id).lambda_target.lifecycle_events.iter().map(|event| event.status).collect()
    }

    /// `3` or `3+4:10%`.
    pub(crate) fn alias(&self) -> String {
        let alias = self.engine.alias(FUNCTION, ALIAS).unwrap();
        match alias.additional {
            None => alias.version.to_string(),
            Some(more) => format!("{}+{}:{}", alias.version, more.version, more.weight),
        }
    }

    /// When and how much the target of a deployment was given.
    pub(crate) fn shifts(&self, id: &DeploymentId) -> Vec<(u64, u8)> {
        let shifts = self.effects.iter().filter(|effect| effect.deployment == *id);
        let weight = |effect: &Effect| match &effect.kind {
            EffectKind::AliasUpdated { target_weight, .. } => Some(*target_weight),
            _ => None,
        };
        let shifts = shifts.filter_map(|effect| weight(effect).map(|weight: Weight| (effect.at, weight.as_percent())));
        shifts.map(|(at, percent)| (at.as_millis() / 1_000, percent)).collect()
    }

    /// How often hooks were invoked for a deployment.
    pub(crate) fn invocations(&self, id: &DeploymentId) -> usize {
        let invoked = |effect: &&Effect| matches!(effect.kind, EffectKind::InvokeHook { .. });
        self.effects.iter().filter(|effect| effect.deployment == *id).filter(invoked).count()
    }

    /// The second in which a deployment finished.
    pub(crate) fn finished(&self, id: &DeploymentId) -> Option<u64> {
        let finished = |effect: &&Effect| matches!(effect.kind, EffectKind::Finished { .. });
        let mut ends = self.effects.iter().filter(|effect| effect.deployment == *id).filter(finished);
        let end = ends.next().map(|effect| effect.at.as_millis() / 1_000);
        assert!(ends.next().is_none(), "{id} finished twice");
        end
    }
}

pub(crate) fn states<'n>(states: impl IntoIterator<Item = (&'n str, AlarmState)>) -> AlarmPoll {
    let states: BTreeMap<_, _> = states.into_iter().map(|(name, state)| (name.to_owned(), state)).collect();
    AlarmPoll::States(states)
}

pub(crate) fn version(number: u64) -> Version {
    Version::new(number).unwrap()
}
