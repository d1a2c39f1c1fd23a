//! Deployments as CodeDeploy drives them: hooks invoked, alarms polled, time moved by the test.

use std::{collections::BTreeMap, time::Duration};

use fitgate::{
    deployment::{AppSpec, Hooks, Version},
    event::{DeploymentId, HookEvent},
    rehearsal::engine::{
        AlarmPoll, AlarmState, CreateDeploymentInput, DeploymentCreator, Effect, EffectKind, Engine, Invocation, Time,
    },
};

use super::{Double, call::text, stack::Stack, state::State};

const ALARMS: &str = "cloudwatch:DescribeAlarms";

impl Double {
    /// Begins a deployment of the sample's function from version 1 to version 2, with a hook before and one after the
    /// shift, on behalf of its stack, and gives what CodeDeploy hands to the hook before the shift.
    ///
    /// # Panics
    /// There is no sample, or its deployment group does not get there: an alarm rings, a deployment is under way.
    pub(crate) fn deploys(&self) -> HookEvent {
        let function = self.deployed();
        let stack = self.state().stacks.iter().find(|stack| stack.holds(&function)).map(Stack::id);
        self.deploys_as(DeploymentCreator::CloudFormation, stack)
    }

    /// The same, begun by a person: the deployment names no stack.
    ///
    /// # Panics
    /// As [`Self::deploys`].
    pub(crate) fn deploys_without_stack(&self) -> HookEvent {
        self.deploys_as(DeploymentCreator::User, None)
    }

    fn deployed(&self) -> String {
        self.state().deploys.clone().expect("a sample")
    }

    fn deploys_as(&self, creator: DeploymentCreator, external_id: Option<String>) -> HookEvent {
        let function = self.deployed();
        let hook = |phase: &str| Some(format!("CodeDeployHook_fitgate_{phase}_traffic"));
        let version = |number| Version::new(number).expect("a version");
        let spec = AppSpec {
            resource: function.clone(),
            function: function.clone(),
            alias: "live".to_owned(),
            current: version(1),
            target: version(2),
            hooks: Hooks { before_allow_traffic: hook("pre"), after_allow_traffic: hook("post") },
        };
        // Published as it is now, as a stack's update does.
        for operation in ["lambda:GetFunction", "lambda:GetFunctionConfiguration"] {
            let of_version = format!("{function}:2");
            if let Some(document) =
                self.get(operation, &function).filter(|_| self.get(operation, &of_version).is_none())
            {
                self.set(operation, &of_version, document);
            }
        }
        let id = self.codedeploy(|engine| {
            engine.publish_version(&function, version(2));
            let order = CreateDeploymentInput::of("shop", &function, &spec);
            let created = engine.create_deployment_as(creator, external_id, order);
            created.expect("a deployment group that is free").deployment_id
        });
        self.until_hook(&id)
    }

    /// Lets a deployment go on until it invokes its next hook, and gives what that is handed.
    ///
    /// # Panics
    /// The deployment ends before.
    pub(crate) fn until_hook(&self, deployment: &DeploymentId) -> HookEvent {
        while let Some(next) = self.codedeploy(|engine| engine.next_wakeup()) {
            for effect in self.advance_to(next) {
                match effect.kind {
                    EffectKind::InvokeHook { hook_event, .. } if effect.deployment == *deployment => return hook_event,
                    EffectKind::Finished { status, error, .. } if effect.deployment == *deployment => {
                        panic!("{deployment} ended {status}: {error:?}")
                    }
                    _ => {}
                }
            }
        }
        panic!("{deployment} waits for nothing any more")
    }

    /// Moves CodeDeploy's time on by so much, and gives what happened. Hooks that are invoked are accepted by Lambda;
    /// alarms are in the state that is stored for them.
    pub(crate) fn advance(&self, by: Duration) -> Vec<Effect> {
        let to = self.codedeploy(|engine| engine.now()) + by;
        self.advance_to(to)
    }

    fn advance_to(&self, to: Time) -> Vec<Effect> {
        let mut happened = Vec::new();
        let mut state = self.state();
        loop {
            let next = state.engine.next_wakeup().filter(|next| *next <= to).unwrap_or(to);
            state.engine.advance(next);
            loop {
                let effects = state.engine.take_effects();
                if effects.is_empty() {
                    break;
                }
                effects.iter().for_each(|effect| respond(&mut state, effect));
                happened.extend(effects);
            }
            if next == to {
                return happened;
            }
        }
    }
}

fn respond(state: &mut State, effect: &Effect) {
    match &effect.kind {
        EffectKind::PollAlarms { alarms } => {
            let known = alarms.iter().filter_map(|name| {
                let stored = state.answers.get(ALARMS, name)?;
                Some((name.clone(), self::state(text(stored, "StateValue"))))
            });
            let poll = AlarmPoll::States(known.collect::<BTreeMap<_, _>>());
            state.engine.report_alarms(&effect.deployment, &poll).expect("a deployment of this engine");
        }
        EffectKind::InvokeHook { hook_event, .. } => invoked(&mut state.engine, hook_event),
        _ => {}
    }
}

fn invoked(engine: &mut Engine, event: &HookEvent) {
    engine.hook_invoked(event, Invocation::Accepted).expect("a hook of this engine");
}

fn state(name: &str) -> AlarmState {
    match name {
        "OK" => AlarmState::Ok,
        "ALARM" => AlarmState::Alarm,
        _ => AlarmState::InsufficientData,
    }
}
