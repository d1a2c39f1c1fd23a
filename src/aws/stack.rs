//! What a stack holds: `ListStackResources`, page by page, nested stacks included.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    pin::{Pin, pin},
};

use aws_sdk_cloudformation::types::{ResourceStatus, Stack, StackDriftInformation, StackResourceSummary, StackStatus};
use futures_util::{
    FutureExt,
    future::{Either, LocalBoxFuture, MaybeDone, maybe_done, select},
    stream::{FuturesUnordered, Stream, StreamExt, unfold},
};

use super::{
    Calls, Clients,
    fault::{Fault, Operation},
    moment::moment,
};
use crate::{
    facts::{
        Observed, StackIdentity, Text, Why,
        cloudformation::{Drift, Settings},
    },
    inventory::{LogicalId, ResourceRef, ResourceType},
    world::Outage,
};

/// `ListStackResources`.
pub const LIST: Operation = Operation::named("cloudformation:ListStackResources");
/// `DescribeStacks`.
pub const DESCRIBE: Operation = Operation::named("cloudformation:DescribeStacks");

const NESTED: &str = "AWS::CloudFormation::Stack";

/// Stacks of one tree, far beyond CloudFormation's own limits (2,000 stacks an account by default, 500 resources a
/// stack: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>).
const MOST_STACKS: usize = 1_000;

/// Resources of one tree. More are not judged in the time of a hook.
const MOST_RESOURCES: usize = 50_000;

/// A stack as `DescribeStacks` shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The stack's ARN.
    pub id: String,
    /// Its name, account and region.
    pub identity: StackIdentity,
    /// The root of its tree, where it is a nested stack.
    pub root: Option<String>,
    /// Parameters by name, as CloudFormation resolved them: the value of an SSM parameter, not its name.
    /// Those with `NoEcho` read as asterisks.
    pub parameters: BTreeMap<String, String>,
    /// How CloudFormation handles it.
    pub settings: Settings,
    /// What it gives out.
    pub outputs: BTreeMap<String, String>,
}

/// What is known of one stack by its name or ARN.
///
/// # Errors
/// Where there is no such stack, or nobody may look.
pub async fn describe(clients: &Clients, calls: &Calls, stack: &str) -> Result<Described, Outage> {
    let none = || Outage { step: format!("read the stack {stack}"), why: Why::NotObserved("there is none".to_owned()) };
    existing(clients, calls, stack).await?.ok_or_else(none)
}

/// The same; `None` where there is no such stack, or no more.
///
/// # Errors
/// Where nobody can tell.
pub(super) async fn existing(clients: &Clients, calls: &Calls, stack: &str) -> Result<Option<Described>, Outage> {
    let outage = |why| Outage { step: format!("read the stack {stack}"), why };
    let send = || clients.cloudformation.describe_stacks().stack_name(stack).send();
    let answer = match calls.within(DESCRIBE, send).await {
        Ok(answer) => answer,
        Err(fault) if is_absent(&fault) => return Ok(None),
        Err(fault) => return Err(outage(fault.why(DESCRIBE))),
    };
    // By its ARN a stack is found for 90 days after its deletion; what it retained belongs to no stack any more.
    let there = |stack: &Stack| stack.stack_status() != Some(&StackStatus::DeleteComplete);
    let Some(found) = answer.stacks.unwrap_or_default().into_iter().next() else {
        return Err(outage(Why::Malformed("DescribeStacks answered without a stack".to_owned())));
    };
    let arn = || outage(Why::Malformed("DescribeStacks answered with a stack that has no ARN".to_owned()));
    if there(&found) { described(found).ok_or_else(arn).map(Some) } else { Ok(None) }
}

/// Whether CloudFormation knows no such stack, or no stack that holds such a resource. It says both as an error of
/// validation: <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>.
pub(super) fn is_absent(fault: &Fault) -> bool {
    matches!(fault, Fault::NotFound { .. }) || fault.code() == Some("ValidationError")
}

fn described(stack: Stack) -> Option<Described> {
    let id = stack.stack_id.clone()?;
    let parameters = stack.parameters().iter().filter_map(|parameter| {
        let value = parameter.resolved_value().or(parameter.parameter_value())?;
        Some((parameter.parameter_key()?.to_owned(), value.to_owned()))
    });
    let outputs = stack.outputs().iter();
    let outputs =
        outputs.filter_map(|output| Some((output.output_key()?.to_owned(), output.output_value()?.to_owned())));
    Some(Described {
        identity: identity(&id)?,
        settings: settings(&stack),
        outputs: outputs.collect(),
        root: stack.root_id().map(str::to_owned),
        parameters: parameters.collect(),
        id,
    })
}

