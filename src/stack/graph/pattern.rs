//! How a `Resource` pattern stands to the ARN of a resource, where parts of either are known only after deployment.
//!
//! `wildmatch` cannot be asked whether a pattern means something *below* a resource, such as the objects under
//! `bucket/uploads/*`, nor can its texts have parts of which only some are equal to anything.

use super::services::Tail;

/// One letter of an ARN, of a pattern, or what stands for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Sign {
    /// A letter; in a pattern `*` and `?` are wildcards.
    Letter(char),
    /// The name of a resource of the stack, which equals itself and no other name.
    Named(usize),
    /// A part that is known only after deployment: it equals itself, and may turn out to equal anything.
    Open(usize),
}

/// Which parts of a text may turn out to be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// Open parts equal themselves alone.
    Certain,
    /// Open parts may be anything.
    Possible,
}

const STAR: Sign = Sign::Letter('*');
const ANY: Sign = Sign::Letter('?');

/// Letters as signs.
pub(super) fn letters(text: &str) -> Vec<Sign> {
    text.chars().map(Sign::Letter).collect()
}

/// Whether the pattern certainly means the resource, or a part of it that the tail speaks of.
pub(super) fn means(pattern: &[Sign], text: &[Sign], tail: Tail) -> bool {
    Run::over(pattern, text, View::Certain).ends_with(tail)
}

/// Whether the pattern may turn out to mean it.
pub(super) fn may_mean(pattern: &[Sign], text: &[Sign], tail: Tail) -> bool {
    // What both begin with is the same, whatever it turns out to be.
    let wide = matches!(pattern.first(), Some(Sign::Open(_)));
    let same = pattern.iter().zip(text).take_while(|(one, other)| one == other && ![STAR, ANY].contains(one)).count();
    let (pattern, text) = (pattern.get(same..).unwrap_or_default(), text.get(same..).unwrap_or_default());
    if let (Some(one @ Sign::Letter(_)), Some(Sign::Letter(_))) = (pattern.first(), text.first())
        && ![STAR, ANY].contains(one)
    {
        return false; // as most are, without a search
    }
    Run { wide, ..Run::over(pattern, text, View::Possible) }.ends_with(tail)
}

/// Whether the pattern certainly means all that the tail speaks of.
pub(super) fn means_all(pattern: &[Sign], text: &[Sign], tail: Tail) -> bool {
    let mut run = Run::over(pattern, text, View::Certain);
    match tail {
        Tail::Below(before) => {
            before.chars().for_each(|letter| run.step(Sign::Letter(letter)));
            let rest_is_open =
                |at: usize| pattern.get(at..).is_some_and(|rest| rest.contains(&STAR) && only_stars(rest));
            run.alive.iter().enumerate().any(|(at, alive)| *alive && rest_is_open(at))
        }
        other => run.ends_with(other),
    }
}

fn only_stars(pattern: &[Sign]) -> bool {
    pattern.iter().all(|sign| *sign == STAR)
}

/// The places in a pattern up to which it has matched.
struct Run<'p> {
    pattern: &'p [Sign],
    view: View,
    /// Whether an open part may reach into the tail: one that is the name, or a part of it, ends before.
    wide: bool,
    /// One more than the pattern is long: the last is its end.
    alive: Vec<bool>,
}

impl<'p> Run<'p> {
    fn over(pattern: &'p [Sign], text: &[Sign], view: View) -> Self {
        let mut alive = vec![false; pattern.len() + 1];
        if let Some(first) = alive.first_mut() {
            *first = true;
        }
        let mut run = Self { pattern, view, wide: true, alive };
        run.skip_stars();
        for sign in text {
            if !run.alive.contains(&true) {
                break;
            }
            run.step(*sign);
        }
        run
    }

    fn is_star(&self, at: usize) -> bool {
        match self.pattern.get(at) {
            Some(Sign::Open(_)) => self.view == View::Possible && self.wide,
            Some(sign) => *sign == STAR,
            None => false,
        }
    }

