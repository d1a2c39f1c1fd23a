//! `AWS::Lambda::EventInvokeConfig`.

use std::{rc::Rc, sync::Arc};

use aws_sdk_lambda::types::FunctionEventInvokeConfig;
use futures_util::future::join_all;
use serde_json::Value;

use super::{
    called::Called,
    configuration::number,
    destinations, lists,
    roster::{self, Roster},
};
use crate::{
    aws::observe::{Document, Session, answer::failed, not_created, written},
    facts::{Observed, Properties, Text, Why, lambda::EventInvokeConfig},
    inventory::ResourceRef,
    need::Need,
};

const NEED: Need = Need::FunctionInvokeConfigs;

/// Looks at one invoke configuration.
pub(in super::super) async fn invoke_config(session: &Session<'_>, resource: &ResourceRef) -> Value {
    let Some(physical) = resource.physical_id.as_deref() else { return not_created(resource) };
    let found = match roster::invoke_config(physical) {
        Some((function, qualifier)) => named(session, &function, &qualifier).await,
        None => match named_in_template(session, resource).await {
            Some((function, qualifier)) => named(session, &function, &qualifier).await,
            None => nameless(session, physical).await,
        },
    };
    match found {
        Observed::Present(config) => written(&Properties::EventInvokeConfig(Arc::new(config))),
        Observed::Absent => Document::unknown(&whose(physical)),
        Observed::Unknown(why) => Document::unknown(&why),
    }
}

/// Function and qualifier, where the template says both.
async fn named_in_template(session: &Session<'_>, resource: &ResourceRef) -> Option<(String, String)> {
    let spelled = async |property| {
        let text = super::templated(session, resource, property).await;
        super::spelled(session, text.present()?).await
    };
    let (function, qualifier) = (spelled("FunctionName").await?, spelled("Qualifier").await?);
    Some((Called::read(&function)?.name.to_owned(), qualifier))
}

/// The configuration of this function and qualifier.
async fn named(session: &Session<'_>, function: &str, qualifier: &str) -> Observed<EventInvokeConfig> {
    let known = lists::invoke_configs(session, function).await;
    let found = known.and_then(|configs| {
        let mut read = configs.iter().map(read);
        let is = |config: &Observed<(String, _)>| config.present().is_some_and(|(known, _)| known == qualifier);
        read.find(is).unwrap_or_else(|| {
            let what = format!("{function} has no invoke configuration of {qualifier}; was it removed?");
            failed(NEED.into(), what)
        })
    });
    match found {
        Observed::Present((_, config)) => Observed::Present(config),
        // Whose it is the physical id says, whatever Lambda does not.
        Observed::Unknown(why) => Observed::Present(of_nobody_knows(function, qualifier, &why)),
        Observed::Absent => Observed::Absent,
    }
}

fn of_nobody_knows(function: &str, qualifier: &str, why: &Why) -> EventInvokeConfig {
    EventInvokeConfig {
        function_name: Observed::Present(Text::literal(function)),
        qualifier: Observed::Present(Text::literal(qualifier)),
        destination_config: Observed::Unknown(why.clone()),
        maximum_event_age_in_seconds: Observed::Unknown(why.clone()),
        maximum_retry_attempts: Observed::Unknown(why.clone()),
        function_dead_letter_target: Observed::Absent,
    }
}

/// A configuration whose physical id does not say whose it is: the one of the stack's functions that no other
/// resource is, where there is one.
async fn nameless(session: &Session<'_>, physical: &str) -> Observed<EventInvokeConfig> {
    let roster = super::roster(session).await;
    let lists = roster.functions().map(|function| lists::invoke_configs(session, function));
    let mut free = Vec::new();
    for (function, configs) in roster.functions().zip(join_all(lists).await) {
        match configs {
            Observed::Present(configs) => free.extend(unclaimed(&roster, function, &configs)),
            Observed::Absent => {}
            Observed::Unknown(why) => return Observed::Unknown(why),
        }
    }
    match free.as_slice() {
        [one] => Observed::Present(one.clone()),
        _ => Observed::Unknown(whose(physical)),
    }
}

/// The configurations of a function that are none of the resources whose physical ids say whose they are.
fn unclaimed(roster: &Roster, function: &str, configs: &Rc<Vec<FunctionEventInvokeConfig>>) -> Vec<EventInvokeConfig> {
    let read = configs.iter().map(read).filter_map(|config| match config {
        Observed::Present(known) => Some(known),
        Observed::Absent | Observed::Unknown(_) => None,
    });
    let outside = |qualifier: &str| roster.invoke_config(function, qualifier).as_str().contains(':');
    read.filter(|(qualifier, _)| outside(qualifier)).map(|(_, config)| config).collect()
}

fn whose(physical: &str) -> Why {
    Why::NotObserved(format!("the physical id {physical} does not say whose invoke configuration it is"))
}

/// The qualifier and the properties of a configuration. One of the bare function is one of `$LATEST`.
pub(super) fn read(config: &FunctionEventInvokeConfig) -> Observed<(String, EventInvokeConfig)> {
    let Some(called) = config.function_arn().and_then(Called::read) else {
        return failed(NEED.into(), "an invoke configuration without FunctionArn".to_owned());
    };
    let qualifier = called.qualifier.unwrap_or("$LATEST").to_owned();
    let properties = EventInvokeConfig {
        function_name: Observed::Present(Text::literal(called.name)),
        qualifier: Observed::Present(Text::literal(&qualifier)),
        destination_config: destinations(config.destination_config()),
        maximum_event_age_in_seconds: number(config.maximum_event_age_in_seconds()),
        maximum_retry_attempts: number(config.maximum_retry_attempts()),
        function_dead_letter_target: Observed::Absent,
    };
    Observed::Present((qualifier, properties))
}
