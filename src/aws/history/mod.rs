//! The history: one item of a DynamoDB table for each deployment and phase, and what is read from it.
//!
//! The table has the partition key `Stack` and the sort key `Deployment`, both text; see [`item`] for the attributes.
//!
//! - *Writing* is conditional: the first judgement of a deployment and phase stays. A retry of a hook, or a second
//!   invocation for the same event, finds it there and is done. Two functions of one stack have two deployments.
//! - *The baseline* is that of the last deployment of the stack that succeeded: [`Table::baseline`].
//! - *Nothing expires* unless the owner says so. An item takes some ten kilobytes, a thousand releases a few cents a
//!   year; but a table that forgot the last good release of a rarely released stack would have nothing to compare
//!   the next one with. Whoever lets items expire should keep them longer than the longest pause between releases.

mod installed;
pub mod item;
mod key;
mod last_good;
pub(super) mod packed;
mod past;
mod row;

use std::{collections::HashMap, num::NonZeroU16};

use aws_sdk_dynamodb::types::AttributeValue;

pub use self::{
    installed::{EXPORT, installed},
    key::{ItemKey, NoItemKey},
    last_good::LastGood,
};
use self::{item::Item, row::SHOWN};
use super::{
    Calls, Clients, Fault, Operation,
    invocation::{Invocation, StackKey, outage},
};
use crate::{
    event::{DeploymentId, Phase},
    facts::Why,
    trend::Trend,
    world::Outage,
};

/// The call that writes an item.
pub const PUT: Operation = Operation::named("dynamodb:PutItem");
/// The call that reads items, newest first.
pub const QUERY: Operation = Operation::named("dynamodb:Query");
/// The call that tells what became of deployments.
pub const DEPLOYMENTS: Operation = Operation::named("codedeploy:BatchGetDeployments");

/// What a report says where no table is configured: there is no baseline then.
pub const NO_TABLE: &str =
    "no history table is configured: this release is compared with none, and will be none to compare with";

/// Items of one page. Pages end at 1 MB too, whichever comes first:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html>.
const PAGE: i32 = 50;

/// Pages of a trend, at most: 200 × 1 MB.
const MOST_PAGES: usize = 200;

/// The table that keeps the history.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    clients: &'a Clients,
    calls: &'a Calls,
    name: String,
    keep: Option<NonZeroU16>,
}

/// What became of an item that was to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is in the table now.
    Written,
    /// One of this deployment and phase is there already, and stays.
    ThereAlready,
}

/// Items, and where to go on.
struct Page {
    items: Vec<Item>,
    next: Option<Item>,
}

impl<'a> Table<'a> {
    /// The table with this name or ARN, whose items never expire.
    pub fn new(clients: &'a Clients, calls: &'a Calls, name: impl Into<String>) -> Self {
        Self { clients, calls, name: name.into(), keep: None }
    }

    /// The same, whose new items expire after so many days. That takes the table's TTL on `ExpiresAt`.
    #[must_use]
    pub fn keeping(self, days: Option<NonZeroU16>) -> Self {
        Self { keep: days, ..self }
    }

    /// Writes down what an invocation came to.
    ///
    /// # Errors
    /// Where it did not come far enough to know its deployment, and where the table cannot be written. The report is
    /// lost then, unless the caller has it in the log.
    pub async fn record(&self, invocation: &Invocation<'_>) -> Result<Recorded, Outage> {
        let step = || format!("write to the history table {}", self.name);
        let missing = |what: &str| outage(step(), Why::NotObserved(what.to_owned()));
        let (Some(stack), Some(deployment)) = (invocation.stack, invocation.deployment) else {
            return Err(missing("the deployment and its stack are not known"));
        };
        let Some(key) = ItemKey::of(deployment) else {
            return Err(missing("CodeDeploy did not say when it created the deployment, which is part of the key"));
        };
        let item = item::item(stack, &key, deployment, invocation, self.keep);
        let request = self.clients.dynamodb.put_item().table_name(&self.name).set_item(Some(item));
        // An item is there if its partition key is.
        let request =
            request.condition_expression("attribute_not_exists(#s)").expression_attribute_names("#s", "Stack");
        match self.calls.call(PUT, || request.send()).await {
            Ok(_) => Ok(Recorded::Written),
            Err(fault) if fault.code() == Some("ConditionalCheckFailedException") => Ok(Recorded::ThereAlready),
            Err(fault) => Err(outage(step(), fault.why(PUT))),
        }
    }

