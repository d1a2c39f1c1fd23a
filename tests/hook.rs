//! The guard: exactly one answer, whatever breaks, in whichever step; never `Succeeded` without a reason for it.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use fitgate::{
    baseline::Baseline,
    deployment::{Deployment, Strategy, Version, Weight},
    event::{Answer, DeploymentId, HookEvent, HookExecutionId, Phase},
    facts::{Branch, Facts, Observed, StackIdentity, Why},
    hook::{Allowance, Delivery, Guarded, guard},
    judgement::Judgement,
    need::Need,
    policy::{Mode, Policy},
    world::{Mishap, Outage, Undelivered, World},
};
use jiff::Timestamp;
use serde_json::json;

/// How a step of the scripted world goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Course {
    Well,
    Outage,
    Panic,
    Hang,
}

/// A step of the job that can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Deployment,
    Policy,
    Observe,
    Baseline,
    Publish,
}

/// A world in which one step goes another way, and answers meet the script's results in turn.
struct Scripted {
    breaks: Step,
    course: Course,
    mode: Mode,
    good_stack: bool,
    replies: RefCell<Vec<Reply>>,
    /// Every attempt to answer.
    attempts: RefCell<Vec<Answer>>,
    /// The answers that CodeDeploy took.
    taken: RefCell<Vec<Answer>>,
    published: Cell<u32>,
}

/// What CodeDeploy says to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reply {
    Takes,
    TakesButNeverSaysSo,
    Throttles,
    Denies,
    HasOne,
    Refuses,
    Hangs,
    Panics,
}

impl Scripted {
    fn new() -> Self {
        Self {
            breaks: Step::Deployment,
            course: Course::Well,
            mode: Mode::Enforce,
            good_stack: true,
            replies: RefCell::default(),
            attempts: RefCell::default(),
            taken: RefCell::default(),
            published: Cell::new(0),
        }
    }

    async fn step<T>(&self, step: Step, value: T) -> Result<T, Outage> {
        match if step == self.breaks { self.course } else { Course::Well } {
            Course::Well => Ok(value),
            Course::Outage => {
                let why = Why::Denied { action: "codedeploy:GetDeployment".to_owned() };
                Err(Outage { step: format!("take the step {step:?}"), why })
            }
            // Without the message that `panic!` writes to standard error.
            Course::Panic => std::panic::resume_unwind(Box::new(format!("{step:?} broke"))),
            Course::Hang => std::future::pending().await,
        }
    }
}

/// A function in order, or one that carries a credential (the example of AWS's documentation).
fn facts(good: bool) -> Facts {
    let variable = if good { "eu" } else { "AKIAIOSFODNN7EXAMPLE" };
    let function = json!({"LogicalId": "Orders", "Type": "AWS::Lambda::Function", "Properties": {
        "Runtime": "nodejs24.x", "MemorySize": 512, "Timeout": 10, "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogFormat": "JSON"}, "Environment": {"Variables": {"PARTNER": variable}},
    }});
    Facts::build(StackIdentity::default(), [serde_json::from_value(function).expect("a resource")])
}

impl World for Scripted {
    async fn deployment(&self, event: &HookEvent) -> Result<Deployment, Outage> {
        let deployment = Deployment {
            id: event.deployment_id.clone(),
            application: "app".to_owned(),
            group: "group".to_owned(),
            function: "orders".to_owned(),
            alias: "live".to_owned(),
            current: Version::new(1).expect("a version"),
            target: Version::new(2).expect("a version"),
            phase: Phase::BeforeAllowTraffic,
            weight: Weight::NONE,
            config: "CodeDeployDefault.LambdaAllAtOnce".to_owned(),
            strategy: Some(Strategy::AllAtOnce),
            created: Some(Timestamp::UNIX_EPOCH),
            creator: None,
            external_id: None,
        };
        self.step(Step::Deployment, deployment).await
    }

    async fn policy(&self, _: &Deployment) -> Result<Policy, Outage> {
        let mut policy = Policy::default();
        policy.mode = self.mode;
        self.step(Step::Policy, policy).await
    }

    async fn observe(&self, _: &Deployment, needs: &BTreeSet<Need>) -> Result<Vec<Branch>, Outage> {
        assert!(!needs.is_empty(), "the default policy needs something");
        let branch = Branch { assumptions: Vec::new(), facts: facts(self.good_stack) };
        self.step(Step::Observe, vec![branch]).await
    }

