//! What the comparisons of the conditions ask of the open parameters.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::conditions::Atom;
use super::super::parameters::PSEUDO;
use super::super::resolve::{Resolver, Scope};
use super::super::tree::{Piece, function, pieces, referenced, scalar_text, sub_parts};
use crate::facts::{Text, unknown_marker};
use crate::source::read::Errors;
use crate::source::{Kind, Node};

/// A comparison, understood as far as possible.
#[derive(Debug)]
enum Question {
    /// The same in every branch.
    Settled(bool),
    /// An open parameter and a text.
    Is { variable: usize, value: String },
    /// Something else that depends on these open parameters, and perhaps on more.
    Mixed { variables: Vec<usize> },
}

/// A parameter or pseudo parameter without value.
#[derive(Debug)]
struct Variable<'t> {
    name: &'t str,
    /// All the values it can have, where the template says so.
    allowed: Vec<String>,
    /// Values of interest besides those it is compared with: keys of mappings, literals of parameters it is compared with.
    interesting: BTreeSet<String>,
}

pub(super) struct Questions<'s, 't> {
    scope: &'s Scope<'t>,
    variables: Vec<Variable<'t>>,
    questions: Vec<Question>,
    settled: Vec<Option<bool>>,
    unknowns: Vec<Option<BTreeSet<usize>>>,
}

/// Parameters and comparisons that may be open under one condition.
const MOST_UNKNOWNS: usize = 64;

impl<'s, 't> Questions<'s, 't> {
    pub(super) fn of(scope: &'s Scope<'t>) -> Self {
        let mut reader = Reader { scope, variables: Vec::new(), numbers: BTreeMap::new() };
        let questions: Vec<Question> = scope.conditions.atoms.iter().map(|atom| reader.question(atom)).collect();
        let mut this =
            Self { scope, variables: reader.variables, questions, settled: Vec::new(), unknowns: Vec::new() };
        this.settled = this.answers(&[]);
        this.unknowns = this.all_unknowns();
        this
    }

    /// The answers that hold in every branch.
    pub(super) fn settled_answers(&self) -> &[Option<bool>] {
        &self.settled
    }

    /// The answer to every condition where these are given; what follows from neither stays open.
    pub(super) fn answers(&self, given: &[(usize, bool)]) -> Vec<Option<bool>> {
        let conditions = self.scope.conditions;
        let mut answers = vec![None; conditions.len()];
        for (number, holds) in given {
            answers[*number] = Some(*holds);
        }
        for number in conditions.order() {
            if answers[*number].is_none() {
                answers[*number] = conditions.answer(*number, &mut |atom| self.settled_atom(atom), &answers);
            }
        }
        answers
    }

    fn settled_atom(&self, atom: usize) -> Option<bool> {
        match self.questions.get(atom) {
            Some(Question::Settled(holds)) => Some(*holds),
            _ => None,
        }
    }

    /// Whatever is open under each condition: variables by number, and comparisons after them. None where
    /// it is too much. Every condition takes over from those before it, so that chains cost little.
    fn all_unknowns(&self) -> Vec<Option<BTreeSet<usize>>> {
        let conditions = self.scope.conditions;
        let mut all: Vec<Option<BTreeSet<usize>>> = vec![Some(BTreeSet::new()); conditions.len()];
        for number in conditions.order() {
            let (mut own, mut taken, mut too_much) = (BTreeSet::new(), BTreeSet::new(), false);
            conditions.visit(*number, &mut |atom| own.extend(self.unknowns_of(atom)), &mut |named| match &all[named] {
                Some(unknowns) => taken.extend(unknowns.iter().copied()),
                None => too_much = true,
            });
            own.extend(taken);
            all[*number] = (!too_much && own.len() <= MOST_UNKNOWNS).then_some(own);
        }
        all
    }

    fn unknowns_of(&self, atom: usize) -> Vec<usize> {
        match &self.questions[atom] {
            Question::Settled(_) => Vec::new(),
            Question::Is { variable, .. } => vec![*variable],
            Question::Mixed { variables } => variables.iter().copied().chain([self.variables.len() + atom]).collect(),
        }
    }

    /// Whatever is open under a condition; none where it is too much.
    pub(super) fn unknowns(&self, number: usize) -> Option<&BTreeSet<usize>> {
        self.unknowns.get(number).and_then(Option::as_ref)
    }

    /// The conditions that these name, themselves included, in order; and the comparisons of all of them.
    fn reach(&self, members: &[usize]) -> (Vec<usize>, BTreeSet<usize>) {
        let conditions = self.scope.conditions;
        let mut reached: BTreeSet<usize> = BTreeSet::new();
        let mut atoms = BTreeSet::new();
        let mut next = members.to_vec();
        while let Some(number) = next.pop() {
            // What is settled needs no look below.
            if self.settled.get(number).copied().flatten().is_some() || !reached.insert(number) {
                continue;
            }
            conditions.visit(number, &mut |atom| _ = atoms.insert(atom), &mut |named| next.push(named));
        }
        let order = conditions.order().iter().copied().filter(|number| reached.contains(number)).collect();
        (order, atoms)
    }

