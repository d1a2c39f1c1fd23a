//! How a command reaches AWS: region and profile, and a runtime for its calls.

use std::future::Future;

use super::Trouble;
use crate::aws::{Calls, Clients, Rates, connect};

/// Where to look, and as whom.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Connection {
    /// The region [default: as the AWS CLI would choose]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The profile of the AWS configuration files [default: as the AWS CLI would choose]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// No region is configured anywhere: every call would fail with a message of its own.
#[derive(Debug, thiserror::Error)]
#[error("no AWS region is known; give --region, or set AWS_REGION or a profile's region")]
struct NoRegion;

/// The clients of a connection and the gate in front of them.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) clients: Clients,
    pub(super) calls: Calls,
}

impl Connection {
    /// Runs `work` with the clients of this connection, on one thread.
    ///
    /// # Errors
    /// Without a region; and those of `work`.
    pub(super) fn run<T, F>(&self, work: impl FnOnce(Connected) -> F) -> Result<T, Trouble>
    where
        F: Future<Output = Result<T, Trouble>>,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let config = connect(self.region.clone(), self.profile.as_deref()).await;
            if config.region().is_none() {
                return Err(NoRegion.into());
            }
            work(Connected { clients: Clients::new(&config), calls: Calls::new(Rates::Documented) }).await
        })
    }
}
