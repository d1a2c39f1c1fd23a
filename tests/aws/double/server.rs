//! The way in over HTTP, for processes: on a free port of this machine, in a thread of its own, by the real clock.

use std::{collections::BTreeMap, net::TcpListener, thread};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State as Shared,
    http::{Request as HttpRequest, Response as HttpResponse},
};
use tokio::sync::oneshot;

use super::{Double, answering::Seen, wire::Request};

/// More than any request that fitgate makes.
const LARGEST_BODY: usize = 16 << 20;

/// A server, stopped when it is dropped.
pub(crate) struct Server {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// Where it is: `http://127.0.0.1:40123`, for `AWS_ENDPOINT_URL` or that of one service.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server's has been printed.
            let _ = thread.join();
        }
    }
}

impl Double {
    /// Serves this double over HTTP until the server is dropped.
    pub(crate) fn serve(&self) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that does not block");
        let url = format!("http://{}", listener.local_addr().expect("a bound address"));
        let (stop, stopped) = oneshot::channel();
        let double = self.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener of the runtime");
                let router = Router::new().fallback(answer).with_state(double);
                let serving = axum::serve(listener, router);
                // Dropped with the runtime: whoever still waits for an answer is cut off.
                tokio::select! {
                    served = async { serving.await } => served.expect("a server that goes on"),
                    _ = stopped => {}
                }
            });
        });
        Server { url, stop: Some(stop), thread: Some(thread) }
    }
}

async fn answer(Shared(double): Shared<Double>, request: HttpRequest<Body>) -> HttpResponse<Body> {
    let (parts, body) = request.into_parts();
    let text = |value: &axum::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: BTreeMap<String, String> =
        parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let body = to_bytes(body, LARGEST_BODY).await.expect("a whole request");
    let request = Request::new(parts.method.as_str(), &parts.uri.to_string(), headers, body.to_vec());
    match double.see(&request).await {
        Seen::Response(response) => {
            let mut http = HttpResponse::builder().status(response.status);
            for (name, value) in response.headers {
                http = http.header(name, value);
            }
            http.body(Body::from(response.body)).expect("a response of the double's own")
        }
        // Ends the task of this connection, and with it the connection, in the midst of the call. No panic hook runs.
        Seen::Broken => std::panic::resume_unwind(Box::new("the connection breaks")),
    }
}
