//! The virtual environment that the emulator runs in: below the target folder, made once, with nothing in it but
//! what `requirements.txt` asks for.

use std::{
    env,
    ffi::OsStr,
    fmt,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::process::{self, Failure};

/// A question to an interpreter. The first start after an installation compiles its modules.
const ASK: Duration = Duration::from_secs(30);
/// Making the environment: seconds, unless disk or network are slow.
const MAKE: Duration = Duration::from_secs(120);
/// The downloads: about 30 MB.
const INSTALL: Duration = Duration::from_secs(480);
/// Another process may be making it meanwhile.
const OTHERS: Duration = Duration::from_secs(660);
/// How often it is made before something must be wrong: other tests want another one in the same place.
const ROUNDS: u32 = 3;

/// Prints the version, or says what is missing; ministack needs 3.10.
const QUESTION: &str = "import sys, venv, ensurepip; assert sys.version_info >= (3, 10), 'too old'; print(sys.version)";

/// A virtual environment with all requirements in it. While this value lives nobody makes it anew.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The interpreter inside.
    pub(crate) python: PathBuf,
    /// Locked by all who use it, together.
    _in_use: File,
}

impl Environment {
    /// The environment in `folder` with `requirements`, the text of a requirements file, made if it is not there,
    /// is not complete or was made from something else. `path` says where to look for Python, and `logs` is the
    /// folder for what the steps write.
    pub(crate) fn open(folder: &Path, requirements: &str, path: &OsStr, logs: &Path) -> Result<Self, Missing> {
        let base = find(path, logs)?;
        let place = Place { folder, requirements, base: &base, logs };
        let lock = folder.with_extension("lock");
        let lock = File::create(&lock).map_err(|error| Missing::Files { what: lock, error })?;
        for _ in 0..ROUNDS {
            locked(&lock, File::try_lock_shared)?;
            if place.is_complete() {
                return Ok(Self { python: place.python(), _in_use: lock });
            }
            // Nobody else looks at it or makes it from here on; whoever waited looks again.
            unlock(&lock)?;
            locked(&lock, File::try_lock)?;
            if !place.is_complete() {
                place.make()?;
            }
            unlock(&lock)?;
        }
        Err(Missing::Lock { why: format!("after {ROUNDS} rounds somebody else had made it from something else again") })
    }
}

/// What is to be where.
struct Place<'a> {
    folder: &'a Path,
    requirements: &'a str,
    base: &'a Base,
    logs: &'a Path,
}

impl Place<'_> {
    fn python(&self) -> PathBuf {
        self.folder.join("bin").join("python")
    }

    /// Written when everything else is there.
    fn stamp(&self) -> PathBuf {
        self.folder.join("made-from")
    }

    fn made_from(&self) -> String {
        format!("{}\n{}", self.base.version, self.requirements)
    }

    /// Whether everything was installed, from these requirements, for this Python, and the interpreter still runs.
    fn is_complete(&self) -> bool {
        fs::read_to_string(self.stamp()).is_ok_and(|made_from| made_from == self.made_from())
            && version(&self.python(), &self.logs.join("check.log")).is_ok_and(|version| version == self.base.version)
    }

    /// Makes it from nothing. Pip's own settings, such as another index, are the user's.
    fn make(&self) -> Result<(), Missing> {
        if self.folder.exists() {
            fs::remove_dir_all(self.folder).map_err(|error| Missing::Files { what: self.folder.to_owned(), error })?;
        }
        let mut venv = Command::new(&self.base.python);
        venv.args(["-I", "-m", "venv"]).arg(self.folder);
        process::run(&mut venv, MAKE, &self.logs.join("venv.log")).map_err(Missing::Venv)?;
        let written = self.folder.join("requirements.txt");
        fs::write(&written, self.requirements).map_err(|error| Missing::Files { what: written.clone(), error })?;
        install(&self.python(), &written, &[], &self.logs.join("pip.log"))?;
        fs::write(self.stamp(), self.made_from()).map_err(|error| Missing::Files { what: self.stamp(), error })
    }
}

