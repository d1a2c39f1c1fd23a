//! The templates of a stack and of those nested in it, as they are deployed: what no service shows.
//!
//! Each is fetched once, when the first of its resources asks, with the values that its parameters have.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use aws_sdk_cloudformation::types::TemplateStage;
use futures_util::future::join;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use super::{
    Document, Memo, Session,
    answer::{Page, pages},
};
use crate::{
    aws::{
        fault::Operation,
        stack::{Described, describe},
    },
    facts::{Branch, Exemptions, Observed, Part, Resource, Text, UNKNOWN, Why},
    inventory::{LogicalId, ResourceRef, ResourceType},
    need::Need,
    template::{self, Live, Options},
};

/// The type of nested stacks.
const NESTED: &str = "AWS::CloudFormation::Stack";

/// What observers share of templates.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The stack that is looked at; none for a function that belongs to no stack.
    root: Option<Described>,
    /// Nested stacks met so far: by the prefix of their resources' names (`Nested/`), the ARN.
    nested: RefCell<BTreeMap<String, String>>,
    templates: Memo<String, Rc<Result<Deployed, Why>>>,
    exports: OnceCell<Observed<BTreeMap<String, String>>>,
    /// The resources that are known as the template has them only, with their types.
    taken: RefCell<BTreeMap<LogicalId, ResourceType>>,
}

impl Shared {
    /// For the resources of this stack.
    pub(super) fn of(root: Described) -> Self {
        Self { root: Some(root), ..Self::default() }
    }

    /// The stack that is looked at, as it was described.
    pub(super) fn root(&self) -> Option<&Described> {
        self.root.as_ref()
    }

    /// Told of every resource as it is listed: a nested stack comes before what it holds.
    pub(super) fn met(&self, resource: &ResourceRef) {
        if let Some(stack) = resource.physical_id.clone().filter(|_| resource.r#type.as_str() == NESTED) {
            self.nested.borrow_mut().insert(prefix_of(resource), stack);
        }
    }
}

/// What the names of the resources of a nested stack begin with.
fn prefix_of(stack: &ResourceRef) -> String {
    format!("{}/", stack.logical_id)
}

/// One template with the parameters of its stack.
#[derive(Debug)]
struct Deployed {
    /// What it declares; more than once where a condition rests on what nobody may see.
    branches: Vec<BTreeMap<LogicalId, Resource>>,
    /// What it exempts.
    exemptions: Exemptions,
}

