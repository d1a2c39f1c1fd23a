//! The emulator: one for all tests of this binary, with an account for each.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use super::{process, python::Environment};

/// From the start to the first answer: about one second, several on a busy machine.
const START: Duration = Duration::from_secs(60);
/// One answer about its health.
const HEALTH: Duration = Duration::from_secs(5);
/// What earlier runs left is kept so long, for whoever reads their logs.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// What the virtual environment holds.
pub(crate) const REQUIREMENTS: &str = include_str!("requirements.txt");

/// A running ministack. It ends, with the functions it runs, when the other end of its standard input is closed.
#[derive(Debug)]
pub(crate) struct Ministack {
    /// Where it listens, on this machine only.
    pub(crate) address: SocketAddr,
    /// All that it wrote.
    pub(crate) log: PathBuf,
    /// This process holds the other end until it ends, however it ends: a static is not dropped, but the kernel
    /// closes what a process had open.
    _process: Child,
    environment: Environment,
}

impl Ministack {
    /// Starts one that ends with `stdin`, or with this process where that is a pipe. Its files are in `folder`.
    pub(crate) fn start(environment: Environment, folder: &Path, stdin: Stdio) -> Result<Self, String> {
        let said = |error: io::Error| format!("the emulator could not be started: {error}");
        let log = folder.join("emulator.log");
        let temporary = folder.join("tmp");
        fs::create_dir_all(&temporary).map_err(said)?;
        let written = fs::File::create(&log).map_err(said)?;
        let mut process = Command::new(&environment.python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/emulator/serve.py"))
            .env_clear() // the functions inherit what the emulator has
            .envs(variables(&temporary))
            .current_dir(&temporary)
            .process_group(0)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(written)
            .spawn()
            .map_err(said)?;
        let answers = port(process.stdout.take()).and_then(|port| {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            healthy(&mut process, address).map(|()| address)
        });
        match answers {
            Ok(address) => Ok(Self { address, log, _process: process, environment }),
            Err(why) => {
                let _ = process.kill();
                let _ = process.wait();
                let (log, end) = (log.display(), process::last_lines(&log));
                Err(format!("the emulator did not come up: {why}; all it wrote is in {log}, which ends:\n{end}"))
            }
        }
    }

    /// The interpreter with all that the requirements name.
    pub(crate) fn python(&self) -> &Path {
        &self.environment.python
    }

    /// The endpoint for every service.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// The whole environment of the emulator. The functions find their own interpreters and programs in the PATH.
fn variables(temporary: &Path) -> Vec<(&'static str, String)> {
    let temporary = temporary.display().to_string();
    vec![
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("HOME", temporary.clone()),
        ("TMPDIR", temporary),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("MINISTACK_REGION", REGION.to_owned()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
        // Listeners on fixed ports, of services that nobody here asks for.
        ("SFTP_ENABLED", "0".to_owned()),
        ("IOT_MTLS_ENABLED", "0".to_owned()),
    ]
}

/// The region of all tests.
pub(crate) const REGION: &str = "eu-central-1";

/// The port that the emulator tells in its first line.
fn port(stdout: Option<ChildStdout>) -> Result<u16, String> {
    let stdout = stdout.ok_or("its output is not piped")?;
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = BufReader::new(stdout).read_line(&mut line);
        // Nobody hears it after the time-out.
        let _ = told.send(read.map(|_| line));
    });
    let line = heard.recv_timeout(START).map_err(|_| format!("it told no port within {} s", START.as_secs()))?;
    let line = line.map_err(|error| format!("its port cannot be read: {error}"))?;
    line.trim().parse().map_err(|_| "it ended before it told its port".to_owned())
}

/// Waits for the first good answer.
fn healthy(process: &mut Child, address: SocketAddr) -> Result<(), String> {
    let start = Instant::now();
    loop {
        let why = match health(address) {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        if let Ok(Some(status)) = process.try_wait() {
            return Err(format!("it ended with {status}"));
        }
        if start.elapsed() > START {
            return Err(format!("no good answer within {} s: {why}", START.as_secs()));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn health(address: SocketAddr) -> Result<(), String> {
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, HEALTH)?;
        stream.set_read_timeout(Some(HEALTH))?;
        write!(stream, "GET /_ministack/health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let answer = ask().map_err(|error| error.to_string())?;
    let first = answer.lines().next().unwrap_or_default();
    if first.contains(" 200 ") { Ok(()) } else { Err(format!("it answered `{first}`")) }
}

/// The folder below the target folder for all that these tests need and leave.
pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("emulator")
}

/// A folder for this process' files. Those of processes of former days are removed.
pub(crate) fn run_folder() -> Result<PathBuf, String> {
    let home = home();
    let folder = home.join(format!("run-{}", std::process::id()));
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let entries = fs::read_dir(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    for entry in entries.filter_map(Result::ok) {
        let old = entry
            .metadata()
            .and_then(|it| it.modified())
            .is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > KEPT));
        if old && entry.file_name().to_string_lossy().starts_with("run-") {
            // Another process may remove it at the same time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(folder)
}

/// The environment of these tests, made if need be.
pub(crate) fn environment(logs: &Path) -> Result<Environment, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    Environment::open(&home().join("venv"), REQUIREMENTS, &path, logs).map_err(|missing| missing.to_string())
}

/// The emulator of this process, started by whichever test asks first.
static SHARED: OnceLock<Result<Ministack, String>> = OnceLock::new();
/// Accounts given away.
static ACCOUNTS: AtomicU32 = AtomicU32::new(0);

/// An account of one's own on the emulator: nobody else's stacks, functions and tables are in it.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) emulator: &'static Ministack,
    /// Twelve digits.
    pub(crate) id: String,
}

impl Account {
    pub(crate) fn open() -> Self {
        let started = SHARED.get_or_init(|| {
            let folder = run_folder()?;
            Ministack::start(environment(&folder)?, &folder, Stdio::piped())
        });
        match started {
            Ok(emulator) => Self { emulator, id: format!("{:012}", ACCOUNTS.fetch_add(1, Ordering::Relaxed) + 1) },
            Err(why) => panic!("{why}"),
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the emulator wrote what it did to {}", self.emulator.log.display());
        }
    }
}