/// What the stack itself is set to; what `DescribeStacks` leaves out is not set.
fn settings(stack: &Stack) -> Settings {
    let drift = |drift: &StackDriftInformation| Drift {
        stack_drift_status: drift.stack_drift_status().map(|status| status.as_str().to_owned()).into(),
    };
    let topics = stack.notification_arns().iter().map(|topic| Observed::Present(Text::literal(topic)));
    Settings {
        enable_termination_protection: stack.enable_termination_protection().into(),
        role_arn: stack.role_arn().map(Text::literal).into(),
        notification_arns: Observed::Present(topics.collect()),
        drift_information: stack.drift_information().map(drift).into(),
    }
}

/// Name, account and region of a stack, from `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`.
pub fn identity(arn: &str) -> Option<StackIdentity> {
    let mut parts = arn.splitn(6, ':');
    let (_, _, service) = (parts.next()?, parts.next()?, parts.next()?);
    let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
    let name = resource.strip_prefix("stack/")?.split('/').next()?;
    (service == "cloudformation" && !name.is_empty()).then(|| StackIdentity {
        name: name.to_owned(),
        account: Observed::Present(account.to_owned()),
        region: Observed::Present(region.to_owned()),
    })
}

/// The listing of one stack with everything nested in it.
#[derive(Debug)]
pub struct Listing<'a> {
    clients: &'a Clients,
    calls: &'a Calls,
    root: String,
    first: RefCell<Option<FirstPage<'a>>>,
    stacks: RefCell<BTreeMap<String, String>>,
    remarks: RefCell<BTreeSet<String>>,
}

/// The first page of a listing, asked for before anybody knows that it is needed: while CloudFormation is asked what
/// stack it is.
pub struct FirstPage<'a> {
    stack: String,
    fetching: Pin<Box<MaybeDone<Fetching<'a>>>>,
}

/// A page on its way.
type Fetching<'a> = LocalBoxFuture<'a, Result<Listed, Outage>>;

/// One page to fetch: of which stack, under which prefix, from where on.
#[derive(Debug)]
struct Page {
    stack: String,
    prefix: String,
    token: Option<String>,
}

/// A page that came.
#[derive(Debug)]
struct Listed {
    page: Page,
    resources: Vec<StackResourceSummary>,
    next: Option<String>,
}

impl<'a> Listing<'a> {
    /// A listing of the stack with this name or ARN, of which nothing has been asked yet.
    pub fn new(clients: &'a Clients, calls: &'a Calls, root: impl Into<String>) -> Self {
        let root = root.into();
        let stacks = RefCell::new(BTreeMap::from([(String::new(), root.clone())]));
        Self { clients, calls, root, first: RefCell::default(), stacks, remarks: RefCell::default() }
    }

    /// The same, of which the first page may have been asked for already. A page of another stack is let go.
    #[must_use]
    pub(super) fn begun(self, first: Option<FirstPage<'a>>) -> Self {
        Self { first: RefCell::new(first.filter(|first| first.stack == self.root)), ..self }
    }

    /// The stacks met so far: by the prefix of their resources' names (`""` for the root, `Nested/`), the name or ARN.
    pub fn stacks(&self) -> BTreeMap<String, String> {
        self.stacks.borrow().clone()
    }

