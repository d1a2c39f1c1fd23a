//! Virtual time.

use std::{fmt, ops::Add, time::Duration};

use serde::{Serialize, Serializer};

/// A moment of a rehearsal: milliseconds since its beginning. Nothing here reads a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Time(u64);

impl Time {
    /// The beginning.
    pub const ZERO: Self = Self(0);

    /// This many milliseconds after the beginning.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// This many seconds after the beginning.
    pub const fn from_secs(secs: u64) -> Self {
        Self(secs.saturating_mul(1_000))
    }

    /// Milliseconds since the beginning.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Seconds since the beginning.
    pub fn as_secs_f64(self) -> f64 {
        self.since(Self::ZERO).as_secs_f64()
    }

    /// The time from `earlier` to here; zero when it is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    /// Saturates at the end of time.
    fn add(self, span: Duration) -> Self {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

impl fmt::Display for Time {
    /// `1:05` for one minute and five seconds, `50:00:00` for fifty hours, thousandths where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (secs, millis) = (self.0 / 1_000, self.0 % 1_000);
        let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
        let mut text = match hours {
            0 => format!("{minutes}:{secs:02}"),
            _ => format!("{hours}:{minutes:02}:{secs:02}"),
        };
        if millis > 0 {
            text.push_str(&format!(".{millis:03}"));
        }
        f.pad(&text)
    }
}

impl Serialize for Time {
    /// Seconds since the beginning, with thousandths.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_well() {
        let cases = [
            (0, "0:00"),
            (65_000, "1:05"),
            (65_250, "1:05.250"),
            (3_600_000, "1:00:00"),
            (180_061_001, "50:01:01.001"),
        ];
        for (millis, text) in cases {
            assert_eq!(Time::from_millis(millis).to_string(), text);
        }
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let end = Time::from_millis(u64::MAX);
        assert_eq!(end + Duration::MAX, end);
        assert_eq!(Time::ZERO.since(end), Duration::ZERO);
    }
}
