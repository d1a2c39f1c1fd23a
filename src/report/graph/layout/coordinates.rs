//! From layers and their order to places: boxes near their neighbours, and never one over another.

use super::{BELOW, BETWEEN, BOX_HEIGHT, BOX_WIDTH, Layout, MARGIN, Net, Point};

/// How often boxes are drawn towards their neighbours.
const PULLS: usize = 10;

/// Places everything.
pub(super) fn place(net: &Net) -> Layout {
    let middles = middles(net);
    let left = |one: usize| MARGIN + net.layer[one] as f64 * (BOX_WIDTH + BETWEEN);
    let boxes: Vec<Point> =
        (0..net.boxes).map(|one| Point { x: left(one), y: middles[one] - BOX_HEIGHT / 2.0 }).collect();
    let bottom = (0..net.layer.len()).map(|one| middles[one] + net.height(one) / 2.0).fold(0.0, f64::max);
    let layers = net.order.len() as f64;
    Layout {
        width: 2.0 * MARGIN + layers * BOX_WIDTH + (layers - 1.0).max(0.0) * BETWEEN,
        height: bottom + MARGIN,
        boxes,
        layers: net.layer.iter().take(net.boxes).copied().collect(),
        routes: routes(net, &middles, &left),
        backward: net.backward.clone(),
    }
}

/// The height of each one's middle.
fn middles(net: &Net) -> Vec<f64> {
    let mut middles = vec![0.0; net.layer.len()];
    for layer in &net.order {
        let mut top = 0.0;
        for one in layer {
            middles[*one] = top + net.height(*one) / 2.0;
            top += net.height(*one) + BELOW;
        }
    }
    for pull in 0..PULLS {
        let to_the_right = pull % 2 == 0;
        for step in 0..net.order.len() {
            let layer = if to_the_right { step } else { net.order.len() - 1 - step };
            let neighbours = if to_the_right { &net.before } else { &net.behind };
            draw_near(net, &net.order[layer], neighbours, &mut middles);
        }
    }
    let top = (0..net.layer.len()).map(|one| middles[one] - net.height(one) / 2.0).fold(f64::INFINITY, f64::min);
    middles.iter().map(|middle| middle - top + MARGIN).collect()
}

/// Moves a layer towards the middle of its neighbours: once pushing downwards where there is no room, once upwards.
/// Both keep the distances, so their mean does too.
fn draw_near(net: &Net, layer: &[usize], neighbours: &[Vec<usize>], middles: &mut [f64]) {
    let wanted = |one: usize| {
        let of = &neighbours[one];
        if of.is_empty() { middles[one] } else { of.iter().map(|it| middles[*it]).sum::<f64>() / of.len() as f64 }
    };
    let wanted: Vec<f64> = layer.iter().map(|one| wanted(*one)).collect();
    let apart = |one: usize, other: usize| (net.height(one) + net.height(other)) / 2.0 + BELOW;
    let mut down = wanted.clone();
    for at in 1..layer.len() {
        down[at] = down[at].max(down[at - 1] + apart(layer[at - 1], layer[at]));
    }
    let mut up = wanted;
    for at in (0..layer.len().saturating_sub(1)).rev() {
        up[at] = up[at].min(up[at + 1] - apart(layer[at], layer[at + 1]));
    }
    for ((one, down), up) in layer.iter().zip(down).zip(up) {
        middles[*one] = (down + up) / 2.0;
    }
}

/// The points of each line; at a box its lines stand apart, in the order of where they go.
fn routes(net: &Net, middles: &[f64], left: &dyn Fn(usize) -> f64) -> Vec<Vec<Point>> {
    let mut leaving: Vec<Vec<(f64, usize)>> = vec![Vec::new(); net.boxes];
    let mut arriving = leaving.clone();
    for (line, chain) in net.chains.iter().enumerate() {
        if let ([first, second, ..], [.., before, last]) = (chain.as_slice(), chain.as_slice()) {
            leaving[*first].push((middles[*second], line));
            arriving[*last].push((middles[*before], line));
        }
    }
    let (leaving, arriving) = (ports(leaving, net.chains.len()), ports(arriving, net.chains.len()));
    let route = |(line, chain): (usize, &Vec<usize>)| {
        let mut points = Vec::new();
        for (at, one) in chain.iter().enumerate() {
            let (x, y) = (left(*one), middles[*one]);
            if at > 0 {
                points.push(Point { x, y: if at + 1 == chain.len() { y + arriving[line] } else { y } });
            }
            if at + 1 < chain.len() {
                points.push(Point { x: x + BOX_WIDTH, y: if at == 0 { y + leaving[line] } else { y } });
            }
        }
        if net.backward[line] {
            points.reverse();
        }
        points
    };
    net.chains.iter().enumerate().map(route).collect()
}

/// How far from the middle of its box each line begins or ends.
fn ports(sides: Vec<Vec<(f64, usize)>>, lines: usize) -> Vec<f64> {
    let mut offsets = vec![0.0; lines];
    for mut side in sides {
        side.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let step = (BOX_HEIGHT - 12.0) / (side.len() as f64 + 1.0);
        for (place, (_, line)) in side.iter().enumerate() {
            offsets[*line] = (place as f64 + 1.0) * step - (BOX_HEIGHT - 12.0) / 2.0;
        }
    }
    offsets
}