    fn step(&mut self, sign: Sign) {
        if let (Sign::Open(_), View::Possible) = (sign, self.view) {
            return self.step_over_anything();
        }
        let mut next = vec![false; self.alive.len()];
        for at in 0..self.pattern.len() {
            if !self.alive.get(at).is_some_and(|alive| *alive) {
                continue;
            }
            let equal = self.pattern.get(at) == Some(&sign);
            let by_wildcard = self.pattern.get(at) == Some(&ANY) && matches!(sign, Sign::Letter(_));
            let goes_on = if self.is_star(at) { at } else { at + 1 };
            if (equal || by_wildcard || self.is_star(at))
                && let Some(place) = next.get_mut(goes_on)
            {
                *place = true;
            }
        }
        self.alive = next;
        self.skip_stars();
    }

    /// An open part of the text may be whatever the pattern says next, but no name of another resource.
    fn step_over_anything(&mut self) {
        let mut reached = false;
        for (at, alive) in self.alive.iter_mut().enumerate() {
            reached |= *alive;
            *alive = reached;
            reached &= !matches!(self.pattern.get(at), Some(Sign::Named(_)));
        }
    }

    fn skip_stars(&mut self) {
        for at in 0..self.pattern.len() {
            if self.alive.get(at).is_some_and(|alive| *alive)
                && self.is_star(at)
                && let Some(place) = self.alive.get_mut(at + 1)
            {
                *place = true;
            }
        }
    }

    fn ends_with(mut self, tail: Tail) -> bool {
        match tail {
            Tail::Nothing => self.alive.last().is_some_and(|end| *end),
            Tail::Below(before) => {
                before.chars().for_each(|letter| self.step(Sign::Letter(letter)));
                // Some part has a name that the rest of the pattern means; what stops right here names no part.
                let rest = self.alive.iter().rev().skip(1);
                rest.into_iter().any(|alive| *alive)
            }
            Tail::Suffix => {
                self.step(Sign::Letter('-'));
                let end = self.pattern.len();
                let mut places = self.alive.iter().enumerate().filter(|(_, alive)| **alive);
                places.any(|(at, _)| end - at == 6 || (at..end).any(|at| self.is_star(at)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wildmatch::WildMatch;

    use super::*;

    const OPEN: Sign = Sign::Open(0);
    const NAME: Sign = Sign::Named(0);

    #[test]
    fn parts_below_a_resource_are_meant_by_longer_patterns() {
        let below = Tail::Below("/");
        for (pattern, is_meant) in
            [("b/*", true), ("b/a/x*", true), ("b*", true), ("*", true), ("b", false), ("b/", false), ("c/*", false)]
        {
            assert_eq!(means(&letters(pattern), &letters("b"), below), is_meant, "{pattern}");
        }
        for (pattern, all) in [("b/*", true), ("b*", true), ("b/a/*", false), ("b", false)] {
            assert_eq!(means_all(&letters(pattern), &letters("b"), below), all, "{pattern}");
        }
    }

    #[test]
    fn what_is_open_may_be_anything_but_the_name_of_another() {
        let with = |signs: &[Sign], text: &str| [signs, &letters(text)].concat();
        assert!(may_mean(&letters("prod-a"), &with(&[OPEN], "-a"), Tail::Nothing));
        assert!(!may_mean(&letters("prod-b"), &with(&[OPEN], "-a"), Tail::Nothing));
        assert!(!may_mean(&with(&[OPEN], "-b"), &with(&[OPEN], "-a"), Tail::Nothing));
        assert!(!may_mean(&[NAME], &[OPEN], Tail::Nothing));
        assert!(may_mean(&[OPEN], &[NAME], Tail::Nothing));
        assert!(!means(&[OPEN], &[NAME], Tail::Nothing));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn letters_match_as_everywhere_else(pattern in "[ab*?]{0,8}", text in "[ab]{0,8}") {
            let is_meant = means(&letters(&pattern), &letters(&text), Tail::Nothing);
            prop_assert_eq!(is_meant, WildMatch::new(&pattern).matches(&text));
            prop_assert_eq!(is_meant, may_mean(&letters(&pattern), &letters(&text), Tail::Nothing));
        }
    }
}
