//! Whether a `Resource` element means one resource of the stack, whose name may be known only later.

use wildmatch::WildMatch;

use super::Known;
use crate::{
    facts::{Observed, Part, Text, Why},
    inventory::LogicalId,
};

/// A resource as ARNs speak of it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// What `Ref` and `Fn::GetAtt` call it.
    pub id: &'a LogicalId,
    /// The name it was given, if any.
    pub name: &'a Observed<Text>,
    /// The ARN up to the name, in the partition `aws`, without region and account: `arn:aws:dynamodb:::table/`.
    pub arn: &'a str,
    /// What `Ref` gives of it.
    pub referred: Referred,
}

/// What `Ref` gives of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referred {
    /// Its name, as of a bucket.
    Name,
    /// Its ARN, as of a topic.
    Arn,
    /// Something that no policy calls it by: the URL of a queue.
    Otherwise,
}

/// Attributes of `Fn::GetAtt` that are the ARN, and the ones that are the name.
const ARNS: [&str; 2] = ["Arn", "TopicArn"];
const NAMES: [&str; 2] = ["QueueName", "TopicName"];

/// Stands for the name that a `Ref` gives; no pattern of a template can hold it.
const REFERENCE: &str = "\u{1}";
/// Encloses a part that is known only after deployment.
const OPEN: char = '\u{2}';

impl Subject<'_> {
    /// Whether the pattern covers the resource itself, or with `rest` what lies behind its name.
    ///
    /// Parts known only after deployment are equal to themselves: a bucket named `${AWS::AccountId}-logs`
    /// is covered by `arn:aws:s3:::${AWS::AccountId}-logs`.
    ///
    /// # Errors
    /// With the reason, where a part nobody knows decides it.
    pub fn covered_by(&self, pattern: &Text, rest: &str) -> Known {
        let exact = WildMatch::new(&self.render(pattern, closed));
        let names = self.names()?;
        if names.iter().any(|name| exact.matches(&format!("{}{name}{rest}", self.arn))) {
            return Ok(true);
        }
        let widest = WildMatch::new(&self.render(pattern, widest));
        if names.iter().any(|name| widest.matches(&format!("{}{name}{rest}", self.arn))) {
            return Err(pattern.why_unresolved());
        }
        match self.name.as_text()? {
            // A literal pattern may turn out to be the name.
            Some(name) if name.as_str().is_none() && pattern.references().next().is_none() => {
                Err(name.why_unresolved())
            }
            _ => Ok(false),
        }
    }

    /// What the name may read like: as a reference, and as it was given.
    fn names(&self) -> Result<Vec<String>, Why> {
        let mut names = vec![REFERENCE.to_owned()];
        names.extend(self.name.as_text()?.map(|name| self.render(&name, closed)));
        Ok(names)
    }

    fn render(&self, text: &Text, open: impl Fn(&Part) -> String) -> String {
        let written: String = text
            .parts()
            .iter()
            .map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::Pseudo(name) if name == "AWS::Partition" => "aws".to_owned(),
                Part::Reference { resource, attribute } if resource == self.id.as_str() => match attribute.as_deref() {
                    None if self.referred == Referred::Name => REFERENCE.to_owned(),
                    None if self.referred == Referred::Arn => format!("{}{REFERENCE}", self.arn),
                    Some(attribute) if ARNS.contains(&attribute) => format!("{}{REFERENCE}", self.arn),
                    Some(attribute) if NAMES.contains(&attribute) => REFERENCE.to_owned(),
                    _ => open(part),
                },
                other => open(other),
            })
            .collect();
        without_place(written)
    }
}

/// Drops partition, region and account of an ARN: policies of a stack speak of its own.
fn without_place(arn: String) -> String {
    match arn.splitn(6, ':').collect::<Vec<_>>().as_slice() {
        ["arn", _, service, _, _, rest] => format!("arn:aws:{service}:::{rest}"),
        _ => arn,
    }
}

/// What a part may turn out to be: the name or the ARN of another resource is never this one's.
fn widest(part: &Part) -> String {
    match part {
        Part::Reference { attribute, .. } if attribute.as_deref().is_none_or(|it| ARNS.contains(&it)) => closed(part),
        _ => "*".to_owned(),
    }
}

/// A part that equals itself and nothing else; it holds no wildcard, and nothing that separates the fields of an ARN.
fn closed(part: &Part) -> String {
    let name = match part {
        Part::Literal(text) | Part::Pseudo(text) => text.clone(),
        Part::Reference { resource, attribute } => format!("{resource}.{}", attribute.as_deref().unwrap_or_default()),
        Part::Unknown(why) => why.to_string(),
    };
    format!("{OPEN}{}{OPEN}", name.replace(['*', '?', ':'], ""))
}
