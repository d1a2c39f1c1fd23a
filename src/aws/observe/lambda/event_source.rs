//! `AWS::Lambda::EventSourceMapping`.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use aws_sdk_lambda::{
    operation::get_event_source_mapping::GetEventSourceMappingOutput,
    types::{EventSourceMappingConfiguration, FunctionResponseType},
};
use serde_json::{Value, json};

use super::{
    configuration::{number, some, word, written as text},
    destinations,
};
use crate::{
    aws::{
        Operation,
        observe::{Document, Memo, Session, not_created, required, written},
    },
    facts::{
        Observed, Properties, Text,
        lambda::{AmazonManagedKafkaEventSourceConfig, EventSourceMapping, ScalingConfig, SelfManagedEventSource},
    },
    inventory::ResourceRef,
    need::Need,
};

const NEED: Need = Need::EventSourceMapping;
const LIST: Operation = Operation::named("lambda:ListEventSourceMappings");
/// Mappings from which on a list may take fewer calls than one for each.
const WORTH_A_LIST: usize = 4;

/// The mappings of the account as far as they were listed, by UUID.
pub(super) type Listed = Memo<(), Rc<BTreeMap<String, EventSourceMappingConfiguration>>>;

/// Looks at one mapping.
pub(in super::super) async fn event_source_mapping(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(uuid) = resource.physical_id.as_deref() else { return not_created(resource) };
    let listed = listed(session).await.get(uuid).cloned();
    let found = match listed {
        Some(mapping) => Observed::Present(mapping),
        None => {
            let get = session.clients.lambda.get_event_source_mapping().uuid(uuid);
            session.ask(NEED, &[], || get.send()).await.map(alike)
        }
    };
    match found.and_then(|mapping| properties(&mapping)) {
        Observed::Present(mapping) => written(&Properties::EventSourceMapping(Arc::new(mapping))),
        Observed::Absent => Document::unknown(&super::strange("AWS::Lambda::EventSourceMapping", uuid)),
        Observed::Unknown(why) => Document::unknown(&why),
    }
}

/// Pages of the account's mappings, as long as they may save calls. A page that does not come costs nothing but itself:
/// what is not on a list is asked for by itself.
async fn listed(session: &Session<'_>) -> Rc<BTreeMap<String, EventSourceMappingConfiguration>> {
    let list = async || {
        let roster = super::roster(session).await;
        let mut found = BTreeMap::new();
        let mut marker = None;
        // Half as many pages as mappings: at worst the calls are half as many again.
        let pages =
            if session.wants(NEED) && roster.mappings.len() >= WORTH_A_LIST { roster.mappings.len() / 2 } else { 0 };
        for _ in 0..pages {
            let list = session.clients.lambda.list_event_source_mappings().set_marker(marker.clone());
            let Ok(page) = session.calls.within(LIST, || list.send()).await else { break };
            let own = page.event_source_mappings.unwrap_or_default().into_iter().filter_map(|mapping| {
                let uuid = mapping.uuid.clone().filter(|uuid| roster.mappings.contains(uuid))?;
                Some((uuid, mapping))
            });
            found.extend(own);
            let next = page.next_marker.filter(|next| !next.is_empty());
            if next.is_none() || next == marker || found.len() == roster.mappings.len() {
                break;
            }
            marker = next;
        }
        Rc::new(found)
    };
    session.lambda.mappings.get((), list).await
}

/// The answer about one mapping as an element of a list, which has the same members under another type.
fn alike(answer: GetEventSourceMappingOutput) -> EventSourceMappingConfiguration {
    EventSourceMappingConfiguration::builder()
        .set_uuid(answer.uuid)
        .set_batch_size(answer.batch_size)
        .set_maximum_batching_window_in_seconds(answer.maximum_batching_window_in_seconds)
        .set_parallelization_factor(answer.parallelization_factor)
        .set_event_source_arn(answer.event_source_arn)
        .set_scaling_config(answer.scaling_config)
        .set_function_arn(answer.function_arn)
        .set_state(answer.state)
        .set_destination_config(answer.destination_config)
        .set_self_managed_event_source(answer.self_managed_event_source)
        .set_maximum_record_age_in_seconds(answer.maximum_record_age_in_seconds)
        .set_bisect_batch_on_function_error(answer.bisect_batch_on_function_error)
        .set_maximum_retry_attempts(answer.maximum_retry_attempts)
        .set_tumbling_window_in_seconds(answer.tumbling_window_in_seconds)
        .set_function_response_types(answer.function_response_types)
        .set_amazon_managed_kafka_event_source_config(answer.amazon_managed_kafka_event_source_config)
        .set_provisioned_poller_config(answer.provisioned_poller_config)
        .build()
}

