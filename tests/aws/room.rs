//! The room that a hook takes: its futures, and the stack below its calls.
//!
//! A thread of tests has 2 MiB, and Lambda's smallest function 128 MiB in all. Without optimisation each wrapper keeps a
//! future more than once, so that one large step shows many times: what is large belongs on the heap.

use std::cell::Cell;

use fitgate::{
    aws::{
        Live,
        function::{FailureAnswerer, Hook},
    },
    event::{HookEvent, Phase},
    job,
};

use crate::{
    double::{Double, Sample},
    invocation::settings,
    release::{deadline, invoke, payload, record, resident},
};

/// What a future may take, in bytes.
const MOST: usize = 12 * 1024;

/// What fitgate may put on the stack between a hook's caller and the SDK, in bytes: a quarter of a thread's.
const MOST_STACK: usize = 512 * 1024;

const PHASE: Phase = Phase::BeforeAllowTraffic;

fn shop() -> (Double, HookEvent) {
    let double = Sample::shop().double();
    let event = double.deploys();
    (double, event)
}

#[tokio::test(start_paused = true)]
async fn the_futures_of_a_hook_are_small() {
    let (double, event) = shop();
    let (resident, body, mut log) = (resident(&double, settings(&[])), payload(&event), Vec::new());
    let mode = Cell::new(None);
    let live = Live::new(&resident, PHASE);
    let job = size_of_val(&job::judge(&live, &event, &mode));
    let hook = Hook::new(PHASE, crate::release::resident(&double, settings(&[])));
    let handle = size_of_val(&hook.handle(&body, deadline(), &mut log));
    let answerer = FailureAnswerer::new(crate::release::resident(&double, settings(&[])));
    let answers = size_of_val(&answerer.handle(&record(&body), deadline(), &mut log));
    println!("bytes: the job {job}, the hook {handle}, the failure answerer {answers}");
    assert!(job < MOST / 4 && handle < MOST && answers < MOST, "{job} {handle} {answers}");
}

#[tokio::test(start_paused = true)]
async fn the_stack_below_a_call_is_shallow() {
    let (double, event) = shop();
    let hook = Hook::new(PHASE, resident(&double, settings(&[])));
    let here = 0_u8;
    let deepest = |double: &Double| {
        let calls = double.calls();
        let depths = calls.iter().map(|call| (std::ptr::from_ref(&here).addr().abs_diff(call.stack), call.operation));
        depths.max().expect("calls")
    };
    let clients = double.clients();
    clients.s3.get_bucket_policy().bucket("shop-data").send().await.expect("a policy");
    let (of_the_sdk, _) = deepest(&double);
    let invoked = invoke(&hook, &payload(&event)).await;
    assert!(invoked.reply.is_ok(), "{}", invoked.text);
    let (most, operation) = deepest(&double);
    println!("bytes of stack: {most} below {operation}, {of_the_sdk} of them the SDK's own");
    assert!(most - of_the_sdk < MOST_STACK, "{most} below {operation}, {of_the_sdk} of them the SDK's own");
}
