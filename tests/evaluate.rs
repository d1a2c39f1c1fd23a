//! From branches to verdicts: dispatch, and what is said where branches differ.

mod bench;

use std::sync::atomic::{AtomicUsize, Ordering};

use bench::{SPOKEN, branch, one, resource, thing};
use fitgate::{
    check::{Applies, Check, Verdict, Yardstick},
    evaluate::judge,
    facts::{Branch, Observed, Properties, Why},
    inventory::LogicalId,
};
use serde_json::json;

/// Assumptions of a branch, and what its one resource says there.
type Case<'a> = (&'a [(&'a str, bool)], Option<&'a str>);

fn yardstick() -> Yardstick {
    Yardstick::on(jiff::civil::date(2026, 7, 1))
}

/// What the spoken verdicts of one resource become, over branches of these assumptions.
fn merged(branches: &[Case<'_>]) -> Option<Verdict> {
    let branches: Vec<Branch> = branches
        .iter()
        .map(|(assumptions, said)| branch(assumptions, said.map(|said| vec![thing("Thing", said)]).unwrap_or_default()))
        .collect();
    let mut verdicts = judge(&SPOKEN, &branches, &yardstick());
    assert!(verdicts.len() <= 1, "{verdicts:?}");
    verdicts.pop().map(|(_, _, verdict)| verdict)
}

#[test]
fn branches_that_differ_are_inconclusive_and_name_the_condition() {
    let yes: &[(&str, bool)] = &[("IsProd", true)];
    let no: &[(&str, bool)] = &[("IsProd", false)];
    let cases = [
        (Some("pass"), Some("fail none"), "fails when IsProd is false: none; passes when IsProd is true"),
        (
            Some("unknown a parameter"),
            Some("pass"),
            "cannot be told when IsProd is true: a parameter; passes when IsProd is false",
        ),
        (
            Some("50 half of it"),
            Some("pass"),
            "holds to 50 percent when IsProd is true: half of it; passes when IsProd is false",
        ),
        (Some("fail x"), Some("unknown y"), "fails when IsProd is true: x; cannot be told when IsProd is false: y"),
        (Some("fail x"), Some("none"), "fails when IsProd is true: x; does not apply when IsProd is false"),
        (Some("fail x"), None, "fails when IsProd is true: x; is not in the stack when IsProd is false"),
        (None, Some("50 x"), "holds to 50 percent when IsProd is false: x; is not in the stack when IsProd is true"),
        (Some("unknown y"), None, "cannot be told when IsProd is true: y; is not in the stack when IsProd is false"),
        (
            Some("unknown x"),
            Some("unknown y"),
            "cannot be told when IsProd is true: x; cannot be told when IsProd is false: y",
        ),
    ];
    for (left, right, words) in cases {
        let verdict = merged(&[(yes, left), (no, right)]);
        let expected = Verdict::inconclusive(Why::Branches(words.to_owned()));
        assert_eq!(verdict, Some(expected), "{left:?} {right:?}");
    }
}

#[test]
fn branches_that_agree_give_their_verdict() {
    let yes: &[(&str, bool)] = &[("IsProd", true)];
    let no: &[(&str, bool)] = &[("IsProd", false)];
    let cases = [
        (Some("pass"), Some("pass"), Some(Verdict::Pass)),
        (Some("pass"), None, Some(Verdict::Pass)),
        (None, Some("pass"), Some(Verdict::Pass)),
        (Some("none"), Some("pass"), Some(Verdict::Pass)),
        (Some("none"), Some("none"), None),
        (Some("none"), None, None),
        (None, None, None),
        (Some("fail x"), Some("fail x"), Some(Verdict::fail("x"))),
        (
            Some("fail x"),
            Some("fail y"),
            Some(Verdict::fail("fails when IsProd is true: x; fails when IsProd is false: y")),
        ),
        (Some("60 x"), Some("60 x"), Some(Verdict::partial(60, "x"))),
        (Some("60 x"), Some("40 x"), Some(Verdict::partial(40, "x"))),
        (
            Some("60 x"),
            Some("40 y"),
            Some(Verdict::partial(
                40,
                "holds to 60 percent when IsProd is true: x; holds to 40 percent when IsProd is false: y",
            )),
        ),
        (Some("unknown x"), Some("unknown x"), Some(Verdict::inconclusive(Why::Unresolved("x".to_owned())))),
    ];
    for (left, right, expected) in cases {
        assert_eq!(merged(&[(yes, left), (no, right)]), expected, "{left:?} {right:?}");
    }
}

#[test]
fn only_conditions_that_matter_are_named() {
    let table: &[Case<'_>] = &[
        (&[("Fixed", true), ("A", true), ("B", true), ("C", true)], Some("pass")),
        (&[("Fixed", true), ("A", true), ("B", false), ("C", true)], Some("fail no key")),
        (&[("Fixed", true), ("A", false), ("B", true), ("C", true)], Some("pass")),
        (&[("Fixed", true), ("A", false), ("B", false), ("C", true)], Some("pass")),
        (&[("Fixed", true), ("A", true), ("B", true), ("C", false)], Some("pass")),
        (&[("Fixed", true), ("A", true), ("B", false), ("C", false)], Some("fail no key")),
        (&[("Fixed", true), ("A", false), ("B", true), ("C", false)], Some("pass")),
        (&[("Fixed", true), ("A", false), ("B", false), ("C", false)], Some("pass")),
    ];
    let words = "fails when A is true and B is false: no key; passes when B is true, or when A is false";
    assert_eq!(merged(table), Some(Verdict::inconclusive(Why::Branches(words.to_owned()))));
}

#[test]
fn a_hundred_outcomes_make_a_short_text() {
    let conditions: Vec<String> = (0..7).map(|bit| format!("Condition{bit}")).collect();
    let branches: Vec<Branch> = (0..128_u32)
        .map(|number| {
            let assumptions: Vec<(&str, bool)> =
                conditions.iter().enumerate().map(|(bit, name)| (name.as_str(), number & (1 << bit) != 0)).collect();
            branch(&assumptions, vec![thing("Thing", &format!("fail reason {number}"))])
        })
        .collect();
    let verdicts = judge(&SPOKEN, &branches, &yardstick());
    let Verdict::Fail(evidence) = &verdicts[0].2 else { panic!("{verdicts:?}") };
    assert!(evidence.text.len() < 1_000, "{}", evidence.text);
    assert!(evidence.text.ends_with("; and 124 more cases"), "{}", evidence.text);
}

#[test]
fn an_unreadable_resource_is_inconclusive_for_each_check_of_its_type() {
    let bucket = Check { applies: Applies::EachBucket(|_, _| Some(Verdict::Pass)), ..SPOKEN };
    let bucket: &'static Check = Box::leak(Box::new(bucket));
    let malformed = one(vec![resource("Bucket", "AWS::S3::Bucket", json!("no object"))]);
    let denied = json!({ "$unknown": { "Denied": { "action": "s3:GetBucketTagging" } } });
    let denied = one(vec![resource("Bucket", "AWS::S3::Bucket", denied)]);
    for branches in [malformed, denied] {
        let Properties::Unreadable(why) = &branches[0].facts.resources[0].properties else {
            panic!("{:?}", branches[0].facts)
        };
        let expected = Verdict::inconclusive(why.clone());
        assert_eq!(judge(bucket, &branches, &yardstick())[0].2, expected);
    }
    // A holistic judge that is silent about a resource of its types, because it could not see it.
    let silent = Check { applies: Applies::Stack(&["AWS::S3::Bucket"], |_, _| Vec::new()), ..SPOKEN };
    let silent: &'static Check = Box::leak(Box::new(silent));
    let branches = one(vec![
        resource("Read", "AWS::S3::Bucket", json!({})),
        resource("Unread", "AWS::S3::Bucket", json!({"$unknown": {"Unresolved": "a macro"}})),
    ]);
    let verdicts = judge(silent, &branches, &yardstick());
    assert_eq!(verdicts.len(), 1);
    assert_eq!(
        (verdicts[0].0.as_str(), &verdicts[0].2),
        ("Unread", &Verdict::inconclusive(Why::Unresolved("a macro".to_owned())))
    );
}

#[test]
fn resources_keep_the_order_of_the_source() {
    let branches = [
        branch(&[("A", true)], vec![thing("First", "pass"), thing("Third", "pass"), thing("Last", "pass")]),
        branch(
            &[("A", false)],
            vec![thing("Zero", "pass"), thing("First", "pass"), thing("Second", "pass"), thing("Last", "pass")],
        ),
    ];
    let verdicts = judge(&SPOKEN, &branches, &yardstick());
    let names: Vec<&str> = verdicts.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(names, ["Zero", "First", "Second", "Third", "Last"]);
}

#[test]
fn what_a_stack_judge_says_of_nobody_is_said_of_the_stack() {
    let check = Check {
        applies: Applies::Stack(&[], |_, _| vec![(LogicalId::new("Nobody"), Verdict::fail("missing"))]),
        ..SPOKEN
    };
    let verdicts = judge(Box::leak(Box::new(check)), &one(vec![]), &yardstick());
    assert_eq!(verdicts.len(), 1);
    assert_eq!(verdicts[0].1.as_str(), "AWS::CloudFormation::Stack");
}

#[test]
fn the_worse_of_two_verdicts_on_one_resource_counts() {
    let check = Check {
        applies: Applies::Stack(&[], |stack, _| {
            let id = &stack.facts.resources[0].reference.logical_id;
            vec![(id.clone(), Verdict::Pass), (id.clone(), Verdict::fail("x")), (id.clone(), Verdict::Pass)]
        }),
        ..SPOKEN
    };
    let verdicts = judge(Box::leak(Box::new(check)), &one(vec![thing("A", "pass")]), &yardstick());
    assert_eq!(verdicts.len(), 1);
    assert_eq!(verdicts[0].2, Verdict::fail("x"));
}

static CALLS: AtomicUsize = AtomicUsize::new(0);

#[test]
fn what_is_the_same_in_all_branches_is_judged_once() {
    let check = Check {
        applies: Applies::EachBucket(|_, _| {
            CALLS.fetch_add(1, Ordering::SeqCst);
            Some(Verdict::Pass)
        }),
        ..SPOKEN
    };
    let branches: Vec<Branch> = (0..64)
        .map(|number| {
            let resources =
                (0..10).map(|index| resource(&format!("Bucket{index}"), "AWS::S3::Bucket", json!({}))).collect();
            branch(&[(&format!("Condition{number}"), true)], resources)
        })
        .collect();
    let verdicts = judge(Box::leak(Box::new(check)), &branches, &yardstick());
    assert_eq!((verdicts.len(), CALLS.load(Ordering::SeqCst)), (10, 10));
    assert_eq!(Observed::<u8>::Absent, branches[0].facts.stack.region.clone().map(|_| 0));
}
