//! A panic at every step, in front of the world as AWS shows it.

use std::{cell::Cell, collections::BTreeSet, time::Duration};

use fitgate::{
    aws::{Live, function::Hook},
    baseline::Baseline,
    deployment::Deployment,
    event::{Answer, HookEvent},
    facts::{Branch, Observed},
    hook::{Allowance, guard},
    judgement::Judgement,
    need::Need,
    policy::{Mode, Policy},
    world::{Mishap, Outage, Undelivered, World},
};
use jiff::Timestamp;

use super::{
    PHASE, SETTINGS,
    case::{Setting, answered},
    oracle,
    piece::Piece,
};
use crate::{
    invocation::settings,
    release::{self, invoke, payload, resident},
};

/// Where it panics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Deployment,
    Policy,
    Observe,
    Baseline,
    /// The time of day is asked for by the judges' own step, on its way to them.
    Judge,
    Remarks,
    Answer,
    Publish,
}

const STEPS: [Step; 8] = [
    Step::Deployment,
    Step::Policy,
    Step::Observe,
    Step::Baseline,
    Step::Judge,
    Step::Remarks,
    Step::Answer,
    Step::Publish,
];

impl Step {
    /// Whether there is no judgement then.
    fn is_before_the_answer(self) -> bool {
        !matches!(self, Self::Answer | Self::Publish)
    }
}

/// The world as AWS shows it, with a defect that shows once.
struct Breaking<'r> {
    live: Live<'r>,
    at: Step,
    broken: Cell<bool>,
}

impl Breaking<'_> {
    fn reach(&self, step: Step) {
        if step == self.at && !self.broken.replace(true) {
            // Without the message that `panic!` writes to standard error.
            std::panic::resume_unwind(Box::new(format!("{step:?} broke")));
        }
    }
}

impl World for Breaking<'_> {
    async fn deployment(&self, event: &HookEvent) -> Result<Deployment, Outage> {
        self.reach(Step::Deployment);
        self.live.deployment(event).await
    }

    async fn policy(&self, deployment: &Deployment) -> Result<Policy, Outage> {
        self.reach(Step::Policy);
        self.live.policy(deployment).await
    }

    async fn observe(&self, deployment: &Deployment, needs: &BTreeSet<Need>) -> Result<Vec<Branch>, Outage> {
        self.reach(Step::Observe);
        self.live.observe(deployment, needs).await
    }

    async fn baseline(&self, deployment: &Deployment) -> Observed<Baseline> {
        self.reach(Step::Baseline);
        self.live.baseline(deployment).await
    }

    fn remarks(&self) -> Vec<String> {
        self.reach(Step::Remarks);
        self.live.remarks()
    }

    async fn answer(&self, event: &HookEvent, answer: Answer) -> Result<(), Undelivered> {
        self.reach(Step::Answer);
        self.live.answer(event, answer).await
    }

    async fn publish(
        &self,
        event: &HookEvent,
        outcome: Result<&Judgement, &Mishap>,
        answer: Answer,
    ) -> Result<(), Outage> {
        self.reach(Step::Publish);
        self.live.publish(event, outcome, answer).await
    }

    async fn pause(&self, duration: Duration) {
        self.live.pause(duration).await;
    }

    fn now(&self) -> Timestamp {
        self.reach(Step::Judge);
        self.live.now()
    }
}

const ALLOWANCE: Allowance = Allowance { total: Duration::from_secs(60), reserve: Duration::from_secs(20) };

#[tokio::test(start_paused = true)]
async fn a_panic_at_any_step_is_one_answer() {
    for (good, mode) in SETTINGS {
        for at in STEPS {
            let setting = Setting { piece: Piece::Lone, good, mode };
            let (double, event) = setting.waiting();
            let resident = resident(&double, settings(&setting.variables()));
            let world = Breaking { live: Live::new(&resident, PHASE), at, broken: Cell::new(false) };
            let guarded = guard(&world, &event, ALLOWANCE, mode).await;
            let name = format!("{setting:?} {at:?}: {:?}", guarded.outcome.as_ref().err());
            assert!(world.broken.get(), "{name}");
            let goes_on = mode == Mode::Observe || (good && !at.is_before_the_answer());
            let expected = if goes_on { Answer::Succeeded } else { Answer::Failed };
            assert_eq!(answered(&double, &event), Some(expected), "{name}");
            assert_eq!(matches!(guarded.outcome, Err(Mishap::Panic(_))), at.is_before_the_answer(), "{name}");
        }
    }
}

thread_local! {
    /// How often the clock still goes well.
    static GOES: Cell<u32> = const { Cell::new(0) };
}

/// A clock with a defect that shows once.
fn breaking_clock() -> Timestamp {
    let left = GOES.get();
    GOES.set(left.wrapping_sub(1));
    if left == 0 {
        std::panic::resume_unwind(Box::new("the clock broke"));
    }
    release::now()
}

#[tokio::test(start_paused = true)]
async fn a_panic_within_the_hook_itself_is_one_answer() {
    for (good, mode) in SETTINGS {
        let mut without_judgement = 0;
        // The first time is how long the hook has; then the policy asks, the judges, the history.
        for goes in 1..=3 {
            let setting = Setting { piece: Piece::Lone, good, mode };
            let (double, event) = setting.waiting();
            let resident = resident(&double, settings(&setting.variables()));
            let hook = Hook::new(PHASE, fitgate::aws::Resident { clock: breaking_clock, ..resident });
            GOES.set(goes);
            let invoked = invoke(&hook, &payload(&event)).await;
            let answer = answered(&double, &event).unwrap_or_else(|| panic!("no answer: {}", invoked.text));
            assert!(!oracle::is_false(setting, answer), "{}", invoked.text);
            if invoked.says("/error").contains("panicked") {
                without_judgement += 1;
                let by_mode = if mode == Mode::Observe { Answer::Succeeded } else { Answer::Failed };
                assert_eq!(answer, by_mode, "{}", invoked.text);
            }
        }
        assert_eq!(without_judgement, 2, "the policy's, and the judges'");
    }
}
