//! A place to release to: the sample application and the hooks on the emulator, CodeDeploy and what else the emulator
//! lacks in the double. The test plays the part of time, and of CodeDeploy's hands: it invokes the hooks as
//! CodeDeploy does, and moves the alias.

use std::time::Duration;

use aws_sdk_lambda::types::{AliasRoutingConfiguration, InvocationType};
use fitgate::{
    deployment::{AppSpec, Hooks, Version},
    event::{DeploymentId, HookEvent, Phase},
    rehearsal::engine::{
        Alias, CreateDeploymentInput, DeploymentGroup, DeploymentInfo, EffectKind, Engine, Invocation,
        LifecycleEventStatus,
    },
};
use serde_json::json;
use tokio::sync::MutexGuard;

use super::{
    cloud_control::show_as_written,
    double::{Double, Server},
    hooks::{BINARIES, Installation, alone},
    ministack::Account,
    stack::Stack,
    template::Template,
};

/// The services that the emulator does not have, or not as AWS has them, by the names of their endpoints.
const OF_THE_DOUBLE: [&str; 4] = ["APPLICATION_AUTO_SCALING", "CLOUDCONTROL", "CODEDEPLOY", "CONFIG_SERVICE"];

/// The variables that send the SDK to the double for them.
pub(crate) fn endpoints(double: &Server) -> Vec<(String, String)> {
    OF_THE_DOUBLE.map(|service| (format!("AWS_ENDPOINT_URL_{service}"), double.url().to_owned())).to_vec()
}

/// From the invocation of a hook to its answer, and from the answer to what it published. Seconds; more on a busy
/// machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const LOOK: Duration = Duration::from_millis(20);

const APPLICATION: &str = "shop";
const GROUP: &str = "first";
const ALIAS: &str = "live";

/// The stack of the sample application.
pub(crate) const SAMPLE: &str = "sample";

/// Everything that a release needs. There is one at a time.
pub(crate) struct Site {
    pub(crate) account: Account,
    pub(crate) double: Double,
    /// Stopped with the site.
    _server: Server,
    pub(crate) hooks: Stack,
    pub(crate) sample: Stack,
    _alone: MutexGuard<'static, ()>,
}

impl Site {
    /// Provisions everything. `change` is made to the installation of the hooks.
    pub(crate) async fn open(change: impl FnOnce(Installation) -> Installation) -> Self {
        let alone = alone().await;
        let account = Account::open();
        let double = Double::new();
        let server = double.serve();
        let mut installation = Installation::new();
        for binary in BINARIES {
            for (name, value) in endpoints(&server) {
                installation = installation.variable(binary, &name, &value);
            }
        }
        let hooks = change(installation).create(&account).await;
        let code = account.upload("sample.zip", b"no function is called here".to_vec()).await;
        let template = Template::read("template.yaml", include_bytes!("../../template.yaml"));
        let template = template.with_global_code(&code.bucket, &code.key);
        let parameters = [("Install", "sample")];
        let sample = account.create_stack(SAMPLE, &template, &parameters).await;
        show_as_written(&sample, &template, &parameters, &double);
        let site = Self { account, double, _server: server, hooks, sample, _alone: alone };
        site.set_up_codedeploy();
        site
    }

    /// The function that is released, by its name.
    pub(crate) fn function(&self) -> &str {
        &self.sample.resources["FirstFunction"].physical_id
    }

    fn set_up_codedeploy(&self) {
        self.double.codedeploy(|engine| {
            let first = Version::new(1).expect("a version");
            engine.publish_version(self.function(), first);
            engine.set_alias(self.function(), ALIAS, Alias::of(first)).expect("an alias");
            let group = DeploymentGroup::new(APPLICATION, GROUP, "CodeDeployDefault.LambdaAllAtOnce");
            engine.create_deployment_group(group).expect("a group");
        });
    }

    /// Publishes a new version of the function and releases it, to the end of the deployment.
    pub(crate) async fn release(&self) -> DeploymentInfo {
        let target = self.publish().await;
        let id = self.double.codedeploy(|engine| {
            engine.publish_version(self.function(), target);
            let current = engine.alias(self.function(), ALIAS).expect("an alias").version;
            let hook = |phase: Phase| Some(phase.hook_name().to_owned());
            let spec = AppSpec {
                resource: "FirstFunction".to_owned(),
                function: self.function().to_owned(),
                alias: ALIAS.to_owned(),
                current,
                target,
                hooks: Hooks {
                    before_allow_traffic: hook(Phase::BeforeAllowTraffic),
                    after_allow_traffic: hook(Phase::AfterAllowTraffic),
                },
            };
            let input = CreateDeploymentInput::of(APPLICATION, GROUP, &spec);
            engine.create_deployment(input).expect("a deployment").deployment_id
        });
        self.run(&id).await;
        self.double.codedeploy(|engine| engine.get_deployment(id.as_str())).expect("the deployment").deployment_info
    }

