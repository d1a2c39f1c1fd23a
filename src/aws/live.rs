//! The world as one invocation of a hook sees it on AWS.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use futures_util::{future::join, stream};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::{
    Calls, Clients, Invocation, answer, deployment,
    history::{NO_TABLE, Table},
    invocation::outage,
    metrics,
    observe::{Session, observe},
    owner::{self, Owner},
    policy_source::Kept,
    settings::Settings,
    stack::{FirstPage, Listing},
};
use crate::{
    baseline::Baseline,
    deployment::Deployment,
    event::{Answer, HookEvent, Phase},
    facts::{Branch, Observed, Why},
    judgement::Judgement,
    need::Need,
    policy::{Mode, Policy},
    world::{Mishap, Outage, Undelivered, World},
};

/// What lasts longer than an invocation: made when the process starts, used by every event.
#[derive(Debug)]
pub struct Resident {
    /// What the environment says.
    pub settings: Settings,
    /// The SDK's clients.
    pub clients: Clients,
    /// The gate that every call passes.
    pub calls: Calls,
    /// What AppConfig gave last.
    pub kept: Kept,
    /// The time of day.
    pub clock: fn() -> Timestamp,
}

/// One invocation. The steps of the job leave here what later ones, and the log line, ask for.
#[derive(Debug)]
pub struct Live<'r> {
    resident: &'r Resident,
    /// The phase of the entry point that was called.
    entry: Phase,
    /// The deployment, where there is none to ask CodeDeploy for.
    given: Option<Deployment>,
    started: Instant,
    deployment: RefCell<Option<Deployment>>,
    policy: RefCell<Option<Result<Policy, Outage>>>,
    owner: RefCell<Option<Result<Owner, Outage>>>,
    /// The first page of what the stack holds, asked for as soon as its name was known.
    first_page: RefCell<Option<FirstPage<'r>>>,
    /// Remarks, by the step that they come from: steps run at the same time, their remarks stand in one order.
    found: RefCell<Vec<String>>,
    listed: RefCell<Vec<String>>,
    compared: RefCell<Vec<String>>,
    /// The policy's mode, as soon as the policy has been read.
    mode: Cell<Option<Mode>>,
    /// Whether an attempt to answer may have arrived without anybody hearing of it.
    unheard: Cell<bool>,
    told: Cell<Told>,
    judged: Cell<Option<Duration>>,
    answered: Cell<Option<Duration>>,
    unrecorded: Cell<bool>,
}

/// What has become of the answer so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Told {
    /// No attempt, or none that arrived.
    #[default]
    NotYet,
    /// CodeDeploy took it, or an earlier attempt that nobody heard of.
    Answered,
    /// CodeDeploy had an answer before any attempt arrived: another invocation's, or the lifecycle event is over.
    Before,
    /// CodeDeploy will never take it.
    Never,
}

impl<'r> Live<'r> {
    /// An invocation that begins now.
    pub fn new(resident: &'r Resident, entry: Phase) -> Self {
        Self {
            resident,
            entry,
            given: None,
            started: Instant::now(),
            deployment: RefCell::default(),
            policy: RefCell::default(),
            owner: RefCell::default(),
            first_page: RefCell::default(),
            found: RefCell::default(),
            listed: RefCell::default(),
            compared: RefCell::default(),
            mode: Cell::default(),
            unheard: Cell::default(),
            told: Cell::default(),
            judged: Cell::default(),
            answered: Cell::default(),
            unrecorded: Cell::default(),
        }
    }

    /// The same for a deployment that CodeDeploy does not run.
    pub(super) fn given(resident: &'r Resident, deployment: Deployment) -> Self {
        Self { given: Some(deployment.clone()), ..Self::new(resident, deployment.phase) }
    }

    /// The deployment, once it is known.
    pub(super) fn known_deployment(&self) -> Option<Deployment> {
        self.deployment.borrow().clone()
    }

    /// Whose the function is, once it is known.
    pub(super) fn known_owner(&self) -> Option<Owner> {
        self.owner.borrow().as_ref()?.as_ref().ok().cloned()
    }

