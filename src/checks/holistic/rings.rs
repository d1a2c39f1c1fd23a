//! The rings of a directed graph: who leads to whom and back again.

use std::collections::BTreeMap;

use crate::inventory::LogicalId;

/// The nodes of a graph that lie on a ring, each with the number of its ring.
pub(super) struct Rings<'a> {
    numbers: BTreeMap<&'a LogicalId, usize>,
}

impl<'a> Rings<'a> {
    /// Finds them, in time linear in the edges (Kosaraju's algorithm, without recursion).
    pub(super) fn of(edges: impl Iterator<Item = (&'a LogicalId, &'a LogicalId)>) -> Self {
        let mut places: BTreeMap<&LogicalId, usize> = BTreeMap::new();
        let (mut forth, mut back): (Vec<Vec<usize>>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
        let mut itself = Vec::new();
        for (from, to) in edges {
            let [from, to] = [from, to].map(|id| {
                let next = places.len();
                let place = *places.entry(id).or_insert(next);
                if place == forth.len() {
                    forth.push(Vec::new());
                    back.push(Vec::new());
                    itself.push(false);
                }
                place
            });
            forth[from].push(to);
            back[to].push(from);
            itself[from] |= from == to;
        }
        let order = finished(&forth);
        let mut numbers = vec![usize::MAX; forth.len()];
        let mut sizes = Vec::new();
        for start in order.into_iter().rev().filter(|start| *start < back.len()) {
            if numbers[start] != usize::MAX {
                continue;
            }
            let mut size = 0;
            let mut open = vec![start];
            while let Some(node) = open.pop() {
                if numbers[node] == usize::MAX {
                    numbers[node] = sizes.len();
                    size += 1;
                    open.extend(back[node].iter().filter(|before| numbers[**before] == usize::MAX));
                }
            }
            sizes.push(size);
        }
        let on_ring = |place: usize| sizes.get(numbers[place]).is_some_and(|size| *size > 1) || itself[place];
        let numbers = places.iter().filter(|(_, place)| on_ring(**place)).map(|(id, place)| (*id, numbers[*place]));
        Self { numbers: numbers.collect() }
    }

    /// The number of the ring that a node lies on.
    pub(super) fn number(&self, id: &LogicalId) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// The nodes on rings, with the numbers.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (&'a LogicalId, usize)> {
        self.numbers.iter().map(|(id, number)| (*id, *number))
    }
}

/// The nodes in the order in which a search in depth is done with them.
fn finished(forth: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; forth.len()];
    let mut order = Vec::with_capacity(forth.len());
    for start in 0..forth.len() {
        if std::mem::replace(&mut seen[start], true) {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            match forth[*node].get(*next) {
                Some(&child) => {
                    *next += 1;
                    if !std::mem::replace(&mut seen[child], true) {
                        path.push((child, 0));
                    }
                }
                None => {
                    order.push(*node);
                    path.pop();
                }
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_rings(edges: &[(&str, &str)]) -> Vec<(String, usize)> {
        let edges: Vec<_> = edges.iter().map(|(from, to)| (LogicalId::new(*from), LogicalId::new(*to))).collect();
        let rings = Rings::of(edges.iter().map(|(from, to)| (from, to)));
        rings.nodes().map(|(id, number)| (id.to_string(), number)).collect()
    }

    #[test]
    fn a_node_between_two_rings_lies_on_none() {
        let found = on_rings(&[("a", "b"), ("b", "a"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "d")]);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b", "d", "e"]);
        assert_eq!(found[0].1, found[1].1);
        assert_ne!(found[1].1, found[2].1);
    }

    #[test]
    fn who_leads_to_itself_is_a_ring_and_a_long_chain_is_none() {
        assert_eq!(on_rings(&[("a", "a"), ("a", "b")]).len(), 1);
        let names: Vec<String> = (0..20_000).map(|number| format!("n{number}")).collect();
        let chain: Vec<(&str, &str)> = names.windows(2).map(|two| (two[0].as_str(), two[1].as_str())).collect();
        assert!(on_rings(&chain).is_empty());
    }
}
