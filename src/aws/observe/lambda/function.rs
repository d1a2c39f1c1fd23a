//! `AWS::Lambda::Function` with what belongs to it, of the stack and beside it.

use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{FunctionConfiguration, PackageType},
};
use futures_util::future::{join, join4};
use serde_json::Value;

use super::{called::Called, configuration, invoke_config, lists, permission, qualified, strange};
use crate::{
    aws::observe::{Document, Session, not_created, required, written},
    facts::{
        List, Observed, Properties, Text,
        lambda::{Code, Function, InvokeConfigOf},
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
        itself(session, name),
        qualified::of(session, name),
        invoke_configs(session, name),
        permission::others(session, name),
    )
    .await;
    written(&Properties::Function(Box::new(Function {
        function_name: Observed::Present(Text::literal(name)),
        event_invoke_configs,
        aliases,
        versions,
        other_permissions,
        ..own
    })))
}

/// What the function says of itself.
async fn itself(session: &Session<'_>, name: &str) -> Function {
    let (latest, released) = join(get(session, name, None), released(session, name)).await;
    let configuration = released.unwrap_or_else(|| configuration(&latest));
    let is_image = configuration.as_ref().map(|it| it.package_type() == Some(&PackageType::Image));
    let code_signing_config_arn = match is_image {
        Observed::Present(true) => Observed::Absent,
        _ => code_signing(session, name).await,
    };
    let latest = latest.as_ref();
    Function {
        code: latest.clone().and_then(code),
        reserved_concurrent_executions: latest.clone().and_then(configuration::reserved_concurrency),
        tags: latest.and_then(configuration::tags),
        code_signing_config_arn,
        ..configuration::properties(&configuration)
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
    let (_, version) = session.lambda.release.as_ref().filter(|(function, _)| function == name)?;
    Some(configuration(&get(session, name, Some(version)).await))
}

/// The image of a function. Where Lambda keeps any other code is nobody's choice, and whether the template holds the code
/// itself only the template says.
fn code(answer: &GetFunctionOutput) -> Observed<Code> {
    let image = answer.code().and_then(|code| code.image_uri());
    configuration::written(image).map(|image| Code { image_uri: Observed::Present(image), ..Code::default() })
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