    /// The mode to answer by, for whoever guards this invocation.
    pub(super) fn mode(&self) -> &Cell<Option<Mode>> {
        &self.mode
    }

    /// What has become of the answer.
    pub(super) fn told(&self) -> Told {
        self.told.get()
    }

    /// Whether a history is kept, and could not be written.
    pub(super) fn is_unrecorded(&self) -> bool {
        self.unrecorded.get()
    }

    /// From the event to the first attempt to answer, to the last one, and to this moment.
    pub(super) fn durations(&self) -> (Option<Duration>, Option<Duration>, Duration) {
        (self.judged.get(), self.answered.get(), self.started.elapsed())
    }

    /// The policy as AppConfig or a file has it now.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) async fn fetch_policy(&self) -> Result<Policy, Outage> {
        let Resident { settings, clients, calls, kept, clock } = self.resident;
        settings.valid()?;
        let policy = settings.policy.fetch(clients, calls, kept, clock()).await?;
        self.mode.set(Some(policy.mode));
        Ok(policy)
    }

    /// The deployment, and whose the function is.
    async fn find(&self, event: &HookEvent) -> Result<Deployment, Outage> {
        let Resident { clients, calls, .. } = self.resident;
        let (deployment, named) = match &self.given {
            Some(deployment) => (deployment.clone(), None),
            None => {
                let stack = async |id: &str| {
                    let (stack, first_page) = owner::named(clients, calls, id).await;
                    *self.first_page.borrow_mut() = first_page;
                    stack
                };
                let found = deployment::find(clients, calls, event, self.entry, stack).await?;
                self.found.borrow_mut().extend(found.remarks);
                (found.deployment, found.meanwhile)
            }
        };
        *self.deployment.borrow_mut() = Some(deployment.clone());
        let owner = match named.transpose().map(Option::flatten) {
            Ok(Some(stack)) => Ok(Owner::Stack(Box::new(stack))),
            Ok(None) => owner::find(clients, calls, &deployment).await,
            Err(outage) => Err(outage),
        };
        if let Ok(Owner::Alone(alone)) = &owner {
            self.found.borrow_mut().push(format!(
                "the function {} belongs to no CloudFormation stack: it is judged alone, with its alias and its \
                 deployment group",
                alone.function
            ));
        }
        *self.owner.borrow_mut() = Some(owner);
        Ok(deployment)
    }

    fn owner(&self) -> Result<Owner, Outage> {
        let unknown = || outage("find the stack", Why::NotObserved("nobody has looked for it".to_owned()));
        self.owner.borrow().clone().ok_or_else(unknown)?
    }

    fn table(&self) -> Option<Table<'r>> {
        let Resident { settings, clients, calls, .. } = self.resident;
        settings.history_table.as_ref().map(|name| Table::new(clients, calls, name).keeping(settings.history_days))
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl World for Live<'_> {
    /// Asks CodeDeploy, then for the stack and the first page of what it holds; for the policy meanwhile.
    async fn deployment(&self, event: &HookEvent) -> Result<Deployment, Outage> {
        let (deployment, policy) = join(self.find(event), self.fetch_policy()).await;
        *self.policy.borrow_mut() = Some(policy);
        deployment
    }

    async fn policy(&self, _: &Deployment) -> Result<Policy, Outage> {
        let fetched = self.policy.borrow().clone();
        match fetched {
            Some(policy) => policy,
            None => self.fetch_policy().await,
        }
    }

    async fn observe(&self, deployment: &Deployment, needs: &BTreeSet<Need>) -> Result<Vec<Branch>, Outage> {
        let Resident { clients, calls, .. } = self.resident;
        let facts = match self.owner()? {
            Owner::Stack(stack) => {
                let listing = Listing::new(clients, calls, stack.id.clone()).begun(self.first_page.take());
                let session = Session::of_stack(clients, calls, needs, *stack);
                session.deploying(deployment);
                let facts = observe(&session, listing.resources()).await;
                self.listed.borrow_mut().extend([listing.remarks(), session.remarks()].concat());
                facts?
            }
            Owner::Alone(alone) => {
                let session = Session::new(clients, calls, needs, alone.identity);
                session.deploying(deployment);
                observe(&session, stream::iter(alone.inventory.into_iter().map(Ok))).await?
            }
        };
        Ok(vec![Branch { assumptions: Vec::new(), facts }])
    }

    async fn baseline(&self, deployment: &Deployment) -> Observed<Baseline> {
        let Some(table) = self.table() else {
            self.compared.borrow_mut().push(NO_TABLE.to_owned());
            return Observed::Absent;
        };
        let owner = match self.owner() {
            Ok(owner) => owner,
            Err(outage) => return Observed::Unknown(outage.why),
        };
        let last_good = table.baseline(&owner.key(), &deployment.id).await;
        self.compared.borrow_mut().extend(last_good.remarks);
        last_good.baseline
    }

    fn remarks(&self) -> Vec<String> {
        let steps = [&self.found, &self.listed, &self.compared];
        steps.into_iter().flat_map(|remarks| remarks.borrow().clone()).collect()
    }

    async fn answer(&self, event: &HookEvent, answer: Answer) -> Result<(), Undelivered> {
        if self.judged.get().is_none() {
            self.judged.set(Some(self.elapsed()));
        }
        // Until its end is known: whoever gives up waiting for an attempt drops it here.
        let unheard = self.unheard.replace(true);
        let result = answer::put(&self.resident.clients, &self.resident.calls, event, answer).await;
        self.answered.set(Some(self.elapsed()));
        if let Err(Undelivered::ForNow(Why::Throttled { .. } | Why::Denied { .. })) = &result {
            // CodeDeploy turned this one away: it is not the answer that a later attempt finds there.
            self.unheard.set(unheard);
        }
        self.told.set(match &result {
            Err(Undelivered::AlreadyCompleted) if !unheard => Told::Before,
            Ok(()) | Err(Undelivered::AlreadyCompleted) => Told::Answered,
            Err(Undelivered::ForNow(_)) => Told::NotYet,
            Err(Undelivered::ForGood(_)) => Told::Never,
        });
        result
    }

    async fn publish(&self, _: &HookEvent, outcome: Result<&Judgement, &Mishap>, answer: Answer) -> Result<(), Outage> {
        let Resident { clients, calls, clock, .. } = self.resident;
        let (stack, deployment) = (self.known_owner().map(|owner| owner.key()), self.known_deployment());
        let invocation = Invocation {
            stack: stack.as_ref(),
            deployment: deployment.as_ref(),
            outcome,
            answer,
            took: self.answered.get().unwrap_or_else(|| self.elapsed()),
            calls: calls.counts().values().sum(),
            at: clock(),
        };
        let mut values = metrics::of(&invocation);
        let told = self.told.get();
        if told != Told::Answered {
            // Whoever answers counts the answer.
            values.retain(|value| value.name != "Answers");
        }
        if outcome.is_ok() && !matches!(told, Told::Answered | Told::Before) {
            values.extend(metrics::errors());
        }
        // Until it is known to be written, the report is not safe.
        let table = self.table().filter(|_| stack.is_some() && deployment.is_some());
        self.unrecorded.set(table.is_some());
        let record = async {
            let Some(table) = table else { return Ok(()) };
            table.record(&invocation).await.map(|_| self.unrecorded.set(false))
        };
        let (sent, recorded) = join(metrics::send(clients, calls, &values, invocation.at), record).await;
        match (sent, recorded) {
            (Ok(()), recorded) => recorded,
            (Err(outage), Ok(())) => Err(outage),
            (Err(sent), Err(recorded)) => {
                let why = Why::NotObserved(format!("{}; and it cannot {}: {}", recorded.why, sent.step, sent.why));
                Err(Outage { step: recorded.step, why })
            }
        }
    }

    async fn pause(&self, duration: Duration) {
        sleep(duration).await;
    }

    fn now(&self) -> Timestamp {
        (self.resident.clock)()
    }
}