    /// What was left out or is not as it should be, in the order of the resources' names.
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.borrow().iter().cloned().collect()
    }

    /// The resources, as their pages come. Nested stacks are listed at the same time, each once: one that holds
    /// itself, which CloudFormation does not allow, ends there.
    pub fn resources(&self) -> impl Stream<Item = Result<ResourceRef, Outage>> {
        let first = match self.first.take() {
            Some(first) => first.page(),
            None => self.fetch(Page::first(self.root.clone())),
        };
        let fetching = FuturesUnordered::from_iter([first]);
        let state = (fetching, VecDeque::new(), BTreeSet::from([self.root.clone()]), 0);
        unfold(state, async |(mut fetching, mut ready, mut known, mut count)| {
            loop {
                if let Some(resource) = ready.pop_front() {
                    return Some((Ok(resource), (fetching, ready, known, count)));
                }
                let listed = match fetching.next().await? {
                    Ok(listed) => listed,
                    Err(outage) => return Some((Err(outage), (FuturesUnordered::new(), ready, known, count))),
                };
                let Listed { page, resources, next } = listed;
                for summary in resources {
                    let Some(resource) = self.resource(&page.prefix, &summary) else { continue };
                    if let Some(nested) = nested(&resource, &mut known) {
                        self.stacks.borrow_mut().insert(nested.prefix.clone(), nested.stack.clone());
                        fetching.push(self.fetch(nested));
                    }
                    count += 1;
                    ready.push_back(resource);
                }
                if let Some(token) = next {
                    fetching.push(self.fetch(Page { token: Some(token), ..page }));
                }
                if known.len() > MOST_STACKS || count > MOST_RESOURCES {
                    let outage = unlisted(
                        &self.root,
                        Why::Malformed(format!(
                            "more than {MOST_STACKS} nested stacks or {MOST_RESOURCES} resources; judge the nested stacks by themselves"
                        )),
                    );
                    return Some((Err(outage), (FuturesUnordered::new(), VecDeque::new(), known, count)));
                }
            }
        })
    }

    fn fetch(&self, page: Page) -> Fetching<'a> {
        fetch(self.clients, self.calls, page).boxed_local()
    }

    /// A resource that is there; what is not, or is not as it should be, becomes a remark.
    fn resource(&self, prefix: &str, summary: &StackResourceSummary) -> Option<ResourceRef> {
        let logical_id = format!("{prefix}{}", summary.logical_resource_id()?);
        let r#type = summary.resource_type()?;
        let remark = |text: String| {
            self.remarks.borrow_mut().insert(text);
        };
        match summary.resource_status() {
            // Retained on deletion, or deleted: no longer part of the stack.
            Some(ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped) => return None,
            Some(ResourceStatus::CreateFailed) => {
                remark(format!("{logical_id} ({type}) could not be created and is not judged"));
                return None;
            }
            Some(
                status @ (ResourceStatus::UpdateFailed
                | ResourceStatus::DeleteFailed
                | ResourceStatus::ImportFailed
                | ResourceStatus::ImportRollbackFailed
                | ResourceStatus::RollbackFailed
                | ResourceStatus::UpdateRollbackFailed),
            ) => remark(format!("{logical_id} ({type}) is in the state {status}")),
            _ => {}
        }
        let physical_id = summary.physical_resource_id().filter(|id| !id.is_empty()).map(str::to_owned);
        if physical_id.is_none() {
            remark(format!("{logical_id} ({type}) has no physical id yet: it is still being created"));
        }
        let last_updated = summary.last_updated_timestamp().and_then(moment);
        let (logical_id, r#type) = (LogicalId::new(logical_id), ResourceType::new(r#type));
        Some(ResourceRef { logical_id, r#type, physical_id, last_updated })
    }
}

impl<'a> FirstPage<'a> {
    /// Nothing is on its way before somebody waits [beside](Self::beside) it.
    pub(super) fn of(clients: &'a Clients, calls: &'a Calls, stack: impl Into<String>) -> Self {
        let stack = stack.into();
        let fetching = fetch(clients, calls, Page::first(stack.clone())).boxed_local();
        Self { stack, fetching: Box::pin(maybe_done(fetching)) }
    }

    /// Does something else meanwhile, which does not wait for the page.
    pub(super) async fn beside<T>(&mut self, other: impl Future<Output = T>) -> T {
        match select(&mut self.fetching, pin!(other)).await {
            Either::Left(((), other)) => other.await,
            Either::Right((done, _)) => done,
        }
    }

    fn page(self) -> Fetching<'a> {
        let Self { stack, mut fetching } = self;
        let page = async move {
            fetching.as_mut().await;
            let lost = || unlisted(&stack, Why::NotObserved("its first page was taken before".to_owned()));
            fetching.as_mut().take_output().unwrap_or_else(|| Err(lost()))
        };
        page.boxed_local()
    }
}

impl fmt::Debug for FirstPage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FirstPage").field("stack", &self.stack).finish_non_exhaustive()
    }
}

impl Page {
    /// The first page of a tree.
    fn first(stack: String) -> Self {
        Self { stack, prefix: String::new(), token: None }
    }
}

async fn fetch(clients: &Clients, calls: &Calls, page: Page) -> Result<Listed, Outage> {
    let send = || {
        let list = clients.cloudformation.list_stack_resources().stack_name(&page.stack);
        list.set_next_token(page.token.clone()).send()
    };
    let answer = calls.within(LIST, send).await;
    let answer = answer.map_err(|fault: Fault| unlisted(&page.stack, fault.why(LIST)))?;
    let next = answer.next_token.filter(|next| !next.is_empty());
    if next.is_some() && next == page.token {
        let why = Why::Malformed("the token of the next page is that of this one".to_owned());
        return Err(unlisted(&page.stack, why));
    }
    Ok(Listed { resources: answer.stack_resource_summaries.unwrap_or_default(), next, page })
}

fn unlisted(stack: &str, why: Why) -> Outage {
    Outage { step: format!("list the resources of the stack {stack}"), why }
}

/// The first page of the stack that `resource` is, if it is one that nobody has met yet.
fn nested(resource: &ResourceRef, known: &mut BTreeSet<String>) -> Option<Page> {
    let stack = resource.physical_id.clone().filter(|_| resource.r#type.as_str() == NESTED)?;
    known.insert(stack.clone()).then(|| Page { stack, prefix: format!("{}/", resource.logical_id), token: None })
}
