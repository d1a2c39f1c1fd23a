//! `fitgate policy`

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Exit, Trouble, input, print};
use crate::{
    check::own_rules::RulesError,
    policy::{Policy, Profile, schema},
    template::Files as _,
};

/// The policy that `check` and `rehearse` pick up from the current folder, and that `init` writes.
pub(super) const FILE: &str = "fitgate.yaml";

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write the shipped policy to a file, to be changed
    Init {
        /// Which one; `fitgate policy profiles` says what they are for
        #[arg(long, value_name = "PROFILE", default_value = "baseline", value_parser = profiles())]
        profile: Profile,
        /// The file to write; never overwritten
        #[arg(default_value = FILE)]
        file: PathBuf,
    },
    /// Say everything that is wrong with a policy, or that nothing is
    Validate {
        /// The policy
        #[arg(default_value = FILE)]
        file: PathBuf,
    },
    /// List the policies that are shipped, to be named as `profile` in a policy
    Profiles,
    /// Write the JSON schema of policies, for editors
    Schema,
}

/// A file that `init` would have overwritten, or could not write.
#[derive(Debug, thiserror::Error)]
enum InitError {
    #[error("{} exists already; name another file, or remove this one", .0.display())]
    Exists(PathBuf),
    #[error("cannot write {}: {source}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

pub(super) fn run(command: &Command) -> Result<Exit, Trouble> {
    match command {
        Command::Init { profile, file } => {
            init(file, *profile)?;
            print(&format!("wrote {}\n", file.display()))?;
        }
        Command::Validate { file } => {
            load(file)?;
            print(&format!("{} is valid\n", file.display()))?;
        }
        Command::Profiles => print(&listed())?,
        Command::Schema => print(&format!("{}\n", serde_json::to_string_pretty(&schema())?))?,
    }
    Ok(Exit::Proceed)
}

/// The names of profiles, for whoever mistypes one and for completions.
fn profiles() -> impl TypedValueParser<Value = Profile> {
    PossibleValuesParser::new(Profile::ALL.map(Profile::name))
        .try_map(|name| Profile::named(&name).ok_or("no such profile"))
}

fn listed() -> String {
    Profile::ALL.map(|profile| format!("{:<10}{}\n", profile.name(), profile.summary())).concat()
}

fn init(path: &Path, profile: Profile) -> Result<(), InitError> {
    let unwritable = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists(path.to_owned()),
        _ => InitError::Unwritable { path: path.to_owned(), source },
    };
    let mut file = fs::File::create_new(path).map_err(unwritable)?;
    if let Err(source) = file.write_all(profile.document().as_bytes()) {
        // Half a policy is worse than none; the first error is the one to tell.
        let _ = fs::remove_file(path);
        return Err(unwritable(source));
    }
    Ok(())
}

/// Reads a policy, and the rules files that it names, which are in its folder or below.
pub(super) fn load(path: &Path) -> Result<Policy, Trouble> {
    let bytes = input::read(path, "a policy file")?;
    let beside = input::Beside::of(path);
    Ok(Policy::parse_beside(&input::shown(path), &bytes, &|file| beside.read(file))?)
}

/// The policy that was chosen, and rules named on the command line.
pub(super) fn with_rules(asked: Option<&Path>, rules: &[PathBuf]) -> Result<Policy, Trouble> {
    let mut policy = chosen(asked)?;
    for path in rules {
        let bytes = input::read(path, "a rules file")?;
        let name = input::shown(path);
        let text = String::from_utf8(bytes).map_err(|_| NoText(name.clone()))?;
        policy.rules.add(&name, &text).map_err(|error| Refused { error })?;
    }
    Ok(policy)
}

/// A rules file that is no text.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no text in UTF-8; name a file of rules")]
struct NoText(String);

/// A rules file with a mistake.
#[derive(Debug, thiserror::Error)]
#[error("{error}{}", error.hint().map(|hint| format!("; {hint}")).unwrap_or_default())]
struct Refused {
    error: RulesError,
}

/// The policy that was asked for, else the one in the current folder, else the shipped one.
pub(super) fn chosen(asked: Option<&Path>) -> Result<Policy, Trouble> {
    match asked {
        Some(path) => load(path),
        None if Path::new(FILE).exists() => {
            super::note(&format!("policy from {FILE}"));
            load(Path::new(FILE))
        }
        None => Ok(Policy::default()),
    }
}
