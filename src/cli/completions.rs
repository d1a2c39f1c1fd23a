//! `fitgate completions`

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::{Cli, Exit, Trouble, print};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell to write for
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Trouble> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "fitgate", &mut script);
    print(&String::from_utf8(script)?)?;
    Ok(Exit::Proceed)
}
