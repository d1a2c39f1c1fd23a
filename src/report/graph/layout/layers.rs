//! Which layer a box is in, and the lanes of the lines that pass layers.

use super::Net;

/// Boxes and lanes in their layers, in the order of the boxes.
pub(super) fn net(boxes: usize, lines: &[(usize, usize)]) -> Net {
    let exists = |(from, to): &(usize, usize)| *from < boxes && *to < boxes && from != to;
    let mut behind = vec![Vec::new(); boxes];
    for (number, line) in lines.iter().enumerate().filter(|(_, line)| exists(line)) {
        if let Some(ends) = behind.get_mut(line.0) {
            ends.push((line.1, number));
        }
    }
    let backward = closing_circles(&behind, lines.len());
    let turned: Vec<(usize, usize)> =
        lines.iter().zip(&backward).map(|(&(from, to), back)| if *back { (to, from) } else { (from, to) }).collect();
    let layer = layers(boxes, &turned, &exists);
    let mut net = Net { boxes, layer, backward, ..Net::default() };
    for line in &turned {
        let chain = if exists(line) { net.chain(*line) } else { Vec::new() };
        net.chains.push(chain);
    }
    net.connect();
    net
}

/// The lines that lead back to a box which the search is still behind.
fn closing_circles(behind: &[Vec<(usize, usize)>], lines: usize) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut state = vec![State::New; behind.len()];
    let mut backward = vec![false; lines];
    // Those that nobody leads to go first: what comes back to them is what is turned round.
    let mut is_end = vec![false; behind.len()];
    for (to, _) in behind.iter().flatten() {
        if let Some(end) = is_end.get_mut(*to) {
            *end = true;
        }
    }
    let mut starts: Vec<usize> = (0..behind.len()).collect();
    starts.sort_by_key(|start| is_end.get(*start).copied());
    for start in starts {
        // No recursion: a chain may be as long as the stack has resources.
        let mut path = vec![(start, 0_usize)];
        while let Some((at, next)) = path.pop() {
            let Some(mark) = state.get_mut(at) else { continue };
            if *mark == State::Done || (*mark == State::Open && next == 0) {
                continue;
            }
            *mark = State::Open;
            let Some(&(to, line)) = behind.get(at).and_then(|ends| ends.get(next)) else {
                *mark = State::Done;
                continue;
            };
            path.push((at, next + 1));
            match state.get(to) {
                Some(State::New) => path.push((to, 0)),
                Some(State::Open) => backward[line] = true,
                Some(State::Done) | None => {}
            }
        }
    }
    backward
}

/// One more than the furthest predecessor's; what nobody leads to stands right before what it leads to.
fn layers(boxes: usize, lines: &[(usize, usize)], exists: &dyn Fn(&(usize, usize)) -> bool) -> Vec<usize> {
    let lines: Vec<(usize, usize)> = lines.iter().copied().filter(|line| exists(line)).collect();
    let mut behind = vec![Vec::new(); boxes];
    let mut open = vec![0_usize; boxes];
    for (from, to) in &lines {
        behind[*from].push(*to);
        open[*to] += 1;
    }
    let is_source: Vec<bool> = open.iter().map(|count| *count == 0).collect();
    let mut layer = vec![0_usize; boxes];
    let mut ready: Vec<usize> = (0..boxes).filter(|one| is_source[*one]).collect();
    while let Some(one) = ready.pop() {
        for to in &behind[one] {
            layer[*to] = layer[*to].max(layer[one] + 1);
            open[*to] -= 1;
            if open[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    for one in (0..boxes).filter(|one| is_source[*one]) {
        if let Some(nearest) = behind[one].iter().map(|to| layer[*to]).min() {
            layer[one] = nearest.saturating_sub(1);
        }
    }
    layer
}

impl Net {
    /// The ends of a line with a lane in each layer between them.
    fn chain(&mut self, (from, to): (usize, usize)) -> Vec<usize> {
        let (first, last) = (self.layer[from], self.layer[to]);
        let mut chain = vec![from];
        for layer in first + 1..last {
            chain.push(self.layer.len());
            self.layer.push(layer);
        }
        chain.push(to);
        chain
    }

    fn connect(&mut self) {
        self.before = vec![Vec::new(); self.layer.len()];
        self.behind = vec![Vec::new(); self.layer.len()];
        for pair in self.chains.iter().flat_map(|chain| chain.windows(2)) {
            if let [left, right] = pair {
                self.behind[*left].push(*right);
                self.before[*right].push(*left);
            }
        }
        let layers = self.layer.iter().max().map_or(0, |last| last + 1);
        self.order = vec![Vec::new(); layers];
        for (one, layer) in self.layer.iter().enumerate() {
            self.order[*layer].push(one);
        }
    }
}
