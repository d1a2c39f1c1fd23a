//! What roles allow on the data of the stack: of functions and state machines, and of the APIs that call services.
//!
//! A `Deny`, a condition and a permissions boundary are not looked at: each takes something away from an edge that a
//! judge is better off to know of.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    Drawing, Edge, MaybeEdge, Relation, Unsettled,
    holdings::{Held, holdings},
    integration, managed,
    names::Names,
    pattern::Sign,
};
use crate::{
    facts::{
        Observed, Properties, Text, Why,
        iam::{Granted, Known, Role, Statement, any_known, grants, matches_action},
    },
    inventory::LogicalId,
    stack::Stack,
};

/// Draws what the roles of those who act allow.
pub(super) fn draw(drawing: &mut Drawing, stack: &Stack<'_>) {
    let mut names = Names::of(stack);
    let nobody = names.named("");
    let held = holdings(stack, &mut names);
    let mut access = Access { names, held, nobody, read: BTreeMap::new() };
    for resource in &stack.facts.resources {
        let id = &resource.reference.logical_id;
        match &resource.properties {
            Properties::Function(function) => access.actor(drawing, stack, id, &function.role, None),
            Properties::StateMachine(machine) => access.actor(drawing, stack, id, &machine.role_arn, None),
            Properties::Unreadable(why) if ACTORS.contains(&resource.reference.r#type.as_str()) => {
                drawing.unsettled(id, None, None, why);
            }
            _ => {
                for call in integration::calls(stack, resource) {
                    access.actor(drawing, stack, &call.from, &call.role, Some(call.service.as_str()));
                }
            }
        }
    }
}

/// Types that act by a role.
const ACTORS: &[&str] = &["AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"];

struct Access<'s, 'a> {
    names: Names<'s, 'a>,
    held: Vec<Held<'a>>,
    /// Stands for the name of a resource that no policy means by name.
    nobody: Sign,
    /// What each role allows: many functions may share one.
    read: BTreeMap<&'a LogicalId, Rc<Allowed>>,
}

/// Everything that a role allows.
#[derive(Debug, Default)]
struct Allowed {
    finds: Vec<Find>,
    unknown: Vec<Why>,
}

/// One thing that a role allows, or may allow.
#[derive(Debug)]
struct Find {
    service: &'static str,
    relation: Relation,
    /// Any of the service, where none is given.
    to: Option<LogicalId>,
    said_by: LogicalId,
    place: String,
    doubt: Option<Why>,
    by_wildcard: bool,
}

impl<'a> Access<'_, 'a> {
    /// Draws what `id` may do by a role, to one service only where one is given.
    fn actor(
        &mut self,
        drawing: &mut Drawing,
        stack: &Stack<'a>,
        id: &LogicalId,
        role: &Observed<Text>,
        service: Option<&str>,
    ) {
        let found = match role {
            Observed::Present(arn) => stack.role(arn),
            Observed::Absent => return,
            Observed::Unknown(why) => Err(why.clone()),
        };
        let allowed = match found {
            Ok(Some((role_id, role))) => self.role(role_id, role),
            Ok(None) => {
                let why = Why::NotObserved(format!("the role of {id} is not in this stack"));
                return drawing.unsettled(id, None, None, &why);
            }
            Err(why) => return drawing.unsettled(id, None, None, &why),
        };
        let of_service = |find: &&Find| service.is_none_or(|service| service == find.service);
        for find in allowed.finds.iter().filter(of_service).filter(|find| find.to.as_ref() != Some(id)) {
            find.draw(drawing, id);
        }
        for why in &allowed.unknown {
            drawing.unsettled(id, None, None, why);
        }
    }

    fn role(&mut self, id: &'a LogicalId, role: &'a Role) -> Rc<Allowed> {
        if let Some(known) = self.read.get(id) {
            return Rc::clone(known);
        }
        let grants = grants(role);
        let mut allowed = Allowed { finds: Vec::new(), unknown: grants.unknown.into_iter().collect() };
        for granted in &grants.statements {
            self.statement(&mut allowed.finds, id, granted);
        }
        for policy in &grants.managed {
            match managed::actions(policy) {
                Some(actions) => self.managed(&mut allowed.finds, id, actions),
                None => {
                    let why = format!("what the managed policy {policy} allows is not known");
                    allowed.unknown.push(Why::NotObserved(why));
                }
            }
        }
        let allowed = Rc::new(allowed);
        self.read.insert(id, Rc::clone(&allowed));
        allowed
    }

    fn managed(&self, finds: &mut Vec<Find>, role: &LogicalId, actions: &[&str]) {
        let patterns: Vec<Text> = actions.iter().map(|action| Text::literal(*action)).collect();
        for held in &self.held {
            for (relation, wanted) in held.service.by {
                if any_allowed(&patterns, wanted) != Ok(true) {
                    continue;
                }
                let all = held.owned.iter().map(|to| Find {
                    service: held.service.name(),
                    relation: *relation,
                    to: Some((*to).clone()),
                    said_by: role.clone(),
                    place: "ManagedPolicyArns".to_owned(),
                    doubt: None,
                    by_wildcard: true,
                });
                finds.extend(all);
            }
        }
    }

    fn statement(&mut self, finds: &mut Vec<Find>, role: &LogicalId, granted: &Granted<'_>) {
        let statement = granted.statement;
        let effect = statement.allows();
        if effect == Ok(false) {
            return;
        }
        let patterns = Patterns::of(statement, &mut self.names);
        for held in self.held.iter().filter(|held| !held.owned.is_empty()) {
            let by = held.service.by.iter().map(|(relation, actions)| (*relation, allows(statement, actions)));
            let by: Vec<(Relation, Known)> = by.filter(|(_, allowed)| *allowed != Ok(false)).collect();
            if by.is_empty() {
                continue;
            }
            for spoken in patterns.find(held, self.nobody) {
                finds.extend(by.iter().map(|(relation, allowed)| Find {
                    service: held.service.name(),
                    relation: *relation,
                    to: spoken.of.cloned(),
                    said_by: granted.policy.unwrap_or(role).clone(),
                    place: granted.property.clone(),
                    doubt: spoken.doubt.clone().or(effect.clone().err()).or(allowed.clone().err()),
                    by_wildcard: spoken.by_wildcard,
                }));
            }
        }
    }
}