    /// Everything needed to answer these conditions under any assignment; none where there are too many.
    pub(super) fn trial(&self, members: &[usize], most: usize) -> Option<Trial<'_, 's, 't>> {
        let (order, atoms) = self.reach(members);
        let mut values: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        let mut mixed = Vec::new();
        for atom in &atoms {
            match &self.questions[*atom] {
                Question::Settled(_) => {}
                Question::Is { variable, value } => _ = values.entry(*variable).or_default().insert(value.clone()),
                Question::Mixed { variables } => {
                    mixed.push(*atom);
                    variables.iter().for_each(|variable| _ = values.entry(*variable).or_default());
                }
            }
        }
        let domains: Vec<(usize, Vec<Option<String>>)> =
            values.into_iter().map(|(variable, literals)| (variable, self.domain(variable, literals))).collect();
        let mut assignments = 1_usize;
        for size in domains.iter().map(|(_, values)| values.len()).chain(mixed.iter().map(|_| 2)) {
            assignments = assignments.checked_mul(size).filter(|assignments| *assignments <= most)?;
        }
        let named = RefCell::new(self.settled.clone());
        Some(Trial { questions: self, members: members.to_vec(), order, domains, mixed, assignments, atoms, named })
    }

    fn domain(&self, variable: usize, literals: BTreeSet<String>) -> Vec<Option<String>> {
        let variable = &self.variables[variable];
        if !variable.allowed.is_empty() {
            return variable.allowed.iter().cloned().map(Some).collect();
        }
        let known: BTreeSet<String> = literals.into_iter().chain(variable.interesting.iter().cloned()).collect();
        known.into_iter().map(Some).chain([None]).collect()
    }
}

/// A group of conditions, asked under one assignment after the other.
pub(super) struct Trial<'q, 's, 't> {
    questions: &'q Questions<'s, 't>,
    members: Vec<usize>,
    order: Vec<usize>,
    /// Variables with their values; `None` is any other value.
    domains: Vec<(usize, Vec<Option<String>>)>,
    /// Comparisons that may stay open and are then answered both ways.
    mixed: Vec<usize>,
    assignments: usize,
    atoms: BTreeSet<usize>,
    named: RefCell<Vec<Option<bool>>>,
}

impl Trial<'_, '_, '_> {
    pub(super) fn assignments(&self) -> usize {
        self.assignments
    }

    /// How much one assignment costs.
    pub(super) fn atoms(&self) -> usize {
        self.atoms.len() + self.order.len()
    }

    /// The members' answers under the assignment of this number.
    pub(super) fn answers(&self, assignment: usize) -> Option<Vec<bool>> {
        let mut rest = assignment;
        let mut digit = |base: usize| {
            let digit = rest % base;
            rest /= base;
            digit
        };
        let values: BTreeMap<usize, &Option<String>> =
            self.domains.iter().map(|(variable, values)| (*variable, &values[digit(values.len())])).collect();
        let guesses: BTreeMap<usize, bool> = self.mixed.iter().map(|atom| (*atom, digit(2) == 0)).collect();
        let mut named = self.named.borrow_mut();
        for number in &self.order {
            let mut atom = |atom: usize| self.atom(atom, &values, &guesses);
            named[*number] = self.questions.scope.conditions.answer(*number, &mut atom, &named);
        }
        self.members.iter().map(|number| named[*number]).collect()
    }

    fn atom(
        &self,
        atom: usize,
        values: &BTreeMap<usize, &Option<String>>,
        guesses: &BTreeMap<usize, bool>,
    ) -> Option<bool> {
        match self.questions.questions.get(atom)? {
            Question::Settled(holds) => Some(*holds),
            Question::Is { variable, value } => Some(values.get(variable)?.as_ref() == Some(value)),
            Question::Mixed { variables } => {
                let name = |variable: &usize| self.questions.variables[*variable].name;
                let assumed: Vec<(&str, &str)> = variables
                    .iter()
                    .filter_map(|variable| Some((name(variable), values.get(variable)?.as_deref()?)))
                    .collect();
                let compared = compare(self.questions.scope, &self.questions.scope.conditions.atoms[atom], &assumed);
                compared.or_else(|| guesses.get(&atom).copied())
            }
        }
    }
}

/// Whether both sides are equal, where the assumptions settle it. CloudFormation compares texts, by letter and case.
fn compare(scope: &Scope<'_>, atom: &Atom<'_>, assumed: &[(&str, &str)]) -> Option<bool> {
    let mut unheard = Errors::new("", b"");
    let mut side = |node: &Node| Resolver::new(scope, &[], &mut unheard).assuming(assumed).resolve(node);
    let (left, right) = (side(atom.left)?, side(atom.right)?);
    match (side_text(&left), side_text(&right)) {
        (Some(left), Some(right)) => match (left.as_str(), right.as_str()) {
            (Some(left), _) => right.equals(left),
            (_, Some(right)) => left.equals(right),
            (None, None) => None,
        },
        (None, None) if is_known(&left) && is_known(&right) => Some(left == right),
        _ => None,
    }
}

