//! A process of this machine and what it has used, as `/proc` tells (Linux):
//! <https://man7.org/linux/man-pages/man5/proc.5.html>.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running program; ended when dropped.
pub(crate) struct Process {
    child: Child,
    /// When it was started.
    pub(crate) started: Instant,
}

impl Process {
    /// Starts a program with exactly this environment.
    pub(crate) fn start(program: &Path, environment: &[(&str, String)]) -> Self {
        let mut command = Command::new(program);
        command.env_clear().envs(environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::inherit());
        let started = Instant::now();
        Self { child: command.spawn().expect("the program starts"), started }
    }

    /// Processor time so far, of all threads, in user and system mode. The kernel counts in hundredths of a second.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the process lives");
        // The name of the program stands in parentheses and may hold anything.
        let (_, fields) = stat.rsplit_once(')').expect("a name in parentheses");
        let field = |index: usize| -> u64 {
            fields.split_whitespace().nth(index).and_then(|text| text.parse().ok()).expect("a number")
        };
        // utime and stime are fields 14 and 15, counted from 1; two are before the parenthesis.
        Duration::from_millis((field(11) + field(12)) * 10)
    }

    /// The most memory that was resident at once, in MiB.
    pub(crate) fn peak(&self) -> f64 {
        self.memory("VmHWM:")
    }

    /// What is resident now, in MiB.
    pub(crate) fn resident(&self) -> f64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, line: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the process lives");
        let value = status.lines().find_map(|text| text.strip_prefix(line)).expect("the line is there");
        let kib: f64 = value.trim().trim_end_matches("kB").trim().parse().expect("a number of kB");
        kib / 1024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