    /// The last `limit` deployments of a stack, or of one phase of them.
    ///
    /// # Errors
    /// Where the table cannot be read. An item that cannot be read is told among the trend's.
    pub async fn trend(&self, stack: &StackKey, limit: usize, phase: Option<Phase>) -> Result<Trend, Outage> {
        let mut entries = Vec::new();
        let mut unreadable = Vec::new();
        let mut next = None;
        let mut pages = 0;
        // One deployment more than asked for: the first one shown is compared with it. Its other phase may be on the
        // next page, and the page after.
        let enough = |entries: &[crate::trend::Entry]| deployments(entries) > limit.saturating_add(1);
        let more = loop {
            let page = self.page(stack, SHOWN, next).await.map_err(|fault| self.unread(&fault))?;
            for item in &page.items {
                match row::entry(item) {
                    Ok(entry) if phase.is_none_or(|phase| phase == entry.phase) => entries.push(entry),
                    Ok(_) => {}
                    Err(why) => unreadable.push(why),
                }
            }
            pages += 1;
            next = page.next;
            if next.is_none() || pages == MOST_PAGES || enough(&entries) {
                break next.is_some();
            }
        };
        let trend = Trend::of(stack.as_str(), &self.name, entries, limit);
        Ok(Trend { more: trend.more || more, unreadable, ..trend })
    }

    /// The JSON of the report that was kept of a deployment, of its last phase or of this one; none where there is
    /// no such item, or it holds none.
    ///
    /// # Errors
    /// Where the table or the report cannot be read.
    pub async fn report(
        &self,
        stack: &StackKey,
        deployment: &DeploymentId,
        phase: Option<Phase>,
    ) -> Result<Option<Vec<u8>>, Outage> {
        let Some(key) = self.find(stack, deployment, phase).await? else { return Ok(None) };
        // A query for the one item: who may read the trend may read its reports.
        let text = |value: String| AttributeValue::S(value);
        let request = self.clients.dynamodb.query().table_name(&self.name).consistent_read(true);
        let request = request
            .key_condition_expression("#0 = :stack AND #1 = :key")
            .set_expression_attribute_names(Some(placeholders(&["Stack", "Deployment", "Report"])))
            .projection_expression("#2")
            .expression_attribute_values(":stack", text(stack.to_string()))
            .expression_attribute_values(":key", text(key.to_string()));
        let answer = self.calls.within(QUERY, || request.send()).await.map_err(|fault| self.unread(&fault))?;
        let packed = answer.items().first().and_then(|item| item.get("Report")?.as_b().ok());
        let unpack = |packed: &[u8]| {
            let damaged = |error| outage(format!("read the report of {deployment}"), Why::NotObserved(error));
            packed::unpack(packed).map_err(|error| damaged(error.to_string()))
        };
        packed.map(|packed| unpack(packed.as_ref())).transpose()
    }

    /// The last item of a deployment, or that of this phase.
    async fn find(
        &self,
        stack: &StackKey,
        deployment: &DeploymentId,
        phase: Option<Phase>,
    ) -> Result<Option<ItemKey>, Outage> {
        let mut next = None;
        for _ in 0..MOST_PAGES {
            let page = self.page(stack, &SHOWN[..2], next).await.map_err(|fault| self.unread(&fault))?;
            let keys = page.items.iter().filter_map(|item| row::key(item).ok());
            let wanted = |key: &ItemKey| key.deployment == *deployment && phase.is_none_or(|phase| phase == key.phase);
            let found = keys.filter(wanted).max_by_key(|key| key.phase);
            next = page.next;
            if found.is_some() || next.is_none() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// A page of the stack's items, newest first, with these attributes. What was written a moment ago is there.
    async fn page(&self, stack: &StackKey, attributes: &[&str], start: Option<Item>) -> Result<Page, Fault> {
        let wanted: Vec<String> = (0..attributes.len()).map(|index| format!("#{index}")).collect();
        let request = self.clients.dynamodb.query().table_name(&self.name).consistent_read(true).limit(PAGE);
        let request = request
            .scan_index_forward(false)
            .set_expression_attribute_names(Some(placeholders(attributes)))
            .projection_expression(wanted.join(", "))
            .key_condition_expression("#0 = :stack")
            .expression_attribute_values(":stack", AttributeValue::S(stack.to_string()))
            .set_exclusive_start_key(start);
        let answer = self.calls.within(QUERY, || request.send()).await?;
        // An empty history is an empty list.
        let items = answer.items.ok_or_else(|| unreadable("Items"))?;
        Ok(Page { items, next: answer.last_evaluated_key.filter(|key| !key.is_empty()) })
    }

    fn unread(&self, fault: &Fault) -> Outage {
        outage(format!("read the history table {}", self.name), fault.why(QUERY))
    }
}

/// An answer in which something is missing that the service always gives.
fn unreadable(what: &str) -> Fault {
    Fault::Failed { code: None, message: format!("an answer without {what}, or with parts missing"), passing: false }
}

/// `#0`, `#1`, … for names of attributes, some of which are reserved words.
fn placeholders(names: &[&str]) -> HashMap<String, String> {
    names.iter().enumerate().map(|(index, name)| (format!("#{index}"), (*name).to_owned())).collect()
}

/// How many deployments these are, newest first, where both phases of one stand together.
fn deployments(entries: &[crate::trend::Entry]) -> usize {
    entries.chunk_by(|one, next| one.deployment == next.deployment).count()
}
