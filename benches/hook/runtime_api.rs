//! Lambda's Runtime API, as far as a function without extensions needs it, on this machine:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::IntoResponse,
    routing::{get, post},
};
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc},
};

/// The API for one function process at a time.
pub(crate) struct RuntimeApi {
    shared: Arc<Shared>,
    outcomes: mpsc::UnboundedReceiver<Outcome>,
    address: SocketAddr,
}

/// What the function said of an event.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is ready for its first event.
    Polled(Instant),
    /// It replied, with this text.
    Response(Instant, String),
    /// It failed, in an invocation or before any.
    Error(String),
}

struct Shared {
    event: Mutex<Option<String>>,
    arrived: Notify,
    outcomes: mpsc::UnboundedSender<Outcome>,
    /// What the function is told of its deadline.
    allowance: Duration,
}

impl RuntimeApi {
    /// Listens on a free port; every event may take `allowance`.
    pub(crate) async fn start(allowance: Duration) -> Self {
        let (sender, outcomes) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { event: Mutex::default(), arrived: Notify::new(), outcomes: sender, allowance });
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(error_without_event))
            .with_state(shared.clone());
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { shared, outcomes, address }
    }

    /// Host and port, for `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Hands an event to the function, which must be polling or about to.
    pub(crate) fn send(&self, event: String) {
        *self.shared.event.lock().expect("the event") = Some(event);
        self.shared.arrived.notify_one();
    }

    /// The next thing that the function says.
    pub(crate) async fn outcome(&mut self) -> Outcome {
        self.outcomes.recv().await.expect("the server lives")
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let _ = shared.outcomes.send(Outcome::Polled(Instant::now()));
    let event = loop {
        if let Some(event) = shared.event.lock().expect("the event").take() {
            break event;
        }
        shared.arrived.notified().await;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let deadline = (now + shared.allowance).as_millis().to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:123456789012:function:CodeDeployHook_fitgate_pre_traffic".to_owned(),
        ),
        (
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    (StatusCode::OK, headers, event)
}

async fn response(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: Bytes) -> impl IntoResponse {
    let reply = String::from_utf8_lossy(&body).into_owned();
    let _ = shared.outcomes.send(Outcome::Response(Instant::now(), reply));
    StatusCode::ACCEPTED
}

async fn error(State(shared): State<Arc<Shared>>, Path(_): Path<String>, body: Bytes) -> impl IntoResponse {
    let _ = shared.outcomes.send(Outcome::Error(String::from_utf8_lossy(&body).into_owned()));
    StatusCode::ACCEPTED
}

async fn error_without_event(State(shared): State<Arc<Shared>>, body: Bytes) -> impl IntoResponse {
    let _ = shared.outcomes.send(Outcome::Error(String::from_utf8_lossy(&body).into_owned()));
    StatusCode::ACCEPTED
}
