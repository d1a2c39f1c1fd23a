//! What a hook costs: the released program behind a double of AWS on this machine, 30 ms a call.
//!
//! `cargo bench --bench hook` prints, for stacks of 6 to 2,000 resources with nested stacks: the time from the event to
//! the answer and to the end of the invocation, processor time, memory, calls; and beside them the lower bound of the
//! time, the longer of
//!
//! - the longest chain of calls of which each needs the answer of the one before, 30 ms each: the same invocation
//!   in this process by a virtual clock, with no limit on calls at once, so that nothing but the chain takes time;
//! - for the service with most to do, its calls × 30 ms / calls at once.
//!
//! No program can reach that bound where both take long: the busiest service starts in the middle of the chain. What
//! the calls take by themselves, one after the other and so many at once, is the virtual clock's time with all limits
//! on; the rest is the processor's. The same with the rates kept that AWS documents, which the virtual clock keeps too.
//! Then the start of a process: until it asks for its first event. Figures are ratios and milliseconds of the machine at
//! hand, for people to compare; nothing is asserted.
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench measures, prints, and fails by panicking"
)]

mod account;
#[path = "../../tests/aws/double/mod.rs"]
mod double;
mod process;
mod runtime_api;

use std::{
    collections::BTreeMap,
    env,
    io::{Write, sink},
    path::Path,
    time::Duration,
};

use fitgate::{
    aws::{
        Calls, Clients, Rates, Resident, connect,
        function::Hook,
        policy_source::Kept,
        settings::{HISTORY_TABLE, Settings},
    },
    event::Phase,
};
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::Value;

use self::{
    account::{Account, TABLE},
    process::Process,
    runtime_api::{Outcome, RuntimeApi},
};

/// What every call takes.
const LATENCY: Duration = Duration::from_millis(30);
/// What the hook is told that it may take.
const ALLOWANCE: Duration = Duration::from_secs(300);
/// Resources of the stacks.
const SIZES: [usize; 4] = [6, 100, 400, 2_000];
/// Invocations of each size, of which the median is shown: the first one also opens the connections.
const ROUNDS: usize = 5;
/// Starts of a process.
const STARTS: usize = 20;
/// Runs this program as the hook, with or without the documented rates.
const ROLE: &str = "FITGATE_BENCH_HOOK";

fn main() {
    match env::var(ROLE) {
        Ok(rates) => be_the_hook(if rates == "documented" { Rates::Documented } else { Rates::Unlimited }),
        Err(_) => measure(),
    }
}

/// The same as `hooks/pre_traffic.rs`, but for the rates.
fn be_the_hook(rates: Rates) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let hook = &Hook::new(
            Phase::BeforeAllowTraffic,
            Resident {
                settings: Settings::of_environment(),
                clients: Clients::new(&connect(None, None).await),
                calls: Calls::new(rates),
                kept: Kept::default(),
                clock: jiff::Timestamp::now,
            },
        );
        let handle = async move |event: LambdaEvent<Value>| {
            hook.handle(&event.payload, event.context.deadline, &mut std::io::stdout()).await
        };
        run(service_fn(handle)).await.expect("the Runtime API answers");
    });
}

fn measure() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    for (rates, title) in
        [("unlimited", "without the documented rates"), ("documented", "with the documented rates kept")]
    {
        println!("\n30 ms a call, {title}; times are medians of {ROUNDS} invocations in one process\n");
        println!(
            "{:>9} {:>6} {:>8} {:>9} {:>8} {:>8} {:>6} {:>8} {:>6} {:>7} {:>8}",
            "resources",
            "calls",
            "first ms",
            "answer ms",
            "end ms",
            "bound ms",
            "ratio",
            "clock ms",
            "ratio",
            "CPU ms",
            "peak MB"
        );
        for size in SIZES {
            // With the rates kept a large stack takes as long as they say; one round tells.
            let rounds = if rates == "documented" { 1 } else { ROUNDS };
            let sample = runtime.block_on(sample(size, rates, rounds));
            let kept = if rates == "documented" { Rates::Documented } else { Rates::Unlimited };
            let clock = by_virtual_clock(size, Calls::new(kept));
            // Rates that are kept bound the time too.
            let bound = if rates == "documented" { clock } else { bound(size, &sample) };
            println!("{}", sample.row(size, bound, clock));
        }
    }
    println!("\nstart of the process pre_traffic until it asks for its first event, {STARTS} times\n");
    println!("{}", runtime.block_on(starts()));
}

/// What one size costs.
struct Sample {
    calls: BTreeMap<String, usize>,
    /// From the event to the end of the invocation: the first one, and the median of all.
    first: Duration,
    end: Duration,
    /// From the event to the answer's arrival, the median.
    answer: Duration,
    cpu: Duration,
    peak: f64,
}

