//! Checks of a function's own configuration: limits, traces, logs, tags, role, encryption.
//!
//! Opt-in: `lambda-reserved-concurrency`, for what one function reserves all others lose, and only the owner
//! knows who may.

use super::{
    Judged, joined,
    secret_shapes::{self, Presents},
    verdict,
};
use crate::{
    check::{Applies, Check, Default, LogLevel, Pillar, Severity, Verdict, Yardstick},
    checks::tags,
    facts::{Observed, Why, lambda::Function},
    need::Need,
};

/// The table.
pub(in crate::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-reserved-concurrency",
        title: "Lambda function has a concurrency limit of its own",
        why: "Without a limit one runaway function uses up the concurrency of the whole account.",
        fix: "Set ReservedConcurrentExecutions.",
        absent: "The function draws on the account's unreserved concurrency without a limit.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::Function],
        applies: Applies::EachFunction(reserved_concurrency),
    },
    Check {
        id: "lambda-xray",
        title: "Lambda function is traced",
        why: "Without traces nobody sees where the time of a slow request went.",
        fix: "Set TracingConfig.Mode to Active.",
        absent: "PassThrough: only requests that are traced already are.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-7",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(xray),
    },
    Check {
        id: "lambda-memory-explicit",
        title: "Lambda function has a memory size of its own",
        why: "Memory buys processor time. The default is the slowest there is, and often the dearest by the result.",
        fix: "Measure (AWS Lambda Power Tuning) and set MemorySize.",
        absent: "128 MiB. A written 128 is judged alike: a live function cannot tell the two apart.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html",
        pillar: Pillar::Performance,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(memory),
    },
    Check {
        id: "lambda-timeout-explicit",
        title: "Lambda function has a timeout of its own",
        why: "Three seconds are too short for a cold start with a slow dependency, and nobody chose them.",
        fix: "Set Timeout a little above the slowest answer that is still useful.",
        absent: "3 seconds. A written 3 is judged alike: a live function cannot tell the two apart.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
        pillar: Pillar::Reliability,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(timeout),
    },
    Check {
        id: "lambda-env-encryption-cmk",
        title: "Lambda environment variables are encrypted with a customer key",
        why: "With the AWS managed key whoever may read the configuration reads the variables; a customer key asks \
              for kms:Decrypt too, and can be revoked.",
        fix: "Set KmsKeyArn to a customer-managed key that the function's role may use.",
        absent: "Encrypted with the AWS managed key aws/lambda, which is half of it, and too little for a variable that \
                 is named as a secret. Without variables nothing is judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
        pillar: Pillar::Security,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(env_encryption),
    },
    Check {
        id: "lambda-log-format-json",
        title: "Lambda function logs as JSON",
        why: "Levels can be filtered, and Logs Insights finds the fields, in JSON logs alone.",
        fix: "Set LoggingConfig.LogFormat to JSON.",
        absent: "Text.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(log_format),
    },
    Check {
        id: "lambda-log-level",
        title: "Lambda function logs no more verbosely than policy allows",
        why: "Debug logs cost more than the function, and carry what should not be stored.",
        fix: "Set LoggingConfig.ApplicationLogLevel and SystemLogLevel to INFO or above.",
        absent: "INFO where LogFormat is JSON; logs in text have no levels and are not judged.",
        reference: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(log_level),
    },
    Check {
        id: "lambda-tagged",
        title: "Lambda function carries the tags that policy requires",
        why: "Without tags nobody knows whose function it is, and who pays.",
        fix: "Add the missing keys to Tags.",
        absent: "No tags. Where policy requires none, nothing is judged.",
        reference: "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-6",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(tagged),
    },
    Check {
        id: "lambda-unique-role",
        title: "Lambda function has a role that no other function of the stack has",
        why: "A shared role grants each function what any of them needs.",
        fix: "Give the function an execution role of its own.",
        absent: "Role is required. Functions of other stacks are not looked at.",
        reference: "https://docs.aws.amazon.com/wellarchitected/latest/serverless-applications-lens/security.html",
        pillar: Pillar::Security,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::Function],
        applies: Applies::EachFunction(unique_role),
    },
];

fn reserved_concurrency(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = function.reserved_concurrent_executions.judge(
        |reserved| Verdict::pass_if(*reserved > 0, "ReservedConcurrentExecutions is 0: every invocation is throttled"),
        || Verdict::fail("ReservedConcurrentExecutions is not set"),
    );
    Some(judged.at("ReservedConcurrentExecutions"))
}

fn xray(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = function.tracing_config.as_ref().and_then(|tracing| tracing.mode.as_ref()).judge(
        |mode| Verdict::pass_if(*mode == "Active", format!("TracingConfig.Mode is {mode}")),
        || Verdict::fail("TracingConfig.Mode is not set: PassThrough"),
    );
    Some(judged.at("TracingConfig.Mode"))
}

fn memory(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let size = function.memory_size.clone().or_default_of_service(128);
    let judged = size.judge(
        |size| Verdict::pass_if(*size != 128, "MemorySize is 128 MiB, the default"),
        || Verdict::fail("MemorySize is not set"),
    );
    Some(judged.at("MemorySize"))
}

