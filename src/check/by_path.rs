//! Verdicts on properties that are read by path.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Verdict;
use crate::facts::Untyped;

impl Untyped {
    /// Judges what is at `path`, and says that the verdict rests on it.
    pub fn judge<T: DeserializeOwned>(
        &self,
        path: &str,
        present: impl FnOnce(&T) -> Verdict,
        absent: impl FnOnce() -> Verdict,
    ) -> Verdict {
        self.get::<T>(path).judge(present, absent).at(path)
    }

    /// Passes where `path` is `true`; `false` and absence fail with this evidence.
    pub fn must_be_true(&self, path: &str, otherwise: &str) -> Verdict {
        self.judge(path, |on: &bool| Verdict::pass_if(*on, otherwise), || Verdict::fail(otherwise))
    }

    /// Passes where anything is at `path`, an empty text or list not counted; absence fails with this evidence.
    pub fn must_be_there(&self, path: &str, otherwise: &str) -> Verdict {
        let empty = |value: &Value| match value {
            Value::String(text) => text.trim().is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        // The marker of a text that is known in part is an object: it is there, whatever it will be.
        match self.written(path) {
            Ok(Some(value)) => Verdict::pass_if(!empty(value), otherwise),
            Ok(None) => Verdict::fail(otherwise),
            Err(why) => Verdict::inconclusive(why),
        }
        .at(path)
    }
}
