//! The emulator's Cloud Control knows only what was created through it. What it would say of the queues of a stack the
//! double says instead, by what SQS says of them; of topics and keys, by what CloudFormation was told to make.

use serde_json::{Map, Value, json};

use super::{
    double::Double,
    ministack::{Account, REGION},
    names::Names,
    stack::Stack,
    template::Template,
};

const QUEUE: &str = "AWS::SQS::Queue";
/// Types of which the emulator's own services leave out too much.
const AS_WRITTEN: [&str; 2] = ["AWS::KMS::Key", "AWS::SNS::Topic"];

impl Account {
    /// Lets Cloud Control of the double know the queues of a stack.
    pub(crate) fn show_queues(&self, stack: &Stack, double: &Double) {
        for queue in stack.resources.values().filter(|it| it.r#type == QUEUE) {
            let url = &queue.physical_id;
            let asked = json!({ "QueueUrl": url, "AttributeNames": ["All"] });
            let answer = self.ask("sqs", "AmazonSQS", "GetQueueAttributes", &asked);
            let attributes =
                answer["Attributes"].as_object().unwrap_or_else(|| panic!("no attributes of {url}: {answer}"));
            // For the double this region is another one than its own.
            double.set("cloudcontrol:GetResource", &format!("{REGION}/{QUEUE}/{url}"), document(url, attributes));
        }
    }
}

/// Lets Cloud Control of the double know the topics and keys of a stack.
pub(crate) fn show_as_written(stack: &Stack, template: &Template, parameters: &[(&str, &str)], double: &Double) {
    let names = Names::new(stack, &template.0, parameters);
    for (id, resource) in stack.resources.iter().filter(|(_, it)| AS_WRITTEN.contains(&it.r#type.as_str())) {
        let written = &template.0["Resources"][id.as_str()]["Properties"];
        let document = if written.is_null() { json!({}) } else { names.resolved(written) };
        let key = format!("{REGION}/{}/{}", resource.r#type, resource.physical_id);
        double.set("cloudcontrol:GetResource", &key, document);
    }
}

/// The properties of a queue: SQS writes all of them as texts, CloudFormation as what they are.
fn document(url: &str, attributes: &Map<String, Value>) -> Value {
    let typed = |(name, value): (&String, &Value)| {
        let text = value.as_str().expect("a text");
        (name.clone(), serde_json::from_str(text).unwrap_or_else(|_| value.clone()))
    };
    let mut document: Map<String, Value> = attributes.iter().map(typed).collect();
    document.insert("QueueUrl".to_owned(), url.into());
    document.insert("QueueName".to_owned(), url.rsplit('/').next().into());
    Value::Object(document)
}
