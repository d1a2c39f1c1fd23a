//! `AWS::Serverless::Function`: the function, its role, version, alias, URL, deployment group and events.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>

use super::build::At;
use super::expansion::Expansion;
use super::resource::{Generated, SamResource};
use super::role::{Role, aws_managed, named, trust};
use super::tree::{filled, if_parts, is_no_value};
use super::{alias, code, deployment_preference, event_invoke, events, url};
use crate::source::Node;

/// Properties that the function has in common with `AWS::Lambda::Function`.
const COPIED: &[&str] = &[
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Role",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
    "PublishToLatestPublished",
];

/// Properties that SAM turns into something else.
const CONSUMED: &[&str] = &[
    "CodeUri",
    "ImageUri",
    "InlineCode",
    "DeadLetterQueue",
    "AssumeRolePolicyDocument",
    "Policies",
    "RolePath",
    "PermissionsBoundary",
    "Events",
    "Tags",
    "PropagateTags",
    "Tracing",
    "DeploymentPreference",
    "EventInvokeConfig",
    "AutoPublishAlias",
    "AutoPublishCodeSha256",
    "AutoPublishAliasAllProperties",
    "VersionDescription",
    "ProvisionedConcurrencyConfig",
    "FunctionUrlConfig",
    "SourceKMSKeyArn",
    "CapacityProviderConfig",
    "FunctionScalingConfig",
    "VersionDeletionPolicy",
];

/// What names mean after the function's: `!Ref Function.Alias`.
const DERIVED: [(&str, &str); 4] = [
    ("Alias", "AWS::Lambda::Alias"),
    ("Version", "AWS::Lambda::Version"),
    ("DestinationTopic", "AWS::SNS::Topic"),
    ("DestinationQueue", "AWS::SQS::Queue"),
];

/// The tag by which SAM marks functions.
const MARK: &str = "lambda:createdBy";

/// Replaces the function by what SAM generates from it.
pub(super) fn expand(expansion: &mut Expansion<'_>, id: &str) {
    let Some(function) = expansion.take(id) else { return };
    report_contradictions(expansion, &function);
    let mut lambda = lambda_function(expansion, &function);
    let alias = alias::generate(expansion, &function, &lambda);
    let invoked = events::Invoked::function(&function, alias.as_ref().map(|(_, alias)| alias.id.as_str()));
    let alias_name = alias.as_ref().and_then(|(_, alias)| alias.properties.get("Name").cloned());
    if let Some((version, mut alias)) = alias {
        deployment_preference::add(expansion, &function, Some(&mut alias));
        expansion.emit(version);
        expansion.emit(alias);
    } else {
        deployment_preference::add(expansion, &function, None);
    }
    url::generate(expansion, &function, &invoked);
    let destinations = event_invoke::generate(expansion, &function, alias_name, &invoked);
    let mut role = execution_role(expansion, &function, destinations);
    events::of_function(expansion, &function, &invoked, &mut role);
    attach_role(expansion, &function, &role, &mut lambda);
    expansion.emit(lambda);
    expansion.finish(&function, &DERIVED);
}

fn lambda_function(expansion: &mut Expansion<'_>, function: &SamResource) -> Generated {
    let mut lambda = Generated::new(&function.id, "AWS::Lambda::Function", function.at, function.own())
        .with_copied(&function.properties, COPIED)
        .with_some("Code", code::of_function(&function.properties))
        .with("Tags", super::tags::with_mark(MARK, function.filled("Tags"), function.place("Tags")))
        .with_some("DeadLetterConfig", dead_letter_config(function))
        .with_some("CapacityProviderConfig", function.filled("CapacityProviderConfig").map(capacity_provider))
        .with_some("FunctionScalingConfig", function.filled("FunctionScalingConfig").cloned());
    if let Some(tracing) = tracing(expansion, function) {
        lambda.properties.set("TracingConfig", At(tracing.at).map([("Mode", tracing.clone())]));
    }
    lambda.keep_unknown(expansion, "AWS::Serverless::Function", &function.properties, &[COPIED, CONSUMED]);
    lambda
}

/// `Tracing`, unless it is set to `Disabled`, which SAM takes for not written.
fn tracing<'f>(expansion: &Expansion<'_>, function: &'f SamResource) -> Option<&'f Node> {
    function.filled("Tracing").filter(|tracing| expansion.known.text(tracing).as_deref() != Some("Disabled"))
}

fn dead_letter_config(function: &SamResource) -> Option<Node> {
    let queue = function.filled("DeadLetterQueue")?;
    Some(At(queue.at).map([("TargetArn", queue.get("TargetArn")?.clone())]))
}

fn capacity_provider(config: &Node) -> Node {
    let at = At(config.at);
    let inner = at
        .mapping()
        .with_some("CapacityProviderArn", config.get("Arn").cloned())
        .with_copied(config, &["PerExecutionEnvironmentMaxConcurrency", "ExecutionEnvironmentMemoryGiBPerVCpu"]);
    at.map([("LambdaManagedInstancesCapacityProviderConfig", inner.node())])
}

