//! Functions, their versions and aliases as Lambda shows them.

use fitgate::{deployment::Version, rehearsal::engine::Alias};
use serde_json::{Map, Value, json};

use super::{Properties, document, items, renamed, tags};
use crate::double::{Double, Stack};

pub(super) fn function(double: &Double, stack: &Stack, name: &str, of: &mut Properties<'_>) {
    of.take("FunctionName");
    let tags: Map<String, Value> =
        tags(stack, of.resource, of.take("Tags")).into_iter().map(|(key, value)| (key, value.into())).collect();
    double.set("lambda:ListTags", name, json!({ "Tags": tags }));
    if let Some(reserved) = of.take("ReservedConcurrentExecutions") {
        double.set("lambda:GetFunctionConcurrency", name, json!({ "ReservedConcurrentExecutions": reserved }));
    }
    if let Some(config) = of.take("CodeSigningConfigArn") {
        let signing = json!({"CodeSigningConfigArn": config, "FunctionName": name});
        double.set("lambda:GetFunctionCodeSigningConfig", name, signing);
    }
    of.take("Code");
    double.set("lambda:GetFunction", name, json!({"Code": {"RepositoryType": "S3", "Location": "https://code"}}));
    let layer = |arn: Value| json!({"Arn": arn, "CodeSize": 1_024});
    let layers = of.take("Layers").map(|layers| items(Some(layers)).into_iter().map(layer).collect());
    let mut configuration = document([
        ("KMSKeyArn", of.take("KmsKeyArn")),
        ("Layers", layers),
        ("State", Some("Active".into())),
        ("LastUpdateStatus", Some("Successful".into())),
        ("LastModified", Some("2000-01-01T00:00:00.000+0000".into())),
        ("CodeSize", Some(1_024.into())),
        ("PackageType", Some(of.take("PackageType").unwrap_or_else(|| "Zip".into()))),
        // What Lambda sets where nobody says otherwise.
        ("MemorySize", Some(of.take("MemorySize").unwrap_or_else(|| 128.into()))),
        ("Timeout", Some(of.take("Timeout").unwrap_or_else(|| 3.into()))),
        ("Architectures", Some(of.take("Architectures").unwrap_or_else(|| json!(["x86_64"])))),
        ("EphemeralStorage", Some(of.take("EphemeralStorage").unwrap_or_else(|| json!({"Size": 512})))),
        ("TracingConfig", Some(of.take("TracingConfig").unwrap_or_else(|| json!({"Mode": "PassThrough"})))),
        ("LoggingConfig", Some(logging(name, of.take("LoggingConfig")))),
        ("SnapStart", Some(snap_start(of.take("SnapStart")))),
    ]);
    for (member, value) in of.rest() {
        configuration[member] = value;
    }
    double.set("lambda:GetFunctionConfiguration", name, configuration);
}

/// The group and the format that Lambda takes by itself.
fn logging(function: &str, given: Option<Value>) -> Value {
    let mut logging = json!({"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{function}")});
    if let (Value::Object(logging), Some(Value::Object(given))) = (&mut logging, given) {
        logging.extend(given);
    }
    logging
}

fn snap_start(given: Option<Value>) -> Value {
    let mut snap_start = given.unwrap_or_else(|| json!({"ApplyOn": "None"}));
    snap_start["OptimizationStatus"] = "Off".into();
    snap_start
}

/// The function as it is now; `physical` is the version's ARN.
pub(super) fn version(double: &Double, physical: &str, of: &mut Properties<'_>) {
    let function = of.text("FunctionName");
    of.take("Description");
    let (_, number) = physical.rsplit_once(':').expect("the ARN of a version");
    let configuration =
        double.get("lambda:GetFunctionConfiguration", &function).expect("the function before its version");
    double.set("lambda:GetFunctionConfiguration", &format!("{function}:{number}"), configuration);
    let number = Version::new(number.parse().expect("a number")).expect("a version");
    double.codedeploy(|engine| engine.publish_version(&function, number));
}

/// Without weights the alias is where CodeDeploy has it.
pub(super) fn alias(double: &Double, of: &mut Properties<'_>) {
    let (function, name, version) = (of.text("FunctionName"), of.text("Name"), of.text("FunctionVersion"));
    let key = format!("{function}:{name}");
    if let Some(provisioned) = of.take("ProvisionedConcurrencyConfig") {
        let names = [("ProvisionedConcurrentExecutions", "RequestedProvisionedConcurrentExecutions")];
        let mut provisioned = renamed(provisioned, &names);
        provisioned["Status"] = "READY".into();
        double.set("lambda:GetProvisionedConcurrencyConfig", &key, provisioned);
    }
    let weights = of.take("RoutingConfig").map(|mut routing| {
        let weights = items(Some(routing["AdditionalVersionWeights"].take())).into_iter();
        let weight = |one: Value| {
            (one["FunctionVersion"].as_str().expect("a version").to_owned(), one["FunctionWeight"].clone())
        };
        json!({"AdditionalVersionWeights": weights.map(weight).collect::<Map<_, _>>()})
    });
    let number = version.parse().ok().and_then(|number| Version::new(number).ok());
    if let Some(number) = number {
        double.codedeploy(|engine| engine.set_alias(&function, &name, Alias::of(number))).expect("a published version");
    }
    // `$LATEST`, and weights, are nothing that CodeDeploy's engine knows.
    let stays = weights.is_some() || number.is_none();
    let alias = document([
        ("FunctionVersion", stays.then(|| version.into())),
        ("RoutingConfig", weights),
        ("Description", of.take("Description")),
    ]);
    double.set("lambda:GetAlias", &key, alias);
}
