//! The formula of the fitness, and its laws.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

mod bench;

use bench::{evaluated, four, thing};
use fitgate::{
    baseline::{Baseline, compare},
    check::Pillar,
    evaluate::Evaluation,
    facts::RawResource,
    policy::Policy,
    score::{Points, Score, losses, score},
};
use proptest::prelude::*;

/// The words for the four checks of one resource.
type Said = [String; 4];

fn of(resources: &[[&str; 4]], policy: &Policy) -> Evaluation {
    let resource = |(index, say): (usize, &[&str; 4])| four(&format!("R{index}"), *say);
    evaluated(resources.iter().enumerate().map(resource).collect(), policy)
}

fn total(resources: &[[&str; 4]]) -> Option<u16> {
    let policy = Policy::default();
    score(&of(resources, &policy), &policy).total.map(Score::as_tenths)
}

#[test]
fn the_formula() {
    // Weights 10, 5, 2, 1.
    let cases: &[(&[[&str; 4]], Option<u16>)] = &[
        (&[], None),
        (&[["none"; 4]], None),
        (&[["pass"; 4]], Some(1_000)),
        (&[["fail"; 4]], Some(0)),
        (&[["unknown"; 4]], Some(0)),
        (&[["99 x"; 4]], Some(990)),
        (&[["fail", "pass", "pass", "pass"]], Some(444)),
        (&[["pass", "pass", "pass", "fail"]], Some(944)),
        (&[["50 x", "pass", "pass", "pass"]], Some(722)),
        (&[["pass", "unknown", "none", "none"]], Some(666)),
        (&[["pass", "none", "none", "none"], ["none", "none", "none", "fail"]], Some(909)),
    ];
    for (resources, expected) in cases {
        assert_eq!(total(resources), *expected, "{resources:?}");
    }
}

#[test]
fn almost_everything_is_not_a_hundred() {
    let mut resources = vec![["pass"; 4]; 999];
    resources.push(["pass", "pass", "pass", "99 almost"]);
    assert_eq!(total(&resources), Some(999));
    resources.pop();
    assert_eq!(total(&resources), Some(1_000));
}

#[test]
fn pillars_are_counted_apart_and_left_out_where_nothing_was_measured() {
    let policy = Policy::default();
    let fitness = score(&of(&[["fail", "none", "pass", "pass"]], &policy), &policy);
    let pillars: Vec<_> = fitness.pillars.iter().map(|(pillar, score)| (*pillar, score.as_tenths())).collect();
    assert_eq!(pillars, [(Pillar::Security, 90), (Pillar::Cost, 1_000)]);
    let json = serde_json::to_value(&fitness).expect("JSON");
    let expected = serde_json::json!({
        "total": 23,
        "points": { "earned": 3, "possible": 13, "unknown": 0 },
        "pillars": { "security": 9, "cost": 100 },
        "pillar_points": {
            "security": { "earned": 1, "possible": 11, "unknown": 0 },
            "cost": { "earned": 2, "possible": 2, "unknown": 0 },
        },
    });
    assert_eq!(json, expected);
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let cases = [(0, "0"), (1, "0.1"), (725, "72.5"), (990, "99"), (1_000, "100")];
    for (tenths, text) in cases {
        let score = Score::tenths(tenths);
        assert_eq!((score.to_string().as_str(), serde_json::to_string(&score).expect("JSON").as_str()), (text, text));
        assert_eq!(Score::parse(text), Some(score));
        assert_eq!(serde_json::from_str::<Score>(text).expect("JSON"), score);
    }
    for wrong in ["", ".", "-1", "100.1", "101", "72.55", "1e2", "+5", "٣", "5.", ".5", "1000000000000"] {
        assert_eq!(Score::parse(wrong), None, "{wrong}");
    }
    for (points, text) in [((10, 100), "10"), ((5, 50), "2.5"), ((1, 25), "0.25"), ((0, 100), "0")] {
        assert_eq!(Points::of(points.0, points.1).to_string(), text);
    }
}

