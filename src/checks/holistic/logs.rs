//! A log group with retention for each function.

use serde_json::Value;

use super::Verdicts;
use crate::{
    check::{Applies, Check, Default, Pillar, Place, Severity, Verdict, Yardstick},
    facts::{Observed, Part, Properties, Target, Text, Why, lambda::Function},
    inventory::LogicalId,
    need::Need,
    stack::Stack,
};

pub(super) const LOG_GROUP_PER_FUNCTION: Check = Check {
    id: "log-group-per-function",
    title: "Each function writes to a log group of the stack that has a retention",
    why: "Lambda creates a missing log group by itself, with no retention: logs are kept and paid for without end, \
          outlive the stack, and hold personal data longer than anybody decided.",
    fix: "Add an AWS::Logs::LogGroup with RetentionInDays and name it in LoggingConfig.LogGroup of the function, or \
          call it !Sub '/aws/lambda/${Function}'.",
    absent: "The log group is /aws/lambda/<function name>; without RetentionInDays it never expires.",
    reference: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
    pillar: Pillar::Operations,
    severity: Severity::Low,
    since: "0.1.0",
    default: Default::On,
    needs: &[Need::Function, Need::LogGroups],
    applies: Applies::Stack(&["AWS::Lambda::Function"], log_group_per_function),
};

/// The prefix of the group that Lambda writes to where nothing is said.
const PREFIX: &str = "/aws/lambda/";

/// A log group of the stack, or the retention that CDK sets by a resource of its own.
struct Group {
    id: LogicalId,
    name: Observed<Text>,
    retention: Observed<u32>,
}

fn log_group_per_function(stack: &Stack<'_>, yardstick: &Yardstick) -> Vec<(LogicalId, Verdict)> {
    let groups = groups(stack);
    let mut verdicts = Verdicts::default();
    for resource in &stack.facts.resources {
        if let Properties::Function(function) = &resource.properties {
            let id = &resource.reference.logical_id;
            verdicts.say(id, judge(stack, id, function, &groups, yardstick));
        }
    }
    verdicts.0
}

fn groups(stack: &Stack<'_>) -> Vec<Group> {
    let group = |resource: &crate::facts::Resource| {
        let id = resource.reference.logical_id.clone();
        match (&resource.properties, resource.reference.r#type.as_str()) {
            (Properties::LogGroup(group), _) => {
                Some(Group { id, name: group.log_group_name.clone(), retention: group.retention_in_days.clone() })
            }
            (Properties::Unreadable(why), "AWS::Logs::LogGroup") => {
                Some(Group { id, name: Observed::Unknown(why.clone()), retention: Observed::Unknown(why.clone()) })
            }
            // CDK's `logRetention`.
            (Properties::Other(properties), "Custom::LogRetention") => {
                let read = |key: &str| properties.get(key).unwrap_or(&Value::Null);
                let retention = Observed::read(read("RetentionInDays"));
                Some(Group { id, name: Observed::read(read("LogGroupName")), retention })
            }
            _ => None,
        }
    };
    stack.facts.resources.iter().filter_map(group).collect()
}

fn judge(stack: &Stack<'_>, id: &LogicalId, function: &Function, groups: &[Group], yardstick: &Yardstick) -> Verdict {
    const NAMED: &str = "LoggingConfig.LogGroup";
    let named = function.logging_config.as_ref().and_then(|config| config.log_group.as_ref());
    let found = match named {
        Observed::Present(name) => by_name(stack, name, groups).map_err(|verdict| verdict.at(NAMED)),
        Observed::Absent => by_default(id, function, groups),
        Observed::Unknown(why) => Err(Verdict::inconclusive(why).at(NAMED)),
    };
    match found {
        Ok(group) => retained(group, yardstick.log_retention_days),
        Err(verdict) => verdict,
    }
}

/// The group that the function names.
fn by_name<'g>(stack: &Stack<'_>, name: &Text, groups: &'g [Group]) -> Result<&'g Group, Verdict> {
    let equal = groups.iter().find(|group| group.name.present() == Some(name));
    let resolved = || match stack.directory.resolve(name, &["AWS::Logs::LogGroup"]) {
        Target::Resource(id) => groups
            .iter()
            .find(|group| group.id == id)
            .ok_or_else(|| Why::NotObserved(format!("{id} is no log group of this stack"))),
        Target::Elsewhere => Err(Why::NotObserved(format!("the log group {name} is not in this stack"))),
        Target::Unknown(why) => Err(why),
    };
    equal.map_or_else(resolved, Ok).map_err(Verdict::inconclusive)
}

/// The group called after the function.
fn by_default<'g>(id: &LogicalId, function: &Function, groups: &'g [Group]) -> Result<&'g Group, Verdict> {
    let wanted = wanted_names(id, &function.function_name);
    let found = groups.iter().find(|group| group.name.present().is_some_and(|name| wanted.contains(name)));
    if let Some(group) = found {
        return Ok(group);
    }
    match groups.iter().find_map(|group| may_be(group, &wanted)) {
        Some(why) => Err(Verdict::inconclusive(why)),
        None => Err(Verdict::fail(format!("no log group of the stack is called {PREFIX}${{{id}}}"))),
    }
}

/// The default group as the template may write it: by reference, and by the name it was given.
fn wanted_names(id: &LogicalId, name: &Observed<Text>) -> Vec<Text> {
    let prefix = || Part::Literal(PREFIX.to_owned());
    let by_reference = Text::new([prefix(), Part::Reference { resource: id.to_string(), attribute: None }]);
    let by_name = name.present().map(|name| Text::new([prefix()].into_iter().chain(name.parts().iter().cloned())));
    [by_reference].into_iter().chain(by_name).collect()
}

/// The reason, where a group whose name is not known may be the one.
fn may_be(group: &Group, wanted: &[Text]) -> Option<Why> {
    let name = match &group.name {
        Observed::Present(name) => name,
        Observed::Absent => return None,
        Observed::Unknown(why) => return Some(why.clone()),
    };
    let own_name = wanted.get(1);
    let possible = match (name.as_str(), own_name.map(|own| (own, own.as_str()))) {
        // Both are written out, and differ.
        (Some(_), Some((_, Some(_)))) => false,
        (Some(written), Some((own, None))) => own.equals(written).is_none(),
        // A generated name ends in random characters.
        (Some(_), None) => false,
        (None, own) => {
            let unknown = name.parts().iter().any(|part| matches!(part, Part::Unknown(_)));
            let pseudo = name.parts().iter().any(|part| matches!(part, Part::Pseudo(_)));
            let fits = match own {
                Some((_, Some(own))) => name.equals(own).is_none(),
                _ => name.literal_prefix().starts_with(PREFIX) || PREFIX.starts_with(name.literal_prefix()),
            };
            // Another function's group is not this one's.
            (unknown || pseudo && own.is_some()) && name.references().next().is_none() && fits
        }
    };
    possible.then(|| Why::Unresolved(format!("whether {} is its log group: {name} is not known", group.id)))
}

fn retained(group: &Group, least: u32) -> Verdict {
    let verdict = group.retention.judge(
        |days| {
            let text =
                format!("{} keeps its events for {days} days, fewer than the {least} that policy asks for", group.id);
            if *days >= least { Verdict::Pass } else { Verdict::partial(50, text) }
        },
        || Verdict::partial(50, format!("{} has no retention: its events are kept without end", group.id)),
    );
    verdict.place(Place::of(&group.id, "RetentionInDays"))
}
