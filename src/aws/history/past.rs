//! The deployments of the history, and which of them the next release is compared with: values in, values out.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    item::Item,
    key::ItemKey,
    row::{self, Kept},
};
use crate::{
    baseline::Baseline,
    event::{Answer, DeploymentId, Phase},
};

/// How many deployments a sentence names; the others are counted.
const MOST_NAMED: usize = 5;

/// A deployment of the history, with its items.
#[derive(Debug)]
pub(super) struct Past {
    deployment: DeploymentId,
    /// Item and phase, the later phase first.
    items: Vec<(Phase, Item)>,
}

/// A stretch of the history, newest first: deployments, up to an item whose key cannot be read.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    past: Vec<Past>,
    unreadable: Option<String>,
}

/// What became of a deployment that CodeDeploy knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It succeeded.
    Succeeded,
    /// It succeeded in taking a release back.
    TookBack,
    /// It failed, was stopped, or is not over yet.
    Other,
}

/// What a reader should know of a search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Passed {
    /// Deployments that CodeDeploy does not know any more.
    pub(super) forgotten: Vec<DeploymentId>,
    /// Deployments that succeeded without being judged.
    pub(super) unjudged: Vec<DeploymentId>,
    /// The one that counts.
    pub(super) found: Option<DeploymentId>,
}

/// The deployments that CodeDeploy knows.
pub(super) type Standings = BTreeMap<DeploymentId, Standing>;

impl Stretch {
    /// Puts the items of each deployment together, in the order in which they come; the first ones may belong to
    /// `open`.
    pub(super) fn of(open: Option<Past>, items: Vec<Item>) -> Self {
        let mut stretch = Self { past: open.into_iter().collect(), unreadable: None };
        for item in items {
            match row::key(&item) {
                Ok(key) => stretch.add(key, item),
                Err(why) => {
                    stretch.unreadable = Some(why);
                    break;
                }
            }
        }
        stretch
    }

    fn add(&mut self, key: ItemKey, item: Item) {
        let ItemKey { deployment, phase, .. } = key;
        match self.past.last_mut() {
            Some(last) if last.deployment == deployment => {
                last.items.push((phase, item));
                last.items.sort_by_key(|(phase, _)| Reverse(*phase));
            }
            _ => self.past.push(Past { deployment, items: vec![(phase, item)] }),
        }
    }

    /// Takes the oldest deployment out, to which an item of the next page may belong.
    pub(super) fn open(&mut self) -> Option<Past> {
        if self.unreadable.is_some() { None } else { self.past.pop() }
    }

    /// The deployments of which CodeDeploy is asked: all but `own`, and those of which a hook answered `Failed`. An
    /// answer that cannot be read may have been anything.
    pub(super) fn candidates(&self, own: &DeploymentId) -> Vec<&DeploymentId> {
        let may_be_good = |past: &&Past| {
            past.deployment != *own && past.items.iter().all(|(_, item)| row::answer(item) != Some(Answer::Failed))
        };
        self.past.iter().filter(may_be_good).map(|past| &past.deployment).collect()
    }

    /// The baseline of the newest deployment among `candidates` that succeeded.
    ///
    /// # Errors
    /// What cannot be read before it.
    pub(super) fn newest_good(
        &self,
        candidates: &[&DeploymentId],
        standings: &Standings,
        passed: &mut Passed,
    ) -> Result<Option<Baseline>, String> {
        for past in self.past.iter().filter(|past| candidates.contains(&&past.deployment)) {
            let id = &past.deployment;
            match standings.get(id) {
                Some(Standing::Succeeded) => match past.kept()? {
                    Some(baseline) => {
                        passed.found = Some(id.clone());
                        return Ok(Some(baseline));
                    }
                    None => passed.unjudged.push(id.clone()),
                },
                Some(Standing::TookBack | Standing::Other) => {}
                None => passed.forgotten.push(id.clone()),
            }
        }
        self.unreadable.clone().map_or(Ok(None), Err)
    }
}

