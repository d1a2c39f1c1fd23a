//! What the AWS CDK leaves in `cdk.out`: a manifest that lists the templates of its stacks
//! (<https://github.com/aws/aws-cdk/tree/main/packages/%40aws-cdk/cloud-assembly-schema>).

use super::include::{beside, called, is_inside};
use super::{Files, TemplateError};
use crate::source::read::Errors;
use crate::source::{self, Limits, Node};

/// The name of the manifest inside `cdk.out`.
pub const MANIFEST: &str = "manifest.json";

/// Assemblies inside assemblies, as stages make them.
const DEEPEST: usize = 8;

/// A stack of a CDK application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackTemplate {
    /// The stack's name as the CDK shows it.
    pub name: String,
    /// The path of its template, relative to `cdk.out`.
    pub path: String,
    /// The account it is made for, where the application says it.
    pub account: Option<String>,
    /// The region it is made for, where the application says it.
    pub region: Option<String>,
}

/// The stacks that a manifest lists, those of nested assemblies included, in the order of the manifest.
///
/// `name` is how messages call the manifest; `files` are relative to the folder of the manifest.
///
/// # Errors
/// Where a manifest cannot be read, is none, or lists no stack.
pub fn stacks(
    name: &str,
    bytes: &[u8],
    files: &dyn Files,
    limits: &Limits,
) -> Result<Vec<StackTemplate>, TemplateError> {
    let mut assembly = Assembly { name, files, limits, stacks: Vec::new() };
    assembly.read(name, "", bytes, 0)?;
    if assembly.stacks.is_empty() {
        let mut errors = Errors::new(name, bytes);
        let hint = Some("run `cdk synth`, and name the cdk.out folder it writes".to_owned());
        errors.add_overall("the manifest lists no stack", hint);
        errors.finish(None::<()>)?;
    }
    Ok(assembly.stacks)
}

struct Assembly<'a> {
    /// The name of the outermost manifest.
    name: &'a str,
    files: &'a dyn Files,
    limits: &'a Limits,
    stacks: Vec<StackTemplate>,
}

impl Assembly<'_> {
    fn read(&mut self, name: &str, folder: &str, bytes: &[u8], depth: usize) -> Result<(), TemplateError> {
        let root = source::parse(name, bytes, self.limits)?;
        let mut errors = Errors::new(name, bytes);
        let Some(artifacts) = root.get("artifacts") else {
            let hint = Some(format!("name a cdk.out folder with a {MANIFEST}"));
            errors.add(root.at, "this is not the manifest of a CDK application: it has no artifacts", hint);
            return Ok(errors.finish(None)?);
        };
        for artifact in artifacts.entries() {
            let properties = artifact.value.get("properties");
            let text = |key: &str| properties.and_then(|properties| properties.get(key)).and_then(Node::as_str);
            match artifact.value.get("type").and_then(Node::as_str) {
                Some("aws:cloudformation:stack") => match text("templateFile") {
                    Some(file) if !is_inside(file) => errors.add(artifact.key_at, outside(file), None),
                    Some(file) => self.stacks.push(stack(&artifact.key, &artifact.value, beside(folder, file))),
                    None => errors.add(artifact.key_at, "the stack has no templateFile", None),
                },
                Some("cdk:cloud-assembly") => match text("directoryName") {
                    Some(inner) if !is_inside(inner) => errors.add(artifact.key_at, outside(inner), None),
                    Some(inner) => self.nested(&beside(folder, inner), artifact.value.at, depth, &mut errors)?,
                    None => errors.add(artifact.key_at, "the assembly has no directoryName", None),
                },
                _ => {}
            }
        }
        Ok(errors.finish(Some(()))?)
    }

    fn nested(
        &mut self,
        folder: &str,
        at: source::Position,
        depth: usize,
        errors: &mut Errors,
    ) -> Result<(), TemplateError> {
        if depth >= DEEPEST {
            errors.add(at, format_args!("assemblies are nested deeper than {DEEPEST} levels"), None);
            return Ok(());
        }
        let path = beside(folder, MANIFEST);
        match self.files.read(&path) {
            Ok(bytes) => self.read(&called(self.name, &path), folder, &bytes, depth + 1),
            Err(why) => {
                let name = called(self.name, &path);
                errors.add(at, format_args!("{name} cannot be read: {why}"), None);
                Ok(())
            }
        }
    }
}

fn outside(path: &str) -> String {
    format!("{path} leads out of the folder of the manifest")
}

fn stack(id: &str, artifact: &Node, path: String) -> StackTemplate {
    let display = artifact.get("displayName").and_then(Node::as_str).unwrap_or(id);
    let environment = artifact.get("environment").and_then(Node::as_str).unwrap_or_default();
    let (account, region) =
        environment.strip_prefix("aws://").and_then(|environment| environment.split_once('/')).unwrap_or_default();
    let known = |text: &str| (!text.is_empty() && !text.starts_with("unknown-")).then(|| text.to_owned());
    StackTemplate { name: display.to_owned(), path, account: known(account), region: known(region) }
}