fn timeout(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let seconds = function.timeout.clone().or_default_of_service(3);
    let judged = seconds.judge(
        |seconds| Verdict::pass_if(*seconds != 3, "Timeout is 3 seconds, the default"),
        || Verdict::fail("Timeout is not set"),
    );
    Some(judged.at("Timeout"))
}

fn env_encryption(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let named = match function.environment.as_ref().and_then(|environment| environment.variables.as_ref()) {
        Observed::Present(variables) if !variables.is_empty() => {
            variables.keys().find(|name| secret_shapes::presents(name) != Presents::Nothing)
        }
        Observed::Absent | Observed::Present(_) => return None,
        Observed::Unknown(why) if function.kms_key_arn.is_absent() => {
            return Some(Verdict::inconclusive(why).at("Environment.Variables"));
        }
        Observed::Unknown(_) => None,
    };
    let managed = || match named {
        Some(name) => Verdict::fail(format!("{name} is encrypted with the AWS managed key aws/lambda")),
        None => Verdict::partial(50, "environment variables are encrypted with the AWS managed key aws/lambda"),
    };
    let judged = function.kms_key_arn.judge(
        |key| match key.as_str() {
            Some(key) if key.is_empty() || key.ends_with("alias/aws/lambda") => managed(),
            _ => Verdict::Pass,
        },
        managed,
    );
    Some(judged.at("KmsKeyArn"))
}

fn log_format_of(function: &Function) -> Observed<String> {
    let format = function.logging_config.as_ref().and_then(|logging| logging.log_format.clone());
    format.or_default_of_service("Text".into())
}

fn log_format(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = log_format_of(function).judge(
        |format| Verdict::pass_if(format == "JSON", format!("LoggingConfig.LogFormat is {format}")),
        || Verdict::fail("LoggingConfig.LogFormat is not set"),
    );
    Some(judged.at("LoggingConfig.LogFormat"))
}

fn log_level(function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    match log_format_of(function) {
        Observed::Present(format) if format != "JSON" => return None,
        Observed::Unknown(why) => return Some(Verdict::inconclusive(why).at("LoggingConfig.LogFormat")),
        Observed::Present(_) | Observed::Absent => {}
    }
    let logging = function.logging_config.as_ref();
    let level = |level: Observed<&String>, verbose: Verdict, least: LogLevel| -> Judged {
        let level = level.known()?.map_or(Ok(LogLevel::Info), |level| parsed(level))?;
        Ok(if level >= least { Verdict::Pass } else { verbose })
    };
    let allowed = yardstick.application_log_level;
    let application = level(
        logging.clone().and_then(|logging| logging.application_log_level.as_ref()),
        Verdict::fail(format!("the application logs more verbosely than {}", name(allowed))),
        allowed,
    );
    // Lambda's own start, end and report lines are INFO: a stricter limit on the application does not mean them.
    let system = level(
        logging.and_then(|logging| logging.system_log_level.as_ref()),
        Verdict::partial(50, "Lambda's own events are logged at DEBUG"),
        allowed.min(LogLevel::Info),
    );
    let application = verdict(application, "LoggingConfig.ApplicationLogLevel");
    Some(application.worse(verdict(system, "LoggingConfig.SystemLogLevel")))
}

fn parsed(level: &str) -> Result<LogLevel, Why> {
    Ok(match level {
        "TRACE" => LogLevel::Trace,
        "DEBUG" => LogLevel::Debug,
        "INFO" => LogLevel::Info,
        "WARN" => LogLevel::Warn,
        "ERROR" => LogLevel::Error,
        "FATAL" => LogLevel::Fatal,
        other => return Err(Why::Malformed(format!("{other} is no log level"))),
    })
}

fn name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Trace => "TRACE",
        LogLevel::Debug => "DEBUG",
        LogLevel::Info => "INFO",
        LogLevel::Warn => "WARN",
        LogLevel::Error => "ERROR",
        LogLevel::Fatal => "FATAL",
    }
}

fn tagged(function: &Function, yardstick: &Yardstick) -> Option<Verdict> {
    tags::tagged(&function.tags, yardstick)
}

fn unique_role(function: &Function, _: &Yardstick) -> Option<Verdict> {
    let judged = role_of(function).and_then(|()| joined(&function.role_shared_with)).and_then(|others| {
        let known: Vec<&str> = others.iter().filter_map(Observed::present).map(|id| id.as_str()).collect();
        if !known.is_empty() {
            return Ok(Verdict::fail(format!("the role is shared with {}", known.join(", "))));
        }
        others.iter().find_map(|other| other.known().err()).map_or(Ok(Verdict::Pass), Err)
    });
    Some(verdict(judged, "Role"))
}

/// A function has a role; one whose role is not there was not understood.
fn role_of(function: &Function) -> Result<(), Why> {
    match function.role.known()? {
        Some(_) => Ok(()),
        None => Err(Why::Malformed("a function has a Role".into())),
    }
}
