//! The SDK's clients in front of a double.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_async::{
    rt::sleep::{SharedAsyncSleep, TokioSleep},
    time::{SharedTimeSource, TimeSource},
};
use fitgate::aws::{Clients, retries, time_outs};
use tokio::time::Instant;

use super::{Double, Server};

/// The SDK keeps quotas of retries and rates by service and region, for the whole process: with a region of its own,
/// no test eats up what another counts on.
static NEXT_REGION: AtomicU32 = AtomicU32::new(101);

/// Tokio's clock as the SDK wants it, from 2000-01-01 on.
#[derive(Debug)]
struct Clock(Instant);

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_800) + self.0.elapsed()
    }
}

impl Double {
    /// A configuration that reaches this double in process, with fitgate's own time-outs and retries. Nothing of
    /// the environment or the profiles of whoever runs the tests.
    pub(crate) fn config(&self) -> SdkConfig {
        explicit().into_builder().http_client(self.http_client()).build()
    }

    /// One client for each service, in process.
    pub(crate) fn clients(&self) -> Clients {
        Clients::new(&self.config())
    }
}

impl Server {
    /// The same over HTTP, which needs a clock that runs.
    pub(crate) fn config(&self) -> SdkConfig {
        let http = aws_smithy_http_client::Builder::new().build_http();
        explicit().into_builder().http_client(http).endpoint_url(self.url()).build()
    }
}

fn explicit() -> SdkConfig {
    let credentials = Credentials::new("AKIDDOUBLE", "secret", None, None, "the double");
    let region = format!("us-east-{}", NEXT_REGION.fetch_add(1, Ordering::Relaxed));
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .time_source(SharedTimeSource::new(Clock(Instant::now())))
        .timeout_config(time_outs())
        .retry_config(retries())
        .build()
}