#[test]
fn a_check_may_weigh_more_or_nothing() {
    let document = "version: 1\nweights: {critical: 0, high: 0, medium: 0, low: 0}";
    let policy = Policy::parse("p", document.as_bytes()).expect("valid");
    let evaluation = of(&[["pass"; 4]], &policy);
    assert_eq!(score(&evaluation, &policy).total, None, "nothing counts, so nothing was measured");
}

#[test]
fn a_release_compared_with_itself_has_not_changed() {
    let policy = Policy::default();
    let evaluation = of(&[["fail", "60 x", "unknown", "pass"], ["pass"; 4]], &policy);
    let fitness = score(&evaluation, &policy);
    let baseline = Baseline::of(&evaluation, &fitness);
    let comparison = compare(&evaluation, &baseline, &policy).expect("something in common");
    assert_eq!((Some(comparison.was), comparison.is), (fitness.total, comparison.was));
    assert!(!comparison.partly);
}

#[test]
fn a_larger_catalogue_is_no_worse_release() {
    let policy = Policy::default();
    let resources = || vec![four("R", ["fail", "pass", "pass", "pass"])];
    let today = bench::TODAY;
    let before = fitgate::evaluate::ask([&bench::HIGH, &bench::LOW], &bench::one(resources()), &policy, today);
    let baseline = Baseline::of(&before, &score(&before, &policy));
    let comparison = compare(&evaluated(resources(), &policy), &baseline, &policy).expect("something in common");
    assert_eq!((comparison.was, comparison.is), (Score::FULL, Score::FULL));
    assert!(comparison.partly);
    // Nothing in common: nothing to compare.
    let other = fitgate::evaluate::ask([&bench::SPOKEN], &bench::one(vec![thing("R", "fail")]), &policy, today);
    let none = compare(&other, &baseline, &policy);
    // `exemption-expired` is asked of both and finds nothing.
    assert_eq!(none, None);
}

fn said() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("pass".to_owned()),
        2 => Just("fail x".to_owned()),
        1 => Just("unknown x".to_owned()),
        1 => Just("none".to_owned()),
        2 => (1..100_u8).prop_map(|share| format!("{share} x")),
    ]
}

fn stack() -> impl Strategy<Value = Vec<Said>> {
    prop::collection::vec([said(), said(), said(), said()], 0..12)
}

/// Some weights, and exemptions of some resources: one that holds and one that is past.
fn policy() -> impl Strategy<Value = Policy> {
    (0..=1_000_u16, 0..=1_000_u16, 0..4_usize, 0..4_usize).prop_map(|(one, two, exempt, expired)| {
        let (low, high) = (one.min(two), one.max(two));
        let document = format!(
            "version: 1\nweights: {{critical: {high}, high: {high}, medium: {low}, low: {low}}}\nexemptions:\n\
             - {{check: '*', resource: R{exempt}, owner: o, reason: r, expires: 2026-07-01}}\n\
             - {{check: '*', resource: R{expired}, owner: o, reason: r, expires: 2026-06-30}}\n"
        );
        Policy::parse("p", document.as_bytes()).expect("valid")
    })
}

fn resources(stack: &[Said]) -> Vec<RawResource> {
    let resource = |(index, say): (usize, &Said)| four(&format!("R{index}"), say.each_ref().map(String::as_str));
    stack.iter().enumerate().map(resource).collect()
}

