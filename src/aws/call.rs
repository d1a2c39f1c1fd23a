//! The way every call takes: concurrency and rate of its service, the time left, counting, classification.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, VecDeque},
    pin::Pin,
    rc::Rc,
    time::Duration,
};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until, timeout_at},
};

use super::fault::{Fault, Operation};

const SECOND: Duration = Duration::from_secs(1);

/// Calls of one service at once. Enough to hide the latency of a region, few enough for the rates of a
/// service that documents none, and for the file descriptors and memory of a small function.
///
/// S3 takes 5,500 GET requests a second of the objects under a prefix
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html>) and documents no rate for the
/// configuration of buckets: 128 calls of 30 ms are some 4,300 a second. What it throttles narrows the gate.
const AT_ONCE: &[(&str, usize)] = &[("s3", 128), ("lambda", 40), ("dynamodb", 40), ("cloudformation", 8)];
const AT_ONCE_ELSEWHERE: usize = 16;

/// A rate that AWS documents, shared by all operations that begin with one of the prefixes.
struct Rate {
    operations: &'static [&'static str],
    /// Calls a second.
    a_second: usize,
}

/// The documented rates that a large stack would reach, the most specific first.
const RATES: &[Rate] = &[
    // <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html>
    Rate { operations: &["dynamodb:DescribeContinuousBackups"], a_second: 10 },
    // <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html>
    Rate { operations: &["dynamodb:ListTagsOfResource"], a_second: 10 },
    // <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>: GetFunction 100, GetPolicy 15,
    // the remaining control plane operations 15 together.
    Rate { operations: &["lambda:GetFunction"], a_second: 100 },
    Rate { operations: &["lambda:GetPolicy"], a_second: 15 },
    Rate { operations: &["lambda:"], a_second: 15 },
    // <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>
    Rate { operations: &["cloudwatch:DescribeAlarms"], a_second: 9 },
    // AWS documents none; somebody measured some 30 a second: <https://github.com/ekristen/aws-nuke/issues/508>
    Rate { operations: &["cloudcontrol:GetResource"], a_second: 25 },
];

impl Rate {
    /// Whether an operation falls under this rate: one named whole, or any of a service (`lambda:`).
    fn covers(&self, operation: &str) -> bool {
        self.operations.iter().any(|name| *name == operation || (name.ends_with(':') && operation.starts_with(name)))
    }
}

/// Whether the documented rates are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rates {
    /// As on AWS.
    Documented,
    /// Against a double that has none: benches that measure what fitgate itself costs.
    Unlimited,
}

/// The gate in front of AWS. One for each process; its time limit is set for each invocation.
#[derive(Debug)]
pub struct Calls {
    rates: Rates,
    /// Whether calls of a service wait for each other at all.
    gated: bool,
    /// When the last calls of each entry of [`RATES`] started or will start, as many as may within a second.
    starts: RefCell<Vec<VecDeque<Instant>>>,
    gates: RefCell<BTreeMap<&'static str, Rc<Gate>>>,
    counts: RefCell<BTreeMap<&'static str, u32>>,
    deadline: Cell<Option<Instant>>,
}

/// The places of one service: calls that may be on their way at once.
#[derive(Debug)]
struct Gate {
    places: Semaphore,
    left: Cell<usize>,
}

impl Gate {
    fn new(places: usize) -> Self {
        Self { places: Semaphore::new(places), left: Cell::new(places) }
    }

    /// Takes away the place of a call that was throttled, the SDK's retries included: the service asks for fewer
    /// calls at once. One place always stays.
    fn narrow(&self, place: SemaphorePermit<'_>) {
        let left = self.left.get();
        if left > 1 {
            self.left.set(left - 1);
            place.forget();
        }
    }
}