/// The role as far as the function alone determines it.
fn execution_role(expansion: &mut Expansion<'_>, function: &SamResource, destinations: Vec<Node>) -> Role {
    let partition = expansion.known.partition();
    let mut managed = Vec::new();
    managed.push(match function.filled("DurableConfig") {
        Some(durable) => {
            aws_managed("service-role/AWSLambdaBasicDurableExecutionRolePolicy", partition, At(durable.at))
        }
        None => aws_managed("service-role/AWSLambdaBasicExecutionRole", partition, function.at),
    });
    if let Some(tracing) = tracing(expansion, function) {
        let policy = if partition == "aws" { "AWSXrayWriteOnlyAccess" } else { "AWSXRayDaemonWriteAccess" };
        managed.push(aws_managed(policy, partition, At(tracing.at)));
    }
    if let Some(vpc) = function.filled("VpcConfig") {
        managed.push(aws_managed("service-role/AWSLambdaVPCAccessExecutionRole", partition, At(vpc.at)));
    }
    let mut role = Role::new(format!("{}Role", function.id), managed);
    dead_letter_policy(function).into_iter().chain(destinations).for_each(|policy| role.push_policy(policy));
    role.add_listed(expansion, function);
    role
}

fn dead_letter_policy(function: &SamResource) -> Option<Node> {
    let queue = function.filled("DeadLetterQueue")?;
    let at = At(queue.at);
    let action = match queue.get("Type")?.as_str()? {
        "SNS" => "sns:Publish",
        _ => "sqs:SendMessage",
    };
    let statement = at.map([
        ("Action", at.text(action)),
        ("Resource", queue.get("TargetArn")?.clone()),
        ("Effect", at.text("Allow")),
    ]);
    let document = at.map([("Version", at.text("2012-10-17")), ("Statement", at.list([statement]))]);
    Some(named("DeadLetterQueuePolicy", document, at))
}

/// Gives the function its role, and adds the role to the template where the function needs it.
fn attach_role(expansion: &mut Expansion<'_>, function: &SamResource, role: &Role, lambda: &mut Generated) {
    let trusted = function.get("AssumeRolePolicyDocument").cloned();
    let generated =
        role.generate(function, MARK, trusted.unwrap_or_else(|| trust("lambda.amazonaws.com", function.at)));
    let arn = function.at.get_att(&role.id, "Arn");
    let Some(written) = function.get("Role") else {
        lambda.properties.set("Role", arn);
        expansion.emit(generated);
        return;
    };
    let Some([condition, value, alternative]) = if_parts(written) else { return };
    let at = At(written.at);
    let Some(name) = condition.as_str() else { return };
    match (is_no_value(value), is_no_value(alternative)) {
        (true, true) => {
            lambda.properties.set("Role", arn);
            expansion.emit(generated);
        }
        (true, false) => {
            lambda.properties.set("Role", at.choose(name, arn, alternative.clone()));
            expansion.emit(generated.with_attribute("Condition", at.text(name)));
        }
        (false, true) => {
            let not = format!("NOT{name}");
            expansion.add_condition(&not, at.map([("Fn::Not", at.list([at.map([("Condition", at.text(name))])]))]));
            lambda.properties.set("Role", at.choose(name, value.clone(), arn));
            expansion.emit(generated.with_attribute("Condition", at.text(not)));
        }
        (false, false) => {}
    }
}

fn report_contradictions(expansion: &mut Expansion<'_>, function: &SamResource) {
    let mut refuse = |property: &str, text: &str| expansion.refuse(&function.id, function.place(property), text);
    let is_published = function.filled("AutoPublishAlias").is_some();
    if function.filled("ProvisionedConcurrencyConfig").is_some() && !is_published {
        refuse("ProvisionedConcurrencyConfig", "`ProvisionedConcurrencyConfig` needs `AutoPublishAlias`");
    }
    if let Some(queue) = function.filled("DeadLetterQueue") {
        let is_known = matches!(queue.get("Type").and_then(Node::as_str), Some("SQS" | "SNS"));
        if !is_known || filled(queue, "TargetArn").is_none() {
            refuse("DeadLetterQueue", "`DeadLetterQueue` needs `Type`, SQS or SNS, and `TargetArn`");
        }
    }
    let is_image = function.get("PackageType").and_then(Node::as_str) == Some("Image");
    let has_code = ["CodeUri", "InlineCode", "ImageUri"].iter().any(|name| function.get(name).is_some());
    // `sam build` sets the location of what it builds itself, which is announced by `Metadata`.
    if !has_code && function.attribute("Metadata").is_none() {
        refuse("CodeUri", "a function needs `CodeUri`, `InlineCode` or `ImageUri`");
    }
    for name in ["Runtime", "Handler"] {
        if !is_image && function.filled(name).is_none() {
            refuse("PackageType", &format!("a function of package type Zip needs `{name}`"));
        }
    }
}
