//! CloudFormation: the stacks of the double, their resources and templates.

use serde_json::{Value, json};

use super::Service;
use crate::double::{
    call::{Call, Outcome, Refusal, Reply, text},
    protocol::Protocol,
    stack::Stack,
    state::State,
};

/// `ListStackResources` and `DescribeStacks` have no size to ask for.
const PAGE: usize = 100;

/// Stored by the name of the export.
const EXPORTS: &str = "cloudformation:ListExports";

pub(super) struct CloudFormation;

impl Service for CloudFormation {
    fn name(&self) -> &'static str {
        "cloudformation"
    }

    fn protocol(&self) -> Protocol {
        Protocol::Query
    }

    fn operations(&self) -> Vec<&'static str> {
        vec![
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListExports",
            "cloudformation:ListStackResources",
        ]
    }

    /// The stack's name, also where it was asked for by its ARN; the physical id of a resource.
    fn keys(&self, _operation: &'static str, input: &Value) -> Vec<String> {
        let (stack, physical) = (text(input, "StackName"), text(input, "PhysicalResourceId"));
        let key = if stack.is_empty() { physical } else { name(stack) };
        if key.is_empty() { Vec::new() } else { vec![key.to_owned()] }
    }

    fn reply(&self, call: &Call, state: &mut State) -> Outcome {
        let stack = call.text("StackName");
        let found = state.stacks.iter().find(|known| known.id() == stack || known.name() == stack);
        let known = found.ok_or_else(|| self.unknown(call));
        let paging = state.paging(call, "NextToken", None, PAGE, "ValidationError");
        let (mut output, next) = match call.name() {
            "DescribeStacks" if stack.is_empty() => {
                let (stacks, next) = paging.of(call, state.stacks.iter())?;
                (json!({"Stacks": stacks.into_iter().map(Stack::described).collect::<Vec<_>>()}), next)
            }
            "DescribeStacks" => (json!({"Stacks": [known?.described()]}), None),
            "ListStackResources" => {
                let (resources, next) = paging.of(call, known?.resources().iter())?;
                let summaries: Vec<Value> = resources.into_iter().map(|resource| resource.summary()).collect();
                (json!({"StackResourceSummaries": summaries}), next)
            }
            "ListExports" => {
                let all: Vec<Value> = state.answers.all(EXPORTS).map(|(name, export)| named(name, export)).collect();
                let (exports, next) = paging.of(call, all.into_iter())?;
                (json!({"Exports": exports}), next)
            }
            "DescribeStackResources" => (self.resources(call, state)?, None),
            "GetTemplate" => (template(call, known?)?, None),
            other => unreachable!("{other} is among the operations"),
        };
        if let Some(next) = next {
            output["NextToken"] = next.into();
        }
        Ok(Reply::Output(output))
    }

    fn unknown(&self, call: &Call) -> Refusal {
        let physical = call.text("PhysicalResourceId");
        let message = match call.text("StackName") {
            "" => format!("Stack for {physical} does not exist"),
            stack => format!("Stack with id {stack} does not exist"),
        };
        Refusal::new(400, "ValidationError", message)
    }

    fn throttled(&self) -> (u16, &'static str) {
        (400, "Throttling")
    }

    fn denied(&self) -> (u16, &'static str) {
        (403, "AccessDenied")
    }

    fn no_operation(&self) -> (u16, &'static str) {
        (400, "InvalidAction")
    }
}

impl CloudFormation {
    /// By physical id (the stack that holds it, whole), or by stack, or one of a stack.
    fn resources(&self, call: &Call, state: &State) -> Result<Value, Refusal> {
        let (stack, physical) = (call.text("StackName"), call.text("PhysicalResourceId"));
        let holds = |known: &&Stack| match stack {
            "" => known.holds(physical),
            stack => known.id() == stack || known.name() == stack,
        };
        let found = state.stacks.iter().find(holds).ok_or_else(|| self.unknown(call))?;
        let logical = call.text("LogicalResourceId");
        let resources = found.resources().iter().filter(|resource| logical.is_empty() || resource.logical == logical);
        // "If the number of resources is larger than 100": the first 100, and no token.
        let described = resources.take(100).map(|resource| {
            let mut described = resource.summary();
            described["StackName"] = found.name().into();
            described["StackId"] = found.id().into();
            described["Timestamp"] = described["LastUpdatedTimestamp"].take();
            described
        });
        Ok(json!({"StackResources": described.collect::<Vec<_>>()}))
    }
}

fn named(name: &str, export: &Value) -> Value {
    let mut export = export.clone();
    export["Name"] = name.into();
    export
}

fn template(call: &Call, stack: &Stack) -> Result<Value, Refusal> {
    let body = match call.text("TemplateStage") {
        "" | "Original" => &stack.template,
        "Processed" => stack.processed.as_ref().unwrap_or(&stack.template),
        other => return Err(Refusal::new(400, "ValidationError", format!("{other} is no stage of a template"))),
    };
    Ok(json!({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}))
}

/// `name` of `arn:aws:cloudformation:…:stack/name/uuid`.
fn name(stack: &str) -> &str {
    stack.split_once(":stack/").map_or(stack, |(_, rest)| rest.split('/').next().unwrap_or(rest))
}
