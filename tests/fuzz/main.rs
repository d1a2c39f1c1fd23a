//! Everything that people or other programs write, at random: templates, policies of a stack's owner, saved facts, the
//! policy documents of IAM, and texts that are none of them.
//!
//! Whatever is written: nobody panics, it does not take long, a mistake has a place, and what was read is judged by
//! every check, scored and decided on, and the same again after it was saved and loaded.
//!
//! `FITGATE_FUZZ=20` tries twenty times as many cases, `PROPTEST_RNG_SEED=7` tries others.
#![expect(clippy::expect_used, reason = "a test fails by panicking, its own functions too")]
#![expect(
    clippy::disallowed_methods,
    reason = "how much is tried comes from the environment; how long it takes is measured"
)]

#[path = "../fixtures/cases.rs"]
#[expect(dead_code, reason = "a case is a template here, whatever check it is of")]
mod cases;
mod edits;
mod facts;
#[path = "../templates/large.rs"]
mod large;
mod laws;
#[path = "../fixtures/plain.rs"]
mod plain;
mod policies;
mod statements;
mod templates;
mod texts;
mod values;
mod vocabulary;

use proptest::prelude::*;

proptest! {
    #![proptest_config(laws::config(200))]

    #[test]
    fn any_template_is_refused_or_judged(parts in templates::parts()) {
        let written = parts.together().to_string();
        laws::template("template.json", written.as_bytes())?;
    }
}

/// Else nothing would be tried but the reader's refusals.
#[test]
fn most_templates_are_judged() {
    let judged = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(60)
    });
    let run = runner.run(&templates::parts(), |parts| {
        let read = laws::template("template.json", parts.together().to_string().as_bytes())?;
        judged.set(judged.get() + usize::from(read));
        Ok(())
    });
    assert!(run.is_ok() && judged.get() > 30, "{} of 60 were judged; {run:?}", judged.get());
}
