//! A run for people: judges the stack of a function as it is, publishes nothing, answers nobody, returns the report.
//!
//! ```json
//! {"fitgate": {"function": "orders", "version": "7", "alias": "live"}}
//! ```
//!
//! `function` is a name; `version` is the one that would be released, and may be left out where `alias` (by default
//! `live`) exists: then it is the alias's own. `application` and `group` name CodeDeploy's, where a function is in no
//! stack and its deployment group is to be judged with it.

use std::{cell::Cell, io::Write, panic::AssertUnwindSafe};

use futures_util::FutureExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::log_line::{Kind, Line};
use crate::{
    aws::{
        Operation,
        invocation::outage,
        live::{Live, Resident},
    },
    deployment::{Deployment, Version, Weight},
    event::{DeploymentId, HookEvent, HookExecutionId, Phase},
    facts::Why,
    hook::Allowance,
    job,
    judgement::Judgement,
    report::{Report, json},
    world::{Mishap, Outage},
};

/// The field of an event that asks for a dry run. No event of CodeDeploy has it.
pub(super) const FIELD: &str = "fitgate";

/// Asks which version an alias points to.
const ALIAS: Operation = Operation::named("lambda:GetAlias");
/// Asks whether a version exists.
const VERSION: Operation = Operation::named("lambda:GetFunctionConfiguration");

/// Longer than any name or ARN of Lambda.
const LONGEST: usize = 256;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    function: String,
    version: Option<Version>,
    #[serde(default = "live")]
    alias: String,
    #[serde(default)]
    application: String,
    #[serde(default)]
    group: String,
}

fn live() -> String {
    "live".to_owned()
}

/// Judges, within the time that a hook would have, and returns the report or what went wrong.
pub(super) async fn run(
    resident: &Resident,
    entry: Phase,
    request: &Value,
    allowance: Allowance,
    log: &mut impl Write,
) -> Value {
    let request = match Request::deserialize(request) {
        Ok(request) if request.is_bounded() => request,
        Ok(_) => return refused(resident, "a name in it is longer than any of AWS's", log),
        Err(error) => return refused(resident, &error.to_string(), log),
    };
    let deployment = match request.deployment(resident, entry).await {
        Ok(deployment) => deployment,
        Err(outage) => return refused(resident, &outage.to_string(), log),
    };
    let live = Live::given(resident, deployment.clone());
    let time = allowance.time_to_judge();
    let outcome = match timeout(time, AssertUnwindSafe(judge(&live, deployment)).catch_unwind()).await {
        Ok(Ok(result)) => result.map_err(Mishap::from),
        Ok(Err(_)) => Err(Mishap::Panic(String::new())),
        Err(_) => Err(Mishap::Deadline(time)),
    };
    let line = Line::dry(resident, &live, outcome.as_ref());
    line.write(log);
    let report = outcome.ok().and_then(|judgement| {
        let input = live.known_owner().map(|owner| owner.identity().name.clone()).unwrap_or_default();
        serde_json::to_value(json(&[Report::of(input, &judgement)], 1, false)).ok()
    });
    report.unwrap_or_else(|| json!({ "error": line.error() }))
}

async fn judge(live: &Live<'_>, deployment: Deployment) -> Result<Judgement, Outage> {
    let unreal = |error: crate::event::IdError| outage("make up an event", Why::NotObserved(error.to_string()));
    let execution_id = HookExecutionId::new("dry-run").map_err(unreal)?;
    let event = HookEvent { deployment_id: deployment.id, execution_id };
    job::judge(live, &event, &Cell::new(None)).await
}

fn refused(resident: &Resident, why: &str, log: &mut impl Write) -> Value {
    let error = format!("the dry run cannot begin: {why}");
    Line::refused(Kind::DryRun, resident, &error, None).write(log);
    json!({ "error": error })
}

impl Request {
    fn is_bounded(&self) -> bool {
        [&self.function, &self.alias, &self.application, &self.group].iter().all(|text| text.len() <= LONGEST)
    }

    /// The deployment that would release it.
    async fn deployment(self, resident: &Resident, phase: Phase) -> Result<Deployment, Outage> {
        let unreal = |error: crate::event::IdError| outage("make up a deployment", Why::NotObserved(error.to_string()));
        let current = self.current(resident).await?;
        let Some(target) = self.version.or(current) else {
            let why = format!("the function {} has no alias {}; name a version", self.function, self.alias);
            return Err(outage("choose a version", Why::NotObserved(why)));
        };
        self.exists(resident, target).await?;
        Ok(Deployment {
            id: DeploymentId::new("d-DRYRUN").map_err(unreal)?,
            application: self.application,
            group: self.group,
            function: self.function,
            alias: self.alias,
            current: current.unwrap_or(target),
            target,
            phase,
            weight: Weight::NONE,
            config: String::new(),
            strategy: None,
            created: None,
            creator: None,
            external_id: None,
        })
    }

    /// The version that the alias points to; `None` where there is no such alias, or it points to `$LATEST`.
    async fn current(&self, resident: &Resident) -> Result<Option<Version>, Outage> {
        let send = || resident.clients.lambda.get_alias().function_name(&self.function).name(&self.alias).send();
        match resident.calls.within(ALIAS, send).await {
            Ok(alias) => Ok(alias.function_version().and_then(|version| version.parse().ok())),
            Err(crate::aws::Fault::NotFound { .. }) => Ok(None),
            Err(fault) => Err(outage(format!("read the alias {}:{}", self.function, self.alias), fault.why(ALIAS))),
        }
    }

    async fn exists(&self, resident: &Resident, version: Version) -> Result<(), Outage> {
        let send = || {
            let request = resident.clients.lambda.get_function_configuration().function_name(&self.function);
            request.qualifier(version.to_string()).send()
        };
        let step = || format!("find version {version} of the function {}", self.function);
        resident.calls.within(VERSION, send).await.map(|_| ()).map_err(|fault| outage(step(), fault.why(VERSION)))
    }
}
