//! The trend of a stack: its values, and how it reads.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::collections::BTreeMap;

use fitgate::{
    event::{Answer, Phase},
    points::Score,
    trend::{self, Entry, Trend, Unreadable},
};
use serde_json::json;

const PRE: Phase = Phase::BeforeAllowTraffic;
const POST: Phase = Phase::AfterAllowTraffic;

/// An entry of deployment `d-<number>`, made at that hour; a fitness in tenths, none below zero.
fn entry(number: usize, phase: Phase, answer: Answer, fitness: i16) -> Entry {
    let hour = i64::try_from(number).expect("small") * 3_600;
    Entry {
        created: jiff::Timestamp::from_second(1_780_000_000 + hour).expect("a moment"),
        deployment: format!("d-{number:09}").parse().expect("an id"),
        phase,
        function: "orders-FirstFunction-1A2B3C4D5E6F".to_owned(),
        alias: "live".to_owned(),
        current_version: number.to_string(),
        target_version: (number + 1).to_string(),
        answer,
        would_halt: Some(answer == Answer::Failed),
        fitness: u16::try_from(fitness).ok().map(Score::tenths),
        pillars: BTreeMap::new(),
        counts: None,
        reasons: match answer {
            Answer::Succeeded => vec!["3 low checks fail as in the last good release: s3-tagged on A".to_owned()],
            Answer::Failed => {
                vec!["the fitness fell from 96 to 88.5, by more than the 5 that policy allows".to_owned()]
            }
        },
        trouble: None,
        written: None,
    }
}

fn good(number: usize, fitness: i16) -> [Entry; 2] {
    [entry(number, PRE, Answer::Succeeded, fitness), entry(number, POST, Answer::Succeeded, fitness)]
}

fn plain(trend: &Trend) -> String {
    anstream::adapter::strip_str(&trend::text(trend)).to_string()
}

fn example() -> Trend {
    let mut entries: Vec<Entry> = [good(1, 945), good(2, 960), good(4, 960)].concat();
    entries.push(entry(3, PRE, Answer::Failed, 885));
    entries.push(Entry {
        would_halt: None,
        reasons: Vec::new(),
        trouble: Some("cannot read the deployment d-5: codedeploy:GetDeployment was throttled".to_owned()),
        ..entry(5, PRE, Answer::Failed, -1)
    });
    Trend::of("orders", "fitgate-history", entries, 20)
}

#[test]
fn a_deployment_counts_once_by_its_last_hook_and_beside_the_one_before() {
    // deployment, phase, change in tenths
    let expected = [(1, POST, None), (2, POST, Some(15)), (3, PRE, Some(-75)), (4, POST, Some(75)), (5, PRE, None)];
    let found = example().releases;
    let found: Vec<_> = found.iter().map(|release| (release, release.change.map(|change| change.0))).collect();
    assert_eq!(found.len(), expected.len());
    for ((release, change), (number, phase, expected)) in found.into_iter().zip(expected) {
        assert_eq!(release.last.deployment.as_str(), format!("d-{number:09}"));
        assert_eq!((release.last.phase, change), (phase, expected), "{number}");
    }
}

#[test]
fn the_order_of_entries_does_not_matter_and_the_limit_keeps_the_newest() {
    let mut entries: Vec<Entry> = (1..=30).flat_map(|number| good(number, 900)).collect();
    let forward = Trend::of("orders", "t", entries.clone(), 10);
    entries.reverse();
    assert_eq!(Trend::of("orders", "t", entries, 10), forward);
    assert!(forward.more);
    assert_eq!(forward.releases.len(), 10);
    // The first one shown is compared with one that is not.
    assert_eq!(forward.releases[0].change.map(|change| change.0), Some(0));
    assert_eq!(forward.releases[0].last.deployment.as_str(), "d-000000021");
}

#[test]
fn what_was_not_measured_is_no_step_of_the_trend() {
    let entries = [good(1, 900), good(2, -1), good(3, 890)].concat();
    let changes: Vec<_> = Trend::of("s", "t", entries, 9).releases.iter().map(|release| release.change).collect();
    assert_eq!(changes.iter().map(|change| change.map(|change| change.0)).collect::<Vec<_>>(), [None, None, Some(-10)]);
}

