//! The Lambda functions: from an event to one answer and one line in the log.
//!
//! Nothing here fails because of a wrong setting or a strange event. A hook that cannot start says nothing, and then
//! CodeDeploy waits; so everything is read at the start and complained about when there is somebody to answer.

mod allowance;
mod dry_run;
mod failure_answer;
mod log_line;
mod panics;

use std::io::Write;

use serde_json::{Value, json};
use tokio::time::Instant;

use self::log_line::{Kind, Line};
pub use self::{failure_answer::FailureAnswerer, panics::quiet};
use super::{
    Calls, Clients, Rates, connect,
    live::{Live, Resident, Told},
    metrics,
    policy_source::Kept,
    settings::Settings,
};
use crate::{
    event::{EventError, HookEvent, Phase},
    hook::{Delivery, Guarded, guard_job},
    job,
};

/// No answer went out, although there was somebody to answer. Lambda hands the event to the failure destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("CodeDeploy was not told {answer}: {why}")]
pub struct Unanswered {
    answer: &'static str,
    why: String,
}

impl From<Unanswered> for lambda_runtime::Diagnostic {
    fn from(unanswered: Unanswered) -> Self {
        Self { error_type: "Fitgate.Unanswered".to_owned(), error_message: unanswered.to_string() }
    }
}

/// One of the two hooks.
#[derive(Debug)]
pub struct Hook {
    entry: Phase,
    resident: Resident,
}

impl Hook {
    /// The hook of this phase, as its environment says. Calls nobody.
    pub async fn connect(entry: Phase) -> Self {
        Self::new(entry, Resident::connect().await)
    }

    /// The hook of this phase.
    pub fn new(entry: Phase, resident: Resident) -> Self {
        Self { entry, resident }
    }

    /// Goes from an event to an answer, and writes one line to `log`. `deadline` is Lambda's, in milliseconds since
    /// 1970. What it returns is read by nobody but people who invoke the function by hand.
    ///
    /// # Errors
    /// Where CodeDeploy waits for an answer and could not be given one.
    pub async fn handle(&self, event: &Value, deadline: u64, log: &mut impl Write) -> Result<Value, Unanswered> {
        panics::forget();
        let resident = &self.resident;
        let allowance = allowance::of(deadline, (resident.clock)(), resident.settings.reserve);
        resident.calls.begin(Some(Instant::now() + allowance::to_observe(allowance)));
        if let Some(request) = event.get(dry_run::FIELD) {
            // On the heap: the hook of a release need not have room for it.
            return Ok(Box::pin(dry_run::run(resident, self.entry, request, allowance, log)).await);
        }
        let event = match HookEvent::from_value(event) {
            Ok(event) => event,
            Err(error) => return Ok(refuse(resident, Kind::Hook(self.entry), &error, log).await),
        };
        let live = Live::new(resident, self.entry);
        let judging = job::judge(&live, &event, live.mode());
        let guarded = guard_job(&live, &event, allowance, resident.settings.mode, live.mode(), judging).await;
        finish(Kind::Hook(self.entry), resident, &live, &event, &guarded, log)
    }
}

impl Resident {
    /// What the environment of this process says. Calls nobody.
    pub async fn connect() -> Self {
        Self {
            settings: Settings::of_environment(),
            clients: Clients::new(&connect(None, None).await),
            calls: Calls::new(Rates::Documented),
            kept: Kept::default(),
            clock: jiff::Timestamp::now,
        }
    }
}

/// Says in the log and in the metrics that an event is not one that could be answered.
async fn refuse(resident: &Resident, kind: Kind, error: &EventError, log: &mut impl Write) -> Value {
    let error = format!("{error}; nobody can be answered");
    let sent = metrics::send(&resident.clients, &resident.calls, &metrics::errors(), (resident.clock)()).await;
    let unpublished = sent.err().map(|outage| outage.to_string());
    Line::refused(kind, resident, &error, unpublished).write(log);
    json!({ "error": error })
}

/// Writes the line, and tells Lambda whether somebody else has to answer.
fn finish(
    kind: Kind,
    resident: &Resident,
    live: &Live<'_>,
    event: &HookEvent,
    guarded: &Guarded,
    log: &mut impl Write,
) -> Result<Value, Unanswered> {
    Line::guarded(kind, resident, live, event, guarded).write(log);
    let answer = guarded.answer.name();
    match &guarded.delivery {
        // Nobody else would be heard either.
        Delivery::Undelivered(why) if live.told() != Told::Never => Err(Unanswered { answer, why: why.clone() }),
        delivery => Ok(json!({ "answer": answer, "delivery": delivery.to_string() })),
    }
}
