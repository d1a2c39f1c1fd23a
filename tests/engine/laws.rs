//! Laws that hold for any sequence of calls.

use std::collections::{BTreeMap, BTreeSet};

use fitgate::{
    deployment::{AppSpec, Hooks, Strategy, Weight},
    event::{DeploymentId, HookEvent},
    rehearsal::engine::{
        AlarmConfiguration, AlarmPoll, AlarmState, Alias, AutoRollbackConfiguration, AutoRollbackEvent,
        CreateDeploymentInput, DeploymentGroup, DeploymentInfo, DeploymentStatus, EffectKind, Engine, Invocation,
        LifecycleEventStatus, PollFailure, Settings, Time,
    },
};
use proptest::prelude::{Just, ProptestConfig, any, prop_oneof, proptest};
use proptest::strategy::Strategy as Generate;

use crate::stage::{states, version};

/// Any call a driver, a hook, a user or the network could make.
#[derive(Debug, Clone)]
enum Call {
    /// `current`: what the AppSpec claims, where it does not say what is true.
    Create {
        group: usize,
        current: Option<u64>,
        target: u64,
        hooks: (bool, bool),
        config: usize,
    },
    Advance(u64),
    Next,
    Report {
        execution: usize,
        status: &'static str,
    },
    Invoked {
        execution: usize,
        outcome: Invocation,
    },
    Alarms {
        deployment: usize,
        poll: Poll,
    },
    Stop {
        deployment: usize,
        rollback: Option<bool>,
    },
}

#[derive(Debug, Clone, Copy)]
enum Poll {
    Quiet,
    Rings,
    NoData,
    Fails,
}

/// The first has no alarms; the second stops for them; the third lets unreadable ones pass, and rolls nothing back.
const GROUPS: [&str; 3] = ["plain", "watched", "lenient"];
const CONFIGS: [&str; 4] =
    ["AllAtOnce", "Canary10Percent5Minutes", "Linear10PercentEvery1Minute", "CodeDeployDefault.LambdaAllAtOnce"];
const FIFTY_HOURS: u64 = 50 * 3_600 * 1_000;

fn any_call() -> impl Generate<Value = Call> {
    let status = prop_oneof![12 => Just("Succeeded"), 2 => Just("Failed"), 1 => Just("Skipped"), 1 => Just("")];
    let outcome = prop_oneof![
        12 => Just(Invocation::Accepted),
        1 => Just(Invocation::Denied),
        1 => Just(Invocation::NoFunction),
        1 => Just(Invocation::Throttled),
    ];
    let poll =
        prop_oneof![20 => Just(Poll::Quiet), 1 => Just(Poll::Rings), 1 => Just(Poll::NoData), 1 => Just(Poll::Fails)];
    let stale = prop_oneof![5 => Just(None), 1 => (1..4_u64).prop_map(Some)];
    let recent = || prop_oneof![3 => Just(0_usize), 1 => 1..6_usize];
    let create = (0..3_usize, stale, 1..6_u64, any::<(bool, bool)>(), 0..CONFIGS.len() + 1);
    prop_oneof![
        4 => create.prop_map(|(group, current, target, hooks, config)| Call::Create { group, current, target, hooks, config }),
        2 => (0..400_u64).prop_map(Call::Advance),
        1 => (0..4_000_u64).prop_map(Call::Advance),
        9 => Just(Call::Next),
        9 => (recent(), status).prop_map(|(execution, status)| Call::Report { execution, status }),
        6 => (recent(), outcome).prop_map(|(execution, outcome)| Call::Invoked { execution, outcome }),
        8 => (recent(), poll).prop_map(|(deployment, poll)| Call::Alarms { deployment, poll }),
        1 => (recent(), any::<Option<bool>>()).prop_map(|(deployment, rollback)| Call::Stop { deployment, rollback }),
    ]
}

/// What a witness saw, to be compared with the laws after every call.
struct Witness {
    engine: Engine,
    executions: Vec<HookEvent>,
    believed: BTreeSet<String>,
    weights: BTreeMap<DeploymentId, Weight>,
    finished: BTreeMap<DeploymentId, DeploymentInfo>,
    invoked: BTreeMap<DeploymentId, Vec<String>>,
}

