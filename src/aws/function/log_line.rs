//! The one line that an invocation leaves in the log: JSON, bounded, without anything secret.
//!
//! Never holds a template, a payload, the value of a variable or a whole execution id, which is what CodeDeploy knows
//! an answer's sender by.
//!
//! `timestamp` and `level` are what Lambda filters lines by:
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>.

use std::{collections::BTreeMap, io::Write, time::Duration};

use aws_smithy_types::base64;
use serde::Serialize;

use super::panics;
use crate::{
    aws::{
        history::packed,
        live::{Live, Resident},
    },
    check::Pillar,
    decide::{Cause, Outcome},
    deployment::Deployment,
    event::{HookEvent, Phase},
    hook::{Delivery, Guarded},
    judgement::Judgement,
    points::Score,
    policy::Mode,
    report::{Counts, Report, json},
    world::Mishap,
};

/// Texts of one kind, reasons or remarks, and the characters of each.
const MOST_TEXTS: usize = 10;
const LONGEST_TEXT: usize = 500;

/// Bytes of a report, packed; a third more as text. A whole line stays below 256 KB, CloudWatch's limit for one event
/// until it was raised: <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>.
const REPORT_ROOM: usize = 150 * 1024;

/// The end of an execution id, enough to tell two apart; of a short one nothing.
const SHOWN_OF_ID: usize = 6;
const LEAST_ID: usize = 24;

/// Which function writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Hook(Phase),
    FailureAnswerer,
    DryRun,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Level {
    Info,
    Warn,
    Error,
}

/// One line.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    timestamp: String,
    level: Level,
    message: String,
    fitgate: &'static str,
    function: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_id_ends: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deployment: Option<Deployment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judgement: Option<Judged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unpublished: Option<String>,
    milliseconds: Milliseconds,
    api_calls: u32,
    calls: BTreeMap<&'static str, u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report_is: Option<&'static str>,
}

/// What was judged.
#[derive(Debug, Serialize)]
struct Judged {
    mode: Mode,
    decision: Outcome,
    would_halt: bool,
    cause: Option<Cause>,
    reasons: Vec<String>,
    fitness: Option<Score>,
    pillars: BTreeMap<Pillar, Score>,
    counts: Counts,
    resources: usize,
    remarks: Vec<String>,
}

/// From the event on.
#[derive(Debug, Default, Serialize)]
struct Milliseconds {
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

impl Line {
    /// Of an event that nobody can be answered for.
    pub(super) fn refused(kind: Kind, resident: &Resident, error: &str, unpublished: Option<String>) -> Self {
        let mut line = Self::blank(kind, resident);
        line.level = Level::Error;
        line.message = cut(error);
        line.error = Some(cut(error));
        line.unpublished = unpublished.as_deref().map(cut);
        line
    }

    /// Of an event that was answered, or should have been.
    pub(super) fn guarded(
        kind: Kind,
        resident: &Resident,
        live: &Live<'_>,
        event: &HookEvent,
        guarded: &Guarded,
    ) -> Self {
        let mut line = Self::blank(kind, resident).seen_by(live);
        line.deployment_id = Some(event.deployment_id.to_string());
        line.execution_id_ends = end_of(event.execution_id.as_str());
        line.answer = Some(guarded.answer.name());
        line.delivery = Some(cut(&guarded.delivery.to_string()));
        line.unpublished = guarded.unpublished.as_ref().map(told);
        line.of_outcome(guarded.outcome.as_ref());
        let arrived = !matches!(guarded.delivery, Delivery::Undelivered(_));
        line.level = match &guarded.outcome {
            Ok(judgement) if arrived => level_of(judgement, guarded.unpublished.is_some()),
            _ => Level::Error,
        };
        let what = line.said();
        line.message = format!("{} {}: {what}; {}", guarded.answer, event.deployment_id, guarded.delivery);
        line.message = cut(&line.message);
        line.hide(event.execution_id.as_str());
        if live.is_unrecorded()
            && let Ok(judgement) = &guarded.outcome
        {
            line.enclose(judgement);
        }
        line
    }

    /// Of a run that answers nobody.
    pub(super) fn dry(resident: &Resident, live: &Live<'_>, outcome: Result<&Judgement, &Mishap>) -> Self {
        let mut line = Self::blank(Kind::DryRun, resident).seen_by(live);
        line.of_outcome(outcome);
        line.level = outcome.map_or(Level::Error, |judgement| level_of(judgement, false));
        line.message = cut(&format!("dry run: {}", line.said()));
        line
    }

