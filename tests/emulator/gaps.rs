//! What the emulator's CloudFormation passes over of a template and its other services would take: set through
//! them, and asserted by asking them.

mod bucket;
mod table;

use aws_sdk_lambda::types::DeadLetterConfig;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use fitgate::aws::Clients;
use serde_json::Value;

use super::{ministack::REGION, names::Names, stack::Stack};

/// Makes the stack what the `processed` template says, as far as the services can.
pub(crate) async fn close(clients: &Clients, stack: &Stack, processed: &Value, parameters: &[(&str, &str)]) {
    let names = Names::new(stack, processed, parameters);
    for (logical_id, resource) in processed["Resources"].as_object().expect("Resources") {
        let Some(found) = stack.resources.get(logical_id) else { continue }; // a condition left it out
        let gap =
            || Gap { clients, physical_id: &found.physical_id, properties: names.resolved(&resource["Properties"]) };
        match found.r#type.as_str() {
            "AWS::S3::Bucket" => gap().bucket().await,
            "AWS::S3::BucketPolicy" => gap().bucket_policy().await,
            "AWS::DynamoDB::Table" => gap().table().await,
            "AWS::Lambda::Function" => gap().function().await,
            _ => {}
        }
    }
}

/// One resource, and what the template says of it.
struct Gap<'a> {
    clients: &'a Clients,
    physical_id: &'a str,
    properties: Value,
}

impl Gap<'_> {
    /// AWS calls a bucket's policy by the bucket's name, the emulator by that name and `-policy`. A bucket of that
    /// name with the same policy stands in, for whoever asks what policy the resource is.
    async fn bucket_policy(&self) {
        let s3 = &self.clients.s3;
        let bucket = text(&self.properties["Bucket"]);
        assert_eq!(self.physical_id, format!("{bucket}-policy"), "the gap is closed");
        let there = s3.get_bucket_policy().bucket(bucket).send().await.expect("a policy");
        let region = BucketLocationConstraint::from(REGION);
        let place = CreateBucketConfiguration::builder().location_constraint(region).build();
        let create = s3.create_bucket().bucket(self.physical_id).create_bucket_configuration(place);
        create.send().await.expect("a bucket");
        let put = s3.put_bucket_policy().bucket(self.physical_id).set_policy(there.policy);
        put.send().await.expect("a policy set");
    }

    async fn function(&self) {
        if self.properties.get("DeadLetterConfig").or(self.properties.get("KmsKeyArn")).is_some() {
            self.key_and_dead_letters().await;
        }
        self.reservation().await;
    }

    async fn key_and_dead_letters(&self) {
        let target = self.properties.pointer("/DeadLetterConfig/TargetArn").map(|arn| text(arn).to_owned());
        let key = self.properties.get("KmsKeyArn").map(|arn| text(arn).to_owned());
        let dead_letters = target.map(|target| DeadLetterConfig::builder().target_arn(target).build());
        let lambda = &self.clients.lambda;
        let update = lambda.update_function_configuration().function_name(self.physical_id);
        let update = update.set_kms_key_arn(key.clone()).set_dead_letter_config(dead_letters.clone());
        update.send().await.expect("a configuration set");
        let there = lambda.get_function_configuration().function_name(self.physical_id).send().await.expect("it");
        assert_eq!((there.kms_key_arn, there.dead_letter_config), (key, dead_letters));
    }

    async fn reservation(&self) {
        let Some(wanted) = self.properties.get("ReservedConcurrentExecutions").and_then(whole_number) else { return };
        let lambda = &self.clients.lambda;
        let put = lambda.put_function_concurrency().function_name(self.physical_id);
        put.reserved_concurrent_executions(wanted).send().await.expect("a reservation set");
        let there = lambda.get_function_concurrency().function_name(self.physical_id).send().await;
        assert_eq!(there.expect("a reservation").reserved_concurrent_executions, Some(wanted));
    }

    fn list(&self, pointer: &str) -> Option<&Vec<Value>> {
        self.properties.pointer(pointer).map(|list| list.as_array().expect("a list"))
    }

    fn flag(&self, pointer: &str) -> bool {
        self.properties.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("`{value}` is no text"))
}

/// A number, which a parameter may give as text.
fn whole_number(value: &Value) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok()).or_else(|| value.as_str()?.parse().ok())
}