impl Witness {
    fn new() -> Self {
        let mut engine = Engine::new(Settings::default());
        for number in 1..=4 {
            engine.publish_version("fn", version(number));
        }
        engine.set_alias("fn", "live", Alias::of(version(1))).unwrap();
        engine.create_deployment_config("Slow", Strategy::canary(1, 2_880).unwrap()).unwrap();
        for (group, ignore, events) in [(GROUPS[0], false, 3), (GROUPS[1], false, 3), (GROUPS[2], true, 0)] {
            let mut group = DeploymentGroup::new("app", group, "AllAtOnce");
            if group.deployment_group_name != GROUPS[0] {
                let alarms = AlarmConfiguration::of(["errors"]);
                group.alarm_configuration = AlarmConfiguration { ignore_poll_alarm_failure: ignore, ..alarms };
            }
            if events > 0 {
                group.auto_rollback_configuration = AutoRollbackConfiguration::on(AutoRollbackEvent::ALL);
            }
            engine.create_deployment_group(group).unwrap();
        }
        let (executions, believed) = (Vec::new(), BTreeSet::new());
        let (weights, finished, invoked) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { engine, executions, believed, weights, finished, invoked }
    }

    fn make(&mut self, call: &Call) {
        match call {
            Call::Create { group, current, target, hooks, config } => {
                // The slow one is for the group without polls, so that a case does not take thousands of them.
                let config = if *group == 0 { CONFIGS.get(*config).unwrap_or(&"Slow") } else { CONFIGS[*config % 4] };
                let serving = self.engine.alias("fn", "live").unwrap().version.number();
                let current = current.unwrap_or(serving);
                let mut input = CreateDeploymentInput::of("app", GROUPS[*group], &spec(current, *target, *hooks));
                input.deployment_config_name = Some((*config).to_owned());
                let _ = self.engine.create_deployment(input);
            }
            Call::Advance(seconds) => {
                let to = Time::from_millis(self.engine.now().as_millis() + seconds * 1_000);
                self.engine.advance(to);
            }
            Call::Next => {
                if let Some(next) = self.engine.next_wakeup() {
                    self.engine.advance(next);
                }
            }
            Call::Report { execution, status } => {
                let Some(event) = self.executions.iter().rev().nth(*execution).cloned() else { return };
                let (id, execution) = (event.deployment_id.as_str(), event.execution_id.as_str());
                let report = self.engine.put_lifecycle_event_hook_execution_status(id, execution, status);
                if report.is_ok() {
                    assert!(["Succeeded", "Failed"].contains(status));
                    if *status == "Succeeded" {
                        self.believed.insert(execution.to_owned());
                    }
                }
            }
            Call::Invoked { execution, outcome } => {
                if let Some(event) = self.executions.iter().rev().nth(*execution) {
                    self.engine.hook_invoked(event, *outcome).unwrap();
                }
            }
            Call::Alarms { deployment, poll } => {
                if let Some(id) = self.recent(*deployment) {
                    self.engine.report_alarms(&id, &answer(*poll)).unwrap();
                }
            }
            Call::Stop { deployment, rollback } => {
                if let Some(id) = self.recent(*deployment) {
                    let _ = self.engine.stop_deployment(id.as_str(), *rollback);
                }
            }
        }
    }

    fn recent(&self, nth: usize) -> Option<DeploymentId> {
        self.engine.deployments().iter().rev().nth(nth).cloned()
    }

    fn look(&mut self) {
        for effect in self.engine.take_effects() {
            let id = effect.deployment;
            assert!(!self.finished.contains_key(&id), "{id} is over, but {:?} happened", effect.kind);
            match effect.kind {
                EffectKind::InvokeHook { hook_event, .. } => {
                    self.invoked.entry(id).or_default().push(hook_event.execution_id.as_str().to_owned());
                    self.executions.push(hook_event);
                }
                EffectKind::AliasUpdated { target_weight, to, .. } => {
                    let before = self.weights.insert(id.clone(), target_weight).unwrap_or_default();
                    assert!(before < target_weight, "{id} fell from {before} to {target_weight}");
                    let sum: u32 = to.weights().values().map(|weight| u32::from(weight.as_percent())).sum();
                    assert_eq!(sum, 100);
                }
                EffectKind::Finished { status, error, .. } => {
                    assert_eq!(error.is_none(), status == DeploymentStatus::Succeeded);
                    let info = self.info(&id);
                    self.finished.insert(id, info);
                }
                _ => {}
            }
        }
        self.check_now();
    }

