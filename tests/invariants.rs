//! The invariants of the source tree itself: who may do I/O, read the clock, print, and use whom.
//!
//! The compiler and clippy hold most of this too; these tests say it in one place, for every feature set at once.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A source file: its path from the root with `/` between the parts, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The lines that are no comments, with their numbers.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The module of the crate that the file belongs to: `facts` for `src/facts/s3.rs`.
    fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?;
        let module = inside.split_once('/').map_or_else(|| inside.trim_end_matches(".rs"), |(folder, _)| folder);
        (!["lib", "main"].contains(&module)).then_some(module)
    }

    fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path == *place || (place.ends_with('/') && self.path.starts_with(place)))
    }
}

/// Every Rust file in these folders, in the order of their paths; folders that do not exist hold none.
fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open: Vec<_> = folders.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a readable source file");
                let parts: Vec<_> = path.strip_prefix(root).expect("below the root").iter().collect();
                let parts: Vec<_> = parts.iter().map(|part| part.to_str().expect("a UTF-8 path")).collect();
                found.push(Source { path: parts.join("/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Where a word may stand, and where it stands nevertheless.
struct Rule {
    says: &'static str,
    words: &'static [&'static str],
    allowed: &'static [&'static str],
}

impl Rule {
    fn breaches(&self, sources: &[Source]) -> Vec<String> {
        let mut breaches = Vec::new();
        for source in sources.iter().filter(|source| !source.is_in(self.allowed)) {
            for (number, line) in source.code() {
                if let Some(word) = self.words.iter().find(|word| has_word(line, word)) {
                    breaches.push(format!("{}:{number} has `{word}`: {}", source.path, self.says));
                }
            }
        }
        breaches
    }
}

/// Whether `line` holds `word` from the beginning of a name on: `fs::read` has `fs::`, `diffs::read` has not.
fn has_word(line: &str, word: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| !word.starts_with(in_name) || !line[..at].ends_with(in_name))
}

const RULES: &[Rule] = &[
    Rule {
        says: "only the command line prints; everything else returns values",
        words: &["print!(", "println!(", "eprint!(", "eprintln!(", "dbg!("],
        allowed: &["src/cli/", "src/main.rs"],
    },
    Rule {
        says: "only entry points name an output: the command line, and the hooks, whose log it is",
        words: &["stdout()", "stderr()"],
        allowed: &["src/cli/", "src/main.rs", "hooks/"],
    },
    Rule {
        says: "only the shell reads the clock; `now` is an argument",
        words: &["SystemTime::now", "Instant::now", "Timestamp::now", "Zoned::now"],
        allowed: &["src/aws/", "src/cli/", "src/hook.rs", "src/hook/", "src/rehearsal/", "src/main.rs"],
    },
    Rule {
        says: "only the shell reads the environment",
        words: &["env::var", "env::args", "env::current_dir", "option_env!("],
        allowed: &["src/aws/", "src/cli/", "src/main.rs"],
    },
    Rule {
        says: "only the shell touches files, sockets and processes",
        words: &["fs::", "File::open", "net::Tcp", "net::Udp", "ToSocketAddrs", "process::"],
        allowed: &["src/aws/", "src/cli/", "src/rehearsal/", "src/main.rs", "hooks/"],
    },
    Rule {
        says: "the core starts threads in one place, which waits for them, and only as many as the shell gives",
        words: &["thread::"],
        allowed: &["src/aws/", "src/cli/", "src/rehearsal/", "src/parallel.rs", "src/main.rs", "hooks/"],
    },
    Rule {
        says: "the job brings no runtime of its own",
        words: &["tokio::"],
        allowed: &["src/aws/", "src/cli/", "src/rehearsal/", "src/main.rs", "hooks/"],
    },
    Rule {
        says: "only src/aws names an SDK",
        words: &["aws_sdk_", "aws_config", "aws_smithy", "aws_types"],
        allowed: &["src/aws/"],
    },
    Rule {
        says: "a lint is lifted with `#[expect(…, reason = …)]`, which says so once it is no longer needed",
        words: &["#[allow(", "#![allow("],
        allowed: &[],
    },
];