    async fn baseline(&self, _: &Deployment) -> Observed<Baseline> {
        match self.step(Step::Baseline, Observed::Absent).await {
            Ok(baseline) => baseline,
            Err(outage) => Observed::Unknown(outage.why),
        }
    }

    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    async fn answer(&self, _: &HookEvent, answer: Answer) -> Result<(), Undelivered> {
        self.attempts.borrow_mut().push(answer);
        let reply = if self.replies.borrow().is_empty() { Reply::Takes } else { self.replies.borrow_mut().remove(0) };
        let why = |action: &str| Why::Denied { action: action.to_owned() };
        match reply {
            Reply::Takes | Reply::TakesButNeverSaysSo if !self.taken.borrow().is_empty() => {
                Err(Undelivered::AlreadyCompleted)
            }
            Reply::Takes => {
                self.taken.borrow_mut().push(answer);
                Ok(())
            }
            Reply::TakesButNeverSaysSo => {
                self.taken.borrow_mut().push(answer);
                std::future::pending().await
            }
            Reply::Throttles => Err(Undelivered::ForNow(Why::Throttled { operation: "the report".to_owned() })),
            Reply::Denies => Err(Undelivered::ForNow(why("codedeploy:PutLifecycleEventHookExecutionStatus"))),
            Reply::HasOne => Err(Undelivered::AlreadyCompleted),
            Reply::Refuses => Err(Undelivered::ForGood(Why::Malformed("no such deployment".to_owned()))),
            Reply::Hangs => std::future::pending().await,
            Reply::Panics => std::panic::resume_unwind(Box::new("the client broke")),
        }
    }