impl Session<'_> {
    /// Whether an enabled check asks for anything that only a template shows.
    pub(super) fn wants_template(&self) -> bool {
        let of_template = |need: &&Need| need.operation() == Need::StackTemplate.operation();
        Need::ALL.iter().filter(of_template).any(|need| self.wants(*need))
    }

    /// Whether there is a template at all: a function may belong to no stack.
    pub(super) fn has_template(&self) -> bool {
        self.templates.root.is_some()
    }

    /// Fetches the stack's own template while its resources are looked at, whether or not one of them asks: what it
    /// exempts is asked for in the end.
    pub(super) async fn fetch_template(&self) {
        if self.has_template() {
            self.deployed("").await;
        }
    }

    /// The same where a resource is a nested stack: for its template.
    pub(super) async fn fetch_nested_template(&self, resource: &ResourceRef) {
        if resource.r#type.as_str() == NESTED {
            self.deployed(&prefix_of(resource)).await;
        }
    }

    /// The properties of a resource as its template writes them, with the attributes among them; references are to
    /// the resources of the inventory. What depends on conditions that nothing settles is unknown.
    pub(super) async fn templated(&self, resource: &ResourceRef) -> Observed<Map<String, Value>> {
        let id = &resource.logical_id;
        let prefix = id.as_str().rfind('/').map_or("", |end| &id.as_str()[..=end]);
        let deployed = self.deployed(prefix).await;
        match deployed.as_ref() {
            Ok(deployed) => deployed.properties(id),
            Err(why) => Observed::Unknown(why.clone()),
        }
    }

    /// What the templates of the stack, and of those nested in it, exempt. They have been fetched for the attributes of
    /// resources, as a rule; where no check asks for any template, or one cannot be read, what it exempts is unknown.
    pub(super) async fn exemptions(&self) -> Exemptions {
        let mut all = Exemptions::default();
        if !self.has_template() {
            return all;
        }
        let nested: Vec<String> = self.templates.nested.borrow().keys().cloned().collect();
        // Where nobody asks for templates, one sentence is enough.
        let nested = nested.into_iter().filter(|_| self.wants_template());
        for prefix in std::iter::once(String::new()).chain(nested) {
            match self.deployed(&prefix).await.as_ref() {
                Ok(deployed) => all.add(&deployed.exemptions),
                Err(why) => all.unknown.push(match prefix.strip_suffix('/') {
                    Some(id) => format!("what the template of the nested stack {id} exempts is not known: {why}"),
                    None => format!("what the stack's template exempts is not known: {why}"),
                }),
            }
        }
        all
    }

    /// The physical id of what a text refers to: of the resource itself where it is a reference, else what it says.
    pub(super) async fn physical(&self, text: &Text) -> Observed<String> {
        match text.parts() {
            [Part::Reference { resource, attribute: None }] => {
                let found = self.inventory().await.iter().find(|known| known.logical_id.as_str() == resource);
                let physical = found.and_then(|known| known.physical_id.clone());
                physical.map_or_else(|| Observed::Unknown(text.why_unresolved()), Observed::Present)
            }
            _ => text.as_str().map_or_else(
                || Observed::Unknown(text.why_unresolved()),
                |written| Observed::Present(written.to_owned()),
            ),
        }
    }

    /// Told of each resource that is known as its template has it only.
    pub(super) fn took_from_template(&self, resource: &ResourceRef) {
        self.templates.taken.borrow_mut().insert(resource.logical_id.clone(), resource.r#type.clone());
    }

    /// What the reader of a report should know of how the stack was looked at.
    pub fn remarks(&self) -> Vec<String> {
        let taken = self.templates.taken.borrow();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for r#type in taken.values() {
            *counts.entry(r#type.as_str()).or_default() += 1;
        }
        if counts.is_empty() {
            return Vec::new();
        }
        let counted: Vec<String> = counts.iter().map(|(r#type, count)| format!("{count} {type}")).collect();
        let text = "known from the stack's template alone, so that changes made past CloudFormation are not seen";
        vec![format!("{text}: {}", counted.join(", "))]
    }

    /// The partition of the stack, `aws` where nobody knows it.
    pub(super) fn partition(&self) -> &str {
        let arn = self.templates.root.as_ref().map(|stack| stack.id.as_str());
        let region = self.stack().region.present().map_or("", String::as_str);
        match arn.and_then(|arn| arn.split(':').nth(1)) {
            Some(partition) => partition,
            None if region.starts_with("cn-") => "aws-cn",
            None if region.starts_with("us-gov-") => "aws-us-gov",
            None => "aws",
        }
    }

    async fn deployed(&self, prefix: &str) -> Rc<Result<Deployed, Why>> {
        let read = || async { Rc::new(self.read_template(prefix).await) };
        self.templates.templates.get(prefix.to_owned(), read).await
    }

    async fn read_template(&self, prefix: &str) -> Result<Deployed, Why> {
        if !self.wants_template() {
            let what = format!("no enabled check asks for {}", Need::StackTemplate.operation());
            return Err(Why::NotObserved(what));
        }
        let Some(root) = &self.templates.root else {
            return Err(Why::NotObserved("the function belongs to no stack: no template says it".to_owned()));
        };
        let nested = self.templates.nested.borrow().get(prefix).cloned();
        let (described, body) = match (prefix, nested) {
            ("", _) => (root.clone(), self.body(&root.id).await?),
            (_, Some(stack)) => {
                let describing = describe(self.clients, self.calls, &stack);
                let (described, body) = join(describing, self.body(&stack)).await;
                (described.map_err(|outage| outage.why)?, body?)
            }
            (_, None) => return Err(Why::NotObserved(format!("the nested stack {prefix} was not listed"))),
        };
        // Most templates import nothing; the exports of an account may be many pages.
        let exports = if body.contains("ImportValue") { self.exports().await } else { Observed::Absent };
        understood(&described, prefix, &body, exports)
    }

    async fn body(&self, stack: &str) -> Result<String, Why> {
        let operation = Operation::from(Need::StackTemplate);
        let get = || self.clients.cloudformation.get_template().stack_name(stack);
        let send = || get().template_stage(TemplateStage::Processed).send();
        let answer = self.calls.within(operation, send).await.map_err(|fault| fault.why(operation))?;
        let missing = || Why::Malformed("GetTemplate answered without a template".to_owned());
        answer.template_body.filter(|body| !body.is_empty()).ok_or_else(missing)
    }

    /// What `Fn::ImportValue` stands for in this account and region; absent where no check asks.
    async fn exports(&self) -> Observed<BTreeMap<String, String>> {
        if !self.wants(Need::StackExports) {
            return Observed::Absent;
        }
        self.templates.exports.get_or_init(|| self.list_exports()).await.clone()
    }

    async fn list_exports(&self) -> Observed<BTreeMap<String, String>> {
        let page = async |token: Option<String>| {
            let list = || self.clients.cloudformation.list_exports().set_next_token(token).send();
            let answer = self.ask(Need::StackExports, &[], list).await;
            answer.map(|answer| Page { items: answer.exports.unwrap_or_default(), next: answer.next_token })
        };
        let exports = pages(Need::StackExports, page).await;
        exports.map(|exports| exports.into_iter().filter_map(|export| Some((export.name?, export.value?))).collect())
    }
}

/// Reads a template with the parameters of its stack.
fn understood(
    stack: &Described,
    prefix: &str,
    body: &str,
    exports: Observed<BTreeMap<String, String>>,
) -> Result<Deployed, Why> {
    let mut parameters = stack.parameters.clone();
    parameters.extend(pseudo_parameters(stack));
    let options = Options { parameters, live: Some(Live { prefix: prefix.to_owned(), exports }), ..Options::default() };
    let name = format!("the template of the stack {}", stack.identity.name);
    match template::read(&name, body.as_bytes(), &options) {
        Ok(template) => Ok(Deployed::of(template.branches)),
        Err(error) => {
            let first = error.mistakes().first().map_or_else(String::new, ToString::to_string);
            Err(Why::Malformed(format!("cannot be read: {first}")))
        }
    }
}

/// What the ARN of a stack says: `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID`.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>
fn pseudo_parameters(stack: &Described) -> impl Iterator<Item = (String, String)> {
    let partition = stack.id.split(':').nth(1).unwrap_or_default();
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    let identity = &stack.identity;
    let known = [
        ("AWS::AccountId", identity.account.present().map(String::as_str)),
        ("AWS::Region", identity.region.present().map(String::as_str)),
        ("AWS::Partition", Some(partition).filter(|partition| !partition.is_empty())),
        ("AWS::StackId", Some(stack.id.as_str())),
        ("AWS::StackName", Some(identity.name.as_str())),
        ("AWS::URLSuffix", Some(suffix)),
    ];
    let known = known.map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    known.into_iter().flatten()
}

impl Deployed {
    fn of(branches: Vec<Branch>) -> Self {
        let mut exemptions = Exemptions::default();
        branches.iter().for_each(|branch| exemptions.add(&branch.facts.exemptions));
        let by_name = |branch: Branch| {
            let resources = branch.facts.resources.into_iter();
            resources.map(|resource| (resource.reference.logical_id.clone(), resource)).collect()
        };
        Self { branches: branches.into_iter().map(by_name).collect(), exemptions }
    }

    /// The properties of a resource of which the inventory says that it exists.
    fn properties(&self, id: &LogicalId) -> Observed<Map<String, Value>> {
        let mut variants = Vec::new();
        for resource in self.branches.iter().filter_map(|branch| branch.get(id)) {
            match resource.unjoined().map(|raw| raw.properties) {
                Ok(Value::Object(map)) if map.contains_key(UNKNOWN) => {
                    // Whether it exists is open for the template; that it does, the inventory says.
                    return Observed::Unknown(open());
                }
                Ok(Value::Object(map)) => variants.push(map),
                Ok(other) => return Observed::Unknown(Why::Malformed(format!("properties are {other}"))),
                Err(error) => return Observed::Unknown(Why::Malformed(error.to_string())),
            }
        }
        let mut variants = variants.into_iter();
        match variants.next() {
            Some(first) => Observed::Present(variants.fold(first, agreed)),
            None => Observed::not_observed(format!("{id} is not in the template of its stack")),
        }
    }
}

/// What two branches both say; the rest is open.
fn agreed(mut one: Map<String, Value>, other: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in &other {
        if one.get(name) != Some(value) {
            one.insert(name.clone(), Document::unknown(&open()));
        }
    }
    for (name, value) in &mut one {
        if !other.contains_key(name) {
            *value = Document::unknown(&open());
        }
    }
    one
}

fn open() -> Why {
    Why::Unresolved("depends on a condition that the stack's visible parameters do not settle".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_branches_do_not_share_is_open() {
        let map = |value: Value| value.as_object().cloned().unwrap_or_default();
        let merged = agreed(map(json!({"A": 1, "B": 2, "C": 3})), map(json!({"A": 1, "B": 4, "D": 5})));
        let open = Document::unknown(&open());
        assert_eq!(Value::Object(merged), json!({"A": 1, "B": open, "C": open, "D": open}));
    }
}