#[test]
fn every_word_stands_where_it_may() {
    let sources = sources(&["src", "hooks"]);
    let breaches: Vec<_> = RULES.iter().flat_map(|rule| rule.breaches(&sources)).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_sources_are_really_read() {
    let paths: Vec<_> = sources(&["src", "tests"]).into_iter().map(|source| source.path).collect();
    for path in ["src/lib.rs", "src/main.rs", "src/facts/mod.rs", "tests/invariants.rs"] {
        assert!(paths.iter().any(|found| found == path), "{path} is not among {paths:?}");
    }
}

#[test]
fn a_rule_finds_code_and_passes_over_comments_and_allowed_places() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let sources = [
        source("src/score.rs", "//! println!(\n    // eprintln!(\nfn f() {}\n"),
        source("src/cli/mod.rs", "anstream::println!(\"\")"),
        source("src/check.rs", "fn f() {}\n    eprintln!(\"x\");"),
        source("src/client.rs", "print!(\"\")"),
    ];
    let breaches = RULES[0].breaches(&sources);
    assert_eq!(breaches.len(), 2, "{breaches:?}");
    assert!(breaches[0].starts_with("src/check.rs:2 "), "{breaches:?}");
    assert!(breaches[1].starts_with("src/client.rs:1 "), "{breaches:?}");
}

/// Modules that know nothing of what runs them.
const SHELL: &[&str] = &["aws", "cli", "hook", "job", "rehearsal", "rollout", "template", "world"];

/// Whom a module must not use: what stands above it. Core modules moreover never use [`SHELL`].
const ABOVE: &[(&str, &[&str])] = &[
    ("source", &["facts", "check", "checks", "policy", "evaluate", "score", "decide", "report"]),
    ("event", &["facts", "check", "checks", "policy", "evaluate", "score", "decide", "report"]),
    ("inventory", &["facts", "check", "checks", "policy", "evaluate", "score", "decide", "report"]),
    ("facts", &["stack", "check", "checks", "policy", "evaluate", "score", "decide", "report"]),
    ("stack", &["checks", "policy", "evaluate", "score", "decide", "report"]),
    ("check", &["checks", "policy", "evaluate", "score", "decide", "report"]),
    ("checks", &["policy", "evaluate", "score", "decide", "report"]),
    ("policy", &["evaluate", "score", "decide", "report"]),
    ("evaluate", &["score", "decide", "report"]),
    ("score", &["decide", "report"]),
    ("decide", &["report"]),
    // Exemptions that templates state are read as policy reads its own.
    ("template", &["checks", "evaluate", "score", "decide", "report", "world", "job", "hook", "rehearsal", "cli"]),
    ("world", &["job", "hook", "rehearsal", "rollout", "aws", "cli"]),
    ("job", &["hook", "rehearsal", "rollout", "aws", "cli"]),
    ("hook", &["rehearsal", "rollout", "aws", "cli"]),
    ("rehearsal", &["cli"]),
    ("aws", &["cli", "rehearsal"]),
    ("rollout", &["cli", "rehearsal"]),
];

/// The modules of this crate that a source names after `crate::`, in groups as well.
fn modules_named(source: &Source) -> BTreeSet<String> {
    let code: String = source.code().flat_map(|(_, line)| [line, "\n"]).collect();
    let mut named = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            Some(group) => named.extend(heads_of(group)),
            None => named.extend(head(rest)),
        }
    }
    named
}

/// The first names of the entries of a `use` group, up to its closing brace: `a` and `d` of `a::{b, c}, d}`.
fn heads_of(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let (mut depth, mut entry) = (0_usize, String::new());
    for character in group.chars() {
        match character {
            '}' if depth == 0 => break,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.extend(head(&std::mem::take(&mut entry))),
            _ => {}
        }
        if depth == 0 && character != ',' {
            entry.push(character);
        }
    }
    heads.extend(head(&entry));
    heads
}

/// The name a path begins with.
fn head(path: &str) -> Option<String> {
    let name: String = path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// Which module names which other ones, tests in the source files included.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources(&["src"]);
    let modules: BTreeSet<_> = sources.iter().filter_map(Source::module).map(str::to_owned).collect();
    let mut uses = BTreeMap::<String, BTreeSet<String>>::new();
    for source in &sources {
        let Some(module) = source.module() else { continue };
        let named = modules_named(source).into_iter().filter(|named| named != module && modules.contains(named));
        uses.entry(module.to_owned()).or_default().extend(named);
    }
    uses
}

