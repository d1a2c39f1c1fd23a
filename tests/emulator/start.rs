//! The harness itself: what a machine without Python hears, and that nothing is left over.

use std::{
    ffi::OsStr,
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;

use super::{
    ministack::{Account, Ministack, environment, home, run_folder},
    python::{Environment, Missing, install},
};

#[tokio::test]
async fn each_account_sees_its_own_stacks_only() {
    let (first, second) = (Account::open(), Account::open());
    let template = json!({"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}).to_string();
    let created = first.clients().cloudformation.create_stack().stack_name("own").template_body(template).send().await;
    created.expect("a stack");
    let stacks = |account: &Account| account.clients().cloudformation.list_stacks().send();
    assert_eq!(stacks(&first).await.expect("an answer").stack_summaries().len(), 1);
    assert_eq!(stacks(&second).await.expect("an answer").stack_summaries().len(), 0);
}

/// Whoever holds the other end of the pipe is killed with the signal that nobody can catch.
#[test]
fn the_emulator_ends_with_whoever_started_it() {
    let folder = run_folder().expect("a folder").join("ending");
    fs::create_dir_all(&folder).expect("a folder");
    let (stdin, other_end) = std::io::pipe().expect("a pipe");
    let mut holder = Command::new("sleep").arg("600").stdout(other_end).spawn().expect("a process");
    let environment = environment(&folder).expect("an environment");
    let emulator = Ministack::start(environment, &folder, Stdio::from(stdin)).expect("an emulator");
    assert!(folder.join("tmp").is_dir());

    holder.kill().expect("a process to kill");
    holder.wait().expect("an ended process");
    let start = Instant::now();
    while TcpStream::connect(emulator.address).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(10), "it still answers; its log is {}", emulator.log.display());
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!folder.join("tmp").exists(), "its temporary files are left");
}

#[test]
fn without_python_the_error_says_what_to_install() {
    let empty = TempDir::new().expect("a folder");
    let missing = open(&empty, "", empty.path()).expect_err("no Python").to_string();
    for words in ["there is no python3 in the PATH", "apt install python3 python3-venv", "3.10 or later"] {
        assert!(missing.contains(words), "`{words}` is not in: {missing}");
    }
}

#[test]
fn with_a_python_that_will_not_do_the_error_says_why_and_what_to_install() {
    for (says, code) in [
        ("ModuleNotFoundError: No module named 'ensurepip'", 1),
        ("AssertionError: too old", 1),
        ("python3: cannot execute", 126),
    ] {
        let folder = TempDir::new().expect("a folder");
        script(folder.path(), &format!("echo \"{says}\" >&2; exit {code}"));
        let missing = open(&folder, "", folder.path()).expect_err("no usable Python").to_string();
        for words in [says, "no Python here will do", "apt install python3 python3-venv"] {
            assert!(missing.contains(words), "`{words}` is not in: {missing}");
        }
    }
}

#[test]
fn without_a_package_index_the_error_says_what_pip_needs() {
    let folder = run_folder().expect("a folder").join("index");
    fs::create_dir_all(&folder).expect("a folder");
    let environment = environment(&folder).expect("an environment");
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, "fitgate-is-in-no-index==1.0\n").expect("a file");
    // The discard port, where nobody listens.
    let nowhere = [("PIP_INDEX_URL", "http://127.0.0.1:9/"), ("PIP_RETRIES", "0"), ("PIP_EXTRA_INDEX_URL", "")];
    let missing = install(&environment.python, &requirements, &nowhere, &folder.join("pip.log"));
    let missing = missing.expect_err("no such package").to_string();
    for words in ["pip needs a package index", "https://pypi.org", "fitgate-is-in-no-index", "pip.log"] {
        assert!(missing.contains(words), "`{words}` is not in: {missing}");
    }
}

/// With a Python of a few lines of shell, which writes down what it is asked to install.
#[test]
fn an_environment_is_made_once_and_again_when_it_is_broken_or_asked_for_other_things() {
    let folder = TempDir::new().expect("a folder");
    let made = folder.path().join("made");
    let python = PathBuf::from(folder.path()).join("python3");
    script(
        folder.path(),
        &format!(
            "case \"$3\" in\n\
             venv) mkdir -p \"$4/bin\" && cp {python} \"$4/bin/python\";;\n\
             pip) for last; do :; done; cat \"$last\" >> {made}; grep -q broken \"$last\" && exit 1; exit 0;;\n\
             *) echo 3.11;;\n\
             esac",
            python = python.display(),
            made = made.display()
        ),
    );
    let installed = || fs::read_to_string(&made).unwrap_or_default();
    let venv = folder.path().join("venv");

    open(&folder, "a==1\n", folder.path()).expect("an environment");
    open(&folder, "a==1\n", folder.path()).expect("the same");
    assert_eq!(installed(), "a==1\n", "made once");

    open(&folder, "a==2\n", folder.path()).expect("another");
    assert_eq!(installed(), "a==1\na==2\n", "made for other requirements");

    fs::remove_file(venv.join("bin/python")).expect("a file");
    open(&folder, "a==2\n", folder.path()).expect("a whole one");
    assert_eq!(installed(), "a==1\na==2\na==2\n", "made where the interpreter is gone");

    let half = open(&folder, "broken==3\n", folder.path()).expect_err("an installation that fails");
    assert!(matches!(half, Missing::Packages(_)), "{half}");
    open(&folder, "a==2\n", folder.path()).expect("a whole one");
    assert_eq!(installed(), "a==1\na==2\na==2\nbroken==3\na==2\n", "made where only half was there");
}

/// Two who come at the same time: one makes it, the other waits, both use it.
#[test]
fn an_environment_is_made_by_one_of_several() {
    let folder = TempDir::new().expect("a folder");
    let made = folder.path().join("made");
    let python = folder.path().join("python3");
    script(
        folder.path(),
        &format!(
            "case \"$3\" in\n\
             venv) mkdir -p \"$4/bin\" && cp {python} \"$4/bin/python\"; echo made >> {made};;\n\
             pip) sleep 0.2;;\n\
             *) echo 3.11;;\n\
             esac",
            python = python.display(),
            made = made.display()
        ),
    );
    thread::scope(|scope| {
        let others: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&folder, "a==1\n", folder.path()))).collect();
        for other in others {
            other.join().expect("no panic").expect("an environment");
        }
    });
    assert_eq!(fs::read_to_string(&made).expect("made"), "made\n");
}

#[test]
fn the_real_environment_is_below_the_target_folder() {
    assert!(home().starts_with(env!("CARGO_TARGET_TMPDIR")), "{}", home().display());
}

fn open(folder: &TempDir, requirements: &str, path: &Path) -> Result<Environment, Missing> {
    let logs = TempDir::new_in(folder.path()).expect("a folder").keep();
    Environment::open(&folder.path().join("venv"), requirements, OsStr::new(path), &logs)
}

/// A program `python3` of a few lines of shell. Another process writes it: where one thread writes a program while
/// another starts a process, the system may still call the file busy when it is to be executed.
fn script(folder: &Path, lines: &str) {
    let draft = folder.join("draft");
    fs::write(&draft, format!("#!/bin/sh\n{lines}\n")).expect("a file");
    let copy = ["-c", "cp \"$0\" \"$1\" && chmod 755 \"$1\""];
    let copied = Command::new("sh").args(copy).arg(&draft).arg(folder.join("python3")).status().expect("a shell");
    assert!(copied.success(), "no program could be written");
}
