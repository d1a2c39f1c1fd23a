//! Files as they come in: bounded, and with errors that say what to do.

use std::{
    fs,
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use crate::template::Files;

/// The largest file that is read, in bytes. CloudFormation takes templates of up to 1 MB:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const LARGEST: u64 = 4 * 1024 * 1024;

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    /// There is no such file.
    #[error("no such file: {}; check the path, or run the command from the project's folder", .0.display())]
    Missing(PathBuf),
    /// It is a directory.
    #[error("{} is a directory; name {wanted}", path.display())]
    Directory {
        /// Which directory.
        path: PathBuf,
        /// What to name instead.
        wanted: &'static str,
    },
    /// It is larger than any template may be.
    #[error("{} has more than {LARGEST} bytes, which is more than any template may have", .0.display())]
    TooLarge(PathBuf),
    /// It is a pipe in the file system: reading might wait for ever.
    #[error("{} is a named pipe; name a file, or - for standard input", .0.display())]
    Pipe(PathBuf),
    /// The system refused.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Whether this is `-`, which names standard input.
pub(super) fn is_standard(path: &Path) -> bool {
    path == Path::new("-")
}

/// What messages and reports call an input.
pub(super) fn shown(path: &Path) -> String {
    if is_standard(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// Reads one file, standard input for `-`, or says why it cannot; `wanted` is what messages call a file of this kind.
///
/// # Errors
/// An [`InputError`] for each way in which a file can be unusable.
pub(super) fn read(path: &Path, wanted: &'static str) -> Result<Vec<u8>, InputError> {
    if is_standard(path) {
        return bounded(io::stdin().lock(), Path::new(&shown(path)));
    }
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => InputError::Missing(path.to_owned()),
        _ => InputError::Unreadable { path: path.to_owned(), source },
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Err(InputError::Directory { path: path.to_owned(), wanted });
    }
    if is_named_pipe(path, &metadata) {
        return Err(InputError::Pipe(path.to_owned()));
    }
    bounded(fs::File::open(path).map_err(unreadable)?, path)
}

/// Everything that `source` gives, up to the largest size.
fn bounded(source: impl Read, path: &Path) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    let read = source.take(LARGEST + 1).read_to_end(&mut bytes);
    read.map_err(|source| InputError::Unreadable { path: path.to_owned(), source })?;
    if bytes.len() as u64 > LARGEST {
        return Err(InputError::TooLarge(path.to_owned()));
    }
    Ok(bytes)
}

/// Pipes that a shell puts in an argument's place (`<(command)`) have a writer; one that lies in a folder may have none.
#[cfg(unix)]
fn is_named_pipe(path: &Path, metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_fifo() && !path.starts_with("/dev") && !path.starts_with("/proc")
}

#[cfg(not(unix))]
fn is_named_pipe(_: &Path, _: &fs::Metadata) -> bool {
    false
}

/// The files beside a template, for nested stacks and definitions; none outside its folder.
#[derive(Debug)]
pub(super) struct Beside {
    folder: PathBuf,
}

impl Beside {
    /// The files beside `template`.
    pub(super) fn of(template: &Path) -> Self {
        let folder = template.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Self { folder: folder.to_owned() }
    }
}

impl Files for Beside {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let inside = Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err("it is outside the template's folder".to_owned());
        }
        let path = self.folder.join(path);
        // A device gives no end of bytes, and a terminal none at all.
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return Err("it is no regular file".to_owned());
        }
        read(&path, "a file").map_err(|error| match error {
            InputError::Missing(_) => "no such file".to_owned(),
            InputError::Directory { .. } => "it is a directory".to_owned(),
            InputError::TooLarge(_) => format!("it has more than {LARGEST} bytes"),
            InputError::Pipe(_) => "it is a named pipe".to_owned(),
            InputError::Unreadable { source, .. } => source.to_string(),
        })
    }
}
