//! What scales tables, as Application Auto Scaling answers: onto the table, and as resources of the stack.

use std::time::Duration;

use fitgate::need::Need;
use serde_json::{Value, json};

use crate::{
    double::{Double, Fault, Which},
    looking::{FAULTS, Named, differences, is_for_reason, look, template_facts},
};

const ORDERS: Named = ("Orders", "AWS::DynamoDB::Table", "orders");
const NEEDS: [Need; 3] = [Need::Table, Need::ScalableTargets, Need::ScalingPolicies];
const TARGETS: &str = "application-autoscaling:DescribeScalableTargets";
const POLICIES: &str = "application-autoscaling:DescribeScalingPolicies";

/// A provisioned table with these indexes.
fn provisioned(double: &Double, name: &str, indexes: &[&str]) {
    let indexes: Vec<_> = indexes.iter().map(|index| json!({ "IndexName": index })).collect();
    double.set(
        "dynamodb:DescribeTable",
        name,
        json!({ "Table": { "TableName": name, "GlobalSecondaryIndexes": indexes } }),
    );
}

/// A target of a table or index (`orders`, `orders/index/by-day`), and a policy that moves it.
fn target(double: &Double, part: &str, unit: &str) {
    let key = format!("{part} {unit}").replace('/', " ");
    double.set(TARGETS, &key, described(part, unit));
}

fn policy(double: &Double, part: &str, unit: &str) {
    let key = format!("{part} {unit}").replace('/', " ");
    let mut policy = described(part, unit);
    policy["PolicyName"] = json!("move");
    policy["PolicyARN"] = json!(arn(part, unit));
    policy["PolicyType"] = json!("TargetTrackingScaling");
    double.set(POLICIES, &key, policy);
}

fn arn(part: &str, unit: &str) -> String {
    format!(
        "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:{unit}:resource/dynamodb/table/{part}:policyName/move"
    )
}

fn described(part: &str, unit: &str) -> Value {
    let kind = if part.contains('/') { "index" } else { "table" };
    json!({
        "ServiceNamespace": "dynamodb",
        "ResourceId": format!("table/{part}"),
        "ScalableDimension": format!("dynamodb:{kind}:{unit}CapacityUnits"),
        "MinCapacity": 5,
        "MaxCapacity": 50,
        "RoleARN": "role",
        "CreationTime": 946_684_800,
    })
}

/// `orders` with an index; reads and writes of the table scale, of the index reads alone, and no policy moves writes
/// of the table.
fn scaled() -> Double {
    let double = Double::new();
    provisioned(&double, "orders", &["by-day"]);
    for (part, unit) in [("orders", "Read"), ("orders", "Write"), ("orders/index/by-day", "Read")] {
        target(&double, part, unit);
    }
    policy(&double, "orders", "Read");
    policy(&double, "orders/index/by-day", "Read");
    double
}