impl Find {
    fn draw(&self, drawing: &mut Drawing, from: &LogicalId) {
        match (&self.to, &self.doubt) {
            (Some(to), None) => drawing.edge(Edge {
                from: from.clone(),
                to: to.clone(),
                relation: self.relation,
                said_by: self.said_by.clone(),
                place: self.place.clone(),
                qualifier: None,
                by_wildcard: self.by_wildcard,
            }),
            (to, Some(why)) => drawing.doubt(Unsettled {
                from: from.clone(),
                relation: Some(self.relation),
                to: to.clone(),
                why: why.clone(),
                edge: Some(MaybeEdge {
                    said_by: self.said_by.clone(),
                    place: self.place.clone(),
                    by_wildcard: self.by_wildcard,
                }),
            }),
            (None, None) => {}
        }
    }
}

/// What a statement speaks of.
enum Patterns {
    These(Vec<(Vec<Sign>, Why)>),
    /// Everything but these.
    AllBut(Vec<(Vec<Sign>, Why)>),
    Unknown(Why),
}

impl Patterns {
    fn of(statement: &Statement, names: &mut Names<'_, '_>) -> Self {
        let mut written = |texts: &[Text]| -> Vec<(Vec<Sign>, Why)> {
            texts.iter().map(|text| (names.written(text), doubt(text))).collect()
        };
        match (statement.not_resource.known(), statement.resource.known()) {
            (Err(why), _) | (_, Err(why)) => Self::Unknown(why),
            (Ok(Some(left_out)), _) => Self::AllBut(written(&left_out.0)),
            (Ok(None), Ok(resources)) => Self::These(resources.map(|all| written(&all.0)).unwrap_or_default()),
        }
    }

    /// Whom of a service the statement means.
    fn find<'h>(&self, held: &'h Held<'_>, nobody: Sign) -> Vec<Spoken<'h>> {
        let spoken = |number: usize, doubt, by_wildcard| {
            Some(Spoken { of: Some(held.owned.get(number).copied()?), doubt, by_wildcard })
        };
        let patterns = match self {
            Self::Unknown(why) => return vec![Spoken { of: None, doubt: Some(why.clone()), by_wildcard: false }],
            Self::AllBut(left_out) => {
                let left_out: BTreeSet<usize> =
                    left_out.iter().flat_map(|(pattern, _)| held.meant_wholly(pattern)).collect();
                let others = (0..held.owned.len()).filter(|number| !left_out.contains(number));
                return others.filter_map(|number| spoken(number, None, true)).collect();
            }
            Self::These(patterns) => patterns,
        };
        let mut found = Vec::new();
        let (mut by_name, mut by_wildcard) = (BTreeSet::new(), BTreeSet::new());
        let mut doubtful: BTreeMap<usize, &Why> = BTreeMap::new();
        for (pattern, why) in patterns {
            let meant = held.meant(pattern, nobody);
            if meant.any {
                found.push(Spoken { of: None, doubt: Some(why.clone()), by_wildcard: false });
            }
            let certain = if meant.all { &mut by_wildcard } else { &mut by_name };
            certain.extend(meant.certain);
            doubtful.extend(meant.possible.into_iter().map(|number| (number, why)));
        }
        doubtful.retain(|number, _| !by_name.contains(number) && !by_wildcard.contains(number));
        found.extend(by_name.iter().filter_map(|number| spoken(*number, None, false)));
        found.extend(by_wildcard.difference(&by_name).filter_map(|number| spoken(*number, None, true)));
        found.extend(doubtful.iter().filter_map(|(number, why)| spoken(*number, Some((*why).clone()), false)));
        found
    }
}

/// Whom a statement speaks of.
struct Spoken<'h> {
    /// Any of the service, where none is given.
    of: Option<&'h LogicalId>,
    /// Why nobody can tell whether it does.
    doubt: Option<Why>,
    /// Whether it speaks of all, and of none by name.
    by_wildcard: bool,
}

/// Why nobody can tell whether the pattern means a resource.
fn doubt(pattern: &Text) -> Why {
    match pattern.as_str() {
        Some(written) => Why::Unresolved(format!("whether {written} means it is known only after deployment")),
        None => pattern.why_unresolved(),
    }
}

fn allows(statement: &Statement, actions: &[&str]) -> Known {
    if let Some(left_out) = statement.not_action.known()? {
        // Everything but these: an action that none of them matches is allowed.
        return any_known(actions.iter().map(|action| {
            any_known(left_out.iter().map(|pattern| matches_action(pattern, action))).map(|left_out| !left_out)
        }));
    }
    match statement.action.known()? {
        Some(allowed) => any_allowed(&allowed.0, actions),
        None => Ok(false),
    }
}

fn any_allowed(allowed: &[Text], actions: &[&str]) -> Known {
    any_known(actions.iter().flat_map(|action| allowed.iter().map(move |pattern| matches_action(pattern, action))))
}
