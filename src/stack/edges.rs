//! Who calls which function: read from every type of facts that can name one.

use serde_json::Value;

use super::{
    FunctionTarget, Functions, Invocation,
    InvocationKind::{self, Asynchronous, Queue, Stream, Synchronous},
    Qualifier, api, others, state_machine,
};
use crate::{
    facts::{
        Directory, Facts, Observed, Properties, Target, Text, Why, appsync, events, iot,
        lambda::{EventSourceMapping, SourceKind, Url},
        s3, sns,
    },
    inventory::LogicalId,
};

/// Types whose resources may call functions; one that cannot be read may call any.
pub const CALLERS: &[&str] = &[
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGatewayV2::Api",
    "AWS::ApiGatewayV2::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::AppSync::DataSource",
    "AWS::Cognito::UserPool",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::Events::Rule",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Url",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Pipes::Pipe",
    "AWS::S3::Bucket",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
];

// Services that call by a permission on the function.
const EVENTS: &str = "events.amazonaws.com";
const IOT: &str = "iot.amazonaws.com";
const S3: &str = "s3.amazonaws.com";
const SNS: &str = "sns.amazonaws.com";

/// What the readers of calls look things up in.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) facts: &'a Facts,
    pub(super) directory: &'a Directory,
    pub(super) functions: &'a Functions,
}

