//! Programs that tests start: each has a limit, and what it wrote is kept in a file.

use std::{
    fmt,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often a running program is looked at.
const LOOK: Duration = Duration::from_millis(10);
/// How much of a program's output an error repeats.
const LAST_LINES: usize = 15;

/// Runs `command` to its end and gives what it wrote, which is kept in `log` too. After `limit` it is killed.
pub(crate) fn run(command: &mut Command, limit: Duration, log: &Path) -> Result<String, Failure> {
    let program = program(command);
    let failure = |how| Failure { program, how, log: log.to_owned() };
    let output = File::create(log).and_then(|file| Ok((file.try_clone()?, file)));
    let (out, error) = match output {
        Ok(files) => files,
        Err(error) => return Err(failure(How::NotStarted(error))),
    };
    let mut child = match command.stdin(Stdio::null()).stdout(out).stderr(error).spawn() {
        Ok(child) => child,
        Err(error) => return Err(failure(How::NotStarted(error))),
    };
    match ended(&mut child, limit) {
        Some(status) if status.success() => Ok(fs::read_to_string(log).unwrap_or_default()),
        Some(status) => Err(failure(How::Ended(status))),
        None => Err(failure(How::TookTooLong(limit))),
    }
}

/// How `child` ended; killed, and none, if it had not after `limit`.
fn ended(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        if start.elapsed() > limit {
            // An error means that it has ended meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(LOOK);
    }
}

/// The words of a command, for people.
fn program(command: &Command) -> String {
    let words: Vec<_> = [command.get_program()].into_iter().chain(command.get_args()).collect();
    words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// The end of what is in `log`.
pub(crate) fn last_lines(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines[lines.len().saturating_sub(LAST_LINES)..].join("\n")
}

/// A program that did not do what it was started for.
#[derive(Debug)]
pub(crate) struct Failure {
    program: String,
    how: How,
    log: PathBuf,
}

#[derive(Debug)]
enum How {
    NotStarted(io::Error),
    Ended(ExitStatus),
    TookTooLong(Duration),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.program)?;
        match &self.how {
            How::NotStarted(error) => write!(f, "could not be started: {error}")?,
            How::Ended(status) => write!(f, "ended with {status}")?,
            How::TookTooLong(limit) => write!(f, "was ended after {} s", limit.as_secs())?,
        }
        write!(f, "; all it wrote is in {}, which ends:\n{}", self.log.display(), last_lines(&self.log))
    }
}
