//! Published versions of a function.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A published version: a number from 1. Never `$LATEST`, which CodeDeploy does not shift traffic to or from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(u64);

impl Version {
    /// The version with this number.
    ///
    /// # Errors
    /// There is no version 0.
    pub fn new(number: u64) -> Result<Self, VersionError> {
        if number == 0 { Err(VersionError::NotANumber { found: "0".to_owned() }) } else { Ok(Self(number)) }
    }

    /// Its number, from 1.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// What is written is no published version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionError {
    /// The version that changes under one's feet.
    #[error("$LATEST is not a published version; publish one and name its number")]
    Latest,
    /// Neither a number nor `$LATEST`.
    #[error("`{found}` is not the number of a published version")]
    NotANumber {
        /// What was written.
        found: String,
    },
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "$LATEST" {
            return Err(VersionError::Latest);
        }
        let not_a_number = || VersionError::NotANumber { found: text.chars().take(40).collect() };
        // Lambda writes plain digits; `+4` and `04` would name no version.
        if text.starts_with('0') || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_number());
        }
        text.parse().map(Self).map_err(|_| not_a_number())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for Version {
    type Error = VersionError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_from_one() {
        assert_eq!("1".parse(), Version::new(1));
        assert_eq!("18446744073709551615".parse(), Version::new(u64::MAX));
        assert_eq!("$LATEST".parse::<Version>(), Err(VersionError::Latest));
        for bad in ["", "0", "04", "+4", "-1", "4 ", "live", "18446744073709551616", "٤"] {
            assert!(matches!(bad.parse::<Version>(), Err(VersionError::NotANumber { .. })), "{bad}");
        }
        assert!(Version::new(0).is_err());
    }

    #[test]
    fn versions_are_written_as_text() {
        let version = Version::new(12).unwrap();
        assert_eq!(serde_json::to_string(&version).unwrap(), r#""12""#);
        assert_eq!(serde_json::from_str::<Version>(r#""12""#).unwrap(), version);
        assert!(serde_json::from_str::<Version>(r#""$LATEST""#).is_err());
    }
}
