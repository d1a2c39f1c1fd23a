//! What a process has used from its start to its end.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use wait4::Wait4;

/// Of several runs each figure's median, the greatest memory.
pub(crate) struct Measured {
    pub(crate) wall: Duration,
    /// User and system time of all threads.
    pub(crate) cpu: Duration,
    /// The most memory that was resident at once, in MiB.
    pub(crate) peak_mb: f64,
}

impl Measured {
    /// Runs a program `rounds` times. What it finds may make it end with an exit code that is not 0; that it was killed
    /// or wrote nothing is a failure.
    pub(crate) fn median_of(rounds: usize, command: impl Fn() -> Command) -> Self {
        let mut runs: Vec<Self> = (0..rounds.max(1)).map(|_| Self::of(command())).collect();
        let peak_mb = runs.iter().map(|run| run.peak_mb).fold(0.0, f64::max);
        runs.sort_by_key(|run| run.cpu);
        let cpu = runs[runs.len() / 2].cpu;
        runs.sort_by_key(|run| run.wall);
        Self { wall: runs[runs.len() / 2].wall, cpu, peak_mb }
    }

    fn of(mut command: Command) -> Self {
        let output = tempfile::NamedTempFile::new().expect("a file");
        let stdout = output.reopen().expect("the same file");
        let started = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::null()).spawn().expect("a program");
        let used = child.wait4().expect("the process ends");
        let wall = started.elapsed();
        let written = output.as_file().metadata().expect("a file").len();
        assert!(used.status.code().is_some() && written > 0, "{command:?}: {}, {written} bytes", used.status);
        let peak_mb = used.rusage.maxrss as f64 / (1024.0 * 1024.0);
        Self { wall, cpu: used.rusage.utime + used.rusage.stime, peak_mb }
    }
}
