//! The baselines of several inputs in one document, as `check --baseline` keeps them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BASELINE_VERSION, Baseline, BaselineError};

/// What each input was like, by the name that reports call it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baselines {
    /// [`BASELINE_VERSION`] of the writer.
    version: u32,
    /// By input.
    inputs: BTreeMap<String, Baseline>,
}

impl Default for Baselines {
    fn default() -> Self {
        Self { version: BASELINE_VERSION, inputs: BTreeMap::new() }
    }
}

impl Baselines {
    /// What one input was like.
    pub fn of(&self, input: &str) -> Option<&Baseline> {
        self.inputs.get(input)
    }

    /// Remembers what one input is like; the others stay as they are.
    pub fn remember(&mut self, input: impl Into<String>, baseline: Baseline) {
        self.inputs.insert(input.into(), baseline);
    }

    /// Reads the document that [`serde_json`] writes of them.
    ///
    /// # Errors
    /// Where it has another shape or another version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Written {
            version: u64,
            #[serde(default)]
            inputs: BTreeMap<String, Value>,
        }
        let Written { version, inputs } = serde_json::from_slice(bytes)?;
        if version != u64::from(BASELINE_VERSION) {
            return Err(BaselineError::Version(version));
        }
        let read = |(input, baseline): (String, Value)| Ok((input, serde_json::from_value(baseline)?));
        let inputs = inputs.into_iter().map(read).collect::<Result<_, serde_json::Error>>()?;
        Ok(Self { version: BASELINE_VERSION, inputs })
    }
}
