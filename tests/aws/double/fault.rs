//! What can go wrong with a call, when, and how each service says so.

use std::time::Duration;

use super::{
    call::{Call, Refusal},
    protocol::Protocol,
    services::Service,
    wire::Response,
};

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The service asks to slow down, with its own code and status.
    Throttled,
    /// A server error with the service's own code.
    Status500,
    /// The connection breaks, and nothing came of the call.
    Reset,
    /// The connection breaks after the call took effect: a write that the caller cannot know of.
    AnswerLost,
    /// No answer, ever.
    Hang,
    /// The answer takes this long, beside the latency of every call.
    Slow(Duration),
    /// Bytes that are of no protocol, with status 200.
    Garbage,
    /// The protocol's own form around something else than the operation's output, with status 200.
    WrongShape,
    /// The service refuses this caller.
    Denied,
    /// The service knows no such resource.
    NotFound,
    /// The service refuses with this status and code.
    Refused { status: u16, code: &'static str },
}

impl Fault {
    /// All that have no parameter, for matrices.
    pub(crate) const ALL: [Self; 9] = [
        Self::Throttled,
        Self::Status500,
        Self::Reset,
        Self::AnswerLost,
        Self::Hang,
        Self::Garbage,
        Self::WrongShape,
        Self::Denied,
        Self::NotFound,
    ];

    /// What the service says instead of an answer; `None` for what is no refusal.
    pub(crate) fn refusal(&self, service: &dyn Service, call: &Call) -> Option<Refusal> {
        let of = |(status, code): (u16, &'static str), message: &str| Some(Refusal::new(status, code, message));
        match self {
            Self::Throttled => of(service.throttled(), "Rate exceeded"),
            Self::Status500 => of(service.failed(), "We encountered an internal error. Please try again."),
            Self::Denied => {
                let who = "User: arn:aws:iam::123456789012:user/somebody is not authorized to perform";
                of(service.denied(), &format!("{who}: {}", call.operation))
            }
            Self::NotFound => Some(service.unknown(call)),
            Self::Refused { status, code } => of((*status, code), "refused by the test"),
            Self::Reset | Self::AnswerLost | Self::Hang | Self::Slow(_) | Self::Garbage | Self::WrongShape => None,
        }
    }

    /// An answer that cannot be read; `None` for what is none.
    pub(crate) fn unreadable(&self, protocol: Protocol) -> Option<Response> {
        match self {
            // Neither UTF-8 nor the beginning of a CBOR value.
            Self::Garbage => Some(protocol.response(200, vec![0xff, 0x00, 0xfe, b'{', b'<', 0xff])),
            Self::WrongShape => Some(protocol.wrong_shape()),
            _ => None,
        }
    }
}

/// Which calls of an operation a fault meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// Each.
    Always,
    /// The next so many.
    Times(u32),
    /// All but the next so many.
    After(u32),
    /// Those about this resource.
    Of(String),
}

impl Which {
    /// Those about this resource.
    pub(crate) fn of(key: &str) -> Self {
        Self::Of(key.to_owned())
    }
}

/// A fault that waits for its calls.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    /// `s3:GetBucketAcl`, `s3:*` or `*`.
    pub(crate) operation: String,
    pub(crate) which: Which,
    pub(crate) fault: Fault,
}

impl Planned {
    /// Whether it meets this call, which then counts.
    pub(crate) fn meets(&mut self, call: &Call) -> bool {
        let pattern = self.operation.as_str();
        let named = match pattern.strip_suffix('*') {
            Some(prefix) => call.operation.starts_with(prefix),
            None => pattern == call.operation,
        };
        named
            && match &mut self.which {
                Which::Always => true,
                Which::Times(0) | Which::After(0) => matches!(self.which, Which::After(_)),
                Which::Times(left) => {
                    *left -= 1;
                    true
                }
                Which::After(left) => {
                    *left -= 1;
                    false
                }
                Which::Of(key) => call.keys.contains(key),
            }
    }
}
