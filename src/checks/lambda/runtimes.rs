//! The runtimes that Lambda manages, with the dates of their support.
//!
//! From <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html> as of November 2026. A name that is
//! not here is unknown, never supported.

use jiff::civil::{Date, date};

/// One runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Runtime {
    /// The identifier, `python3.14` for example.
    pub(super) name: &'static str,
    /// From this day on it gets no more security patches.
    pub(super) deprecated: Date,
    /// From this day on functions that use it can no longer be updated.
    pub(super) updates_blocked: Date,
}

const fn runtime(name: &'static str, deprecated: Date, updates_blocked: Date) -> Runtime {
    Runtime { name, deprecated, updates_blocked }
}

/// Every runtime, by language and version.
pub(super) const RUNTIMES: &[Runtime] = &[
    runtime("dotnet6", date(2024, 12, 20), date(2027, 3, 3)),
    runtime("dotnet8", date(2026, 11, 10), date(2027, 3, 3)),
    runtime("dotnet10", date(2028, 11, 14), date(2029, 1, 15)),
    runtime("dotnetcore1.0", date(2019, 6, 27), date(2019, 7, 30)),
    runtime("dotnetcore2.0", date(2019, 5, 30), date(2019, 5, 30)),
    runtime("dotnetcore2.1", date(2022, 1, 5), date(2022, 4, 13)),
    runtime("dotnetcore3.1", date(2023, 4, 3), date(2023, 5, 3)),
    runtime("go1.x", date(2024, 1, 8), date(2027, 3, 3)),
    runtime("java8", date(2024, 1, 8), date(2027, 3, 3)),
    runtime("java8.al2", date(2027, 6, 30), date(2027, 8, 31)),
    runtime("java11", date(2027, 6, 30), date(2027, 8, 31)),
    runtime("java17", date(2027, 6, 30), date(2027, 8, 31)),
    runtime("java21", date(2029, 6, 30), date(2029, 8, 31)),
    runtime("java25", date(2029, 6, 30), date(2029, 8, 31)),
    runtime("nodejs", date(2016, 8, 30), date(2016, 10, 31)),
    runtime("nodejs4.3", date(2020, 3, 5), date(2020, 3, 5)),
    runtime("nodejs4.3-edge", date(2019, 4, 30), date(2019, 4, 30)),
    runtime("nodejs6.10", date(2019, 8, 12), date(2019, 8, 12)),
    runtime("nodejs8.10", date(2020, 3, 6), date(2020, 3, 6)),
    runtime("nodejs10.x", date(2021, 7, 30), date(2022, 2, 14)),
    runtime("nodejs12.x", date(2023, 3, 31), date(2023, 4, 30)),
    runtime("nodejs14.x", date(2023, 12, 4), date(2027, 3, 3)),
    runtime("nodejs16.x", date(2024, 6, 12), date(2027, 3, 3)),
    runtime("nodejs18.x", date(2025, 9, 1), date(2027, 3, 3)),
    runtime("nodejs20.x", date(2026, 4, 30), date(2027, 3, 3)),
    runtime("nodejs22.x", date(2027, 4, 30), date(2027, 7, 1)),
    runtime("nodejs24.x", date(2028, 4, 30), date(2028, 7, 1)),
    runtime("provided", date(2024, 1, 8), date(2027, 3, 3)),
    runtime("provided.al2", date(2026, 7, 31), date(2027, 3, 3)),
    runtime("provided.al2023", date(2029, 6, 30), date(2029, 8, 31)),
    runtime("python2.7", date(2021, 7, 15), date(2022, 5, 30)),
    runtime("python3.6", date(2022, 7, 18), date(2022, 8, 29)),
    runtime("python3.7", date(2023, 12, 4), date(2027, 3, 3)),
    runtime("python3.8", date(2024, 10, 14), date(2027, 3, 3)),
    runtime("python3.9", date(2025, 12, 15), date(2027, 3, 3)),
    runtime("python3.10", date(2026, 10, 31), date(2027, 3, 3)),
    runtime("python3.11", date(2027, 6, 30), date(2027, 8, 31)),
    runtime("python3.12", date(2028, 10, 31), date(2029, 1, 10)),
    runtime("python3.13", date(2029, 6, 30), date(2029, 8, 31)),
    runtime("python3.14", date(2029, 6, 30), date(2029, 8, 31)),
    runtime("ruby2.5", date(2021, 7, 30), date(2022, 3, 31)),
    runtime("ruby2.7", date(2023, 12, 7), date(2027, 3, 3)),
    runtime("ruby3.2", date(2026, 3, 31), date(2027, 3, 3)),
    runtime("ruby3.3", date(2027, 3, 31), date(2027, 5, 31)),
    runtime("ruby3.4", date(2028, 3, 31), date(2028, 5, 31)),
    runtime("ruby4.0", date(2029, 3, 31), date(2029, 5, 31)),
];

/// Runtimes that Lambda has (`Runtime` of the API's model) and of which it had published no date on [`AS_OF`].
pub(super) const UNDATED: &[&str] = &["java8.al2023", "java11.al2023", "java17.al2023", "nodejs26.x", "python3.15"];

/// When the tables were read.
pub(super) const AS_OF: Date = date(2026, 11, 1);

/// How long before its deprecation AWS tells of it, days.
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html#runtime-deprecation-notify>
pub(super) const ANNOUNCED_DAYS: i64 = 180;

/// The runtime of this identifier.
pub(super) fn by_name(name: &str) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|runtime| runtime.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_updates_outlive_support() {
        for (index, runtime) in RUNTIMES.iter().enumerate() {
            assert!(!UNDATED.contains(&runtime.name), "{} has dates", runtime.name);
            assert!(RUNTIMES[index + 1..].iter().all(|other| other.name != runtime.name), "{} twice", runtime.name);
            assert!(runtime.deprecated <= runtime.updates_blocked, "{}", runtime.name);
        }
    }
}