    fn check_now(&self) {
        let alias = self.engine.alias("fn", "live").unwrap();
        let sum: u32 = alias.weights().values().map(|weight| u32::from(weight.as_percent())).sum();
        assert_eq!(sum, 100);
        assert!(self.engine.next_wakeup().is_none_or(|next| next >= self.engine.now()));
        let mut active = BTreeSet::new();
        for id in self.engine.deployments() {
            let info = self.info(id);
            match self.finished.get(id) {
                Some(then) => assert_eq!(&info, then, "{id} changed after its end"),
                None => {
                    assert!(!info.status.is_final(), "{id} ended and did not say so");
                    assert!(active.insert(info.deployment_group_name), "two deployments in one group");
                }
            }
        }
    }

    fn info(&self, id: &DeploymentId) -> DeploymentInfo {
        self.engine.get_deployment(id.as_str()).unwrap().deployment_info
    }

    /// Lets time run until nothing is left to happen.
    fn run_out(&mut self) {
        for _ in 0..60_000 {
            let Some(next) = self.engine.next_wakeup() else { return };
            self.engine.advance(next);
            self.look();
        }
        panic!("some deployment never ends: {:?}", self.engine.next_wakeup());
    }

    /// Every deployment is over, in time, and none succeeded without being told so.
    fn check_in_the_end(&self) {
        for id in self.engine.deployments() {
            let info = &self.finished[id];
            if let (Some(start), Some(end)) = (info.start_time, info.complete_time) {
                assert!(end.0 - start.0 <= i64::try_from(FIFTY_HOURS).unwrap(), "{id} took longer than 50 hours");
            }
            if info.status == DeploymentStatus::Succeeded {
                let targets = self.engine.list_deployment_targets(id.as_str(), &[]).unwrap().target_ids;
                let target = self.engine.batch_get_deployment_targets(id.as_str(), &targets).unwrap();
                let target = &target.deployment_targets[0].lambda_target;
                let done = |event: &fitgate::rehearsal::engine::LifecycleEvent| {
                    event.status == LifecycleEventStatus::Succeeded
                };
                assert!(target.lifecycle_events.iter().all(done), "{id}");
                assert_eq!(target.lambda_function_info.target_version_weight, Weight::ALL, "{id}");
                let asked = self.invoked.get(id).map_or(&[][..], Vec::as_slice);
                assert!(asked.iter().all(|execution| self.believed.contains(execution)), "{id}: a hook did not agree");
            }
        }
    }
}

fn spec(current: u64, target: u64, hooks: (bool, bool)) -> AppSpec {
    let hook = |wanted: bool| wanted.then(|| "CodeDeployHook_any".to_owned());
    AppSpec {
        resource: "fn".to_owned(),
        function: "fn".to_owned(),
        alias: "live".to_owned(),
        current: version(current),
        target: version(target),
        hooks: Hooks { before_allow_traffic: hook(hooks.0), after_allow_traffic: hook(hooks.1) },
    }
}

fn answer(poll: Poll) -> AlarmPoll {
    match poll {
        Poll::Quiet => states([("errors", AlarmState::Ok)]),
        Poll::Rings => states([("errors", AlarmState::Alarm)]),
        Poll::NoData => states([("errors", AlarmState::InsufficientData)]),
        Poll::Fails => AlarmPoll::Failed(PollFailure::Unavailable),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn whatever_is_called_the_laws_hold(calls in proptest::collection::vec(any_call(), 1..120)) {
        let mut witness = Witness::new();
        for call in &calls {
            witness.make(call);
            witness.look();
        }
        witness.run_out();
        witness.check_in_the_end();
    }
}
