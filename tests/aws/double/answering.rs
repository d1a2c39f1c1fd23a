//! The way of a request through the double, whichever way it came in.

use std::future::pending;

use tokio::time::{Instant, sleep};

use super::{
    Double,
    call::{Call, Refusal},
    fault::Fault,
    protocol::Protocol,
    record::Called,
    services::{self, Service},
    wire::{Request, Response},
};

/// What the caller sees.
pub(super) enum Seen {
    Response(Response),
    /// The connection breaks.
    Broken,
}

/// A call in flight, until it is dropped: an answer, or a caller who went away.
struct Flight<'d> {
    double: &'d Double,
    service: &'static str,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.double.state().record.lands(self.service);
    }
}

impl Double {
    /// Answers a request. Dropped before its end, the call had no effect.
    pub(super) async fn see(&self, request: &Request) -> Seen {
        let Some(service) = services::of(request) else { return Seen::Response(self.stranger(request)) };
        let call = match services::read(service, request) {
            Ok(call) => call,
            Err(refusal) => return Seen::Response(self.misread(service, request, refusal)),
        };
        let (fault, latency) = self.arrives(service, &call);
        let _flight = Flight { double: self, service: service.name() };
        if !latency.is_zero() {
            sleep(latency).await;
        }
        match fault {
            Some(Fault::Hang) => pending().await,
            Some(Fault::Reset) => Seen::Broken,
            Some(Fault::AnswerLost) => {
                let _ = service.reply(&call, &mut self.state());
                Seen::Broken
            }
            Some(Fault::Slow(by)) => {
                sleep(by).await;
                Seen::Response(self.reply(service, &call))
            }
            Some(fault) => Seen::Response(refused(&fault, service, &call)),
            None => Seen::Response(self.reply(service, &call)),
        }
    }

    /// Notes the call, and finds what is to go wrong with it.
    fn arrives(&self, service: &dyn Service, call: &Call) -> (Option<Fault>, std::time::Duration) {
        let mut state = self.state();
        let stack = std::ptr::from_ref(&state).addr();
        let called = Called { operation: call.operation, key: call.keys.join(","), at: Instant::now(), stack };
        state.record.calls.push(called);
        state.record.takes_off(service.name());
        let fault = state.faults.iter_mut().find_map(|planned| planned.meets(call).then(|| planned.fault.clone()));
        (fault, state.latency)
    }

    fn reply(&self, service: &dyn Service, call: &Call) -> Response {
        let outcome = service.reply(call, &mut self.state());
        service.protocol().write(call.operation, outcome)
    }

    /// Nobody's request: a test that does not look at the record still gets an error that says so.
    fn stranger(&self, request: &Request) -> Response {
        let scope = request.scope().unwrap_or("nobody");
        let what = format!("{} {} signed for {scope}", request.method, request.path);
        self.state().record.strangers.push(what.clone());
        let refusal = Refusal::new(501, "NotImplemented", format!("the double has no service for {what}"));
        Protocol::RestJson.write("", Err(refusal))
    }

    fn misread(&self, service: &dyn Service, request: &Request, refusal: Refusal) -> Response {
        let what = format!("{} {} for {}: {}", request.method, request.path, service.name(), refusal.message);
        self.state().record.strangers.push(what);
        service.protocol().write("", Err(refusal))
    }
}

fn refused(fault: &Fault, service: &dyn Service, call: &Call) -> Response {
    let protocol = service.protocol();
    match fault.refusal(service, call) {
        Some(refusal) => protocol.write(call.operation, Err(refusal)),
        None => fault.unreadable(protocol).expect("a fault is a refusal or an answer that cannot be read"),
    }
}
