//! The data of a stack by their ARNs, to be found from a pattern without looking at each.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    names::{Names, without_place},
    pattern::{Sign, letters, may_mean, means, means_all},
    services::{self, Generated, PARAMETER, SERVICES, Service, Tail},
};
use crate::{
    facts::{Observed, Resource},
    inventory::LogicalId,
    stack::Stack,
};

/// What is held of one service.
pub(super) struct Held<'a> {
    pub(super) service: &'static Service,
    pub(super) owned: Vec<&'a LogicalId>,
    /// By ARN, as far as it is known before deployment; a resource may have several.
    by_arn: BTreeMap<Vec<Sign>, Vec<usize>>,
    /// ARNs of which a part is open, which many a pattern may turn out to mean; with references, and without. What
    /// refers to a resource by name cannot mean one of the latter.
    open: [Vec<(Vec<Sign>, usize)>; 2],
}

/// How a pattern stands to the data of a service.
#[derive(Debug, Default)]
pub(super) struct Meant {
    /// Whether all of them are meant, whatever they are called.
    pub(super) all: bool,
    /// Whether all of them may be meant, and nobody can tell.
    pub(super) any: bool,
    /// Those that are certainly meant.
    pub(super) certain: BTreeSet<usize>,
    /// Those that may be meant.
    pub(super) possible: BTreeSet<usize>,
}

/// All data of the stack by service, in the order of [`SERVICES`].
pub(super) fn holdings<'a>(stack: &Stack<'a>, names: &mut Names<'_, 'a>) -> Vec<Held<'a>> {
    let empty = |service| Held { service, owned: Vec::new(), by_arn: BTreeMap::new(), open: [Vec::new(), Vec::new()] };
    let mut held: Vec<Held<'a>> = SERVICES.iter().map(empty).collect();
    for resource in &stack.facts.resources {
        let at = services::of_type(resource.reference.r#type.as_str());
        if let Some(held) = at.and_then(|at| held.get_mut(at)) {
            held.take(resource, names);
        }
    }
    held
}

impl<'a> Held<'a> {
    fn take(&mut self, resource: &'a Resource, names: &mut Names<'_, 'a>) {
        let number = self.owned.len();
        let id = &resource.reference.logical_id;
        self.owned.push(id);
        for arn in arns(self.service, resource, names) {
            if arn.iter().any(|sign| matches!(sign, Sign::Open(_))) {
                let [with_names, without] = &mut self.open;
                let open = if has_name(&arn) { with_names } else { without };
                open.push((arn.clone(), number));
            }
            self.by_arn.entry(arn).or_default().push(number);
        }
    }

    /// Whom a pattern means.
    pub(super) fn meant(&self, pattern: &[Sign], nobody: Sign) -> Meant {
        let mut meant = Meant::default();
        let known = pattern.iter().position(|sign| matches!(sign, Sign::Letter('*' | '?') | Sign::Open(_)));
        let fixed = pattern.get(..known.unwrap_or(pattern.len())).unwrap_or_default();
        let arn = letters(self.service.arn);
        // A parameter's name may bring the slash with it.
        let stem = letters(self.service.arn.trim_end_matches('/'));
        if self.owned.is_empty() || !(fixed.starts_with(&stem) || stem.starts_with(fixed)) {
            return meant;
        }
        let stranger = [&arn[..], &[nobody]].concat();
        meant.all = self.tails().any(|tail| means(pattern, &stranger, tail));
        if meant.all {
            meant.certain.extend(0..self.owned.len());
            return meant;
        }
        meant.any = self.tails().any(|tail| may_mean(pattern, &stranger, tail));
        for (candidate, numbers) in self.candidates(fixed, known.is_some()) {
            if self.tails().any(|tail| means(pattern, candidate, tail)) {
                meant.certain.extend(numbers);
            } else if !meant.any && self.tails().any(|tail| may_mean(pattern, candidate, tail)) {
                meant.possible.extend(numbers);
            }
        }
        let [with_names, without] = &self.open;
        let without = if has_name(pattern) { &[][..] } else { without.as_slice() };
        let open = with_names.iter().chain(without).filter(|_| !meant.any);
        let may = open.filter(|(candidate, _)| self.tails().any(|tail| may_mean(pattern, candidate, tail)));
        meant.possible.extend(may.map(|(_, number)| *number));
        meant
    }