impl Passed {
    /// The same in sentences.
    pub(super) fn remarks(&self) -> Vec<String> {
        let some = |ids: &[DeploymentId], said: &str| {
            let named: Vec<&str> = ids.iter().take(MOST_NAMED).map(DeploymentId::as_str).collect();
            let more = match ids.len().saturating_sub(MOST_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            (!ids.is_empty()).then(|| format!("{said} {}{more}", named.join(", ")))
        };
        let remarks = [
            some(&self.forgotten, "counted as no success, because CodeDeploy does not know them any more: deployments"),
            some(&self.unjudged, "passed over, because they succeeded without being judged: deployments"),
            self.found.as_ref().map(|id| format!("compared with deployment {id}, the last that succeeded")),
        ];
        remarks.into_iter().flatten().collect()
    }
}

impl Past {
    /// The baseline of the later phase that judged.
    ///
    /// # Errors
    /// What is wrong with the later item; the earlier one is no substitute for it.
    fn kept(&self) -> Result<Option<Baseline>, String> {
        for (phase, item) in &self.items {
            match row::kept(item) {
                Kept::Baseline(baseline) => return Ok(Some(*baseline)),
                Kept::NotJudged => {}
                Kept::Unreadable(why) => return Err(format!("the {phase} item of {}: {why}", self.deployment)),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};

    use super::*;
    use crate::{aws::history::packed, score::Fitness};

    /// What an item of a test holds: deployment, hook, answer, and what it kept.
    type Told<'a> = (&'a str, &'a str, &'a str, &'a str);

    fn item((deployment, phase, answer, kept): Told<'_>) -> Item {
        let phase: Phase = phase.parse().unwrap();
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let mut item = Item::from([
            ("Format".to_owned(), AttributeValue::N("1".to_owned())),
            ("Answer".to_owned(), text(answer)),
            ("Deployment".to_owned(), text(&format!("2026-06-01T12:00:00.000Z#{deployment}#{}", phase.name()))),
        ]);
        match kept {
            "nothing" => {}
            "trouble" => drop(item.insert("Trouble".to_owned(), text("throttled"))),
            "left out" => drop(item.insert("BaselineLeftOut".to_owned(), text("it does not fit"))),
            "damage" => drop(item.insert("Baseline".to_owned(), AttributeValue::B(Blob::new("x")))),
            "other format" => drop(item.insert("Format".to_owned(), AttributeValue::N("2".to_owned()))),
            "other version" | "no document" => {
                let document =
                    if kept == "no document" { serde_json::json!([]) } else { serde_json::json!({"version": 9}) };
                let packed = packed::pack(&document, 1_000).unwrap();
                item.insert("Baseline".to_owned(), AttributeValue::B(Blob::new(packed)));
            }
            "no key" => drop(item.insert("Deployment".to_owned(), text("x"))),
            // What is kept is told apart by the one check that was asked.
            name => {
                let packed = packed::pack(&baseline(name), 1_000).unwrap();
                item.insert("Baseline".to_owned(), AttributeValue::B(Blob::new(packed)));
            }
        }
        item
    }

    fn baseline(name: &str) -> Baseline {
        let fitness = Fitness {
            total: None,
            points: Default::default(),
            pillars: BTreeMap::new(),
            pillar_points: BTreeMap::new(),
        };
        Baseline { version: 1, fitness, checks: BTreeMap::from([(name.to_owned(), 1)]), findings: Vec::new() }
    }

    /// The name of the baseline that is found, `none`, or what is wrong.
    fn found(told: &[Told<'_>]) -> (String, Vec<String>) {
        let standings = Standings::from(
            [
                ("d-GOOD", Standing::Succeeded),
                ("d-OLDER", Standing::Succeeded),
                ("d-BACK", Standing::TookBack),
                ("d-BAD", Standing::Other),
                ("d-OWN", Standing::Succeeded),
            ]
            .map(|(id, standing)| (id.parse().unwrap(), standing)),
        );
        let stretch = Stretch::of(None, told.iter().copied().map(item).collect());
        let own = "d-OWN".parse().unwrap();
        let mut passed = Passed::default();
        let found = match stretch.newest_good(&stretch.candidates(&own), &standings, &mut passed) {
            Ok(Some(baseline)) => baseline.checks.into_keys().next().unwrap(),
            Ok(None) => "none".to_owned(),
            Err(why) => why,
        };
        (found, passed.remarks())
    }

    const PRE: &str = "pre-traffic";
    const POST: &str = "post-traffic";
    const YES: &str = "Succeeded";
    const NO: &str = "Failed";

    #[test]
    fn the_newest_that_succeeded_counts_by_its_later_phase() {
        let cases: &[(&[Told<'_>], &str)] = &[
            (&[], "none"),
            (&[("d-GOOD", PRE, YES, "a"), ("d-GOOD", POST, YES, "b")], "b"),
            (&[("d-GOOD", POST, YES, "b"), ("d-GOOD", PRE, YES, "a")], "b"),
            (&[("d-GOOD", PRE, YES, "a"), ("d-OLDER", POST, YES, "b")], "a"),
            (&[("d-OWN", PRE, YES, "a"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-OWN", PRE, YES, "damage"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-BAD", PRE, YES, "a"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-BAD", PRE, YES, "damage"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-BACK", POST, YES, "a"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-GONE", POST, YES, "a"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-GONE", POST, YES, "damage")], "none"),
            (&[("d-GOOD", PRE, YES, "a"), ("d-GOOD", POST, NO, "b"), ("d-OLDER", POST, YES, "c")], "c"),
            (&[("d-GOOD", PRE, NO, "damage"), ("d-OLDER", POST, YES, "c")], "c"),
            (&[("d-GOOD", POST, YES, "trouble"), ("d-GOOD", PRE, YES, "a"), ("d-OLDER", POST, YES, "b")], "a"),
            (&[("d-GOOD", POST, YES, "trouble"), ("d-OLDER", POST, YES, "b")], "b"),
            (&[("d-GOOD", POST, YES, "a"), ("d-OLDER", POST, YES, "no key")], "a"),
        ];
        for (told, expected) in cases {
            assert_eq!(found(told).0, *expected, "{told:?}");
        }
    }

    /// An older item might excuse more than the one that cannot be read.
    #[test]
    fn what_cannot_be_read_is_unknown_and_not_passed_over() {
        let older: Told<'_> = ("d-OLDER", POST, YES, "b");
        let cases = [
            ("damage", "the post-traffic item of d-GOOD: its baseline: it is no gzip data"),
            ("nothing", "the post-traffic item of d-GOOD: it has neither Baseline nor Trouble"),
            ("left out", "the post-traffic item of d-GOOD: its baseline was left out: it does not fit"),
            ("other format", "the post-traffic item of d-GOOD: it has format 2"),
            ("other version", "version 9"),
            ("no document", "this is no baseline document"),
            ("no key", "\"x\" is no key of the history"),
        ];
        for (kept, expected) in cases {
            for answer in [YES, "Perhaps"] {
                let told = [("d-GOOD", POST, answer, kept), ("d-GOOD", PRE, YES, "a"), older];
                let (found, _) = found(&told);
                assert!(found.contains(expected), "{kept}: {found}");
            }
        }
        // The answer of another format is not believed either.
        let (found, _) = found(&[("d-GOOD", POST, NO, "other format"), older]);
        assert!(found.contains("it has format 2"), "{found}");
    }

    #[test]
    fn a_reader_hears_with_what_it_is_compared_and_what_was_passed_over() {
        let told = [("d-GONE", POST, YES, "a"), ("d-GOOD", POST, YES, "trouble"), ("d-OLDER", POST, YES, "b")];
        let expected = [
            "counted as no success, because CodeDeploy does not know them any more: deployments d-GONE",
            "passed over, because they succeeded without being judged: deployments d-GOOD",
            "compared with deployment d-OLDER, the last that succeeded",
        ];
        assert_eq!(found(&told).1, expected);
        let many: Vec<String> = (1..=9).map(|number| format!("d-GONE{number}")).collect();
        let told: Vec<Told<'_>> = many.iter().map(|id| (id.as_str(), POST, YES, "a")).collect();
        let named = "deployments d-GONE1, d-GONE2, d-GONE3, d-GONE4, d-GONE5 and 4 more";
        assert!(found(&told).1[0].ends_with(named), "{:?}", found(&told).1);
        assert!(found(&[]).1.is_empty());
    }

    #[test]
    fn a_deployment_may_go_on_on_the_next_page() {
        let mut first = Stretch::of(None, vec![item(("d-OWN", PRE, YES, "a")), item(("d-GOOD", PRE, YES, "b"))]);
        let open = first.open();
        assert_eq!(open.as_ref().map(|past| past.deployment.as_str()), Some("d-GOOD"));
        let second = Stretch::of(open, vec![item(("d-GOOD", POST, NO, "c")), item(("d-OLDER", PRE, YES, "d"))]);
        let own = "d-OWN".parse().unwrap();
        assert_eq!(second.candidates(&own).iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["d-OLDER"]);
    }
}
