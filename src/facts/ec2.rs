//! Facts of Amazon EC2, as far as functions in a VPC need them.

use serde::{Deserialize, Serialize};

use super::{Observed, Text};

/// `AWS::EC2::Subnet`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Subnet {
    /// `eu-west-1a` for example; AWS chooses where absent.
    pub availability_zone: Observed<Text>,
    /// `euw1-az1` for example, instead of the name.
    pub availability_zone_id: Observed<Text>,
}
