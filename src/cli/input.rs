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
    /// The system refused.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Reads one file, or says why it cannot; `wanted` is what messages call a file of this kind.
///
/// # Errors
/// An [`InputError`] for each way in which a file can be unusable.
pub(super) fn read(path: &Path, wanted: &'static str) -> Result<Vec<u8>, InputError> {
    let unreadable = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => InputError::Missing(path.to_owned()),
        _ => InputError::Unreadable { path: path.to_owned(), source },
    };
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Err(InputError::Directory { path: path.to_owned(), wanted });
    }
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    fs::File::open(path).map_err(unreadable)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(InputError::TooLarge(path.to_owned()));
    }
    Ok(bytes)
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
            return Err(format!("{path} is outside the template's folder"));
        }
        read(&self.folder.join(path), "a file").map_err(|error| error.to_string())
    }
}
