//! The conditions of a template: what they ask, and in which order they can be answered.

use std::collections::BTreeMap;

use super::notes::Notes;
use super::tree::{function, same};
use crate::source::{Node, Position, read};

/// The conditions by number, in the order of the template.
#[derive(Debug, Default)]
pub(super) struct Conditions<'t> {
    names: Vec<&'t str>,
    numbers: BTreeMap<&'t str, usize>,
    asked: Vec<Expression>,
    /// Every condition after those it names.
    order: Vec<usize>,
    /// What the conditions compare, each comparison once.
    pub(super) atoms: Vec<Atom<'t>>,
}

/// A comparison, `Fn::Equals`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Atom<'t> {
    pub(super) left: &'t Node,
    pub(super) right: &'t Node,
}

/// What a condition asks.
#[derive(Debug, Clone)]
enum Expression {
    Atom(usize),
    Named(usize),
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    /// Malformed, and reported.
    Unreadable,
}

impl<'t> Conditions<'t> {
    /// Reads the section; undefined names and circles are errors.
    pub(super) fn read(section: Option<&'t Node>, notes: &mut Notes) -> Self {
        let entries = section.map(Node::entries).unwrap_or_default();
        let mut conditions = Self::default();
        for entry in entries {
            conditions.numbers.insert(&entry.key, conditions.names.len());
            conditions.names.push(&entry.key);
        }
        let mut index = AtomIndex::default();
        for entry in entries {
            let asked = conditions.expression(&entry.value, &mut index, notes);
            conditions.asked.push(asked);
        }
        conditions.put_in_order(entries.iter().map(|entry| entry.key_at), notes);
        conditions
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn name(&self, number: usize) -> &'t str {
        self.names.get(number).copied().unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// The number of a condition; an undefined one is an error.
    pub(super) fn named(&self, name: &str, at: Position, notes: &mut Notes) -> Option<usize> {
        let number = self.number(name);
        if number.is_none() {
            let few = notes.errors.are_few();
            let near = if few { read::nearest(name, self.names.iter().copied()) } else { None };
            let hint = near.map(|near| format!("did you mean {near:?}?"));
            notes.errors.add(at, format_args!("the condition {name:?} is not defined"), hint);
        }
        number
    }

    /// Every condition after those it names.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Answers one condition from the answers to comparisons and to the conditions before it.
    pub(super) fn answer(
        &self,
        number: usize,
        atom: &mut dyn FnMut(usize) -> Option<bool>,
        named: &[Option<bool>],
    ) -> Option<bool> {
        self.asked.get(number).and_then(|asked| asked.answer(atom, named))
    }

    /// Calls `on_atom` and `on_name` for whatever a condition asks directly.
    pub(super) fn visit(&self, number: usize, on_atom: &mut dyn FnMut(usize), on_name: &mut dyn FnMut(usize)) {
        if let Some(asked) = self.asked.get(number) {
            asked.visit(on_atom, on_name);
        }
    }

    fn expression(&mut self, node: &'t Node, index: &mut AtomIndex, notes: &mut Notes) -> Expression {
        if let [only] = node.entries()
            && only.key == "Condition"
            && let Some(name) = only.value.as_str()
        {
            return self.named(name, only.value.at, notes).map_or(Expression::Unreadable, Expression::Named);
        }
        let items = function(node).map(|entry| (entry.key.as_str(), entry.value.items()));
        match items {
            Some(("Fn::Equals", [left, right])) => Expression::Atom(self.atom(Atom { left, right }, index)),
            Some(("Fn::Not", [item])) => Expression::Not(Box::new(self.expression(item, index, notes))),
            Some(("Fn::And", items)) if !items.is_empty() => Expression::All(self.expressions(items, index, notes)),
            Some(("Fn::Or", items)) if !items.is_empty() => Expression::Any(self.expressions(items, index, notes)),
            _ => {
                let hint =
                    "write Fn::Equals with two values, Fn::Not with one condition, or Fn::And, Fn::Or, Condition";
                notes.errors.add(node.at, "this is not a condition", Some(hint.to_owned()));
                Expression::Unreadable
            }
        }
    }

    fn expressions(&mut self, items: &'t [Node], index: &mut AtomIndex, notes: &mut Notes) -> Vec<Expression> {
        items.iter().map(|item| self.expression(item, index, notes)).collect()
    }

    /// The number of a comparison; equal ones, the sides swapped or not, are one.
    fn atom(&mut self, atom: Atom<'t>, index: &mut AtomIndex) -> usize {
        let mut sides = [written(atom.left), written(atom.right)];
        sides.sort();
        *index.entry(sides).or_insert_with(|| {
            self.atoms.push(atom);
            self.atoms.len() - 1
        })
    }

    /// Kahn's order; what is left over goes in circles.
    fn put_in_order(&mut self, places: impl Iterator<Item = Position>, notes: &mut Notes) {
        let mut waits_for = vec![0_usize; self.len()];
        let mut waited_for_by: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for (number, waits_for) in waits_for.iter_mut().enumerate() {
            self.visit(number, &mut |_| {}, &mut |named| {
                *waits_for += 1;
                waited_for_by[named].push(number);
            });
        }
        let mut order: Vec<usize> = (0..self.len()).filter(|number| waits_for[*number] == 0).collect();
        let mut next = 0;
        while let Some(number) = order.get(next).copied() {
            next += 1;
            for dependent in &waited_for_by[number] {
                waits_for[*dependent] -= 1;
                if waits_for[*dependent] == 0 {
                    order.push(*dependent);
                }
            }
        }
        for (number, at) in places.enumerate() {
            if waits_for[number] > 0 {
                let name = self.name(number);
                let hint = Some("remove one of the conditions that name each other".to_owned());
                notes.errors.add(at, format_args!("the condition {name:?} depends on itself"), hint);
            }
        }
        self.order = order;
    }
}

type AtomIndex = BTreeMap<[String; 2], usize>;

/// A tree as text, the same for trees that say the same.
fn written(node: &Node) -> String {
    use crate::source::Kind;
    match &node.kind {
        Kind::Sequence(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(",")),
        Kind::Mapping(entries) => {
            let entries = entries.iter().map(|entry| format!("{:?}:{}", entry.key, written(&entry.value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
        }
        _ => format!("{:?}", super::tree::scalar_text(node)),
    }
}

impl Atom<'_> {
    /// Whether both sides are the same expression, whatever its value.
    pub(super) fn is_trivial(&self) -> bool {
        same(self.left, self.right)
    }
}

impl Expression {
    /// Three-valued: `None` where the answers known do not settle it.
    fn answer(&self, atom: &mut dyn FnMut(usize) -> Option<bool>, named: &[Option<bool>]) -> Option<bool> {
        match self {
            Self::Atom(number) => atom(*number),
            Self::Named(number) => named.get(*number).copied().flatten(),
            Self::Not(inner) => inner.answer(atom, named).map(|holds| !holds),
            Self::All(items) => decided(items.iter().map(|item| item.answer(atom, named)), false),
            Self::Any(items) => decided(items.iter().map(|item| item.answer(atom, named)), true),
            Self::Unreadable => None,
        }
    }

    fn visit(&self, on_atom: &mut dyn FnMut(usize), on_name: &mut dyn FnMut(usize)) {
        match self {
            Self::Atom(number) => on_atom(*number),
            Self::Named(number) => on_name(*number),
            Self::Not(inner) => inner.visit(on_atom, on_name),
            Self::All(items) | Self::Any(items) => items.iter().for_each(|item| item.visit(on_atom, on_name)),
            Self::Unreadable => {}
        }
    }
}

/// One answer `by` decides; else one that is missing leaves it open.
fn decided(answers: impl Iterator<Item = Option<bool>>, by: bool) -> Option<bool> {
    let mut all = Some(!by);
    for answer in answers {
        match answer {
            Some(holds) if holds == by => return Some(by),
            Some(_) => {}
            None => all = None,
        }
    }
    all
}
