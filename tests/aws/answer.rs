//! One attempt to deliver an answer, and what each of CodeDeploy's refusals means for the next one.

use fitgate::{
    aws::{Calls, Rates, answer::put},
    event::{Answer, HookExecutionId, Phase},
    facts::Why,
    world::Undelivered,
};

use crate::{
    double::{Double, Fault, Which},
    release::{self, deploy},
};

const PUT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Taken,
    AlreadyCompleted,
    ForNow,
    ForGood,
}

impl From<Result<(), Undelivered>> for Said {
    fn from(result: Result<(), Undelivered>) -> Self {
        match result {
            Ok(()) => Self::Taken,
            Err(Undelivered::AlreadyCompleted) => Self::AlreadyCompleted,
            Err(Undelivered::ForNow(_)) => Self::ForNow,
            Err(Undelivered::ForGood(_)) => Self::ForGood,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_tried_again_and_what_does_not_is_not() {
    let refused = |code| Fault::Refused { status: 400, code };
    let cases = [
        (Fault::Throttled, Said::ForNow, Said::Taken),
        (Fault::Status500, Said::ForNow, Said::Taken),
        (Fault::Reset, Said::ForNow, Said::Taken),
        (Fault::Hang, Said::ForNow, Said::Taken),
        (Fault::Garbage, Said::ForNow, Said::Taken),
        (Fault::WrongShape, Said::ForNow, Said::Taken),
        (Fault::Denied, Said::ForNow, Said::Taken),
        // It arrived, and nobody knows: the next attempt hears so.
        (Fault::AnswerLost, Said::ForNow, Said::AlreadyCompleted),
        (Fault::NotFound, Said::ForGood, Said::Taken),
        (refused("LifecycleEventAlreadyCompletedException"), Said::AlreadyCompleted, Said::Taken),
        (refused("InvalidLifecycleEventHookExecutionIdException"), Said::ForGood, Said::Taken),
        (refused("InvalidLifecycleEventHookExecutionStatusException"), Said::ForGood, Said::Taken),
        (refused("InvalidDeploymentIdException"), Said::ForGood, Said::Taken),
        (refused("UnsupportedActionForDeploymentTypeException"), Said::ForGood, Said::Taken),
    ];
    for (fault, first, second) in cases {
        let double = Double::new();
        let event = deploy(&double, Phase::BeforeAllowTraffic, None);
        let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
        double.fail(PUT, Which::Times(1), fault.clone());
        for expected in [first, second] {
            assert_eq!(Said::from(put(&clients, &calls, &event, Answer::Succeeded).await), expected, "{fault:?}");
        }
        assert_eq!(double.count(PUT), 2, "{fault:?}: one attempt is one call");
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_the_one_that_was_meant() {
    for (phase, meant) in [(Phase::BeforeAllowTraffic, Answer::Failed), (Phase::AfterAllowTraffic, Answer::Succeeded)] {
        let double = Double::new();
        let event = deploy(&double, phase, None);
        let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
        assert_eq!(release::answer(&double, &event.deployment_id, phase), None);
        put(&clients, &calls, &event, meant).await.expect("an answer that arrives");
        assert_eq!(release::answer(&double, &event.deployment_id, phase), Some(meant));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_action_to_grant() {
    let double = Double::new();
    let event = deploy(&double, Phase::BeforeAllowTraffic, None);
    double.fail(PUT, Which::Always, Fault::Denied);
    let said = put(&double.clients(), &Calls::new(Rates::Documented), &event, Answer::Failed).await;
    assert_eq!(said, Err(Undelivered::ForNow(Why::Denied { action: PUT.to_owned() })));
}

#[tokio::test(start_paused = true)]
async fn ids_of_nobody_are_refused_for_good() {
    let double = Double::new();
    let known = deploy(&double, Phase::BeforeAllowTraffic, None);
    let (clients, calls) = (double.clients(), Calls::new(Rates::Documented));
    let mut stranger = known.clone();
    stranger.deployment_id = "d-UNKNOWN99".parse().expect("an id");
    assert_eq!(Said::from(put(&clients, &calls, &stranger, Answer::Failed).await), Said::ForGood);
    let mut stranger = known;
    stranger.execution_id = HookExecutionId::new("nobody's").expect("an id");
    assert_eq!(Said::from(put(&clients, &calls, &stranger, Answer::Failed).await), Said::ForGood);
}
