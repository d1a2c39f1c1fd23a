//! What `fitgate check` costs: the released program on templates of 2, 500 and 5,000 resources, in every format; and
//! beside it cfn-guard on the same rules, and Checkov with all of its own.
//!
//! `cargo bench --bench check` prints times, processor time and peak memory of whole processes, start included. Figures
//! are of the machine at hand, for people to compare; nothing is asserted.
//!
//! cfn-guard is looked for in `CFN_GUARD`, else on the `PATH` (`cargo install cfn-guard --version 3.2.1 --locked`); without
//! it its rows say so. Checkov is installed below the target folder, as for the tests beside other tools.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench measures, prints, and fails by panicking"
)]

#[path = "../../tests/templates/large.rs"]
mod large;
mod measured;
#[path = "../../tests/emulator/process.rs"]
mod process;
#[path = "../../tests/emulator/python.rs"]
mod python;

use std::{
    env,
    ffi::OsString,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use fitgate::checks::catalogue;

use self::{measured::Measured, python::Environment};

/// Two buckets: what people try first.
const TWO_BUCKETS: &str = "Resources:
  Images:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' }
      VersioningConfiguration: { Status: Enabled }
  Uploads:
    Type: AWS::S3::Bucket
";
const FORMATS: [&str; 8] = ["text", "json", "sarif", "junit", "ocsf", "markdown", "html", "github"];
/// Rules that both know, each beside a check of the catalogue.
const RULES: &str = include_str!("../../tests/own_rules/equivalents.guard");
const REQUIREMENTS: &str = include_str!("../../tests/other_tools/requirements.txt");
/// As the script does that pip installs.
const CHECKOV: &str = "import sys; from checkov.main import Checkov; sys.exit(Checkov().run())";

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-check");
    fs::create_dir_all(&folder).expect("a folder");
    let templates = [
        ("2 buckets", TWO_BUCKETS.to_owned(), 21),
        ("500", large::template(500), 11),
        ("5,000", large::template(5_000), 3),
    ]
    .map(|(name, text, rounds)| Template::write(&folder, name, &text, rounds));

    formats(&templates);
    same_rules(&templates, &folder);
    beside_checkov(&templates, &folder);
}

fn formats(templates: &[Template]) {
    println!("\nfitgate check, all checks of the shipped policy; medians of whole processes\n");
    println!("{}", heading("format"));
    for template in templates {
        for format in FORMATS {
            println!("{}", template.row(format, &template.measure(|| fitgate(template, &["--format", format]))));
        }
    }
}

fn same_rules(templates: &[Template], folder: &Path) {
    let rules = folder.join("rules.guard");
    fs::write(&rules, RULES).expect("a file");
    let policy = folder.join("own-rules-only.yaml");
    fs::write(&policy, own_rules_only()).expect("a file");
    let count = RULES.lines().filter(|line| line.starts_with("rule ")).count();
    println!("\nthe same {count} rules in Guard's language, by fitgate alone of its checks, and by cfn-guard\n");
    println!("{}", heading("program"));
    for template in templates {
        let ours = || fitgate(template, &["--rules", path(&rules), "--policy", path(&policy)]);
        println!("{}", template.row("fitgate", &template.measure(ours)));
        match cfn_guard() {
            Some(program) => {
                let theirs = template.measure_seldom(|| guard(&program, &rules, template));
                println!("{}", template.row("cfn-guard", &theirs));
            }
            None => {
                println!("{:>10} {:>10}   not on this machine: cargo install cfn-guard", template.name, "cfn-guard")
            }
        }
    }
}

fn beside_checkov(templates: &[Template], folder: &Path) {
    println!("\nCheckov, all of its own rules for CloudFormation\n");
    println!("{}", heading("program"));
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).join("other-tools").join("venv");
    fs::create_dir_all(&venv).expect("a folder");
    let environment = Environment::open(&venv, REQUIREMENTS, &env::var_os("PATH").unwrap_or_default(), folder);
    let environment = environment.unwrap_or_else(|missing| panic!("{missing}"));
    for template in templates {
        let theirs = template.measure_seldom(|| checkov(&environment.python, template));
        println!("{}", template.row("checkov", &theirs));
    }
}

/// A template on disk, and how often a program is run on it.
struct Template {
    name: &'static str,
    file: PathBuf,
    rounds: usize,
}

impl Template {
    fn write(folder: &Path, name: &'static str, text: &str, rounds: usize) -> Self {
        let file = folder.join(format!("{}.yaml", name.replace([' ', ','], "")));
        fs::write(&file, text).expect("a file");
        Self { name, file, rounds }
    }

    fn measure(&self, command: impl Fn() -> Command) -> Measured {
        Measured::median_of(self.rounds, command)
    }

    /// The same for what takes minutes on the largest: once tells.
    fn measure_seldom(&self, command: impl Fn() -> Command) -> Measured {
        Measured::median_of(self.rounds / 4, command)
    }

    fn row(&self, what: &str, measured: &Measured) -> String {
        let ms = |duration: std::time::Duration| duration.as_secs_f64() * 1_000.0;
        let Measured { wall, cpu, peak_mb } = measured;
        format!("{:>10} {what:>10} {:>9.1} {:>9.1} {peak_mb:>8.1}", self.name, ms(*wall), ms(*cpu))
    }
}

fn heading(what: &str) -> String {
    format!("{:>10} {what:>10} {:>9} {:>9} {:>8}", "resources", "wall ms", "CPU ms", "peak MB")
}

fn fitgate(template: &Template, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fitgate"));
    command.args(["check", path(&template.file)]).args(arguments);
    command
}

fn guard(program: &Path, rules: &Path, template: &Template) -> Command {
    let mut command = Command::new(program);
    command.args(["validate", "--rules", path(rules), "--data", path(&template.file), "--show-summary", "none"]);
    command
}

fn checkov(python: &Path, template: &Template) -> Command {
    let mut command = Command::new(python);
    command.args(["-I", "-c", CHECKOV, "--file", path(&template.file), "--framework", "cloudformation"]);
    command.args(["--output", "json", "--compact", "--soft-fail", "--skip-download"]);
    command.env("LOG_LEVEL", "ERROR");
    command
}

/// The program of cfn-guard, where there is one.
fn cfn_guard() -> Option<PathBuf> {
    let told = env::var_os("CFN_GUARD").map(PathBuf::from);
    told.or_else(|| {
        let folders: OsString = env::var_os("PATH")?;
        env::split_paths(&folders).map(|folder| folder.join("cfn-guard")).find(|program| program.is_file())
    })
}

/// A policy that asks no check of the catalogue.
fn own_rules_only() -> String {
    let mut policy = "version: 1\nchecks:\n".to_owned();
    for check in catalogue() {
        // Writing to a String cannot fail.
        let _ = writeln!(policy, "  {}: off", check.id);
    }
    policy
}

fn path(file: &Path) -> &str {
    file.to_str().expect("the target folder's name is text")
}
