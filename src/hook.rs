//! The guard around the job: one answer, whatever happens.
//!
//! It starts from `Failed`, reserves time for the answer, and turns an error, a panic and the deadline
//! into an answer like any other. Only an owner who chose to observe gets `Succeeded` for something that
//! went wrong, and is told what.
//!
//! No path answers twice: [`guard`] delivers in one place, after which it only publishes. No path answers
//! zero times while the process lives; a process that dies is answered for by the destination of
//! Lambda's asynchronous failures.

use std::{any::Any, cell::Cell, fmt, panic::AssertUnwindSafe, time::Duration};

use futures_util::{
    FutureExt,
    future::{Either, select},
    pin_mut,
};

use crate::{
    event::{Answer, HookEvent},
    facts::Why,
    job,
    judgement::Judgement,
    policy::Mode,
    world::{Outage, Undelivered, World},
};

/// How long a hook may take, and how much of that is kept for answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// From now until the process is ended, Lambda's deadline.
    pub total: Duration,
    /// Kept for the answer and for publishing.
    pub reserve: Duration,
}

impl Allowance {
    /// The time kept for answering: never more than half, or there would be none to judge in.
    fn reserve(self) -> Duration {
        self.reserve.min(self.total / 2)
    }
}

/// What [`Allowance::reserve`] is where nothing is configured.
pub const DEFAULT_RESERVE: Duration = Duration::from_secs(20);

/// How delivering goes about it: at most so many attempts, each with a limit of its own, and a pause after
/// each but the last that begins here and doubles. The pauses make 7.75 s together, enough for the "few
/// seconds" that IAM takes to propagate a permission:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>.
const ATTEMPTS: u32 = 6;
const ATTEMPT_LIMIT: Duration = Duration::from_secs(4);
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Of the reserve, what publishing may use at most after the answer.
const PUBLISHING: Duration = Duration::from_secs(10);

/// What became of one invocation of a hook.
#[derive(Debug)]
pub struct Guarded {
    /// The answer that was meant for CodeDeploy.
    pub answer: Answer,
    /// Whether it arrived.
    pub delivery: Delivery,
    /// What was judged, or why nothing was.
    pub outcome: Result<Judgement, Mishap>,
    /// What went wrong with publishing. It never changes the answer.
    pub unpublished: Option<Mishap>,
}

/// What became of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// CodeDeploy took it, at this attempt (from 1).
    Delivered {
        /// Counted from 1.
        attempt: u32,
    },
    /// CodeDeploy has an answer already.
    AlreadyCompleted,
    /// It never arrived; CodeDeploy waits for up to an hour unless somebody else answers.
    Undelivered(String),
}

/// Why a step gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mishap {
    /// A step failed.
    #[error(transparent)]
    Outage(#[from] Outage),
    /// Our own code panicked, with this message.
    #[error("fitgate panicked: {0}; this is a defect of fitgate, please report it")]
    Panic(String),
    /// The time was up before there was a result.
    #[error("no result within {} s; allow the hook more time or observe less", .0.as_secs())]
    Deadline(Duration),
}

/// Judges the deployment of `event` and answers CodeDeploy, exactly once.
///
/// `fallback` is the mode to go by until the policy is known.
pub async fn guard<W: World>(world: &W, event: &HookEvent, allowance: Allowance, fallback: Mode) -> Guarded {
    let mode = Cell::new(None);
    let reserve = allowance.reserve();
    let outcome = attempt(world, allowance.total.saturating_sub(reserve), job::judge(world, event, &mode)).await;
    let answer = answer_to(&outcome, mode.get().unwrap_or(fallback));

    let delivery = deliver(world, event, answer, reserve).await;

    let unpublished = match &outcome {
        Ok(judgement) => attempt(world, PUBLISHING, world.publish(event, judgement, answer)).await.err(),
        Err(_) => None,
    };
    Guarded { answer, delivery, outcome, unpublished }
}

/// What CodeDeploy is told. Without a judgement it is `Failed`, unless the owner only observes.
fn answer_to(outcome: &Result<Judgement, Mishap>, mode: Mode) -> Answer {
    match (mode, outcome) {
        (Mode::Observe, _) => Answer::Succeeded,
        (Mode::Enforce, Ok(judgement)) if judgement.decision.proceeds() => Answer::Succeeded,
        (Mode::Enforce, _) => Answer::Failed,
    }
}

/// Runs `work` for at most `limit`; neither its panic nor its hanging gets past here.
async fn attempt<W: World, T>(
    world: &W,
    limit: Duration,
    work: impl Future<Output = Result<T, Outage>>,
) -> Result<T, Mishap> {
    // Nothing that `work` leaves half-changed is looked at after a panic.
    match within(world, limit, AssertUnwindSafe(work).catch_unwind()).await {
        Some(Ok(result)) => result.map_err(Mishap::from),
        Some(Err(panic)) => Err(Mishap::Panic(message(panic.as_ref()))),
        None => Err(Mishap::Deadline(limit)),
    }
}

/// The result of `work`, unless `limit` passes first.
async fn within<W: World, T>(world: &W, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let timer = world.pause(limit);
    pin_mut!(work, timer);
    match select(work, timer).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

/// Delivers the answer, again and again where that can help, for at most `limit`.
async fn deliver<W: World>(world: &W, event: &HookEvent, answer: Answer, limit: Duration) -> Delivery {
    let attempts = AssertUnwindSafe(attempts(world, event, answer)).catch_unwind();
    match within(world, limit, attempts).await {
        Some(Ok(delivery)) => delivery,
        Some(Err(panic)) => Delivery::Undelivered(format!("fitgate panicked: {}", message(panic.as_ref()))),
        None => Delivery::Undelivered(format!("no confirmation within {} s", limit.as_secs())),
    }
}

async fn attempts<W: World>(world: &W, event: &HookEvent, answer: Answer) -> Delivery {
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    loop {
        // An attempt that was too slow may have arrived: the next one then hears `AlreadyCompleted`.
        let result = within(world, ATTEMPT_LIMIT, world.answer(event, answer)).await.unwrap_or_else(too_slow);
        match result {
            Ok(()) => return Delivery::Delivered { attempt },
            Err(Undelivered::AlreadyCompleted) => return Delivery::AlreadyCompleted,
            Err(Undelivered::ForNow(_)) if attempt < ATTEMPTS => {
                world.pause(pause).await;
                pause *= 2;
                attempt += 1;
            }
            Err(Undelivered::ForNow(why) | Undelivered::ForGood(why)) => {
                return Delivery::Undelivered(why.to_string());
            }
        }
    }
}

fn too_slow() -> Result<(), Undelivered> {
    let operation = "codedeploy:PutLifecycleEventHookExecutionStatus".to_owned();
    Err(Undelivered::ForNow(Why::TimedOut { operation }))
}

/// The text of a panic, as far as it has one.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delivered { attempt: 1 } => f.write_str("delivered"),
            Self::Delivered { attempt } => write!(f, "delivered at attempt {attempt}"),
            Self::AlreadyCompleted => f.write_str("the lifecycle event had been answered before"),
            Self::Undelivered(why) => write!(f, "not delivered: {why}"),
        }
    }
}
