//! The hooks, installed from template.yaml as anybody installs them, with the binaries of this build.

use std::{fs, path::Path, process::Command, sync::OnceLock, thread, time::Duration};

use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use super::{
    ministack::{Account, Ministack, run_folder},
    process,
    stack::Stack,
    template::Template,
};

/// Stripping and packing one binary: below a second.
const PACK: Duration = Duration::from_secs(60);

/// A binary, by the name that template.yaml builds it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Binary {
    pub(crate) name: &'static str,
    path: &'static str,
}

pub(crate) const PRE_TRAFFIC: Binary = Binary { name: "pre_traffic", path: env!("CARGO_BIN_EXE_pre_traffic") };
pub(crate) const POST_TRAFFIC: Binary = Binary { name: "post_traffic", path: env!("CARGO_BIN_EXE_post_traffic") };
pub(crate) const FAILURE_ANSWER: Binary = Binary { name: "failure_answer", path: env!("CARGO_BIN_EXE_failure_answer") };

/// All functions of an installation.
pub(crate) const BINARIES: [Binary; 3] = [PRE_TRAFFIC, POST_TRAFFIC, FAILURE_ANSWER];

/// Waits until nobody else has hooks, and keeps others from having any. Whoever creates a function on the emulator
/// ends the processes of all functions of its name, whatever their account: hooks of another test would die in the
/// midst of their work, or be called and never begin.
pub(crate) async fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    ONE_AT_A_TIME.lock().await
}

/// An installation of the hooks, before it is created.
#[derive(Debug)]
pub(crate) struct Installation {
    template: Template,
}

impl Installation {
    /// As template.yaml has it.
    pub(crate) fn new() -> Self {
        Self { template: Template::read("template.yaml", include_bytes!("../../template.yaml")) }
    }

    /// Gives a function an environment variable besides its own.
    pub(crate) fn variable(mut self, binary: Binary, name: &str, value: &str) -> Self {
        self.function(binary)["Properties"]["Environment"]["Variables"][name] = json!(value);
        self
    }

    /// Ends a function after so many seconds.
    pub(crate) fn time_out(mut self, binary: Binary, seconds: u32) -> Self {
        self.function(binary)["Properties"]["Timeout"] = json!(seconds);
        self
    }

    /// Begins with this policy in AppConfig.
    pub(crate) fn policy(mut self, policy: &str) -> Self {
        self.template.0["Resources"]["FirstPolicyVersion"]["Properties"]["Content"] = json!(policy);
        self
    }

    fn function(&mut self, binary: Binary) -> &mut Value {
        let resources = self.template.0["Resources"].as_object_mut().expect("Resources");
        let built_from = |resource: &&mut Value| resource["Metadata"]["BuildProperties"]["Binary"] == binary.name;
        resources.values_mut().find(built_from).unwrap_or_else(|| panic!("no function is built from {}", binary.name))
    }

    /// Creates the stack.
    pub(crate) async fn create(mut self, account: &Account) -> Stack {
        for (binary, zip) in BINARIES.iter().zip(zips(account.emulator)) {
            let code = account.upload(&format!("{}.zip", binary.name), zip.clone()).await;
            self.function(*binary)["Properties"]["CodeUri"] = json!({"Bucket": code.bucket, "Key": code.key});
        }
        // The sample application is not installed, but a function of it without code would be a mistake.
        let template = self.template.with_global_code("code-of-nobody", "nothing.zip");
        let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
        account.create_stack("fitgate", &template, &[("Install", "hooks"), ("Architecture", architecture)]).await
    }
}

/// Each binary as `bootstrap` in a zip, made once in this process.
fn zips(emulator: &Ministack) -> &'static [Vec<u8>] {
    static ZIPS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    ZIPS.get_or_init(|| {
        thread::scope(|scope| {
            let packing = BINARIES.map(|binary| scope.spawn(move || zip(emulator, binary)));
            packing.into_iter().map(|zip| zip.join().expect("no panic")).collect()
        })
    })
}

fn zip(emulator: &Ministack, binary: Binary) -> Vec<u8> {
    let folder = run_folder().expect("a folder");
    let file = |suffix: &str| folder.join(format!("{}{suffix}", binary.name));
    let (stripped, zip, log) = (file(""), file(".zip"), file(".log"));
    // Most of it is debug information. Without `strip` the function is larger, and that is all.
    let strip = process::run(Command::new("strip").arg("-o").arg(&stripped).arg(binary.path), PACK, &log);
    let program = if strip.is_ok() { stripped.as_path() } else { Path::new(binary.path) };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator/zip.py");
    let mut pack = Command::new(emulator.python());
    pack.arg("-I").arg(script).arg(program).arg(&zip);
    process::run(&mut pack, PACK, &log).unwrap_or_else(|failure| panic!("{failure}"));
    fs::read(&zip).expect("the zip")
}
