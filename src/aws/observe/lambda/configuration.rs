//! The configuration of a function as properties.
//!
//! An answer says what holds, written or not: 128 MiB, `PassThrough`, an empty list of subnets, the log group by its
//! default name. What a template would leave out and checks tell from what somebody chose (an empty list, the
//! default log group, tags of AWS's own) is left out here too; plain defaults stand as they are.

use std::collections::BTreeMap;

use aws_sdk_lambda::{
    operation::get_function::GetFunctionOutput,
    types::{
        EnvironmentResponse, FunctionConfiguration, LoggingConfig as LoggingAnswer, PackageType, TagsError,
        VpcConfigResponse,
    },
};

use crate::{
    aws::Fault,
    facts::{
        List, Observed, Tag, Text, Why,
        lambda::{
            DeadLetterConfig, Environment, EphemeralStorage, FileSystemConfig, Function, LoggingConfig, SnapStart,
            TracingConfig, VpcConfig,
        },
    },
    need::Need,
};

/// To read the tags that come with a function.
const LIST_TAGS: &str = "lambda:ListTags";
/// To read variables under a customer's key.
const DECRYPT: &str = "kms:Decrypt";

/// The properties that the configuration of a function or version shows; each unknown for the same reason, where
/// there is no answer.
pub(super) fn properties(seen: &Observed<FunctionConfiguration>) -> Function {
    let seen = Seen(seen);
    Function {
        package_type: seen.text(FunctionConfiguration::package_type, PackageType::as_str),
        runtime: seen.text(FunctionConfiguration::runtime, |runtime| runtime.as_str()),
        handler: seen.of(|it| Observed::from(it.handler().map(Text::literal))),
        role: seen.of(|it| Observed::from(it.role().map(Text::literal))),
        memory_size: seen.of(|it| number(it.memory_size())),
        timeout: seen.of(|it| number(it.timeout())),
        environment: seen.of(|it| it.environment().map_or(Observed::Absent, environment)),
        kms_key_arn: seen.of(|it| written(it.kms_key_arn())),
        dead_letter_config: seen.of(dead_letter_config),
        tracing_config: seen.of(tracing_config),
        logging_config: seen.of(logging_config),
        vpc_config: seen.of(|it| it.vpc_config().map_or(Observed::Absent, vpc_config)),
        file_system_configs: seen.of(file_system_configs),
        ephemeral_storage: seen.of(|it| {
            let size = it.ephemeral_storage().map(|storage| number(Some(storage.size())));
            Observed::from(size.map(|size| EphemeralStorage { size }))
        }),
        layers: seen.of(|it| some(it.layers().iter().map(|layer| Observed::from(layer.arn().map(Text::literal))))),
        architectures: seen
            .of(|it| some(it.architectures().iter().map(|name| Observed::Present(name.as_str().to_owned())))),
        snap_start: seen.of(|it| {
            let apply_on = it.snap_start().map(|snap_start| snap_start.apply_on().map(|on| on.as_str().to_owned()));
            Observed::from(apply_on.map(|apply_on| SnapStart { apply_on: Observed::from(apply_on) }))
        }),
        // Nobody asks for these two; neither comes with the function.
        runtime_config: Observed::not_observed("fitgate does not look at how the runtime is updated"),
        recursive_loop: Observed::not_observed("fitgate does not look at what becomes of recursive loops"),
        ..Function::default()
    }
}

/// What is known of a whole function by one answer.
struct Seen<'a>(&'a Observed<FunctionConfiguration>);

impl Seen<'_> {
    fn of<T>(&self, read: impl FnOnce(&FunctionConfiguration) -> Observed<T>) -> Observed<T> {
        self.0.as_ref().and_then(read)
    }

    /// A property that is one of several words.
    fn text<T>(
        &self,
        read: impl FnOnce(&FunctionConfiguration) -> Option<&T>,
        word: impl FnOnce(&T) -> &str,
    ) -> Observed<String> {
        self.of(|it| Observed::from(read(it).map(|value| word(value).to_owned())))
    }
}

/// Tags without those of AWS's own, which no template can write (`aws:cloudformation:stack-name`).
pub(super) fn tags(answer: &GetFunctionOutput) -> List<Tag> {
    match (answer.tags(), answer.tags_error()) {
        (_, Some(error)) => Observed::Unknown(tags_error(error)),
        (None, None) => Observed::Absent,
        (Some(tags), None) => {
            let own: BTreeMap<&String, &String> = tags.iter().filter(|(key, _)| !key.starts_with("aws:")).collect();
            some(own.into_iter().map(|(key, value)| {
                let text = |text: &str| Observed::Present(Text::literal(text));
                Observed::Present(Tag { key: text(key), value: text(value) })
            }))
        }
    }
}