/// Every call in the stack, in the order of the source.
pub(super) fn invocations(facts: &Facts, directory: &Directory, functions: &Functions) -> Vec<Invocation> {
    let reader = Reader { facts, directory, functions };
    facts
        .resources
        .iter()
        .flat_map(|resource| {
            let id = &resource.reference.logical_id;
            match &resource.properties {
                Properties::Method(method) => api::method(reader, id, method),
                Properties::RestApi(rest_api) => api::rest_api(reader, id, rest_api),
                Properties::HttpApi(http_api) => api::http_api(reader, id, http_api),
                Properties::Integration(integration) => api::integration(reader, id, integration),
                Properties::Rule(rule) => reader.rule(id, rule),
                Properties::Schedule(schedule) => reader.schedule(id, schedule),
                Properties::Pipe(pipe) => reader.pipe(id, pipe),
                Properties::Subscription(subscription) => reader.subscription(id, subscription),
                Properties::Topic(topic) => reader.topic(id, topic),
                Properties::Bucket(bucket) => reader.bucket(id, bucket),
                Properties::EventSourceMapping(mapping) => reader.mapping(id, mapping),
                Properties::StateMachine(machine) => state_machine::calls(reader, id, machine),
                Properties::DataSource(source) => reader.data_source(id, source),
                Properties::TopicRule(rule) => reader.topic_rule(id, rule),
                Properties::FunctionUrl(url) => reader.url(id, url),
                Properties::Untyped(properties) => {
                    others::calls(reader, id, resource.reference.r#type.as_str(), properties.as_map())
                }
                Properties::Other(value) => value.as_object().map_or_else(Vec::new, |properties| {
                    others::calls(reader, id, resource.reference.r#type.as_str(), properties)
                }),
                Properties::Unreadable(why) if CALLERS.contains(&resource.reference.r#type.as_str()) => {
                    unknown(id, "", why, Asynchronous)
                }
                _ => Vec::new(),
            }
        })
        .collect()
}

/// One call of whom nobody can tell.
pub(super) fn unknown(caller: &LogicalId, place: &str, why: &Why, kind: InvocationKind) -> Vec<Invocation> {
    vec![Invocation::new(caller, place, FunctionTarget::Unknown(why.clone()), kind)]
}

/// The same, where it may be a call of a service that needs a permission.
fn unknown_of(service: &'static str, caller: &LogicalId, place: &str, why: &Why) -> Vec<Invocation> {
    let calls = unknown(caller, place, why, Asynchronous).into_iter();
    calls.map(|call| call.with_principal(service)).collect()
}

/// The calls of a list's items, each with its place; of an unknown list or item, one unknown call, which may be one of
/// the service.
fn each<T>(
    caller: &LogicalId,
    place: &str,
    service: &'static str,
    list: &Observed<Vec<Observed<T>>>,
    call: impl Fn(&T, String) -> Vec<Invocation>,
) -> Vec<Invocation> {
    let unknown = |place: &str, why| unknown_of(service, caller, place, why);
    match list {
        Observed::Absent => Vec::new(),
        Observed::Unknown(why) => unknown(place, why),
        Observed::Present(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| {
                let place = format!("{place}[{index}]");
                match item {
                    Observed::Present(item) => call(item, place),
                    Observed::Absent => Vec::new(),
                    Observed::Unknown(why) => unknown(&place, why),
                }
            })
            .collect(),
    }
}

impl Reader<'_> {
    /// The call of the function that `property` names; none where it names none.
    pub(super) fn call(
        self,
        caller: &LogicalId,
        place: impl Into<String>,
        property: &Observed<Text>,
        kind: InvocationKind,
    ) -> Option<Invocation> {
        Some(Invocation::new(caller, place, self.functions.target_of(property)?, kind))
    }

    /// The resource of this stack that a property means.
    pub(super) fn resource(self, property: &Observed<Text>) -> Option<LogicalId> {
        match self.directory.resolve(property.present()?, &[]) {
            Target::Resource(id) => Some(id),
            Target::Elsewhere | Target::Unknown(_) => None,
        }
    }

    fn rule(self, id: &LogicalId, rule: &events::Rule) -> Vec<Invocation> {
        each(id, "Targets", EVENTS, &rule.targets, |target, place| {
            let call = self.call(id, format!("{place}.Arn"), &target.arn, Asynchronous);
            let sink = target.dead_letter_config.as_ref().and_then(|config| config.arn.as_ref());
            let by_policy = |call: Invocation| {
                if target.role_arn.is_absent() { call.with_principal(EVENTS) } else { call }
            };
            call.map(|call| by_policy(call).keeping(&sink)).into_iter().collect()
        })
    }

    fn schedule(self, id: &LogicalId, schedule: &events::Schedule) -> Vec<Invocation> {
        let target = match &schedule.target {
            Observed::Present(target) => target,
            Observed::Absent => return Vec::new(),
            Observed::Unknown(why) => return unknown(id, "Target", why, Asynchronous),
        };
        let sink = target.dead_letter_config.as_ref().and_then(|config| config.arn.as_ref());
        // A universal target calls the API that its ARN ends in, with Input as parameters.
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
        let universal =
            target.arn.present().is_some_and(|arn| arn.literal_suffix().ends_with(":aws-sdk:lambda:invoke"));
        if !universal {
            let call = self.call(id, "Target.Arn", &target.arn, Asynchronous);
            return call.map(|call| call.keeping(&sink)).into_iter().collect();
        }
        let input = match target.input.present().and_then(state_machine::parse) {
            Some(input) => input,
            None => {
                let why = Why::Malformed("Input of a universal target that is no JSON object".to_owned());
                return unknown(id, "Target.Input", &why, Asynchronous);
            }
        };
        let target = self.parameters(&input, "FunctionName", "Qualifier");
        target
            .map(|target| Invocation::new(id, "Target.Input.FunctionName", target, Asynchronous))
            .into_iter()
            .collect()
    }

    /// The function that the parameters of Lambda's Invoke name.
    pub(super) fn parameters(self, parameters: &Value, name: &str, qualifier: &str) -> Option<FunctionTarget> {
        let target = self.functions.target_of(&observed(parameters.get(name)))?;
        Some(self.qualified(target, observed(parameters.get(qualifier))))
    }

    /// The function by a qualifier that is written beside its name.
    fn qualified(self, target: FunctionTarget, qualifier: Observed<Text>) -> FunctionTarget {
        let FunctionTarget::Function { function, .. } = &target else { return target };
        let qualifier = match qualifier {
            Observed::Absent => return target,
            Observed::Unknown(why) => Qualifier::Unknown(why),
            Observed::Present(text) => match text.as_str() {
                Some(written) => self.functions.written_qualifier(function, written),
                None => self.functions.referenced_qualifier(&text),
            },
        };
        target.qualified(qualifier)
    }

    fn pipe(self, id: &LogicalId, pipe: &events::Pipe) -> Vec<Invocation> {
        // FIRE_AND_FORGET or REQUEST_RESPONSE, which is meant where absent.
        // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-pipes-pipe-pipetargetlambdafunctionparameters.html
        let invocation_type = pipe
            .target_parameters
            .present()
            .and_then(|parameters| parameters.get("LambdaFunctionParameters")?.get("InvocationType")?.as_str());
        let kind = if invocation_type == Some("FIRE_AND_FORGET") { Asynchronous } else { Synchronous };
        let enrichment = self.call(id, "Enrichment", &pipe.enrichment, Synchronous);
        enrichment.into_iter().chain(self.call(id, "Target", &pipe.target, kind)).collect()
    }

    fn subscription(self, id: &LogicalId, subscription: &sns::Subscription) -> Vec<Invocation> {
        let call = self.endpoint(id, "", &subscription.protocol, &subscription.endpoint);
        let sink = &subscription.redrive_policy;
        call.into_iter().map(|call| call.from(self.resource(&subscription.topic_arn)).keeping(sink)).collect()
    }

    fn topic(self, id: &LogicalId, topic: &sns::Topic) -> Vec<Invocation> {
        each(id, "Subscription", SNS, &topic.subscription, |subscription, place| {
            self.endpoint(id, &format!("{place}."), &subscription.protocol, &subscription.endpoint)
        })
    }

    fn endpoint(
        self,
        id: &LogicalId,
        place: &str,
        protocol: &Observed<Text>,
        endpoint: &Observed<Text>,
    ) -> Vec<Invocation> {
        // Where the protocol is not known, an endpoint that is a function settles it.
        if protocol.present().is_some_and(|protocol| protocol.equals("lambda") == Some(false)) {
            return Vec::new();
        }
        let call = self.call(id, format!("{place}Endpoint"), endpoint, Asynchronous);
        call.map(|call| call.with_principal(SNS)).into_iter().collect()
    }

    fn bucket(self, id: &LogicalId, bucket: &s3::Bucket) -> Vec<Invocation> {
        const PLACE: &str = "NotificationConfiguration";
        let configuration = match &bucket.notification_configuration {
            Observed::Present(configuration) => configuration,
            Observed::Absent => return Vec::new(),
            Observed::Unknown(why) => return unknown_of(S3, id, PLACE, why),
        };
        let lambdas = &configuration.lambda_configurations;
        each(id, &format!("{PLACE}.LambdaConfigurations"), S3, lambdas, |lambda, place| {
            let call = self.call(id, format!("{place}.Function"), &lambda.function, Asynchronous);
            call.map(|call| call.with_principal(S3)).into_iter().collect()
        })
    }

    fn mapping(self, id: &LogicalId, mapping: &EventSourceMapping) -> Vec<Invocation> {
        let kind = match mapping.source_kind.present() {
            Some(SourceKind::Sqs | SourceKind::Mq) => Queue,
            _ => Stream,
        };
        self.call(id, "FunctionName", &mapping.function_name, kind).into_iter().collect()
    }

    /// A function URL calls the function, or the alias that it names beside it.
    fn url(self, id: &LogicalId, url: &Url) -> Vec<Invocation> {
        let Some(target) = self.functions.target_of(&url.target_function_arn) else { return Vec::new() };
        let target = self.qualified(target, url.qualifier.clone());
        vec![Invocation::new(id, "TargetFunctionArn", target, Synchronous)]
    }

    fn data_source(self, id: &LogicalId, source: &appsync::DataSource) -> Vec<Invocation> {
        let config = source.lambda_config.as_ref().and_then(|config| config.lambda_function_arn.as_ref());
        let property = config.map(Clone::clone);
        self.call(id, "LambdaConfig.LambdaFunctionArn", &property, Synchronous).into_iter().collect()
    }

    fn topic_rule(self, id: &LogicalId, rule: &iot::TopicRule) -> Vec<Invocation> {
        let payload = match &rule.topic_rule_payload {
            Observed::Present(payload) => payload,
            Observed::Absent => return Vec::new(),
            Observed::Unknown(why) => return unknown_of(IOT, id, "TopicRulePayload", why),
        };
        each(id, "TopicRulePayload.Actions", IOT, &payload.actions, |action, place| {
            let function = action.lambda.as_ref().and_then(|lambda| lambda.function_arn.as_ref()).map(Clone::clone);
            let call = self.call(id, format!("{place}.Lambda.FunctionArn"), &function, Asynchronous);
            call.map(|call| call.with_principal(IOT)).into_iter().collect()
        })
    }
}

/// A value inside a free-form document, markers included.
pub(super) fn observed(value: Option<&Value>) -> Observed<Text> {
    value.map_or(Observed::Absent, Observed::read)
}
