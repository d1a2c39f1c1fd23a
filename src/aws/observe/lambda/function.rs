//! `AWS::Lambda::Function` with what belongs to it, of the stack and beside it.

use std::sync::Arc;

use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{FunctionConfiguration, PackageType},
};
use futures_util::future::{join, join_all, join3, join4};
use serde_json::Value;

use super::{called::Called, configuration, invoke_config, lists, permission, qualified, strange};
use crate::{
    aws::observe::{Document, Session, cloud_control, not_created, required, written},
    facts::{
        List, Observed, Properties, Text,
        lambda::{Code, Function, InvokeConfigOf, VpcConfig},
    },
    inventory::ResourceRef,
    need::Need,
};

/// Looks at one function.
pub(in super::super) async fn function(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = resource.physical_id.as_deref() else { return not_created(resource) };
    let Some(Called { name, .. }) = Called::read(physical) else {
        return Document::unknown(&strange("AWS::Lambda::Function", physical));
    };
    let (own, (aliases, versions), event_invoke_configs, other_permissions) = join4(
        itself(session, resource, name),
        qualified::of(session, name),
        invoke_configs(session, name),
        permission::others(session, name),
    )
    .await;
    written(&Properties::Function(Arc::new(Function {
        function_name: Observed::Present(Text::literal(name)),
        event_invoke_configs,
        aliases,
        versions,
        other_permissions,
        ..own
    })))
}

/// What the function says of itself.
async fn itself(session: &Session<'_>, resource: &ResourceRef, name: &str) -> Function {
    let (latest, released, inline) =
        join3(get(session, name, None), released(session, name), inline(session, resource)).await;
    let configuration = released.unwrap_or_else(|| configuration(&latest));
    let is_image = configuration.as_ref().map(|it| it.package_type() == Some(&PackageType::Image));
    let code_signing_config_arn = match is_image {
        Observed::Present(true) => Observed::Absent,
        _ => code_signing(session, name).await,
    };
    let latest = latest.as_ref();
    let properties = configuration::properties(&configuration);
    Function {
        code: code(latest.clone().and_then(image), inline),
        availability_zones: zones(session, &properties.vpc_config).await,
        reserved_concurrent_executions: latest.clone().and_then(configuration::reserved_concurrency),
        tags: latest.and_then(configuration::tags),
        code_signing_config_arn,
        ..properties
    }
}

async fn get(session: &Session<'_>, name: &str, version: Option<&str>) -> Observed<GetFunctionOutput> {
    let get = session.clients.lambda.get_function().function_name(name).set_qualifier(version.map(str::to_owned));
    session.ask(Need::Function, &[], || get.send()).await
}

fn configuration(answer: &Observed<GetFunctionOutput>) -> Observed<FunctionConfiguration> {
    let part = |answer: &GetFunctionOutput| required(answer.configuration.clone(), Need::Function, "Configuration");
    answer.as_ref().and_then(part)
}

/// The version that the deployment releases: its configuration is what will run. Tags and reserved concurrency are the
/// function's own and come with `$LATEST` alone.
async fn released(session: &Session<'_>, name: &str) -> Option<Observed<FunctionConfiguration>> {
    let release = session.lambda.release.borrow().clone();
    let (_, version) = release.filter(|(function, _)| function == name)?;
    Some(configuration(&get(session, name, Some(&version)).await))
}

fn code(image_uri: Observed<Text>, zip_file: Observed<Text>) -> Observed<Code> {
    if image_uri.is_absent() && zip_file.is_absent() {
        return Observed::Absent;
    }
    Observed::Present(Code { image_uri, zip_file, ..Code::default() })
}

fn image(answer: &GetFunctionOutput) -> Observed<Text> {
    configuration::written(answer.code().and_then(|code| code.image_uri()))
}

/// Code that the template itself holds. Lambda has a package of it like of any other, and where that lies is nobody's
/// choice. A function of no stack has no template to hold it.
async fn inline(session: &Session<'_>, resource: &ResourceRef) -> Observed<Text> {
    if !session.has_template() {
        return Observed::Absent;
    }
    let code = session
        .templated(resource)
        .await
        .and_then(|mut written| written.remove("Code").map_or(Observed::Absent, |code| Observed::<Code>::read(&code)));
    code.and_then(|code| code.zip_file)
}

/// The availability zone of each subnet. One subnet has one zone, whichever that is.
async fn zones(session: &Session<'_>, vpc: &Observed<VpcConfig>) -> List<Text> {
    let subnets = vpc.present().and_then(|vpc| vpc.subnet_ids.present()).map_or(&[][..], Vec::as_slice);
    if subnets.len() < 2 || !session.wants(Need::Subnets) {
        return Observed::Absent;
    }
    let zone = async |subnet: &Observed<Text>| {
        let id = subnet.present().and_then(Text::as_str).unwrap_or_default();
        let document = cloud_control::read(session, Need::Subnets, "AWS::EC2::Subnet", id).await;
        document.and_then(|subnet| {
            let zone = subnet.get("AvailabilityZone").and_then(Value::as_str).map(Text::literal);
            required(zone, Need::Subnets, "AvailabilityZone")
        })
    };
    Observed::Present(join_all(subnets.iter().map(zone)).await)
}

/// The ARN of the code signing configuration. A function without one is answered without one.
async fn code_signing(session: &Session<'_>, name: &str) -> Observed<Text> {
    let get = session.clients.lambda.get_function_code_signing_config().function_name(name);
    let answer = session.ask(Need::FunctionCodeSigning, &[], || get.send()).await;
    answer.and_then(|answer| configuration::written(Some(answer.code_signing_config_arn())))
}

/// The invoke configurations of every qualifier, those of the stack by the names of their resources.
async fn invoke_configs(session: &Session<'_>, name: &str) -> List<InvokeConfigOf> {
    let (configs, roster) = join(lists::invoke_configs(session, name), super::roster(session)).await;
    configs.map(|configs| {
        let of = |config| {
            invoke_config::read(config).map(|(qualifier, config)| InvokeConfigOf {
                logical_id: roster.invoke_config(name, &qualifier),
                config,
            })
        };
        configs.iter().map(of).collect()
    })
}