    /// Those of which the pattern means everything, for `NotResource`.
    pub(super) fn meant_wholly(&self, pattern: &[Sign]) -> BTreeSet<usize> {
        let wholly = |arn: &Vec<Sign>| self.tails().any(|tail| means_all(pattern, arn, tail));
        self.by_arn.iter().filter(|(arn, _)| wholly(arn)).flat_map(|(_, numbers)| numbers.iter().copied()).collect()
    }

    fn tails(&self) -> impl Iterator<Item = Tail> {
        self.service.tails.iter().copied()
    }

    /// The ARNs that begin as the pattern does up to its first wildcard, and those that the pattern goes beyond.
    fn candidates<'h>(
        &'h self,
        fixed: &'h [Sign],
        goes_on: bool,
    ) -> impl Iterator<Item = (&'h [Sign], impl Iterator<Item = usize>)> {
        let longer = self.by_arn.range(fixed.to_vec()..).filter(move |_| goes_on);
        let longer = longer.take_while(move |(arn, _)| arn.starts_with(fixed));
        let least = self.service.arn.len();
        let shorter = (least..=fixed.len()).filter_map(move |end| fixed.get(..end));
        let shorter = shorter.filter_map(|prefix| self.by_arn.get_key_value(prefix));
        longer.chain(shorter).map(|(arn, numbers)| (&arn[..], numbers.iter().copied()))
    }
}

fn has_name(signs: &[Sign]) -> bool {
    signs.iter().any(|sign| matches!(sign, Sign::Named(_)))
}

/// Every ARN by which a policy may mean the resource.
fn arns<'a>(service: &'static Service, resource: &'a Resource, names: &mut Names<'_, 'a>) -> BTreeSet<Vec<Sign>> {
    let id = &resource.reference.logical_id;
    let named = names.named(id.as_str());
    let mut all = BTreeSet::from([names.arn(service, &[named])]);
    let given = resource.given_name();
    if let Ok(Some(name)) = given.as_text() {
        let name = names.written(&name);
        all.insert(names.arn(service, &name));
    }
    match &resource.reference.physical_id {
        Some(physical) => {
            all.insert(from_physical(service, physical));
        }
        None if matches!(given, Observed::Absent) && service.generated == Generated::OfStack => {
            let name = [&[names.pseudo("AWS::StackName")], &letters(&format!("-{id}-"))[..], &[names.chance(id)]];
            all.insert(names.arn(service, &name.concat()));
        }
        None => {}
    }
    if service.r#type == PARAMETER {
        all = all.into_iter().flat_map(with_and_without_slash).collect();
    }
    all
}

/// An ARN, a queue's URL or a name.
fn from_physical(service: &Service, physical: &str) -> Vec<Sign> {
    if physical.starts_with("arn:") {
        return without_place(letters(physical));
    }
    let name = if physical.starts_with("https://") { physical.rsplit('/').next() } else { None };
    [letters(service.arn), letters(name.unwrap_or(physical))].concat()
}

/// A parameter's name may begin with a slash, which its ARN does not repeat.
fn with_and_without_slash(arn: Vec<Sign>) -> Vec<Vec<Sign>> {
    const SLASH: Sign = Sign::Letter('/');
    let stem = letters("arn:aws:ssm:::parameter/").len();
    match arn.get(stem) {
        Some(&SLASH) => vec![[&arn[..stem], arn.get(stem + 1..).unwrap_or_default()].concat()],
        Some(Sign::Letter(_)) | None => vec![arn],
        Some(_) => {
            let slashless = [&arn[..stem - 1], arn.get(stem..).unwrap_or_default()].concat();
            vec![arn, slashless]
        }
    }
}
