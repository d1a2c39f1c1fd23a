//! The generated parts of the README are what the program says today.
//!
//! `UPDATE_README=1 cargo test --test readme` writes them anew.
#![cfg(feature = "cli")]
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, its own functions too")]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use fitgate::{
    check::Default as ByDefault,
    checks,
    event::{Answer, Phase},
    points::Score,
    policy::Policy,
    rehearsal::{Script, html, record::Rehearsal, rehearse, scenario::Scenario, text},
    template::{self, Options},
    trend::{self, Entry, Trend},
};

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn rehearsal(name: &str) -> Rehearsal {
    let (_, document) = Scenario::built_in().iter().find(|(known, _)| *known == name).expect("a built-in scenario");
    let bytes = fs::read(path("template.yaml")).expect("the project's template");
    let branches = template::read("template.yaml", &bytes, &Options::default()).expect("it is valid").branches;
    let script = Script {
        before: branches.clone(),
        after: branches,
        function: None,
        scenario: Scenario::parse(name, document.as_bytes()).expect("it is valid"),
        policy: Policy::default(),
        epoch: "2026-06-01T12:00:00Z".parse().expect("a moment"),
    };
    rehearse(&script).expect("it can be rehearsed")
}

fn timeline() -> String {
    let text = text::render(&rehearsal("proceed"));
    let plain: String = anstream::adapter::strip_str(&text).to_string();
    // Heading, description and timeline; what the hooks saw follows after two empty lines.
    let end = plain.match_indices("\n\n").nth(1).map_or(plain.len(), |(at, _)| at);
    format!("```text\n{}\n```\n", plain[..end].trim_end())
}

fn table() -> String {
    let mut out = String::from("| check | what holds when it passes | severity | pillar |\n|---|---|---|---|\n");
    for check in checks::all() {
        let mut marks = Vec::new();
        if check.applies.scope() == "holistic" {
            marks.push("stack");
        }
        if check.default == ByDefault::OptIn {
            marks.push("opt-in");
        }
        let marks = if marks.is_empty() { String::new() } else { format!(" *({})*", marks.join(", ")) };
        let _ = writeln!(out, "| `{}` | {}{marks} | {} | {} |", check.id, check.title, check.severity, check.pillar);
    }
    let _ = writeln!(out, "\n*stack*: judges the stack as a whole; *opt-in*: off until policy turns it on.");
    out
}

/// The trend of a stack that does not exist, as the program shows it.
fn history() -> String {
    // id, hours since the first, fitness in tenths, what stopped it
    let told = [
        ("d-7ZMITELGP", 0, 880, None),
        ("d-4KX0W2HQE", 26, 885, None),
        ("d-VB61ZTRNE", 49, 910, None),
        ("d-R8YH4JKNE", 74, 842, Some("the fitness fell from 91 to 84.2, by more than the 5 that policy allows")),
        ("d-0QW3M9XKE", 75, 912, None),
        ("d-C5N7DPUGE", 170, 935, None),
        (
            "d-ZT2F8LSBE",
            195,
            935,
            Some(
                "1 high check fails that did not fail in the last good release: \
            lambda-permission-source-scoped on SecondFunctionPermission",
            ),
        ),
        ("d-9AJ6EVYCE", 197, 958, None),
    ];
    let first: jiff::Timestamp = "2026-06-01T09:12:00Z".parse().expect("a moment");
    let entry = |(id, hours, fitness, stopped): (&str, i64, u16, Option<&str>)| Entry {
        created: first + jiff::SignedDuration::from_hours(hours),
        deployment: id.parse().expect("an id"),
        phase: if stopped.is_some() { Phase::BeforeAllowTraffic } else { Phase::AfterAllowTraffic },
        function: if hours % 2 == 0 { "orders-FirstFunction" } else { "orders-SecondFunction" }.to_owned(),
        alias: "live".to_owned(),
        current_version: "1".to_owned(),
        target_version: "2".to_owned(),
        answer: if stopped.is_some() { Answer::Failed } else { Answer::Succeeded },
        would_halt: Some(stopped.is_some()),
        fitness: Some(Score::tenths(fitness)),
        pillars: BTreeMap::new(),
        counts: None,
        reasons: stopped.into_iter().map(str::to_owned).collect(),
        trouble: None,
        written: None,
    };
    let trend = Trend::of("orders", "fitgate-History", told.map(entry).to_vec(), 20);
    let plain = anstream::adapter::strip_str(&trend::text(&trend)).to_string();
    format!("```text\n{}\n```\n", plain.trim_end())
}

/// The text between the markers of `name`, replaced.
fn with_section(readme: &str, name: &str, content: &str) -> String {
    let (begin, end) = (format!("<!-- {name}:begin -->\n"), format!("<!-- {name}:end -->"));
    let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("the README has no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the README has no {end}"));
    format!("{before}{begin}{content}{end}{after}")
}

fn agree(name: &str, expected: &str) {
    let found = fs::read_to_string(path(name)).unwrap_or_default();
    if found == expected {
        return;
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(path(name), expected).expect("it can be written");
        return;
    }
    let line = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    panic!("{name} is out of date at {line:?}; write it anew with UPDATE_README=1 cargo test --test readme");
}

#[test]
fn the_generated_parts_are_up_to_date() {
    let readme = fs::read_to_string(path("README.md")).expect("the README");
    let readme = with_section(&readme, "timeline", &timeline());
    let readme = with_section(&readme, "checks", &table());
    let readme = with_section(&readme, "history", &history());
    agree("README.md", &readme);
}

#[test]
fn the_pictures_are_up_to_date() {
    agree("examples/alarm.svg", &format!("{}\n", html::svg(&rehearsal("alarm"))));
}

/// Cargo refuses to choose among the program and the hooks by itself.
#[test]
fn cargo_run_means_the_terminal_program() {
    let readme = fs::read_to_string(path("README.md")).expect("the README");
    assert!(readme.contains("\ncargo run --release --locked -- rehearse\n"), "the README runs the main job otherwise");
    let manifest = fs::read_to_string(path("Cargo.toml")).expect("the manifest");
    assert!(manifest.contains("\ndefault-run = \"fitgate\""), "`cargo run` does not know which program is meant");
}
