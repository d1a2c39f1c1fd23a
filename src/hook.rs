//! The guard around the job: one answer, whatever happens.
//!
//! It starts from `Failed`, reserves time for the answer, and turns an error, a panic and the deadline
//! into an answer like any other. Only an owner who chose to observe gets `Succeeded` for something that
//! went wrong, and is told what.
//!
//! No path answers twice: [`guard_job`] delivers in one place, after which it only publishes. No path leaves
//! out the attempt to answer while the process lives. A process that dies says nothing: that takes somebody
//! outside of it, such as the destination of Lambda's asynchronous failures.

use std::{any::Any, cell::Cell, fmt, panic::AssertUnwindSafe, pin::Pin, time::Duration};

use futures_util::{
    FutureExt,
    future::{Either, Fuse, FusedFuture, select},
    pin_mut,
};

use crate::{
    event::{Answer, HookEvent},
    facts::Why,
    job,
    judgement::Judgement,
    policy::Mode,
    world::{Mishap, Outage, Undelivered, World},
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
    fn kept(self) -> Duration {
        self.reserve.min(self.total / 2)
    }

    /// The time there is to come to a judgement.
    pub fn time_to_judge(self) -> Duration {
        self.total.saturating_sub(self.kept())
    }
}

/// The time kept for answering where nothing is configured.
pub const DEFAULT_RESERVE: Duration = Duration::from_secs(20);

/// How delivering goes about it: at most so many attempts, each with a limit of its own, and a pause after
/// each but the last that begins here and doubles. The pauses make 7.75 s together, some time for a new
/// permission to reach every server of AWS, which the page below says takes some without saying how much:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>.
const ATTEMPTS: u32 = 6;
const ATTEMPT_LIMIT: Duration = Duration::from_secs(4);
const FIRST_PAUSE: Duration = Duration::from_millis(250);

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

/// Judges the deployment of `event` and answers CodeDeploy, exactly once.
///
/// `fallback` is the mode to go by until the policy is known.
pub async fn guard<W: World>(world: &W, event: &HookEvent, allowance: Allowance, fallback: Mode) -> Guarded {
    let mode = Cell::new(None);
    guard_job(world, event, allowance, fallback, &mode, job::judge(world, event, &mode)).await
}

/// The same around a job of the caller's own; `mode` is the policy's, as soon as anybody knows it.
pub async fn guard_job<W: World>(
    world: &W,
    event: &HookEvent,
    allowance: Allowance,
    fallback: Mode,
    mode: &Cell<Option<Mode>>,
    job: impl Future<Output = Result<Judgement, Outage>>,
) -> Guarded {
    let reserve = allowance.kept();
    let time_to_judge = allowance.time_to_judge();
    let deadline = world.pause(time_to_judge).fuse();
    pin_mut!(deadline);
    let judged = before(deadline, caught(job)).await;
    let outcome = settled(judged, time_to_judge);
    let answer = answer_to(&outcome, mode.get().unwrap_or(fallback));

    // One timer for all that comes now: publishing gets what answering has left of the reserve.
    let rest = world.pause(reserve).fuse();
    pin_mut!(rest);
    let delivery = before(rest.as_mut(), attempts(world, event, answer))
        .await
        .unwrap_or_else(|| Delivery::Undelivered(format!("no confirmation within {} s", reserve.as_secs())));
    // On the heap, as the steps of the job are.
    let publishing = Box::pin(world.publish(event, outcome.as_ref(), answer));
    let published = before(rest, caught(publishing)).await;
    let unpublished = settled(published, reserve).err();
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

/// The result of `work`, or the text of its panic. Nothing that it leaves half-changed is looked at after one.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(|panic| message(panic.as_ref()))
}

/// The result of `work`, unless the time is up first, or was before.
async fn before<T>(mut time: Pin<&mut Fuse<impl Future>>, work: impl Future<Output = T>) -> Option<T> {
    if time.is_terminated() {
        return None;
    }
    pin_mut!(work);
    match select(work, time.as_mut()).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

/// What a step came to that had at most `limit`.
fn settled<T>(result: Option<Result<Result<T, Outage>, String>>, limit: Duration) -> Result<T, Mishap> {
    match result {
        Some(Ok(result)) => result.map_err(Mishap::from),
        Some(Err(panic)) => Err(Mishap::Panic(panic)),
        None => Err(Mishap::Deadline(limit)),
    }
}

/// Delivers the answer, again and again where that can help.
async fn attempts<W: World>(world: &W, event: &HookEvent, answer: Answer) -> Delivery {
    let mut pause = FIRST_PAUSE;
    let mut attempt = 1;
    loop {
        // An attempt that was too slow may have arrived: the next one then hears `AlreadyCompleted`.
        let limit = world.pause(ATTEMPT_LIMIT).fuse();
        pin_mut!(limit);
        let answering = Box::pin(world.answer(event, answer));
        let result = match before(limit, caught(answering)).await {
            Some(Ok(result)) => result,
            Some(Err(panic)) => Err(Undelivered::ForNow(Why::Failed { operation: report(), message: panic })),
            None => Err(Undelivered::ForNow(Why::TimedOut { operation: report() })),
        };
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

/// The operation that delivers an answer.
fn report() -> String {
    "codedeploy:PutLifecycleEventHookExecutionStatus".to_owned()
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
