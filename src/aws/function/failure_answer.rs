//! Answers for a hook that died: out of memory, out of time, failed to start, or never started.
//!
//! Lambda calls it with a record of what happened, as destination of the hook's asynchronous failures:
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>. It looks at nothing but the
//! policy's mode: whoever only observes is told `Succeeded`.

use std::io::Write;

use serde_json::Value;
use tokio::time::Instant;

use super::{Resident, Unanswered, allowance, finish, log_line::Kind, panics, refuse};
use crate::{
    aws::{invocation::outage, live::Live},
    event::{HookEvent, Phase},
    facts::Why,
    hook::guard_job,
    world::Outage,
};

/// Characters of what Lambda says of a failure.
const LONGEST: usize = 200;

/// The function that answers for dead hooks.
#[derive(Debug)]
pub struct FailureAnswerer {
    resident: Resident,
}

impl FailureAnswerer {
    /// The function as its environment says. Calls nobody.
    pub async fn connect() -> Self {
        Self::new(Resident::connect().await)
    }

    /// The function.
    pub fn new(resident: Resident) -> Self {
        Self { resident }
    }

    /// Goes from Lambda's record of a failure to an answer, and writes one line to `log`.
    ///
    /// # Errors
    /// Where CodeDeploy waits for an answer and could not be given one: Lambda is to try again.
    pub async fn handle(&self, record: &Value, deadline: u64, log: &mut impl Write) -> Result<Value, Unanswered> {
        panics::forget();
        let resident = &self.resident;
        let allowance = allowance::of(deadline, (resident.clock)(), resident.settings.reserve);
        resident.calls.begin(Some(Instant::now() + allowance::to_observe(allowance)));
        let event = match HookEvent::from_value(&record["requestPayload"]) {
            Ok(event) => event,
            Err(error) => return Ok(refuse(resident, Kind::FailureAnswerer, &error, log).await),
        };
        let live = Live::new(resident, phase(record));
        let died = outage(format!("judge: {}", hook(record)), Why::NotObserved(cause(record)));
        let job = async {
            // The mode stays with `live`; that it cannot be read is told, but what matters is that the hook died.
            // On the heap, as the steps of a hook's job are.
            let policy = Box::pin(live.fetch_policy()).await;
            Err(policy.err().map_or(died.clone(), |unread| also(died, &unread)))
        };
        let guarded = guard_job(&live, &event, allowance, resident.settings.mode, live.mode(), job).await;
        finish(Kind::FailureAnswerer, resident, &live, &event, &guarded, log)
    }
}

/// The failure of the hook, and that its policy cannot be read.
fn also(died: Outage, unread: &Outage) -> Outage {
    Outage { why: Why::NotObserved(format!("{}; moreover it {unread}", died.why)), ..died }
}

/// The phase of the hook that died, by its name. Nothing depends on it but words.
fn phase(record: &Value) -> Phase {
    let arn = record["requestContext"]["functionArn"].as_str().unwrap_or_default();
    if arn.contains("post_traffic") { Phase::AfterAllowTraffic } else { Phase::BeforeAllowTraffic }
}

fn hook(record: &Value) -> String {
    // arn:aws:lambda:REGION:ACCOUNT:function:NAME:QUALIFIER
    let arn = record["requestContext"]["functionArn"].as_str().unwrap_or_default();
    let name = arn.split(':').nth(6).filter(|name| !name.is_empty());
    name.map_or_else(|| "a hook gave no answer".to_owned(), |name| format!("the hook {} gave no answer", line(name)))
}

/// What Lambda says of the failure: the condition, and the error of the function, if it had one.
fn cause(record: &Value) -> String {
    let said = [
        &record["requestContext"]["condition"],
        &record["responseContext"]["functionError"],
        &record["responsePayload"]["errorType"],
        &record["responsePayload"]["errorMessage"],
    ];
    let said: Vec<String> = said.into_iter().filter_map(Value::as_str).map(line).collect();
    if said.is_empty() { "Lambda does not say why".to_owned() } else { said.join(", ") }
}

/// One line of bounded length.
fn line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect()
}
