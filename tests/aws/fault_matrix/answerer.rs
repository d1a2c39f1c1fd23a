//! What answers for a dead hook, under the same faults.

use fitgate::{aws::function::FailureAnswerer, event::Answer, policy::Mode};

use super::{
    PUT, SETTINGS,
    case::{Case, Run, Setting, answered},
    course::Course,
    on_a_paused_clock, oracle,
    piece::Piece,
    tally::Tally,
};
use crate::{
    double::{Double, Fault},
    invocation::settings,
    release::{invoke_answerer, payload, record, resident},
};

fn answerer(setting: Setting, double: &Double) -> FailureAnswerer {
    FailureAnswerer::new(resident(double, settings(&setting.variables())))
}

/// What the owner's mode makes of a dead hook.
fn by_mode(setting: Setting) -> Answer {
    if setting.mode == Mode::Observe { Answer::Succeeded } else { Answer::Failed }
}

/// Of a hook that could not deliver its answer: Lambda hands the event on, and the answer arrives when the way is free.
/// None where the hook's reply says that nobody would be heard.
pub(super) async fn answers_instead(case: &Case, run: &Run) -> Option<Answer> {
    run.invoked.reply.as_ref().err()?;
    run.double.heal();
    let record = record(&payload(&run.event));
    let invoked = invoke_answerer(&answerer(case.setting, &run.double), &record).await;
    assert!(invoked.reply.is_ok(), "{case:?}: {}", invoked.text);
    let answer = answered(&run.double, &run.event);
    assert_eq!(answer, Some(by_mode(case.setting)), "{case:?}: {}", invoked.text);
    answer
}

#[test]
fn a_dead_hook_is_answered_for_whatever_goes_wrong() {
    let tally = on_a_paused_clock(async {
        let mut tally = Tally::default();
        for (good, mode) in SETTINGS {
            let setting = Setting { piece: Piece::Lone, good, mode };
            for operation in called(setting).await {
                for course in Course::all(operation) {
                    let case = Case { setting, operation, course };
                    let answer = of(&case).await;
                    tally.count(&case, answer);
                }
            }
        }
        tally
    });
    println!("failure answerer: {tally}");
    assert_eq!(tally.false_succeeded, 0, "{tally}");
    assert!(tally.cases() >= 100, "{tally}");
}

/// The operations that it calls.
async fn called(setting: Setting) -> std::collections::BTreeSet<&'static str> {
    let (double, event) = setting.waiting();
    let invoked = invoke_answerer(&answerer(setting, &double), &record(&payload(&event))).await;
    assert!(invoked.reply.is_ok(), "{}", invoked.text);
    double.calls().iter().map(|call| call.operation).collect()
}

/// What becomes of the deployment of a dead hook. Lambda invokes the answerer again when that fails.
async fn of(case: &Case) -> Option<Answer> {
    let setting = case.setting;
    let (double, event) = setting.waiting();
    case.course.plan(&double, case.operation);
    let answerer = answerer(setting, &double);
    let record = record(&payload(&event));
    let first = invoke_answerer(&answerer, &record).await;
    let lost = case.operation == PUT && matches!(case.course, Course::Always(_));
    let hopeless = lost && *case.course.fault() == Fault::NotFound;
    assert_eq!(first.reply.is_err(), lost && !hopeless, "{case:?}: {}", first.text);
    if first.reply.is_err() {
        double.heal();
        let second = invoke_answerer(&answerer, &record).await;
        assert!(second.reply.is_ok(), "{case:?}: {}", second.text);
    }
    let answer = answered(&double, &event);
    assert_eq!(answer, (!hopeless).then(|| by_mode(setting)), "{case:?}: {}", first.text);
    assert!(answer.is_none_or(|answer| !oracle::is_false(case.setting, answer)), "{case:?}: {}", first.text);
    answer
}
