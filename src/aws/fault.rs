//! What went wrong with a call, in the five kinds that need different reactions. The only place that looks
//! into an [`SdkError`].

use std::fmt;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::{facts::Why, need::Need};

/// Error codes that ask to slow down, besides the HTTP status 429: those of the SDK's own retry classifier and
/// the ones that the services' references add (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const THROTTLING: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Error codes of a caller who may not, or who is not who he says.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
    "ExpiredToken",
    "ExpiredTokenException",
    "Forbidden",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

/// What a service said beyond this is cut off: a message is for a reader.
const LONGEST_MESSAGE: usize = 300;

/// An operation of AWS, and the IAM action that permits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation {
    /// Service and operation as the SDK names them: `s3:GetBucketEncryption`.
    pub name: &'static str,
    /// The IAM action to grant: `s3:GetEncryptionConfiguration`.
    pub action: &'static str,
}

impl Operation {
    /// An operation whose IAM action has its name.
    pub const fn named(name: &'static str) -> Self {
        Self { name, action: name }
    }

    /// The service, `s3` of `s3:GetBucketEncryption`.
    pub fn service(self) -> &'static str {
        self.name.split_once(':').map_or(self.name, |(service, _)| service)
    }
}

impl From<Need> for Operation {
    fn from(need: Need) -> Self {
        Self { name: need.operation(), action: need.action() }
    }
}

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The service knows no such thing: HTTP status 404, or an error code that says so.
    NotFound {
        /// `NoSuchBucket`, `ResourceNotFoundException`.
        code: String,
        /// What the service said.
        message: String,
    },
    /// The service refuses this caller.
    Denied,
    /// The service asked to slow down, retries included.
    Throttled,
    /// No answer in time, retries included.
    TimedOut,
    /// Anything else: a server error, a lost connection, an answer that cannot be read, a request refused.
    Failed {
        /// The service's error code, where it gave one.
        code: Option<String>,
        /// What the service or the transport said.
        message: String,
        /// Whether the same call may succeed later: a server error, a lost connection.
        passing: bool,
    },
}

impl Fault {
    /// Classifies what the SDK says.
    pub fn of<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        match error {
            SdkError::TimeoutError(_) => Self::TimedOut,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Self::TimedOut,
            SdkError::DispatchFailure(failure) => {
                let cause = failure.as_connector_error().map_or_else(|| error.to_string(), causes);
                // Nothing was sent then: whoever called has to say who he is.
                let message = match cause.contains("credential") {
                    true => format!("no AWS credentials; set AWS_PROFILE or log in: {cause}"),
                    false => cause,
                };
                Self::Failed { code: None, message: readable(&message), passing: true }
            }
            // Some operations report an answer that is none as an error of the service.
            SdkError::ServiceError(service)
                if service.err().code().is_none() && service.raw().status().is_success() =>
            {
                unreadable(service.raw().status().as_u16(), error)
            }
            SdkError::ServiceError(service) => of_service(service.err(), service.raw().status().as_u16()),
            SdkError::ResponseError(response) => unreadable(response.raw().status().as_u16(), error),
            other => Self::Failed { code: None, message: readable(&causes(other)), passing: false },
        }
    }

    /// Classifies an error that stands inside of an answer, in the place of a part that the service could not give.
    pub fn reported(code: &str, message: &str) -> Self {
        classified(code, message, 200)
    }

    /// The error code of the service, where there is one that matters.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::NotFound { code, .. } => Some(code),
            Self::Failed { code, .. } => code.as_deref(),
            Self::Denied | Self::Throttled | Self::TimedOut => None,
        }
    }

    /// The same as the reason of an unknown fact.
    pub fn why(&self, operation: Operation) -> Why {
        let name = operation.name.to_owned();
        match self {
            Self::Denied => Why::Denied { action: operation.action.to_owned() },
            Self::Throttled => Why::Throttled { operation: name },
            Self::TimedOut => Why::TimedOut { operation: name },
            Self::NotFound { code, message } => {
                Why::Failed { operation: name, message: format!("not found ({code}): {message}") }
            }
            Self::Failed { code: Some(code), message, .. } => {
                Why::Failed { operation: name, message: format!("{code}: {message}") }
            }
            Self::Failed { code: None, message, .. } => Why::Failed { operation: name, message: message.clone() },
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { code, .. } => write!(f, "not found ({code})"),
            Self::Denied => f.write_str("access denied"),
            Self::Throttled => f.write_str("throttled"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Failed { message, .. } => f.write_str(message),
        }
    }
}

/// What came is nothing that the operation answers.
fn unreadable(status: u16, error: &impl std::error::Error) -> Fault {
    let message = format!("an answer (status {status}) that cannot be read: {}", causes(error));
    Fault::Failed { code: None, message: readable(&message), passing: true }
}

/// Classifies an error that the service itself reports.
fn of_service(error: &impl ProvideErrorMetadata, status: u16) -> Fault {
    classified(error.code().unwrap_or_default(), error.message().unwrap_or_default(), status)
}

/// Classifies an error by its code; by the status of its answer only where the code says nothing.
fn classified(code: &str, message: &str, status: u16) -> Fault {
    let message = readable(message);
    if THROTTLING.contains(&code) || status == 429 {
        Fault::Throttled
    } else if DENIED.contains(&code) || (code.is_empty() && matches!(status, 401 | 403)) {
        Fault::Denied
    } else if status == 404 || is_not_found(code) {
        Fault::NotFound { code: code.to_owned(), message }
    } else {
        let code = (!code.is_empty()).then(|| code.to_owned());
        Fault::Failed { code, message, passing: status >= 500 }
    }
}

/// Codes that say so in a word, whatever the status: `ResourceNotFoundException` has 400 in JSON services.
fn is_not_found(code: &str) -> bool {
    code.starts_with("NoSuch") || code.contains("NotFound") || code.ends_with("DoesNotExistException")
}

/// An error with what caused it, outermost first.
fn causes(error: &(impl std::error::Error + ?Sized)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// One line of bounded length.
fn readable(text: &str) -> String {
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_MESSAGE).collect();
    if text.chars().nth(LONGEST_MESSAGE).is_some() {
        line.push('…');
    }
    line
}
