//! A double of AWS: answers the SDK's own clients, in process or over HTTP, as the services document it.
//!
//! ```ignore
//! let double = Double::new();
//! double.stack(Stack::named("shop").with("Data", "AWS::S3::Bucket", "shop-data"));
//! double.set("s3:GetBucketVersioning", "shop-data", json!({"Status": "Enabled"}));
//! double.fail("s3:GetBucketAcl", Which::Times(1), Fault::Throttled);
//!
//! let clients = double.clients();                        // in process; works with a paused clock
//! let server = double.serve();                           // or for processes: AWS_ENDPOINT_URL = server.url()
//! ```
//!
//! # What it answers
//! - [`Double::set`] stores what an operation says of a resource, in the operation's output shape as the API
//!   reference has it (S3: the elements inside of the document's root). `services/*.rs` say what the keys are.
//! - A resource with any document, or named by [`Double::know`], exists; of what it has no document for, the service
//!   says what AWS says of something not configured: an error code of its own, or an empty answer. Of a
//!   resource that does not exist it says the documented not-found error.
//! - Lists are made of the same documents, one a key, and paged: [`Double::page_size`] makes the pages small.
//! - CodeDeploy is the rehearsal's engine: [`Double::codedeploy`] gives access to it, and moves its time.
//! - Writers write: what was put can be read back, from the double or through the SDK.
//! - Whatever it does not know is an error that says so, and is in [`Double::strangers`]; never a silent success.
//!
//! - [`Sample`] is a whole stack in good order, or any number of resources, to break in one property.
//!
//! # What goes wrong
//! [`Double::fail`] plans a [`Fault`] for an operation (`s3:GetBucketAcl`, `s3:*`, `*`) and [`Which`] of its calls.
//! The first plan that meets a call counts. [`Double::heal`] ends all.
//!
//! # What it remembers
//! [`Double::calls`]: every request with its time by tokio's clock; [`Double::count`]; [`Double::peak`]: the most
//! calls that a service had in flight at once.
#![allow(
    dead_code,
    unused_imports,
    clippy::expect_used,
    clippy::panic,
    reason = "each test binary uses its part; a mistake of a test fails it"
)]

mod answering;
mod answers;
mod call;
mod clients;
mod deploying;
mod fault;
mod in_process;
mod page;
mod protocol;
mod record;
mod sample;
mod server;
mod services;
mod stack;
mod state;
mod wire;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use fitgate::rehearsal::engine::Engine;
use serde_json::Value;

use self::{fault::Planned, state::State};
pub(crate) use self::{
    fault::{Fault, Which},
    record::Called,
    sample::Sample,
    server::Server,
    services::operations,
    stack::{Resource, Stack},
    state::{ACCOUNT, REGION},
};

/// A handle to the double; its clones are the same double.
#[derive(Clone)]
pub(crate) struct Double(Arc<Mutex<State>>);

impl Default for Double {
    fn default() -> Self {
        Self::new()
    }
}

impl Double {
    /// An empty account.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State::new())))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked with the lock fails by itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores what an operation says of a resource, which from now on exists.
    pub(crate) fn set(&self, operation: &str, key: &str, document: Value) {
        let (service, operation) = services::named(operation);
        let mut state = self.state();
        state.answers.know(service.name(), service.subject(key));
        state.answers.set(operation, key, document);
    }

    /// Changes a stored document.
    ///
    /// # Panics
    /// There is none.
    pub(crate) fn change(&self, operation: &str, key: &str, change: impl FnOnce(&mut Value)) {
        let mut state = self.state();
        let document = state.answers.get_mut(operation, key);
        change(document.unwrap_or_else(|| panic!("nothing is stored for {operation} of {key}")));
    }

    /// What is stored; `None` where nothing is.
    pub(crate) fn get(&self, operation: &str, key: &str) -> Option<Value> {
        self.state().answers.get(operation, key).cloned()
    }

    /// Takes a document away; the resource stays, without such a configuration.
    ///
    /// # Panics
    /// There is none.
    pub(crate) fn unset(&self, operation: &str, key: &str) -> Value {
        let removed = self.state().answers.remove(operation, key);
        removed.unwrap_or_else(|| panic!("nothing is stored for {operation} of {key}"))
    }

    /// Says that a resource exists, with nothing configured.
    pub(crate) fn know(&self, service: &str, key: &str) {
        let service = services::service(service);
        self.state().answers.know(service.name(), service.subject(key));
    }

    /// Takes a resource away with all that was stored of it.
    pub(crate) fn forget(&self, service: &str, key: &str) {
        let service = services::service(service);
        let subject = service.subject(key);
        self.state().answers.forget(service.name(), subject, |key| service.subject(key) == subject);
    }

    /// Adds a stack, or replaces the one of the same name. A nested one is added like any other.
    pub(crate) fn stack(&self, stack: Stack) {
        let mut state = self.state();
        state.stacks.retain(|known| known.name() != stack.name());
        state.stacks.push(stack);
    }

    /// Looks at CodeDeploy, or drives it: only the caller moves its time.
    pub(crate) fn codedeploy<T>(&self, act: impl FnOnce(&mut Engine) -> T) -> T {
        act(&mut self.state().engine)
    }

    /// The items of a table, in the order in which they were first put.
    pub(crate) fn items(&self, table: &str) -> Vec<Value> {
        self.state().tables.get(table).into_iter().flatten().cloned().map(Value::Object).collect()
    }

    /// What was put to CloudWatch, each with its `Namespace`.
    pub(crate) fn metrics(&self) -> Vec<Value> {
        self.state().metrics.clone()
    }

    /// The most items of a page of any list.
    pub(crate) fn page_size(&self, items: usize) {
        self.state().page = Some(items);
    }

    /// How long every call takes, by tokio's clock.
    pub(crate) fn latency(&self, latency: Duration) {
        self.state().latency = latency;
    }

    /// Plans a fault for calls of an operation: `s3:GetBucketAcl`, all of a service (`s3:*`), or all (`*`).
    pub(crate) fn fail(&self, operation: &str, which: Which, fault: Fault) {
        if !operation.ends_with('*') {
            services::named(operation);
        }
        self.state().faults.push(Planned { operation: operation.to_owned(), which, fault });
    }

    /// Ends all faults.
    pub(crate) fn heal(&self) {
        self.state().faults.clear();
    }

    /// Every request that arrived, retries included, in their order.
    pub(crate) fn calls(&self) -> Vec<Called> {
        self.state().record.calls.clone()
    }

    /// How often an operation was called; of `s3:*` or `*`, all of them together.
    pub(crate) fn count(&self, operation: &str) -> usize {
        let state = self.state();
        let calls = state.record.calls.iter();
        match operation.strip_suffix('*') {
            Some(prefix) => calls.filter(|called| called.operation.starts_with(prefix)).count(),
            None => calls.filter(|called| called.operation == operation).count(),
        }
    }

    /// The most calls of a service that were in flight at once.
    pub(crate) fn peak(&self, service: &str) -> usize {
        self.state().record.peak(service)
    }

    /// Requests that no service or operation of the double is for.
    pub(crate) fn strangers(&self) -> Vec<String> {
        self.state().record.strangers.clone()
    }

    /// Forgets the calls so far, nothing else.
    pub(crate) fn begin(&self) {
        self.state().record.clear();
    }
}