    async fn publish(&self, _: &HookEvent, _: Result<&Judgement, &Mishap>, _: Answer) -> Result<(), Outage> {
        assert!(!self.attempts.borrow().is_empty(), "the answer goes first");
        self.published.set(self.published.get() + 1);
        self.step(Step::Publish, ()).await
    }

    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

const ALLOWANCE: Allowance = Allowance { total: Duration::from_secs(60), reserve: Duration::from_secs(20) };

/// Runs the guard on a paused clock; it must end within its allowance.
fn run(world: &Scripted, fallback: Mode) -> Guarded {
    let event = HookEvent {
        deployment_id: DeploymentId::new("d-ABCDEF123").expect("an id"),
        execution_id: HookExecutionId::new("hook-1").expect("an id"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let started = tokio::time::Instant::now();
        let guarded = guard(world, &event, ALLOWANCE, fallback).await;
        assert!(started.elapsed() <= ALLOWANCE.total, "took {:?}", started.elapsed());
        guarded
    })
}

#[test]
fn whatever_breaks_there_is_one_answer() {
    let steps = [Step::Deployment, Step::Policy, Step::Observe, Step::Baseline, Step::Publish];
    let courses = [Course::Well, Course::Outage, Course::Panic, Course::Hang];
    let mut cases = 0;
    for breaks in steps {
        for course in courses {
            for mode in [Mode::Enforce, Mode::Observe] {
                for fallback in [Mode::Enforce, Mode::Observe] {
                    for good_stack in [true, false] {
                        let world = Scripted { breaks, course, mode, good_stack, ..Scripted::new() };
                        let name =
                            format!("{breaks:?} {course:?}, policy {mode:?}, before {fallback:?}, good {good_stack}");
                        let guarded = run(&world, fallback);
                        assert_eq!(*world.taken.borrow(), [guarded.answer], "{name}");
                        assert_eq!(world.attempts.borrow().len(), 1, "{name}");
                        assert_eq!(guarded.answer, expected(&world, fallback), "{name}: {:?}", guarded.outcome.err());
                        assert_eq!(guarded.outcome.is_err(), breaks_judgement(&world), "{name}");
                        cases += 1;
                    }
                }
            }
        }
    }
    assert_eq!(cases, 160);
}

/// A baseline that cannot be read is a fact; publishing comes after the answer. Neither ends the judgement,
/// unless it panics or never returns.
fn breaks_judgement(world: &Scripted) -> bool {
    match (world.breaks, world.course) {
        (_, Course::Well) | (Step::Publish, _) | (Step::Baseline, Course::Outage) => false,
        (_, Course::Outage | Course::Panic | Course::Hang) => true,
    }
}

fn expected(world: &Scripted, fallback: Mode) -> Answer {
    let policy_known = !breaks_judgement(world) || !matches!(world.breaks, Step::Deployment | Step::Policy);
    match if policy_known { world.mode } else { fallback } {
        Mode::Observe => Answer::Succeeded,
        Mode::Enforce if breaks_judgement(world) => Answer::Failed,
        // The shipped policy halts where the last good release cannot be read.
        Mode::Enforce if (world.breaks, world.course) == (Step::Baseline, Course::Outage) => Answer::Failed,
        Mode::Enforce if world.good_stack => Answer::Succeeded,
        Mode::Enforce => Answer::Failed,
    }
}

#[test]
fn an_answer_is_delivered_as_long_as_that_can_help() {
    use Reply::*;
    let cases: &[(&[Reply], Delivery, usize)] = &[
        (&[Takes], Delivery::Delivered { attempt: 1 }, 1),
        (&[Throttles, Takes], Delivery::Delivered { attempt: 2 }, 2),
        (&[Denies, Denies, Takes], Delivery::Delivered { attempt: 3 }, 3),
        (&[Hangs, Takes], Delivery::Delivered { attempt: 2 }, 2),
        (&[Panics, Takes], Delivery::Delivered { attempt: 2 }, 2),
        (&[HasOne], Delivery::AlreadyCompleted, 1),
        (&[TakesButNeverSaysSo, Takes], Delivery::AlreadyCompleted, 2),
        (&[Throttles, HasOne], Delivery::AlreadyCompleted, 2),
    ];
    for (replies, delivery, attempts) in cases {
        let world = Scripted { replies: RefCell::new(replies.to_vec()), ..Scripted::new() };
        let guarded = run(&world, Mode::Enforce);
        assert_eq!(guarded.delivery, *delivery, "{replies:?}");
        assert_eq!(world.attempts.borrow().len(), *attempts, "{replies:?}");
        assert!(world.taken.borrow().len() <= 1, "{replies:?}");
    }
}

#[test]
fn an_answer_that_cannot_arrive_is_given_up_and_told() {
    use Reply::*;
    let cases: &[(&[Reply], &str)] = &[
        (&[Refuses], "no such deployment"),
        (&[Throttles; 20], "throttled"),
        (&[Denies; 20], "grant codedeploy:PutLifecycleEventHookExecutionStatus"),
        (&[Hangs; 20], "within 20 s"),
        (&[Panics; 20], "the client broke"),
    ];
    for (replies, told) in cases {
        let world = Scripted { replies: RefCell::new(replies.to_vec()), ..Scripted::new() };
        match run(&world, Mode::Enforce).delivery {
            Delivery::Undelivered(why) => assert!(why.contains(told), "{replies:?}: {why}"),
            other => panic!("{replies:?}: {other:?}"),
        }
        assert!(world.taken.borrow().is_empty());
    }
}

#[test]
fn publishing_gets_what_answering_has_left_of_the_reserve() {
    use Reply::*;
    // `run` demands that all of it ends within the allowance.
    for (replies, attempts) in [(&[Hangs, Hangs, Hangs, Takes][..], 4), (&[Hangs; 20], 5)] {
        let world = Scripted {
            breaks: Step::Publish,
            course: Course::Hang,
            replies: RefCell::new(replies.to_vec()),
            ..Scripted::new()
        };
        let guarded = run(&world, Mode::Enforce);
        assert_eq!(world.attempts.borrow().len(), attempts);
        assert!(matches!(guarded.unpublished, Some(Mishap::Deadline(_))), "{:?}", guarded.unpublished);
    }
}

#[test]
fn mishaps_name_what_happened() {
    let outcome = |course| {
        let world = Scripted { breaks: Step::Observe, course, ..Scripted::new() };
        run(&world, Mode::Enforce).outcome.expect_err("it breaks").to_string()
    };
    assert_eq!(outcome(Course::Outage), "cannot take the step Observe: access denied; grant codedeploy:GetDeployment");
    assert!(outcome(Course::Panic).contains("Observe broke"));
    assert!(outcome(Course::Hang).contains("within 40 s"));
}

#[test]
fn publishing_never_changes_the_answer() {
    for course in [Course::Outage, Course::Panic, Course::Hang] {
        let world = Scripted { breaks: Step::Publish, course, ..Scripted::new() };
        let guarded = run(&world, Mode::Enforce);
        assert_eq!(guarded.answer, Answer::Succeeded);
        assert_eq!(world.published.get(), 1);
        let expected = matches!(
            (course, &guarded.unpublished),
            (Course::Outage, Some(Mishap::Outage(_)))
                | (Course::Panic, Some(Mishap::Panic(_)))
                | (Course::Hang, Some(Mishap::Deadline(_)))
        );
        assert!(expected, "{course:?}: {:?}", guarded.unpublished);
    }
}

#[test]
fn a_short_allowance_still_leaves_time_to_judge() {
    let world = Scripted::new();
    let event = HookEvent {
        deployment_id: DeploymentId::new("d-ABCDEF123").expect("an id"),
        execution_id: HookExecutionId::new("hook-1").expect("an id"),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let allowance = Allowance { total: Duration::from_secs(3), reserve: Duration::from_secs(20) };
    let guarded = runtime.expect("a runtime").block_on(guard(&world, &event, allowance, Mode::Enforce));
    assert_eq!(guarded.answer, Answer::Succeeded);
}
