//! Exit codes: documented API.

use std::process::ExitCode;

/// How a command ended, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// 0: proceed; for commands that decide nothing, done.
    Proceed = 0,
    /// 3: halted only because too much is unknown.
    Inconclusive = 3,
    /// 1: halt; in a rehearsal, the deployment did not succeed.
    Halt = 1,
    /// 2: could not evaluate: usage, configuration, input.
    Unusable = 2,
}

impl Exit {
    /// The worse of two, for several inputs: unusable, halt, inconclusive, proceed.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |exit| match exit {
            Self::Proceed => 0,
            Self::Inconclusive => 1,
            Self::Halt => 2,
            Self::Unusable => 3,
        };
        if rank(other) > rank(self) { other } else { self }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