#[test]
fn the_trend_reads_in_eighty_columns() {
    let mut trend = example();
    trend.more = true;
    trend.unreadable = vec![Unreadable { key: "x\u{1b}[31m".to_owned(), why: "it has no Format".to_owned() }];
    let expected = "\
orders: 5 deployments, earlier ones left out

  98 ┤
     ┤
  96 ┤       ●       ●
     ┤   ●
  94 ┤
     ┤
  92 ┤
     ┤
  90 ┤
     ┤           ×
  88 ┤
   ? ┤                   ?
     └────────────────────
      ● Succeeded  × Failed  ? nothing measured

created (UTC)     deployment   hook  function         fitness  change  answer
2026-05-28 21:26  d-000000001  post  FirstFunction       94.5          Succeeded
2026-05-28 22:26  d-000000002  post  FirstFunction         96    +1.5  Succeeded
2026-05-28 23:26  d-000000003  pre   FirstFunction       88.5    -7.5  Failed
    - the fitness fell from 96 to 88.5, by more than the 5 that policy allows
2026-05-29 00:26  d-000000004  post  FirstFunction         96    +7.5  Succeeded
2026-05-29 01:26  d-000000005  pre   FirstFunction          ?          Failed
    - cannot read the deployment d-5: codedeploy:GetDeployment was throttled
! an item cannot be read: x·[31m: it has no Format
";
    assert_eq!(plain(&trend), expected);
}

#[test]
fn long_trends_and_short_ones_are_drawn_as_far_as_they_fit() {
    for count in [0, 1, 2, 3, 20, 72, 73, 74, 500] {
        let entries: Vec<Entry> =
            (1..=count).flat_map(|number| good(number, i16::try_from(500 + number).expect("small"))).collect();
        let text = plain(&Trend::of("orders", "t", entries, 500));
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{count}: {} columns: {line}", line.chars().count());
        }
        // The dots, and the one of the legend.
        let dots = text.matches('●').count();
        assert_eq!(dots, if count < 2 { 0 } else { count.min(73) + 1 }, "{count}\n{text}");
        assert_eq!(text.contains(&format!("the first {} do not fit", count.saturating_sub(73))), count > 73, "{text}");
        let days = |line: &str| line.split_whitespace().filter(|word| word.starts_with("2026-")).count();
        assert_eq!(text.lines().any(|line| days(line) == 2), count >= 20, "{count}\n{text}");
    }
}

#[test]
fn in_observe_mode_it_says_what_would_have_halted() {
    let observed =
        Entry { would_halt: Some(true), reasons: vec!["1 high check fails".to_owned()], ..good(1, 900)[0].clone() };
    let text = plain(&Trend::of("orders", "t", vec![observed], 9));
    assert!(text.contains("Succeeded\n    - would have halted: 1 high check fails\n"), "{text}");
}

#[test]
fn names_keep_what_tells_them_apart() {
    let function = |name: &str| {
        let entry = Entry { function: name.to_owned(), ..good(1, 900)[0].clone() };
        let text = plain(&Trend::of("orders", "t", vec![entry], 9));
        text.lines().last().expect("a row").split_whitespace().nth(4).expect("a function").to_owned()
    };
    let cases = [
        ("orders-First-1A2B3C4D5E6F", "First"),
        ("orders-First", "First"),
        ("orders", "orders"),
        ("resize-images-live", "resize-images-…"),
        ("orders-abcdefghijklmnopqrst", "abcdefghijklmn…"),
        ("orders-\u{1b}[31mx", "·[31mx"),
    ];
    for (name, expected) in cases {
        assert_eq!(function(name), expected);
    }
}

#[test]
fn the_page_shows_every_release_and_escapes_what_it_shows() {
    let mut trend = example();
    trend.releases[2].last.reasons = vec!["<script>alert(1)</script>".to_owned()];
    let page = trend::page(&trend);
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;"), "{page}");
    for number in 1..=5 {
        assert!(page.contains(&format!("d-{number:09}")), "{number}");
    }
    let svg = trend::svg(&trend);
    assert!(svg.starts_with("<svg xmlns="), "{svg}");
    assert_eq!((svg.matches("<circle").count(), svg.matches("<path class=\"failed\"").count()), (3, 1));
    // A fall to the cross and up again, and no line to what was not measured.
    let route = svg.split("class=\"expected\" d=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a line");
    assert_eq!((route.matches('M').count(), route.matches('L').count()), (1, 3), "{route}");
}

#[test]
fn json_is_flat_and_numbers_are_numbers() {
    let mut trend = example();
    trend.unreadable.push(Unreadable { key: "x".to_owned(), why: "it has no Format".to_owned() });
    let value = serde_json::to_value(&trend).expect("JSON");
    assert_eq!(
        (&value["stack"], &value["table"], &value["more"]),
        (&json!("orders"), &json!("fitgate-history"), &json!(false))
    );
    let third = &value["releases"][2];
    assert_eq!(third["deployment"], "d-000000003");
    assert_eq!((&third["fitness"], &third["change"]), (&json!(88.5), &json!(-7.5)));
    assert_eq!((&third["phase"], &third["answer"]), (&json!("BeforeAllowTraffic"), &json!("Failed")));
    assert_eq!(value["releases"][4]["fitness"], json!(null));
    assert_eq!(value["unreadable"][0]["why"], "it has no Format");
}
