//! What was called, when, and how many at once.

use std::collections::BTreeMap;

use tokio::time::Instant;

/// One request that arrived; a retry is one of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Called {
    /// Service and operation, `s3:GetBucketAcl`.
    pub(crate) operation: &'static str,
    /// The resource it was about, several with commas between them.
    pub(crate) key: String,
    /// By tokio's clock, which tests may have paused.
    pub(crate) at: Instant,
    /// Where on the stack of its thread it arrived, for whoever measures how deep that is.
    pub(crate) stack: usize,
}

/// All that arrived.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) calls: Vec<Called>,
    /// Requests that are for no service or operation of the double, in words.
    pub(crate) strangers: Vec<String>,
    /// By service: in flight now, and the most there ever were.
    flights: BTreeMap<&'static str, (usize, usize)>,
}

impl Record {
    pub(crate) fn takes_off(&mut self, service: &'static str) {
        let (now, peak) = self.flights.entry(service).or_default();
        *now += 1;
        *peak = (*peak).max(*now);
    }

    pub(crate) fn lands(&mut self, service: &'static str) {
        if let Some((now, _)) = self.flights.get_mut(service) {
            *now -= 1;
        }
    }

    pub(crate) fn peak(&self, service: &str) -> usize {
        self.flights.get(service).map_or(0, |(_, peak)| *peak)
    }

    /// Forgets what was, not what is in flight.
    pub(crate) fn clear(&mut self) {
        self.calls.clear();
        self.strangers.clear();
        for (now, peak) in self.flights.values_mut() {
            *peak = *now;
        }
    }
}