    /// Why nothing was judged.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Writes the line, whole. There is nobody to tell if that fails.
    pub(super) fn write(&self, log: &mut impl Write) {
        let mut line = serde_json::to_vec(self).unwrap_or_else(|error| {
            format!(r#"{{"level":"ERROR","message":"the log line cannot be written: {}"}}"#, error.classify() as u8)
                .into_bytes()
        });
        line.push(b'\n');
        let _ = log.write_all(&line).and_then(|()| log.flush());
    }

    fn blank(kind: Kind, resident: &Resident) -> Self {
        let calls = resident.calls.counts();
        Self {
            timestamp: (resident.clock)().to_string(),
            level: Level::Info,
            message: String::new(),
            fitgate: env!("CARGO_PKG_VERSION"),
            function: match kind {
                Kind::Hook(phase) => phase.word(),
                Kind::FailureAnswerer => "failure answer",
                Kind::DryRun => "dry run",
            },
            deployment_id: None,
            execution_id_ends: None,
            deployment: None,
            stack: None,
            answer: None,
            delivery: None,
            judgement: None,
            error: None,
            unpublished: None,
            milliseconds: Milliseconds::default(),
            api_calls: calls.values().sum(),
            calls,
            report: None,
            report_is: None,
        }
    }

    fn seen_by(mut self, live: &Live<'_>) -> Self {
        self.deployment = live.known_deployment();
        self.stack = live.known_owner().map(|owner| owner.key().to_string());
        let (judged, answered, total) = live.durations();
        self.milliseconds = Milliseconds {
            judged: judged.map(milliseconds),
            answered: answered.map(milliseconds),
            total: Some(milliseconds(total)),
        };
        self
    }

    fn of_outcome(&mut self, outcome: Result<&Judgement, &Mishap>) {
        match outcome {
            Ok(judgement) => self.judgement = Some(Judged::of(judgement)),
            Err(mishap) => self.error = Some(told(mishap)),
        }
    }

    /// The outcome in a few words.
    fn said(&self) -> String {
        let Some(judged) = &self.judgement else { return self.error.clone().unwrap_or_default() };
        let fitness =
            judged.fitness.map_or_else(|| "nothing measured".to_owned(), |fitness| format!("fitness {fitness}"));
        let decision = match (judged.decision, judged.would_halt) {
            (Outcome::Halt, _) => "halt",
            (Outcome::Proceed, true) => "would have halted",
            (Outcome::Proceed, false) => "proceed",
        };
        let reason = judged.reasons.first().map(|reason| format!(", {reason}")).unwrap_or_default();
        format!("{decision}, {fitness}{reason}")
    }

    /// Takes an execution id out of what CodeDeploy said of it.
    fn hide(&mut self, id: &str) {
        let texts = [Some(&mut self.message), self.delivery.as_mut(), self.error.as_mut(), self.unpublished.as_mut()];
        texts.into_iter().flatten().for_each(|text| *text = without(text, id));
    }

    /// Puts the whole report into the line, for it is nowhere else; as much of it as there is room for.
    fn enclose(&mut self, judgement: &Judgement) {
        let input = self.stack.clone().unwrap_or_default();
        let report = [Report::of(input, judgement)];
        let packed = [(true, "everything"), (false, "everything but passes")].into_iter().find_map(|(all, holds)| {
            let packed = packed::pack(&json(&report, 1, all), REPORT_ROOM).ok()?;
            Some((base64::encode(packed), holds))
        });
        match packed {
            Some((report, holds)) => (self.report, self.report_is) = (Some(report), Some(holds)),
            None => self.report_is = Some("left out: it does not fit into an event of the log"),
        }
    }
}

impl Judged {
    fn of(judgement: &Judgement) -> Self {
        let Judgement { decision, evaluation, fitness, policy, remarks, .. } = judgement;
        let texts = |texts: &mut dyn Iterator<Item = String>| texts.take(MOST_TEXTS).map(|text| cut(&text)).collect();
        Self {
            mode: policy.mode,
            decision: decision.outcome,
            would_halt: decision.would_halt,
            cause: decision.cause(),
            reasons: texts(&mut decision.reasons.iter().map(ToString::to_string)),
            fitness: fitness.total,
            pillars: fitness.pillars.clone(),
            counts: Counts::of(&evaluation.findings),
            resources: evaluation.resources,
            remarks: texts(&mut remarks.iter().cloned()),
        }
    }
}

fn level_of(judgement: &Judgement, unpublished: bool) -> Level {
    if judgement.decision.would_halt || unpublished { Level::Warn } else { Level::Info }
}

/// A mishap as the log tells it: of a panic the place, never its text.
fn told(mishap: &Mishap) -> String {
    match mishap {
        Mishap::Panic(_) => {
            let place =
                panics::last().map_or_else(|| "at a place that is not known".to_owned(), |at| format!("at {at}"));
            format!("fitgate panicked {place}; this is a defect of fitgate, please report it")
        }
        Mishap::Outage(_) | Mishap::Deadline(_) => cut(&mishap.to_string()),
    }
}

/// `text` without an execution id that it quotes, whole or cut off.
fn without(text: &str, id: &str) -> String {
    let beginning: String = id.chars().take(LEAST_ID).collect();
    let mut parts = text.split(beginning.as_str());
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        clean.push_str("(the execution id)");
        clean.push_str(rest.trim_start_matches(|c: char| !c.is_whitespace() && !"'\"`,;".contains(c)));
    }
    clean
}

fn end_of(id: &str) -> Option<String> {
    let skip = id.chars().count().checked_sub(SHOWN_OF_ID)?;
    (id.len() >= LEAST_ID).then(|| id.chars().skip(skip).collect())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn cut(text: &str) -> String {
    let mut cut: String = text.chars().take(LONGEST_TEXT).collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        cut.push('…');
    }
    cut
}
