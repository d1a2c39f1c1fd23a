//! The services: one file each. A service says which requests are its own, what they are about, and answers them.

mod appconfigdata;
mod autoscaling;
mod backup;
mod cloudcontrol;
mod cloudformation;
mod cloudwatch;
mod codedeploy;
mod config;
mod dax;
mod dynamodb;
mod kms;
mod lambda;
mod s3;
mod s3control;

use serde_json::Value;

pub(crate) use self::{appconfigdata::Polls, dynamodb::Items};
use super::{
    call::{Call, Outcome, Refusal},
    protocol::Protocol,
    state::State,
    wire::Request,
};

/// All services.
const SERVICES: &[&dyn Service] = &[
    &appconfigdata::AppConfigData,
    &autoscaling::AutoScaling,
    &backup::Backup,
    &cloudcontrol::CloudControl,
    &cloudformation::CloudFormation,
    &cloudwatch::CloudWatch,
    &codedeploy::CodeDeploy,
    &config::Config,
    &dax::Dax,
    &dynamodb::DynamoDb,
    &kms::Kms,
    &lambda::Lambda,
    &s3::S3,
    &s3control::S3Control,
];

/// A service of AWS. Codes and statuses are those of its reference; what AWS does not write down is as clients
/// report it.
pub(crate) trait Service: Sync {
    /// As operations are called: `s3` of `s3:GetBucketAcl`.
    fn name(&self) -> &'static str;

    /// As requests are signed.
    fn scope(&self) -> &'static str {
        self.name()
    }

    fn protocol(&self) -> Protocol;

    /// Whether a request that is signed for [`Self::scope`] is for this service: two share `s3`.
    fn takes(&self, _request: &Request) -> bool {
        true
    }

    /// Its operations, `s3:GetBucketAcl`.
    fn operations(&self) -> Vec<&'static str>;

    /// The operation and input of a request, where the protocol does not say by itself.
    fn route(&self, _request: &Request) -> Option<(&'static str, Value)> {
        None
    }

    /// The resources that an input is about.
    fn keys(&self, operation: &'static str, input: &Value) -> Vec<String>;

    /// The resource that a key belongs to, whose being there is known: the function of `function:alias`.
    fn subject<'k>(&self, key: &'k str) -> &'k str {
        key
    }

    /// Answers a call.
    fn reply(&self, call: &Call, state: &mut State) -> Outcome;

    /// What it says of a resource that it does not know.
    fn unknown(&self, call: &Call) -> Refusal;

    /// Status and code when asked too often.
    fn throttled(&self) -> (u16, &'static str) {
        (400, "ThrottlingException")
    }

    /// Status and code for a caller who may not.
    fn denied(&self) -> (u16, &'static str) {
        (400, "AccessDeniedException")
    }

    /// Status and code of a server error.
    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalFailure")
    }

    /// Status and code for an operation that it does not have.
    fn no_operation(&self) -> (u16, &'static str) {
        (400, "UnknownOperationException")
    }
}

/// The service that a request is for.
pub(crate) fn of(request: &Request) -> Option<&'static dyn Service> {
    let scope = request.scope()?;
    SERVICES.iter().copied().find(|service| service.scope() == scope && service.takes(request))
}

/// The service of an operation, and the operation's name for good.
///
/// # Panics
/// The double has no such operation: a test that asks for it must not pass by silence.
pub(crate) fn named(operation: &str) -> (&'static dyn Service, &'static str) {
    let known = |service: &'static dyn Service| {
        service.operations().into_iter().find(|name| *name == operation).map(|name| (service, name))
    };
    SERVICES.iter().copied().find_map(known).unwrap_or_else(|| panic!("the double has no operation {operation}"))
}

/// The service with this name.
///
/// # Panics
/// There is none.
pub(crate) fn service(name: &str) -> &'static dyn Service {
    let found = SERVICES.iter().copied().find(|service| service.name() == name);
    found.unwrap_or_else(|| panic!("the double has no service {name}"))
}

/// Every operation of the double.
pub(crate) fn operations() -> Vec<&'static str> {
    SERVICES.iter().flat_map(|service| service.operations()).collect()
}

/// What a request asks of a service.
pub(crate) fn read(service: &dyn Service, request: &Request) -> Result<Call, Refusal> {
    let (operation, input) = match service.route(request) {
        Some((operation, input)) => (operation.to_owned(), input),
        None => {
            let (name, input) = service.protocol().read(request)?;
            (format!("{}:{name}", service.name()), input)
        }
    };
    let known = service.operations().into_iter().find(|known| *known == operation);
    let operation = known.ok_or_else(|| {
        let (status, code) = service.no_operation();
        Refusal::new(status, code, format!("the double has no operation {operation}"))
    })?;
    let elsewhere = elsewhere(request);
    let keys = service.keys(operation, &input).into_iter().map(|key| format!("{elsewhere}{key}")).collect();
    Ok(Call { operation, keys, elsewhere, input })
}

/// The region of a request, unless it is the double's own, of which every test's clients have a variant.
fn elsewhere(request: &Request) -> String {
    let region = request.region().filter(|region| !region.starts_with("us-east-"));
    region.map_or_else(String::new, |region| format!("{region}/"))
}

/// `base` with everything that `top` says on top of it.
fn merge(base: &mut Value, top: &Value) {
    match (base, top) {
        (Value::Object(base), Value::Object(top)) => {
            for (name, value) in top {
                merge(base.entry(name).or_insert(Value::Null), value);
            }
        }
        (base, top) => base.clone_from(top),
    }
}
