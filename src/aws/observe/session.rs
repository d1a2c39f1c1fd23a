//! One observation of one stack: what is asked for, and what all observers share.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::SetOnce;

use super::{
    autoscaling, backup, cloud_control, cloudwatch, codedeploy, config, dax, deployed_template, dynamodb, lambda,
    roles, s3,
};
use crate::{
    aws::{Calls, Clients, Fault, stack::Described},
    deployment::Deployment,
    facts::{Observed, StackIdentity, Text, cloudformation::Settings},
    inventory::ResourceRef,
    need::Need,
};

/// One look at one stack.
#[derive(Debug)]
pub struct Session<'a> {
    /// The SDK's clients.
    pub clients: &'a Clients,
    /// The gate that every call passes.
    pub calls: &'a Calls,
    needs: &'a BTreeSet<Need>,
    stack: StackIdentity,
    inventory: SetOnce<Vec<ResourceRef>>,
    progress: Cell<Progress>,
    pub(super) autoscaling: autoscaling::Shared,
    pub(super) backup: backup::Shared,
    pub(super) dax: dax::Shared,
    pub(super) dynamodb: dynamodb::Shared,
    pub(super) lambda: lambda::Shared,
    pub(super) s3: s3::Shared,
    pub(super) cloud_control: cloud_control::Shared,
    pub(super) cloudwatch: cloudwatch::Shared,
    pub(super) codedeploy: codedeploy::Shared,
    pub(super) config: config::Shared,
    pub(super) roles: roles::Shared,
    pub(super) templates: deployed_template::Shared,
}

/// How far an observation is, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Resources listed so far.
    pub listed: usize,
    /// Resources looked at so far.
    pub seen: usize,
    /// Whether the listing is complete.
    pub complete: bool,
}

impl<'a> Session<'a> {
    /// A session that has looked at nothing yet, and knows no template: what only that shows stays unknown. For a
    /// function that belongs to no stack.
    pub fn new(clients: &'a Clients, calls: &'a Calls, needs: &'a BTreeSet<Need>, stack: StackIdentity) -> Self {
        Self {
            clients,
            calls,
            needs,
            stack,
            inventory: SetOnce::new(),
            progress: Cell::default(),
            autoscaling: autoscaling::Shared::default(),
            backup: backup::Shared::default(),
            dax: dax::Shared::default(),
            dynamodb: dynamodb::Shared::default(),
            lambda: lambda::Shared::default(),
            s3: s3::Shared::default(),
            cloud_control: cloud_control::Shared::default(),
            cloudwatch: cloudwatch::Shared::default(),
            codedeploy: codedeploy::Shared::default(),
            config: config::Shared::default(),
            roles: roles::Shared::default(),
            templates: deployed_template::Shared::default(),
        }
    }

    /// The same for a stack.
    pub fn of_stack(clients: &'a Clients, calls: &'a Calls, needs: &'a BTreeSet<Need>, stack: Described) -> Self {
        let identity = stack.identity.clone();
        Self { templates: deployed_template::Shared::of(stack), ..Self::new(clients, calls, needs, identity) }
    }

    /// Says which deployment is under way: its application may be in another stack, its alias is shifted by its group,
    /// whatever the template says of that, and its target version is what will run, whatever `$LATEST` has become.
    pub fn deploying(&self, deployment: &Deployment) {
        self.codedeploy.deploying(deployment);
        self.lambda.deploying(deployment);
    }

    /// Whose resources these are.
    pub fn stack(&self) -> &StackIdentity {
        &self.stack
    }

    /// How CloudFormation handles the stack, and what the stack gives out; nothing of a function that belongs to none.
    pub(super) fn itself(&self) -> (Observed<Settings>, BTreeMap<String, Observed<Text>>) {
        let Some(stack) = self.templates.root().filter(|_| self.wants(Need::StackSettings)) else {
            return (Observed::Absent, BTreeMap::new());
        };
        let outputs = stack.outputs.iter().map(|(name, value)| (name.clone(), Observed::Present(Text::literal(value))));
        (Observed::Present(stack.settings.clone()), outputs.collect())
    }

    /// Whether an enabled check asks for this.
    pub fn wants(&self, need: Need) -> bool {
        self.needs.contains(&need)
    }

    /// The whole inventory, once it has been listed. An observer that waits here must not be needed for the listing.
    pub async fn inventory(&self) -> &[ResourceRef] {
        self.inventory.wait().await
    }

    /// Told once, by whoever lists.
    pub(super) fn listed(&self, resources: Vec<ResourceRef>) {
        // A second listing would be a defect of the caller; the first one stays.
        let _ = self.inventory.set(resources);
    }

    /// How far the observation is.
    pub fn progress(&self) -> Progress {
        self.progress.get()
    }

    /// Told by whoever lists and looks.
    pub(super) fn advanced(&self, listed: usize, seen: usize) {
        self.progress.set(Progress { listed, seen, complete: self.inventory.initialized() });
    }

    /// Asks what `need` stands for, if an enabled check asks for it.
    ///
    /// `absent` are the error codes by which the service says that nothing of the kind is configured
    /// (`NoSuchLifecycleConfiguration`), as opposed to a subject that does not exist (`NoSuchBucket`).
    pub async fn ask<T, E, F>(&self, need: Need, absent: &[&str], send: impl FnOnce() -> F) -> Observed<T>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        if !self.wants(need) {
            return Observed::not_observed(format!("no enabled check asks for {}", need.operation()));
        }
        match self.calls.within(need.into(), send).await {
            Ok(answer) => Observed::Present(answer),
            Err(Fault::NotFound { code, .. } | Fault::Failed { code: Some(code), .. })
                if absent.contains(&code.as_str()) =>
            {
                Observed::Absent
            }
            Err(fault) => Observed::Unknown(fault.why(need.into())),
        }
    }
}
