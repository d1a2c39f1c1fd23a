//! Items: put under a condition, got by key, queried by partition. What is asked beyond that is refused.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::expression::{Condition, Names};
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    state::State,
};

/// The largest item (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>).
const LARGEST_ITEM: usize = 400 * 1024;
/// What one query reads, as there.
const LARGEST_PAGE: usize = 1024 * 1024;

/// What the double makes of an operation's input; other members are refused, where they say anything.
const TAKEN: &[(&str, &[&str])] = &[
    (
        "PutItem",
        &[
            "ConditionExpression",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "Item",
            "ReturnValuesOnConditionCheckFailure",
            "TableName",
        ],
    ),
    ("GetItem", &["ConsistentRead", "ExpressionAttributeNames", "Key", "ProjectionExpression", "TableName"]),
    (
        "Query",
        &[
            "ConsistentRead",
            "ExclusiveStartKey",
            "ExpressionAttributeNames",
            "ExpressionAttributeValues",
            "FilterExpression",
            "KeyConditionExpression",
            "Limit",
            "ProjectionExpression",
            "ScanIndexForward",
            "TableName",
        ],
    ),
];

pub(super) fn reply(call: &Call, state: &mut State) -> Outcome {
    let taken = TAKEN.iter().find(|(name, _)| *name == call.name()).map_or(&[][..], |(_, members)| members);
    let members = call.input.as_object().into_iter().flatten();
    if let Some((name, _)) = members.into_iter().find(|(name, _)| !taken.contains(&name.as_str())) {
        return Err(Refusal::new(501, "NotImplemented", format!("the double does not know {name} of {}", call.name())));
    }
    let keys = Keys::of(state, call.key())?;
    match call.name() {
        "PutItem" => put(call, state, &keys),
        "GetItem" => get(call, state, &keys),
        _ => query(call, state, &keys),
    }
}

/// The names of a table's key attributes.
struct Keys {
    partition: String,
    sort: Option<String>,
}

impl Keys {
    fn of(state: &State, table: &str) -> Result<Self, Refusal> {
        let described = state.answers.get(super::TABLE, table);
        let schema = described.and_then(|table| table.pointer("/Table/KeySchema")).and_then(Value::as_array);
        let part = |kind: &str| {
            let mut parts = schema.into_iter().flatten();
            let found = parts.find(|part| text(part, "KeyType") == kind)?;
            Some(text(found, "AttributeName").to_owned())
        };
        let partition = part("HASH").ok_or_else(|| {
            Refusal::new(501, "NotImplemented", format!("DescribeTable of {table} is stored without a KeySchema"))
        })?;
        Ok(Self { partition, sort: part("RANGE") })
    }

    fn names(&self) -> impl Iterator<Item = &String> {
        [&self.partition].into_iter().chain(&self.sort)
    }

    /// The key of an item.
    fn of_item(&self, item: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
        let part = |name: &String| {
            let value = item.get(name).filter(|value| !is_empty(value)).cloned();
            let value = value.ok_or_else(|| invalid(format!("the key {name} is missing in the item or empty")))?;
            Ok((name.clone(), value))
        };
        self.names().map(part).collect()
    }
}

