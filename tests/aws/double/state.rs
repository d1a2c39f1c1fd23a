//! What the double knows.

use std::{collections::BTreeMap, time::Duration};

use fitgate::rehearsal::engine::{Engine, Settings};
use serde_json::Value;

use super::{
    answers::Answers,
    call::Call,
    fault::Planned,
    page::Paging,
    record::Record,
    services::{Items, Polls},
    stack::Stack,
};

/// The account that everything belongs to.
pub(crate) const ACCOUNT: &str = "123456789012";
/// The region that everything is in.
pub(crate) const REGION: &str = "us-east-1";

/// Everything behind the lock.
pub(crate) struct State {
    pub(crate) region: String,
    pub(crate) answers: Answers,
    pub(crate) stacks: Vec<Stack>,
    pub(crate) engine: Engine,
    /// Items by table.
    pub(crate) tables: BTreeMap<String, Items>,
    /// What `PutMetricData` was given, each with its namespace.
    pub(crate) metrics: Vec<Value>,
    pub(crate) polls: Polls,
    pub(crate) faults: Vec<Planned>,
    pub(crate) record: Record,
    pub(crate) latency: Duration,
    /// The function of the sample, for whoever deploys it.
    pub(crate) deploys: Option<String>,
    /// The most items of a page, where a test wants small ones.
    pub(crate) page: Option<usize>,
}

impl State {
    pub(crate) fn new() -> Self {
        let settings = Settings { region: REGION.to_owned(), account: ACCOUNT.to_owned(), ..Settings::default() };
        Self {
            region: REGION.to_owned(),
            answers: Answers::default(),
            stacks: Vec::new(),
            engine: Engine::new(settings),
            tables: BTreeMap::new(),
            metrics: Vec::new(),
            polls: Polls::default(),
            faults: Vec::new(),
            record: Record::default(),
            latency: Duration::ZERO,
            deploys: None,
            page: None,
        }
    }

    /// How a list is paged: the names of the members that hold token and size, the size where none is asked for
    /// (also the most that the service gives), and the code for a token of nobody.
    pub(crate) fn paging<'c>(
        &self,
        call: &'c Call,
        token: &str,
        size: Option<&str>,
        most: usize,
        invalid: &'static str,
    ) -> Paging<'c> {
        let asked = size.and_then(|name| call.input.get(name)).and_then(|size| match size {
            Value::String(text) => text.parse().ok(),
            other => usize::try_from(other.as_u64()?).ok(),
        });
        let size = asked.unwrap_or(most).min(most).min(self.page.unwrap_or(most));
        Paging { token: call.input.get(token).and_then(Value::as_str), size, invalid }
    }
}
