//! The events of a function or a state machine: what calls it, and what that needs to be allowed to.

mod api;
mod bucket;
mod pull;
mod push;
mod rule;
mod schedule;
mod topic;

use super::build::At;
use super::expansion::Expansion;
use super::problem::ProblemKind;
use super::resource::SamResource;
use super::role::Role;
use super::tree::{filled, is_intrinsic, is_plain_mapping};
use crate::source::{Entry, Kind, Node};

/// What events invoke: a function, or its alias where one is published.
#[derive(Debug, Clone)]
pub(super) struct Invoked {
    function: String,
    alias: Option<String>,
}

impl Invoked {
    /// The function, or the alias of this logical id.
    pub(super) fn function(function: &SamResource, alias: Option<&str>) -> Self {
        Self { function: function.id.clone(), alias: alias.map(str::to_owned) }
    }

    /// The logical id of the alias.
    pub(super) fn alias(&self) -> Option<&str> {
        self.alias.as_deref()
    }

    /// The logical id of what is invoked.
    pub(super) fn id(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.function)
    }

    /// As a function name or, for the alias, its ARN.
    pub(super) fn name(&self, at: At) -> Node {
        at.reference(self.id())
    }

    /// As an ARN.
    pub(super) fn arn(&self, at: At) -> Node {
        match &self.alias {
            Some(alias) => at.reference(alias),
            None => at.get_att(&self.function, "Arn"),
        }
    }

    /// As a variable of `Fn::Sub` that stands for the ARN.
    pub(super) fn arn_variable(&self) -> String {
        match &self.alias {
            Some(alias) => format!("${{{alias}}}"),
            None => format!("${{{}.Arn}}", self.function),
        }
    }
}

/// One event of a SAM resource.
pub(super) struct Event<'e> {
    /// The function or state machine that it belongs to.
    pub(super) owner: &'e SamResource,
    /// Its logical id: the owner's and its own name.
    pub(super) id: String,
    /// Where it stands.
    pub(super) at: At,
    /// Its type.
    pub(super) r#type: &'e str,
    /// Its properties.
    pub(super) properties: &'e Node,
}

impl Event<'_> {
    /// A property, unless it is missing or null.
    pub(super) fn get(&self, name: &str) -> Option<&Node> {
        self.properties.get(name).filter(|value| value.kind != Kind::Null)
    }

    /// A property, unless it is missing or empty.
    pub(super) fn filled(&self, name: &str) -> Option<&Node> {
        filled(self.properties, name)
    }

    /// SAM would refuse the event.
    pub(super) fn refuse(&self, expansion: &mut Expansion<'_>, text: &str) {
        expansion.refuse(&self.id, self.at, text);
    }

    /// Reports what is missing of the properties that the event needs.
    pub(super) fn require(&self, expansion: &mut Expansion<'_>, names: &[&str]) {
        for name in names.iter().filter(|name| self.get(name).is_none()) {
            self.refuse(expansion, &format!("an event of type {} needs `{name}`", self.r#type));
        }
    }

    /// Reports properties that the event type does not have.
    pub(super) fn report_unknown(&self, expansion: &mut Expansion<'_>, known: &[&[&str]]) {
        for entry in self.properties.entries() {
            if !known.iter().any(|names| names.contains(&entry.key.as_str())) {
                let (owner, property) = (format!("event {}", self.r#type), entry.key.clone());
                expansion.report(&self.id, At(entry.key_at), ProblemKind::UnknownProperty { owner, property });
            }
        }
    }
}

/// Adds what the events of a function generate; sources that are polled add to its role.
pub(super) fn of_function(expansion: &mut Expansion<'_>, function: &SamResource, invoked: &Invoked, role: &mut Role) {
    for_each(expansion, function, |expansion, event| {
        match event.r#type {
            "Api" => api::rest(expansion, event, invoked),
            "HttpApi" => api::http(expansion, event, invoked),
            "SNS" => topic::generate(expansion, event, invoked, role),
            "ScheduleV2" => schedule::generate(expansion, event, invoked.arn(event.at), "lambda:InvokeFunction"),
            polled if pull::is_polled(polled) => pull::generate(expansion, event, invoked, role),
            _ => return push::generate(expansion, event, invoked),
        }
        true
    });
}

/// Adds what the events of a state machine generate; `target` is the id of it or of its alias.
pub(super) fn of_state_machine(expansion: &mut Expansion<'_>, machine: &SamResource, target: &str) {
    for_each(expansion, machine, |expansion, event| {
        let arn = event.at.reference(target);
        match event.r#type {
            "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => rule::of_state_machine(expansion, event, arn),
            "ScheduleV2" => schedule::generate(expansion, event, arn, "states:StartExecution"),
            "Api" => api::start_execution(expansion, event, arn),
            _ => return false,
        }
        true
    });
}

/// Calls `generate` for each event, in SAM's order: by path where there is one, else by name.
fn for_each(
    expansion: &mut Expansion<'_>,
    owner: &SamResource,
    mut generate: impl FnMut(&mut Expansion<'_>, &Event<'_>) -> bool,
) {
    let Some(events) = owner.filled("Events") else { return };
    if is_intrinsic(events) {
        expansion.refuse(&owner.id, At(events.at), "`Events` must be a mapping of events");
        return;
    }
    let empty = At(events.at).mapping().node();
    let mut entries: Vec<&Entry> = events.entries().iter().collect();
    entries.sort_by(|left, right| order(left).cmp(order(right)));
    for entry in entries {
        if !expansion.step() {
            return;
        }
        let at = At(entry.key_at);
        let Some(r#type) = entry.value.get("Type").and_then(Node::as_str) else {
            expansion.refuse(&owner.id, at, format!("the event `{}` has no type", entry.key));
            continue;
        };
        let properties = entry.value.get("Properties").filter(|properties| properties.kind != Kind::Null);
        let properties = properties.unwrap_or(&empty);
        if !is_plain_mapping(properties) {
            let text = format!("the properties of the event `{}` must be a mapping, and no function", entry.key);
            expansion.refuse(&owner.id, at, text);
            continue;
        }
        let id = format!("{}{}", owner.id, entry.key);
        let event = Event { owner, id, at, r#type, properties };
        if !generate(expansion, &event) {
            expansion.report(&event.id, at, ProblemKind::UnknownEvent(r#type.to_owned()));
        }
    }
}

fn order(event: &Entry) -> &str {
    let path = event.value.get("Properties").and_then(|properties| properties.get("Path"));
    path.and_then(Node::as_str).unwrap_or(&event.key)
}
