//! The names of a stack's resources as signs, in ARNs without partition, region and account: a stack's policies speak
//! of its own.

use std::collections::BTreeMap;

use super::{
    pattern::{Sign, letters},
    services::{self, FUNCTION, Gives, SERVICES, Service},
};
use crate::{
    facts::{Observed, Part, Text},
    inventory::LogicalId,
    stack::{FunctionTarget, Stack},
};

/// Writes texts as signs: the same part of any text is the same sign.
pub(super) struct Names<'s, 'a> {
    stack: &'s Stack<'a>,
    known: BTreeMap<String, usize>,
}

impl<'s, 'a> Names<'s, 'a> {
    pub(super) fn of(stack: &'s Stack<'a>) -> Self {
        Self { stack, known: BTreeMap::new() }
    }

    /// The number of a part, by what it is called.
    fn number(&mut self, called: String) -> usize {
        let next = self.known.len();
        *self.known.entry(called).or_insert(next)
    }

    /// The name that a resource is given by reference.
    pub(super) fn named(&mut self, id: &str) -> Sign {
        Sign::Named(self.number(format!("resource {id}")))
    }

    pub(super) fn pseudo(&mut self, name: &str) -> Sign {
        Sign::Open(self.number(format!("pseudo {name}")))
    }

    /// Something of this resource that only it has.
    pub(super) fn chance(&mut self, id: &LogicalId) -> Sign {
        Sign::Open(self.number(format!("chance {id}")))
    }

    /// The text as signs.
    pub(super) fn written(&mut self, text: &Text) -> Vec<Sign> {
        let mut signs = Vec::new();
        for part in text.parts() {
            match part {
                Part::Literal(text) => signs.extend(text.chars().map(Sign::Letter)),
                Part::Pseudo(name) if name == "AWS::Partition" => signs.extend(letters("aws")),
                Part::Pseudo(name) => signs.push(self.pseudo(name)),
                Part::Reference { resource, attribute } => {
                    self.reference(resource, attribute.as_deref(), &mut signs);
                }
                Part::Unknown(why) => signs.push(Sign::Open(self.number(format!("unknown {why}")))),
            }
        }
        without_place(signs)
    }

    fn reference(&mut self, resource: &str, attribute: Option<&str>, signs: &mut Vec<Sign>) {
        let r#type = self.stack.resource(&LogicalId::new(resource)).map(|found| found.reference.r#type.as_str());
        let service = r#type.and_then(services::of_type).and_then(|at| SERVICES.get(at));
        match service.map(|service| (service, service.gives(attribute))) {
            Some((_, Gives::Name)) => signs.push(self.named(resource)),
            Some((service, Gives::Arn)) => {
                signs.extend(letters(service.arn));
                signs.push(self.named(resource));
            }
            _ if matches!(r#type, Some("AWS::Lambda::Alias" | "AWS::Lambda::Version")) => {
                self.qualified(resource, attribute, signs);
            }
            _ => signs.push(self.of_another(r#type, resource, attribute)),
        }
    }

    /// Something of a resource that is no data: certainly not the name of some, unless a nested stack or a custom
    /// resource gives it.
    fn of_another(&mut self, r#type: Option<&str>, resource: &str, attribute: Option<&str>) -> Sign {
        let number = self.number(format!("{} of {resource}", attribute.unwrap_or("Ref")));
        let own = r#type.is_some_and(|it| it.starts_with("AWS::") && !it.starts_with("AWS::CloudFormation::"));
        if own { Sign::Named(number) } else { Sign::Open(number) }
    }

    /// `Ref` of an alias or a version is the function's ARN with the qualifier behind it.
    fn qualified(&mut self, resource: &str, attribute: Option<&str>, signs: &mut Vec<Sign>) {
        let part = Part::Reference { resource: resource.to_owned(), attribute: attribute.map(str::to_owned) };
        let target = self.stack.functions.target_of(&Observed::Present(Text::new([part])));
        match target {
            Some(FunctionTarget::Function { function, .. }) => {
                let arn = SERVICES.iter().find(|service| service.r#type == FUNCTION).map_or("", |service| service.arn);
                signs.extend(letters(arn));
                signs.push(self.named(function.as_str()));
                signs.push(Sign::Letter(':'));
                signs.push(self.named(resource));
            }
            _ => signs.push(self.of_another(None, resource, attribute)),
        }
    }

    /// The ARN of a resource of this name.
    pub(super) fn arn(&mut self, service: &Service, name: &[Sign]) -> Vec<Sign> {
        [&letters(service.arn), name].concat()
    }
}

/// Drops partition, region and account of an ARN.
pub(super) fn without_place(signs: Vec<Sign>) -> Vec<Sign> {
    const COLON: Sign = Sign::Letter(':');
    let fields: Vec<&[Sign]> = signs.splitn(6, |sign| *sign == COLON).collect();
    match fields.as_slice() {
        [arn, _, service, _, _, rest] if **arn == letters("arn")[..] => {
            [&letters("arn:aws:"), *service, &letters(":::"), *rest].concat()
        }
        _ => signs,
    }
}