fn put(call: &Call, state: &mut State, keys: &Keys) -> Outcome {
    let item = object(&call.input, "Item");
    let size = size(&item);
    if size > LARGEST_ITEM {
        return Err(invalid(format!("Item size has exceeded the maximum allowed size: {size}")));
    }
    let key = keys.of_item(&item)?;
    let items = state.tables.entry(call.key().to_owned()).or_default();
    let place = items.iter().position(|item| has(item, &key));
    let mut names = Names::of(&call.input)?;
    if let Some(condition) = Condition::read(&call.input, "ConditionExpression", &mut names)? {
        names.all_used()?;
        let old = place.and_then(|place| items.get(place)).cloned();
        if !condition.holds(old.as_ref().unwrap_or(&Map::new()))? {
            let refusal = Refusal::new(400, "ConditionalCheckFailedException", "The conditional request failed");
            let shown = text(&call.input, "ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
            return Err(match old.filter(|_| shown) {
                Some(old) => refusal.with("Item", Value::Object(old)),
                None => refusal,
            });
        }
    }
    match place.and_then(|place| items.get_mut(place)) {
        Some(old) => *old = item,
        None => items.push(item),
    }
    Ok(Reply::Output(json!({})))
}

fn get(call: &Call, state: &State, keys: &Keys) -> Outcome {
    let given = object(&call.input, "Key");
    let key = keys.of_item(&given)?;
    if key.len() != given.len() {
        return Err(invalid("The provided key element does not match the schema".to_owned()));
    }
    let mut names = Names::of(&call.input)?;
    let wanted = projection(&call.input, &mut names)?;
    names.all_used()?;
    let found = state.tables.get(call.key()).into_iter().flatten().find(|item| has(item, &key));
    Ok(Reply::Output(match found {
        Some(item) => json!({"Item": project(item, wanted.as_deref())}),
        None => json!({}),
    }))
}

fn query(call: &Call, state: &State, keys: &Keys) -> Outcome {
    let mut names = Names::of(&call.input)?;
    let condition = Condition::read(&call.input, "KeyConditionExpression", &mut names)?
        .ok_or_else(|| invalid("a query needs a KeyConditionExpression".to_owned()))?;
    let filter = Condition::read(&call.input, "FilterExpression", &mut names)?;
    let wanted = projection(&call.input, &mut names)?;
    names.all_used()?;
    if !condition.is_for_key(&keys.partition, keys.sort.as_deref()) {
        return Err(invalid("Query condition missed key schema element, or asks for more than the key".to_owned()));
    }
    let mut found = Vec::new();
    for item in state.tables.get(call.key()).into_iter().flatten() {
        if condition.holds(item)? {
            found.push(item);
        }
    }
    found.sort_by(|a, b| in_order(a, b, keys));
    if call.input.get("ScanIndexForward") == Some(&Value::Bool(false)) {
        found.reverse();
    }
    let start = match call.input.get("ExclusiveStartKey").and_then(Value::as_object) {
        None => 0,
        Some(last) => {
            let place = found.iter().position(|item| has(item, last));
            place.ok_or_else(|| invalid("The provided starting key is invalid".to_owned()))? + 1
        }
    };
    let rest = found.get(start..).unwrap_or_default();
    let limit = call.input.get("Limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let most = limit.unwrap_or(usize::MAX).min(state.page.unwrap_or(usize::MAX));
    let mut read = 0;
    let fits = rest.iter().take(most).take_while(|item| {
        read += size(item);
        read <= LARGEST_PAGE
    });
    let page: Vec<_> = rest.iter().take(fits.count().max(1)).collect();
    let mut items = Vec::new();
    for item in &page {
        if filter.as_ref().map_or(Ok(true), |filter| filter.holds(item))? {
            items.push(project(item, wanted.as_deref()));
        }
    }
    let mut output = json!({"Count": items.len(), "ScannedCount": page.len(), "Items": items});
    // DynamoDB gives a key wherever it stopped reading, also when nothing comes after it: at the limit.
    let stopped = page.len() < rest.len() || limit == Some(page.len());
    if let Some(last) = page.last().filter(|_| stopped) {
        output["LastEvaluatedKey"] = Value::Object(keys.of_item(last)?);
    }
    Ok(Reply::Output(output))
}

/// By the sort key, whose values have one type.
fn in_order(a: &Map<String, Value>, b: &Map<String, Value>, keys: &Keys) -> Ordering {
    let Some(sort) = &keys.sort else { return Ordering::Equal };
    match (a.get(sort), b.get(sort)) {
        (Some(a), Some(b)) => super::expression::compare(a, b).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    }
}

/// The attributes that are asked for; `None` for all.
fn projection(input: &Value, names: &mut Names) -> Result<Option<Vec<String>>, Refusal> {
    let Some(expression) = input.get("ProjectionExpression").and_then(Value::as_str) else { return Ok(None) };
    expression.split(',').map(|part| names.attribute(part.trim())).collect::<Result<_, _>>().map(Some)
}

fn project(item: &Map<String, Value>, wanted: Option<&[String]>) -> Value {
    let shown = |name: &String| wanted.is_none_or(|wanted| wanted.contains(name));
    item.iter().filter(|(name, _)| shown(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn has(item: &Map<String, Value>, key: &Map<String, Value>) -> bool {
    key.iter().all(|(name, value)| item.get(name) == Some(value))
}

fn object(input: &Value, name: &str) -> Map<String, Value> {
    input.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn is_empty(value: &Value) -> bool {
    value.get("S").or_else(|| value.get("B")).is_some_and(|text| text == "")
}

/// Names and values as DynamoDB counts them, or a little less.
fn size(item: &Map<String, Value>) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of_value(value)).sum()
}

fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Object(typed) => typed
            .iter()
            .map(|(kind, value)| match (kind.as_str(), value) {
                ("S", Value::String(text)) => text.len(),
                ("B", Value::String(base64)) => base64.len() / 4 * 3,
                ("N", Value::String(digits)) => digits.len() / 2 + 1,
                ("M", Value::Object(map)) => 3 + size(map) + map.len(),
                (_, Value::Array(items)) => 3 + items.iter().map(|item| 1 + size_of_value(item)).sum::<usize>(),
                _ => 1,
            })
            .sum(),
        Value::String(text) => text.len(),
        _ => 1,
    }
}

pub(super) fn invalid(message: String) -> Refusal {
    Refusal::new(400, "ValidationException", message)
}
