//! The fault matrix: every operation that a hook calls, and everything that can go wrong with it. Whatever happens there
//! is one answer, and never `Succeeded` where policy says halt.
//!
//! The operations are those that the double sees when nothing goes wrong, so that a new call of an observer is in the
//! matrix without anybody's doing. The rules are in [`oracle`].

mod answerer;
mod case;
mod course;
mod oracle;
mod panics;
mod piece;
mod steps;
mod tally;
mod twice;

use std::collections::BTreeSet;

use fitgate::{
    event::{Answer, Phase},
    policy::Mode,
};

use self::{
    case::{Case, Setting},
    course::Course,
    piece::Piece,
    tally::Tally,
};

const PHASE: Phase = Phase::BeforeAllowTraffic;
const PUT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";
const HISTORY: &str = "history";
const PROFILE: &str = "a/b/c";

/// Fewer would mean that the matrix has lost a part.
const LEAST: usize = 500;

/// What a stack and a policy may be like: nothing to say against it, a door that is open, and an owner who only looks.
const SETTINGS: [(bool, Mode); 3] = [(true, Mode::Enforce), (false, Mode::Enforce), (false, Mode::Observe)];

/// Runs `work` on a paused clock of its own.
fn on_a_paused_clock<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(work)
}

#[test]
fn whatever_goes_wrong_there_is_one_answer_and_none_is_a_false_succeeded() {
    let tally = std::thread::scope(|scope| {
        let pieces = Piece::ALL.map(|piece| scope.spawn(move || on_a_paused_clock(of_piece(piece))));
        pieces.into_iter().map(|piece| piece.join().expect("no rule was broken")).sum::<Tally>()
    });
    println!("fault matrix: {tally}");
    assert!(tally.broken.is_empty(), "{}", tally.broken.join("\n"));
    assert!(tally.cases() >= LEAST, "{tally}");
    assert_eq!(tally.false_succeeded, 0, "{tally}");
}

/// All cases of one stack. Who only observes is told `Succeeded` whatever the stack is: one will do.
async fn of_piece(piece: Piece) -> Tally {
    let mut tally = Tally::default();
    let operations = own(piece).await;
    assert!(!operations.is_empty(), "{piece:?} calls nothing that the others do not");
    for (good, mode) in SETTINGS {
        let setting = Setting { piece, good, mode };
        if mode == Mode::Enforce || piece == Piece::Lone {
            tally = [tally, of_setting(setting, &operations).await].into_iter().sum();
        }
    }
    tally
}

async fn of_setting(setting: Setting, operations: &BTreeSet<&'static str>) -> Tally {
    let mut tally = Tally::default();
    let plain = setting.run(|_| {}).await;
    let goes_on = setting.good || setting.mode == Mode::Observe;
    assert_eq!(plain.answer == Some(Answer::Succeeded), goes_on, "{setting:?}: {}", plain.invoked.says("/message"));
    for &operation in operations {
        for course in Course::all(operation) {
            let case = Case { setting, operation, course };
            let run = case.run().await;
            tally.broken.extend(oracle::judge(&case, &run, &plain));
            let answer = match run.answer {
                Some(answer) => Some(answer),
                None => answerer::answers_instead(&case, &run).await,
            };
            tally.count(&case, answer);
        }
    }
    tally
}

/// The operations that a hook calls for this stack, and for none before it. Those that tell what the stack holds count
/// once more where the open door is beside the function: a function that is judged without its stack looks good there.
async fn own(piece: Piece) -> BTreeSet<&'static str> {
    let mut own = called(piece).await;
    for before in Piece::ALL.into_iter().take_while(|before| *before != piece) {
        let seen = called(before).await;
        let again = |operation: &str| piece == Piece::Bucket && operation.starts_with("cloudformation:");
        own.retain(|operation| !seen.contains(operation) || again(operation));
    }
    own
}

async fn called(piece: Piece) -> BTreeSet<&'static str> {
    Setting { piece, good: true, mode: Mode::Enforce }.run(|_| {}).await.operations()
}
