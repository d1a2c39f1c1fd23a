//! DynamoDB's items: conditional writes, queries by partition, pages, limits.

use aws_sdk_dynamodb::types::AttributeValue;
use fitgate::aws::Fault;
use serde_json::json;

use super::account;

fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

#[tokio::test(start_paused = true)]
async fn the_first_write_stays_under_its_condition() {
    let double = account();
    let client = double.clients().dynamodb;
    let put = |note: &str| {
        let put = client.put_item().table_name("orders").item("Customer", text("ada")).item("Order", text("1"));
        put.item("Note", text(note))
    };
    let once = |note: &str| {
        put(note).condition_expression("attribute_not_exists(#c)").expression_attribute_names("#c", "Customer")
    };
    once("first").send().await.expect("the first");
    let shown = aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
    let error = once("second").return_values_on_condition_check_failure(shown).send().await.expect_err("the second");
    let error = error.into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) = error else {
        panic!("{error:?}")
    };
    assert_eq!(failed.item().and_then(|item| item.get("Note")), Some(&text("first")));
    put("third").send().await.expect("without a condition");
    let got = client.get_item().table_name("orders").key("Customer", text("ada")).key("Order", text("1"));
    let got = got.send().await.expect("it");
    assert_eq!(got.item().and_then(|item| item.get("Note")), Some(&text("third")));
    assert_eq!(
        double.items("orders"),
        [json!({"Customer": {"S": "ada"}, "Order": {"S": "1"}, "Note": {"S": "third"}})]
    );
    let nobody = client.get_item().table_name("orders").key("Customer", text("ada")).key("Order", text("9"));
    assert_eq!(nobody.send().await.expect("an answer").item(), None);
}

#[tokio::test(start_paused = true)]
async fn a_query_reads_a_partition_in_order_and_by_pages() {
    let double = account();
    let client = double.clients().dynamodb;
    for (customer, order) in [("ada", "2"), ("ada", "1"), ("bob", "1"), ("ada", "3")] {
        let put = client.put_item().table_name("orders").item("Customer", text(customer)).item("Order", text(order));
        put.item("Weight", AttributeValue::N(order.to_owned())).send().await.expect("an item");
    }
    let query = || {
        let query = client.query().table_name("orders").key_condition_expression("#c = :c");
        query.expression_attribute_names("#c", "Customer").expression_attribute_values(":c", text("ada"))
    };
    let orders = |items: &[std::collections::HashMap<String, AttributeValue>]| -> Vec<String> {
        items.iter().map(|item| item["Order"].as_s().expect("a text").clone()).collect()
    };
    assert_eq!(orders(query().send().await.expect("items").items()), ["1", "2", "3"]);
    let backwards = query().scan_index_forward(false).limit(2).send().await.expect("items");
    assert_eq!(orders(backwards.items()), ["3", "2"]);
    let rest = query().scan_index_forward(false).set_exclusive_start_key(backwards.last_evaluated_key).send().await;
    assert_eq!(orders(rest.expect("items").items()), ["1"]);
    let heavy = query().filter_expression("#w > :w").expression_attribute_names("#w", "Weight");
    let heavy = heavy.expression_attribute_values(":w", AttributeValue::N("1".to_owned()));
    let heavy = heavy.projection_expression("#c").send().await.expect("items");
    assert_eq!((heavy.count(), heavy.scanned_count()), (2, 3));
    assert_eq!(heavy.items()[0].keys().collect::<Vec<_>>(), ["Customer"]);
    double.page_size(2);
    let all = query().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await.expect("pages");
    assert_eq!(orders(&all), ["1", "2", "3"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_double_does_not_know_is_an_error() {
    let double = account();
    let client = double.clients().dynamodb;
    let query = |condition: &str| {
        let query = client.query().table_name("orders").key_condition_expression(condition);
        let query = query.expression_attribute_names("#c", "Customer").expression_attribute_names("#o", "Order");
        query.expression_attribute_values(":c", text("ada")).expression_attribute_values(":o", text("1"))
    };
    assert!(query("#c = :c AND #o > :o").send().await.is_ok());
    for condition in ["#c = :c", "#o = :o AND #o = :c", "#c > :c AND #o = :o", "#c = :c AND #o <> :o", "Customer = :c"]
    {
        let error = query(condition).send().await.expect_err(condition);
        assert_eq!(Fault::of(&error).code(), Some("ValidationException"), "{condition}");
    }
    let index = query("#c = :c AND #o > :o").index_name("by-order").send().await.expect_err("an index");
    assert_eq!(Fault::of(&index).code(), Some("NotImplemented"));
    let put = client.put_item().table_name("orders").item("Customer", text("ada"));
    let error = put.clone().send().await.expect_err("no sort key");
    assert_eq!(Fault::of(&error).code(), Some("ValidationException"));
    let large = put.item("Order", text("1")).item("Note", text("x".repeat(400 * 1024)));
    let error = large.send().await.expect_err("too large");
    assert_eq!(Fault::of(&error).code(), Some("ValidationException"));
    assert_eq!(double.items("orders").len(), 0);
}

/// A query reads a megabyte at most, whatever its limit.
#[tokio::test(start_paused = true)]
async fn large_items_come_in_several_pages() {
    let double = account();
    let client = double.clients().dynamodb;
    for order in 0..5 {
        let put = client.put_item().table_name("orders").item("Customer", text("ada"));
        let put = put.item("Order", text(order.to_string())).item("Note", text("x".repeat(300 * 1024)));
        put.send().await.expect("an item");
    }
    let query = client.query().table_name("orders").key_condition_expression("#c = :c");
    let query = query.expression_attribute_names("#c", "Customer").expression_attribute_values(":c", text("ada"));
    let pages = query.into_paginator().send().collect::<Result<Vec<_>, _>>().await.expect("pages");
    assert_eq!(pages.iter().map(|page| page.count()).collect::<Vec<_>>(), [3, 2]);
}
