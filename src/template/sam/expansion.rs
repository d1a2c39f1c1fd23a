//! The template while it is expanded: what is still to do, what is generated, what went wrong.

use std::collections::{BTreeMap, BTreeSet};

use super::build::At;
use super::deployment_preference::Preference;
use super::globals::Globals;
use super::problem::{ProblemKind, SamProblem};
use super::references::References;
use super::resolve::Known;
use super::resource::{Generated, SamResource};
use super::tree::{put, size, take};
use crate::source::{Entry, Kind, Node, Position};

/// The most values that an expanded template may hold. CloudFormation takes templates of 1 MB with
/// 500 resources, which is far less: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
pub const MAX_NODES: usize = 1_000_000;

/// The most resources and events that an expansion handles, eight times CloudFormation's quota.
pub const MAX_RESOURCES: usize = 4_000;

/// Types whose `Tags` SAM sets when tags are propagated.
const TAGGED: [&str; 15] = [
    "AWS::Lambda::Function",
    "AWS::SNS::Topic",
    "AWS::IoT::TopicRule",
    "AWS::IAM::Role",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::UsagePlan",
    "AWS::ApiGateway::ApiKey",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
];

/// One resource of the template as written, and what became of it.
struct Slot {
    /// The resource, until it is expanded.
    written: Option<Entry>,
    generated: Vec<Generated>,
}

/// The state of an expansion.
pub(super) struct Expansion<'a> {
    pub(super) known: Known<'a>,
    pub(super) globals: Globals,
    pub(super) conditions: Vec<Entry>,
    pub(super) problems: Vec<SamProblem>,
    pub(super) references: References,
    pub(super) preferences: Vec<Preference>,
    /// APIs whose definition SAM writes itself from the events.
    pub(super) managed_apis: BTreeSet<String>,
    slots: Vec<Slot>,
    written: BTreeMap<String, usize>,
    generated: BTreeMap<String, (usize, usize)>,
    fresh: Vec<Generated>,
    nodes: usize,
    steps: usize,
}

impl<'a> Expansion<'a> {
    /// Starts with the resources as written.
    pub(super) fn new(known: Known<'a>, resources: Vec<Entry>, conditions: Vec<Entry>) -> Self {
        let nodes = resources.iter().map(|entry| size(&entry.value)).sum();
        let mut expansion = Self {
            known,
            globals: Globals::default(),
            conditions,
            problems: Vec::new(),
            references: References::default(),
            preferences: Vec::new(),
            managed_apis: BTreeSet::new(),
            slots: Vec::new(),
            written: BTreeMap::new(),
            generated: BTreeMap::new(),
            fresh: Vec::new(),
            nodes,
            steps: 0,
        };
        resources.into_iter().for_each(|entry| expansion.insert(entry));
        expansion
    }

    /// Adds a resource as if it had been written.
    pub(super) fn insert(&mut self, entry: Entry) {
        self.written.insert(entry.key.clone(), self.slots.len());
        self.slots.push(Slot { written: Some(entry), generated: Vec::new() });
    }

    /// Merges `Globals` into the properties of a resource.
    pub(super) fn merge_globals(&mut self, id: &str, r#type: &str) {
        let section = r#type.rsplit("::").next().unwrap_or_default();
        if !self.admit(self.globals.size_for(section)) {
            return;
        }
        let globals = std::mem::take(&mut self.globals);
        if let Some(resource) = self.written_mut(id) {
            let at = At(resource.at);
            let properties = take(resource, "Properties").filter(|all| matches!(all.kind, Kind::Mapping(_)));
            let properties = properties.unwrap_or_else(|| at.mapping().node());
            let merged = globals.merge(section, properties, resource.get("IgnoreGlobals"));
            put(resource, "Properties", merged);
        }
        self.globals = globals;
    }

    /// Ids and types of the resources as written, in their order.
    pub(super) fn written_types(&self) -> Vec<(String, String)> {
        let written = self.slots.iter().filter_map(|slot| slot.written.as_ref());
        written.filter_map(|entry| Some((entry.key.clone(), entry.value.get("Type")?.as_str()?.to_owned()))).collect()
    }

    /// A resource that is not expanded (yet).
    pub(super) fn written(&self, id: &str) -> Option<&Node> {
        let slot = self.slots.get(*self.written.get(id)?)?;
        slot.written.as_ref().map(|entry| &entry.value)
    }

    /// A resource that is not expanded (yet), to change it.
    pub(super) fn written_mut(&mut self, id: &str) -> Option<&mut Node> {
        let slot = self.slots.get_mut(*self.written.get(id)?)?;
        slot.written.as_mut().map(|entry| &mut entry.value)
    }

