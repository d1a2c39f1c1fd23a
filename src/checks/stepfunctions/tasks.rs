//! The tasks of a definition, at any depth: what becomes of their errors, and how long they may take.

use serde_json::Value;

use crate::{
    check::Verdict,
    facts::{Text, Why, unknown_marker},
    stack::state_machine::MOST_NESTED,
};

/// What ends a task that does not end by itself.
const BOUNDS: &[&str] = &["TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"];
/// How many tasks evidence names.
const MOST_NAMED: usize = 3;

/// What was counted.
#[derive(Default)]
pub(super) struct Tally {
    tasks: usize,
    /// Of two demands a task.
    met: usize,
    lacking: Vec<String>,
    unread: Option<(Why, String)>,
}

/// What a state has from those around it.
#[derive(Clone, Copy)]
struct Around {
    /// A failure is retried or caught further up.
    handled: bool,
    /// The execution as a whole ends in time.
    bounded: bool,
    depth: usize,
}

impl Tally {
    pub(super) fn of(definition: &Value, place: &str, express: bool) -> Self {
        let mut tally = Self::default();
        let bounded = express || definition.get("TimeoutSeconds").is_some();
        tally.machine(definition, place, Around { handled: false, bounded, depth: 0 });
        tally
    }

    /// The share of demands that are met; none of a definition without tasks.
    pub(super) fn verdict(self, place: &str) -> Option<Verdict> {
        if let Some((why, place)) = self.unread {
            return Some(Verdict::inconclusive(why).at(place));
        }
        if self.tasks == 0 {
            return None;
        }
        let named = self.lacking.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("; ");
        let text = match self.lacking.len().saturating_sub(MOST_NAMED) {
            0 => named,
            more => format!("{named}; and {more} more"),
        };
        let verdict = match self.met * 100 / (2 * self.tasks) {
            100 => Verdict::Pass,
            0 => Verdict::fail(text),
            percent => Verdict::partial(u8::try_from(percent).unwrap_or(99), text),
        };
        Some(verdict.at(format!("{place}.States")))
    }

    fn unread(&mut self, why: Why, place: &str) {
        self.unread.get_or_insert((why, place.to_owned()));
    }

    /// A definition, a branch of `Parallel` or the processor of a `Map`.
    fn machine(&mut self, machine: &Value, place: &str, around: Around) {
        if let Some(why) = open(machine) {
            return self.unread(why, place);
        }
        if around.depth > MOST_NESTED {
            return self.unread(Why::Malformed(format!("states nest deeper than {MOST_NESTED}")), place);
        }
        let place = format!("{place}.States");
        let states = machine.get("States").unwrap_or(&Value::Null);
        match (open(states), states.as_object()) {
            (Some(why), _) => self.unread(why, &place),
            (None, Some(states)) => {
                states.iter().for_each(|(name, state)| self.state(name, state, &format!("{place}.{name}"), around));
            }
            (None, None) => self.unread(Why::Malformed("a definition without States".to_owned()), &place),
        }
    }

    fn state(&mut self, name: &str, state: &Value, place: &str, around: Around) {
        let kind = state.get("Type").unwrap_or(&Value::Null);
        if let Some(why) = open(state).or_else(|| open(kind)) {
            return self.unread(why, place);
        }
        if kind == "Task" {
            return self.task(name, state, place, around);
        }
        if !["Branches", "ItemProcessor", "Iterator"].iter().any(|inner| state.get(inner).is_some()) {
            return;
        }
        let Some(handled) = self.handled(state, place) else { return };
        let around = Around { handled: around.handled || handled, depth: around.depth + 1, ..around };
        if let Some(branches) = state.get("Branches") {
            let place = format!("{place}.Branches");
            match (open(branches), branches.as_array()) {
                (Some(why), _) => self.unread(why, &place),
                (None, branches) => {
                    for (index, branch) in branches.into_iter().flatten().enumerate() {
                        self.machine(branch, &format!("{place}[{index}]"), around);
                    }
                }
            }
        }
        for inner in ["ItemProcessor", "Iterator"] {
            if let Some(processor) = state.get(inner) {
                self.machine(processor, &format!("{place}.{inner}"), around);
            }
        }
    }

    fn task(&mut self, name: &str, task: &Value, place: &str, around: Around) {
        let Some(handled) = self.handled(task, place) else { return };
        let handled = handled || around.handled;
        let bounded = around.bounded || BOUNDS.iter().any(|bound| task.get(bound).is_some());
        self.tasks += 1;
        self.met += usize::from(handled) + usize::from(bounded);
        let lacks = match (handled, bounded) {
            (true, true) => return,
            (true, false) => "no timeout",
            (false, true) => "neither Retry nor Catch",
            (false, false) => "neither Retry nor Catch, and no timeout",
        };
        self.lacking.push(format!("{name} has {lacks}"));
    }

    /// Whether a state retries or catches; none where nobody can tell, which is noted.
    fn handled(&mut self, state: &Value, place: &str) -> Option<bool> {
        let mut handled = false;
        for key in ["Retry", "Catch"] {
            let rules = state.get(key).unwrap_or(&Value::Null);
            if let Some(why) = open(rules) {
                self.unread(why, &format!("{place}.{key}"));
                return None;
            }
            handled |= rules.as_array().is_some_and(|rules| !rules.is_empty());
        }
        Some(handled)
    }
}

/// Why a value is not known yet, where it is not.
fn open(value: &Value) -> Option<Why> {
    unknown_marker(value).or_else(|| Text::from_marker(value).map(|text| text.why_unresolved()))
}
