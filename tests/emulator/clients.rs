//! The SDK's clients on the emulator, as an operator of that account would have them.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use fitgate::aws::{Clients, retries, time_outs};

use super::ministack::{Account, REGION};

impl Account {
    /// Everything explicit: nothing of the environment or the profiles of whoever runs the tests.
    pub(crate) fn config(&self) -> SdkConfig {
        // The emulator tells accounts apart by the key: one that is twelve digits is the account's id.
        let credentials = Credentials::new(&self.id, "test", None, None, "emulator tests");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(self.emulator.endpoint())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(
                aws_smithy_async::rt::sleep::TokioSleep::new(),
            ))
            .time_source(aws_smithy_async::time::SystemTimeSource::new())
            .timeout_config(time_outs())
            .retry_config(retries())
            .build()
    }

    pub(crate) fn clients(&self) -> Clients {
        Clients::new(&self.config())
    }
}