#[tokio::test(start_paused = true)]
async fn a_table_shows_what_scales_it_and_its_indexes() {
    let double = scaled();
    double.latency(Duration::from_millis(30));
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(
        looked.fact("Orders", "$Scaling"),
        json!([
            { "Dimension": "Read", "Policy": true },
            { "Dimension": "Write", "Policy": false },
            { "Index": "by-day", "Dimension": "Read", "Policy": true },
        ])
    );
    assert_eq!(double.count(TARGETS), 1);
    assert_eq!(double.count(POLICIES), 2, "one for each part that has a target");
    assert_eq!(looked.took, Duration::from_millis(90), "description, targets, policies");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_nothing_scales_says_so_without_asking_for_policies() {
    let double = Double::new();
    provisioned(&double, "orders", &[]);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    assert_eq!(looked.fact("Orders", "$Scaling"), json!([]));
    assert_eq!(double.count(POLICIES), 0);
}

#[tokio::test(start_paused = true)]
async fn tables_are_asked_about_together() {
    let double = Double::new();
    let leak = |text: String| -> &'static str { text.leak() };
    let tables: Vec<Named> = (0..40)
        .map(|number| (leak(format!("T{number:02}")), "AWS::DynamoDB::Table", leak(format!("t{number}"))))
        .collect();
    for (_, _, name) in &tables {
        provisioned(&double, name, &["by-day"]);
        for part in [(*name).to_owned(), format!("{name}/index/by-day")] {
            target(&double, &part, "Read");
            target(&double, &part, "Write");
        }
    }
    let looked = look(&double, NEEDS, &tables).await;
    assert_eq!(double.count("dynamodb:DescribeTable"), 40, "each once, though the names of all indexes are waited for");
    assert_eq!(double.count(TARGETS), 4, "80 parts, 25 at once, each answer in one page");
    assert_eq!(double.count(POLICIES), 80);
    for (id, ..) in &tables {
        assert_eq!(looked.fact(id, "$Scaling").as_array().map(Vec::len), Some(4), "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn second_pages_count_and_half_a_list_is_none() {
    let double = scaled();
    let whole = look(&double, NEEDS, &[ORDERS]).await.saved("Orders");
    double.page_size(1);
    double.begin();
    assert_eq!(look(&double, NEEDS, &[ORDERS]).await.saved("Orders"), whole);
    assert_eq!(double.count(TARGETS), 3);
    double.fail(TARGETS, Which::After(1), Fault::Denied);
    let looked = look(&double, NEEDS, &[ORDERS]).await;
    for part in ["$Scaling/0", "$Scaling/1"] {
        let fact = looked.fact("Orders", part);
        assert!(is_for_reason(&fact, &Fault::Denied, Need::ScalableTargets), "{part} is {fact}");
    }
    assert_eq!(double.count(POLICIES), 2, "without targets nobody asks what moves them");
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_unknown_where_it_is_asked_for() {
    for fault in FAULTS {
        let double = scaled();
        double.fail(TARGETS, Which::Always, fault.clone());
        let fact = look(&double, NEEDS, &[ORDERS]).await.fact("Orders", "$Scaling/0");
        assert!(is_for_reason(&fact, &fault, Need::ScalableTargets), "{fault:?}: {fact}");

        let double = scaled();
        double.fail(POLICIES, Which::of("table/orders"), fault.clone());
        let looked = look(&double, NEEDS, &[ORDERS]).await;
        for part in ["$Scaling/0/Policy", "$Scaling/1/Policy"] {
            let fact = looked.fact("Orders", part);
            assert!(is_for_reason(&fact, &fault, Need::ScalingPolicies), "{fault:?}: {part} is {fact}");
        }
        assert_eq!(looked.fact("Orders", "$Scaling/2/Policy"), json!(true), "the index is another call");

        let double = scaled();
        provisioned(&double, "others", &[]);
        double.fail("dynamodb:DescribeTable", Which::of("orders"), fault.clone());
        let looked = look(&double, NEEDS, &[ORDERS, ("Others", "AWS::DynamoDB::Table", "others")]).await;
        assert!(is_for_reason(&looked.fact("Orders", "$Scaling"), &fault, Need::Table));
        assert_eq!(looked.fact("Others", "$Scaling"), json!([]));
    }
    for operation in [TARGETS, POLICIES] {
        let double = scaled();
        double.fail(operation, Which::Times(2), Fault::Throttled);
        let looked = look(&double, NEEDS, &[ORDERS]).await;
        assert_eq!(looked.fact("Orders", "$Scaling/0"), json!({ "Dimension": "Read", "Policy": true }), "tried again");
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_check_asks_for_is_not_called() {
    let double = scaled();
    let stack = [
        ORDERS,
        (
            "Target",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "table/orders|dynamodb:table:ReadCapacityUnits|dynamodb",
        ),
    ];
    let looked = look(&double, [Need::Table], &stack).await;
    assert_eq!(double.count("application-autoscaling:*"), 0);
    assert!(looked.fact("Orders", "$Scaling/0/$unknown/NotObserved").is_string());
    let looked = look(&double, [Need::Table, Need::ScalableTargets], &stack).await;
    assert_eq!(double.count(POLICIES), 0);
    assert!(looked.fact("Orders", "$Scaling/0/Policy/$unknown/NotObserved").is_string());
}

#[tokio::test(start_paused = true)]
async fn targets_and_policies_of_the_stack_are_seen_and_named() {
    let double = scaled();
    let policy = arn("orders", "Read").leak();
    let gone = arn("orders", "Gone").leak();
    let stack: Vec<Named> = vec![
        ORDERS,
        (
            "Reads",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "table/orders|dynamodb:table:ReadCapacityUnits|dynamodb",
        ),
        (
            "Gone",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "table/orders/index/by-day|dynamodb:index:WriteCapacityUnits|dynamodb",
        ),
        (
            "Function",
            "AWS::ApplicationAutoScaling::ScalableTarget",
            "function:f:live|lambda:function:ProvisionedConcurrency|lambda",
        ),
        ("Odd", "AWS::ApplicationAutoScaling::ScalableTarget", "odd"),
        ("Move", "AWS::ApplicationAutoScaling::ScalingPolicy", policy),
        ("Moved", "AWS::ApplicationAutoScaling::ScalingPolicy", gone),
    ];
    let looked = look(&double, NEEDS, &stack).await;
    assert_eq!(double.count(TARGETS), 1, "the resources share what the tables ask");
    assert_eq!(looked.fact("Orders", "$Scaling/0/Target"), json!("Reads"));
    assert_eq!(looked.fact("Orders", "$Scaling/1/Target"), Value::Null);
    assert_eq!(
        looked.saved("Reads"),
        json!({
            "ResourceId": "table/orders", "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
            "ServiceNamespace": "dynamodb", "MinCapacity": 5, "MaxCapacity": 50,
        })
    );
    let gone = looked.fact("Gone", "MaxCapacity");
    assert!(is_for_reason(&gone, &Fault::NotFound, Need::ScalableTargets), "{gone}");
    assert_eq!(looked.fact("Function", "ServiceNamespace"), json!("lambda"));
    assert!(looked.fact("Function", "MaxCapacity/$unknown/NotObserved").is_string());
    assert!(looked.fact("Odd", "$unknown/NotObserved").is_string());
    assert_eq!(
        looked.saved("Move"),
        json!({
            "ResourceId": "table/orders", "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
            "ServiceNamespace": "dynamodb", "PolicyType": "TargetTrackingScaling",
        })
    );
    let gone = looked.fact("Moved", "PolicyType");
    assert!(is_for_reason(&gone, &Fault::NotFound, Need::ScalingPolicies), "{gone}");
}

#[tokio::test(start_paused = true)]
async fn what_a_template_says_of_scaling_is_what_is_observed() {
    let double = scaled();
    let target = |id: &str, dimension: &str| {
        json!({ "Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": {
            "ServiceNamespace": "dynamodb", "ResourceId": id, "ScalableDimension": dimension,
            "MinCapacity": 5, "MaxCapacity": "50",
        } })
    };
    let policy = |id: &str, dimension: &str| {
        json!({ "Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": {
            "PolicyName": "move", "PolicyType": "TargetTrackingScaling",
            "ServiceNamespace": "dynamodb", "ResourceId": id, "ScalableDimension": dimension,
        } })
    };
    let reads = ("table/orders", "dynamodb:table:ReadCapacityUnits");
    let writes = ("table/orders", "dynamodb:table:WriteCapacityUnits");
    let index = ("table/orders/index/by-day", "dynamodb:index:ReadCapacityUnits");
    let template = template_facts(&json!({ "Resources": {
        "Orders": { "Type": "AWS::DynamoDB::Table", "Properties": { "TableName": "orders", "GlobalSecondaryIndexes": [{ "IndexName": "by-day" }] } },
        "Reads": target(reads.0, reads.1),
        "MoveReads": policy(reads.0, reads.1),
        "Writes": target(writes.0, writes.1),
        "Index": target(index.0, index.1),
        "MoveIndex": policy(index.0, index.1),
    } }));
    let leak = |text: String| -> &'static str { text.leak() };
    let physical = |(id, dimension): (&str, &str)| leak(format!("{id}|{dimension}|dynamodb"));
    let stack: Vec<Named> = vec![
        ORDERS,
        ("Reads", "AWS::ApplicationAutoScaling::ScalableTarget", physical(reads)),
        ("MoveReads", "AWS::ApplicationAutoScaling::ScalingPolicy", leak(arn("orders", "Read"))),
        ("Writes", "AWS::ApplicationAutoScaling::ScalableTarget", physical(writes)),
        ("Index", "AWS::ApplicationAutoScaling::ScalableTarget", physical(index)),
        ("MoveIndex", "AWS::ApplicationAutoScaling::ScalingPolicy", leak(arn("orders/index/by-day", "Read"))),
    ];
    let mut looked = look(&double, NEEDS, &stack).await;
    sort_scaling(&mut looked.facts);
    let mut template = template;
    sort_scaling(&mut template);
    assert_eq!(differences(&template, &looked.facts), Vec::<String>::new());
}

/// The order of what scales a table is that of the template, or that of the service.
fn sort_scaling(facts: &mut fitgate::facts::Facts) {
    for resource in &mut facts.resources {
        if let fitgate::facts::Properties::Table(table) = &mut resource.properties
            && let fitgate::facts::Observed::Present(scaling) = &mut std::sync::Arc::make_mut(table).scaling
        {
            scaling.sort_by_key(|scaling| format!("{scaling:?}"));
        }
    }
}