#[test]
fn the_names_after_crate_are_found() {
    let text = "use crate::{\n    facts::{Observed, Why},\n    check::Check,\n    need,\n};\nfn f() { crate::job::run() }\n\
                // crate::cli\nother_crate::world::f(); pub(crate) fn g() {}";
    let source = Source { path: "src/score.rs".to_owned(), text: text.to_owned() };
    assert_eq!(modules_named(&source).into_iter().collect::<Vec<_>>(), ["check", "facts", "job", "need"]);
}

#[test]
fn layers_point_downwards() {
    let mut breaches = Vec::new();
    for (module, uses) in uses() {
        let above = ABOVE.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, above)| above);
        let shell = if SHELL.contains(&module.as_str()) { &[][..] } else { SHELL };
        for used in uses.iter().filter(|used| above.contains(&used.as_str()) || shell.contains(&used.as_str())) {
            breaches.push(format!("`{module}` uses `{used}`, which stands above it"));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn no_modules_use_each_other_in_a_circle() {
    let mut left = uses();
    // Take away modules that use none of those left, until nothing is left or everything left is part of a circle.
    loop {
        let free: Vec<_> = left.iter().filter(|(_, uses)| uses.is_empty()).map(|(module, _)| module.clone()).collect();
        if free.is_empty() {
            break;
        }
        left.retain(|module, _| !free.contains(module));
        left.values_mut().for_each(|uses| uses.retain(|used| !free.contains(used)));
    }
    assert!(left.is_empty(), "these modules use each other in a circle, or use one that does: {left:#?}");
}

#[test]
fn files_are_named_for_what_they_hold() {
    let vague = ["common", "context", "helper", "helpers", "manager", "managers", "misc", "util", "utils"];
    for source in sources(&["src", "hooks", "tests", "examples", "benches"]) {
        for part in source.path.trim_end_matches(".rs").split('/') {
            assert!(!vague.contains(&part), "{}: `{part}` says nothing of what is in it", source.path);
        }
    }
}

#[test]
fn lints_are_lifted_with_a_reason() {
    for source in sources(&["src", "hooks", "tests", "examples", "benches"]) {
        let code: String = source.code().flat_map(|(_, line)| [line.trim(), " "]).collect();
        for opening in ["#[expect(", "#![expect(", "#[allow(", "#![allow("] {
            // The words in quotes are this file's own.
            for (at, _) in code.match_indices(opening).filter(|(at, _)| !code[..*at].ends_with('"')) {
                let attribute = code[at..].split(")]").next().unwrap_or_default();
                assert!(attribute.contains("reason ="), "{}: `{attribute})]` gives no reason", source.path);
            }
        }
    }
}

#[test]
fn entry_points_are_short() {
    for source in sources(&["src", "hooks"]) {
        let most = match source.path.as_str() {
            "src/main.rs" => 30,
            path if path.starts_with("hooks/") => 40,
            _ => continue,
        };
        let lines = source.text.lines().count();
        assert!(lines < most, "{} has {lines} lines: an entry point only calls, and stays below {most}", source.path);
    }
}

/// The sections of Cargo.toml with their lines, comments cut off.
fn manifest() -> BTreeMap<String, Vec<String>> {
    let mut sections = BTreeMap::<String, Vec<String>>::new();
    let mut section = String::new();
    for line in include_str!("../Cargo.toml").lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        match line.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            Some(name) => section = name.to_owned(),
            None => sections.entry(section.clone()).or_default().push(line.to_owned()),
        }
    }
    sections
}

#[test]
fn a_panic_unwinds_in_the_release_profile() {
    let manifest = manifest();
    let release = manifest.get("profile.release").expect("Cargo.toml has [profile.release]");
    assert!(
        release.contains(&r#"panic = "unwind""#.to_owned()),
        "[profile.release] says `panic = \"unwind\"`: with abort a panic could not be answered, and silence costs an hour"
    );
    for (section, lines) in &manifest {
        let aborts = lines.iter().any(|line| line.starts_with("panic") && line.contains("abort"));
        assert!(!aborts, "[{section}] sets panic to abort");
    }
}

#[test]
fn the_core_has_no_runtime_and_no_sdk_among_its_dependencies() {
    let manifest = manifest();
    let dependencies = manifest.get("dependencies").expect("Cargo.toml has [dependencies]");
    for shell in ["tokio", "clap", "aws-", "hyper", "reqwest", "lambda_runtime", "futures"] {
        for line in dependencies.iter().filter(|line| line.starts_with(shell)) {
            assert!(
                line.contains("optional = true"),
                "`{line}` is in the core: make it optional and part of a feature"
            );
        }
    }
}
