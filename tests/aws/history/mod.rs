//! The history on the double: written once, read page by page, and what becomes of it when the table or CodeDeploy
//! cannot be asked.

mod baseline;
mod trend;
mod writing;

use std::{collections::HashMap, time::Duration};

use aws_sdk_dynamodb::types::AttributeValue;
use fitgate::{
    aws::{
        Calls, Clients, Rates,
        history::{LastGood, Recorded, Table},
    },
    deployment::{AppSpec, Hooks, Version},
    event::{Answer, Phase},
    facts::RawResource,
    judgement::Judgement,
    rehearsal::engine::{Alias, CreateDeploymentInput, DeploymentCreator, DeploymentGroup},
};
use serde_json::Value;

use crate::{
    double::Double,
    judged::{TOLERANT, deployment, invocation, judgement, mixed, stack},
};

const TABLE: &str = "fitgate-History";
const PRE: Phase = Phase::BeforeAllowTraffic;
const POST: Phase = Phase::AfterAllowTraffic;

/// What DescribeTable says of a history table.
pub(crate) fn schema() -> Value {
    let key = |name: &str, kind: &str| serde_json::json!({ "AttributeName": name, "KeyType": kind });
    serde_json::json!({ "Table": { "KeySchema": [key("Stack", "HASH"), key("Deployment", "RANGE")] } })
}

/// A double with a table, and what reaches it.
struct Bench {
    double: Double,
    clients: Clients,
    calls: Calls,
}

impl Bench {
    fn new() -> Self {
        let bench = Self::without_table();
        bench.double.set("dynamodb:DescribeTable", TABLE, schema());
        bench
    }

    fn without_table() -> Self {
        let double = Double::new();
        let clients = double.clients();
        Self { double, clients, calls: Calls::new(Rates::Documented) }
    }

    fn table(&self) -> Table<'_> {
        Table::new(&self.clients, &self.calls, TABLE)
    }

    /// Writes down what a hook of a deployment judged.
    async fn judged(&self, id: &str, hours: i64, phase: Phase, answer: Answer, found: Vec<RawResource>) {
        let (stack, judgement) = (stack(), judgement(deployment(id, hours, phase), found, TOLERANT));
        let recorded = self.table().record(&invocation(&stack, &judgement, answer)).await;
        assert_eq!(recorded, Ok(Recorded::Written), "{id} {phase}");
    }

    /// Writes an item that fitgate did not write, of this stack.
    async fn put(&self, key: &str, attributes: &[(&str, AttributeValue)]) {
        let mut put = self.clients.dynamodb.put_item().table_name(TABLE);
        put = put.item("Stack", text("orders")).item("Deployment", text(key));
        for (name, value) in attributes {
            put = put.item(*name, value.clone());
        }
        put.send().await.expect("the item is written");
    }

    /// The items of the table, by sort key, as they are.
    async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        let query = self.clients.dynamodb.query().table_name(TABLE).key_condition_expression("#s = :s");
        let query = query.expression_attribute_names("#s", "Stack").expression_attribute_values(":s", text("orders"));
        query.send().await.expect("the table").items.unwrap_or_default()
    }

    async fn baseline(&self) -> LastGood {
        self.table().baseline(&stack(), &"d-OWN".parse().expect("an id")).await
    }

    /// Has CodeDeploy run a deployment to its end, or stop it at once; gives its id.
    fn deploy(&self, creator: DeploymentCreator, stopped: bool) -> String {
        self.double.codedeploy(|engine| {
            let version = |number| Version::new(number).expect("a version");
            let group = "CodeDeployDefault.LambdaCanary10Percent5Minutes";
            // Both are there already at the second deployment.
            let _ = engine.create_deployment_group(DeploymentGroup::new("orders", "orders", group));
            for number in [1, 2] {
                engine.publish_version("orders", version(number));
            }
            engine.set_alias("orders", "live", Alias::of(version(1))).expect("an alias");
            let [resource, function, alias] = ["Orders", "orders", "live"].map(str::to_owned);
            let hooks = Hooks { before_allow_traffic: None, after_allow_traffic: None };
            let spec = AppSpec { resource, function, alias, current: version(1), target: version(2), hooks };
            let order = CreateDeploymentInput::of("orders", "orders", &spec);
            let id = engine.create_deployment_as(creator, None, order).expect("a deployment").deployment_id;
            if stopped {
                engine.stop_deployment(id.as_str(), Some(false)).expect("it is running");
            }
            engine.advance(engine.now() + Duration::from_secs(3_600));
            id.to_string()
        })
    }

    fn succeeded(&self) -> String {
        self.deploy(DeploymentCreator::CloudFormation, false)
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn of(item: &HashMap<String, AttributeValue>, name: &str) -> String {
    match item.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn released(id: &str, phase: Phase) -> Judgement {
    judgement(deployment(id, 0, phase), mixed(), TOLERANT)
}
