//! Shares and times as every renderer writes them.

/// A share (0 to 1) as a percentage: `10 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// Seconds as `h:mm:ss`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of at most some days")]
pub(super) fn clock(second: f64) -> String {
    let second = second.max(0.0) as u64;
    format!("{}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}
