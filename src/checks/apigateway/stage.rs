//! Stages of REST APIs: what is logged, traced and measured of their requests.

use super::{
    settings::{self, Question},
    stages::{self, STAGES, Stage},
};
use crate::{
    check::{Applies, Check, Default, Pillar, Severity, Verdict, Yardstick},
    facts::{Resource, Text, Untyped, Why, iam::Known},
    need::Need,
    stack::Stack,
};

/// Checks of `AWS::ApiGateway::Stage`, and of the stages that an `AWS::ApiGateway::Deployment` makes.
pub(crate) const CHECKS: &[Check] = &[
    Check {
        id: "apigw-access-logging",
        title: "API stage writes access logs",
        why: "Without them nobody can say afterwards who called what, and what came of it.",
        fix: "Set AccessLogSetting.DestinationArn to a log group or to a Firehose stream, and Format.",
        absent: "No access logs are written.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, access_logging),
    },
    Check {
        id: "apigw-access-log-structured",
        title: "API stage writes access logs as JSON",
        why: "Logs Insights and metric filters find the fields of JSON by themselves; of other formats they see one text.",
        fix: "Write AccessLogSetting.Format as one JSON object of $context variables.",
        absent: "Without access logs there is no format to judge.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, access_log_structured),
    },
    Check {
        id: "apigw-execution-logging",
        title: "API stage logs the execution of every method",
        why: "An error between the request and the function (mapping, authorizer, throttling) leaves no other trace.",
        fix: "Add to MethodSettings an entry with HttpMethod '*', ResourcePath '/*' and LoggingLevel ERROR.",
        absent: "Nothing is logged: LoggingLevel is OFF.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html",
        pillar: Pillar::Operations,
        severity: Severity::Medium,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, execution_logging),
    },
    Check {
        id: "apigw-xray",
        title: "API stage is traced",
        why: "A slow or failing request cannot be followed from the API to the function behind it.",
        fix: "Set TracingEnabled: true.",
        absent: "Requests are not traced.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-xray.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::On,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, xray),
    },
    Check {
        id: "apigw-detailed-metrics",
        title: "API stage measures each of its methods",
        why: "The metrics of the stage as a whole do not say which method fails or is slow.",
        fix: "Add to MethodSettings an entry with HttpMethod '*', ResourcePath '/*' and MetricsEnabled true.",
        absent: "Only the stage as a whole is measured. Detailed metrics are charged, so the check is opt-in.",
        reference: "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html",
        pillar: Pillar::Operations,
        severity: Severity::Low,
        since: "0.1.0",
        default: Default::OptIn,
        needs: &[Need::RestApiStages],
        applies: Applies::EachInStack(STAGES, detailed_metrics),
    },
];

fn access_logging(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let none = "AccessLogSetting names no destination: no access logs are written";
        Some(stage.must_be_there("AccessLogSetting.DestinationArn", none))
    })
}

fn access_log_structured(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    stages::judge(resource, |stage| {
        let logs = stage.settings.get::<Untyped>("AccessLogSetting");
        if logs.is_absent() {
            return None;
        }
        let not_json = || Verdict::fail("the format of the access log is no JSON object");
        let format = logs.and_then(|logs| logs.get::<Text>("Format"));
        let verdict = format.judge(
            |format| Verdict::of(is_object(format), not_json),
            || Verdict::fail("AccessLogSetting has no Format"),
        );
        Some(verdict.at(stage.place("AccessLogSetting.Format")))
    })
}

/// Whether a format is a JSON object. Its variables stand for numbers without quotes, so that it need not parse.
fn is_object(format: &Text) -> Known {
    let (begins, ends) = (format.literal_prefix().trim_start(), format.literal_suffix().trim_end());
    let is_wrong = |end: &str, brace: bool| !end.is_empty() && !brace;
    if is_wrong(begins, begins.starts_with('{')) || is_wrong(ends, ends.ends_with('}')) {
        return Ok(false);
    }
    match format.as_str() {
        None if begins.is_empty() || ends.is_empty() => Err(format.why_unresolved()),
        _ => Ok(!begins.is_empty() && !ends.is_empty()),
    }
}

fn execution_logging(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    const LOGGED: Question = Question {
        holds: is_logged,
        nowhere: "the execution of methods is not logged: LoggingLevel is OFF",
        somewhere: "the execution of some methods only is logged",
        except: "LoggingLevel is OFF for some methods",
    };
    stages::judge(resource, |stage| Some(settings::judge(stage, &LOGGED)))
}

fn is_logged(values: &Untyped) -> Result<Option<bool>, Why> {
    let level = values.get::<Text>("LoggingLevel");
    let Some(level) = level.known()? else { return Ok(None) };
    match level.as_str() {
        Some("INFO" | "ERROR") => Ok(Some(true)),
        Some("OFF") => Ok(Some(false)),
        Some(other) => Err(Why::Malformed(format!("LoggingLevel {other:?} is none that API Gateway has"))),
        None => Err(level.why_unresolved()),
    }
}

fn xray(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    let not = "TracingEnabled is not true: requests are not traced";
    stages::judge(resource, |stage: &Stage<'_>| Some(stage.must_be_true("TracingEnabled", not)))
}

fn detailed_metrics(resource: &Resource, _: &Stack<'_>, _: &Yardstick) -> Option<Verdict> {
    const MEASURED: Question = Question {
        holds: |values| Ok(values.get::<bool>("MetricsEnabled").known()?.copied()),
        nowhere: "MetricsEnabled is not true: methods are not measured one by one",
        somewhere: "some methods only are measured one by one",
        except: "MetricsEnabled is false for some methods",
    };
    stages::judge(resource, |stage| Some(settings::judge(stage, &MEASURED)))
}
