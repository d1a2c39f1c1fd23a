//! What the alarms of a stack watch, by whose metric it is.

use std::collections::{BTreeMap, BTreeSet};

use super::alarms;
use crate::{
    facts::{
        Observed, Properties, Target, Text, Why,
        cloudwatch::{Alarm, Dimension},
    },
    inventory::LogicalId,
    stack::{FunctionTarget, Stack},
};

/// Namespace and name of a metric.
type Name = (String, String);

/// REST APIs with their names.
pub(super) type Apis<'a> = Vec<(&'a Observed<Text>, &'a LogicalId)>;

/// The metrics that some alarm of the stack watches.
#[derive(Default)]
pub(super) struct Watches {
    of: BTreeMap<LogicalId, BTreeSet<Name>>,
    /// Of all resources of an account together.
    of_all: BTreeSet<Name>,
    /// Of whom nobody can tell; a name of which nothing is known is empty.
    open: BTreeMap<Name, Why>,
}

/// Whose metric it is.
enum Owner {
    One(LogicalId),
    All,
    Other,
}

impl Watches {
    /// Reads the alarms.
    pub(super) fn of(stack: &Stack<'_>) -> Self {
        let apis = api_names(stack);
        let mut watches = Self::default();
        for resource in &stack.facts.resources {
            match &resource.properties {
                Properties::Alarm(alarm) => {
                    for metric in alarms::metrics(alarm) {
                        match metric {
                            Ok(metric) => watches.take(stack, &apis, &metric),
                            Err(why) => watches.open(String::new(), String::new(), why),
                        }
                    }
                }
                Properties::Unreadable(why) if resource.reference.r#type.as_str() == "AWS::CloudWatch::Alarm" => {
                    watches.open(String::new(), String::new(), why.clone());
                }
                _ => {}
            }
        }
        watches
    }

    fn open(&mut self, namespace: String, name: String, why: Why) {
        self.open.entry((namespace, name)).or_insert(why);
    }

    fn take(&mut self, stack: &Stack<'_>, apis: &Apis<'_>, metric: &alarms::Metric<'_>) {
        let [namespace, name] = [metric.namespace, metric.name].map(written);
        if let (Err(why), _) | (_, Err(why)) = (&namespace, &name) {
            let why = why.clone();
            return self.open(namespace.unwrap_or_default(), name.unwrap_or_default(), why);
        }
        let name = (namespace.unwrap_or_default(), name.unwrap_or_default());
        match owner(stack, apis, metric.dimensions) {
            Ok(Owner::One(id)) => {
                self.of.entry(id).or_default().insert(name);
            }
            Ok(Owner::All) => {
                self.of_all.insert(name);
            }
            Ok(Owner::Other) => {}
            Err(why) => self.open(name.0, name.1, why),
        }
    }

    /// Whether some alarm watches one of these metrics of a resource.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub(super) fn cover(&self, id: &LogicalId, namespace: &str, metrics: &[&str]) -> Result<bool, Why> {
        let is_one = |(space, name): &Name| space == namespace && metrics.contains(&name.as_str());
        if self.of_all.iter().any(is_one) || self.of.get(id).is_some_and(|names| names.iter().any(is_one)) {
            return Ok(true);
        }
        let may_be = |(space, name): &Name| {
            (space.is_empty() || space == namespace) && (name.is_empty() || metrics.contains(&name.as_str()))
        };
        self.open.iter().find(|(name, _)| may_be(name)).map_or(Ok(false), |(_, why)| Err(why.clone()))
    }
}

/// Whose metrics an alarm watches.
///
/// # Errors
/// With the reason, where nobody can tell of one of them.
pub(super) fn owners(stack: &Stack<'_>, apis: &Apis<'_>, alarm: &Alarm) -> Result<Vec<LogicalId>, Why> {
    let mut owners = Vec::new();
    for metric in alarms::metrics(alarm) {
        if let Owner::One(id) = owner(stack, apis, metric?.dimensions)? {
            owners.push(id);
        }
    }
    Ok(owners)
}

/// A name that is known; empty where there is none.
fn written(text: &Observed<Text>) -> Result<String, Why> {
    match text.known()? {
        Some(text) => text.as_str().map(str::to_owned).ok_or_else(|| text.why_unresolved()),
        None => Ok(String::new()),
    }
}

/// REST APIs report under their names, which only `Name` says: `Ref` gives the id.
pub(super) fn api_names<'a>(stack: &Stack<'a>) -> Apis<'a> {
    let named = |resource: &'a crate::facts::Resource| match &resource.properties {
        Properties::RestApi(api) => Some((&api.name, &resource.reference.logical_id)),
        _ => None,
    };
    stack.facts.resources.iter().filter_map(named).collect()
}

/// The API of this name; none where it is another stack's.
fn api_named<'a>(apis: &Apis<'a>, name: &Text) -> Result<Option<&'a LogicalId>, Why> {
    if let Some((_, api)) = apis.iter().find(|(known, _)| known.present() == Some(name)) {
        return Ok(Some(api));
    }
    let Some(name) = name.as_str() else { return Err(name.why_unresolved()) };
    for (known, _) in apis {
        match known.known()? {
            Some(known) if known.equals(name).is_none() => return Err(known.why_unresolved()),
            _ => {}
        }
    }
    Ok(None)
}

/// The dimensions that name a resource, by their services' documentation.
const NAMING: &[&str] =
    &["ApiId", "BucketName", "QueueName", "RuleName", "StateMachineArn", "StreamName", "TableName", "TopicName"];

fn owner(stack: &Stack<'_>, apis: &Apis<'_>, dimensions: &Observed<Vec<Observed<Dimension>>>) -> Result<Owner, Why> {
    let dimensions = dimensions.known()?.map_or(&[][..], Vec::as_slice);
    let mut found = if dimensions.is_empty() { Owner::All } else { Owner::Other };
    for dimension in dimensions {
        let Some(dimension) = dimension.known()? else { continue };
        let Some(name) = dimension.name.known()? else { continue };
        let name = name.as_str().ok_or_else(|| name.why_unresolved())?;
        if name == "FunctionName" {
            match stack.functions.target_of(&dimension.value) {
                Some(FunctionTarget::Function { function, .. }) => found = Owner::One(function),
                Some(FunctionTarget::Unknown(why)) => return Err(why),
                Some(FunctionTarget::Elsewhere) | None => {}
            }
            continue;
        }
        let Some(value) = dimension.value.known()? else { continue };
        if name == "ApiName" {
            if let Some(api) = api_named(apis, value)? {
                found = Owner::One(api.clone());
            }
        } else if NAMING.contains(&name) {
            match stack.directory.resolve(value, &[]) {
                Target::Resource(id) => found = Owner::One(id),
                Target::Elsewhere => {}
                Target::Unknown(why) => return Err(why),
            }
        }
    }
    Ok(found)
}
