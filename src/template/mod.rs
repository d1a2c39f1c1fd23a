//! CloudFormation, SAM and CDK templates: bytes in, facts with source positions out.
//!
//! One narrow interface, [`read`], so that another reader can take its place. Never does any I/O:
//! neighbouring files come through [`Files`].

mod anatomy;
mod branches;
pub mod cdk;
mod conditions;
mod exempt;
mod foreach;
mod include;
mod long_form;
mod nested;
mod notes;
mod parameters;
mod reader;
mod resolve;
pub mod sam;
mod spans;
mod stack;
mod tree;
mod validate;

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

pub use long_form::long_form;
pub use parameters::PSEUDO as PSEUDO_PARAMETERS;
use serde_json::Value;
pub use spans::Spans;

use self::notes::Notes;
use self::parameters::Given;
use self::reader::{Input, Reader};
use self::stack::{Resolved, Variant};
use self::validate::Makers;
use crate::facts::{Branch, Facts, Observed, Resource, StackIdentity};
use crate::source::{Kind, Limits, Node, SourceError, SourceErrors};

/// What a caller may give besides the template.
#[derive(Default)]
pub struct Options<'f> {
    /// Values of parameters, and of pseudo parameters such as `AWS::Region`. One that the template does not
    /// declare is not used: several templates may be given the same; see [`Template::parameters`].
    pub parameters: BTreeMap<String, String>,
    /// Files beside the template; without them what they hold is unknown.
    pub files: Option<&'f dyn Files>,
    /// Bounds of every document read.
    pub limits: Limits,
    /// Whether the facts keep the properties as they are written, for rules of the user's own.
    pub keep_written: bool,
    /// Where the template is deployed: what is known because of that. The parameters given are then those of the
    /// stack, as CloudFormation resolved them.
    pub live: Option<Live>,
}

/// What is known of a template that is deployed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Live {
    /// Before the names of its resources: `Nested/` where the stack is nested in another one, else nothing.
    pub prefix: String,
    /// What `Fn::ImportValue` stands for, by the name of the export; absent where nobody looked.
    pub exports: Observed<BTreeMap<String, String>>,
}

/// Files beside a template: nested templates, definitions, includes.
pub trait Files {
    /// The bytes of a file; `path` is relative to the folder of the template read.
    ///
    /// # Errors
    /// Why it cannot be read, in a few words.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// A template as it was understood.
#[derive(Debug)]
pub struct Template {
    /// The facts, once for every way in which open conditions can be answered; never empty.
    pub branches: Vec<Branch>,
    /// Where everything stands.
    pub spans: Spans,
    /// The names of the parameters that the template declares.
    pub parameters: Vec<String>,
    /// What CloudFormation might refuse, or what could not be read, in the order of the document.
    pub warnings: Vec<SourceError>,
}

/// Why a template could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Not a document at all.
    #[error(transparent)]
    Document(#[from] SourceError),
    /// A document with mistakes that CloudFormation would refuse.
    #[error(transparent)]
    Invalid(#[from] SourceErrors),
}

impl TemplateError {
    /// Every mistake, at least one.
    pub fn mistakes(&self) -> &[SourceError] {
        match self {
            Self::Document(error) => std::slice::from_ref(error),
            Self::Invalid(errors) => &errors.0,
        }
    }
}

/// Reads a template; `name` is how messages call it, a path for example.
///
/// # Errors
/// Where the document cannot be parsed, is no template, or names what does not exist: every mistake at once.
pub fn read(name: &str, bytes: &[u8], options: &Options<'_>) -> Result<Template, TemplateError> {
    let given: Given = options.parameters.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let mut reader = Reader::new(options);
    let prefix = options.live.as_ref().map_or("", |live| live.prefix.as_str());
    let variants =
        reader.read(&Input { name, outermost: name, bytes, folder: "", prefix, given: &given, around: &[] })?;
    let stack = identity(name, &given);
    let exemptions = std::mem::take(&mut reader.exemptions);
    let typed = |Variant { assumptions, resources, outputs, .. }: &Variant| {
        let outputs = outputs.iter().map(|(name, value)| (name.clone(), Observed::read(value))).collect();
        let written = |it: &Rc<Resolved>| (it.reference.logical_id.clone(), it.written());
        let written = resources.iter().filter(|_| options.keep_written).map(written).collect();
        let resources: Vec<Resource> = resources.iter().map(|resolved| resolved.typed()).collect();
        let exemptions = exemptions.with(&resources);
        let facts = Facts { outputs, exemptions, written, resources, ..Facts::of(stack.clone()) };
        Branch { assumptions: assumptions.clone(), facts }
    };
    let variants: Vec<Variant> = variants.into_iter().map(nested::connect).collect();
    let mut branches: Vec<Branch> = variants.iter().map(typed).collect();
    // What is joined onto a resource that others still have is joined onto a copy of it.
    drop(variants);
    branches.iter_mut().for_each(|branch| branch.facts.join());
    let mut said = BTreeSet::new();
    // A nested template is read once for every way in which it is called.
    let warnings = reader.warnings.into_iter().filter(|warning| said.insert(warning.to_string())).collect();
    Ok(Template { branches, spans: reader.spans, parameters: reader.parameters, warnings })
}

/// Transforms that write nothing a name could refer to.
const HARMLESS: &[&str] =
    &["AWS::LanguageExtensions", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16"];

/// Who may make names that the template does not have.
fn makers(root: &Node, notes: &mut Notes) -> Makers {
    let mut makers = Makers::default();
    for transform in transforms(root) {
        match transform.as_str() {
            Some(name) if HARMLESS.contains(&name) => {}
            Some("AWS::Serverless-2016-10-31") => {
                let resources = root.get("Resources").map(Node::entries).unwrap_or_default();
                makers.written = resources.iter().map(|entry| entry.key.clone()).collect();
            }
            _ => {
                let hint = Some("judge the template that `aws cloudformation get-template` gives after it".to_owned());
                notes.warnings.add(transform.at, "a macro may change anything here; it is judged as written", hint);
                makers.anything = true;
            }
        }
    }
    makers
}

/// Whether a template asks for this transform.
fn asks_for(root: &Node, transform: &str) -> bool {
    transforms(root).iter().any(|item| item.as_str() == Some(transform))
}

/// The transforms that a template asks for: one, or a list.
fn transforms(root: &Node) -> &[Node] {
    match root.get("Transform") {
        Some(list @ Node { kind: Kind::Sequence(_), .. }) => list.items(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

fn identity(name: &str, given: &Given) -> StackIdentity {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let pseudo = |name: &str| match given.get(name).and_then(Value::as_str) {
        Some(value) => Observed::Present(value.to_owned()),
        None => Observed::not_observed(format!("a template does not say it; give --parameter {name}=…")),
    };
    StackIdentity { name: file.to_owned(), account: pseudo("AWS::AccountId"), region: pseudo("AWS::Region") }
}
