//! Whose function it is: the stack that a deployment belongs to.
//!
//! Three sources, the first that knows: the deployment's external id, where CloudFormation started it; the tag
//! `aws:cloudformation:stack-id` of the function, which CloudFormation writes and nobody else can; and
//! `DescribeStackResources` by the function's name, for functions without the tag. A function of a nested
//! stack belongs to the root: stacks are released as a whole.

use super::{
    Calls, Clients, Fault, Operation, StackKey,
    invocation::outage,
    stack::{Described, FirstPage, existing, identity, is_absent},
};
use crate::{
    deployment::Deployment,
    facts::{Observed, StackIdentity, Why},
    inventory::{LogicalId, ResourceRef, ResourceType},
    world::Outage,
};

/// Asks for a function's tags, and its ARN.
pub const FUNCTION: Operation = Operation::named("lambda:GetFunction");
/// Asks which stack a resource is in.
pub const RESOURCES: Operation = Operation::named("cloudformation:DescribeStackResources");

/// The tag that CloudFormation writes on what it creates.
const TAG: &str = "aws:cloudformation:stack-id";

/// What is judged with a function.
#[derive(Debug, Clone, PartialEq)]
pub enum Owner {
    /// The root of the tree of stacks that the function is in.
    Stack(Box<Described>),
    /// No stack.
    Alone(Alone),
}

/// A function that no stack holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Alone {
    /// The function.
    pub function: String,
    /// Under the function's name.
    pub identity: StackIdentity,
    /// The function, its alias, its group and application.
    pub inventory: Vec<ResourceRef>,
}

impl Owner {
    /// Whose trend the judgement belongs to.
    pub fn key(&self) -> StackKey {
        match self {
            Self::Stack(described) => StackKey::stack(&described.identity.name),
            Self::Alone(alone) => StackKey::function(&alone.function),
        }
    }

    /// Whose facts these will be.
    pub fn identity(&self) -> &StackIdentity {
        match self {
            Self::Stack(described) => &described.identity,
            Self::Alone(alone) => &alone.identity,
        }
    }
}

/// The stack that a deployment's external id names, or its root; `None` where it names none, or one that is gone. Beside
/// it, where there is one, the first page of what the stack of this id holds, which is on its way.
///
/// The stack is an error where CloudFormation cannot be asked about it.
pub async fn named<'a>(
    clients: &'a Clients,
    calls: &'a Calls,
    external_id: &str,
) -> (Result<Option<Described>, Outage>, Option<FirstPage<'a>>) {
    if identity(external_id).is_none() {
        return (Ok(None), None);
    }
    let mut first_page = FirstPage::of(clients, calls, external_id);
    let stack = first_page.beside(root(clients, calls, external_id)).await;
    // Of a stack that is gone nobody will ask for the page.
    let is_there = matches!(stack, Ok(Some(_)));
    (stack, is_there.then_some(first_page))
}

/// Finds out whose the deployed function is, whose deployment names no stack.
///
/// # Errors
/// Where no source can tell: none says which stack, and one may not be asked.
pub async fn find(clients: &Clients, calls: &Calls, deployment: &Deployment) -> Result<Owner, Outage> {
    let function = deployment.function.as_str();
    let tagged = function_of(clients, calls, function).await;
    if let Ok(Tagged { stack: Some(stack), .. }) = &tagged
        && let Some(described) = root(clients, calls, stack).await?
    {
        return Ok(Owner::Stack(Box::new(described)));
    }
    let send = || clients.cloudformation.describe_stack_resources().physical_resource_id(function).send();
    let held = match calls.within(RESOURCES, send).await {
        Ok(answer) => answer.stack_resources.unwrap_or_default().into_iter().find_map(|resource| resource.stack_id),
        Err(fault) if is_absent(&fault) => None,
        // What is missing is one of the two permissions; the error names both.
        Err(fault) => {
            let also = tagged.as_ref().err().map(|fault| format!("; and {}", fault.why(FUNCTION))).unwrap_or_default();
            let why = Why::NotObserved(format!("{}{also}", fault.why(RESOURCES)));
            return Err(outage(format!("find the stack of the function {function}"), why));
        }
    };
    if let Some(stack) = held {
        // CloudFormation contradicts itself: judged alone, the function would be released without a look at its stack.
        let gone = || {
            let why = format!("{stack} holds it, and DescribeStacks knows no such stack");
            outage(format!("find the stack of the function {function}"), Why::NotObserved(why))
        };
        return root(clients, calls, &stack).await?.map(|stack| Owner::Stack(Box::new(stack))).ok_or_else(gone);
    }
    Ok(Owner::Alone(Alone::of(deployment, tagged.ok().and_then(|tagged| tagged.arn).as_deref())))
}

/// What a function says of itself.
struct Tagged {
    arn: Option<String>,
    stack: Option<String>,
}

async fn function_of(clients: &Clients, calls: &Calls, function: &str) -> Result<Tagged, Fault> {
    let answer = calls.within(FUNCTION, || clients.lambda.get_function().function_name(function).send()).await?;
    Ok(Tagged {
        arn: answer.configuration.and_then(|configuration| configuration.function_arn),
        stack: answer.tags.and_then(|mut tags| tags.remove(TAG)),
    })
}

/// The root of the tree that this stack is in; `None` where there is no such stack any more.
async fn root(clients: &Clients, calls: &Calls, stack: &str) -> Result<Option<Described>, Outage> {
    let Some(described) = existing(clients, calls, stack).await? else { return Ok(None) };
    match described.root.clone().filter(|root| *root != described.id) {
        Some(root) => existing(clients, calls, &root).await,
        None => Ok(Some(described)),
    }
}

impl Alone {
    /// What is judged of a deployment whose function is in no stack. `arn` is the function's, where it is known.
    fn of(deployment: &Deployment, arn: Option<&str>) -> Self {
        let resource = |id: &str, r#type: &str, physical: Option<String>| ResourceRef {
            logical_id: LogicalId::new(id),
            r#type: ResourceType::new(r#type),
            physical_id: physical,
            last_updated: None,
        };
        let Deployment { function, alias, application, group, .. } = deployment;
        let alias_arn = arn.map(|arn| format!("{arn}:{alias}"));
        let inventory = vec![
            resource("Function", "AWS::Lambda::Function", Some(function.clone())),
            resource("Alias", "AWS::Lambda::Alias", alias_arn),
            resource("DeploymentApplication", "AWS::CodeDeploy::Application", Some(application.clone())),
            resource("DeploymentGroup", "AWS::CodeDeploy::DeploymentGroup", Some(group.clone())),
        ];
        Self { identity: identity_of(function, arn), function: function.clone(), inventory }
    }
}

/// The function's name, with account and region from `arn:aws:lambda:REGION:ACCOUNT:function:NAME`.
fn identity_of(function: &str, arn: Option<&str>) -> StackIdentity {
    let part = |index: usize| -> Observed<String> {
        let part = arn.and_then(|arn| arn.split(':').nth(index)).filter(|part| !part.is_empty());
        part.map_or_else(
            || Observed::not_observed("the function's ARN is not known"),
            |part| Observed::Present(part.to_owned()),
        )
    };
    StackIdentity { name: function.to_owned(), account: part(4), region: part(3) }
}
