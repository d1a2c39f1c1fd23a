//! Where the other tools are, and where they work.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{process, python::Environment};

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// For one run of a tool: below a minute alone on a machine, longer beside other tests.
const PATIENCE: Duration = Duration::from_secs(600);

/// The environment, and a folder of one test's own, empty.
pub(crate) struct Workshop {
    environment: Environment,
    pub(crate) folder: PathBuf,
}

impl Workshop {
    pub(crate) fn open(name: &str) -> Self {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("other-tools");
        let folder = home.join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("templates")).expect("a folder");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let environment = Environment::open(&home.join("venv"), REQUIREMENTS, &path, &folder);
        let environment = environment.unwrap_or_else(|missing| panic!("{missing}"));
        Self { environment, folder }
    }

    /// Writes a template for the tools to read.
    pub(crate) fn write(&self, name: &str, template: &serde_json::Value) {
        let text = serde_json::to_string_pretty(template).expect("JSON");
        fs::write(self.folder.join("templates").join(name), text).expect("a file");
    }

    /// Starts a tool in the folder, as the script that pip installs would: some of them hide from `python -m`.
    pub(crate) fn run(&self, name: &str, script: &str, arguments: &[&str]) {
        let mut python = Command::new(&self.environment.python);
        python.args(["-I", "-c", script]).args(arguments).current_dir(&self.folder);
        // Nothing of what the user told these tools elsewhere, and no way to anybody's account.
        for name in ["BC_API_KEY", "PRISMA_API_URL", "CKV_FRAMEWORK", "CKV_CHECK", "CHECKOV_EXTERNAL_CHECKS_DIR"] {
            python.env_remove(name);
        }
        python.env("LOG_LEVEL", "ERROR");
        let log = self.folder.join(format!("{name}.log"));
        process::run(&mut python, PATIENCE, &log).unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// What a tool wrote.
    pub(crate) fn read(&self, name: &str) -> serde_json::Value {
        let bytes = fs::read(self.folder.join(name)).expect("what the tool wrote");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// Kept where a test fails.
    pub(crate) fn close(self) {
        // Another test run may look for old folders, but nobody needs this one.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