/// Installs what a requirements file asks for, with more environment variables for pip.
pub(crate) fn install(
    python: &Path,
    requirements: &Path,
    variables: &[(&str, &str)],
    log: &Path,
) -> Result<(), Missing> {
    let mut pip = Command::new(python);
    pip.args(["-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]);
    pip.args(["--retries", "2", "--timeout", "20", "--requirement"]).arg(requirements);
    // Whoever installs into their home otherwise could not install into an environment.
    pip.env("PIP_USER", "0").envs(variables.iter().copied());
    process::run(&mut pip, INSTALL, log).map_err(Missing::Packages)?;
    Ok(())
}

/// A Python of this machine that can make virtual environments.
struct Base {
    python: PathBuf,
    version: String,
}

/// The first of `path` that will do, under the names that it has.
fn find(path: &OsStr, logs: &Path) -> Result<Base, Missing> {
    let mut refused = Vec::new();
    for name in ["python3", "python"] {
        for python in env::split_paths(path).map(|folder| folder.join(name)).filter(|python| python.is_file()) {
            match version(&python, &logs.join("python.log")) {
                Ok(version) => return Ok(Base { python, version }),
                Err(failure) => refused.push(failure),
            }
        }
    }
    Err(match refused.into_iter().next() {
        Some(first) => Missing::Usable(first),
        None => Missing::Python { path: path.to_string_lossy().into_owned() },
    })
}

fn version(python: &Path, log: &Path) -> Result<String, Failure> {
    let mut question = Command::new(python);
    question.args(["-I", "-c", QUESTION]);
    Ok(process::run(&mut question, ASK, log)?.trim().to_owned())
}

/// Tries to lock until it can.
fn locked(file: &File, lock: impl Fn(&File) -> Result<(), TryLockError>) -> Result<(), Missing> {
    let start = Instant::now();
    loop {
        match lock(file) {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(Missing::Lock { why: error.to_string() }),
            Err(TryLockError::WouldBlock) if start.elapsed() > OTHERS => {
                return Err(Missing::Lock { why: format!("another process has held it for {} s", OTHERS.as_secs()) });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn unlock(file: &File) -> Result<(), Missing> {
    file.unlock().map_err(|error| Missing::Lock { why: error.to_string() })
}

/// Why there is no environment, and what to do.
#[derive(Debug)]
pub(crate) enum Missing {
    /// No file with a name of Python's.
    Python { path: String },
    /// One that is too old, or lacks the modules that Debian packages apart.
    Usable(Failure),
    /// `python -m venv` failed.
    Venv(Failure),
    /// `pip install` failed.
    Packages(Failure),
    /// The file system refused.
    Files { what: PathBuf, error: io::Error },
    /// The lock cannot be had.
    Lock { why: String },
}

const INSTALL_PYTHON: &str = "install Python 3.10 or later with venv and pip (Debian, Ubuntu: `apt install python3 python3-venv`; macOS: \
     `brew install python`; or https://www.python.org/downloads/)";

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these tests cannot run: ")?;
        match self {
            Self::Python { path } => write!(f, "there is no python3 in the PATH `{path}`; {INSTALL_PYTHON}"),
            Self::Usable(failure) => {
                write!(f, "no Python here will do; {INSTALL_PYTHON}. The first one said: {failure}")
            }
            Self::Venv(failure) => write!(f, "no virtual environment could be made; {INSTALL_PYTHON}. {failure}"),
            Self::Packages(failure) => write!(
                f,
                "what they need could not be installed; pip needs a package index: allow the way to https://pypi.org, or \
                 name another index in PIP_INDEX_URL. {failure}"
            ),
            Self::Files { what, error } => write!(f, "{}: {error}", what.display()),
            Self::Lock { why } => write!(f, "the virtual environment cannot be locked: {why}"),
        }
    }
}