fn tags_error(error: &TagsError) -> Why {
    match Fault::reported(error.error_code(), error.message()) {
        Fault::Denied => Why::Denied { action: LIST_TAGS.to_owned() },
        fault => fault.why(Need::Function.into()),
    }
}

/// The concurrency reserved for the function; none where it draws on the account's.
pub(super) fn reserved_concurrency(answer: &GetFunctionOutput) -> Observed<u32> {
    answer.concurrency().map_or(Observed::Absent, |reserved| number(reserved.reserved_concurrent_executions()))
}

fn environment(answer: &EnvironmentResponse) -> Observed<Environment> {
    let variables = match (answer.error(), answer.variables()) {
        (Some(error), _) => {
            let (code, message) = (error.error_code().unwrap_or_default(), error.message().unwrap_or_default());
            Observed::Unknown(match Fault::reported(code, message) {
                Fault::Denied => Why::Denied { action: DECRYPT.to_owned() },
                fault => fault.why(Need::Function.into()),
            })
        }
        (None, Some(variables)) if !variables.is_empty() => {
            let known = |(name, value): (&String, &String)| (name.clone(), Observed::Present(Text::literal(value)));
            Observed::Present(variables.iter().map(known).collect())
        }
        (None, _) => return Observed::Absent,
    };
    Observed::Present(Environment { variables })
}

fn dead_letter_config(function: &FunctionConfiguration) -> Observed<DeadLetterConfig> {
    let target = written(function.dead_letter_config().and_then(|config| config.target_arn()));
    target.map(|target| DeadLetterConfig { target_arn: Observed::Present(target) })
}

fn tracing_config(function: &FunctionConfiguration) -> Observed<TracingConfig> {
    let mode = function.tracing_config().and_then(|config| config.mode()).map(|mode| mode.as_str().to_owned());
    Observed::from(mode).map(|mode| TracingConfig { mode: Observed::Present(mode) })
}

fn logging_config(function: &FunctionConfiguration) -> Observed<LoggingConfig> {
    let Some(answer) = function.logging_config() else { return Observed::Absent };
    let default = format!("/aws/lambda/{}", function.function_name().unwrap_or_default());
    Observed::Present(LoggingConfig {
        log_format: word(answer.log_format().map(|format| format.as_str())),
        application_log_level: word(answer.application_log_level().map(|level| level.as_str())),
        system_log_level: word(answer.system_log_level().map(|level| level.as_str())),
        log_group: log_group(answer, &default),
    })
}

/// The group that somebody chose.
fn log_group(answer: &LoggingAnswer, default: &str) -> Observed<Text> {
    written(answer.log_group().filter(|group| *group != default))
}

fn vpc_config(answer: &VpcConfigResponse) -> Observed<VpcConfig> {
    let texts = |ids: &[String]| some(ids.iter().map(|id| Observed::Present(Text::literal(id))));
    let subnet_ids = texts(answer.subnet_ids());
    let security_group_ids = texts(answer.security_group_ids());
    if subnet_ids.is_absent() && security_group_ids.is_absent() {
        return Observed::Absent;
    }
    Observed::Present(VpcConfig { subnet_ids, security_group_ids })
}

fn file_system_configs(function: &FunctionConfiguration) -> List<FileSystemConfig> {
    some(function.file_system_configs().iter().map(|mount| {
        Observed::Present(FileSystemConfig {
            arn: written(Some(mount.arn())),
            local_mount_path: written(Some(mount.local_mount_path())),
        })
    }))
}

/// A number that CloudFormation takes from 0 on.
pub(super) fn number(value: Option<i32>) -> Observed<u32> {
    match value.map(|value| (value, u32::try_from(value))) {
        None => Observed::Absent,
        Some((_, Ok(number))) => Observed::Present(number),
        Some((value, Err(_))) => Observed::Unknown(Why::Malformed(format!("{value} is below zero"))),
    }
}

/// A text; an empty one is none.
pub(super) fn written(value: Option<&str>) -> Observed<Text> {
    Observed::from(value.filter(|text| !text.is_empty()).map(Text::literal))
}

/// A word; an empty one is none.
pub(super) fn word(value: Option<&str>) -> Observed<String> {
    Observed::from(value.filter(|word| !word.is_empty()).map(str::to_owned))
}

/// A list; an empty one is none.
pub(super) fn some<T>(items: impl Iterator<Item = Observed<T>>) -> List<T> {
    let items: Vec<_> = items.collect();
    if items.is_empty() { Observed::Absent } else { Observed::Present(items) }
}
