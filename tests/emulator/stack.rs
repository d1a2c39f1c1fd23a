//! Stacks on the emulator: created by CloudFormation, then made what the template says.

use std::{collections::BTreeMap, time::Duration};

use aws_sdk_cloudformation::types::{Capability, Parameter, StackStatus, TemplateStage};
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use serde_json::Value;

use super::{
    gaps,
    ministack::{Account, REGION},
    template::Template,
};

/// Creating a stack: well below a second.
const CREATE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

/// A stack that is there.
#[derive(Debug)]
pub(crate) struct Stack {
    pub(crate) id: String,
    /// Logical id to type and physical id.
    pub(crate) resources: BTreeMap<String, Provisioned>,
}

/// A resource of a stack.
#[derive(Debug)]
pub(crate) struct Provisioned {
    pub(crate) r#type: String,
    pub(crate) physical_id: String,
}

impl Account {
    /// Creates the stack `name` from what of `template` the emulator takes, and closes the gaps that it leaves.
    pub(crate) async fn create_stack(&self, name: &str, template: &Template, parameters: &[(&str, &str)]) -> Stack {
        let clients = self.clients();
        let body = template.provisionable().0.to_string();
        let parameter =
            |(key, value): &(&str, &str)| Parameter::builder().parameter_key(*key).parameter_value(*value).build();
        let created = clients
            .cloudformation
            .create_stack()
            .stack_name(name)
            .template_body(body)
            .set_parameters(Some(parameters.iter().map(parameter).collect()))
            .capabilities(Capability::CapabilityNamedIam)
            .capabilities(Capability::CapabilityAutoExpand)
            .send()
            .await;
        let id = created.expect("a stack").stack_id.expect("its id");
        self.wait_for(&id).await;
        let stack = Stack { resources: self.resources(&id).await, id };
        let processed = self.processed(&stack.id).await;
        gaps::close(&clients, &stack, &processed, parameters).await;
        stack
    }

    /// Waits until CloudFormation has done its work, and done it well.
    async fn wait_for(&self, stack: &str) {
        let cloudformation = self.clients().cloudformation;
        let done = async {
            loop {
                let answer = cloudformation.describe_stacks().stack_name(stack).send().await.expect("an answer");
                let found = answer.stacks.unwrap_or_default().pop().expect("the stack");
                match found.stack_status {
                    Some(StackStatus::CreateInProgress) => tokio::time::sleep(LOOK).await,
                    Some(StackStatus::CreateComplete) => return,
                    status => {
                        let events = cloudformation.describe_stack_events().stack_name(stack).send().await;
                        panic!("{status:?}: {:?}\n{events:?}", found.stack_status_reason)
                    }
                }
            }
        };
        tokio::time::timeout(CREATE, done).await.expect("a stack in time");
    }

    async fn resources(&self, stack: &str) -> BTreeMap<String, Provisioned> {
        let mut pages = self.clients().cloudformation.list_stack_resources().stack_name(stack).into_paginator().send();
        let mut resources = BTreeMap::new();
        while let Some(page) = pages.next().await {
            for summary in page.expect("a page").stack_resource_summaries.unwrap_or_default() {
                let logical_id = summary.logical_resource_id.expect("a logical id");
                let r#type = summary.resource_type.expect("a type");
                let physical_id = summary.physical_resource_id.expect("a physical id");
                resources.insert(logical_id, Provisioned { r#type, physical_id });
            }
        }
        resources
    }

    /// The template after its transforms.
    async fn processed(&self, stack: &str) -> Value {
        let template = self.clients().cloudformation.get_template().stack_name(stack);
        let answer = template.template_stage(TemplateStage::Processed).send().await.expect("the template");
        serde_json::from_str(&answer.template_body.expect("a body")).expect("JSON")
    }
}

/// Where a function's code lies.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl Account {
    /// Puts code where functions of this account take it from.
    pub(crate) async fn upload(&self, key: &str, zip: Vec<u8>) -> Code {
        let s3 = self.clients().s3;
        let bucket = format!("code-{}", self.id);
        let region = BucketLocationConstraint::from(REGION);
        let place = CreateBucketConfiguration::builder().location_constraint(region).build();
        match s3.create_bucket().bucket(&bucket).create_bucket_configuration(place).send().await {
            Ok(_) => {}
            Err(error) => {
                assert!(error.as_service_error().is_some_and(|it| it.is_bucket_already_owned_by_you()), "{error:?}")
            }
        }
        // Hashing tens of megabytes takes seconds in an unoptimised SDK, for an emulator that does not look.
        let unhashed = aws_sdk_s3::config::Builder::new()
            .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired);
        let put = s3.put_object().bucket(&bucket).key(key).body(zip.into()).customize();
        put.config_override(unhashed).disable_payload_signing().send().await.expect("an object");
        Code { bucket, key: key.to_owned() }
    }
}

impl Stack {
    /// What `Ref` (no attribute) or `Fn::GetAtt` gives; none for what no test asked for yet.
    pub(crate) fn attribute(&self, logical_id: &str, attribute: Option<&str>) -> Option<String> {
        let resource = self.resources.get(logical_id)?;
        let id = resource.physical_id.as_str();
        // arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID
        let mut parts = self.id.split(':').skip(3);
        let (region, account) = (parts.next()?, parts.next()?);
        match (resource.r#type.as_str(), attribute) {
            (_, None) => Some(id.to_owned()),
            ("AWS::S3::Bucket", Some("Arn")) => Some(format!("arn:aws:s3:::{id}")),
            ("AWS::DynamoDB::Table", Some("Arn")) => Some(format!("arn:aws:dynamodb:{region}:{account}:table/{id}")),
            ("AWS::IAM::Role", Some("Arn")) => Some(format!("arn:aws:iam::{account}:role/{id}")),
            ("AWS::KMS::Key", Some("Arn")) => Some(format!("arn:aws:kms:{region}:{account}:key/{id}")),
            ("AWS::Lambda::Function", Some("Arn")) => Some(format!("arn:aws:lambda:{region}:{account}:function:{id}")),
            ("AWS::Lambda::Version", Some("Version")) => id.rsplit(':').next().map(str::to_owned),
            ("AWS::SQS::Queue", Some("Arn")) => {
                Some(format!("arn:aws:sqs:{region}:{account}:{}", id.rsplit('/').next()?))
            }
            ("AWS::Logs::LogGroup", Some("Arn")) => Some(format!("arn:aws:logs:{region}:{account}:log-group:{id}:*")),
            _ => None,
        }
    }

    /// The pseudo parameters, as a reader of the template may be given them.
    pub(crate) fn pseudo_parameters(&self) -> Vec<(String, String)> {
        let mut parts = self.id.splitn(6, ':').skip(3);
        let mut part = || parts.next().expect("an ARN").to_owned();
        let (region, account, name) = (part(), part(), part());
        let name = name.split('/').nth(1).expect("a name").to_owned();
        let values = [
            ("AWS::Partition", "aws".to_owned()),
            ("AWS::Region", region),
            ("AWS::AccountId", account),
            ("AWS::StackName", name),
            ("AWS::StackId", self.id.clone()),
        ];
        values.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }
}