/// Invokes the hook in a process of its own.
async fn sample(size: usize, rates: &str, rounds: usize) -> Sample {
    let account = Account::of(size, rounds);
    account.double.latency(LATENCY);
    let server = account.double.serve();
    let mut api = RuntimeApi::start(ALLOWANCE).await;
    let mut environment = environment(&api, server.url());
    environment.push((ROLE, rates.to_owned()));
    let process = Process::start(&env::current_exe().expect("the path of this program"), &environment);
    polled(&mut api).await;
    let (mut ends, mut answers, mut cpus, mut calls) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
    for event in &account.events {
        account.double.begin();
        let (cpu, sent) = (process.cpu(), std::time::Instant::now());
        api.send(event.to_string());
        let ended = match api.outcome().await {
            Outcome::Response(at, reply) if reply.contains("\"delivered\"") => at,
            Outcome::Error(message) => panic!("the hook failed: {message}"),
            other => panic!("no answer was delivered: {other:?}"),
        };
        polled(&mut api).await;
        let all = account.double.calls();
        let answered = all.iter().find(|called| called.operation.ends_with(":PutLifecycleEventHookExecutionStatus"));
        let answered = answered.expect("the hook answered").at.into_std();
        ends.push(ended - sent);
        answers.push(answered + LATENCY - sent);
        cpus.push(process.cpu().saturating_sub(cpu));
        calls = all.iter().fold(BTreeMap::new(), |mut counts, called| {
            *counts.entry(called.operation.to_owned()).or_default() += 1;
            counts
        });
    }
    let strangers = account.double.strangers();
    assert!(strangers.is_empty(), "the double does not know {strangers:?}");
    Sample {
        calls,
        first: ends[0],
        end: median(ends),
        answer: median(answers),
        cpu: median(cpus),
        peak: process.peak(),
    }
}

impl Sample {
    fn row(&self, size: usize, bound: Duration, clock: Duration) -> String {
        let calls: usize = self.calls.values().sum();
        let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        format!(
            "{size:>9} {calls:>6} {:>8.0} {:>9.0} {:>8.0} {:>8.0} {:>6.2} {:>8.0} {:>6.2} {:>7.0} {:>8.1}",
            ms(self.first),
            ms(self.answer),
            ms(self.end),
            ms(bound),
            self.end.as_secs_f64() / bound.as_secs_f64(),
            ms(clock),
            self.end.as_secs_f64() / clock.as_secs_f64(),
            ms(self.cpu),
            self.peak,
        )
    }
}

/// The least time that the calls of `sample` can take.
fn bound(size: usize, sample: &Sample) -> Duration {
    let mut busiest = BTreeMap::<&str, usize>::new();
    for (operation, count) in &sample.calls {
        *busiest.entry(operation.split(':').next().unwrap_or_default()).or_default() += count;
    }
    let busiest =
        busiest.into_iter().map(|(service, calls)| LATENCY.mul_f64(calls as f64 / Calls::at_once(service) as f64));
    busiest.max().unwrap_or_default().max(by_virtual_clock(size, Calls::ungated()))
}

/// How long the same invocation takes where nothing but AWS takes time.
fn by_virtual_clock(size: usize, calls: Calls) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let account = Account::of(size, 1);
        account.double.latency(LATENCY);
        let resident = Resident {
            settings: Settings::read(|name| (name == HISTORY_TABLE).then(|| TABLE.into())),
            clients: account.double.clients(),
            calls,
            kept: Kept::default(),
            clock: jiff::Timestamp::now,
        };
        let hook = Hook::new(Phase::BeforeAllowTraffic, resident);
        let deadline = jiff::Timestamp::now().as_millisecond().unsigned_abs() + ALLOWANCE.as_millis() as u64;
        let started = tokio::time::Instant::now();
        hook.handle(&account.events[0], deadline, &mut sink()).await.expect("an answer");
        started.elapsed()
    })
}

/// Starts the program of the pre-traffic hook again and again.
async fn starts() -> String {
    let (mut times, mut resident) = (Vec::new(), 0.0_f64);
    for _ in 0..STARTS {
        let mut api = RuntimeApi::start(ALLOWANCE).await;
        let environment = environment(&api, "http://127.0.0.1:9");
        let process = Process::start(Path::new(env!("CARGO_BIN_EXE_pre_traffic")), &environment);
        let at = polled(&mut api).await;
        times.push(at - process.started);
        resident = resident.max(process.resident());
    }
    let (least, most) = (times.iter().min().copied(), times.iter().max().copied());
    let ms = |duration: Duration| duration.as_secs_f64() * 1_000.0;
    format!(
        "median {:.1} ms ({:.1} to {:.1}), at most {resident:.1} MB resident; program {:.1} MB, deflated {:.1} MB",
        ms(median(times)),
        ms(least.unwrap_or_default()),
        ms(most.unwrap_or_default()),
        size_of_program(false),
        size_of_program(true),
    )
}

/// The size of the program on disk, or inside of a zip, in MB.
fn size_of_program(deflated: bool) -> f64 {
    let bytes = std::fs::read(env!("CARGO_BIN_EXE_pre_traffic")).expect("the program");
    let size = if deflated {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&bytes).expect("memory takes it");
        encoder.finish().expect("memory takes it").len()
    } else {
        bytes.len()
    };
    size as f64 / 1e6
}

/// What Lambda, and an installation, tell a hook.
fn environment(api: &RuntimeApi, double: &str) -> Vec<(&'static str, String)> {
    [
        ("AWS_LAMBDA_RUNTIME_API", api.host().as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", "CodeDeployHook_fitgate_pre_traffic"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/fitgate/pre-traffic"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDDOUBLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL", double),
        (HISTORY_TABLE, TABLE),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// Waits until the function asks for an event.
async fn polled(api: &mut RuntimeApi) -> std::time::Instant {
    match api.outcome().await {
        Outcome::Polled(at) => at,
        other => panic!("no poll but {other:?}"),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