/// The properties of a mapping. One that does not say whose it is, is none.
fn properties(mapping: &EventSourceMappingConfiguration) -> Observed<EventSourceMapping> {
    let function_name = required(mapping.function_arn(), NEED, "FunctionArn").map(Text::literal);
    function_name.map(|function_name| EventSourceMapping {
        function_name: Observed::Present(function_name),
        event_source_arn: text(mapping.event_source_arn()),
        self_managed_event_source: self_managed(mapping),
        amazon_managed_kafka_event_source_config: Observed::from(
            mapping.amazon_managed_kafka_event_source_config().map(|config| AmazonManagedKafkaEventSourceConfig {
                consumer_group_id: text(config.consumer_group_id()),
            }),
        ),
        enabled: Observed::from(mapping.state().and_then(enabled)),
        state: word(mapping.state()),
        batch_size: number(mapping.batch_size()),
        maximum_batching_window_in_seconds: number(mapping.maximum_batching_window_in_seconds()),
        bisect_batch_on_function_error: Observed::from(mapping.bisect_batch_on_function_error()),
        maximum_retry_attempts: Observed::from(mapping.maximum_retry_attempts().map(i64::from)),
        maximum_record_age_in_seconds: Observed::from(mapping.maximum_record_age_in_seconds().map(i64::from)),
        destination_config: destinations(mapping.destination_config()),
        function_response_types: some(response_types(mapping.function_response_types())),
        scaling_config: number(mapping.scaling_config().and_then(|config| config.maximum_concurrency()))
            .map(|most| ScalingConfig { maximum_concurrency: Observed::Present(most) }),
        parallelization_factor: number(mapping.parallelization_factor()),
        tumbling_window_in_seconds: number(mapping.tumbling_window_in_seconds()),
        provisioned_poller_config: pollers(mapping),
        source_kind: Observed::Absent,
        function_reserved_concurrency: Observed::Absent,
    })
}

/// `Enabled`, which the API takes and does not give: by the state that it leads to. A mapping on its way from one state
/// to another says nothing.
fn enabled(state: &str) -> Option<bool> {
    match state {
        "Enabled" | "Enabling" => Some(true),
        "Disabled" | "Disabling" => Some(false),
        _ => None,
    }
}

fn response_types(types: &[FunctionResponseType]) -> impl Iterator<Item = Observed<String>> {
    types.iter().map(|kind| Observed::Present(kind.as_str().to_owned()))
}

/// Kafka of one's own. The brokers are under another name in CloudFormation.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-lambda-eventsourcemapping-endpoints.html>
fn self_managed(mapping: &EventSourceMappingConfiguration) -> Observed<SelfManagedEventSource> {
    let Some(source) = mapping.self_managed_event_source() else { return Observed::Absent };
    let brokers = source.endpoints().into_iter().flatten().find(|(kind, _)| kind.as_str() == "KAFKA_BOOTSTRAP_SERVERS");
    let endpoints = brokers.map(|(_, brokers)| json!({ "KafkaBootstrapServers": brokers }));
    Observed::Present(SelfManagedEventSource { endpoints: Observed::from(endpoints) })
}

fn pollers(mapping: &EventSourceMappingConfiguration) -> Observed<Value> {
    let Some(config) = mapping.provisioned_poller_config() else { return Observed::Absent };
    let mut written = serde_json::Map::new();
    let numbers = [("MinimumPollers", config.minimum_pollers()), ("MaximumPollers", config.maximum_pollers())];
    written.extend(numbers.into_iter().filter_map(|(name, number)| Some((name.to_owned(), json!(number?)))));
    if written.is_empty() { Observed::Absent } else { Observed::Present(Value::Object(written)) }
}
