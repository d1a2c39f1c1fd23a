//! The way every call takes: concurrency and rate of its service, the time left, counting, classification.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
    time::Duration,
};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until, timeout_at},
};

use super::fault::{Fault, Operation};

/// Calls of one service at once. Enough to hide the latency of a region, few enough for the rates of a
/// service that documents none, and for the file descriptors and memory of a small function.
const AT_ONCE: &[(&str, usize)] = &[("s3", 80), ("lambda", 40), ("dynamodb", 40), ("cloudformation", 8)];
const AT_ONCE_ELSEWHERE: usize = 16;

/// A rate that AWS documents, shared by all operations that begin with one of the prefixes.
struct Rate {
    operations: &'static [&'static str],
    /// Calls a second.
    a_second: u32,
}

/// The documented rates that a large stack would reach, the most specific first.
const RATES: &[Rate] = &[
    // <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html>
    Rate { operations: &["dynamodb:DescribeContinuousBackups"], a_second: 10 },
    // <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>: GetFunction 100, GetPolicy 15,
    // the remaining control plane operations 15 together.
    Rate { operations: &["lambda:GetFunction"], a_second: 100 },
    Rate { operations: &["lambda:GetPolicy"], a_second: 15 },
    Rate { operations: &["lambda:"], a_second: 15 },
    // <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>
    Rate { operations: &["cloudwatch:DescribeAlarms"], a_second: 9 },
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
    /// When the next call of each entry of [`RATES`] may start.
    next: RefCell<Vec<Instant>>,
    gates: RefCell<BTreeMap<&'static str, Rc<Semaphore>>>,
    counts: RefCell<BTreeMap<&'static str, u32>>,
    deadline: Cell<Option<Instant>>,
}

impl Calls {
    /// A gate that nobody has passed yet.
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            gated: true,
            next: RefCell::new(vec![Instant::now(); RATES.len()]),
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

    /// Begins an invocation: counts start from zero, and [`Self::within`] ends calls at `deadline`.
    pub fn begin(&self, deadline: Option<Instant>) {
        self.counts.borrow_mut().clear();
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
        let Ok(_turn) = gate.acquire().await else {
            return Err(Fault::Failed { code: None, message: "the gate is closed".to_owned(), passing: false });
        };
        *self.counts.borrow_mut().entry(operation.name).or_default() += 1;
        // On the heap: else every waiting caller would hold the room of an SDK future, some ten kilobytes.
        Box::pin(send()).await.map_err(|error| Fault::of(&error))
    }

    fn gate(&self, service: &'static str) -> Rc<Semaphore> {
        let at_once = if self.gated { Self::at_once(service) } else { Semaphore::MAX_PERMITS };
        let mut gates = self.gates.borrow_mut();
        gates.entry(service).or_insert_with(|| Rc::new(Semaphore::new(at_once))).clone()
    }

    /// When a call may start that falls under a documented rate: calls start evenly spaced.
    fn turn(&self, operation: Operation) -> Option<Instant> {
        if self.rates == Rates::Unlimited {
            return None;
        }
        let index = RATES.iter().position(|rate| rate.covers(operation.name))?;
        let rate = RATES.get(index)?;
        let mut next = self.next.borrow_mut();
        let slot = next.get_mut(index)?;
        let start = (*slot).max(Instant::now());
        *slot = start + Duration::from_secs(1) / rate.a_second;
        Some(start)
    }
}