impl Calls {
    /// A gate that nobody has passed yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            gated: true,
            starts: RefCell::new(vec![VecDeque::new(); RATES.len()]),
            gates: RefCell::default(),
            counts: RefCell::default(),
            deadline: Cell::new(None),
        }
    }

    /// No limits at all: what is left is the longest chain of calls that wait for each other's answers. For benches.
    pub fn ungated() -> Self {
        Self { gated: false, ..Self::new(Rates::Unlimited) }
    }

    /// How many calls of a service there are at once, at most.
    pub fn at_once(service: &str) -> usize {
        AT_ONCE.iter().find(|(name, _)| *name == service).map_or(AT_ONCE_ELSEWHERE, |(_, at_once)| *at_once)
    }

    /// Begins an invocation: counts start from zero, every service has all of its places again, and
    /// [`Self::within`] ends calls at `deadline`. Turns that nobody took, because the time was up before, count as
    /// taken now: what really was on its way then nobody knows any more.
    pub fn begin(&self, deadline: Option<Instant>) {
        let now = Instant::now();
        self.starts.borrow_mut().iter_mut().flatten().for_each(|start| *start = now.min(*start));
        self.counts.borrow_mut().clear();
        self.gates.borrow_mut().clear();
        self.deadline.set(deadline);
    }

    /// Calls since [`Self::begin`], by operation. A retry of the SDK's own is not counted again.
    pub fn counts(&self) -> BTreeMap<&'static str, u32> {
        self.counts.borrow().clone()
    }

    /// Makes one call of an observation, which ends as `TimedOut` when the time for observing is up.
    ///
    /// `send` makes the SDK's future, and is called only when it is the call's turn: a stack of thousands of
    /// resources waits here in a few bytes each.
    ///
    /// # Errors
    /// What went wrong, classified.
    pub async fn within<T, E, F>(&self, operation: Operation, send: impl FnOnce() -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match self.deadline.get() {
            Some(deadline) => timeout_at(deadline, self.call(operation, send)).await.unwrap_or(Err(Fault::TimedOut)),
            None => self.call(operation, send).await,
        }
    }

    /// Makes one call without a time limit beyond the SDK's own: answering and publishing, which the guard times.
    ///
    /// # Errors
    /// What went wrong, classified.
    pub async fn call<T, E, F>(&self, operation: Operation, send: impl FnOnce() -> F) -> Result<T, Fault>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        // Before the gate: whoever waits for a slow operation must not keep others of the service waiting.
        if let Some(start) = self.turn(operation) {
            sleep_until(start).await;
        }
        let gate = self.gate(operation.service());
        let Ok(place) = gate.places.acquire().await else {
            return Err(Fault::Failed { code: None, message: "the gate is closed".to_owned(), passing: false });
        };
        *self.counts.borrow_mut().entry(operation.name).or_default() += 1;
        let result = on_the_heap(send).await.map_err(|error| Fault::of(&error));
        if matches!(result, Err(Fault::Throttled)) {
            gate.narrow(place);
        }
        result
    }

    fn gate(&self, service: &'static str) -> Rc<Gate> {
        let at_once = if self.gated { Self::at_once(service) } else { Semaphore::MAX_PERMITS };
        let mut gates = self.gates.borrow_mut();
        gates.entry(service).or_insert_with(|| Rc::new(Gate::new(at_once))).clone()
    }

    /// When a call may start that falls under a documented rate: never more than so many within any second.
    fn turn(&self, operation: Operation) -> Option<Instant> {
        if self.rates == Rates::Unlimited {
            return None;
        }
        let index = RATES.iter().position(|rate| rate.covers(operation.name))?;
        let (rate, mut all) = (RATES.get(index)?, self.starts.borrow_mut());
        let starts = all.get_mut(index)?;
        let mut start = Instant::now();
        if starts.len() >= rate.a_second {
            start = starts.pop_front().map_or(start, |earlier| start.max(earlier + SECOND));
        }
        starts.push_back(start);
        Some(start)
    }
}

/// Makes an SDK future, some ten kilobytes, on the heap: else every waiting caller would hold the room of one. Made by a
/// function that has returned when the call begins, for without optimisation the copies on the way to the heap stay on the
/// stack of whoever makes them.
fn on_the_heap<F: Future>(send: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(send())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKUPS: Operation = Operation::named("dynamodb:DescribeContinuousBackups");

    fn starts(calls: &Calls, operation: Operation, count: usize, begun: Instant) -> Vec<u128> {
        (0..count).map(|_| calls.turn(operation).map_or(0, |start| (start - begun).as_millis())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn never_more_start_within_a_second_than_aws_documents() {
        let (calls, begun) = (Calls::new(Rates::Documented), Instant::now());
        let first = starts(&calls, BACKUPS, 25, begun);
        assert_eq!(first, [[0; 10].as_slice(), &[1_000; 10], &[2_000; 5]].concat());
        // Another operation of the service has a rate of its own, or none.
        assert_eq!(calls.turn(Operation::named("dynamodb:DescribeTimeToLive")), None);
        tokio::time::advance(Duration::from_millis(2_500)).await;
        assert_eq!(starts(&calls, BACKUPS, 6, begun), [2_500, 2_500, 2_500, 2_500, 2_500, 3_000]);
        assert_eq!(Calls::new(Rates::Unlimited).turn(BACKUPS), None);
    }

    #[tokio::test(start_paused = true)]
    async fn turns_that_nobody_took_do_not_hold_up_the_next_invocation() {
        let (calls, begun) = (Calls::new(Rates::Documented), Instant::now());
        starts(&calls, BACKUPS, 2_000, begun);
        calls.begin(None);
        assert_eq!(starts(&calls, BACKUPS, 1, begun), [1_000]);
    }

    #[test]
    fn the_most_specific_rate_counts() {
        let rate = |operation| RATES.iter().find(|rate| rate.covers(operation)).map(|rate| rate.a_second);
        assert_eq!(rate("lambda:GetFunction"), Some(100));
        assert_eq!(rate("lambda:GetPolicy"), Some(15));
        assert_eq!(rate("lambda:GetFunctionUrlConfig"), Some(15));
        assert_eq!(rate("s3:GetBucketAcl"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttled_call_takes_its_place_away_but_for_the_last() {
        let gate = Gate::new(3);
        for left in [2, 1, 1] {
            gate.narrow(gate.places.acquire().await.unwrap());
            assert_eq!(gate.places.available_permits(), left);
        }
    }
}
