//! Parts of one task on several threads, where a caller has threads to give.
//!
//! Only the terminal program has: a hook runs on the one thread that its guard watches, and less than one processor.

use std::{
    num::NonZeroUsize,
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

/// For fewer resources a thread costs more than it takes over.
const WORTH_A_THREAD: usize = 64;

/// How many threads may work on one task; one where nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads(NonZeroUsize);

impl Default for Threads {
    fn default() -> Self {
        Self(NonZeroUsize::MIN)
    }
}

impl From<NonZeroUsize> for Threads {
    fn from(number: NonZeroUsize) -> Self {
        Self(number)
    }
}

impl Threads {
    /// The same, or one where a stack of so many resources is not worth a second.
    #[must_use]
    pub(crate) fn for_resources(self, number: usize) -> Self {
        if number < WORTH_A_THREAD { Self::default() } else { self }
    }

    /// The results of the parts, in the order of the parts. A part that panics does so here.
    pub(crate) fn map<T: Send, R: Send>(self, parts: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        let others = self.0.get().min(parts.len()).saturating_sub(1);
        if others == 0 {
            return parts.into_iter().map(work).collect();
        }
        let queue = Mutex::new(parts.into_iter().enumerate());
        // Not held while a part is worked on.
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let take = || {
            let mut done = Vec::new();
            while let Some((place, part)) = next() {
                done.push((place, work(part)));
            }
            done
        };
        let mut done = thread::scope(|scope| {
            let others: Vec<_> = (0..others).map(|_| scope.spawn(take)).collect();
            let mut done = take();
            for other in others {
                done.extend(other.join().unwrap_or_else(|panic| panic::resume_unwind(panic)));
            }
            done
        });
        done.sort_unstable_by_key(|(place, _)| *place);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(number: usize) -> Threads {
        NonZeroUsize::new(number).map(Threads::from).unwrap_or_default()
    }

    #[test]
    fn results_stand_in_the_order_of_the_parts() {
        for number in [1, 2, 3, 16] {
            for parts in [0, 1, 2, 100] {
                let twice: Vec<usize> = (0..parts).map(|part| part * 2).collect();
                assert_eq!(threads(number).map((0..parts).collect(), |part| part * 2), twice, "{number} {parts}");
            }
        }
    }

    #[test]
    fn a_panic_of_a_part_is_one_of_the_whole() {
        for bad in 0..3 {
            let caught = panic::catch_unwind(|| {
                threads(2).map(vec![0, 1, 2], |part| assert_ne!(part, bad, "the bad one"));
            });
            let said = caught.expect_err("a panic").downcast::<String>().expect("its text");
            assert!(said.contains("the bad one"), "{said}");
        }
    }

    #[test]
    fn few_resources_are_worth_no_thread() {
        assert_eq!(threads(4).for_resources(WORTH_A_THREAD - 1), Threads::default());
        assert_eq!(threads(4).for_resources(WORTH_A_THREAD), threads(4));
    }
}