fn side_text(value: &Value) -> Option<Text> {
    match value {
        Value::String(text) => Some(Text::literal(text)),
        Value::Bool(flag) => Some(Text::literal(flag.to_string())),
        Value::Number(number) => Some(Text::literal(number.to_string())),
        other => Text::from_marker(other),
    }
}

fn is_known(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_known),
        Value::Object(map) => {
            unknown_marker(value).is_none() && Text::from_marker(value).is_none() && map.values().all(is_known)
        }
        _ => true,
    }
}

struct Reader<'s, 't> {
    scope: &'s Scope<'t>,
    variables: Vec<Variable<'t>>,
    numbers: BTreeMap<&'t str, usize>,
}

impl<'t> Reader<'_, 't> {
    fn question(&mut self, atom: &Atom<'t>) -> Question {
        if atom.is_trivial() {
            return Question::Settled(true);
        }
        if let Some(holds) = compare(self.scope, atom, &[]) {
            return Question::Settled(holds);
        }
        for (one, other) in [(atom.left, atom.right), (atom.right, atom.left)] {
            if let (Some(variable), Some(value)) = (self.variable_of(one), self.literal(other)) {
                let allowed = &self.variables[variable].allowed;
                return match allowed.is_empty() || allowed.contains(&value) {
                    true => Question::Is { variable, value },
                    false => Question::Settled(false),
                };
            }
        }
        let mut variables = BTreeSet::new();
        for side in [atom.left, atom.right] {
            self.collect(side, &mut variables);
        }
        let variables: Vec<usize> = variables.into_iter().collect();
        if let [one, other] = variables.as_slice() {
            self.share(*one, *other);
        }
        Question::Mixed { variables }
    }

    /// Two parameters compared with each other can be equal in what either allows.
    fn share(&mut self, one: usize, other: usize) {
        let values = [one, other].map(|variable| self.variables[variable].allowed.clone());
        for (variable, values) in [one, other].into_iter().zip(values.iter().rev()) {
            self.variables[variable].interesting.extend(values.iter().cloned());
        }
    }

    fn literal(&self, node: &Node) -> Option<String> {
        let mut unheard = Errors::new("", b"");
        let value = Resolver::new(self.scope, &[], &mut unheard).resolve(node)?;
        side_text(&value)?.as_str().map(str::to_owned)
    }

    /// The open parameter that a tree is nothing but: `!Ref X` or `!Sub ${X}`.
    fn variable_of(&mut self, node: &'t Node) -> Option<usize> {
        let name = match referenced(node) {
            Some(name) => name,
            None => {
                let call = function(node).filter(|call| call.key == "Fn::Sub")?;
                let pieces = pieces(call.value.as_str()?);
                let [Piece::Literal(""), Piece::Variable(name), Piece::Literal("")] = pieces.as_slice() else {
                    return None;
                };
                *name
            }
        };
        self.variable(name)
    }

    /// The number of an open parameter; none for one that has a value or is a list.
    fn variable(&mut self, name: &'t str) -> Option<usize> {
        if let Some(number) = self.numbers.get(name) {
            return Some(*number);
        }
        let parameters = self.scope.parameters;
        let allowed = match parameters.get(name) {
            Some(parameter) if parameter.is_list || unknown_marker(&parameter.value).is_none() => return None,
            Some(parameter) => parameter.allowed.clone(),
            None if PSEUDO.contains(&name) && parameters.pseudo(name).is_none() => Vec::new(),
            None => return None,
        };
        let number = self.variables.len();
        self.numbers.insert(name, number);
        self.variables.push(Variable { name, allowed, interesting: BTreeSet::new() });
        Some(number)
    }

    /// Every open parameter in a tree; keys of a mapping that one of them looks up are of interest.
    fn collect(&mut self, node: &'t Node, variables: &mut BTreeSet<usize>) {
        variables.extend(self.variable_of(node));
        if let Some(call) = function(node) {
            match call.key.as_str() {
                "Fn::Sub" => {
                    let (text, _) = sub_parts(&call.value).unwrap_or_default();
                    for piece in pieces(text) {
                        if let Piece::Variable(name) = piece {
                            variables.extend(self.variable(name));
                        }
                    }
                }
                "Fn::FindInMap" => self.look_up(&call.value),
                _ => {}
            }
        }
        match &node.kind {
            Kind::Sequence(items) => items.iter().for_each(|item| self.collect(item, variables)),
            Kind::Mapping(entries) => entries.iter().for_each(|entry| self.collect(&entry.value, variables)),
            _ => {}
        }
    }

    fn look_up(&mut self, argument: &'t Node) {
        let [map, first, ..] = argument.items() else { return };
        let Some(map) = scalar_text(map).and_then(|map| self.scope.mappings.get(map)) else { return };
        if map.len() <= 64
            && let Some(variable) = self.variable_of(first)
        {
            self.variables[variable].interesting.extend(map.keys().map(|key| (*key).to_owned()));
        }
    }
}
