//! Of tables: encryption, point-in-time recovery, expiry.

use aws_sdk_dynamodb::types::{
    PointInTimeRecoverySpecification, PointInTimeRecoveryStatus, SseSpecification, SseStatus, SseType,
    TimeToLiveSpecification,
};
use serde_json::Value;

use super::{Gap, text};

impl Gap<'_> {
    pub(super) async fn table(&self) {
        if let Some(specification) = self.properties.get("SSESpecification") {
            self.table_encryption(specification).await;
        }
        if self.flag("/PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled") {
            self.point_in_time_recovery().await;
        }
        if let Some(specification) = self.properties.get("TimeToLiveSpecification") {
            self.time_to_live(specification).await;
        }
    }

    async fn table_encryption(&self, specification: &Value) {
        let enabled = specification["SSEEnabled"].as_bool().expect("SSEEnabled");
        let wanted = SseSpecification::builder()
            .enabled(enabled)
            .set_sse_type(specification["SSEType"].as_str().map(SseType::from))
            .set_kms_master_key_id(specification["KMSMasterKeyId"].as_str().map(str::to_owned))
            .build();
        let dynamodb = &self.clients.dynamodb;
        let update = dynamodb.update_table().table_name(self.physical_id).sse_specification(wanted);
        update.send().await.expect("encryption set");
        let there = dynamodb.describe_table().table_name(self.physical_id).send().await.expect("the table");
        let there = there.table.and_then(|table| table.sse_description);
        let status = there.as_ref().and_then(|sse| sse.status.clone());
        assert_eq!(status == Some(SseStatus::Enabled), enabled, "{there:?}");
        let key = there.and_then(|sse| sse.kms_master_key_arn);
        assert_eq!(key.as_deref(), specification["KMSMasterKeyId"].as_str());
    }

    async fn point_in_time_recovery(&self) {
        let wanted = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
        let dynamodb = &self.clients.dynamodb;
        let update = dynamodb.update_continuous_backups().table_name(self.physical_id);
        let update = update.point_in_time_recovery_specification(wanted.expect("a specification"));
        update.send().await.expect("recovery set");
        let there = dynamodb.describe_continuous_backups().table_name(self.physical_id).send().await.expect("backups");
        let there = there.continuous_backups_description.and_then(|backups| backups.point_in_time_recovery_description);
        let status = there.and_then(|recovery| recovery.point_in_time_recovery_status);
        assert_eq!(status, Some(PointInTimeRecoveryStatus::Enabled));
    }

    async fn time_to_live(&self, specification: &Value) {
        let attribute = text(&specification["AttributeName"]);
        let wanted = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build();
        let dynamodb = &self.clients.dynamodb;
        let update = dynamodb.update_time_to_live().table_name(self.physical_id);
        let update = update.time_to_live_specification(wanted.expect("a specification"));
        update.send().await.expect("expiry set");
        let there = dynamodb.describe_time_to_live().table_name(self.physical_id).send().await.expect("expiry");
        let there = there.time_to_live_description.and_then(|expiry| expiry.attribute_name);
        assert_eq!(there.as_deref(), Some(attribute));
    }
}
