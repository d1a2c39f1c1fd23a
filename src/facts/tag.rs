//! Tags, as most CloudFormation types write them.

use serde::{Deserialize, Serialize};

use super::{Observed, Text};

/// One tag of a resource.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Tag {
    /// Its key.
    pub key: Observed<Text>,
    /// Its value.
    pub value: Observed<Text>,
}
