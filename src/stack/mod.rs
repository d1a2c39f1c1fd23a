//! The stack as holistic judges see it: the facts, who is meant by a name, and who calls whom.
//!
//! Everything here is read from facts once, when the stack is built; judges only look it up. What a
//! template leaves open stays in the lists as `Unknown`: dropping it would read as a pass.

mod api;
mod canary;
mod edges;
pub mod graph;
mod invocation;
mod others;
pub(crate) mod state_machine;

use std::{
    any::{Any, TypeId},
    cell::{OnceCell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

pub use canary::{Canary, Hook};
pub use edges::CALLERS;
pub use graph::{Edge, Graph, MaybeEdge, Relation, Unsettled};
pub use invocation::{Invocation, InvocationKind};

pub use crate::facts::lambda::{FunctionTarget, Functions, Qualifier};
use crate::{
    facts::{Directory, Facts, Properties, Resource, Target, Text, Why, iam::Role, lambda},
    inventory::LogicalId,
};

/// Facts with the indices that holistic judges need, built once.
#[derive(Debug)]
pub struct Stack<'a> {
    /// What was observed.
    pub facts: &'a Facts,
    /// Who is meant by a name, an ARN or a reference.
    pub directory: Directory,
    /// Which function is meant, and by which qualifier.
    pub functions: Functions,
    /// Who calls which function, in the order of the source.
    pub invocations: Vec<Invocation>,
    /// The aliases that CodeDeploy shifts, in the order of the source.
    pub canaries: Vec<Canary>,
    graph: OnceCell<Graph>,
    by_id: BTreeMap<&'a LogicalId, &'a Resource>,
    by_type: BTreeMap<&'a str, Vec<&'a Resource>>,
    derived: RefCell<BTreeMap<TypeId, Rc<dyn Any>>>,
}

impl<'a> Stack<'a> {
    /// Indexes the facts.
    pub fn of(facts: &'a Facts) -> Self {
        let directory = Directory::of(facts);
        let functions = Functions::of(facts);
        let invocations = edges::invocations(facts, &directory, &functions);
        let canaries = canary::canaries(facts, &directory, &functions);
        // Of two of the same id the first counts, as in `Facts::get`.
        let by_id = facts.resources.iter().rev().map(|resource| (&resource.reference.logical_id, resource)).collect();
        let mut by_type: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
        for resource in &facts.resources {
            by_type.entry(resource.reference.r#type.as_str()).or_default().push(resource);
        }
        let (graph, derived) = (OnceCell::new(), RefCell::default());
        Self { facts, directory, functions, invocations, canaries, graph, by_id, by_type, derived }
    }

    /// What judges of single resources need to know of the whole stack: made when the first of them asks, and kept by
    /// its type. Making it for each resource anew would take the square of their number.
    pub fn derived<T: 'static>(&self, make: impl FnOnce(&Self) -> T) -> Rc<T> {
        let known = self.derived.borrow().get(&TypeId::of::<T>()).cloned();
        if let Some(known) = known.and_then(|known| known.downcast().ok()) {
            return known;
        }
        let made = Rc::new(make(self));
        self.derived.borrow_mut().insert(TypeId::of::<T>(), made.clone());
        made
    }

    /// The resource of this id.
    pub fn resource(&self, id: &LogicalId) -> Option<&'a Resource> {
        self.by_id.get(id).copied()
    }

    /// The resources of this type, in the order of the source.
    pub fn of_type(&self, r#type: &str) -> impl Iterator<Item = &'a Resource> {
        self.by_type.get(r#type).into_iter().flatten().copied()
    }

    /// The type of the resource of this id; empty where there is none.
    pub fn type_of(&self, id: &LogicalId) -> &'a str {
        self.resource(id).map_or("", |resource| resource.reference.r#type.as_str())
    }

    /// The facts of a function of this stack, where they could be read.
    pub fn function(&self, id: &LogicalId) -> Option<&'a lambda::Function> {
        match &self.resource(id)?.properties {
            Properties::Function(function) => Some(function),
            _ => None,
        }
    }

    /// The role of this stack that an ARN means; `None` where it is none of this stack.
    ///
    /// # Errors
    /// With the reason, where nobody can tell.
    pub fn role(&self, arn: &Text) -> Result<Option<(&'a LogicalId, &'a Role)>, Why> {
        match self.directory.resolve(arn, &["AWS::IAM::Role"]) {
            Target::Resource(id) => match self.resource(&id) {
                Some(resource) => match &resource.properties {
                    Properties::Role(role) => Ok(Some((&resource.reference.logical_id, role))),
                    Properties::Unreadable(why) => Err(why.clone()),
                    _ => Ok(None),
                },
                None => Ok(None),
            },
            Target::Elsewhere => Ok(None),
            Target::Unknown(why) => Err(why),
        }
    }

    /// Who invokes, reads, writes, publishes to and is deployed by what; read when first asked for.
    pub fn graph(&self) -> &Graph {
        self.graph.get_or_init(|| Graph::of(self))
    }

    /// The calls of one caller.
    pub fn calls_of<'s>(&'s self, caller: &'s LogicalId) -> impl Iterator<Item = &'s Invocation> {
        self.invocations.iter().filter(move |invocation| &invocation.caller == caller)
    }

    /// Those who call, each once, in the order of the source.
    pub fn callers(&self) -> Vec<&LogicalId> {
        let mut callers: Vec<&LogicalId> = self.invocations.iter().map(|invocation| &invocation.caller).collect();
        callers.dedup();
        callers
    }
}
