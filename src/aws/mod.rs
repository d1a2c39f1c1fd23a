//! AWS, live: the only code that names the SDK.
//!
//! [`Clients`] are the SDK's clients over one connection pool, [`Calls`] is the way every call takes:
//! concurrency and rates, counting, the time left, and one classification of what went wrong. On them stand
//! the observers of [`observe`], one file a service, and what implements [`World`](crate::world::World).

pub mod answer;
mod audit;
mod call;
mod clients;
pub mod deployment;
mod fault;
pub mod function;
pub mod history;
mod invocation;
mod live;
pub mod metrics;
mod moment;
pub mod observe;
pub mod owner;
pub mod permissions;
pub mod policy_source;
pub mod settings;
pub mod stack;

pub use audit::{Audited, audit};
pub use call::{Calls, Rates};
pub use clients::{Clients, connect, retries, time_outs};
pub use fault::{Fault, Operation};
pub use invocation::{Invocation, StackKey};
pub use live::{Live, Resident};
