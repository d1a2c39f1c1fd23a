//! The SDK's clients, all over one HTTP client: one connection pool, one TLS configuration, one clock.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};

/// A connection takes milliseconds inside of AWS; a network without a way out takes for ever.
const CONNECT: Duration = Duration::from_secs(2);
/// One attempt of one call. The slowest reads that fitgate makes answer within a second.
const ATTEMPT: Duration = Duration::from_secs(5);
/// One call with its retries.
const CALL: Duration = Duration::from_secs(15);
/// Attempts of one call.
const ATTEMPTS: u32 = 4;

/// One client for each service that fitgate talks to. Making them costs microseconds; nothing is connected.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is named after its service")]
pub struct Clients {
    pub appconfigdata: aws_sdk_appconfigdata::Client,
    pub applicationautoscaling: aws_sdk_applicationautoscaling::Client,
    pub backup: aws_sdk_backup::Client,
    pub cloudcontrol: aws_sdk_cloudcontrol::Client,
    pub cloudformation: aws_sdk_cloudformation::Client,
    pub cloudwatch: aws_sdk_cloudwatch::Client,
    pub codedeploy: aws_sdk_codedeploy::Client,
    pub config: aws_sdk_config::Client,
    pub dax: aws_sdk_dax::Client,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub kms: aws_sdk_kms::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub s3control: aws_sdk_s3control::Client,
}

impl Clients {
    /// The clients of one configuration.
    pub fn new(config: &SdkConfig) -> Self {
        // As part of the host name every bucket would have connections of its own, a dozen handshakes that none of its
        // calls could share. In the path all buckets share them. AWS supports both, and says that it will give a year's
        // notice before new buckets lose the path:
        // <https://aws.amazon.com/blogs/aws/amazon-s3-path-deprecation-plan-the-rest-of-the-story/>.
        let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
        Self {
            appconfigdata: aws_sdk_appconfigdata::Client::new(config),
            applicationautoscaling: aws_sdk_applicationautoscaling::Client::new(config),
            backup: aws_sdk_backup::Client::new(config),
            cloudcontrol: aws_sdk_cloudcontrol::Client::new(config),
            cloudformation: aws_sdk_cloudformation::Client::new(config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
            codedeploy: aws_sdk_codedeploy::Client::new(config),
            config: aws_sdk_config::Client::new(config),
            dax: aws_sdk_dax::Client::new(config),
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            kms: aws_sdk_kms::Client::new(config),
            lambda: aws_sdk_lambda::Client::new(config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            s3control: aws_sdk_s3control::Client::new(config),
        }
    }
}

/// Region, credentials and endpoints as the environment and the user's profiles say, with the time-outs and
/// retries that a hook can afford. `region` and `profile` override what is found there.
pub async fn connect(region: Option<String>, profile: Option<&str>) -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(time_outs())
        .retry_config(retries());
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}

/// How long a connection, an attempt and a call may take.
pub fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).operation_timeout(CALL).build()
}

/// How often a call is tried.
///
/// Standard, not the SDK's adaptive mode: that begins with half a request a second and asks ten tokens for a retry,
/// so one throttled call in the first half second of a process waits 20 s, longer than a call may take, and reads as timed
/// out. What adapts is [`Calls`](super::Calls): it keeps rates, and narrows the gate of a service that throttles.
pub fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(ATTEMPTS)
}
