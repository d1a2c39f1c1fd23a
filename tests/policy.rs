//! The policy document: the shipped file, every mistake at once, and a schema that says the same.

use fitgate::policy::{DEFAULT, Policy};

#[test]
fn the_shipped_file_is_the_default() {
    let policy = Policy::parse("default.yaml", DEFAULT.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(policy, Policy::default());
    let shortest = Policy::parse("p.yaml", b"version: 1").unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(shortest, Policy::default());
}
