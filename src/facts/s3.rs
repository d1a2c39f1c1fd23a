//! Facts of Amazon S3.

use serde::{Deserialize, Serialize};

use super::{Directory, Facts, Observed};

mod notification;

pub use notification::{LambdaConfiguration, NotificationConfiguration};

/// `AWS::S3::Bucket`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Bucket {
    /// Who is told of what happens in the bucket.
    pub notification_configuration: Observed<NotificationConfiguration>,
}

/// `AWS::S3::BucketPolicy`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct BucketPolicy {}

/// `AWS::S3::AccessPoint`
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AccessPoint {}

/// Joins onto the subjects what CloudFormation splits over several resources.
pub(super) fn join(_facts: &mut Facts, _directory: &Directory) {}
