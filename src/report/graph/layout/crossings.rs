//! The order within the layers: everything near the middle of its neighbours, as long as fewer lines cross.

use super::Net;

/// Sweeps over all layers, there and back.
const SWEEPS: usize = 12;

/// Orders the layers.
pub(super) fn reduce(net: &mut Net) {
    let mut best = (crossings(net), net.order.clone());
    for sweep in 0..SWEEPS {
        let to_the_right = sweep % 2 == 0;
        let layers = net.order.len();
        for step in 1..layers {
            let layer = if to_the_right { step } else { layers - 1 - step };
            sort(net, layer, to_the_right);
        }
        let crossed = crossings(net);
        if crossed < best.0 {
            best = (crossed, net.order.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    net.order = best.1;
}

/// The place of each in its layer.
fn places(net: &Net) -> Vec<usize> {
    let mut places = vec![0; net.layer.len()];
    for (place, one) in net.order.iter().flat_map(|layer| layer.iter().enumerate()) {
        places[*one] = place;
    }
    places
}

/// Sorts a layer by the middle of its neighbours on one side; who has none stays where it is.
fn sort(net: &mut Net, layer: usize, by_left: bool) {
    let places = places(net);
    let neighbours = if by_left { &net.before } else { &net.behind };
    let middle = |one: usize| {
        let of = &neighbours[one];
        let sum: usize = of.iter().map(|it| places[*it]).sum();
        if of.is_empty() { places[one] as f64 } else { sum as f64 / of.len() as f64 }
    };
    let mut sorted: Vec<(f64, usize)> = net.order[layer].iter().map(|one| (middle(*one), *one)).collect();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    net.order[layer] = sorted.into_iter().map(|(_, one)| one).collect();
}

/// How many pairs of lines cross, counted layer by layer as inversions in a Fenwick tree.
fn crossings(net: &Net) -> usize {
    let places = places(net);
    let mut crossed = 0;
    for layer in &net.order {
        let mut ends = Vec::new();
        for one in layer {
            let mut of: Vec<usize> = net.behind[*one].iter().map(|to| places[*to]).collect();
            of.sort_unstable();
            ends.extend(of);
        }
        let mut tree = vec![0_usize; ends.iter().max().map_or(0, |last| last + 2)];
        for (before, end) in ends.iter().enumerate() {
            let mut not_above = 0;
            let mut at = end + 1;
            while at > 0 {
                not_above += tree[at];
                at -= at & at.wrapping_neg();
            }
            crossed += before - not_above;
            let mut at = end + 1;
            while at < tree.len() {
                tree[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    crossed
}
