//! The SDK's moments as those of the core.

use aws_smithy_types::DateTime;
use jiff::Timestamp;

/// The same moment; none where it lies outside of what a [`Timestamp`] can say (the years -9999 to 9999).
pub(super) fn moment(time: &DateTime) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(time.subsec_nanos()).ok()?;
    Timestamp::new(time.secs(), nanoseconds).ok()
}
