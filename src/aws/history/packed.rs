//! Documents as gzip of JSON, within a size on both ways.

use std::io::{self, BufWriter, Read, Write};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::Serialize;

/// The largest document that is packed or unpacked, in bytes of JSON: some forty times what an item holds packed, and
/// bounded because a packed document of an item's size can stand for a thousand times as much.
const LARGEST: usize = 16 * 1024 * 1024;

/// Why a document was not packed.
#[derive(Debug, thiserror::Error)]
pub(in crate::aws) enum PackError {
    /// Packed it has more bytes than there is room for, or more than is unpacked again.
    #[error("it does not fit")]
    TooLarge,
    /// It cannot be written as JSON.
    #[error("it cannot be written: {0}")]
    Unwritable(io::Error),
}

/// Why bytes are no packed document.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum UnpackError {
    /// Not gzip, or damaged.
    #[error("it is no gzip data: {0}")]
    Damaged(String),
    /// More than any document of ours.
    #[error("it has more than {LARGEST} bytes when unpacked")]
    TooLarge,
}

/// Packs `document` into at most `room` bytes. It is given up as soon as that is exceeded.
pub(in crate::aws) fn pack(document: &impl Serialize, room: usize) -> Result<Vec<u8>, PackError> {
    let packed = Bounded { inner: Vec::new(), left: room };
    let mut raw = Bounded { inner: GzEncoder::new(packed, Compression::default()), left: LARGEST };
    // serde_json writes token by token.
    let mut writer = BufWriter::new(&mut raw);
    serde_json::to_writer(&mut writer, document).map_err(io::Error::from)?;
    writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(raw.inner.finish()?.inner)
}

impl From<io::Error> for PackError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            _ => Self::Unwritable(error),
        }
    }
}

/// The JSON of a packed document.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, UnpackError> {
    let mut document = Vec::new();
    let most = LARGEST as u64 + 1;
    let read = GzDecoder::new(packed).take(most).read_to_end(&mut document);
    read.map_err(|error| UnpackError::Damaged(error.to_string()))?;
    if document.len() > LARGEST { Err(UnpackError::TooLarge) } else { Ok(document) }
}

/// Lets so many bytes through and no more.
struct Bounded<W> {
    inner: W,
    left: usize,
}

impl<W: Write> Write for Bounded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.left {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let written = self.inner.write(bytes)?;
        self.left -= written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_come_back_and_are_the_same_bytes_each_time() {
        let document = vec!["finding".repeat(100); 1_000];
        let packed = pack(&document, 100_000).unwrap();
        assert!(packed.len() < 10_000, "{}", packed.len());
        assert_eq!(packed, pack(&document, packed.len()).unwrap());
        assert_eq!(unpack(&packed).unwrap(), serde_json::to_vec(&document).unwrap());
        assert!(matches!(pack(&document, packed.len() - 1), Err(PackError::TooLarge)));
        assert!(matches!(pack(&document, 0), Err(PackError::TooLarge)));
    }

    #[test]
    fn what_would_not_be_unpacked_is_not_packed() {
        let long = "x".repeat(LARGEST);
        assert!(matches!(pack(&long, usize::MAX), Err(PackError::TooLarge)));
    }

    #[test]
    fn hostile_bytes_are_errors() {
        assert!(matches!(unpack(b""), Err(UnpackError::Damaged(_))));
        assert!(matches!(unpack(b"no gzip"), Err(UnpackError::Damaged(_))));
        let mut packed = pack(&"x", 100).unwrap();
        packed.truncate(packed.len() - 1);
        assert!(matches!(unpack(&packed), Err(UnpackError::Damaged(_))));
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![0; 1024 * 1024];
        (0..17).for_each(|_| bomb.write_all(&zeros).unwrap());
        let bomb = bomb.finish().unwrap();
        assert!(bomb.len() < 100_000);
        assert_eq!(unpack(&bomb), Err(UnpackError::TooLarge));
    }
}
