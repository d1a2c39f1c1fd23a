//! The Lambda function that Lambda calls for a hook that died: answers CodeDeploy in its place.

use fitgate::aws::function::{FailureAnswerer, quiet};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

fn main() -> Result<(), Error> {
    quiet();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let answerer = &FailureAnswerer::connect().await;
        let handle = async move |record: LambdaEvent<Value>| {
            answerer.handle(&record.payload, record.context.deadline, &mut std::io::stdout()).await
        };
        run(service_fn(handle)).await
    })
}
