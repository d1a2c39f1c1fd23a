//! The `fitgate` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    fitgate::cli::run()
}
