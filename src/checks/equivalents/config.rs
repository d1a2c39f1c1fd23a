//! What AWS Config itself says: each check carries the name of its rule.

use super::{Catalogue::ConfigRule, Row};

/// The rows, sorted by id.
pub(super) const ROWS: &[Row] = &[
    Row { id: "config-dynamodb-autoscaling-enabled", names: &[(ConfigRule, "dynamodb-autoscaling-enabled")] },
    Row { id: "config-dynamodb-throughput-limit-check", names: &[(ConfigRule, "dynamodb-throughput-limit-check")] },
    Row {
        id: "config-lambda-function-public-access-prohibited",
        names: &[(ConfigRule, "lambda-function-public-access-prohibited")],
    },
    Row { id: "config-lambda-function-settings-check", names: &[(ConfigRule, "lambda-function-settings-check")] },
    Row { id: "config-other-rules", names: &[] },
    Row { id: "config-s3-bucket-logging-enabled", names: &[(ConfigRule, "s3-bucket-logging-enabled")] },
    Row { id: "config-s3-bucket-public-read-prohibited", names: &[(ConfigRule, "s3-bucket-public-read-prohibited")] },
    Row { id: "config-s3-bucket-public-write-prohibited", names: &[(ConfigRule, "s3-bucket-public-write-prohibited")] },
    Row { id: "config-s3-bucket-replication-enabled", names: &[(ConfigRule, "s3-bucket-replication-enabled")] },
    Row {
        id: "config-s3-bucket-server-side-encryption-enabled",
        names: &[(ConfigRule, "s3-bucket-server-side-encryption-enabled")],
    },
    Row { id: "config-s3-bucket-ssl-requests-only", names: &[(ConfigRule, "s3-bucket-ssl-requests-only")] },
    Row { id: "config-s3-bucket-versioning-enabled", names: &[(ConfigRule, "s3-bucket-versioning-enabled")] },
];
