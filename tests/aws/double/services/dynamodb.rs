//! DynamoDB: descriptions of tables, and the items in them as far as writes and queries by key go.
//!
//! The key of everything is the table's name. A table takes items once `DescribeTable` is stored for it, with its
//! `KeySchema`.

mod expression;
mod item;

use serde_json::{Map, Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    state::State,
};

const TABLE: &str = "dynamodb:DescribeTable";
const BACKUPS: &str = "dynamodb:DescribeContinuousBackups";
const LIMITS: &str = "dynamodb:DescribeLimits";
const TIME_TO_LIVE: &str = "dynamodb:DescribeTimeToLive";
const POLICY: &str = "dynamodb:GetResourcePolicy";
const TAGS: &str = "dynamodb:ListTagsOfResource";

/// Tags of a page, as far as anybody counted.
const TAG_PAGE: usize = 10;

/// Items of a table, in the order in which they were first put.
pub(crate) type Items = Vec<Map<String, Value>>;

pub(super) struct DynamoDb;

impl Service for DynamoDb {
    fn name(&self) -> &'static str {
        "dynamodb"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Json("1.0")
    }

    fn operations(&self) -> Vec<&'static str> {
        let items = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"];
        [BACKUPS, LIMITS, TABLE, TIME_TO_LIVE, POLICY, TAGS].into_iter().chain(items).collect()
    }

    fn keys(&self, operation: &'static str, input: &Value) -> Vec<String> {
        let by_arn = [POLICY, TAGS].contains(&operation);
        let table = text(input, if by_arn { "ResourceArn" } else { "TableName" });
        if table.is_empty() { Vec::new() } else { vec![name(table).to_owned()] }
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let stored = state.answers.get(call.operation, call.key()).cloned();
        if call.operation == LIMITS {
            return Ok(Reply::Output(stored.unwrap_or_else(limits)));
        }
        if !state.answers.knows("dynamodb", call.key()) {
            return Err(self.unknown(call));
        }
        match call.operation {
            TABLE => stored.ok_or_else(|| self.unknown(call)).map(Reply::Output),
            BACKUPS => Ok(Reply::Output(stored.unwrap_or_else(no_backups))),
            TIME_TO_LIVE => Ok(Reply::Output(
                stored.unwrap_or_else(|| json!({"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}})),
            )),
            POLICY => stored.map(policy).ok_or_else(|| {
                Refusal::new(400, "PolicyNotFoundException", format!("no policy is attached to {}", call.key()))
            }),
            TAGS => {
                let tags = stored.and_then(|mut stored| Some(stored.get_mut("Tags")?.as_array_mut()?.split_off(0)));
                let paging = state.paging(call, "NextToken", None, TAG_PAGE, "ValidationException");
                let (tags, next) = paging.of(call, tags.unwrap_or_default().into_iter())?;
                Ok(Reply::Output(json!({"Tags": tags, "NextToken": next})))
            }
            _ => item::reply(call, state),
        }
    }

    fn unknown(&self, call: &Call) -> Refusal {
        let code = if call.operation == BACKUPS { "TableNotFoundException" } else { "ResourceNotFoundException" };
        Refusal::new(400, code, format!("Requested resource not found: Table: {} not found", call.key()))
    }

    fn failed(&self) -> (u16, &'static str) {
        (500, "InternalServerError")
    }
}

/// Stored as a document for the ease of changing it; on the wire it is a text.
fn policy(mut stored: Value) -> Reply {
    if stored["Policy"].is_object() {
        stored["Policy"] = stored["Policy"].to_string().into();
    }
    Reply::Output(stored)
}

/// The defaults of an account (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>).
fn limits() -> Value {
    json!({
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    })
}

/// As a table begins: continuous backups are on, recovery to a point in time is off.
fn no_backups() -> Value {
    json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }})
}

/// The table in `name` and in `arn:aws:dynamodb:…:table/name/…`.
fn name(table: &str) -> &str {
    table.split_once(":table/").map_or(table, |(_, rest)| rest.split('/').next().unwrap_or(rest))
}