    /// A change of the configuration makes a version.
    async fn publish(&self) -> Version {
        let lambda = self.account.clients().lambda;
        let versions = lambda.list_versions_by_function().function_name(self.function()).send().await;
        let description = format!("after {} versions", versions.expect("versions").versions().len());
        let changed = lambda.update_function_configuration().function_name(self.function()).description(description);
        changed.send().await.expect("another configuration");
        let published = lambda.publish_version().function_name(self.function()).send().await.expect("a version");
        published.version.expect("a number").parse().expect("a version")
    }

    /// Does what CodeDeploy asks for, and moves the time on when it asks for nothing.
    async fn run(&self, id: &DeploymentId) {
        loop {
            let effects = self.double.codedeploy(Engine::take_effects);
            if effects.is_empty() {
                let Some(next) = self.double.codedeploy(|engine| engine.next_wakeup()) else { return };
                self.double.codedeploy(|engine| engine.advance(next));
            }
            for effect in effects {
                match effect.kind {
                    EffectKind::InvokeHook { phase, function, hook_event } => {
                        self.invoke(&function, &hook_event).await;
                        self.wait_for_answer(id, phase).await;
                    }
                    EffectKind::AliasUpdated { to, .. } => self.move_alias(&to).await,
                    _ => {}
                }
            }
        }
    }

    /// Asynchronously, as CodeDeploy invokes hooks. The emulator keeps the function's event-invoke configuration: no
    /// second attempt, and its failures go to the failure answerer.
    async fn invoke(&self, function: &str, event: &HookEvent) {
        let payload = json!({
            "DeploymentId": event.deployment_id.as_str(),
            "LifecycleEventHookExecutionId": event.execution_id.as_str(),
        });
        let invoke = self.account.clients().lambda.invoke().function_name(function);
        let invoke = invoke.invocation_type(InvocationType::Event).payload(payload.to_string().into_bytes().into());
        let accepted = invoke.send().await.expect("an invocation");
        assert_eq!(accepted.status_code, 202);
        let taken = self.double.codedeploy(|engine| engine.hook_invoked(event, Invocation::Accepted));
        taken.expect("CodeDeploy hears of it");
    }

    async fn wait_for_answer(&self, id: &DeploymentId, phase: Phase) {
        let open = || self.status(id, phase) == LifecycleEventStatus::InProgress;
        let answered = async {
            while open() {
                tokio::time::sleep(LOOK).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, answered).await;
        waited.unwrap_or_else(|_| panic!("the {phase} hook gave no answer; calls: {:#?}", self.double.calls()));
    }

    fn status(&self, id: &DeploymentId, phase: Phase) -> LifecycleEventStatus {
        self.double.codedeploy(|engine| {
            let targets = engine.list_deployment_targets(id.as_str(), &[]).expect("targets").target_ids;
            let targets = engine.batch_get_deployment_targets(id.as_str(), &targets).expect("targets");
            let events = &targets.deployment_targets[0].lambda_target.lifecycle_events;
            let event = events.iter().find(|event| event.lifecycle_event_name == phase.name());
            event.expect("the lifecycle event").status
        })
    }

    /// The emulator keeps weights, though it does not invoke by them.
    async fn move_alias(&self, to: &Alias) {
        let mut routing = AliasRoutingConfiguration::builder();
        if let Some(additional) = &to.additional {
            let weight = additional.weight.as_fraction();
            routing = routing.additional_version_weights(additional.version.to_string(), weight);
        }
        let update = self.account.clients().lambda.update_alias().function_name(self.function()).name(ALIAS);
        let update = update.function_version(to.version.to_string()).routing_config(routing.build());
        update.send().await.expect("a moved alias");
    }

    /// The version that all traffic goes to.
    pub(crate) async fn version(&self) -> String {
        let alias = self.account.clients().lambda.get_alias().function_name(self.function()).name(ALIAS).send().await;
        let alias = alias.expect("an alias");
        let weights = alias.routing_config().and_then(|it| it.additional_version_weights());
        assert!(weights.is_none_or(|weights| weights.is_empty()), "traffic is shared: {weights:?}");
        alias.function_version.expect("a version")
    }
}
