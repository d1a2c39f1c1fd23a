//! The two kinds of number: points in hundredths, and a fitness in tenths.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Points, in whole hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Points(u64);

/// A fitness, or a limit to one: 0 to 100 in whole tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u16);

impl Points {
    /// `percent` percent of a weight.
    pub fn of(weight: u16, percent: u8) -> Self {
        Self(u64::from(weight) * u64::from(percent))
    }

    /// The sum; it stops at the largest number instead of beginning again.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, at least 0.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// A multiple.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self(self.0.saturating_mul(u64::from(count)))
    }

    /// In hundredths of a point.
    pub fn hundredths(self) -> u64 {
        self.0
    }
}

impl Score {
    /// The best there is.
    pub const FULL: Self = Self(1_000);

    /// So many tenths, at most 1,000.
    pub const fn tenths(tenths: u16) -> Self {
        Self(if tenths > 1_000 { 1_000 } else { tenths })
    }

    /// In tenths, 0 to 1,000.
    pub const fn as_tenths(self) -> u16 {
        self.0
    }

    /// As a number, for plots and metrics.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// `100 × earned / possible`, rounded down to a tenth; none of nothing.
    pub fn of(earned: Points, possible: Points) -> Option<Self> {
        let tenths = (u128::from(earned.0) * 1_000).checked_div(u128::from(possible.0))?;
        u16::try_from(tenths).ok().map(Self::tenths)
    }

    /// By how much this is above `other`, at least 0.
    #[must_use]
    pub fn above(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Reads `72`, `72.5`: 0 to 100 with at most one decimal.
    pub fn parse(written: &str) -> Option<Self> {
        let (whole, tenth) = written.split_once('.').unwrap_or((written, "0"));
        let digits = |text: &str| !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(tenth) || tenth.trim_end_matches('0').len() > 1 {
            return None;
        }
        let whole: u16 = whole.parse().ok()?;
        let tenth = u16::from(tenth.as_bytes()[0] - b'0');
        let tenths = whole * 10 + tenth;
        (tenths <= 1_000).then_some(Self(tenths))
    }
}

impl fmt::Display for Score {
    /// `72.5`, and `72` where there is no decimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 10 {
            0 => f.pad(&(self.0 / 10).to_string()),
            tenth => f.pad(&format!("{}.{tenth}", self.0 / 10)),
        }
    }
}

impl fmt::Display for Points {
    /// `12`, `12.5`, `12.25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl Serialize for Score {
    /// A number, whole where it can be.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 10 {
            0 => serializer.serialize_u16(self.0 / 10),
            _ => serializer.serialize_f64(self.as_f64()),
        }
    }
}

impl Serialize for Points {
    /// A number, whole where it can be.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 % 100 {
            0 => serializer.serialize_u64(self.0 / 100),
            // Exact enough below 90 million million points.
            _ => serializer.serialize_f64(self.0 as f64 / 100.0),
        }
    }
}

impl<'de> Deserialize<'de> for Score {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tenths = f64::deserialize(deserializer)? * 10.0;
        if !(0.0..=1_000.0).contains(&tenths) {
            return Err(de::Error::custom("a fitness is a number from 0 to 100"));
        }
        // In range, so that nothing is cut off.
        Ok(Self(tenths.round() as u16))
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hundredths = f64::deserialize(deserializer)? * 100.0;
        if !(0.0..=9.0e15).contains(&hundredths) {
            return Err(de::Error::custom("points are a number from 0 upwards"));
        }
        // In range, so that nothing is cut off.
        Ok(Self(hundredths.round() as u64))
    }
}
