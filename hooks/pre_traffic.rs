//! The Lambda function `CodeDeployHook_fitgate_pre_traffic`: judges a stack before CodeDeploy shifts traffic.

use fitgate::{
    aws::function::{Hook, quiet},
    event::Phase,
};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

fn main() -> Result<(), Error> {
    quiet();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let hook = &Hook::connect(Phase::BeforeAllowTraffic).await;
        let handle = async move |event: LambdaEvent<Value>| {
            hook.handle(&event.payload, event.context.deadline, &mut std::io::stdout()).await
        };
        run(service_fn(handle)).await
    })
}
