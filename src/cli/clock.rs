//! The one place of this program that reads the clock.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The present moment; the epoch where the system's clock is before it or out of range.
#[expect(clippy::disallowed_methods, reason = "the shell reads the clock here, and hands it on as an argument")]
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::try_from(UNIX_EPOCH + since).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The day it is, in UTC: exemptions and runtimes expire on the same day everywhere.
pub(super) fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}

/// The moment to date results with: the beginning of the given day, which makes them the same again; else the present.
pub(super) fn moment(day: Option<Date>) -> Timestamp {
    let begins = day.and_then(|day| day.to_zoned(TimeZone::UTC).ok());
    begins.map_or_else(now, |begins| begins.timestamp())
}