fn fitness(stack: &[Said], policy: &Policy) -> fitgate::score::Fitness {
    score(&evaluated(resources(stack), policy), policy)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn fixing_a_finding_never_lowers_it(stack in stack(), policy in policy(), at in any::<prop::sample::Index>(), check in 0..4_usize) {
        prop_assume!(!stack.is_empty());
        let mut fixed = stack.clone();
        let at = at.index(stack.len());
        prop_assume!(fixed[at][check] != "none");
        fixed[at][check] = "pass".to_owned();
        prop_assert!(fitness(&fixed, &policy).total >= fitness(&stack, &policy).total);
    }

    #[test]
    fn a_fully_compliant_resource_never_lowers_it(stack in stack(), policy in policy()) {
        let mut more = stack.clone();
        more.push(["pass"; 4].map(str::to_owned));
        let (before, after) = (fitness(&stack, &policy), fitness(&more, &policy));
        prop_assert!(after.total >= before.total);
        for (pillar, score) in before.pillars {
            prop_assert!(after.pillars[&pillar] >= score);
        }
    }

    #[test]
    fn ignorance_never_raises_it(stack in stack(), policy in policy(), at in any::<prop::sample::Index>(), check in 0..4_usize) {
        prop_assume!(!stack.is_empty());
        let mut blind = stack.clone();
        let at = at.index(stack.len());
        prop_assume!(blind[at][check] != "none");
        blind[at][check] = "unknown x".to_owned();
        let (before, after) = (fitness(&stack, &policy), fitness(&blind, &policy));
        prop_assert!(after.points.earned <= before.points.earned);
        prop_assert!(after.total <= before.total);
    }

    #[test]
    fn order_does_not_matter(stack in stack(), policy in policy(), seed in any::<u64>()) {
        let mut shuffled = resources(&stack);
        let length = shuffled.len();
        for index in 0..length {
            shuffled.swap(index, usize::try_from(seed % 97).unwrap_or(0) * index % length.max(1));
        }
        prop_assert_eq!(score(&evaluated(shuffled, &policy), &policy), fitness(&stack, &policy));
    }

    #[test]
    fn it_stays_within_its_bounds_and_every_lost_point_is_explained(stack in stack(), policy in policy()) {
        let evaluation = evaluated(resources(&stack), &policy);
        let fitness = score(&evaluation, &policy);
        prop_assert!(fitness.points.earned.plus(fitness.points.unknown) <= fitness.points.possible);
        prop_assert_eq!(fitness.total == Some(Score::FULL), fitness.total.is_some() && fitness.points.earned == fitness.points.possible);
        prop_assert_eq!(fitness.total.is_none(), fitness.points.possible == Points::default());
        prop_assert!(fitness.points.best() >= fitness.total);
        let losses = losses(&evaluation, &policy);
        let lost = losses.iter().fold(Points::default(), |sum, loss| sum.plus(loss.points));
        prop_assert_eq!(fitness.points.earned.plus(lost), fitness.points.possible);
        prop_assert!(losses.windows(2).all(|pair| pair[0].points >= pair[1].points));
        let pillars = fitness.pillar_points.values().fold(Points::default(), |sum, tally| sum.plus(tally.possible));
        prop_assert_eq!(pillars, fitness.points.possible);
    }

    #[test]
    fn exempted_findings_leave_both_sides(stack in stack(), at in any::<prop::sample::Index>()) {
        prop_assume!(!stack.is_empty());
        let at = at.index(stack.len());
        let document = format!("version: 1\nexemptions: [{{check: '*', resource: R{at}, owner: o, reason: r, expires: 2026-07-01}}]");
        let exempting = Policy::parse("p", document.as_bytes()).expect("valid");
        let mut without = stack.clone();
        for said in &mut without[at] {
            if said != "pass" {
                *said = "none".to_owned();
            }
        }
        prop_assert_eq!(fitness(&stack, &exempting), fitness(&without, &Policy::default()));
    }

    #[test]
    fn a_baseline_survives_being_written_and_read(stack in stack(), policy in policy()) {
        let evaluation = evaluated(resources(&stack), &policy);
        let baseline = Baseline::of(&evaluation, &score(&evaluation, &policy));
        let written = serde_json::to_vec(&baseline).expect("JSON");
        prop_assert_eq!(Baseline::from_json(&written).expect("readable"), baseline);
    }
}

#[test]
fn a_baseline_of_another_version_or_shape_is_refused() {
    let cases: [(&[u8], &str); 4] = [
        (br#"{"version": 2, "anything": 1}"#, "the baseline document has version 2"),
        (br#"{"version": 1}"#, "this is no baseline document: missing field"),
        (b"[]", "this is no baseline document"),
        (b"", "this is no baseline document"),
    ];
    for (bytes, expected) in cases {
        let error = Baseline::from_json(bytes).expect_err("refused").to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
