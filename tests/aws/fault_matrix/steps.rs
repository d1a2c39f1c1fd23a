//! A deadline at every step: whatever is slow, and however little time there is, the answer comes before the end.

use std::time::Duration;

use fitgate::{event::Answer, policy::Mode};
use tokio::time::Instant;

use super::{
    PUT,
    case::{Setting, answered},
    on_a_paused_clock, own,
    piece::Piece,
};
use crate::{
    double::{Fault, Which},
    release::{invoke_within, payload},
};

/// A few seconds, of which half are kept for the answer; and a time of which a third is kept.
const SHORT: Duration = Duration::from_secs(4);
const LONG: Duration = Duration::from_secs(60);

/// The SDK's attempts are cut off after longer than this, the guard's own before.
const SLOW: Fault = Fault::Slow(Duration::from_millis(4_500));

/// What Lambda gives, how slow AWS is, and whether the stack is in good order.
const CASES: [(Duration, Fault, bool); 3] =
    [(SHORT, Fault::Hang, false), (SHORT, SLOW, true), (LONG, Fault::Hang, true)];

#[test]
fn whatever_is_slow_the_answer_comes_in_time() {
    let cases = std::thread::scope(|scope| {
        let pieces = Piece::ALL.map(|piece| scope.spawn(move || on_a_paused_clock(of_piece(piece))));
        pieces.into_iter().map(|piece| piece.join().expect("no rule was broken")).sum::<usize>()
    });
    println!("deadlines: {cases} cases, each with one answer in time; false Succeeded = 0");
    assert!(cases >= 100, "{cases}");
}

async fn of_piece(piece: Piece) -> usize {
    let mut cases = 0;
    for operation in own(piece).await {
        for (time, fault, good) in CASES {
            in_time(Setting { piece, good, mode: Mode::Enforce }, operation, &fault, time).await;
            cases += 1;
        }
    }
    cases
}

async fn in_time(setting: Setting, operation: &str, fault: &Fault, time: Duration) {
    let (double, event) = setting.waiting();
    double.fail(operation, Which::Always, fault.clone());
    setting.piece.mislead(&double);
    let began = Instant::now();
    let invoked = invoke_within(&setting.hook(&double), &payload(&event), time).await;
    let name = format!("{setting:?} {operation} {fault:?} within {time:?}: {}", invoked.text);
    assert!(began.elapsed() <= time, "{:?}: {name}", began.elapsed());
    let answer = answered(&double, &event);
    match operation {
        PUT => assert!(invoked.reply.is_err() && answer.is_none(), "{answer:?}: {name}"),
        _ => assert!(invoked.reply.is_ok() && answer.is_some(), "{answer:?}: {name}"),
    }
    assert!(setting.good || answer != Some(Answer::Succeeded), "{name}");
}