    /// A generated resource by its logical id.
    pub(super) fn generated(&self, id: &str) -> Option<&Generated> {
        let (slot, index) = *self.generated.get(id)?;
        self.slots.get(slot)?.generated.get(index)
    }

    /// A generated resource by its logical id, to change it.
    pub(super) fn generated_mut(&mut self, id: &str) -> Option<&mut Generated> {
        let (slot, index) = *self.generated.get(id)?;
        self.slots.get_mut(slot)?.generated.get_mut(index)
    }

    /// Every resource as written that is not expanded.
    pub(super) fn all_written(&self) -> impl Iterator<Item = &Entry> {
        self.slots.iter().filter_map(|slot| slot.written.as_ref())
    }

    /// Takes a SAM resource out of the template to expand it; [`Expansion::finish`] must follow.
    pub(super) fn take(&mut self, id: &str) -> Option<SamResource> {
        let slot = self.slots.get_mut(*self.written.get(id)?)?;
        slot.written.take().map(SamResource::read)
    }

    /// Adds a resource that the SAM resource at hand expands to.
    pub(super) fn emit(&mut self, resource: Generated) {
        if self.admit(resource.size()) && self.step() {
            self.fresh.push(resource);
        }
    }

    /// Ends the expansion of a resource: tags go on, and names such as `Function.Alias` get their meaning.
    pub(super) fn finish(&mut self, resource: &SamResource, derived: &[(&str, &str)]) {
        let mut fresh = std::mem::take(&mut self.fresh);
        let tags = resource.propagated_tags();
        let tags = tags.filter(|tags| self.admit(size(tags).saturating_mul(fresh.len())));
        if let Some(tags) = tags {
            let tags = super::tags::list(tags, At(tags.at));
            for generated in fresh.iter_mut().filter(|generated| TAGGED.contains(&generated.r#type)) {
                generated.properties.set("Tags", tags.clone());
            }
        }
        for (property, r#type) in derived {
            if let Some(last) = fresh.iter().rev().find(|generated| generated.r#type == *r#type) {
                self.references.derive(&resource.id, property, &last.id);
            }
        }
        let slot = self.written.get(&resource.id).copied();
        fresh.into_iter().for_each(|generated| self.place(slot, generated));
    }

    /// Adds a resource that belongs to the stack as a whole.
    pub(super) fn place_last(&mut self, generated: Generated) {
        self.place(None, generated);
    }

    /// Whether a limit is exceeded; nothing more is generated then.
    pub(super) fn is_too_large(&self) -> bool {
        self.nodes > MAX_NODES || self.steps > MAX_RESOURCES
    }

    /// Counts a resource or an event; whether it still fits.
    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        !self.is_too_large()
    }

    /// Counts nodes that are added elsewhere; whether they still fit.
    pub(super) fn admit(&mut self, nodes: usize) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        !self.is_too_large()
    }

    /// SAM would refuse the template.
    pub(super) fn refuse(&mut self, subject: &str, at: At, text: impl Into<String>) {
        self.report(subject, at, ProblemKind::Refused(text.into()));
    }

    /// Reports a problem.
    pub(super) fn report(&mut self, subject: &str, at: At, kind: ProblemKind) {
        self.problems.push(SamProblem { subject: subject.to_owned(), at: at.0, kind });
    }

    /// The resources of the expanded template, in the order of the one written.
    pub(super) fn into_resources(self) -> Vec<Entry> {
        let entries = |slot: Slot| slot.written.into_iter().chain(slot.generated.into_iter().map(Generated::entry));
        self.slots.into_iter().flat_map(entries).collect()
    }

    fn place(&mut self, slot: Option<usize>, generated: Generated) {
        if self.written(&generated.id).is_some() {
            self.refuse_duplicate(&generated.id, generated.position());
            return;
        }
        if let Some(earlier) = self.generated_mut(&generated.id) {
            *earlier = generated; // SAM lets the last one win, without a word
            return;
        }
        let slot = slot.unwrap_or(self.slots.len());
        if slot == self.slots.len() {
            self.slots.push(Slot { written: None, generated: Vec::new() });
        }
        if let Some(target) = self.slots.get_mut(slot) {
            self.generated.insert(generated.id.clone(), (slot, target.generated.len()));
            target.generated.push(generated);
        }
    }

    fn refuse_duplicate(&mut self, id: &str, at: Position) {
        self.refuse(id, At(at), format!("a resource with the logical id `{id}`, which SAM generates, exists already"));
    }
}
